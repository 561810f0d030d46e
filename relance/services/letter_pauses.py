"""The pauses that Relance writes by itself: a posted letter, or a payment plan that is kept, holds e-mail reminders."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from relance.models.accounts import User
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.payment_plans import PaymentPlan
from relance.services import chasing, holding


def hold(
    invoices: Iterable[Invoice],
    *,
    letter: Letter | None = None,
    plan: PaymentPlan | None = None,
    until_on: dt.date | None,
    by: User | None,
    now: dt.datetime,
) -> None:
    """Hold the reminders of these invoices of one client until ``until_on`` included (None: nobody knows yet).

    Called again for the same letter or plan, it moves the end. An end that has passed ends the hold today: the steps
    that fell in it stay past. To be called in the transaction that writes its reason, under the client's turn.
    """
    because = "letter" if letter is not None else "plan"
    for invoice in invoices:
        today = chasing.today_of(invoice.account, now)
        if until_on is not None and until_on < today:
            _end(*_open(letter, plan), Pause.invoice == invoice, today=today, by=by, now=now)
            holding.let_go(invoice.account, [invoice], now=now)
            continue
        # One whose last day has passed is over: moving its end would hold the days since then after the fact.
        running = Pause.until_on.is_null() | (Pause.until_on >= today)
        moved = Pause.update(until_on=until_on).where(*_open(letter, plan), Pause.invoice == invoice, running)
        if not moved.execute():
            Pause.create(
                account=invoice.account_id,
                client=invoice.client_id,
                invoice=invoice,
                letter=letter,
                plan=plan,
                starts_on=today,
                until_on=until_on,
                made_by=by,
                made_at=now,
            )
        holding.take_hold(invoice.account, [invoice], because=because, now=now)


def release(
    *, letter: Letter | None = None, plan: PaymentPlan | None = None, by: User | None, now: dt.datetime
) -> None:
    """End what this letter or plan holds; reminders go on at the first step dated today or later.

    To be called in the transaction that writes its reason.
    """
    held = list(Invoice.select().where(Invoice.id.in_(Pause.select(Pause.invoice).where(*_open(letter, plan)))))
    for invoice in held:
        today = chasing.today_of(invoice.account, now)
        _end(*_open(letter, plan), Pause.invoice == invoice, today=today, by=by, now=now)
        holding.let_go(invoice.account, [invoice], now=now)


def _open(letter: Letter | None, plan: PaymentPlan | None) -> tuple[Any, ...]:
    reason = Pause.letter == letter if letter is not None else Pause.plan == plan
    return reason, Pause.ended_at.is_null()


def _end(*which: Any, today: dt.date, by: User | None, now: dt.datetime) -> None:
    Pause.update(ended_on=today, ended_at=now, ended_by=by).where(*which).execute()
