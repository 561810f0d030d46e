"""What the beginning and the end of a hold do to the queue, and where reminders resume."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase, Entry, Skip
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.rules import calendar as cal
from relance.rules import moves
from relance.services import cancelling, situations
from relance.services.holds import Held, current

__all__ = [
    "Held",
    "HoldError",
    "ResumeChoice",
    "client_invoices",
    "current",
    "let_go",
    "resume_at",
    "resume_choices",
    "take_hold",
]


class HoldError(Exception):
    """A hold that makes no sense; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = ""):
        super().__init__(sentence)
        self.field = field


def take_hold(account: Account, invoices: Iterable[Invoice] | None, *, because: str, now: dt.datetime) -> int:
    """Cancel what waits for these invoices (None: the whole account) and look again at them. Returns how many fell.

    To be called in the transaction that writes the hold.
    """
    cancelled = 0
    for invoice in _concerned(account, invoices):
        invoice.client.take_turn()
        cancelled += cancelling.cancel_queued(invoice, because=because, now=now)
    let_go(account, invoices, now=now)
    return cancelled


def _concerned(account: Account, invoices: Iterable[Invoice] | None) -> list[Invoice]:
    return cancelling.invoices_with_queued(account) if invoices is None else list(invoices)


def let_go(account: Account, invoices: Iterable[Invoice] | None, *, now: dt.datetime) -> None:
    """Ask the worker to look again at the chases of these invoices (None: the whole account)."""
    query = Chase.update(next_check_at=now).where(Chase.account == account, Chase.ended_at.is_null())
    if invoices is not None:
        query = query.where(Chase.invoice.in_([invoice.id for invoice in invoices]))
    query.execute()


@dataclass(frozen=True)
class ResumeChoice:
    """A step at which reminders may resume, and the day it would leave."""

    step: int
    template: str
    offset_days: int
    on: dt.date
    is_default: bool


def resume_choices(invoice: Invoice, now: dt.datetime) -> list[ResumeChoice]:
    """Where an invoice's reminders may resume today: first the next step dated today or later, when there is one.

    The others are unsent e-mails a person may choose instead; each would leave on the next working day.
    """
    calendar, items = _open_items(invoice, now)
    today = cal.local_date(now, invoice.account.time_zone)
    coming = [
        (moves.planned_on(item, step, calendar), step.offset_days, step)
        for item in items
        for step in moves.remaining_steps(item, calendar, today)
        if step.is_mail
    ]
    choices = []
    if coming:
        day, _, first = min(coming, key=lambda found: found[:2])
        day = max(day, calendar.next_working(today))
        choices.append(ResumeChoice(first.index, first.template, first.offset_days, day, is_default=True))
    tomorrow = calendar.next_working(today + moves.DAY)
    for item in _to_place(items, today)[:1]:
        for step in moves.unsent_mails(item):
            if not choices or step.index != choices[0].step:
                choices.append(ResumeChoice(step.index, step.template, step.offset_days, tomorrow, is_default=False))
    return choices


def _as_if_ended(item: moves.Item, starts: list[dt.date], today: dt.date) -> moves.Item:
    """The item as if its holds (begun on ``starts``) ended today; those that began today leave no trace."""
    if starts and min(starts) >= today and item.is_held(today):
        return replace(item, resumes_on=None)
    return moves.freed(item, today)


def _open_items(invoice: Invoice, now: dt.datetime) -> tuple[cal.Calendar, list[moves.Item]]:
    """The invoice's instalments under chase that are still owed, as if their hold ended today: the oldest first."""
    account = invoice.account
    today = cal.local_date(now, account.time_zone)
    situation = situations.load(account, [invoice.client_id], today)[invoice.client_id]
    started = [held.row.starts_on for held in current(account, [invoice], today).get(invoice.id, ())]
    items = [
        _as_if_ended(tracked.item, started, today)
        for tracked in situation.tracked.values()
        if tracked.invoice.id == invoice.id and tracked.instalment.balance_cents > 0
    ]
    return situation.policy.calendar, sorted(items, key=lambda item: (item.due_on, item.key))


def _to_place(items: list[moves.Item], today: dt.date) -> list[moves.Item]:
    """Those a chosen step is about: the ones whose date has come, or else the first. Others follow their own dates."""
    return [item for item in items if item.due_on <= today] or items[:1]


def resume_at(invoice: Invoice, step: int, *, by: User | None, now: dt.datetime) -> None:
    """Resume at a step a person chose: it leaves on the next working day, those before it are past.

    To be called after the hold was ended, in its transaction. HoldError when the step is none of resume_choices.
    """
    with transaction():
        chosen = next((choice for choice in resume_choices(invoice, now) if choice.step == step), None)
        if chosen is None:
            raise HoldError("Cette étape ne peut plus être choisie.", "step")
        chase = Chase.get(Chase.invoice == invoice)
        if not chosen.is_default:
            _, items = _open_items(invoice, now)
            placed = [item.key for item in _to_place(items, cal.local_date(now, invoice.account.time_zone))]
            Skip.delete().where(Skip.chase == chase, Skip.step == step, Skip.instalment.in_(placed)).execute()
            Entry.update(enters_on=chosen.on, step=step, anchor_on=None, is_out=False).where(
                Entry.chase == chase, Entry.instalment.in_(placed)
            ).execute()
        Chase.update(ended_at=None, ended_because="", next_check_at=now).where(Chase.id == chase.id).execute()
        record(
            "chase_resumed",
            account=invoice.account_id,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            at=now,
            because="by_hand",
            template=chosen.template,
            on=chosen.on.isoformat(),
        )


def client_invoices(client: Client) -> list[Invoice]:
    """The client's invoices under chase."""
    return list(Invoice.select().join(Chase).where(Chase.client == client, Chase.ended_at.is_null()))
