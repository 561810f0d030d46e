"""The end of the time that a formal notice allows: told to the user once, the morning after, and dealt with."""

import datetime as dt
from typing import Any

from peewee import Value, fn

from relance.db import transaction
from relance.mail import letter_notices
from relance.mail.letter_notices import ExpiredLine
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.rules import calendar as cal
from relance.rules.letter_deadlines import is_over
from relance.services import anchoring, composing, notifying, printing
from relance.services.alerting import ALERT_MINUTE
from relance.services.conditions import is_owed

MANY = 200  # letters of an account in one e-mail


def is_still_owed() -> Any:
    """True for a letter one of whose invoices still has money to come."""
    line = LetterInvoice.alias()
    owed = line.select(Value(1)).join(Invoice, on=line.invoice == Invoice.id).where(line.letter == Letter.id, is_owed())
    return fn.EXISTS(owed)


def tell_expired(now: dt.datetime, *, base_url: str, domain: str) -> list[int]:
    """One e-mail to each user, at 08:00 of the day after, about the notices whose time is over and still owed.

    Each letter is told once. What was paid meanwhile is not: nothing is left to decide. Returns the messages queued.
    """
    rows = Letter.select(Letter.account).where(*_untold(now)).distinct().tuples()
    queued = []
    for (account_id,) in list(rows):
        with transaction():
            message_id = _tell(Account.get_by_id(account_id), now, base_url, domain)
            queued += [message_id] if message_id is not None else []
    return queued


def settle(letter: Letter, *, by: User | None, now: dt.datetime) -> bool:
    """A person dealt with the deadline that is over: it leaves « À traiter ». False when there is nothing to do."""
    with transaction():
        letter.client.take_turn()
        fresh: Letter = Letter.get_by_id(letter.id)
        today = cal.local_date(now, fresh.account.time_zone)
        if fresh.settled_at is not None or not is_over(fresh.deadline_on, today):
            return False
        Letter.update(settled_at=now).where(Letter.id == fresh.id).execute()
        printing.tell("notice_settled", fresh, now, by, deadline_on=fresh.deadline_on)
        return True


def _untold(now: dt.datetime) -> tuple[Any, ...]:
    # The latest civil day anywhere at this instant: the account's own is looked at afterwards.
    return (
        Letter.deadline_on < (now + dt.timedelta(hours=14)).date(),
        Letter.deadline_told_at.is_null(),
        Letter.settled_at.is_null(),
    )


def _tell(account: Account, now: dt.datetime, base_url: str, domain: str) -> int | None:
    today = cal.local_date(now, account.time_zone)
    if cal.local_instant(today, ALERT_MINUTE, account.time_zone) > now:
        return None
    untold = Letter.select(Letter, Client).join(Client).where(*_untold(now), Letter.deadline_on < today)
    told = []
    for letter in untold.where(Letter.account == account).order_by(Letter.deadline_on, Letter.id).limit(MANY):
        claimed = Letter.update(deadline_told_at=now).where(Letter.id == letter.id, Letter.deadline_told_at.is_null())
        owed = _owed(letter) if claimed.execute() else []
        if owed and letter.deadline_on is not None:
            printing.tell("notice_expired", letter, now, None, deadline_on=letter.deadline_on)
            told.append(_line(letter, owed, letter.deadline_on, base_url))
    if not told:
        return None
    owner = composing.owner_of(account)
    text = letter_notices.notice_expired(
        told, language=owner.language, first_name=owner.first_name, anchor=anchoring.head(account)
    )
    return int(notifying.queue_user_mail(owner, "notice_expired", text, now=now, domain=domain).id)


def _owed(letter: Letter) -> list[Invoice]:
    """The invoices of a letter on which money is left, as they are now."""
    lines = Invoice.select().join(LetterInvoice).where(LetterInvoice.letter == letter, is_owed())
    return list(lines.order_by(LetterInvoice.id))


def _line(letter: Letter, owed: list[Invoice], deadline_on: dt.date, base_url: str) -> ExpiredLine:
    return ExpiredLine(
        client=letter.client.name,
        numbers=tuple(invoice.number for invoice in owed),
        balance_cents=sum(invoice.balance_cents for invoice in owed),
        currency=letter.currency,
        deadline_on=deadline_on,
        url=f"{base_url}/courriers/{letter.id}",
    )
