"""A document to import as the facts of an invoice."""

from relance.models.clients import Client, Contact
from relance.services.import_planning import Item
from relance.services.invoice_facts import InstalmentFacts, InvoiceFacts


def facts_of(
    item: Item, client: Client, contact: Contact | None, document: int | None, credited: int | None
) -> InvoiceFacts:
    """The document as the services want it."""
    wanted, read = item.wanted, item.line.read
    assert wanted is not None
    return InvoiceFacts(
        client_id=client.id,
        contact_id=contact.id if contact else None,
        number=wanted.number,
        kind=wanted.kind,
        issued_on=wanted.issued_on,
        due_on=wanted.due_on,
        currency=wanted.currency,
        total_cents=wanted.total_cents,
        net_cents=abs(read.net_cents) if read.net_cents is not None else None,
        vat_cents=abs(read.vat_cents) if read.vat_cents is not None else None,
        object=read.object[:250],
        order_reference=read.order_reference[:200],
        payment_method=wanted.payment_method,
        credited_invoice_id=credited,
        document_id=document,
        source=item.line.source,
        instalments=tuple(InstalmentFacts(day, cents) for day, cents in wanted.parts),
        already_paid_cents=wanted.paid_cents,
        already_paid_on=wanted.paid_on,
    )
