"""Invoices: recorded, changed, duplicated, cancelled, written off, reopened.

Every change that can stop or move reminders takes the client's turn first, so that no message of that
client is being decided at the same moment.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import MessageItem
from relance.models.payments import Payment
from relance.rules.calendar import local_date
from relance.services import chasing, entering, paying
from relance.services.invoice_facts import (
    Checked,
    InstalmentFacts,
    InvoiceError,
    InvoiceFacts,
    StaleFormError,
    check,
)
from relance.services.invoice_rows import changes, columns_of, facts_of, plan_of, told, told_file, write_instalments
from relance.services.numbering import suggest_number

__all__ = [
    "Checked",
    "InstalmentFacts",
    "InvoiceError",
    "InvoiceFacts",
    "Saved",
    "StaleFormError",
    "cancel",
    "check",
    "confirm",
    "create",
    "duplicate",
    "facts_of",
    "note",
    "reopen",
    "set_aside",
    "suggest_number",
    "update",
    "write_off",
]


@dataclass(frozen=True)
class Saved:
    """An invoice that was saved, and the warnings to show beside it."""

    invoice: Invoice
    warnings: tuple[str, ...]


def create(
    account: Account,
    facts: InvoiceFacts,
    *,
    state: str = "sent",
    by: User | None = None,
    now: datetime,
    waits: bool = False,
) -> Saved:
    """Record an invoice in ``state`` (draft, to_process, sent or cancelled). InvoiceError if it cannot be.

    What was already paid becomes a payment; a credit note lowers the invoice it names. ``waits``: it follows its
    client's sequence only once a person said where it begins.
    """
    checked = check(account, facts, today=local_date(now, account.time_zone))
    if checked.errors:
        raise InvoiceError(checked.errors)
    with transaction():
        client = Client.get_by_id(facts.client_id)
        client.take_turn()
        again = check(account, facts, today=local_date(now, account.time_zone))
        if again.errors:
            raise InvoiceError(again.errors)
        invoice = Invoice.create(
            account=account,
            client=client,
            state=state,
            source=facts.source,
            next_due_on=facts.plan()[0].due_on,
            balance_cents=facts.total_cents,
            created_at=now,
            updated_at=now,
            **columns_of(facts),
        )
        write_instalments(invoice, facts.plan())
        kind = "invoice_created" if facts.source == "form" else "invoice_imported"
        record(kind, account=account, at=now, client=client, invoice=invoice, user=by, **told(invoice))
        if facts.already_paid_cents:
            paid_on = facts.already_paid_on or min(facts.issued_on, local_date(now, account.time_zone))
            paying.record_opening(invoice, facts.already_paid_cents, paid_on, by=by, now=now)
        _settle_all(invoice, by=by, now=now)
        entering.on_new_invoice(Invoice.get_by_id(invoice.id), now=now, waits=waits)
    return Saved(Invoice.get_by_id(invoice.id), checked.warnings)


def update(invoice: Invoice, facts: InvoiceFacts, *, version: int, by: User | None, now: datetime) -> Saved:
    """Save a form opened at ``version``. StaleFormError if someone saved since, InvoiceError if it cannot be.

    Dates, amounts and instalments that change move what has not been sent yet.
    """
    account = invoice.account
    facts = replace(facts, source=invoice.source, already_paid_cents=0)
    checked = check(account, facts, today=local_date(now, account.time_zone), invoice=invoice)
    errors = dict(checked.errors) | _frozen_errors(invoice, facts)
    if errors:
        raise InvoiceError(errors)
    with transaction():
        for client_id in sorted({invoice.client_id, facts.client_id}):
            Client.get_by_id(client_id).take_turn()
        if facts.client_id != invoice.client_id:
            Chase.delete().where(Chase.invoice == invoice, Chase.is_inherited).execute()
        before = Invoice.get_by_id(invoice.id)
        if before.version != version:
            raise StaleFormError
        old_plan = plan_of(before)
        moved = changes(before, facts)
        Invoice.update(client=facts.client_id, version=Invoice.version + 1, updated_at=now, **columns_of(facts)).where(
            Invoice.id == invoice.id
        ).execute()
        saved = Invoice.get_by_id(invoice.id)
        if facts.plan() != old_plan:
            write_instalments(saved, facts.plan())
            moved["instalments"] = [len(old_plan), len(facts.plan())]
        if moved:
            record(
                "invoice_changed",
                account=account,
                at=now,
                client=saved.client_id,
                invoice=saved,
                user=by,
                changes=moved,
                **(told_file(saved) if "document" in moved else {}),
            )
        _settle_all(saved, by=by, now=now)
        if before.credited_invoice_id and before.credited_invoice_id != saved.credited_invoice_id:
            paying.resettle(Invoice.get_by_id(before.credited_invoice_id), by=by, now=now)
        dates_changed = [part.due_on for part in facts.plan()] != [part.due_on for part in old_plan]
        chasing.refresh(saved, now=now, dates_changed=dates_changed)
        if dates_changed:
            entering.enter_late_again(saved, now=now)
        if facts.client_id != before.client_id:
            entering.on_new_invoice(Invoice.get_by_id(saved.id), now=now)
    return Saved(Invoice.get_by_id(invoice.id), checked.warnings)


def duplicate(invoice: Invoice, *, by: User | None, now: datetime) -> Invoice:
    """A draft like ``invoice``, dated today, with the next number and the same delay; never its payments."""
    account = invoice.account
    today = local_date(now, account.time_zone)
    shift = today - invoice.issued_on
    facts = facts_of(invoice)
    copy = replace(
        facts,
        number=suggest_number(account, today),
        issued_on=today,
        due_on=facts.due_on + shift,
        instalments=tuple(InstalmentFacts(part.due_on + shift, part.amount_cents) for part in facts.instalments),
        document_id=None,
        source="form",
    )
    return create(account, copy, state="draft", by=by, now=now).invoice


def confirm(invoice: Invoice, *, by: User | None, now: datetime) -> Invoice:
    """A draft (or « à traiter ») becomes an invoice that was sent to the client, and can be chased."""
    return _move(invoice, ("draft", "to_process"), "sent", "invoice_changed", by=by, now=now)


def set_aside(invoice: Invoice, *, by: User | None, now: datetime) -> Invoice:
    """A draft becomes « à traiter »: complete, but not sent yet, so never chased."""
    return _move(invoice, ("draft",), "to_process", "invoice_changed", by=by, now=now)


def cancel(invoice: Invoice, *, by: User | None, now: datetime) -> Invoice:
    """The invoice is void: reminders stop, nothing is asked any more."""
    states = ("draft", "to_process", "sent", "paid")
    return _move(invoice, states, "cancelled", "invoice_cancelled", by=by, now=now)


def write_off(invoice: Invoice, *, by: User | None, now: datetime) -> Invoice:
    """The money will not come (« perte »): reminders stop, the balance stays readable."""
    return _move(invoice, ("sent",), "written_off", "invoice_written_off", by=by, now=now)


def reopen(invoice: Invoice, *, by: User | None, now: datetime) -> Invoice:
    """Undo a cancellation or a loss. Reminders resume at the first step dated today or later."""
    return _move(invoice, ("cancelled", "written_off"), "sent", "invoice_reopened", by=by, now=now)


def note(invoice: Invoice, text: str, *, by: User | None, now: datetime) -> None:
    """Write an internal note in the history. InvoiceError when it is empty or over 5 000 characters."""
    cleaned = text.strip()
    if not cleaned:
        raise InvoiceError({"note": "Écrivez une note."})
    if len(cleaned) > 5000:
        raise InvoiceError({"note": "Cette note est trop longue : 5 000 caractères au plus."})
    record(
        "note_added",
        account=invoice.account_id,
        at=now,
        client=invoice.client_id,
        invoice=invoice,
        user=by,
        text=cleaned,
    )


def _move(
    invoice: Invoice,
    allowed: tuple[str, ...],
    state: str,
    kind: str,
    *,
    by: User | None,
    now: datetime,
) -> Invoice:
    """Change the state under the client's lock, tell it, and stop or revive what depends on it."""
    with transaction():
        Client.get_by_id(invoice.client_id).take_turn()
        fresh: Invoice = Invoice.get_by_id(invoice.id)
        if fresh.state not in allowed:
            raise InvoiceError({"state": "L'état de cette facture a changé entre-temps. Rechargez la page."})
        before = fresh.state
        fresh.state = state
        fresh.updated_at = now
        fresh.version += 1
        fresh.save(only=[Invoice.state, Invoice.updated_at, Invoice.version])
        record(
            kind,
            account=fresh.account_id,
            at=now,
            client=fresh.client_id,
            invoice=fresh,
            user=by,
            before=before,
            state=state,
            **told(fresh),
        )
        _settle_all(fresh, by=by, now=now)
        if state in ("cancelled", "written_off"):
            chasing.stop_if_settled(fresh, now=now, by=by)
        elif before in ("cancelled", "written_off"):
            chasing.resume_if_reopened(fresh, now=now, by=by)
            entering.follow_if_free(fresh, now=now)
        else:
            chasing.refresh(fresh, now=now, dates_changed=True)
            entering.follow_if_free(fresh, now=now)
    return Invoice.get_by_id(invoice.id)


