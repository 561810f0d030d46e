"""Money received that the user has to report on her platform (status 212): what waits, and what was dealt with.

Relance reports nothing itself: it reminds. It asks of invoices that carry a status of a platform, and, when the account
says so, of all those sent to businesses in France. A payment that was written down with the invoice (an import) is
not asked about, nor one that a status brought.
"""

import datetime as dt
from typing import Any

from peewee import Value, fn

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.rules.calendar import local_date

WINDOW = dt.timedelta(90)  # days of payments looked at: beyond that, the period was declared or lost
UNDO = dt.timedelta(hours=24)
FRENCH = ("FR", "MC", "GP", "MQ", "RE")  # where the reform makes clients receive electronic invoices
STATES = ("sent", "paid")


def to_report(account: Account, now: dt.datetime) -> Any:
    """Invoices with money to report, the oldest payment first; each has ``received_cents``, in its own currency."""
    since = local_date(now, account.time_zone) - WINDOW
    recent = Payment.select(Payment.invoice).where(Payment.account == account, Payment.received_on >= since)
    return (
        Invoice.select(Invoice, Client, fn.COALESCE(_received(since), 0).alias("received_cents"))
        .join(Client)
        .where(
            Invoice.id.in_(recent),
            Invoice.account == account,
            Invoice.state.in_(STATES),
            _concerned(account),
            fn.EXISTS(Payment.select(Value(1)).where(*_unreported(since))),
        )
        .order_by(Invoice.paid_on, Invoice.id)
    )


def suspended(account: Account, now: dt.datetime) -> Any:
    """Invoices still owed that a client put on hold on the platform, asking for a document."""
    return (
        Invoice.select(Invoice, Client)
        .join(Client)
        .where(
            Invoice.account == account,
            Invoice.state == "sent",
            Invoice.balance_cents > 0,
            Invoice.platform_status == "208",
        )
        .order_by(Invoice.platform_status_on, Invoice.id)
    )


def cents_to_report(invoice: Invoice, now: dt.datetime) -> int:
    """What was received on this invoice and waits to be reported, in cents of its currency; 0 when nothing does."""
    row = to_report(invoice.account, now).where(Invoice.id == invoice.id).first()
    return int(row.received_cents) if row is not None else 0


def settle(invoice: Invoice, *, because: str, by: User | None, now: dt.datetime) -> bool:
    """The user reported it (« reported »), or need not (« not_needed »). False when nothing waited."""
    with transaction():
        fresh = _locked(invoice)
        cents = cents_to_report(fresh, now)
        if not cents:
            return False
        Invoice.update(encashment_reported_at=now).where(Invoice.id == fresh.id).execute()
        _tell("encashment_reported", fresh, by, now, because=because, amount_cents=cents)
        return True


def reopen(invoice: Invoice, *, by: User | None, now: dt.datetime) -> bool:
    """Take that back within a day: the line comes again. False when it is too late, or nothing was said."""
    with transaction():
        fresh = _locked(invoice)
        if not can_reopen(fresh, now):
            return False
        Invoice.update(encashment_reported_at=None).where(Invoice.id == fresh.id).execute()
        _tell("encashment_reopened", fresh, by, now)
        return True


def can_reopen(invoice: Invoice, now: dt.datetime) -> bool:
    """True while what was said of the payment can be taken back; never when the platform itself said it."""
    at = invoice.encashment_reported_at
    return at is not None and at > now - UNDO and invoice.platform_status != "212"


def begin(account: Account, *, now: dt.datetime) -> None:
    """The account asks to be reminded from now on: what was received before is not asked about.

    Call it in the transaction that writes the setting.
    """
    Invoice.update(encashment_reported_at=now).where(
        Invoice.account == account, Invoice.state.in_(STATES), Invoice.encashment_reported_at.is_null()
    ).execute()


def _concerned(account: Account) -> Any:
    carries = Invoice.platform_status != ""
    if not account.reports_encashments:
        return (Invoice.kind != "credit_note") & carries
    is_french_business = (Client.kind != "individual") & Client.country.in_(FRENCH)
    return (Invoice.kind != "credit_note") & (carries | is_french_business)


def _received(since: dt.date) -> Any:
    return Payment.select(fn.SUM(Payment.amount_cents)).where(*_unreported(since))


def _unreported(since: dt.date) -> tuple[Any, ...]:
    """The payments of the invoice written since it was, and since the last ones were reported."""
    after = fn.COALESCE(Invoice.encashment_reported_at, Invoice.created_at)
    return Payment.invoice == Invoice.id, Payment.received_on >= since, Payment.created_at > after


def _locked(invoice: Invoice) -> Invoice:
    Client.get_by_id(invoice.client_id).take_turn()
    fresh: Invoice = Invoice.get_by_id(invoice.id)
    return fresh


def _tell(kind: str, invoice: Invoice, by: User | None, now: dt.datetime, **facts: object) -> None:
    record(
        kind,
        account=invoice.account_id,
        at=now,
        client=invoice.client_id,
        invoice=invoice,
        user=by,
        number=invoice.number,
        currency=invoice.currency,
        **facts,
    )
