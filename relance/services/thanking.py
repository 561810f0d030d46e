"""A word of thanks once a chased invoice is paid: optional, never twice for one invoice, never a reminder."""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from relance.db import transaction
from relance.mail import layout
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.rules import calendar as cal
from relance.rules import moves
from relance.services import chasing, composing, deferring, holds, queueing, situations, telling, writing
from relance.services.composing import Composed, Part
from relance.services.thankable import last_reminder, recipients, thanked, usable

__all__ = [
    "Draft",
    "ThanksError",
    "compose",
    "on_paid",
    "recipients",
    "refusal",
    "send",
    "still_stands",
    "thanked",
    "usable",
    "withdraw",
]

log = logging.getLogger(__name__)

TEMPLATE = "remerciement"
UNDO = dt.timedelta(minutes=1)
HELD = ("pause", "client_pause", "account_pause", "dispute")  # a promise that was kept holds nothing back
NOT_PAID = "La facture n'est pas payée : il n'y a rien à remercier."
NO_ADDRESS = "Ce client n'a aucune adresse e-mail utilisable : ajoutez-en une ou corrigez-la."
SUSPENDED = "Les envois de votre compte sont suspendus : reprenez-les d'abord, depuis le tableau de bord."
TWICE = "Un remerciement est déjà parti pour cette facture, ou va partir."


