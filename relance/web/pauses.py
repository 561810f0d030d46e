"""Pauses: dialogs that are also pages, for an invoice, a client and everything; and how they end."""

import calendar
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import chasing, holding, pausing
from relance.services.holding import HoldError
from relance.services.resuming import Resumed
from relance.web import filters, holds, names, scope
from relance.web.forms.holds import PauseForm, ResumeForm
from relance.web.hold_dialogs import dialog, invoice_place, refuse
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import client_or_404, current_account, current_user, invoice_or_404

blueprint = Blueprint("pauses", __name__)

TERMS = {"7": "1 semaine", "15": "15 jours", "fin": "Fin du mois"}


@blueprint.get("/factures/<int:id>/pause")
def ask(id: int) -> ResponseReturnValue:
    """Until when the reminders of an invoice are paused."""
    invoice = invoice_or_404(id)
    return _pause_dialog(invoice, PauseForm(obj=pausing.of_invoice(invoice, _today())))


@blueprint.post("/factures/<int:id>/pause")
def create(id: int) -> ResponseReturnValue:
    """Pause an invoice, or fill the date of the form when a chip was pressed."""
    invoice, form = invoice_or_404(id), PauseForm()
    if "terme" in request.form:
        return _pause_dialog(invoice, _with_term(form))
    if not form.validate():
        return _pause_dialog(invoice, form, 422)
    try:
        pause = pausing.pause_invoice(invoice, **_typed(form))
    except HoldError as error:
        return _pause_dialog(invoice, refuse(form, error), 422)
    scope.ring()
    return go_to(invoice_place(invoice), _paused(pause.until_on))


@blueprint.get("/factures/<int:id>/reprendre")
def ask_resume(id: int) -> ResponseReturnValue:
    """At which step the reminders of an invoice go on."""
    return _resume_dialog(invoice_or_404(id), ResumeForm())


@blueprint.post("/factures/<int:id>/reprendre")
def resume(id: int) -> ResponseReturnValue:
    """End the pause of an invoice."""
    invoice, form = invoice_or_404(id), ResumeForm()
    try:
        resumed = pausing.resume_invoice(invoice, step=form.chosen(), by=current_user(), now=clock.now())
    except HoldError as error:
        return _resume_dialog(invoice, refuse(form, error), 422)
    scope.ring()
    return go_to(invoice_place(invoice), resumed_words(resumed, _("Pause terminée.")))


@blueprint.get("/clients/<int:id>/pause")
def ask_client(id: int) -> ResponseReturnValue:
    """Until when the reminders of a client are paused."""
    client = client_or_404(id)
    return _client_dialog(client, PauseForm(obj=pausing.of_client(client, _today())))


@blueprint.post("/clients/<int:id>/pause")
def pause_client(id: int) -> ResponseReturnValue:
    """Pause every reminder of a client."""
    client, form = client_or_404(id), PauseForm()
    if "terme" in request.form:
        return _client_dialog(client, _with_term(form))
    if not form.validate():
        return _client_dialog(client, form, 422)
    try:
        pause = pausing.pause_client(client, **_typed(form))
    except HoldError as error:
        return _client_dialog(client, refuse(form, error), 422)
    scope.ring()
    return go_to(url_for("clients.show", id=client.id), _paused(pause.until_on))


@blueprint.post("/clients/<int:id>/reprendre")
def resume_client(id: int) -> ResponseReturnValue:
    """End the pause of a client."""
    client = client_or_404(id)
    place = url_for("clients.show", id=client.id)
    try:
        pausing.resume_client(client, by=current_user(), now=clock.now())
    except HoldError as error:
        return go_to(place, _(str(error)), "warn")
    scope.ring()
    return go_to(place, _("Les relances de ce client reprennent à leurs prochaines dates."))


@blueprint.get("/envois/suspendre")
def ask_all() -> ResponseReturnValue:
    """Until when nothing leaves at all (holidays)."""
    return _account_dialog(PauseForm(obj=pausing.of_account(current_account(), _today())))


