"""« À traiter », the platform of electronic invoices: a payment to report on it, an invoice suspended on it."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from markupsafe import Markup

from relance.models.invoices import Invoice
from relance.web import filters
from relance.web.i18n import _
from relance.web.todo_lines import Action, Context, Line, money, nowrap, see_invoice


def _encashment(invoice: Invoice, context: Context) -> Line:
    settle = url_for("encashments.settle", id=invoice.id)
    title = _(
        "Encaissement à déclarer sur votre plateforme : {numéro}, {montant}",
        numéro=nowrap(invoice.number),
        montant=money(int(invoice.received_cents), invoice.currency),
    )
    detail = Markup("{}. {}").format(invoice.client.name, _("Relance ne le déclare pas à votre place."))
    answers = (
        Action(_("C'est déclaré"), settle, values={"issue": "declare", "depuis": "tableau"}, stays=True),
        Action(_("Sans objet"), settle, is_quiet=True, values={"issue": "sans-objet", "depuis": "tableau"}, stays=True),
    )
    return Line("banknote", "warn", title, detail, answers, see_invoice(invoice))


def _suspended(invoice: Invoice, context: Context) -> Line:
    day = filters.long_date(invoice.platform_status_on, year=False) if invoice.platform_status_on else ""
    title = _("Facture suspendue sur la plateforme : {numéro}", numéro=nowrap(invoice.number))
    waits = _("Votre client attend une pièce ou une précision depuis le {date}. Les relances continuent.", date=day)
    detail = Markup("{}, {}. {}").format(invoice.client.name, money(invoice.balance_cents, invoice.currency), waits)
    see = Action(_("Voir la facture"), url_for("invoices.show", id=invoice.id))
    ask = url_for("platform_statuses.ask", id=invoice.id)
    return Line("hourglass", "warn", title, detail, (see, Action(_("Noter la suite"), ask, True, is_dialog=True)))


WRITERS: dict[str, Callable[[Any, Context], Line]] = {"encashment": _encashment, "platform_suspended": _suspended}
