"""Nudges: what leaves by itself about quotes without an answer, under all the rules that reminders obey.

A reminder of the day goes first; the nudge then waits for a working day that is still within the validity.
"""

import datetime as dt
import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.events import Event, record
from relance.models.holds import Pause
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.rules import calendar as cal
from relance.rules import nudges
from relance.rules.nudges import DAY, Nudging
from relance.services import cancelling, chasing, deferring, queueing, quoting_texts, situation_rows, situations

log = logging.getLogger(__name__)

TO_CLIENTS = ("reminder", "manual", "quote")  # what counts for the gap between two messages
DECIDED = ("not_sent", "declined")  # cancelled by a person's word: only a person sends it again
SOON = dt.timedelta(minutes=1)


def advance_due(now: dt.datetime, *, domain: str, limit: int = 1000) -> list[int]:
    """Decide for every quote whose hint has come, client by client; return the ids of the messages queued."""
    due = (
        Quote.select(Quote.account, Quote.client)
        .where(Quote.next_check_at <= now)
        .order_by(Quote.next_check_at)
        .limit(limit)
        .tuples()
    )
    queued: list[int] = []
    accounts: dict[int, Account] = {}
    for account_id, client_id in dict.fromkeys(due):
        if account_id not in accounts:
            accounts[account_id] = Account.get_by_id(account_id)
        try:
            queued += advance_client(accounts[account_id], client_id, now, domain=domain)
        except Exception:  # one client whose rows cannot be read must not hold the others
            log.exception("the quotes of client %s cannot be looked at; trying again in an hour", client_id)
            later = now + dt.timedelta(hours=1)
            Quote.update(next_check_at=later).where(Quote.client == client_id, Quote.next_check_at <= now).execute()
    return queued


def advance_client(account: Account, client_id: int, now: dt.datetime, *, domain: str) -> list[int]:
    """Decide for one client's quotes now, the first to expire first, in one transaction.

    Returns the ids of what it queued: one at most. What must be said yes to is only proposed.
    """
    with transaction():
        Client.get_by_id(client_id).take_turn()
        if Chase.select().where(Chase.client == client_id, Chase.next_check_at <= now).exists():
            # Its reminders have not been decided yet: they go first.
            Quote.update(next_check_at=now + SOON).where(
                Quote.client == client_id, Quote.next_check_at <= now
            ).execute()
            return []
        today = chasing.today_of(account, now)
        cancelling.withdraw_stale_proposals(client_id, today)
        due = Quote.select().where(Quote.client == client_id, Quote.next_check_at <= now)
        found = []
        for quote in list(due.order_by(Quote.valid_until, Quote.id)):
            message_id = _advance(account, quote, now, domain)
            found += [message_id] if message_id is not None else []
        return found


def _advance(account: Account, quote: Quote, now: dt.datetime, domain: str) -> int | None:
    wall = cal.local_datetime(now, account.time_zone)
    today, minute = wall.date(), wall.hour * 60 + wall.minute
    if quote.state != "pending" or not quote.nudges:
        _look_again(quote, None)
        return None
    if quote.valid_until < today:
        _end(quote, today, now)
        return None
    calendar = situations.policy_of(account).calendar
    opens_on = deferring.opening(account, calendar, today, minute)
    tomorrow = _opening(account, calendar.next_working(today + DAY))
    if account.suspended_at is not None:
        _look_again(quote, tomorrow)
        return None
    start = opens_on or today
    coming = nudges.next_on(nudging_of([quote], today)[quote.id], calendar, account.min_gap_days, start)
    if coming is None:  # looked at once more when it expires, to say in its history what did not leave
        _look_again(quote, _opening(account, quote.valid_until + DAY, 0))
        return None
    if opens_on is not None or coming > today:
        _look_again(quote, _opening(account, coming))
        return None
    _look_again(quote, tomorrow)
    if why_held(quote, today):
        return None
    return _queue(account, quote, today, now, domain)


