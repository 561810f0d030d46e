"""The status of an electronic invoice on the user's platform: recorded by hand, and what the pages say of it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import encashments, platform_statuses
from relance.services.platform_statuses import StatusError
from relance.web import scope
from relance.web.forms.platform_statuses import StatusForm
from relance.web.hold_dialogs import dialog
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, current_user, invoice_or_404
from relance.web.status_words import done_words, effect_words, label

blueprint = Blueprint("platform_statuses", __name__)
# What templates/imports/_statuses.html says of each status.
blueprint.add_app_template_global(label, "status_label")
blueprint.add_app_template_global(effect_words, "status_effect")


@dataclass(frozen=True)
class Shown:
    """What the page of an invoice says of its platform. ``to_report_cents``: received, and not reported yet."""

    code: str = ""
    on: Any = None
    to_report_cents: int = 0
    may_reopen: bool = False

    @property
    def label(self) -> str:
        """« Refusée (210) »."""
        return label(self.code)


def shown(invoice: Invoice, *, has_payments: bool) -> Shown:
    """What is known of the invoice on its platform; a query only when money came."""
    now = clock.now()
    is_asked = has_payments and bool(invoice.platform_status or current_account().reports_encashments)
    return Shown(
        code=invoice.platform_status,
        on=invoice.platform_status_on,
        to_report_cents=encashments.cents_to_report(invoice, now) if is_asked else 0,
        may_reopen=is_asked and encashments.can_reopen(invoice, now),
    )


@blueprint.get("/factures/<int:id>/statut-plateforme")
def ask(id: int) -> ResponseReturnValue:
    """Which status the platform shows, since when, and why."""
    form = StatusForm()
    form.on.data = local_date(clock.now(), current_account().time_zone)
    return _dialog(invoice_or_404(id), form)


@blueprint.post("/factures/<int:id>/statut-plateforme")
def create(id: int) -> ResponseReturnValue:
    """Record it, and what follows of it."""
    invoice, form = invoice_or_404(id), StatusForm()
    if not form.validate():
        return _dialog(invoice, form, 422)
    typed = {"code": form.code.data, "on": form.on.data, "reason": form.reason.data or ""}
    try:
        done = platform_statuses.record_by_hand(invoice, **typed, by=current_user(), now=clock.now())
    except StatusError as error:
        form.refuse(error.field if error.field in form else "", str(error))
        return _dialog(invoice, form, 422)
    scope.ring()
    return go_to(url_for("invoices.show", id=id), done_words(done), "info")


def _dialog(invoice: Invoice, form: StatusForm, status: int = 200) -> ResponseReturnValue:
    words = (_("Statut de la plateforme"), _("Noter le statut"))
    return dialog("platform_status", form, status, words, invoice=invoice, route="platform_statuses.create")
