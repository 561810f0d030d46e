"""The same act on many invoices: what can be done of each, then done client by client, in short transactions.

A person confirms what was shown; each invoice is looked at again under its client's turn, and set aside if it changed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from relance.db import transaction
from relance.models.accounts import User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.services import pausing, paying
from relance.services.batch_review import MOST, Aside, chosen
from relance.services.hold_limits import NOT_OWED
from relance.services.holding import HoldError
from relance.services.paying import PaymentError

__all__ = ["MOST", "Aside", "Done", "Split", "by_client", "chosen", "not_owed", "pausable", "pause", "pay", "payable"]


@dataclass(frozen=True)
class Split:
    """What can be done, and what is set aside with the reason."""

    ready: tuple[Invoice, ...]
    aside: tuple[Aside, ...]


@dataclass
class Done:
    """What was done, and what was set aside on the way."""

    invoices: list[Invoice] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)


def by_client(invoices: Iterable[Invoice]) -> list[tuple[int, list[Invoice]]]:
    """The invoices of each client, the clients in the order of all who lock several."""
    found: dict[int, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        found[invoice.client_id].append(invoice)
    return sorted(found.items())


def not_owed(invoice: Invoice) -> str:
    """Why nobody is asked to pay this one (a key of ``Aside``), or ''."""
    if invoice.is_credit_note:
        return "credit_note"
    if invoice.state in NOT_OWED:
        return str(invoice.state)
    return "" if invoice.balance_cents > 0 else "paid"


def pausable(invoices: Sequence[Invoice]) -> Split:
    """Those whose reminders can be paused: owed, and with reminders on."""
    chased = Chase.select(Chase.invoice).where(
        Chase.invoice.in_([row.id for row in invoices]), Chase.ended_at.is_null()
    )
    on = {invoice_id for (invoice_id,) in chased.tuples()}
    return _split(invoices, lambda invoice: not_owed(invoice) or ("" if invoice.id in on else "not_chased"))


def pause(
    invoices: Sequence[Invoice], *, until_on: dt.date | None, reason: str, by: User | None, now: dt.datetime
) -> Done:
    """Pause each of them until ``until_on`` included (None: until resumed). HoldError when the form is wrong.

    The same form sent twice is one pause of each.
    """
    done = Done()
    for _client, rows in by_client(invoices):
        with transaction():
            for invoice in rows:
                try:
                    pausing.pause_invoice(invoice, until_on=until_on, reason=reason, by=by, now=now)
                except HoldError as error:
                    if error.field:  # the same for all of them, so nothing was written yet
                        raise
                    fresh = Invoice.get_by_id(invoice.id)
                    done.aside.append(Aside(fresh, not_owed(fresh) or "not_chased"))
                else:
                    done.invoices.append(invoice)
    return done


def payable(invoices: Sequence[Invoice]) -> Split:
    """Those of which the whole balance can be recorded as received."""
    return _split(invoices, not_owed)


def pay(
    invoices: Sequence[Invoice],
    shown: Mapping[int, int],
    *,
    received_on: dt.date,
    method: str,
    key: str,
    by: User | None,
    now: dt.datetime,
) -> Done:
    """One payment per invoice for its balance, as ``shown`` (cents by id), received on a local date.

    An invoice whose balance is no longer what was shown is set aside. ``key``: the same form twice is one payment
    of each. PaymentError when the date or the method is wrong: nothing is then written.
    """
    done = Done()
    for client_id, rows in by_client(invoices):
        with transaction():
            Client.get_by_id(client_id).take_turn()
            for row in rows:
                invoice: Invoice = Invoice.get_by_id(row.id)
                form_key = f"{key[:40]}-{invoice.id}"
                if Payment.select().where(Payment.form_key == form_key, Payment.invoice == invoice).exists():
                    done.invoices.append(invoice)
                    continue
                because = not_owed(invoice)
                if not because and invoice.balance_cents != shown.get(invoice.id):
                    because = "balance_changed"
                if because:
                    done.aside.append(Aside(invoice, because))
                    continue
                try:
                    paying.record(invoice, invoice.balance_cents, received_on, method, "", form_key, by=by, now=now)
                except PaymentError as error:
                    if error.errors.keys() & {"received_on", "method"}:
                        raise
                    done.aside.append(Aside(invoice, "balance_changed"))
                else:
                    done.invoices.append(invoice)
    return done


def _split(invoices: Sequence[Invoice], why: Callable[[Invoice], str]) -> Split:
    reasons = {invoice.id: why(invoice) for invoice in invoices}
    return Split(
        tuple(invoice for invoice in invoices if not reasons[invoice.id]),
        tuple(Aside(invoice, reasons[invoice.id]) for invoice in invoices if reasons[invoice.id]),
    )
