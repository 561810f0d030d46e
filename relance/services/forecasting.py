"""What will be sent, and when: the deciding function run forward over what is stored today."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.invoices import Instalment, Invoice
from relance.rules import calendar as cal
from relance.rules import moves, schedule
from relance.rules.schedule import Decision, Pick, Policy
from relance.services import chasing, planning, situations
from relance.services.chasing import ChasePlan
from relance.services.situations import Situation, Tracked

HORIZON = dt.timedelta(400)


@dataclass(frozen=True)
class PlannedSend:
    """One instalment in a message to come. ``on`` is the account's civil day, ``at`` the UTC instant.

    ``moved_from`` is the day the plan named when it was closed (``moved_because``: « dimanche »,
    « Noël »); ``waits_because`` says why it leaves later than planned (« gap » …).
    """

    on: dt.date
    at: dt.datetime
    step: int
    offset_days: int
    template: str
    invoice_id: int
    instalment_id: int
    number: str
    client_id: int
    client_name: str
    balance_cents: int
    currency: str
    due_on: dt.date
    moved_from: dt.date | None
    moved_because: str
    waits_because: str
    is_grouped: bool
    to: tuple[str, ...]
    chase_id: int | None = None
    asks: bool = False
    granted_on: dt.date | None = None

    @property
    def days_from_due(self) -> int:
        """Days from J (the day granted, if any) to the day the plan names.

        It is ``offset_days``, but for a plan begun gently or late.
        """
        return ((self.moved_from or self.on) - (self.granted_on or self.due_on)).days

    @property
    def closed_by(self) -> str:
        """What closed the day it was moved from, when the day's own name does not say it (« Noël », « fermeture »)."""
        return "" if self.moved_because in cal.WEEKDAYS else self.moved_because


def first_day(account: Account, now: dt.datetime) -> dt.date:
    """The first civil day on which something can still leave: today until the closing hour."""
    wall = cal.local_datetime(now, account.time_zone)
    is_over = wall.hour * 60 + wall.minute >= account.send_until_minute
    return wall.date() + dt.timedelta(1) if is_over else wall.date()


def sending_instant(account: Account, day: dt.date, now: dt.datetime) -> dt.datetime:
    """When a message of that day leaves (UTC): the account's hour, or now when it has passed."""
    return max(now, cal.local_instant(day, account.send_from_minute, account.time_zone))


def situation_of_plan(account: Account, invoice: Invoice, plan: ChasePlan, now: dt.datetime) -> Situation:
    """The client's situation as if this plan were saved and the invoice sent. Nothing is written."""
    today = chasing.today_of(account, now)
    policy = situations.policy_of(account)
    situation = situations.load(account, [invoice.client_id], today, policy)[invoice.client_id]
    contacts = planning.recipients_of(invoice, plan)
    situation.tracked = {key: t for key, t in situation.tracked.items() if t.invoice.id != invoice.id}
    rows = {row.id: row for row in Instalment.select().where(Instalment.invoice == invoice)}
    chase = Chase(
        account=account,
        client=invoice.client,
        invoice=invoice,
        copies_user=plan.copies_user,
        attaches_invoice=plan.attaches_invoice,
        sequence=plan.sequence_id if plan.frequency == "sequence" else None,
    )
    asks, claims_fees = planning.options_of(account, plan)
    for item in chasing.entered_items(invoice, plan, account, policy.calendar, today):
        granted_on = item.due_on if item.due_on != rows[item.key].due_on else None
        situation.tracked[item.key] = Tracked(
            chase, invoice, rows[item.key], contacts, item, asks, granted_on, claims_fees
        )
    return situation


def decisions_about(situation: Situation, invoice: Invoice, now: dt.datetime) -> list[Decision]:
    """The coming decisions that concern an invoice, whole: with what else its message would carry."""
    start = first_day(situation.account, now)
    found = schedule.preview(situation.items, situation.past, situation.policy, start, start + HORIZON)
    return [
        decision
        for decision in found
        if any(situation.tracked[pick.item.key].invoice.id == invoice.id for pick in decision.picks)
    ]


def for_invoice(invoice: Invoice, now: dt.datetime) -> list[PlannedSend]:
    """The coming sends of an invoice under chase."""
    account = invoice.account
    situation = situations.load(account, [invoice.client_id], chasing.today_of(account, now))[invoice.client_id]
    sends = _run(situation, now, first_day(account, now) + HORIZON)
    return [send for send in sends if send.invoice_id == invoice.id]