@blueprint.post("/envois/suspendre")
def pause_all() -> ResponseReturnValue:
    """Pause everything."""
    form = PauseForm()
    if "terme" in request.form:
        return _account_dialog(_with_term(form))
    if not form.validate():
        return _account_dialog(form, 422)
    try:
        pausing.pause_all(current_account(), **_typed(form))
    except HoldError as error:
        return _account_dialog(refuse(form, error), 422)
    scope.ring()
    return go_to(url_for("sends.index"), _("Envois suspendus : aucune relance ne part."))


@blueprint.post("/envois/reprendre-tout")
def resume_all() -> ResponseReturnValue:
    """End the pause of everything."""
    try:
        pausing.resume_all(current_account(), by=current_user(), now=clock.now())
    except HoldError as error:
        return go_to(url_for("sends.index"), _(str(error)), "warn")
    scope.ring()
    return go_to(url_for("sends.index"), _("Les envois reprennent. Chaque relance part à sa prochaine date."))


def resumed_words(resumed: Resumed, done: str) -> str:
    """« Pause terminée. Prochaine relance : relance 2, lundi 30 novembre. »"""
    if resumed.is_over:
        return done + " " + _("Il ne reste aucune relance à envoyer : la facture est dans « À traiter ».")
    if resumed.next is None:
        return done
    day, name = filters.weekday_date(resumed.next.on).striptags(), names.template(resumed.next.template)
    return done + " " + _("Prochaine relance : {relance}, {jour}.", relance=name, jour=day)


def end_of_term(today: date, term: str) -> date:
    """The day a chip stands for: so many days after ``today``, or the last day of its month."""
    if term == "fin":
        return today.replace(day=calendar.monthrange(today.year, today.month)[1])
    return today + timedelta(days=int(term))


def _with_term(form: PauseForm) -> PauseForm:
    term = request.form["terme"]
    if term in TERMS:
        form.until_on.data, form.until_on.raw_data = end_of_term(_today(), term), None
    return form


def _typed(form: PauseForm) -> dict[str, Any]:
    reason = form.reason.data or ""
    return {"until_on": form.until_on.data, "reason": reason, "by": current_user(), "now": clock.now()}


def _paused(until_on: date | None) -> str:
    if until_on is None:
        return _("Relances en pause, jusqu'à ce que vous les repreniez.")
    return _("Relances en pause jusqu'au {date}.", date=holds.until(until_on, _today()).striptags())


def _pause_dialog(invoice: Invoice, form: PauseForm, status: int = 200) -> ResponseReturnValue:
    words = (_("Mettre les relances en pause"), _("Mettre en pause"))
    return dialog("pause", form, status, words, invoice=invoice, route="pauses.create", terms=_terms())


def _resume_dialog(invoice: Invoice, form: ResumeForm, status: int = 200) -> ResponseReturnValue:
    choices = holding.resume_choices(invoice, clock.now())
    form.offer(choices, names.template)
    words = (_("Reprendre les relances"), _("Reprendre"))
    chase = chasing.chase_of(invoice)
    is_chased = chase is not None and chase.is_active
    return dialog("resume", form, status, words, invoice=invoice, route="pauses.resume", is_chased=is_chased)


def _client_dialog(client: Client, form: PauseForm, status: int = 200) -> ResponseReturnValue:
    words = (_("Mettre en pause toutes les relances de ce client"), _("Mettre en pause"))
    places = [("/clients", _("Clients")), (url_for("clients.show", id=client.id), client.name)]
    action = url_for("pauses.pause_client", id=client.id)
    return dialog("client_pause", form, status, words, client=client, places=places, action=action, terms=_terms())


def _account_dialog(form: PauseForm, status: int = 200) -> ResponseReturnValue:
    words = (_("Suspendre tous les envois"), _("Suspendre les envois"))
    places = [(url_for("sends.index"), _("Envois"))]
    action = url_for("pauses.pause_all")
    return dialog("account_pause", form, status, words, places=places, action=action, terms=_terms())


def _terms() -> list[tuple[str, str]]:
    return [(key, _(text)) for key, text in TERMS.items()]


def _today() -> date:
    return local_date(clock.now(), current_account().time_zone)
