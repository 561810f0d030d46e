"""Money received: recorded, deleted, and what follows (balance, instalments, state, reminders that stop)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from relance.db import transaction
from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.events import record as tell
from relance.models.invoices import PAYMENT_METHODS, Invoice
from relance.models.payments import Payment
from relance.rules.calendar import local_date
from relance.rules.money import format_amount
from relance.services import chasing, entering, plan_course, promising, thanking
from relance.services.settling import CREDIT_STATES, settle


class PaymentError(Exception):
    """The payment cannot be recorded: ``errors`` maps a field to a French sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class Received:
    """A payment that was recorded, and what it changed."""

    payment: Payment
    invoice: Invoice
    stopped_reminders: int = 0  # how many were still to come and are not any more
    is_repeat: bool = False  # the same form had already been sent


def resettle(invoice: Invoice, *, by: User | None, now: datetime) -> int:
    """Settle, tell what changed and let reminders follow. Returns the coming reminders that fall away.

    A paid invoice stops being chased in this very transaction; one that is owed again resumes at its
    next step, never backwards.
    """
    before, balance = invoice.state, invoice.balance_cents
    settle(invoice, now)
    if invoice.is_credit_note:
        return 0
    promising.note_payment(invoice, by=by, now=now)
    plan_course.note_payment(invoice, by=by, now=now)
    if invoice.state == "paid" and before != "paid":
        _tell("invoice_paid", invoice, by, now, paid_on=invoice.paid_on, excess_cents=invoice.excess_cents)
        return chasing.stop_if_settled(invoice, now=now, by=by)
    if invoice.state == "sent" and before == "paid":
        _tell("invoice_reopened", invoice, by, now, before=before, state="sent", balance_cents=invoice.balance_cents)
        chasing.resume_if_reopened(invoice, now=now, by=by)
        entering.follow_if_free(invoice, now=now)
    elif invoice.balance_cents != balance:
        # What waits in the queue is rendered again; an instalment that is now covered is no longer asked for.
        chasing.stop_if_settled(invoice, now=now, by=by)
        chasing.refresh(invoice, now=now)
    return 0


def record(
    invoice: Invoice,
    amount_cents: int,
    received_on: date,
    method: str = "transfer",
    reference: str = "",
    form_key: str | None = None,
    *,
    by: User | None,
    now: datetime,
    allow_excess: bool = False,
) -> Received:
    """Record a payment in cents of the invoice's currency, on a local date; PaymentError if it cannot be.

    The same ``form_key`` twice is one payment. More than what is left is refused unless ``allow_excess``:
    then the excess is the client's credit. After the transaction nothing queued for a settled invoice leaves.
    """
    with transaction():
        Client.get_by_id(invoice.client_id).take_turn()
        fresh = Invoice.get_by_id(invoice.id)
        if form_key:
            twin = Payment.get_or_none(Payment.form_key == form_key)
            if twin is not None and twin.invoice_id == fresh.id:
                return Received(twin, fresh, is_repeat=True)
            if twin is not None:
                raise PaymentError({"amount": "Ce formulaire a déjà servi. Rechargez la page."})
        errors = _payment_errors(fresh, amount_cents, received_on, method, allow_excess, now)
        if errors:
            raise PaymentError(errors)
        payment = _add(fresh, amount_cents, received_on, method, reference, form_key, by, now)
        stopped = resettle(fresh, by=by, now=now)
        if fresh.state == "paid":
            thanking.on_paid(fresh, now=now)
    return Received(payment, fresh, stopped)


def record_opening(
    invoice: Invoice, amount_cents: int, received_on: date, *, by: User | None, now: datetime
) -> Payment:
    """What was already paid when the invoice was entered, in any state. The caller settles."""
    return _add(invoice, amount_cents, received_on, invoice.payment_method, "", None, by, now)


def delete(payment: Payment, *, by: User | None, now: datetime) -> Invoice:
    """Remove a payment recorded by mistake; the invoice is owed again and reminders resume, never backwards."""
    with transaction():
        invoice: Invoice = Invoice.get_by_id(payment.invoice_id)
        Client.get_by_id(invoice.client_id).take_turn()
        invoice = Invoice.get_by_id(invoice.id)
        removed = Payment.delete().where(Payment.id == payment.id).execute()
        if removed:
            _tell(
                "payment_deleted",
                invoice,
                by,
                now,
                amount_cents=payment.amount_cents,
                received_on=payment.received_on,
                method=payment.method,
            )
            resettle(invoice, by=by, now=now)
            thanking.withdraw(invoice, now=now)
    return invoice


def apply_credit(invoice: Invoice, credit_note: Invoice, *, by: User | None, now: datetime) -> None:
    """Settle an invoice after a credit note that names it came, changed or was cancelled."""
    told = Event.select().where(Event.invoice == invoice, Event.kind == "credit_applied")
    counts = credit_note.state in CREDIT_STATES
    if counts and not any(event.facts.get("credit_note_id") == credit_note.id for event in told):
        _tell(
            "credit_applied",
            invoice,
            by,
            now,
            amount_cents=credit_note.total_cents,
            credit_note_id=credit_note.id,
            credit_note=credit_note.number,
        )
    resettle(invoice, by=by, now=now)


def _payment_errors(
    invoice: Invoice, amount_cents: int, received_on: date, method: str, allow_excess: bool, now: datetime
) -> dict[str, str]:
    if invoice.is_credit_note:
        return {"amount": "Un avoir ne reçoit pas de paiement."}
    if invoice.state in ("draft", "to_process"):
        return {"amount": "Enregistrez d'abord la facture : un brouillon ne reçoit pas de paiement."}
    if invoice.state in ("cancelled", "written_off"):
        return {"amount": "Rouvrez d'abord la facture."}
    errors = {}
    if amount_cents <= 0:
        errors["amount"] = "Indiquez un montant en euros, par exemple 1 920,00."
    elif amount_cents > invoice.balance_cents and not allow_excess:
        left = format_amount(invoice.balance_cents, invoice.currency)
        errors["amount"] = f"Ce paiement dépasse le reste dû ({left}). Vérifiez le montant."
    if received_on > local_date(now, invoice.account.time_zone) + timedelta(days=1):
        errors["received_on"] = "Cette date est dans le futur. Notez le paiement quand il est reçu."
    elif received_on.year < 2000:
        errors["received_on"] = "Vérifiez l'année de la date de réception."
    if method not in PAYMENT_METHODS:
        errors["method"] = "Choisissez un moyen de paiement."
    return errors


def _add(
    invoice: Invoice,
    amount_cents: int,
    received_on: date,
    method: str,
    reference: str,
    form_key: str | None,
    by: User | None,
    now: datetime,
) -> Payment:
    payment: Payment = Payment.create(
        account=invoice.account_id,
        invoice=invoice,
        received_on=received_on,
        amount_cents=amount_cents,
        method=method,
        reference=reference.strip(),
        form_key=form_key or None,
        created_by=by,
        created_at=now,
    )
    _tell(
        "payment_recorded",
        invoice,
        by,
        now,
        payment_id=payment.id,
        amount_cents=amount_cents,
        received_on=received_on,
        method=method,
        reference=payment.reference,
    )
    return payment


def _tell(kind: str, invoice: Invoice, by: User | None, now: datetime, **facts: object) -> None:
    tell(
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
