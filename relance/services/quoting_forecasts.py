"""What a client's quotes will send on a day to come, together with its reminders: the same rules run forward."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.holds import Pause
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.rules import calendar as cal
from relance.rules import nudges, schedule
from relance.rules.nudges import DAY, Nudging
from relance.rules.schedule import Decision, Past
from relance.services import chasing, forecasting, quoting_nudges, quoting_texts, situations
from relance.services.composing import Composed
from relance.services.situations import Situation

MOST = 200  # quotes whose nudges are listed


@dataclass(frozen=True)
class Foreseen:
    """One day of a client: its reminders, the quotes that are recalled, and those held with the reason why."""

    decision: Decision
    quotes: tuple[Quote, ...] = ()
    held: tuple[tuple[Quote, str], ...] = ()


def of_account(account: Account) -> dict[int, list[Quote]]:
    """The quotes that may still be recalled by themselves, the first to expire first, by client."""
    found: dict[int, list[Quote]] = defaultdict(list)
    query = Quote.select().where(
        Quote.account == account, Quote.state == "pending", Quote.nudges > 0, Quote.next_check_at.is_null(False)
    )
    for quote in query.order_by(Quote.valid_until, Quote.id):
        found[quote.client_id].append(quote)
    return found


def queued_clients(account: Account) -> set[int]:
    """The clients to whom a message about a quote waits to leave."""
    query = Message.select(Message.client).where(
        Message.account == account, Message.state == "queued", Message.kind == "quote"
    )
    return {client_id for (client_id,) in query.tuples()}


def of_day(situation: Situation, quotes: Sequence[Quote], now: dt.datetime, day: dt.date) -> Foreseen | None:
    """What a client receives on ``day``, if nothing else happens until then; None when that day is over."""
    account = situation.account
    start = forecasting.first_day(account, now)
    if day < start:
        return None
    known = quoting_nudges.nudging_of(quotes, chasing.today_of(account, now))
    items = {item.key: item for item in situation.items}
    past = list(situation.past)
    current = start
    while True:
        decision = schedule.decide(items.values(), past, situation.policy, current)
        foreseen = _day(situation, quotes, known, decision, current)
        if current == day:
            return foreseen
        items = schedule.after_day(items, decision)
        if decision.picks:
            past.append(schedule.past_of(decision))
        for quote in foreseen.quotes:
            people = quoting_texts.recipients(quote)
            past.append(Past(current, frozenset(contact.email for contact in people)))
            known[quote.id] = replace(known[quote.id], used_on=(*known[quote.id].used_on, current))
        if decision.picks or foreseen.quotes:
            known = {key: replace(nudging, last_on=current) for key, nudging in known.items()}
        current += DAY


def _day(
    situation: Situation, quotes: Iterable[Quote], known: dict[int, Nudging], decision: Decision, day: dt.date
) -> Foreseen:
    """At most one quote leaves a day, and none where a reminder does."""
    calendar, gap = situation.policy.calendar, situation.account.min_gap_days
    sent: list[Quote] = []
    held: list[tuple[Quote, str]] = []
    for quote in quotes:
        is_taken = bool(decision.picks or sent)
        nudging = replace(known[quote.id], last_on=day) if is_taken else known[quote.id]
        if nudges.next_on(nudging, calendar, gap, day) != day:
            continue
        because = quoting_nudges.why_held(quote, day)
        if because:
            held.append((quote, because))
        else:
            sent.append(quote)
    return Foreseen(decision, tuple(sent), tuple(held))


@dataclass(frozen=True)
class Planned:
    """One nudge to come, if nothing else is sent to its client: ``held`` says why it would wait on that day."""

    quote: Quote
    on: dt.date
    held: str = ""


def coming(account: Account, now: dt.datetime, until: dt.date, *, client_id: int = 0) -> list[Planned]:
    """The nudges of the account until a day included, by day; of one client, when it is given. Four queries."""
    end = cal.local_instant(until + DAY, 0, account.time_zone)
    query = (
        Quote.select(Quote, Client)
        .join(Client)
        .where(Quote.account == account, Quote.state == "pending", Quote.nudges > 0, Quote.next_check_at <= end)
        .order_by(Quote.valid_until, Quote.id)
        .limit(MOST)
    )
    quotes = list(query.where(Quote.client == client_id) if client_id else query)
    if not quotes or account.suspended_at is not None:
        return []
    start = forecasting.first_day(account, now)
    known = quoting_nudges.nudging_of(quotes, chasing.today_of(account, now))
    calendar = situations.policy_of(account).calendar
    pauses = list(Pause.select().where(Pause.account == account, Pause.ended_at.is_null(), Pause.invoice.is_null()))
    found = []
    for quote in quotes:
        for day in nudges.coming(known[quote.id], calendar, account.min_gap_days, start):
            if day <= until:
                found.append(Planned(quote, day, _held_on(quote, day, pauses)))
    return sorted(found, key=lambda planned: (planned.on, planned.quote.id))


def _held_on(quote: Quote, day: dt.date, pauses: Iterable[Pause]) -> str:
    if quote.client.is_exempt:
        return "exempt"
    for pause in pauses:
        if pause.client_id in (None, quote.client_id) and (pause.until_on is None or pause.until_on >= day):
            return "client_pause" if pause.client_id else "account_pause"
    return ""


def message_of(quote: Quote, day: dt.date) -> Composed:
    """The nudge as it would leave on that day."""
    return quoting_texts.write(quote, quoting_texts.prepare(quote, quoting_texts.recipients(quote), today=day))
