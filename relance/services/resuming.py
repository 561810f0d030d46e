"""After a pause or a dispute: reminders go on at the first step dated today or later, or at one that is chosen."""

import datetime as dt
from dataclasses import dataclass

from relance.models.accounts import User
from relance.models.invoices import Invoice
from relance.services import chasing, holding
from relance.services.holding import HoldError, ResumeChoice


@dataclass(frozen=True)
class Resumed:
    """The step that leaves next. None: ``is_over`` when none is left, else reminders are off or held otherwise."""

    next: ResumeChoice | None
    is_over: bool


def resume(invoice: Invoice, step: int | None, *, by: User | None, now: dt.datetime) -> Resumed:
    """Let the invoice's reminders go on. Call it in the transaction that ended the hold.

    By default the first step dated today or later is next and those before are past, which needs no row: the rules
    do it by themselves; when none is left, the invoice asks for a decision. ``step`` is one that a person chose
    instead: it leaves on the next working day. HoldError when that step can no longer leave.
    """
    choices = holding.resume_choices(invoice, now)
    chosen = next((choice for choice in choices if choice.is_default), None)
    if step is not None:
        chosen = next((choice for choice in choices if choice.step == step), None)
        if chosen is None:
            raise HoldError("Cette relance ne peut plus partir : choisissez-en une autre.", "step")
        if not chosen.is_default:
            holding.resume_at(invoice, chosen.step, by=by, now=now)
    holding.let_go(invoice.account, [invoice], now=now)
    chase = chasing.chase_of(invoice)
    return Resumed(chosen, is_over=chosen is None and chase is not None and chase.is_active)