def _queue(account: Account, quote: Quote, today: dt.date, now: dt.datetime, domain: str) -> int | None:
    """Write the nudge of the day, unless the (client, day) is taken. Only proposed when the user wants to be asked."""
    asks = account.asks_before_sending
    contacts = quoting_texts.recipients(quote)
    composed = quoting_texts.write(quote, quoting_texts.prepare(quote, contacts, today=today))
    message_id = queueing.insert_message(
        composed,
        account=account,
        client=quote.client,
        kind="quote",
        slot=queueing.slot_of(quote.client_id, today),
        day=today,
        now=now,
        not_before=now,
        domain=domain,
        state="proposed" if asks else "queued",
        quote=quote,
    )
    if message_id is None:
        return None
    kind = "reminder_proposed" if asks else "nudge_queued"
    if not (asks and Event.select().where(Event.quote == quote, Event.kind == kind).exists()):
        to = [email for _, email in composed.to]
        tell(kind, quote, now, message=message_id, template=composed.template, to=to)
    return None if asks else message_id


def _end(quote: Quote, today: dt.date, now: dt.datetime) -> None:
    """It expired without an answer: when no nudge left, its history says why."""
    _look_again(quote, None)
    if not nudging_of([quote], today)[quote.id].used_on:
        tell("nudge_cancelled", quote, now, because=why_held(quote, today) or "quote_expired")


def _opening(account: Account, day: dt.date, minute: int | None = None) -> dt.datetime:
    return cal.local_instant(day, account.send_from_minute if minute is None else minute, account.time_zone)


def _look_again(quote: Quote, at: dt.datetime | None) -> None:
    Quote.update(next_check_at=at).where(Quote.id == quote.id).execute()


def nudging_of(quotes: Iterable[Quote], today: dt.date) -> dict[int, Nudging]:
    """What the rule needs of each of these quotes (one account), in two queries."""
    rows = list(quotes)
    used: dict[int, list[dt.date]] = defaultdict(list)
    counts = Message.state.in_((*situation_rows.COUNTED, "refused")) | Message.error.in_(DECIDED)
    # A proposal of an earlier day is withdrawn and made anew: it takes no nudge.
    is_stale = (Message.state == "proposed") & (Message.day_on < today)
    about = Message.select(Message.quote, Message.day_on).where(
        Message.quote.in_([quote.id for quote in rows]), Message.day_on.is_null(False), counts, ~is_stale
    )
    for quote_id, day in about.order_by(Message.day_on).tuples():
        used[quote_id].append(day)
    last = last_on({quote.client_id for quote in rows}, today)
    return {
        quote.id: Nudging(
            quote.issued_on,
            quote.valid_until,
            quote.remind_days,
            quote.nudges,
            tuple(used[quote.id]),
            last.get(quote.client_id),
        )
        for quote in rows
    }


def last_on(client_ids: Iterable[int], today: dt.date) -> dict[int, dt.date]:
    """The day of the last message to each of these clients, by hand included; what still waits leaves today."""
    is_stale = (Message.state == "proposed") & (Message.day_on < today)
    # A refused message reached nobody, but it took its day.
    counts = Message.state.in_(situation_rows.COUNTED) | ((Message.state == "refused") & (Message.day_on == today))
    query: Any = Message.select(Message.client, Message.day_on, Message.state, Message.is_automatic).where(
        Message.client.in_(list(client_ids)),
        Message.kind.in_(TO_CLIENTS),
        Message.day_on >= today - situation_rows.LONGEST_GAP,
        counts,
        ~is_stale,
    )
    found: dict[int, dt.date] = {}
    for client_id, day, state, is_automatic in query.tuples():
        on = max(day, today) if is_automatic and state in situation_rows.OUTSTANDING else day
        found[client_id] = max(on, found.get(client_id, on))
    return found