class ThanksError(Exception):
    """It cannot be sent like this; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Draft:
    """What a person chose. ``words`` are a subject and a text they wrote; None means those of the template."""

    contact_ids: tuple[int, ...]
    words: tuple[str, str] | None = None


def refusal(invoice: Invoice) -> str:
    """The French reason why no thank-you may be sent by hand, or ''."""
    if invoice.state != "paid" or invoice.is_credit_note:
        return NOT_PAID
    if invoice.account.suspended_at is not None:
        return SUSPENDED
    if thanked(invoice) is not None:
        return TWICE
    return "" if usable(invoice) else NO_ADDRESS


def compose(invoice: Invoice, draft: Draft, now: dt.datetime) -> Composed:
    """The thank-you as it would leave now. ThanksError, or the WritingError of its words, names what is missing."""
    contacts = tuple(contact for contact in usable(invoice) if contact.id in draft.contact_ids)
    if not contacts:
        raise ThanksError("Choisissez au moins un destinataire.", "contacts")
    if invoice.client.kind == "individual" and len(contacts) > 1:
        raise ThanksError("Un particulier n'a qu'un contact : choisissez-en un.", "contacts")
    composed = _write(invoice.account, invoice.client, [invoice], contacts, chasing.today_of(invoice.account, now))
    if draft.words is None:
        return composed
    writing.check_words(*draft.words)
    text = layout.typed(*draft.words, composed.language)
    return composing.with_text(composed, text.subject, text.text, text.html)


def send(invoice: Invoice, draft: Draft, *, key: str, by: User, now: dt.datetime, domain: str) -> Message:
    """Put a thank-you in the queue by hand: it leaves after a minute, during which it can be undone.

    ``key``: one per form shown; the same one gives the message it already made. ThanksError when it may not leave.
    """
    with transaction():
        invoice.client.take_turn()
        invoice = Invoice.get_by_id(invoice.id)
        token = hashlib.sha256(f"{invoice.account_id}:thanks:{key}".encode()).hexdigest()[:20]
        known: Message | None = Message.get_or_none(Message.token == token)
        if known is not None:
            return known
        reason = refusal(invoice)
        if reason:
            raise ThanksError(reason)
        composed = compose(invoice, draft, now)
        message_id = _insert(composed, invoice, None, now, now + UNDO, domain, by, token)
        if draft.words is not None:
            Message.update(is_edited=True).where(Message.id == message_id).execute()
        _add(message_id, invoice, composed, by, now)
        message: Message = Message.get_by_id(message_id)
        return message


def on_paid(invoice: Invoice, *, now: dt.datetime) -> None:
    """After the payment that settled it: thank whom the last reminder went to, at the next opening of the hours.

    Called in the transaction of the payment, with the client's turn taken. Several invoices paid the same day make
    one message. Nothing without a reminder sent, nor when the account does not want it.
    """
    account: Account = invoice.account
    last = last_reminder(invoice)
    if not account.sends_thanks or last is None or thanked(invoice) is not None:
        return
    contacts = recipients(invoice)
    if not contacts or invoice.client.is_exempt or _held(account, [invoice], now):
        return
    try:
        _queue(invoice, last, contacts, now)
    except ValueError:  # a text that cannot be written must not cost the payment
        log.exception("invoice %s: the thank-you cannot be written", invoice.id)


def _queue(invoice: Invoice, last: Message, contacts: Sequence[Contact], now: dt.datetime) -> None:
    account: Account = invoice.account
    opens_on = _next_opening(account, now)
    slot = f"thanks-{invoice.client_id}:{opens_on.isoformat()}"
    waiting: Message | None = Message.get_or_none(Message.slot == slot, Message.state == "queued")
    if waiting is not None and {email for _name, email in json.loads(waiting.to_json)} == {c.email for c in contacts}:
        invoices = [*(item.invoice for item in waiting.items.order_by(MessageItem.id)), invoice]
        composed = _write(account, invoice.client, invoices, contacts, opens_on)
        Message.update(**queueing.content_of(composed)).where(Message.id == waiting.id).execute()
        _add(waiting.id, invoice, composed, None, now)
        return
    composed = _write(account, invoice.client, [invoice], contacts, opens_on)
    at = cal.local_instant(opens_on, account.send_from_minute, account.time_zone)
    domain = last.message_id.rstrip(">").rpartition("@")[2]
    free = slot if waiting is None else f"{slot}:{invoice.id}"
    _add(_insert(composed, invoice, free, now, at, domain, None, ""), invoice, composed, None, now)


def withdraw(invoice: Invoice, *, now: dt.datetime) -> None:
    """The payment was deleted before the thank-you left: it no longer speaks of this invoice, or does not leave."""
    waiting = thanked(invoice)
    if waiting is not None and waiting.state == "queued":
        still_stands(waiting, now)


def still_stands(message: Message, now: dt.datetime) -> bool:
    """True when a queued thank-you may leave; what is no longer paid falls out of it, or cancels it.

    Called in a transaction with the client's turn taken.
    """
    account, client = message.account, message.client
    if account is None or client is None:
        return False
    items = list(MessageItem.select().where(MessageItem.message == message).order_by(MessageItem.id))
    over = {item.invoice_id: _why_not(message, item.invoice, now) for item in items}
    left = [item.invoice for item in items if not over[item.invoice_id]]
    contacts = _contacts(message)
    gone = [invoice_id for invoice_id, reason in over.items() if reason]
    if not left or not contacts or (gone and message.is_edited):
        reasons = [reason for reason in over.values() if reason]
        _cancel(message, list(over), reasons[0] if reasons else "no_recipient", now)
        return False
    if gone or len(contacts) != len(json.loads(message.to_json)):
        MessageItem.delete().where(MessageItem.message == message, MessageItem.invoice.in_(gone)).execute()
        composed = _write(account, client, left, contacts, chasing.today_of(account, now))
        values = queueing.content_of(composed)
        if message.is_edited:  # the words stay, whom they go to does not
            values = {"to_json": values["to_json"]}
        Message.update(**values).where(Message.id == message.id).execute()
    return True


def _why_not(message: Message, invoice: Invoice, now: dt.datetime) -> str:
    """Why this invoice is not thanked for (a key of the history's reasons), or ''. By hand, paid is enough."""
    if invoice.state != "paid":
        return "not_paid"
    if message.user_id is not None:
        return ""
    if invoice.client.is_exempt:
        return "exempt"
    return _held(invoice.account, [invoice], now)


def _held(account: Account, invoices: Iterable[Invoice], now: dt.datetime) -> str:
    found = holds.current(account, invoices, chasing.today_of(account, now))
    kinds = [held.kind for rows in found.values() for held in rows if held.kind in HELD]
    return kinds[0] if kinds else ""


def _contacts(message: Message) -> tuple[Contact, ...]:
    emails = [email for _name, email in json.loads(message.to_json)]
    return situations.usable(Contact.select().where(Contact.client == message.client_id, Contact.email.in_(emails)))


def _cancel(message: Message, invoice_ids: Iterable[int], because: str, now: dt.datetime) -> None:
    Message.update(state="cancelled", slot=None, error=because).where(Message.id == message.id).execute()
    MessageItem.update(slot=None).where(MessageItem.message == message).execute()
    telling.tell("reminder_cancelled", message, invoice_ids, now=now, because=because, template=TEMPLATE)


def _write(
    account: Account, client: Client, invoices: Sequence[Invoice], contacts: Sequence[Contact], today: dt.date
) -> Composed:
    """The text: one line an invoice, whatever its instalments were."""
    parts = [Part(invoice, invoice.instalments.order_by("position").first()) for invoice in invoices]
    prepared = composing.prepare(
        account, client, parts, contacts, template=TEMPLATE, today=today, copies_user=False, attaches_invoice=False
    )
    lines = tuple(replace(line, instalment=None) for line in prepared.facts.lines)
    return replace(prepared, facts=replace(prepared.facts, lines=lines)).write()


def _insert(
    composed: Composed,
    invoice: Invoice,
    slot: str | None,
    now: dt.datetime,
    at: dt.datetime,
    domain: str,
    by: User | None,
    token: str,
) -> int:
    message_id = queueing.insert_message(
        composed,
        account=invoice.account,
        client=invoice.client,
        kind="thanks",
        slot=slot,
        day=cal.local_date(at, invoice.account.time_zone),
        now=now,
        not_before=at,
        domain=domain,
        user=by,
        token=token,
    )
    if message_id is None:  # the client's turn is taken: only a form made twice comes here
        raise ThanksError(TWICE)
    return message_id


def _add(message_id: int, invoice: Invoice, composed: Composed, by: User | None, now: dt.datetime) -> None:
    """The invoice in the message: its slot is what forbids a second thank-you."""
    MessageItem.create(
        message=message_id,
        invoice=invoice,
        instalment=invoice.instalments.order_by("position").first(),
        template=TEMPLATE,
        balance_cents=0,
        slot=f"thanks:{invoice.id}",
    )
    record(
        "thanks_queued",
        account=invoice.account_id,
        client=invoice.client_id,
        invoice=invoice,
        message=message_id,
        user=by,
        at=now,
        template=TEMPLATE,
        to=[email for _name, email in composed.to],
    )


def _next_opening(account: Account, now: dt.datetime) -> dt.date:
    """The next day on which sending opens: time enough to take back a payment recorded by mistake."""
    calendar = situations.policy_of(account).calendar
    wall = cal.local_datetime(now, account.time_zone)
    opens_on = deferring.opening(account, calendar, wall.date(), wall.hour * 60 + wall.minute)
    return opens_on or calendar.next_working(wall.date() + moves.DAY)
