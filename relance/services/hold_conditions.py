"""What the filters of the list ask about reminders, as conditions on invoices: sub-queries, never a query per row.

They start from the few rows that hold; the pieces of ``conditions`` ask each invoice of a short list instead.
"""

from datetime import date
from typing import Any

from peewee import Value, fn

from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.holds import Dispute, Pause, Promise
from relance.models.invoices import Invoice


def promised(account: Account) -> Any:
    """Invoices with an open promise."""
    return Invoice.id.in_(Promise.select(Promise.invoice).where(Promise.account == account, Promise.state == "open"))


def disputed(account: Account) -> Any:
    """Invoices with an open dispute."""
    return Invoice.id.in_(Dispute.select(Dispute.invoice).where(Dispute.account == account, Dispute.ended_at.is_null()))


def chased(account: Account, sequence_id: int | None = None) -> Any:
    """Invoices of which reminders are on (by that sequence, when one is named)."""
    query = Chase.select(Chase.invoice).where(Chase.account == account, Chase.ended_at.is_null())
    return Invoice.id.in_(query if sequence_id is None else query.where(Chase.sequence == sequence_id))


def unchased() -> Any:
    """Invoices of which reminders are off. Most are: each is asked, where the few that are on would be listed first."""
    return ~fn.EXISTS(Chase.select(Value(1)).where(Chase.invoice == Invoice.id, Chase.ended_at.is_null()))


def paused(account: Account, today: date) -> Any:
    """Chased invoices under a pause of their own or of their client; that of everything is said on every page."""
    on = (Pause.account == account, Pause.ended_at.is_null(), Pause.until_on.is_null() | (Pause.until_on >= today))
    own = Pause.select(Pause.invoice).where(*on, Pause.invoice.is_null(False))
    clients = Pause.select(Pause.client).where(*on, Pause.invoice.is_null(), Pause.client.is_null(False))
    return (Invoice.id.in_(own) | Invoice.client.in_(clients)) & chased(account)