def why_held(quote: Quote, today: dt.date) -> str:
    """Why no nudge leaves today though its day has come (a key of the history's reasons), or ''."""
    client: Client = quote.client
    if client.is_exempt:
        return "exempt"
    if client.archived_at is not None:
        return "client_archived"
    paused = Pause.select().where(
        Pause.ended_at.is_null(),
        Pause.starts_on <= today,
        Pause.until_on.is_null() | (Pause.until_on >= today),
        Pause.invoice.is_null(),
        (Pause.client == client) | (Pause.client.is_null() & (Pause.account == quote.account_id)),
    )
    kinds = ["client_pause" if pause.client_id else "account_pause" for pause in paused]
    if kinds:
        return kinds[0]
    return "" if quoting_texts.recipients(quote) else "no_recipient"


def why_not(quote: Quote, today: dt.date) -> str:
    """Why nothing more may be sent about the quote, by hand included (a key of the history's reasons), or ''."""
    if quote.state != "pending":
        return f"quote_{quote.state}"
    return "quote_expired" if quote.is_expired(today) else ""


def refresh(message: Message, now: dt.datetime, *, on: dt.date | None = None) -> bool:
    """Say today's truth, or that of ``on``, the day it will leave. False when it had to be cancelled.

    Called in a transaction with the client's turn taken, before any message about a quote leaves.
    """
    quote: Quote = Quote.get_by_id(message.quote_id)
    today = on or chasing.today_of(quote.account, now)
    because = why_not(quote, today)
    if message.is_automatic:
        because = because or why_held(quote, today) or ("" if quote.nudges else "switched_off")
    contacts = quoting_texts.recipients(quote) if message.is_automatic else _chosen(message)
    because = because or ("" if contacts else "no_recipient")
    if because:
        return _cancel(message, quote, because, now)
    has_file = message.is_automatic or bool(message.attachments.count())
    copies = bool(json.loads(message.cc_json))
    prepared = quoting_texts.prepare(quote, contacts, today=today, copies_user=copies, attaches=has_file)
    if prepared.fingerprint == message.facts:
        return True
    if message.is_edited:  # words a person wrote are sent as they were read, or not at all
        return _cancel(message, quote, "quote_changed", now)
    composed = quoting_texts.write(quote, prepared)
    Message.update(**queueing.content_of(composed)).where(Message.id == message.id).execute()
    queueing.attach(message.id, composed.document_ids)
    return True


def _chosen(message: Message) -> tuple[Contact, ...]:
    emails = [email for _name, email in json.loads(message.to_json)]
    return situations.usable(Contact.select().where(Contact.client == message.client_id, Contact.email.in_(emails)))


def _cancel(message: Message, quote: Quote, because: str, now: dt.datetime) -> bool:
    Message.update(state="cancelled", slot=None, error=because).where(Message.id == message.id).execute()
    tell("nudge_cancelled", quote, now, message=message, because=because, template=message.template)
    return False


def skip_past(account: Account, now: dt.datetime) -> int:
    """After a restore: a nudge dated today or before may have left already, so the machine never sends it.

    Returns how many quotes were switched off for that reason.
    """
    today = chasing.today_of(account, now)
    calendar = situations.policy_of(account).calendar
    quotes = list(Quote.select().where(Quote.account == account, Quote.state == "pending", Quote.nudges > 0))
    count = 0
    for quote in quotes:
        if quote.valid_until >= today >= nudges.first_day(nudging_of([quote], today)[quote.id], calendar):
            Quote.update(nudges=0, next_check_at=None, version=Quote.version + 1).where(Quote.id == quote.id).execute()
            tell("nudge_cancelled", quote, now, because="uncertain")
            count += 1
    return count


def tell(kind: str, quote: Quote, now: dt.datetime, **facts: Any) -> None:
    """One line of the quote's history, by Relance itself."""
    record(kind, account=quote.account_id, client=quote.client_id, quote=quote, at=now, number=quote.number, **facts)
