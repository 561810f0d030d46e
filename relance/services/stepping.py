"""What a person decides about one planned step of an invoice: hold it, skip it, send it on another day.

Each decision is a row keyed by (chase, step), so that what comes stays a function of them.
"""

import datetime as dt
from collections.abc import Iterable

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Skip
from relance.models.events import record
from relance.models.holds import Hold, Reschedule
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.rules.calendar import local_date
from relance.services import cancelling, chasing, forecasting, planned_steps, situations
from relance.services.planned_steps import GONE, Found, SteppingError

__all__ = [
    "SteppingError",
    "advance",
    "hold",
    "hold_all",
    "hold_day",
    "move",
    "release",
    "release_all",
    "restore",
    "skip",
]

Key = tuple[int, int]  # an invoice's id and a step of its plan


def hold(invoice: Invoice, step: int, *, because: str = "", by: User | None, now: dt.datetime) -> bool:
    """Keep one step from leaving until it is released. False when it was held already: its reason then changes."""
    with transaction():
        found = planned_steps.find(invoice, step, now)
        values = {"because": because.strip()[:255], "made_by": by, "made_at": now}
        is_new = Hold.insert(chase=found.chase, step=step, **values).on_conflict_ignore().as_rowcount().execute()
        if not is_new:
            Hold.update(because=values["because"]).where(Hold.chase == found.chase, Hold.step == step).execute()
            return False
        _tell("step_held", found, by, now, on=found.on.isoformat(), reason=values["because"])
        _let_the_queue_go(found, "held", now)
        return True


def release(invoice: Invoice, step: int, *, by: User | None, now: dt.datetime) -> bool:
    """Let a held step leave again: at the next run if its day is past. False when nobody held it."""
    with transaction():
        invoice.client.take_turn()
        chase = chasing.chase_of(invoice)
        gone = Hold.delete().where(Hold.chase == chase, Hold.step == step).execute() if chase is not None else 0
        if not gone or chase is None:
            return False
        known = next((one for one in situations.steps_of(chase) if one.index == step), None)
        record(
            "step_released",
            account=chase.account_id,
            client=chase.client_id,
            invoice=invoice,
            user=by,
            at=now,
            template=known.template if known else "",
            offset_days=known.offset_days if known else None,
        )
        chasing.schedule_check(chase.client_id, now)
        return True


def hold_all(account: Account, keys: Iterable[Key], *, because: str = "", by: User, now: dt.datetime) -> int:
    """Hold several steps of the account's invoices in one transaction. Returns how many were not held before.

    A step that left in the meantime is passed over; SteppingError when none of them is left.
    """
    with transaction():
        count = met = 0
        for invoice, step in _owned(account, keys):
            try:
                count += hold(invoice, step, because=because, by=by, now=now)
            except SteppingError:
                continue
            met += 1
        if not met:
            raise SteppingError(GONE)
        return count


def release_all(account: Account, keys: Iterable[Key], *, by: User, now: dt.datetime) -> int:
    """Release several steps in one transaction. Returns how many were held."""
    with transaction():
        return sum(release(invoice, step, by=by, now=now) for invoice, step in _owned(account, keys))


def hold_day(account: Account, day: dt.date, *, because: str = "", by: User, now: dt.datetime) -> int:
    """Hold everything planned for a civil day of the account. Returns how many steps were held."""
    keys = [(send.invoice_id, send.step) for send in forecasting.for_account(account, now, day) if send.on == day]
    if day == local_date(now, account.time_zone):
        keys += _waiting(account)
    return hold_all(account, keys, because=because, by=by, now=now) if keys else 0


def _waiting(account: Account) -> list[Key]:
    """The steps whose message waits in the queue, or for a yes."""
    query = (
        MessageItem.select(MessageItem.invoice, MessageItem.step)
        .join(Message)
        .where(
            Message.account == account,
            Message.kind == "reminder",
            Message.state.in_(cancelling.WAITING),
            MessageItem.step.is_null(False),
        )
    )
    return [(invoice_id, step) for invoice_id, step in query.tuples()]


