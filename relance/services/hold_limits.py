"""What pauses, promises, disputes and extensions share: what may be held, for how long, and its line in the history."""

import datetime as dt

from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.events import record
from relance.models.holds import Dispute, Extension, Pause, Promise
from relance.models.invoices import Invoice
from relance.services.holding import HoldError
from relance.services.planning import REASONS

MAX_REASON = 200  # characters
NOT_OWED = ("draft", "to_process", "cancelled", "written_off", "paid")


def locked(invoice: Invoice) -> Invoice:
    """The invoice read again under its client's turn. Call it inside a transaction."""
    Client.get_by_id(invoice.client_id).take_turn()
    fresh: Invoice = Invoice.get_by_id(invoice.id)
    return fresh


def must_be_owed(invoice: Invoice) -> None:
    """HoldError, in French, for what nobody is asked to pay: a draft, an avoir, what is paid, cancelled or lost."""
    if invoice.is_credit_note:
        raise HoldError(REASONS["credit_note"])
    if invoice.state in NOT_OWED:
        raise HoldError(REASONS[invoice.state])


def checked_reason(reason: str) -> str:
    """The reason on one line; HoldError beyond MAX_REASON characters."""
    clean = " ".join(reason.split())
    if len(clean) > MAX_REASON:
        raise HoldError("Raccourcissez ce motif : 200 caractères au plus.", "reason")
    return clean


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 28 February for the 29th where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def tell(
    kind: str, row: Pause | Promise | Dispute | Extension, by: User | None, now: dt.datetime, **facts: object
) -> None:
    """Write the event of a hold. Call it in the transaction of what it tells."""
    record(
        kind,
        account=row.account_id,
        at=now,
        client=row.client_id,
        invoice=row.invoice_id,
        user=by,
        **facts,
    )
