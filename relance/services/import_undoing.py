"""Undoing an import: what it wrote leaves Relance, and the journal keeps that it came and went.

Possible for a day, while nothing was sent and nothing else was recorded about its invoices.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from relance.db import transaction
from relance.models.clients import Client, Contact
from relance.models.events import REMOVED, Event
from relance.models.evidence import Evidence
from relance.models.holds import Dispute, Extension, Pause, Promise
from relance.models.imports import ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.models.payment_plans import PlanInvoice
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.services import cancelling, gathering, invoicing, paying
from relance.services.invoice_facts import InstalmentFacts, InvoiceError

DURING = dt.timedelta(hours=24)
CHUNK = 50

TOO_LATE = "Cet import date de plus de 24 heures : il ne s'annule plus."
NOT_DONE = "Cet import n'est pas terminé."
SENT = "Une relance est déjà partie pour une facture de cet import : il ne s'annule plus."
CHANGED = (
    "Une facture de cet import a changé depuis (paiement, promesse, courrier, modification) : il ne s'annule plus. "
    "Annulez ou corrigez les factures une à une."
)


def problem(run: ImportRun, now: dt.datetime) -> str:
    """Why this import cannot be undone, in French; empty when it can. ``now`` is UTC."""
    if run.state != "done" or run.finished_at is None:
        return NOT_DONE
    if now - run.finished_at > DURING:
        return TOO_LATE
    if not ImportRow.select().where(ImportRow.run == run, ImportRow.written != "").exists():
        return "Cet import n'a rien enregistré."
    ours = ImportRow.select(ImportRow.invoice).where(ImportRow.run == run, ImportRow.written != "")
    created = ImportRow.select(ImportRow.invoice).where(ImportRow.run == run, ImportRow.written == "created")
    left = MessageItem.select().join(Message).where(MessageItem.invoice.in_(ours))
    since = Message.created_at >= (run.confirmed_at or run.created_at)
    if left.where(Message.state.in_(("sending", "sent", "uncertain")), since).exists():
        return SENT
    return CHANGED if _has_changed(run, ours, created) else ""


def _has_changed(run: ImportRun, ours: Any, created: Any) -> bool:
    """True when a person, or a rule, recorded something about its invoices after it."""
    done = run.finished_at
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
    written = [model.select().where(key.in_(created)) for model, key in linked]
    written += [
        Payment.select().where(Payment.invoice.in_(ours), Payment.created_at > done),
        Invoice.select().where(Invoice.credited_invoice.in_(created), Invoice.id.not_in(created)),
        Invoice.select().where(Invoice.id.in_(created), Invoice.version > 1),
    ]
    if int(gathering.number_of_all(written, 1).get()[0]):  # one question for all of them
        return True
    updated = (
        ImportRow.select(ImportRow, Invoice).join(Invoice).where(ImportRow.run == run, ImportRow.written == "updated")
    )
    return any(
        row.invoice is not None and row.invoice.version != json.loads(row.before_json).get("after") for row in updated
    )


def remove(run: ImportRun, now: dt.datetime, goes_on: Callable[[], bool]) -> bool:
    """Take out what it wrote, credit notes first. False when it had to stop before the end."""
    while goes_on():
        rows = _next(run)
        if not rows:
            return True
        with transaction():
            clients = sorted({row.client_id for row in rows if row.client_id})
            Client.update(turn=Client.turn + 1).where(Client.id.in_(clients)).execute()
            for row in rows:
                if row.invoice is not None:
                    _take_back(row, row.invoice, run, now)
                ImportRow.update(written="", invoice=None).where(ImportRow.id == row.id).execute()
            ImportRun.update(n_done=ImportRun.n_done + len(rows)).where(ImportRun.id == run.id).execute()
    return False


def _next(run: ImportRun) -> list[ImportRow]:
    query = ImportRow.select().where(ImportRow.run == run, ImportRow.written != "")
    notes = list(query.where(ImportRow.kind == "credit_note").order_by(ImportRow.position).limit(CHUNK))
    return notes or list(query.order_by(ImportRow.position.desc()).limit(CHUNK))


def _take_back(row: ImportRow, invoice: Invoice, run: ImportRun, now: dt.datetime) -> None:
    before = json.loads(row.before_json)
    if row.written == "updated":
        _restore(invoice, before, run, now)
        return
    credited = invoice.credited_invoice
    cancelling.cancel_queued(invoice, because="cancelled", now=now)
    _keep_events(Event.invoice == invoice)
    invoice.delete_instance()
    if credited is not None:
        paying.resettle(Invoice.get_by_id(credited.id), by=run.user, now=now)
    for contact_id in before.get("contacts", []):
        Contact.delete().where(Contact.id == contact_id, Contact.account == run.account_id).execute()
    if before.get("client") and row.client_id:
        _remove_client(row.client_id)


def _keep_events(which: Any) -> None:
    """The history stays, and its seal with it: events of what is gone name it in their data (see Event.body)."""
    for event in Event.select().where(which):
        data = json.loads(event.data) | {REMOVED: event.invoice_id}
        Event.update(invoice=None, data=json.dumps(data, ensure_ascii=False, sort_keys=True)).where(
            Event.id == event.id
        ).execute()


def _remove_client(client_id: int) -> None:
    """Take out a client that the import made, once nothing else is about it."""
    about: tuple[tuple[Any, Any], ...] = (
        (Invoice, Invoice.client),
        (Quote, Quote.client),
        (Letter, Letter.client),
        (Message, Message.client),
        (Evidence, Evidence.client),
    )
    if any(model.select().where(key == client_id).exists() for model, key in about):
        return
    Event.update(client=None).where(Event.client == client_id).execute()
    Client.delete().where(Client.id == client_id).execute()


def _restore(invoice: Invoice, before: dict[str, Any], run: ImportRun, now: dt.datetime) -> None:
    """Bring an invoice that was updated back to what it was."""
    if "payment" in before:
        payment = Payment.get_or_none(Payment.id == before["payment"], Payment.invoice == invoice)
        if payment is not None:
            paying.delete(payment, by=run.user, now=now)
    if "total_cents" not in before:
        return
    fresh: Invoice = Invoice.get_by_id(invoice.id)
    facts = replace(
        invoicing.facts_of(fresh),
        total_cents=before["total_cents"],
        currency=before["currency"],
        due_on=dt.date.fromisoformat(before["due_on"]),
        instalments=tuple(InstalmentFacts(dt.date.fromisoformat(day), cents) for day, cents in before["parts"]),
    )
    try:
        invoicing.update(fresh, facts, version=fresh.version, by=run.user, now=now)
    except InvoiceError:
        return
