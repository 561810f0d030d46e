"""The course of payment plans: parts kept or missed as money comes in, plans kept, broken, and open again."""

import datetime as dt
from collections.abc import Iterable, Sequence

from relance.db import transaction
from relance.models.accounts import User
from relance.models.invoices import Invoice
from relance.models.payment_plans import PaymentPlan, PlanInvoice, PlanPart
from relance.rules import payment_plans as rules
from relance.rules.payment_plans import Part
from relance.services import chasing, letter_pauses, plan_rows


def note_payment(invoice: Invoice, *, by: User | None = None, now: dt.datetime) -> None:
    """After a payment was recorded or deleted: count again. To be called under the client's turn.

    A part that is covered moves the hold to the next one; an undone payment opens it again. A plan broken for want
    of a payment that was only written down late goes on.
    """
    plan = (
        PaymentPlan.select().join(PlanInvoice).where(PlanInvoice.invoice == invoice).order_by(PaymentPlan.id.desc())
    ).first()
    if plan is not None and plan.state in ("open", "kept", "broken"):
        _recount(plan, by, now)


def settle_due(now: dt.datetime) -> int:
    """Break the plans of which a part was missed, close those of which nothing is owed.

    ``now`` is UTC; each account's own day counts. Returns how many were looked at.
    """
    found = sorted({*_overdue(now), *_without_debt()})
    for plan_id in found:
        with transaction():
            plan = plan_rows.locked(PaymentPlan.get_by_id(plan_id))
            if plan.state == "open":
                _recount(plan, None, now)
    return len(found)


def _overdue(now: dt.datetime) -> list[int]:
    rows = (
        PlanPart.select(PlanPart, PaymentPlan)
        .join(PaymentPlan)
        .where(PlanPart.state == "open", PlanPart.due_on <= now.date(), PaymentPlan.state == "open")
    )
    return [
        row.plan_id
        for row in rows
        if rules.deadline(plan_rows.as_part(row), row.plan.account.promise_grace_days)
        < chasing.today_of(row.plan.account, now)
    ]


def _without_debt() -> list[int]:
    owed = PlanInvoice.select(PlanInvoice.plan).join(Invoice).where(Invoice.state == "sent")
    query = PaymentPlan.select(PaymentPlan.id).where(PaymentPlan.state == "open", PaymentPlan.id.not_in(owed))
    return [row.id for row in query]


def _recount(plan: PaymentPlan, by: User | None, now: dt.datetime) -> None:
    """Say of each part whether it is covered, and close, break or open the plan accordingly."""
    today, grace = chasing.today_of(plan.account, now), plan.account.promise_grace_days
    rows, invoices = plan_rows.parts_of(plan), plan_rows.invoices_of(plan)
    parts = [plan_rows.as_part(row) for row in rows]
    received = plan_rows.received_cents(plan, invoices)
    found = rules.standing(parts, received, today, grace)
    if found.current is None or not any(invoice.state == "sent" for invoice in invoices):
        if plan.state == "open":
            _complete(plan, rows, invoices, by, now)
        return
    if plan.state == "broken":
        was_in_time = rules.was_in_time(parts, plan_rows.received_by(plan, invoices), today, grace)
        if found.missed or not was_in_time or plan_rows.held_elsewhere(plan, invoices):
            return
    elif found.missed:
        _break(plan, rows, found, by, now)
        return
    elif plan.state == "kept" and plan_rows.held_elsewhere(plan, invoices):
        return
    _go_on(plan, rows, found.kept, invoices, by, now)


def _complete(
    plan: PaymentPlan, rows: list[PlanPart], invoices: list[Invoice], by: User | None, now: dt.datetime
) -> None:
    """Nothing is owed any more: paid, or given up for one of the reasons of an invoice."""
    gone = next((invoice.state for invoice in invoices if invoice.state not in ("sent", "paid")), "")
    if gone:
        close(plan, "ended", gone, by, now)
        plan_rows.tell("plan_ended", plan, invoices, by, now, because=gone)
        return
    _mark(rows, len(rows), plan.closed_on or chasing.today_of(plan.account, now))
    close(plan, "kept", "payment", by, now)
    plan_rows.tell("plan_kept", plan, invoices, by, now)


def _break(plan: PaymentPlan, rows: list[PlanPart], found: rules.Standing, by: User | None, now: dt.datetime) -> None:
    today, grace = chasing.today_of(plan.account, now), plan.account.promise_grace_days
    _mark(rows, found.kept, today)
    for row in rows[found.kept :]:
        if rules.deadline(plan_rows.as_part(row), grace) < today:
            _set(row, "missed", today)
    first = rows[found.kept]
    close(plan, "broken", "missed", by, now)
    plan_rows.tell(
        "plan_broken", plan, plan_rows.invoices_of(plan), by, now, due_on=first.due_on, left_cents=found.left_cents
    )


def _go_on(
    plan: PaymentPlan, rows: list[PlanPart], kept: int, invoices: list[Invoice], by: User | None, now: dt.datetime
) -> None:
    """The plan runs: parts as they stand, and the hold until the one that is awaited."""
    was_open, covered = plan.state == "open", [row for row in rows if row.state == "kept"]
    fresh = _mark(rows, kept, chasing.today_of(plan.account, now))
    if not was_open:
        plan.state, plan.closed_on, plan.closed_at, plan.closed_because = "open", None, None, ""
        plan.save(only=[PaymentPlan.state, PaymentPlan.closed_on, PaymentPlan.closed_at, PaymentPlan.closed_because])
        plan_rows.tell("plan_reopened", plan, invoices, by, now, due_on=rows[kept].due_on)
    for row in fresh:
        facts = {"due_on": row.due_on, "amount_cents": row.amount_cents}
        plan_rows.tell("plan_part_kept", plan, invoices, by, now, **facts, next_on=rows[kept].due_on)
    if not was_open or len(covered) != kept:
        hold(plan, invoices, plan_rows.as_part(rows[kept]), by, now)


def _mark(rows: Sequence[PlanPart], kept: int, today: dt.date) -> list[PlanPart]:
    """Write what the first ``kept`` parts are, and the others; returns those that were not kept before."""
    fresh = [row for row in rows[:kept] if row.state != "kept"]
    for row in fresh:
        _set(row, "kept", today)
    for row in rows[kept:]:
        if row.state != "open":
            _set(row, "open", None)
    return fresh


def _set(row: PlanPart, state: str, day: dt.date | None) -> None:
    row.state, row.closed_on = state, day
    row.save(only=[PlanPart.state, PlanPart.closed_on])


def close(plan: PaymentPlan, state: str, because: str, by: User | None, now: dt.datetime) -> None:
    """End an open plan as ``state`` (kept, broken or ended) and let reminders go on."""
    plan.state, plan.closed_because = state, because
    plan.closed_on, plan.closed_at = chasing.today_of(plan.account, now), now
    plan.save(only=[PaymentPlan.state, PaymentPlan.closed_on, PaymentPlan.closed_at, PaymentPlan.closed_because])
    letter_pauses.release(plan=plan, by=by, now=now)


def hold(plan: PaymentPlan, invoices: Iterable[Invoice], part: Part, by: User | None, now: dt.datetime) -> None:
    """Hold the reminders of what is still owed until the part that is awaited, and the account's grace after it."""
    until_on = rules.deadline(part, plan.account.promise_grace_days)
    owed = [invoice for invoice in invoices if invoice.state == "sent"]
    letter_pauses.hold(owed, plan=plan, until_on=until_on, by=by, now=now)