def skip(invoice: Invoice, step: int, *, by: User | None, now: dt.datetime) -> None:
    """Never send this step, for any of the invoice's instalments. The later ones keep their dates."""
    with transaction():
        found = planned_steps.find(invoice, step, now)
        for tracked in found.tracked:
            Skip.insert(
                chase=found.chase, instalment=tracked.instalment, step=step, because="by_hand", skipped_at=now
            ).on_conflict_ignore().execute()
        Hold.delete().where(Hold.chase == found.chase, Hold.step == step).execute()
        _tell("step_skipped", found, by, now, because="by_hand", on=found.on.isoformat())
        _let_the_queue_go(found, "by_hand", now)


def move(invoice: Invoice, step: int, day: dt.date, *, by: User | None, now: dt.datetime) -> dt.date:
    """Send this step on another day of the account. Returns the working day on which it then leaves.

    SteppingError (field « day ») when the day is past, or would put the steps out of order.
    """
    with transaction():
        found = planned_steps.find(invoice, step, now)
        today = local_date(now, invoice.account.time_zone)
        leaves_on = planned_steps.check_day(found, day, today)
        values = {"planned_on": day, "made_by": by, "made_at": now}
        Reschedule.insert(chase=found.chase, step=step, **values).on_conflict(
            conflict_target=[Reschedule.chase, Reschedule.step],
            update={
                Reschedule.planned_on: day,
                Reschedule.made_by: by.id if by else None,
                Reschedule.made_at: now,
            },
        ).execute()
        _tell("step_moved", found, by, now, before=found.on.isoformat(), on=leaves_on.isoformat())
        _let_the_queue_go(found, "changed", now)
        return leaves_on


def advance(invoice: Invoice, step: int, *, by: User | None, now: dt.datetime) -> dt.date:
    """Send this step today, or as soon as a message may leave. Returns that day. A hold on it ends."""
    with transaction():
        calendar = situations.policy_of(invoice.account).calendar
        day = calendar.next_working(forecasting.first_day(invoice.account, now))
        leaves_on = move(invoice, step, day, by=by, now=now)
        release(invoice, step, by=by, now=now)
        return leaves_on


def restore(invoice: Invoice, step: int, *, by: User | None, now: dt.datetime) -> dt.date:
    """Take back a skip or a move: the step is planned again on the plan's own day. Returns that day.

    SteppingError once that day is past.
    """
    with transaction():
        invoice.client.take_turn()
        chase = chasing.chase_of(invoice)
        if chase is None or not chase.is_active:
            raise SteppingError(GONE)
        today = local_date(now, invoice.account.time_zone)
        Reschedule.delete().where(Reschedule.chase == chase, Reschedule.step == step).execute()
        Skip.delete().where(Skip.chase == chase, Skip.step == step, Skip.because == "by_hand").execute()
        found = planned_steps.find(invoice, step, now)
        if found.on < today:
            raise SteppingError("Sa date est passée : cette étape ne peut plus être rétablie.")
        _tell("step_restored", found, by, now, on=found.on.isoformat())
        _let_the_queue_go(found, "changed", now)
        return found.on


def _let_the_queue_go(found: Found, because: str, now: dt.datetime) -> None:
    """Cancel what waits for this step, and ask the worker to look again."""
    invoice = found.tracked[0].invoice
    cancelling.cancel_queued(invoice, because=because, now=now, kinds=("reminder",), step=found.step.index)
    chasing.schedule_check(found.chase.client_id, now)


def _tell(kind: str, found: Found, by: User | None, now: dt.datetime, **facts: object) -> None:
    record(
        kind,
        account=found.chase.account_id,
        client=found.chase.client_id,
        invoice=found.chase.invoice_id,
        user=by,
        at=now,
        template=found.step.template,
        offset_days=found.step.offset_days,
        **facts,
    )


def _owned(account: Account, keys: Iterable[Key]) -> list[tuple[Invoice, int]]:
    """The account's own invoices among these, by client, so that two windows take their turns in one order."""
    wanted = set(keys)
    rows = Invoice.select().where(Invoice.account == account, Invoice.id.in_([key[0] for key in wanted]))
    owned = {row.id: row for row in rows}
    found = [(owned[invoice_id], step) for invoice_id, step in wanted if invoice_id in owned]
    return sorted(found, key=lambda pair: (pair[0].client_id, pair[0].id, pair[1]))
