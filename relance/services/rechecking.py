"""The last look before a message leaves: is it still true, still owed, still its hour?"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from relance.models.accounts import Account
from relance.models.chases import Chase, ChaseContact, Skip
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.holds import Hold
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageAttachment, MessageItem
from relance.rules import calendar as cal
from relance.rules import moves, plans
from relance.services import (
    chasing,
    composing,
    enclosing,
    holds,
    queueing,
    quoting_nudges,
    situations,
    steps,
    telling,
    thanking,
)
from relance.services.composing import Part

MAX_ANSWER = 255  # characters of a server's refusal: what the column holds, whatever the server says


def still_stands(message: Message, now: dt.datetime) -> bool:
    """True when the message may leave now. Cancels it, renders it again or makes it wait otherwise.

    Called inside the claiming transaction, with the client's turn taken.
    """
    account, client = message.account, message.client
    if account is None or client is None:  # a mail to the user
        return True
    if account.suspended_at is not None:
        _wait(message, now + dt.timedelta(hours=1))
        return False
    if message.is_automatic or (message.kind == "thanks" and message.user_id is None):
        opens_at = opening(account, now)
        if opens_at is not None:
            _wait(message, opens_at)
            return False
    if message.kind == "thanks":
        return thanking.still_stands(message, now)
    return refresh(message, now) and not _asked_first(message, account, now)


def refresh(message: Message, now: dt.datetime, *, on: dt.date | None = None) -> bool:
    """Say today's truth, or that of ``on``, the day it will leave. False when it had to be cancelled.

    Called in a transaction with the client's turn taken. What is no longer owed falls out of the message.
    """
    account, client = message.account, message.client
    if account is None or client is None:
        return True
    if message.quote_id is not None:
        return quoting_nudges.refresh(message, now, on=on)
    owed, over = _drop_what_is_over(message, account, client, now)
    if not owed:
        _cancel(message, next(iter(over.values()), "paid"), now, over)
        return False
    return _render_again(message, account, client, owed, now, on or chasing.today_of(account, now))


def mark_of(message: Message) -> str:
    """What tells one text from another: its recipients, its subject, its words and what travels with it."""
    files = sorted(document_id for (document_id,) in files_of(message))
    read = [message.to_json, message.cc_json, message.subject, message.body_text, message.body_html, json.dumps(files)]
    return hashlib.sha256("\n".join(read).encode()).hexdigest()[:32]


def files_of(message: Message) -> Any:
    """The query of the files that ``mark_of`` counts."""
    return message.attachments.select(MessageAttachment.document).tuples()


def _asked_first(message: Message, account: Account, now: dt.datetime) -> bool:
    """True when the message needs a yes that nobody gave to these words: it is proposed instead of leaving.

    It was put in the queue before the user wished to be asked, or its facts changed since the yes.
    """
    if not message.is_automatic or not _asks(message, account):
        return False
    said = Event.select().where(Event.message == message, Event.kind == "reminder_approved")
    marks = [event.facts.get("mark") for event in said.order_by(Event.id)]
    fresh: Message = Message.get_by_id(message.id)
    if marks and marks[-1] == mark_of(fresh):
        return False
    Message.update(state="proposed", claim="").where(Message.id == message.id, Message.state == "queued").execute()
    to = [email for _, email in json.loads(fresh.to_json)]
    about = telling.invoices_of(fresh)
    telling.tell("reminder_proposed", fresh, about, now=now, template=fresh.template, to=to)
    chasing.schedule_check(fresh.client_id, now)
    return True


def _asks(message: Message, account: Account) -> bool:
    chases = [item.chase for item in message.items if item.chase is not None]
    return account.asks_before_sending or any(
        chase.asks_before_sending or (chase.sequence is not None and chase.sequence.asks_before_sending)
        for chase in chases
    )


def opening(account: Account, now: dt.datetime) -> dt.datetime | None:
    """When automatic messages may leave next, or None when they may now (account's time zone)."""
    wall = cal.local_datetime(now, account.time_zone)
    minute = wall.hour * 60 + wall.minute
    calendar = situations.policy_of(account).calendar
    if calendar.is_working(wall.date()) and account.send_from_minute <= minute < account.send_until_minute:
        return None
    is_early = calendar.is_working(wall.date()) and minute < account.send_from_minute
    day = wall.date() if is_early else calendar.next_working(wall.date() + moves.DAY)
    return cal.local_instant(day, account.send_from_minute, account.time_zone)


def _wait(message: Message, until: dt.datetime) -> None:
    Message.update(not_before_at=until).where(Message.id == message.id, Message.state == "queued").execute()


def _drop_what_is_over(
    message: Message, account: Account, client: Client, now: dt.datetime
) -> tuple[list[MessageItem], dict[int, str]]:
    """Take out the instalments that are no longer chased. Returns those that are, and why each other invoice is not."""
    items = list(MessageItem.select().where(MessageItem.message == message).order_by(MessageItem.id))
    held = _held(message, account, [item.invoice for item in items], now)
    known = steps.of_chases({item.chase_id: item.chase for item in items if item.chase is not None}.values())
    owed: list[MessageItem] = []
    over: dict[int, str] = {}
    for item in items:
        reason = situations.stop_reason(account, client, item.invoice, item.instalment.balance_cents)
        reason = reason or _switched_off(message, item) or held.get(item.invoice_id, "")
        reason = reason or _taken_out(message, item, known)
        if reason:
            MessageItem.delete().where(MessageItem.id == item.id).execute()
            over[item.invoice_id] = reason
            continue
        owed.append(item)
    return owed, over


def _switched_off(message: Message, item: MessageItem) -> str:
    """Why an automatic message's chase no longer sends, or ''. A message by hand needs no chase."""
    if not message.is_automatic:
        return ""
    is_on = Chase.select().where(Chase.id == item.chase_id, Chase.ended_at.is_null()).exists()
    return "" if is_on else "switched_off"


def _held(message: Message, account: Account, invoices: Iterable[Invoice], now: dt.datetime) -> dict[int, str]:
    """Why each held invoice is held. What a person sends by hand stops only for what was noted after they did."""
    today = chasing.today_of(account, now)
    found = {}
    for key, reasons in holds.current(account, invoices, today).items():
        bearing = [held for held in reasons if message.is_automatic or held.row.made_at > message.created_at]
        if bearing:
            found[key] = bearing[0].kind
    return found


def _taken_out(message: Message, item: MessageItem, known: Mapping[int, tuple[plans.Step, ...]]) -> str:
    """Why the step of an automatic message is no longer one of its plan's, or ''."""
    if not message.is_automatic or item.chase_id is None:
        return ""
    if all(step.index != item.step for step in known[item.chase_id]):
        return "step_removed"
    if Hold.select().where(Hold.chase == item.chase_id, Hold.step == item.step).exists():
        return "held_step"
    is_own = (Skip.chase == item.chase_id, Skip.instalment == item.instalment_id, Skip.step == item.step)
    return "skipped" if Skip.select().where(*is_own).exists() else ""


def _cancel(message: Message, because: str, now: dt.datetime, invoice_ids: Iterable[int] = ()) -> None:
    """Cancel the message, give its steps back and say so in the history of each invoice."""
    invoices = dict.fromkeys([*invoice_ids, *telling.invoices_of(message)])
    Message.update(state="cancelled", slot=None, error=because).where(Message.id == message.id).execute()
    MessageItem.update(slot=None).where(MessageItem.message == message).execute()
    telling.tell("reminder_cancelled", message, invoices, now=now, because=because)


def _render_again(
    message: Message, account: Account, client: Client, owed: list[MessageItem], now: dt.datetime, today: dt.date
) -> bool:
    """Write the text of the day's facts; False when a text written by hand no longer says the truth."""
    granted = _granted(account, owed)
    parts = [Part(item.invoice, item.instalment, granted_on=granted.get(item.instalment_id)) for item in owed]
    contacts = _contacts(message, owed)
    if not contacts:
        _cancel(message, "no_recipient", now)
        return False
    chases = [item.chase for item in owed if item.chase is not None]
    copies: tuple[Contact, ...] = ()
    enclosed = [row.id for row in enclosing.of_message(message.id)]
    if message.is_automatic:
        copies_user, attaches = any(c.copies_user for c in chases), any(c.attaches_invoice for c in chases)
    else:
        copies_user, copies = _copied(message, account)
        attaches = message.attachments.where(MessageAttachment.document.not_in(enclosed)).exists()
    prepared = composing.prepare(
        account,
        client,
        parts,
        contacts,
        template=_template(message, owed),
        today=today,
        copies_user=copies_user,
        attaches_invoice=attaches,
        claims_fees=not message.is_automatic or all(c.sequence is None or c.sequence.claims_fees for c in chases),
        copies=copies,
        variant="" if message.is_automatic else _variant(message),
    )
    if prepared.fingerprint == message.facts:
        return True
    if message.is_edited:
        # Words a person wrote are sent as they were read, or not at all.
        _cancel(message, "text", now)
        return False
    composed = prepared.write()
    Message.update(**queueing.content_of(composed)).where(Message.id == message.id).execute()
    queueing.attach(message.id, [*composed.document_ids, *enclosed])
    for item in owed:
        MessageItem.update(balance_cents=item.instalment.balance_cents).where(MessageItem.id == item.id).execute()
    return True


def _granted(account: Account, owed: list[MessageItem]) -> dict[int, dt.date]:
    """The dates of extensions, by instalment."""
    frames = holds.frames(account.id, {item.invoice_id: item.invoice.client_id for item in owed}, dt.date.max)
    found = {}
    for item in owed:
        granted_on = frames[item.invoice_id].granted_on if item.invoice_id in frames else None
        if granted_on is not None and granted_on > item.instalment.due_on:
            found[item.instalment_id] = granted_on
    return found


def _template(message: Message, owed: list[MessageItem]) -> str:
    """The tone of the most advanced step that is left."""
    if not message.is_automatic:
        return str(message.template)
    levels = plans.LEVELS | (steps.own_levels(message.account_id) if message.account_id else {})
    lead = max(owed, key=lambda item: (levels.get(item.template, 1), item.offset_days or 0, -item.instalment_id))
    return str(lead.template)


def _contacts(message: Message, owed: list[MessageItem]) -> tuple[Contact, ...]:
    if message.is_automatic:
        links = ChaseContact.select(ChaseContact.contact).where(ChaseContact.chase == owed[0].chase_id)
        chosen = list(Contact.select().where(Contact.id.in_(links)))
        if chosen:
            return situations.usable(chosen)
        return situations.main_recipients(Contact.select().where(Contact.client == message.client_id))
    emails = [email for _, email in json.loads(message.to_json)]
    return situations.usable(Contact.select().where(Contact.client == message.client_id, Contact.email.in_(emails)))


def _copied(message: Message, account: Account) -> tuple[bool, tuple[Contact, ...]]:
    """Who was put in Cc by hand: the user or not, and the contacts who can still be written to."""
    emails = {email for _, email in json.loads(message.cc_json)}
    owner = composing.owner_of(account).email
    of_client = Contact.select().where(Contact.client == message.client_id, Contact.email.in_(emails - {owner}))
    return owner in emails, situations.usable(of_client)


def _variant(message: Message) -> str:
    """The version that was chosen for this message only, '' for the one of the client."""
    queued = Event.get_or_none(Event.message == message, Event.kind == "reminder_queued")
    return str(queued.facts.get("variant", "")) if queued is not None else ""


def note_refused_addresses(message: Message, refused: Mapping[str, tuple[int, str]], now: dt.datetime) -> None:
    """An address the server refused for good is flagged on its contact, and no longer used."""
    for address, (code, text) in refused.items():
        if 500 <= code < 600:
            because = f"{code} {text}"[:MAX_ANSWER]
            Contact.update(rejected_at=now, rejected_because=because).where(
                Contact.client == message.client_id, Contact.email == address, Contact.rejected_at.is_null()
            ).execute()
