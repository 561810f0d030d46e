"""What the next sixty days hold, with the exact texts: the code of ``due`` and of sending, run forward.

Nothing is written.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from relance import db
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.rules import calendar as cal
from relance.rules import moves, schedule
from relance.rules.moves import Item
from relance.rules.schedule import Decision
from relance.services import chasing, composing, composing_ahead, forecasting, queueing, situations, stored_messages
from relance.services.composing import Composed
from relance.services.situations import Situation, Tracked

DAYS = 60
PAGE_SIZE = 10  # clients whose texts are written at once: a text costs some milliseconds
COUNTED = 100  # clients whose weeks are counted at once


@dataclass(frozen=True)
class About:
    """An invoice of a message or of a task, with the days from its due date to its step."""

    invoice_id: int
    number: str
    offset_days: int | None
    balance_cents: int


@dataclass(frozen=True)
class Coming:
    """One thing to come. ``kind``: mail, waiting (in the queue already), letter, call, held (a person keeps it back).

    ``on`` is the account's civil day, ``at`` the UTC instant. ``composed`` is the e-mail, to the letter; None for
    what is not one, or when no text can be written (``problem``, French). ``asks``: it waits for the user's yes.
    """

    kind: str
    on: dt.date
    at: dt.datetime
    client: Client
    about: tuple[About, ...]
    template: str = ""
    composed: Composed | None = None
    documents: tuple[str, ...] = ()
    asks: bool = False
    problem: str = ""
    message_id: int | None = None

    @property
    def is_mail(self) -> bool:
        """True for what leaves by itself."""
        return self.kind in ("mail", "waiting")


@dataclass(frozen=True)
class Page:
    """The events of some clients, client by client. ``after`` opens the next page (0: there is none)."""

    clients: tuple[tuple[Client, tuple[Coming, ...]], ...]
    after: int


def last_day(account: Account, now: dt.datetime) -> dt.date:
    """The last day that is simulated."""
    return forecasting.first_day(account, now) + dt.timedelta(DAYS)


def of_client(client: Client, now: dt.datetime) -> tuple[Coming, ...]:
    """All that is to come for a client, in order."""
    return _of_client(client, now, None)


def _of_client(client: Client, now: dt.datetime, invoices: set[int] | None) -> tuple[Coming, ...]:
    account: Account = client.account
    loaded = situations.load(account, [client.id], chasing.today_of(account, now))
    decided = _decided(account, [loaded[client.id]], now, invoices)[client.id]
    return tuple(_run(loaded[client.id], decided, now, composing.owner_of(account), invoices))


def of_situation(situation: Situation, now: dt.datetime, owner: User, invoices: set[int]) -> tuple[Coming, ...]:
    """What is to come about these invoices in a situation that may not be stored yet: choices to be confirmed."""
    return tuple(_run(situation, list(_decisions(situation, now)), now, owner, invoices))


def of_invoice(invoice: Invoice, now: dt.datetime) -> tuple[Coming, ...]:
    """All that is to come about an invoice: its messages are whole, with what else they carry."""
    return _of_client(invoice.client, now, {invoice.id})


def of_account(account: Account, now: dt.datetime, after: int = 0) -> Page:
    """A page of an account: the clients by name, those after the client ``after``, that have something to come."""
    found: list[tuple[Client, tuple[Coming, ...]]] = []
    rows = list(_chased(account, now, after).limit(PAGE_SIZE + 1))
    shown = rows[:PAGE_SIZE]
    loaded = situations.load(account, [client.id for client in shown], chasing.today_of(account, now))
    decided = _decided(account, loaded.values(), now, None)
    owner = composing.owner_of(account)
    for client in shown:
        events = tuple(_run(loaded[client.id], decided[client.id], now, owner, None))
        if events:
            found.append((client, events))
    return Page(tuple(found), shown[-1].id if len(rows) > PAGE_SIZE else 0)


def weeks(account: Account, now: dt.datetime, client_id: int | None = None) -> list[tuple[dt.date, int]] | None:
    """(Monday, number of e-mails) of each week to come, texts not written; None when there are too many clients."""
    start, end = forecasting.first_day(account, now), last_day(account, now)
    ids = [client_id] if client_id is not None else [c.id for c in _chased(account, now, 0).limit(COUNTED + 1)]
    if len(ids) > COUNTED:
        return None
    loaded = situations.load(account, ids, chasing.today_of(account, now))
    days: Iterable[dt.date] = [
        decision.day for situation in loaded.values() for decision in _decisions(situation, now) if decision.picks
    ]
    counts = Counter(_monday(day) for day in days)
    first = _monday(start)
    mondays = [first + dt.timedelta(7 * n) for n in range((_monday(end) - first).days // 7 + 1)]
    return [(monday, counts[monday]) for monday in mondays]


def _chased(account: Account, now: dt.datetime, after: int) -> Any:
    """Clients with a chase that looks again within the sixty days, by name then id."""
    end = cal.local_instant(last_day(account, now) + moves.DAY, 0, account.time_zone)
    ids = Chase.select(Chase.client).where(
        Chase.account == account, Chase.ended_at.is_null(), Chase.next_check_at <= max(end, now)
    )
    query = Client.select().where(Client.account == account, Client.id.in_(ids))
    last = Client.get_or_none(Client.account == account, Client.id == after) if after else None
    if last is not None:
        query = query.where((Client.name > last.name) | ((Client.name == last.name) & (Client.id > last.id)))
    return query.order_by(Client.name, Client.id)


def _decisions(situation: Situation, now: dt.datetime) -> Iterator[Decision]:
    if situation.account.suspended_at is not None:
        return iter(())
    start, end = forecasting.first_day(situation.account, now), last_day(situation.account, now)
    return schedule.preview(situation.items, situation.past, situation.policy, start, end)


def _decided(
    account: Account, loaded: Iterable[Situation], now: dt.datetime, invoices: set[int] | None
) -> dict[int, list[Decision]]:
    """What is decided for these clients; what their messages need is read at once, for a page that shows them."""
    rows = list(loaded)
    decided = {situation.client.id: list(_decisions(situation, now)) for situation in rows}
    if db.is_remembering():
        more = stored_messages.read_ahead([s.client.id for s in rows], chasing.today_of(account, now))
        composing_ahead.of_messages(
            account,
            (
                [situation.tracked[pick.item.key].invoice for pick in decision.picks]
                for situation in rows
                for decision in decided[situation.client.id]
                if decision.picks and (invoices is None or _named(situation, decision) & invoices)
            ),
            more,
        )
    return decided


def _named(situation: Situation, decision: Decision) -> set[int]:
    return {situation.tracked[pick.item.key].invoice.id for pick in decision.picks}


def _run(
    situation: Situation, decided: Iterable[Decision], now: dt.datetime, owner: User, invoices: set[int] | None
) -> Iterator[Coming]:
    """One client's events in order, or those about these invoices: no other text is written.

    The day of the previous message is that of the simulated one, as it will be.
    """
    events = list(_waiting(situation, now))
    previous = {about.invoice_id: event.on for event in events for about in event.about}
    for decision in decided:
        named = _named(situation, decision)
        if decision.picks and (invoices is None or named & invoices):
            events.append(_mail(situation, decision, now, owner, previous))
        previous.update(dict.fromkeys(named, decision.day))
        events.extend(_tasks(situation, decision, now))
    events.extend(_held(situation, now))
    if invoices is not None:
        events = [event for event in events if any(about.invoice_id in invoices for about in event.about)]
    rank = {"waiting": 0, "mail": 1, "letter": 2, "call": 3, "held": 4}
    yield from sorted(events, key=lambda event: (event.on, rank[event.kind]))


def _mail(
    situation: Situation, decision: Decision, now: dt.datetime, owner: User, previous: dict[int, dt.date]
) -> Coming:
    tracked = [situation.tracked[pick.item.key] for pick in decision.picks]
    # A plan begun gently or late counts from another day: what is shown is how late the invoice will be.
    days = [forecasting.planned_send(situation, pick, decision, now).days_from_due for pick in decision.picks]
    about = tuple(_about(t, day) for t, day in zip(tracked, days, strict=True))
    known = [previous[one.invoice_id] for one in about if one.invoice_id in previous]
    composed, problem = None, ""
    try:
        composed = queueing.compose_picks(
            situation, decision.picks, decision.lead.step.template, decision.day, owner, max(known, default=None)
        )
    except ValueError as error:  # a template that is gone: nothing would leave
        problem = str(error)
    return Coming(
        "mail",
        decision.day,
        forecasting.sending_instant(situation.account, decision.day, now),
        situation.client,
        about,
        decision.lead.step.template,
        composed,
        _names(composed.document_ids if composed is not None else ()),
        any(t.asks for t in tracked),
        problem,
    )


def _tasks(situation: Situation, decision: Decision, now: dt.datetime) -> Iterator[Coming]:
    at = forecasting.sending_instant(situation.account, decision.day, now)
    for due in decision.tasks:
        tracked = situation.tracked[due.key]
        is_moved = tracked.item.anchor_on is not None or tracked.item.entry_step is not None
        late = (due.planned_on - tracked.instalment.due_on).days
        about = (_about(tracked, late if is_moved else due.step.offset_days),)
        yield Coming(due.step.kind, decision.day, at, situation.client, about, due.step.template)


def _held(situation: Situation, now: dt.datetime) -> Iterator[Coming]:
    """The steps that a person keeps back, on the day they would have left."""
    account, calendar = situation.account, situation.policy.calendar
    today, end = chasing.today_of(account, now), last_day(account, now)
    seen: set[tuple[int, int]] = set()
    for tracked in situation.tracked.values():
        item: Item = tracked.item
        if item.stop:
            continue
        for step in moves.remaining_steps(item, calendar, today):
            day = max(moves.planned_on(item, step, calendar), today)
            key = (tracked.chase.id, step.index)
            if step.index in item.held and day <= end and key not in seen:
                seen.add(key)
                at = forecasting.sending_instant(account, day, now)
                yield Coming("held", day, at, situation.client, (_about(tracked, step.offset_days),), step.template)


def _waiting(situation: Situation, now: dt.datetime) -> Iterator[Coming]:
    """The messages already written that wait in the queue, or for a yes."""
    account, client = situation.account, situation.client
    today = chasing.today_of(account, now)
    for message in stored_messages.waiting_read(client.id, today):
        at = max(message.not_before_at, now)
        items = stored_messages.items_read(message.id)
        about = tuple(About(i.invoice_id, i.invoice.number, i.offset_days, i.balance_cents) for i in items)
        ids = tuple(row[0] for row in stored_messages.files_read(message.id))
        day = max(cal.local_date(at, account.time_zone), today)
        asks = message.state == "proposed"
        text = stored_messages.composed(message, ids)
        yield Coming("waiting", day, at, client, about, message.template, text, _names(ids), asks, "", message.id)


def _about(tracked: Tracked, offset_days: int) -> About:
    return About(tracked.invoice.id, tracked.invoice.number, offset_days, tracked.instalment.balance_cents)


def _names(document_ids: Iterable[int]) -> tuple[str, ...]:
    ids = list(document_ids)
    if not ids:
        return ()
    names = {row.id: row.name for row in stored_messages.documents_read(ids)}
    return tuple(names[one] for one in ids if one in names)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(day.weekday())