def _settle_all(invoice: Invoice, *, by: User | None, now: datetime) -> None:
    """Settle the invoice and, when it is a credit note, the invoice it lowers."""
    paying.resettle(invoice, by=by, now=now)
    if invoice.credited_invoice_id:
        paying.apply_credit(Invoice.get_by_id(invoice.credited_invoice_id), invoice, by=by, now=now)


def _frozen_errors(invoice: Invoice, facts: InvoiceFacts) -> dict[str, str]:
    """What can no longer change once reminders were switched on or sent."""
    errors = {}
    if invoice.state in ("cancelled", "written_off"):
        errors["state"] = "Rouvrez d'abord cette facture."
    if facts.kind == "credit_note" and not invoice.is_credit_note and _has_history(invoice):
        errors["kind"] = "Cette facture a déjà été relancée ou payée : elle ne peut pas devenir un avoir."
    if facts.client_id != invoice.client_id and _is_bound(invoice):
        errors["client"] = "Le client ne change plus une fois les relances activées. Annulez la facture et recréez-la."
    kept = len(facts.plan())
    chased = (
        MessageItem.select()
        .join(Instalment)
        .where(Instalment.invoice == invoice, Instalment.position > kept, MessageItem.instalment == Instalment.id)
    )
    if chased.exists():
        errors["instalments"] = "Une échéance déjà relancée ne peut pas disparaître. Changez sa date ou son montant."
    return errors


def _is_bound(invoice: Invoice) -> bool:
    """True when reminders tie it to its client: set for it alone, or sent. A client's sequence alone does not."""
    own = Chase.select().where(Chase.invoice == invoice, ~Chase.is_inherited)
    return bool(own.exists() or MessageItem.select().where(MessageItem.invoice == invoice).exists())


def _has_history(invoice: Invoice) -> bool:
    chased = Chase.select().where(Chase.invoice == invoice).exists()
    return bool(chased or Payment.select().where(Payment.invoice == invoice).exists())
