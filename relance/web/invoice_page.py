"""Everything the page of one invoice shows."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask import request
from peewee import JOIN

from relance import clock
from relance.models.accounts import User
from relance.models.events import Event
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message
from relance.models.payments import Payment
from relance.rules import penalties, rates
from relance.rules.calendar import local_date
from relance.services import charging, client_figures, forecasting, invoicing, keeping_clients, settling, threads
from relance.web import chases, history, names, rows
from relance.web.history_sentences import strong
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account

HISTORY_SIZE = 20


def page_context(invoice: Invoice) -> dict[str, Any]:
    """Everything the page of an invoice shows."""
    now = clock.now()
    account = current_account()
    today = local_date(now, account.time_zone)
    thread = threads.of_invoice(invoice, now)
    client = invoice.client
    figures = client_figures.figures(client, today)
    is_draft = invoice.state in ("draft", "to_process")
    return {
        "invoice": invoice,
        "status": rows.status_of(invoice, today),
        "status_text": _status_text(invoice, today),
        "delay": rows.delay_of(invoice, today),
        "points": rows.full(thread, account),
        "thread": thread,
        "why_silent": rows.reason(thread.why_silent),
        "paid_cents": settling.paid_cents(invoice),
        "payments": list(Payment.select().where(Payment.invoice == invoice).order_by(Payment.received_on, Payment.id)),
        "credit_notes": settling.credit_notes(invoice),
        "parts": list(Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)),
        "charges": charges_of(invoice, today),
        "client": client,
        "contact": invoice.contact or next(iter(keeping_clients.active_contacts(client)), None),
        "has_address": bool(keeping_clients.usable_contacts(client)),
        "figures": figures,
        "warnings": _warnings(invoice, today) if is_draft else (),
        "kind_name": names.invoice_kind(invoice.kind),
        "method_name": names.method,
        "day": today,
        **chases.panel_context(invoice),
        **history_context(invoice),
    }


def history_context(invoice: Invoice) -> dict[str, Any]:
    """The history, newest first: what ``_history.html`` needs."""
    family = request.args.get("h", "")
    family = family if family in history.FAMILIES else ""
    query = Event.select(Event, User).join_from(Event, User, JOIN.LEFT_OUTER).where(Event.invoice == invoice)
    # What was only ready to leave is told by the line of its sending.
    waits = Message.state.in_(("queued", "sending"))
    query = query.join_from(Event, Message, JOIN.LEFT_OUTER, on=Event.message == Message.id)
    query = query.where((Event.kind != "reminder_queued") | waits)
    kinds = history.kinds_of(family)
    if kinds:
        query = query.where(Event.kind.in_(kinds))
    before = row_id(request.args.get("avant"))
    if before:
        query = query.where(Event.id < before)
    events = list(query.order_by(Event.id.desc()).limit(HISTORY_SIZE + 1))
    has_more = len(events) > HISTORY_SIZE
    events = events[:HISTORY_SIZE]
    is_whole = not family and not before
    return {
        "coming": forecasting.for_invoice(invoice, clock.now()) if is_whole else [],
        "template_name": names.template,
        "offset": history.offset,
        "strong": strong,
        "people": _namer(invoice),
        "history": history.lines(events),
        "history_family": family,
        "history_before": events[-1].id if has_more else None,
        "is_continued": bool(before),
        "note_problem": "",
        "note_text": "",
    }


def _namer(invoice: Invoice) -> Callable[[Iterable[str]], str]:
    """Names instead of addresses, where the client's contacts are known."""
    known = {one.email: one.name or one.email for one in keeping_clients.active_contacts(invoice.client)}
    return lambda addresses: ", ".join(known.get(address, address) for address in addresses)


def charges_of(invoice: Invoice, today: date) -> dict[str, Any] | None:
    """Late interest and indemnity owed today, for information; None when there is none or no rate is known."""
    if not invoice.is_overdue(today):
        return None
    try:
        interest = penalties.late_interest(charging.claim_of(invoice, today))
    except rates.UnknownRate:
        return None
    fee = penalties.recovery_fee(invoice.client.kind, 1, invoice.currency)
    if not interest.due_cents and not fee:
        return None
    segments = interest.segments
    return {
        "interest_cents": interest.due_cents,
        "fee_cents": fee,
        "total_cents": interest.due_cents + fee,
        "rates": sorted({segment.rate_bp for segment in segments}),
        "days": (today - invoice.next_due_on).days,
        "daily_cents": interest.daily_cents,
    }


def _status_text(invoice: Invoice, today: date) -> str:
    """What the badge of the page says: « En retard de 22 jours »."""
    if rows.status_of(invoice, today) != "late":
        return ""
    days = (today - invoice.next_due_on).days
    return _("En retard de {n} jours", n=days) if days > 1 else _("En retard d'un jour")


def _warnings(invoice: Invoice, today: date) -> tuple[str, ...]:
    checked = invoicing.check(invoice.account, invoicing.facts_of(invoice), today=today, invoice=invoice)
    return checked.warnings
