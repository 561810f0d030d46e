"""« À traiter », the invoices: what nothing chases any more, what was promised, what is contested."""

import datetime as dt
from typing import Any

from peewee import Value, fn

from relance.models.accounts import Account
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.holds import Dispute, Promise, Task
from relance.models.invoices import Invoice
from relance.models.letters import ASIDE, Letter, LetterInvoice
from relance.rules.calendar import local_date, local_instant
from relance.services.conditions import (
    as_day,
    has_dispute,
    has_promise,
    has_rejected,
    has_usable,
    is_owed,
    is_paused,
    written_about_since,
)
from relance.services.summarising import days_between

REST = dt.timedelta(7)  # days during which an e-mail counts as dealing with a late invoice; the gap, when longer
SOON = dt.timedelta(5)  # a promised date is recalled that many days before
SILENCE = dt.timedelta(7)  # days without an answer to a dispute
OLD = dt.timedelta(90)
DAY = dt.timedelta(1)
EVER = dt.date(1900, 1, 1)  # a range with two ends: SQLite then takes the index by date
ANSWERS = ("note_added", "call_logged", "reply_logged", "dispute_opened", "payment_recorded", "invoice_changed")


def promised(account: Account, now: dt.datetime) -> Any:
    """Dates given by clients that come within five days, or have just passed."""
    today = local_date(now, account.time_zone)
    return (
        Promise.select(Promise, Invoice, Client)
        .join_from(Promise, Invoice)
        .join_from(Promise, Client)
        .where(Promise.account == account, Promise.state == "open", Promise.promised_on <= today + SOON, is_owed())
        .order_by(Promise.promised_on, Promise.id)
    )


def broken(account: Account, now: dt.datetime) -> Any:
    """Promises that were not kept, until somebody writes to the client again or takes another date."""
    return (
        Promise.select(Promise, Invoice, Client)
        .join_from(Promise, Invoice)
        .join_from(Promise, Client)
        .where(
            Promise.account == account,
            Promise.state == "broken",
            is_owed(),
            ~has_promise(Promise.invoice),
            ~has_dispute(Promise.invoice),
            ~written_about_since(Promise.invoice, at=Promise.closed_at),
            ~_has_later(),
        )
        .order_by(Promise.closed_at, Promise.id)
    )


def _has_later() -> Any:
    later = Promise.alias()
    return fn.EXISTS(later.select(Value(1)).where(later.invoice == Promise.invoice, later.id > Promise.id))


def disputed(account: Account, now: dt.datetime) -> Any:
    """Disputes about which nothing was written down for seven days."""
    today = local_date(now, account.time_zone)
    since = local_instant(today - SILENCE + dt.timedelta(1), 0, account.time_zone)
    answered = Event.select(Value(1)).where(
        Event.invoice == Dispute.invoice, Event.kind.in_(ANSWERS), Event.at >= since
    )
    return (
        Dispute.select(Dispute, Invoice, Client)
        .join_from(Dispute, Invoice)
        .join_from(Dispute, Client)
        .where(
            Dispute.account == account,
            Dispute.ended_at.is_null(),
            Dispute.starts_on <= today - SILENCE,
            is_owed(),
            ~fn.EXISTS(answered),
        )
        .order_by(Dispute.starts_on, Dispute.id)
    )


def backlog(account: Account, now: dt.datetime) -> Any:
    """How many invoices came too late to enter their sequence, and wait for a choice: one row, or none."""
    return (
        Entry.select(Chase.account, fn.COUNT(Invoice.id.distinct()))
        .join(Chase)
        .join(Invoice)
        .where(Entry.is_out == True, Chase.account == account, Chase.ended_at.is_null(), is_owed())  # noqa: E712
        .group_by(Chase.account)
        .tuples()
    )


def finished(account: Account, now: dt.datetime) -> Any:
    """Chases with nothing left to send, without payment and without a letter."""
    return _ended(account).where(Chase.frequency != "until_paid")


