"""Letters to validate and calls to make: what a sequence brings up, and a person does or drops."""

import datetime as dt
from typing import Any

from peewee import Value, fn

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import Event, record
from relance.models.holds import Task
from relance.models.invoices import Invoice
from relance.models.letters import ABANDONED, KINDS, Letter, LetterInvoice


def open_tasks(account: Account, today: dt.date) -> Any:
    """The account's tasks whose day has come, with their invoices and clients, the oldest first.

    What was paid asks for nothing more, and a letter made since then answers for the task.
    """
    return (
        Task.select(Task, Invoice, Client)
        .join_from(Task, Invoice)
        .join_from(Task, Client)
        .where(
            Task.account == account,
            Task.done_at.is_null(),
            Task.due_on <= today,
            Invoice.state == "sent",
            Invoice.balance_cents > 0,
            (Task.kind != "letter") | ~_has_its_letter(),
        )
        .order_by(Task.due_on, Task.id)
    )


def _has_its_letter() -> Any:
    """True where a letter of the kind asked for was prepared about the invoice after the task came up."""
    prepared = (
        LetterInvoice.select(Value(1))
        .join(Letter)
        .where(
            LetterInvoice.invoice == Task.invoice,
            Letter.created_at >= Task.created_at,
            Letter.state != ABANDONED,
            Task.template.not_in(KINDS) | (Letter.kind == Task.template),
        )
    )
    return fn.EXISTS(prepared)


def close(task: Task, outcome: str, *, by: User | None, now: dt.datetime) -> bool:
    """The task was done, or is dropped (``outcome``: done, dropped). False when it was closed already."""
    with transaction():
        closed = (
            Task.update(done_at=now, done_by=by, outcome=outcome)
            .where(Task.id == task.id, Task.done_at.is_null())
            .execute()
        )
        if not closed:
            return False
        _tell("task_done" if outcome == "done" else "task_dropped", task, by, now)
        return True


def close_by_letter(letter: Letter, *, by: User | None, now: dt.datetime) -> None:
    """The letter left: what its invoices asked a person to validate is done, as far as a letter of its kind answers."""
    asked = Task.select().where(Task.invoice.in_(_invoices_of(letter)), Task.kind == "letter", Task.done_at.is_null())
    for task in asked.where(Task.template.not_in(KINDS) | (Task.template == letter.kind)).order_by(Task.id):
        close(task, "done", by=by, now=now)


def reopen_by_letter(letter: Letter, *, by: User | None, now: dt.datetime) -> None:
    """The posting is taken back: what that posting closed, and nothing else, waits again."""
    posted = Event.select(Event.at).where(Event.letter == letter, Event.kind == "letter_posted")
    instants = [event.at for event in posted]
    closed = Task.select().where(Task.invoice.in_(_invoices_of(letter)), Task.kind == "letter", Task.outcome == "done")
    for task in closed.where(Task.done_at.in_(instants)).order_by(Task.id):
        Task.update(done_at=None, done_by=None, outcome="").where(Task.id == task.id).execute()
        _tell("task_reopened", task, by, now)


def _invoices_of(letter: Letter) -> Any:
    return LetterInvoice.select(LetterInvoice.invoice).where(LetterInvoice.letter == letter)


def _tell(kind: str, task: Task, by: User | None, now: dt.datetime) -> None:
    record(
        kind,
        account=task.account_id,
        client=task.client_id,
        invoice=task.invoice_id,
        user=by,
        at=now,
        task=task.kind,
        task_id=task.id,
        step=task.step,
        template=task.template,
        offset_days=task.offset_days,
    )
