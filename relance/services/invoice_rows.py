"""An invoice's facts as columns and instalments, and back."""

from typing import Any

from relance.models.invoices import Instalment, Invoice
from relance.services.invoice_facts import InstalmentFacts, InvoiceFacts

_COPIED = (
    "kind",
    "issued_on",
    "due_on",
    "total_cents",
    "net_cents",
    "vat_cents",
    "currency",
    "order_reference",
    "payment_method",
    "late_rate_bp",
)


def facts_of(invoice: Invoice) -> InvoiceFacts:
    """The invoice as facts, to fill a form or make a copy."""
    plan = plan_of(invoice)
    return InvoiceFacts(
        client_id=invoice.client_id,
        number=invoice.number,
        object=invoice.object,
        contact_id=invoice.contact_id,
        credited_invoice_id=invoice.credited_invoice_id,
        document_id=invoice.document_id,
        source=invoice.source,
        note=invoice.note,
        instalments=plan if len(plan) > 1 else (),
        **{name: getattr(invoice, name) for name in _COPIED},
    )


def columns_of(facts: InvoiceFacts) -> dict[str, Any]:
    """The columns of an invoice that say these facts; the caller adds who, when and in what state."""
    columns = {name: getattr(facts, name) for name in _COPIED}
    columns |= {
        "number": facts.number.strip(),
        "due_on": facts.plan()[-1].due_on,
        "object": facts.object.strip(),
        "order_reference": facts.order_reference.strip(),
        "contact": facts.contact_id,
        "credited_invoice": facts.credited_invoice_id,
        "document": facts.document_id,
        "note": facts.note,
    }
    return columns


def told(invoice: Invoice) -> dict[str, Any]:
    """What the history keeps of an invoice at each change."""
    return {
        "number": invoice.number,
        "total_cents": invoice.total_cents,
        "currency": invoice.currency,
        "due_on": invoice.due_on,
        "source": invoice.source,
        **told_file(invoice),
    }


def told_file(invoice: Invoice) -> dict[str, str]:
    """The fingerprint of the invoice's file, if it has one: the journal vouches for the file itself."""
    return {"document_sha256": invoice.document.sha256} if invoice.document is not None else {}


def plan_of(invoice: Invoice) -> tuple[InstalmentFacts, ...]:
    """The instalments as they are stored, in order."""
    rows = Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)
    return tuple(InstalmentFacts(row.due_on, row.amount_cents) for row in rows)


def write_instalments(invoice: Invoice, plan: tuple[InstalmentFacts, ...]) -> None:
    """Bring the rows to ``plan``, by position: reminders already sent keep pointing at theirs."""
    rows = {row.position: row for row in Instalment.select().where(Instalment.invoice == invoice)}
    for position, part in enumerate(plan, start=1):
        row = rows.pop(position, None)
        if row is None:
            row = Instalment(account=invoice.account_id, invoice=invoice, position=position)
        elif row.due_on != part.due_on:
            row.alerted_on = None  # a new date: the user will be warned again if it passes
        row.due_on = part.due_on
        row.amount_cents = part.amount_cents
        row.balance_cents = part.amount_cents
        row.save()
    for row in rows.values():
        row.delete_instance()


def changes(before: Invoice, facts: InvoiceFacts) -> dict[str, list[Any]]:
    """Field → [before, after], for the history."""
    columns = columns_of(facts)
    changes: dict[str, list[Any]] = {}
    for name, value in {"client": facts.client_id, **columns}.items():
        old = getattr(before, f"{name}_id" if name in ("client", "contact", "credited_invoice", "document") else name)
        if old != value:
            changes[name] = [old, value]
    return changes
