"""Recalling many quotes by one gesture: what would leave, what is set aside and why, then one message a quote."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peewee import JOIN

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import chasing, quoting_by_hand, quoting_nudges, situation_rows, situations
from relance.services.quoting_by_hand import Draft
from relance.services.writing import WritingError

MOST = 500  # quotes in one gesture


@dataclass(frozen=True)
class Line:
    """A quote that would be recalled, whom its message goes to, and the day of the last e-mail to its client."""

    quote: Quote
    contacts: tuple[Contact, ...]
    last_on: dt.date | None


@dataclass(frozen=True)
class Aside:
    """A quote that is set aside: suspended, answered, expired, no_address, today (already recalled today)."""

    quote: Quote
    because: str


@dataclass(frozen=True)
class Review:
    """What was chosen. ``missing`` counts what no longer exists, or is somebody else's."""

    lines: tuple[Line, ...]
    aside: tuple[Aside, ...]
    missing: int = 0


@dataclass(frozen=True)
class Result:
    """What became of a confirmation: the messages that leave in a minute, and what was set aside meanwhile."""

    messages: tuple[Message, ...]
    aside: tuple[Aside, ...]


def chosen(account: Account, ids: Sequence[int]) -> list[Quote]:
    """The account's quotes among these ids, the first MOST, once each and in their order."""
    wanted = list(dict.fromkeys(ids))[:MOST]
    query = Quote.select(Quote, Client, Invoice).join(Client).join_from(Quote, Invoice, JOIN.LEFT_OUTER)
    query = query.where(Quote.account == account, Quote.id.in_(wanted))
    rows = {quote.id: quote for quote in query}
    return [rows[number] for number in wanted if number in rows]


def review(account: Account, ids: Sequence[int], now: dt.datetime) -> Review:
    """What would leave about the chosen quotes, in a fixed number of queries. Nothing is written."""
    quotes = chosen(account, ids)
    today = chasing.today_of(account, now)
    contacts: dict[int, list[Contact]] = defaultdict(list)
    clients = {quote.client_id for quote in quotes}
    for contact in Contact.select().where(Contact.client.in_(list(clients))):
        contacts[contact.client_id].append(contact)
    last, done = quoting_nudges.last_on(clients, today), _recalled_on(quotes, today)
    lines, aside = [], []
    for quote in quotes:
        people = _recipients(quote, contacts[quote.client_id])
        because = _why_aside(account, quote, people, today, is_done=quote.id in done)
        if because:
            aside.append(Aside(quote, because))
        else:
            lines.append(Line(quote, people, last.get(quote.client_id)))
    return Review(tuple(lines), tuple(aside), len(dict.fromkeys(ids)) - len(quotes))


def _why_aside(account: Account, quote: Quote, people: tuple[Contact, ...], today: dt.date, *, is_done: bool) -> str:
    if account.suspended_at is not None:
        return "suspended"
    because = quoting_nudges.why_not(quote, today)
    if because:
        return "expired" if because == "quote_expired" else "answered"
    if not people:
        return "no_address"
    return "today" if is_done else ""


def _recipients(quote: Quote, contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Whom it goes to when nobody chooses: its contact, else the client's main one."""
    known = list(contacts)
    own = situations.usable(contact for contact in known if contact.id == quote.contact_id)
    return own or situations.main_recipients(known) or situations.usable(known)[:1]


def _recalled_on(quotes: Iterable[Quote], today: dt.date) -> set[int]:
    query = Message.select(Message.quote).where(
        Message.quote.in_([quote.id for quote in quotes]),
        Message.day_on == today,
        Message.state.in_(situation_rows.COUNTED),
    )
    return {quote_id for (quote_id,) in query.tuples()}


def send_all(account: Account, ids: Sequence[int], *, key: str, by: User, now: dt.datetime, domain: str) -> Result:
    """Queue one message a quote, each in its own transaction; the same ``key`` sent again makes nothing new."""
    found: list[Message] = []
    aside: list[Aside] = []
    made = _made_before(account, ids, key)
    known = review(account, [number for number in ids if number not in made], now)
    for line in known.lines:
        try:
            one = _send(account, line, key=key, by=by, now=now, domain=domain)
        except WritingError:  # answered, or its contact gone, in this very second
            aside.append(Aside(line.quote, "changed"))
            continue
        if one is None:
            aside.append(Aside(line.quote, "today"))
            continue
        found.append(one)
    return Result((*made.values(), *found), (*known.aside, *aside))


def _send(account: Account, line: Line, *, key: str, by: User, now: dt.datetime, domain: str) -> Message | None:
    """Queue the message of a line; None when another form did it after this one read its list."""
    with transaction():
        Client.get_by_id(line.quote.client_id).take_turn()
        made = _made_before(account, [line.quote.id], key).get(line.quote.id)
        if made is None and _recalled_on([line.quote], chasing.today_of(account, now)):
            return None
        draft = Draft(tuple(contact.id for contact in line.contacts))
        return made or quoting_by_hand.send(
            line.quote, draft, key=f"{key}:{line.quote.id}", by=by, now=now, domain=domain
        )


def _made_before(account: Account, ids: Sequence[int], key: str) -> dict[int, Message]:
    """What the same confirmation already made, by quote."""
    tokens = {quoting_by_hand.token_of(account.id, f"{key}:{number}"): number for number in ids}
    rows = Message.select().where(Message.token.in_(list(tokens)))
    return {tokens[message.token]: message for message in rows}
