"""The steps to come of an invoice, as a person may change them: planned, held, skipped by hand, letters and calls."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from relance.models.accounts import Account
from relance.models.chases import Chase, Skip
from relance.models.holds import Hold
from relance.models.invoices import Invoice
from relance.rules import moves
from relance.rules.calendar import local_date
from relance.rules.plans import Step
from relance.services import asking, forecasting, situations
from relance.services.forecasting import PlannedSend
from relance.services.situations import Situation, Tracked


@dataclass(frozen=True)
class Coming:
    """One step to come of one invoice. ``on``: the account's day it leaves, or is planned for.

    ``state``: planned, held or skipped. ``kind``: mail, letter, call. ``send``: how it leaves, for a planned mail.
    ``people``: the names, or addresses, of those it goes to. ``reason``: why a person held it.
    ``is_moved``: a person gave it another day.
    """

    kind: str
    state: str
    on: dt.date
    step: int
    template: str
    offset_days: int
    invoice_id: int
    number: str
    client_id: int
    client_name: str
    balance_cents: int
    currency: str
    days_from_due: int
    reason: str = ""
    is_moved: bool = False
    asks: bool = False
    send: PlannedSend | None = None
    people: tuple[str, ...] = ()


def of_invoice(invoice: Invoice, now: dt.datetime) -> list[Coming]:
    """What is to come for an invoice under chase, in order of day."""
    account = invoice.account
    today = local_date(now, account.time_zone)
    situation = situations.load(account, [invoice.client_id], today)[invoice.client_id]
    tracked = [one for one in situation.tracked.values() if one.invoice.id == invoice.id and not one.item.stop]
    if not tracked:
        return []
    asks = bool(asking.asking_among(account, [invoice.id]))
    found: dict[tuple[int, dt.date], Coming] = {}
    for send in forecasting.for_invoice(invoice, now):
        about = next((one for one in tracked if one.instalment.id == send.instalment_id), tracked[0])
        step = _step(about, send.step)
        if step is not None and step.is_mail:
            line = _line(situation, about, step, send.on, "planned", asks=asks, send=send)
            found.setdefault((send.step, send.on), line)
    lines = [*found.values(), *_others(situation, tracked, today)]
    return sorted(lines, key=lambda line: (line.on, line.offset_days))


def _others(situation: Situation, tracked: list[Tracked], today: dt.date) -> Iterable[Coming]:
    """Held steps, steps skipped by hand whose day has not come, letters and calls: one line each."""
    calendar = situation.policy.calendar
    chase = tracked[0].chase
    reasons: dict[int, str] = {row.step: row.because for row in Hold.select().where(Hold.chase == chase)}
    by_hand = {
        step for (step,) in Skip.select(Skip.step).where(Skip.chase == chase, Skip.because == "by_hand").tuples()
    }
    seen: set[int] = set()
    for one in tracked:
        remaining = {step.index for step in moves.remaining_steps(one.item, calendar, today)}
        for step in one.item.steps:
            day = moves.planned_on(one.item, step, calendar)
            if step.index in seen:
                continue
            if step.index in reasons and step.index in remaining:
                yield _line(situation, one, step, day, "held", reason=reasons[step.index])
            elif step.index in by_hand and step.index not in one.item.done and day >= today:
                yield _line(situation, one, step, day, "skipped")
            elif not step.is_mail and step.index in remaining:
                yield _line(situation, one, step, max(day, today), "planned")
            else:
                continue
            seen.add(step.index)


def held(account: Account, now: dt.datetime, until: dt.date | None = None) -> list[Coming]:
    """The account's held steps that would have left by a day, in order of day. ``on`` may be past."""
    rows = list(held_rows(account))
    today = local_date(now, account.time_zone)
    loaded = situations.load(account, {row.chase.client_id for row in rows}, today)
    return held_of(rows, loaded, today, until)


def held_rows(account: Account) -> Any:
    """The query of the account's holds on steps of running chases."""
    return (
        Hold.select(Hold, Chase).join(Chase).where(Chase.account == account, Chase.ended_at.is_null()).order_by(Hold.id)
    )


def held_of(
    rows: Iterable[Hold], loaded: Mapping[int, Situation], today: dt.date, until: dt.date | None = None
) -> list[Coming]:
    """What these holds hold back, by the situations of their clients."""
    found = []
    for row in rows:
        situation = loaded.get(row.chase.client_id)
        line = _held_line(situation, row, today) if situation is not None else None
        if line is not None and (until is None or line.on <= until):
            found.append(line)
    return sorted(found, key=lambda line: (line.on, line.client_name.casefold(), line.invoice_id, line.offset_days))


def _held_line(situation: Situation, row: Hold, today: dt.date) -> Coming | None:
    """The line of a hold, or None when its step no longer means anything (paid, overtaken, gone from the plan)."""
    calendar = situation.policy.calendar
    lines = []
    for tracked in situation.tracked.values():
        if tracked.chase.id != row.chase_id or tracked.item.stop:
            continue
        for step in moves.remaining_steps(tracked.item, calendar, today):
            if step.index == row.step:
                day = moves.planned_on(tracked.item, step, calendar)
                lines.append(_line(situation, tracked, step, day, "held", reason=row.because))
    return min(lines, key=lambda line: line.on) if lines else None


def _step(tracked: Tracked, index: int) -> Step | None:
    return next((step for step in tracked.item.steps if step.index == index), None)


def _line(
    situation: Situation,
    tracked: Tracked,
    step: Step,
    day: dt.date,
    state: str,
    *,
    reason: str = "",
    asks: bool = False,
    send: PlannedSend | None = None,
) -> Coming:
    return Coming(
        kind=step.kind,
        state=state,
        on=day,
        step=step.index,
        template=send.template if send is not None else step.template,
        offset_days=step.offset_days,
        invoice_id=tracked.invoice.id,
        number=tracked.invoice.number,
        client_id=situation.client.id,
        client_name=situation.client.name,
        balance_cents=tracked.instalment.balance_cents,
        currency=tracked.invoice.currency,
        days_from_due=send.days_from_due if send is not None else step.offset_days,
        reason=reason,
        is_moved=step.index in tracked.item.moved,
        asks=asks,
        send=send,
        people=tuple(contact.name or contact.email for contact in tracked.contacts),
    )