def capped(account: Account, now: dt.datetime) -> Any:
    """Chases « until paid » that reached the number of messages after which the user decides."""
    return _ended(account).where(Chase.frequency == "until_paid")


def _ended(account: Account) -> Any:
    answered = (
        LetterInvoice.select(Value(1))
        .join(Letter)
        .where(LetterInvoice.invoice == Chase.invoice, Letter.state.not_in(ASIDE))
    )
    # What its sequence asks next is a line of its own.
    asked = Task.select(Value(1)).where(Task.invoice == Chase.invoice, Task.done_at.is_null())
    return (
        Chase.select(Chase, Invoice, Client)
        .join_from(Chase, Invoice)
        .join_from(Chase, Client)
        .where(
            Chase.account == account,
            Chase.ended_because == "finished",
            is_owed(),
            ~has_promise(Chase.invoice),
            ~has_dispute(Chase.invoice),
            ~fn.EXISTS(answered),
            ~fn.EXISTS(asked),
        )
        .order_by(Chase.ended_at.desc(), Chase.id)
    )


def ancient(account: Account, now: dt.datetime) -> Any:
    """Invoices more than 90 days late that nothing follows, no letter either: the largest and oldest first."""
    today = local_date(now, account.time_zone)
    letter = (
        LetterInvoice.select(Value(1))
        .join(Letter)
        .where(LetterInvoice.invoice == Invoice.id, Letter.state.not_in(ASIDE))
    )
    return (
        Invoice.select(Invoice, Client)
        .join(Client)
        .where(
            Invoice.next_due_on.between(EVER, today - OLD - DAY),
            *_unchased(account, today),
            has_usable(Invoice.client),
            ~fn.EXISTS(letter),
        )
        .order_by(*_weight(today))
    )


def late(account: Account, now: dt.datetime) -> Any:
    """Late invoices that nothing chases, whose client can be written to: the largest and oldest first."""
    today = local_date(now, account.time_zone)
    return (
        Invoice.select(Invoice, Client)
        .join(Client)
        .where(
            Invoice.next_due_on.between(today - OLD, today - DAY),
            *_unchased(account, today),
            has_usable(Invoice.client),
        )
        .order_by(*_weight(today))
    )


def mute(account: Account, now: dt.datetime) -> Any:
    """Late invoices that nothing chases, whose client has no address: per client."""
    today = local_date(now, account.time_zone)
    columns = (Client.id, Client.name, Invoice.currency, fn.COUNT(Invoice.id), fn.SUM(Invoice.balance_cents))
    return (
        Invoice.select(*columns)
        .join(Client)
        .where(
            Invoice.next_due_on.between(EVER, today - DAY),
            ~has_usable(Invoice.client),
            *_unchased(account, today),
            ~has_rejected(Invoice.client),
        )
        .group_by(Client.id, Client.name, Invoice.currency)
        .order_by(fn.SUM(Invoice.balance_cents).desc(), Client.id)
        .tuples()
    )


def _weight(today: dt.date) -> tuple[Any, ...]:
    """What is late by its amount times its age."""
    return (days_between(Invoice.next_due_on, as_day(today)) * Invoice.balance_cents).desc(), Invoice.id


def _unchased(account: Account, today: dt.date) -> tuple[Any, ...]:
    """True for what is owed and may be chased, but is not. What decides most often comes first: tens of thousands."""
    chase = Chase.select(Value(1)).where(
        Chase.invoice == Invoice.id, Chase.ended_at.is_null() | (Chase.ended_because == "finished")
    )
    return (
        Invoice.account == account,
        is_owed(),
        Invoice.kind != "credit_note",
        Invoice.payment_method.not_in(("direct_debit", "card")),
        Invoice.balance_cents > account.tolerance_cents,
        Invoice.balance_cents >= account.min_amount_cents,
        ~fn.EXISTS(chase),
        ~Client.is_exempt,
        ~written_about_since(Invoice.id, day=today - max(REST, dt.timedelta(account.min_gap_days))),
        ~has_promise(Invoice.id),
        ~has_dispute(Invoice.id),
        ~is_paused(today),
    )
