"""Undoing an import: what it wrote leaves Relance, and the journal keeps that it came and went.

Possible for a day, while nothing was sent and nothing else was recorded about its invoices.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.events import REMOVED, Event
from relance.models.imports import ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.models.payments import Payment
from relance.services import cancelling, chasing, gathering, import_ties, invoicing, paying
from relance.services.invoice_facts import InstalmentFacts, InvoiceError

DURING = dt.timedelta(hours=24)
CHUNK = 50
WRITTEN = ("created", "updated")
KEPT = "kept"  # what could no longer be undone when its turn came
SOME_KEPT = (
    "Des factures ont changé pendant l'annulation : elles restent, avec leurs relances arrêtées. "
    "Regardez-les une à une."
)

TOO_LATE = "Cet import date de plus de 24 heures : il ne s'annule plus."
NOT_DONE = "Cet import n'est pas terminé."
STATUSES_STAY = "Les statuts notés ne s'annulent pas ici : clôturez le litige ou supprimez le paiement sur la facture."
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
    if not ImportRow.select().where(ImportRow.run == run, ImportRow.written.in_(WRITTEN)).exists():
        return STATUSES_STAY if json.loads(run.counts_json).get("noted") else "Cet import n'a rien enregistré."
    ours = ImportRow.select(ImportRow.invoice).where(ImportRow.run == run, ImportRow.written.in_(WRITTEN))
    if import_ties.sent(run, ours).exists():
        return SENT
    created = ImportRow.select(ImportRow.invoice).where(ImportRow.run == run, ImportRow.written == "created")
    # One question for all of them.
    if int(gathering.number_of_all(import_ties.of_created(created), 1).get()[0]):
        return CHANGED
    updated = ImportRow.select().where(ImportRow.run == run, ImportRow.written == "updated")
    return CHANGED if import_ties.of_updated(run, list(updated)) else ""


def hold(run: ImportRun, *, by: User | None, now: dt.datetime) -> None:
    """Let no reminder leave for what is about to go. In the transaction that begins the undoing."""
    created = ImportRow.select(ImportRow.invoice).where(ImportRow.run == run, ImportRow.written == "created")
    active = Chase.select().where(Chase.invoice.in_(created), Chase.ended_at.is_null())
    for chase in list(active.order_by(Chase.client)):
        chasing.stop(chase, because="cancelled", by=by, now=now)
    waiting = (
        MessageItem.select(MessageItem.invoice)
        .join(Message)
        .where(MessageItem.invoice.in_(created), Message.state.in_(cancelling.WAITING))
    )
    for invoice in list(Invoice.select().where(Invoice.id.in_(waiting)).order_by(Invoice.client, Invoice.id)):
        cancelling.cancel_queued(invoice, because="cancelled", now=now)


def remove(run: ImportRun, now: dt.datetime, goes_on: Callable[[], bool]) -> bool:
    """Take out what it wrote, credit notes first. False when it had to stop before the end.

    What was paid, sent or changed since the person asked stays, and is told.
    """
    while goes_on():
        rows = _next(run)
        if not rows:
            return True
        with transaction():
            clients = sorted({row.client_id for row in rows if row.client_id})
            Client.update(turn=Client.turn + 1).where(Client.id.in_(clients)).execute()
            kept = _tied(run, rows)
            for row in rows:
                is_gone = row.invoice_id not in kept and _take_back(row, run, now)
                values = {"written": "", "invoice": None} if is_gone else {"written": KEPT}
                ImportRow.update(**values).where(ImportRow.id == row.id).execute()
                if not is_gone:
                    ImportRun.update(error=SOME_KEPT).where(ImportRun.id == run.id).execute()
            ImportRun.update(n_done=ImportRun.n_done + len(rows)).where(ImportRun.id == run.id).execute()
    return False


def _tied(run: ImportRun, rows: list[ImportRow]) -> set[int]:
    """The invoices of these rows that something holds back now, under their clients' turns."""
    created = [row.invoice_id for row in rows if row.written == "created" and row.invoice_id]
    ours = [row.invoice_id for row in rows if row.invoice_id]
    found = import_ties.ids_of([import_ties.sent(run, ours), *import_ties.of_created(created)])
    return found | import_ties.of_updated(run, [row for row in rows if row.written == "updated"])


def _next(run: ImportRun) -> list[ImportRow]:
    query = ImportRow.select().where(ImportRow.run == run, ImportRow.written.in_(WRITTEN))
    notes = list(query.where(ImportRow.kind == "credit_note").order_by(ImportRow.position).limit(CHUNK))
    return notes or list(query.order_by(ImportRow.position.desc()).limit(CHUNK))


def _take_back(row: ImportRow, run: ImportRun, now: dt.datetime) -> bool:
    """Undo one row; False when it cannot be."""
    before = json.loads(row.before_json)
    invoice = row.invoice
    if invoice is None:
        return True
    if row.written == "updated":
        return _restore(invoice, before, run, now)
    credited = invoice.credited_invoice
    cancelling.cancel_queued(invoice, because="cancelled", now=now)
    _keep_events(Event.invoice == invoice)
    Account.update(last_removed_invoice=invoice.id).where(
        Account.id == run.account_id, Account.last_removed_invoice < invoice.id
    ).execute()
    invoice.delete_instance()
    if credited is not None:
        paying.resettle(Invoice.get_by_id(credited.id), by=run.user, now=now)
    since = run.finished_at or now
    contacts = before.get("contacts", [])
    if before.get("client") and row.client_id and import_ties.is_free_client(row.client_id, contacts, since):
        Event.update(client=None).where(Event.client == row.client_id).execute()
        Client.delete().where(Client.id == row.client_id).execute()
        return True
    for contact_id in contacts:
        if import_ties.is_free_contact(contact_id, since):
            Contact.delete().where(Contact.id == contact_id, Contact.account == run.account_id).execute()
    return True


def _keep_events(which: Any) -> None:
    """The history stays, and its seal with it: events of what is gone name it in their data (see Event.body)."""
    for event in Event.select().where(which):
        data = json.loads(event.data) | {REMOVED: event.invoice_id}
        Event.update(invoice=None, data=json.dumps(data, ensure_ascii=False, sort_keys=True)).where(
            Event.id == event.id
        ).execute()


def _restore(invoice: Invoice, before: dict[str, Any], run: ImportRun, now: dt.datetime) -> bool:
    """Bring an invoice that was updated back to what it was; False when it cannot be any more."""
    if "payment" in before:
        payment = Payment.get_or_none(Payment.id == before["payment"], Payment.invoice == invoice)
        if payment is not None:
            paying.delete(payment, by=run.user, now=now)
    if "total_cents" not in before:
        return True
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
        return False
    return True
