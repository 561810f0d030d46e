"""Money received on an invoice: a dialog that is also a page."""

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.rules.calendar import local_date
from relance.services import paying
from relance.services.paying import PaymentError, Received
from relance.web import names
from relance.web.forms.payments import PaymentForm
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _, _n
from relance.web.scope import current_account, current_user, invoice_or_404, payment_or_404

blueprint = Blueprint("payments", __name__)


@blueprint.get("/factures/<int:id>/paiements")
def new(id: int) -> ResponseReturnValue:
    """The payment, prefilled with what is left, received today."""
    invoice = invoice_or_404(id)
    form = PaymentForm()
    form.amount.data = invoice.balance_cents or None
    form.received_on.data = local_date(clock.now(), current_account().time_zone)
    form.method.data = invoice.payment_method
    return _dialog(invoice, form)


@blueprint.post("/factures/<int:id>/paiements")
def create(id: int) -> ResponseReturnValue:
    """Record it; reminders stop in the same transaction once the invoice is settled."""
    invoice, form = invoice_or_404(id), PaymentForm()
    amount_cents, received_on = form.amount.data, form.received_on.data
    if not form.validate() or amount_cents is None or received_on is None:
        return _dialog(invoice, form, 422)
    try:
        received = paying.record(
            invoice,
            amount_cents,
            received_on,
            form.method.data,
            form.reference.data or "",
            (form.form_key.data or "")[:60] or None,
            by=current_user(),
            now=clock.now(),
            allow_excess=form.allows_excess.data,
        )
    except PaymentError as error:
        for name, sentence in error.errors.items():
            form.refuse(name, sentence)
        return _dialog(invoice, form, 422)
    return go_to(_back(invoice), _told(received))


@blueprint.get("/factures/<int:id>/paiements/<int:payment_id>/suppression")
def ask_delete(id: int, payment_id: int) -> ResponseReturnValue:
    """What deleting a payment means, before it is done."""
    invoice, payment = _payment(id, payment_id)
    template = "payments/_delete.html" if wants_fragment() else "payments/delete.html"
    context = {"invoice": invoice, "payment": payment, "method_name": names.method(payment.method)}
    return make_response(render_template(template, **context))


@blueprint.post("/factures/<int:id>/paiements/<int:payment_id>/suppression")
def delete(id: int, payment_id: int) -> ResponseReturnValue:
    """Remove a payment recorded by mistake; reminders resume at their next step, never backwards."""
    invoice, payment = _payment(id, payment_id)
    after = paying.delete(payment, by=current_user(), now=clock.now())
    notice = _("Paiement supprimé.")
    if invoice.state == "paid" and after.state == "sent":
        notice = _("Paiement supprimé. La facture est de nouveau à encaisser.")
    return go_to(url_for("invoices.show", id=id), notice, "info")


def _payment(id: int, payment_id: int) -> tuple[Invoice, Payment]:
    """A payment of that invoice; 404 for that of another one: the page would ask about one and delete the other."""
    invoice, payment = invoice_or_404(id), payment_or_404(payment_id)
    if payment.invoice_id != invoice.id:
        abort(404)
    return invoice, payment


def _told(received: Received) -> str:
    """« Facture payée. Les 3 relances prévues sont annulées. »"""
    invoice = received.invoice
    if invoice.state != "paid":
        amount = names.money(invoice.balance_cents, invoice.currency)
        return _("Paiement enregistré. Il reste {montant} à recevoir.", montant=amount)
    if not received.stopped_reminders:
        return _("Facture payée.")
    return _n(
        "Facture payée. La relance prévue est annulée.",
        "Facture payée. Les {n} relances prévues sont annulées.",
        received.stopped_reminders,
    )


def _back(invoice: Invoice) -> str:
    if request.args.get("retour") == "liste":
        return url_for("invoices.index")
    return url_for("invoices.show", id=invoice.id)


def _dialog(invoice: Invoice, form: PaymentForm, status: int = 200) -> Response:
    context: dict[str, Any] = {
        "invoice": invoice,
        "form": form,
        "is_over": form.amount.data is not None and form.amount.data > invoice.balance_cents,
        "action": url_for("payments.create", id=invoice.id, retour=request.args.get("retour") or None),
    }
    template = "payments/_new.html" if wants_fragment() else "payments/new.html"
    return make_response(render_template(template, **context), status)
