"""What the user is told by e-mail: invoices that became late yesterday, messages that failed."""

import datetime as dt
from typing import Any

from relance.db import transaction
from relance.mail import notices
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.rules import calendar as cal
from relance.services import anchoring, composing, notifying

ALERT_MINUTE = 8 * 60  # local time
FAILURE_PAUSE = dt.timedelta(minutes=15)
DAY = dt.timedelta(1)
STOPPED = {
    "text": "La facture a changé depuis que vous l'avez écrite.",
    "no_recipient": "Aucun destinataire n'a plus d'adresse utilisable.",
}


def alert_overdue(now: dt.datetime, *, base_url: str, domain: str, limit: int = 500) -> list[int]:
    """Warn, once a day and once per instalment, of what became late. Returns the messages queued.

    Runs at 08:00 in each account's time zone, every day. What was already late when it was entered
    is on the dashboard only. After days off, one e-mail catches up.
    """
    ids = [row[0] for row in Account.select(Account.id).where(_is_time(now)).limit(limit).tuples()]
    queued = []
    for account_id in ids:
        with transaction():
            account = Account.get_by_id(account_id)
            today = cal.local_date(now, account.time_zone)
            next_at = cal.local_instant(today, ALERT_MINUTE, account.time_zone)
            if next_at > now:
                Account.update(next_alert_at=next_at).where(Account.id == account.id).execute()
                continue
            claimed = (
                Account.update(
                    next_alert_at=cal.local_instant(today + DAY, ALERT_MINUTE, account.time_zone),
                    alerted_through_on=today - DAY,
                )
                .where(Account.id == account.id, _is_time(now))
                .execute()
            )
            if claimed:
                message_id = _alert(account, today, now, base_url, domain)
                queued += [message_id] if message_id is not None else []
    return queued


def _is_time(now: dt.datetime) -> object:
    return Account.next_alert_at.is_null() | (Account.next_alert_at <= now)


def became_overdue(account: Account, today: dt.date) -> list[Instalment]:
    """Instalments that became late since the last alert, with money left, entered before their date passed."""
    since = account.alerted_through_on or today - 2 * DAY
    query = (
        Instalment.select(Instalment, Invoice, Client)
        .join(Invoice)
        .join(Client)
        .where(
            Instalment.account == account,
            Instalment.due_on > since,
            Instalment.due_on < today,
            Instalment.balance_cents > 0,
            Instalment.alerted_on.is_null(),
            Invoice.state == "sent",
            Invoice.kind != "credit_note",
        )
        .order_by(Instalment.due_on, Instalment.id)
    )
    return [row for row in query if cal.local_date(row.invoice.created_at, account.time_zone) <= row.due_on]


def _alert(account: Account, today: dt.date, now: dt.datetime, base_url: str, domain: str) -> int | None:
    late = became_overdue(account, today)
    for row in late:
        Instalment.update(alerted_on=today).where(Instalment.id == row.id).execute()
        record(
            "became_overdue",
            account=account,
            client=row.invoice.client_id,
            invoice=row.invoice,
            at=now,
            due_on=row.due_on,
        )
    if not late or not account.alerts_overdue:
        return None
    owner = composing.owner_of(account)
    lines = tuple(
        notices.OverdueLine(
            number=row.invoice.number,
            client=row.invoice.client.name,
            balance_cents=row.balance_cents,
            currency=row.invoice.currency,
            days_late=(today - row.due_on).days,
            url=f"{base_url}/factures/{row.invoice_id}/relancer/e-mail",
        )
        for row in late
    )
    text = notices.overdue_alert(
        lines, language=owner.language, first_name=owner.first_name, anchor=anchoring.head(account)
    )
    message = notifying.queue_user_mail(owner, "overdue_alert", text, now=now, domain=domain)
    return int(message.id)


def report_failures(now: dt.datetime, *, base_url: str, domain: str) -> list[int]:
    """Tell each user once, by e-mail, of the reminders that failed or are uncertain. Returns the messages queued."""
    rows = Message.select(Message.account).where(_is_to_tell(), Message.reported_at.is_null()).distinct().tuples()
    queued = []
    for (account_id,) in list(rows):
        with transaction():
            message_id = _report(Account.get_by_id(account_id), now, base_url, domain)
            queued += [message_id] if message_id is not None else []
    return queued


def _is_to_tell() -> Any:
    """What the server refused or may have lost; and what a person wrote that could not leave as they read it."""
    has_failed = Message.state.in_(("refused", "uncertain")) & Message.kind.in_(("reminder", "manual", "quote"))
    is_stopped = (Message.state == "cancelled") & (Message.kind == "manual") & Message.error.in_(list(STOPPED))
    return has_failed | is_stopped


def _report(account: Account, now: dt.datetime, base_url: str, domain: str) -> int | None:
    recent = Message.select().where(
        Message.account == account, Message.kind == "failure_notice", Message.created_at > now - FAILURE_PAUSE
    )
    if recent.exists():
        return None
    failed = list(
        Message.select()
        .where(Message.account == account, _is_to_tell(), Message.reported_at.is_null())
        .order_by(Message.id)
    )
    mine = [
        message
        for message in failed
        if Message.update(reported_at=now).where(Message.id == message.id, Message.reported_at.is_null()).execute()
    ]
    if not mine:
        return None
    owner = composing.owner_of(account)
    lines = tuple(
        notices.FailureLine(
            client=message.client.name if message.client else "",
            subject=message.subject,
            is_uncertain=message.state == "uncertain",
            reason=STOPPED.get(message.error, message.error),
            is_stopped=message.state == "cancelled",
            url=f"{base_url}{_page_of(message)}",
        )
        for message in mine
    )
    text = notices.failure_notice(
        lines, language=owner.language, first_name=owner.first_name, anchor=anchoring.head(account)
    )
    return int(notifying.queue_user_mail(owner, "failure_notice", text, now=now, domain=domain).id)


def _page_of(message: Message) -> str:
    if message.quote_id is not None:
        return f"/devis/{message.quote_id}"
    item = MessageItem.get_or_none(MessageItem.message == message)
    return f"/factures/{item.invoice_id}" if item is not None else f"/clients/{message.client_id}"
