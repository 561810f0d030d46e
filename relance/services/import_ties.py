"""What was recorded about the invoices of an import since it wrote them: undoing would take it away."""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import Any

from relance.models.batches import BatchLine
from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.evidence import Evidence
from relance.models.holds import Dispute, Extension, Pause, Promise, Task
from relance.models.imports import ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.models.payment_plans import PaymentPlan, PlanInvoice
from relance.models.payments import Payment
from relance.models.quotes import Quote

LEFT = ("sending", "sent", "uncertain")


def sent(run: ImportRun, invoice_ids: Any) -> Any:
    """The query of those of these invoices of which a message left, or may have, since the import."""
    since = Message.created_at >= (run.confirmed_at or run.created_at)
    query = MessageItem.select(MessageItem.invoice).join(Message)
    return query.where(MessageItem.invoice.in_(invoice_ids), Message.state.in_(LEFT), since)


def of_created(invoice_ids: Any) -> list[Any]:
    """The queries of those of these invoices, made by an import, that something else is about."""
    linked: tuple[tuple[Any, Any], ...] = (
        (Promise, Promise.invoice),
        (Dispute, Dispute.invoice),
        (Extension, Extension.invoice),
        (Pause, Pause.invoice),
        (Evidence, Evidence.invoice),
        (LetterInvoice, LetterInvoice.invoice),
        (PlanInvoice, PlanInvoice.invoice),
        (Quote, Quote.invoice),
    )
    found = [model.select(key).where(key.in_(invoice_ids)) for model, key in linked]
    # What was paid before it came was recorded in the same instant.
    later = Payment.select(Payment.invoice).join(Invoice).where(Payment.created_at != Invoice.created_at)
    found.append(later.where(Payment.invoice.in_(invoice_ids)))
    notes = Invoice.select(Invoice.credited_invoice).where(Invoice.credited_invoice.in_(invoice_ids))
    found.append(notes.where(Invoice.id.not_in(invoice_ids)))
    found.append(Invoice.select(Invoice.id).where(Invoice.id.in_(invoice_ids), Invoice.version > 1))
    return found


def of_updated(run: ImportRun, rows: Sequence[ImportRow]) -> set[int]:
    """The invoices of these rows, brought up to date by the import, about which something was recorded since."""
    done: dt.datetime = run.confirmed_at or run.created_at
    before = {row.invoice_id: json.loads(row.before_json) for row in rows if row.invoice_id}
    ids = list(before)
    if not ids:
        return set()
    own = [facts["payment"] for facts in before.values() if "payment" in facts]
    letters = LetterInvoice.select(LetterInvoice.invoice).join(Letter).where(Letter.created_at >= done)
    plans = PlanInvoice.select(PlanInvoice.invoice).join(PaymentPlan).where(PaymentPlan.made_at >= done)
    queries = [
        letters.where(LetterInvoice.invoice.in_(ids)),
        plans.where(PlanInvoice.invoice.in_(ids)),
        Promise.select(Promise.invoice).where(Promise.invoice.in_(ids), Promise.made_at >= done),
        Dispute.select(Dispute.invoice).where(Dispute.invoice.in_(ids), Dispute.made_at >= done),
        Payment.select(Payment.invoice).where(
            Payment.invoice.in_(ids), Payment.created_at >= done, Payment.id.not_in(own or [0])
        ),
    ]
    versions = Invoice.select(Invoice.id, Invoice.version).where(Invoice.id.in_(ids))
    found = {key for key, version in versions.tuples() if version != before[key].get("after")}
    return found | ids_of(queries)


def ids_of(queries: Sequence[Any]) -> set[int]:
    """The invoices that these queries name."""
    return {int(key) for query in queries for (key,) in query.tuples()}


def is_free_contact(contact_id: int, since: dt.datetime) -> bool:
    """True for a contact that nobody used nor changed since."""
    used: tuple[tuple[Any, Any], ...] = (
        (Invoice, Invoice.contact),
        (Quote, Quote.contact),
        (ChaseContact, ChaseContact.contact),
    )
    if any(model.select().where(key == contact_id).exists() for model, key in used):
        return False
    contact = Contact.get_or_none(Contact.id == contact_id)
    changed = (Event.kind == "contact_changed") & (Event.at > since)
    return contact is not None and not any(
        event.facts.get("contact_id") == contact_id
        for event in Event.select().where(Event.client == contact.client_id, changed)
    )


def is_free_client(client_id: int, contact_ids: Collection[int], since: dt.datetime) -> bool:
    """True for a client that nothing else is about. ``contact_ids``: the contacts that came with it."""
    about: tuple[tuple[Any, Any], ...] = (
        (Invoice, Invoice.client),
        (Quote, Quote.client),
        (Letter, Letter.client),
        (Message, Message.client),
        (Evidence, Evidence.client),
        (Pause, Pause.client),
        (Promise, Promise.client),
        (Dispute, Dispute.client),
        (Extension, Extension.client),
        (Task, Task.client),
        (PaymentPlan, PaymentPlan.client),
        (Chase, Chase.client),
        (BatchLine, BatchLine.client),
        (Client, Client.merged_into),
    )
    if any(model.select().where(key == client_id).exists() for model, key in about):
        return False
    if Contact.select().where(Contact.client == client_id, Contact.id.not_in(list(contact_ids) or [0])).exists():
        return False
    by_hand = Event.kind.startswith("client_") | Event.kind.startswith("contact_") | (Event.kind == "note_added")
    return not Event.select().where(Event.client == client_id, Event.at > since, by_hand).exists()
