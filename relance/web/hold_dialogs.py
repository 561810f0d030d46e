"""The frame of the dialogs about what holds reminders back: each one is also a page."""

from typing import Any, TypeVar

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance.models.invoices import Invoice
from relance.services.holding import HoldError
from relance.web.forms import Form
from relance.web.htmx import wants_fragment
from relance.web.i18n import _

AnyForm = TypeVar("AnyForm", bound=Form)


def dialog(
    what: str,
    form: Form,
    status: int,
    words: tuple[str, str],
    *,
    invoice: Invoice | None = None,
    route: str = "",
    action: str = "",
    places: list[tuple[str, str]] | None = None,
    **more: Any,
) -> ResponseReturnValue:
    """The form ``what`` (templates/holds/_<what>.html) as a dialog for htmx, as a page otherwise.

    ``words``: its title, and what its button says.
    About an invoice: give it and the ``route`` that takes the form. Otherwise ``action`` and ``places``, the links
    (address, words) that lead to the page.
    """
    if invoice is not None:
        action = url_for(route, id=invoice.id, retour=request.args.get("retour") or None)
        places = [("/factures", _("Factures")), (url_for("invoices.show", id=invoice.id), invoice.number)]
    context = {
        "what": what,
        "form": form,
        "title": words[0],
        "submit": words[1],
        "invoice": invoice,
        "action": action,
        "places": places,
        **more,
    }
    template = "holds/_dialog.html" if wants_fragment() else "holds/page.html"
    return make_response(render_template(template, **context), status)


def refuse(form: AnyForm, error: HoldError) -> AnyForm:
    """The form with what a service refused, at its field."""
    form.refuse(error.field if error.field in form else "", str(error))
    return form


def invoice_place(invoice: Invoice) -> str:
    """Where the click came from: the list, or the page of the invoice."""
    if request.args.get("retour") == "liste":
        return url_for("invoices.index")
    return url_for("invoices.show", id=invoice.id)
