"""Everything the page of one invoice shows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from relance import clock
from relance.models.invoices import Instalment, Invoice
from relance.models.payments import Payment
from relance.rules import limitation, penalties, rates
from relance.rules.calendar import local_date
from relance.services import (
    charging,
    client_figures,
    evidence,
    holding,
    invoicing,
    keeping_clients,
    limiting,
    reading_ahead,
    settling,
    thanking,
    threads,
)
from relance.services.holding import Held
from relance.web import chases, exits, holds, names, platform_statuses, rows
from relance.web.forms.evidence import KINDS as PIECES
from relance.web.forms.holds import DISPUTES
from relance.web.i18n import _
from relance.web.invoice_history import history_context
from relance.web.scope import current_account


def page_context(invoice: Invoice) -> dict[str, Any]:
    """Everything the page of an invoice shows."""
    now = clock.now()
    account = current_account()
    today = local_date(now, account.time_zone)
    reading_ahead.of_invoice(invoice, today)
    thread = threads.of_invoice(invoice, now)
    payments = list(Payment.select().where(Payment.invoice == invoice).order_by(Payment.received_on, Payment.id))
    client = invoice.client
    figures = client_figures.figures(client, today)
    is_draft = invoice.state in ("draft", "to_process")
    held = _held(invoice, today, is_chased=thread.is_on)
    return {
        "invoice": invoice,
        "status": rows.status_of(invoice, today, held),
        "status_text": _status_text(invoice, today, held),
        "holds": held,
        "held": frozenset(one.kind for one in held),
        "hold_words": holds.short(held),
        "extension": holds.extension_of(invoice),
        "hold_until": holds.until,
        "dispute_kinds": DISPUTES,
        "delay": rows.delay_of(invoice, today),
        "points": rows.full(thread, account, held),
        "thread": thread,
        "why_silent": rows.reason(thread.why_silent),
        "paid_cents": sum(payment.amount_cents for payment in payments),
        "payments": payments,
        "credit_notes": settling.credit_notes(invoice),
        "parts": list(Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)),
        "charges": charges_of(invoice, today),
        "limitation": limitation_of(invoice, today),
        "client": client,
        "contact": invoice.contact or next(iter(keeping_clients.active_contacts(client)), None),
        "has_address": bool(keeping_clients.usable_contacts(client)),
        "figures": figures,
        "warnings": _warnings(invoice, today) if is_draft else (),
        "backlog_days": (today - invoice.next_due_on).days if thread.why_silent == "backlog" else None,
        "may_thank": invoice.state == "paid" and not thanking.refusal(invoice),
        "kind_name": names.invoice_kind(invoice.kind),
        "method_name": names.method,
        "pieces": evidence.of_invoice(invoice),
        "piece_kinds": PIECES,
        "day": today,
        "platform": platform_statuses.shown(invoice, has_payments=bool(payments)),
        **exits.panel(invoice, today, is_finished=thread.ended_because == "finished"),
        **chases.panel_context(invoice),
        **history_context(invoice),
    }


def limitation_of(invoice: Invoice, today: date) -> dict[str, Any] | None:
    """The last day to go to court about a late invoice, and how near it is; None when nothing is known of it."""
    if not invoice.is_overdue(today):
        return None
    end = limiting.of_invoices([invoice]).get(invoice.id)
    return {"on": end, "level": limitation.level_of(end, today)} if end is not None else {"on": None, "level": ""}


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
        "days": max(((today - segment.starts_on).days + 1 for segment in segments), default=0),
        "daily_cents": interest.daily_cents,
    }


def _held(invoice: Invoice, today: date, *, is_chased: bool) -> tuple[Held, ...]:
    """What holds the invoice back today, the most useful first."""
    if invoice.state != "sent":
        return ()
    found = holding.current(invoice.account, [invoice], today).get(invoice.id, ())
    return holds.ranked(found, is_chased=is_chased)


def _status_text(invoice: Invoice, today: date, held: Iterable[Held]) -> str:
    """What the badge of the page says: « En retard de 22 jours »."""
    if rows.status_of(invoice, today, held) != "late":
        return ""
    days = (today - invoice.next_due_on).days
    return _("En retard de {n} jours", n=days) if days > 1 else _("En retard d'un jour")


def _warnings(invoice: Invoice, today: date) -> tuple[str, ...]:
    checked = invoicing.check(invoice.account, invoicing.facts_of(invoice), today=today, invoice=invoice)
    return checked.warnings
