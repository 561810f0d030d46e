"""What each reminder achieves: how many invoices were paid after it and before the next one.

About the invoices that fell due within a year. One that a credit note alone settled says nothing and is left out.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Case, Expression, Value, fn

from relance.models.accounts import Account
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.models.payments import Payment
from relance.services import templating

YEAR = dt.timedelta(365)
LETTER_LEVEL = 5
LAST_RANK = 6  # the sixth reminder and those after it are one line
REMINDERS = ("reminder", "manual")
NOT_A_REMINDER = "standard"  # the message that goes with the invoice
POSTED = ("posted", "received", "unclaimed", "refused")


@dataclass(frozen=True)
class Step:
    """``key`` is a rank (1: the first reminder) or a level. Of ``reached`` invoices, ``paid`` before the next step."""

    key: int
    reached: int
    paid: int


@dataclass(frozen=True)
class Outcome:
    """Invoices that fell due within a year: how many, paid, paid without any reminder, and after which one."""

    due: int
    paid: int
    unprompted: int
    by_rank: tuple[Step, ...]
    by_level: tuple[Step, ...]


def queries(account: Account, today: dt.date) -> tuple[Any, Any, Any]:
    """What ``outcome_of`` reads. ``today`` is the account's."""
    levels = templating.levels(account)
    return _cohort(account, today), _by_rank(account, today, levels), _by_level(account, today, levels)


def outcome_of(cohort: Sequence[Any], ranks: Sequence[Any], reached: Sequence[Any]) -> Outcome:
    """The rows of ``queries``, read."""
    due, paid = (int(number or 0) for number in cohort[0])
    by_rank: dict[int, Step] = {}
    for rank, count, solved in ranks:
        key = min(int(rank), LAST_RANK)
        before = by_rank.get(key, Step(key, 0, 0))
        # An invoice with seven reminders reached the sixth once.
        by_rank[key] = Step(key, before.reached or int(count), before.paid + int(solved))
    by_level = tuple(Step(int(level), int(count), int(solved)) for level, count, solved in reached)
    unprompted = paid - sum(step.paid for step in by_rank.values())
    return Outcome(due, paid, unprompted, tuple(by_rank.values()), by_level)


def has_payment() -> Any:
    """True of an invoice on which money came in."""
    return fn.EXISTS(Payment.select(Value(1)).where(Payment.invoice == Invoice.id))


def _is_counted(account: Account, today: dt.date) -> Any:
    """Invoices of the account that fell due within a year, and were not settled by a credit note alone."""
    return (
        (Invoice.account == account)
        & (Invoice.kind != "credit_note")
        & (Invoice.due_on > today - YEAR)
        & (Invoice.due_on < today)
        & ((Invoice.state == "sent") | (Invoice.state == "written_off") | _is_paid())
    )


def _is_paid() -> Expression:
    paid: Expression = (Invoice.state == "paid") & Invoice.paid_on.is_null(False) & has_payment()
    return paid


def _cohort(account: Account, today: dt.date) -> Any:
    paid = fn.SUM(Case(None, [(Invoice.state == "paid", 1)], 0))
    return Invoice.select(fn.COUNT(Invoice.id), paid).where(_is_counted(account, today)).tuples()


def _reminders(account: Account, today: dt.date, levels: dict[str, int]) -> Any:
    """(invoice, paid_on or null, day, id, level) of each reminder that came before the payment.

    A payment received on the very day of a reminder had left before it: that reminder is not counted.
    """
    is_before = (Invoice.state != "paid") | (Invoice.paid_on > Message.day_on)
    paid_on = Case(None, [(Invoice.state == "paid", Invoice.paid_on)], None)
    level = Case(Message.template, list(levels.items()), 1)
    mails = (
        MessageItem.select(
            MessageItem.invoice.alias("invoice"),
            paid_on.alias("paid_on"),
            Message.day_on.alias("day"),
            Message.id.alias("id"),
            level.alias("level"),
        )
        .join_from(MessageItem, Message)
        .join_from(MessageItem, Invoice)
        .where(
            _is_counted(account, today),
            Message.state == "sent",
            Message.kind.in_(REMINDERS),
            Message.template != NOT_A_REMINDER,
            is_before,
        )
        .distinct()
    )
    is_before = (Invoice.state != "paid") | (Invoice.paid_on > Letter.posted_on)
    level = Case(Letter.template, list(levels.items()), LETTER_LEVEL)
    letters = (
        LetterInvoice.select(LetterInvoice.invoice, paid_on, Letter.posted_on, -Letter.id, level)
        .join_from(LetterInvoice, Letter)
        .join_from(LetterInvoice, Invoice)
        .where(_is_counted(account, today), Letter.state.in_(POSTED), Letter.posted_on.is_null(False), is_before)
    )
    return mails.union_all(letters)


def _ranked(account: Account, today: dt.date, levels: dict[str, int]) -> Any:
    """Each reminder with its rank on its invoice, and whether money came before the next one."""
    rows = _reminders(account, today, levels).alias("rows")
    order = {"partition_by": [rows.c.invoice], "order_by": [rows.c.day, rows.c.id]}
    rank, following = fn.ROW_NUMBER().over(**order), fn.LEAD(rows.c.id).over(**order)
    is_last = Case(None, [(following.is_null() & rows.c.paid_on.is_null(False), 1)], 0)
    return Invoice.select(
        rows.c.invoice.alias("invoice"), rows.c.level.alias("level"), rank.alias("rank"), is_last.alias("solved")
    ).from_(rows)


def _by_rank(account: Account, today: dt.date, levels: dict[str, int]) -> Any:
    ranked = _ranked(account, today, levels).alias("ranked")
    columns = (ranked.c.rank, fn.COUNT(ranked.c.invoice), fn.SUM(ranked.c.solved))
    return Invoice.select(*columns).from_(ranked).group_by(ranked.c.rank).order_by(ranked.c.rank).tuples()


def _by_level(account: Account, today: dt.date, levels: dict[str, int]) -> Any:
    ranked = _ranked(account, today, levels).alias("ranked")
    columns = (ranked.c.level, fn.COUNT(ranked.c.invoice.distinct()), fn.SUM(ranked.c.solved))
    return Invoice.select(*columns).from_(ranked).group_by(ranked.c.level).order_by(ranked.c.level).tuples()