def for_account(account: Account, now: dt.datetime, until: dt.date) -> list[PlannedSend]:
    """The account's agenda until a day included, in order of day then client."""
    if account.suspended_at is not None:
        return []
    ids = [client_id for (client_id,) in chased_clients(account, now, until)]
    return of_situations(situations.load(account, ids, chasing.today_of(account, now)).values(), now, until)


def of_situations(loaded: Iterable[Situation], now: dt.datetime, until: dt.date) -> list[PlannedSend]:
    """What these clients' situations send until a day included, in order of day then client."""
    sends = [send for situation in loaded for send in _run(situation, now, until)]
    return sorted(sends, key=lambda send: (send.on, send.client_name.casefold(), send.client_id, send.due_on))


def chased_clients(account: Account, now: dt.datetime, until: dt.date) -> Any:
    """The query of the clients with a chase that looks again before the end of a day: their ids, as tuples."""
    end = cal.local_instant(until + dt.timedelta(1), 0, account.time_zone)
    return (
        Chase.select(Chase.client)
        .where(Chase.account == account, Chase.ended_at.is_null(), Chase.next_check_at <= max(end, now))
        .distinct()
        .tuples()
    )


def day_decision(situation: Situation, now: dt.datetime, day: dt.date) -> Decision | None:
    """What is decided for a client on a coming day; None when that day is over."""
    start = first_day(situation.account, now)
    if day < start:
        return None
    items = {item.key: item for item in situation.items}
    past = list(situation.past)
    for decision in schedule.preview(items.values(), past, situation.policy, start, day - moves.DAY):
        items = schedule.after_day(items, decision)
        if decision.picks:
            past.append(schedule.past_of(decision))
    return schedule.decide(items.values(), past, situation.policy, day)


def sends_of(situation: Situation, now: dt.datetime) -> list[PlannedSend]:
    """All that a client's situation will send, in order."""
    return list(_run(situation, now, first_day(situation.account, now) + HORIZON))


def _run(situation: Situation, now: dt.datetime, until: dt.date) -> Iterator[PlannedSend]:
    """The sends of one client, in order."""
    start = first_day(situation.account, now)
    for decision in schedule.preview(situation.items, situation.past, situation.policy, start, until):
        for pick in decision.picks:
            yield planned_send(situation, pick, decision, now)


def planned_send(situation: Situation, pick: Pick, decision: Decision, now: dt.datetime) -> PlannedSend:
    """A pick of a coming day, as it is shown."""
    tracked = situation.tracked[pick.item.key]
    moved_from, because = moved(pick, situation.policy)
    waits = "" if pick.planned_on == decision.day or pick.is_on_plan else "gap"
    if _is_entry(pick):
        waits, moved_from, because = "", None, ""
    return PlannedSend(
        on=decision.day,
        at=sending_instant(situation.account, decision.day, now),
        step=pick.step.index,
        offset_days=pick.step.offset_days,
        template=decision.lead.step.template if len(decision.picks) > 1 else pick.step.template,
        invoice_id=tracked.invoice.id,
        instalment_id=pick.item.key,
        number=tracked.invoice.number,
        client_id=situation.client.id,
        client_name=situation.client.name,
        balance_cents=tracked.instalment.balance_cents,
        currency=tracked.invoice.currency,
        due_on=tracked.instalment.due_on,
        moved_from=moved_from,
        moved_because=because,
        waits_because=waits,
        is_grouped=len(decision.picks) > 1,
        to=tuple(contact.email for contact in tracked.contacts),
        chase_id=tracked.chase.id,
        asks=any(situation.tracked[p.item.key].asks for p in decision.picks),
        granted_on=tracked.granted_on,
    )


def _is_entry(pick: Pick) -> bool:
    return pick.item.entry is not None and pick.item.entry.index == pick.step.index


def moved(pick: Pick, policy: Policy) -> tuple[dt.date | None, str]:
    """The closed day a step was moved from and why (« samedi »), or (None, "")."""
    raw = pick.item.moved.get(pick.step.index, pick.item.base_on + dt.timedelta(pick.step.offset_days))
    if _is_entry(pick) or pick.planned_on == raw:
        return None, ""
    return raw, policy.calendar.why_closed(raw)
