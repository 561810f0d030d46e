"""« Mettre en pause » and « Marquer payées » for a selection: asked once, with what is set aside, then done."""

from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.rules.calendar import local_date
from relance.services import bulk
from relance.services.bulk import Done
from relance.services.holding import HoldError
from relance.services.paying import PaymentError
from relance.web import filters, pauses, scope, selection_words, selections
from relance.web.forms.holds import PauseForm
from relance.web.forms.selections import PaidForm
from relance.web.hold_dialogs import refuse
from relance.web.htmx import go_to
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user
from relance.web.selections import Selection

blueprint = Blueprint("bulk", __name__)


@blueprint.route("/factures/selection/pause", methods=["GET", "POST"])
def pause() -> ResponseReturnValue:
    """Until when the reminders of the selection are paused; with ``confirme``, they are."""
    selection, form = selections.asked(), PauseForm()
    term = request.form.get("terme", "")
    if term in pauses.TERMS:
        form.until_on.data, form.until_on.raw_data = pauses.end_of_term(_today(), term), None
    if "confirme" not in request.form or term:
        return _ask_pause(selection, form if term else PauseForm(formdata=None))
    ready = bulk.pausable(selection.invoices)
    if not ready.ready or not form.validate():
        return _ask_pause(selection, form, 422)
    until_on, reason = form.until_on.data, form.reason.data or ""
    try:
        done = bulk.pause(ready.ready, until_on=until_on, reason=reason, by=current_user(), now=clock.now())
    except HoldError as error:
        return _ask_pause(selection, refuse(form, error), 422)
    done.aside = [*ready.aside, *done.aside]
    scope.ring()
    return _told(selection, done, _paused(len(done.invoices), until_on))


@blueprint.route("/factures/selection/paiement", methods=["GET", "POST"])
def pay() -> ResponseReturnValue:
    """When and how the balances of the selection were received; with ``confirme``, they are recorded."""
    selection, form = selections.asked(), PaidForm()
    if "confirme" not in request.form:
        form = PaidForm(formdata=None)
        form.received_on.data = _today()
        return _ask_pay(selection, form)
    split = bulk.payable(selection.invoices)
    received_on = form.received_on.data
    if not form.validate() or received_on is None:
        return _ask_pay(selection, form, 422)
    shown = {invoice.id: row_id(request.form.get(f"shown-{invoice.id}")) for invoice in selection.invoices}
    try:
        # Those that are paid by now too: the same form sent twice is told what it did.
        done = bulk.pay(
            selection.invoices,
            shown,
            received_on=received_on,
            method=form.method.data,
            key=form.key.data or "",
            by=current_user(),
            now=clock.now(),
        )
    except PaymentError as error:
        for name, sentence in error.errors.items():
            form.refuse(name, sentence)
        return _ask_pay(selection, form, 422)
    if not done.invoices:
        if not split.ready:
            return _ask_pay(selection, form, 422)
        # Nothing of what was shown is true any more: show it again, as it now is.
        return _ask_pay(selection, form, 409, _("Le solde de ces factures a changé depuis. Vérifiez, puis confirmez."))
    scope.ring()
    return _told(selection, done, _n("Une facture marquée payée.", "{n} factures marquées payées.", len(done.invoices)))


def _ask_pause(selection: Selection, form: PauseForm, status: int = 200) -> ResponseReturnValue:
    split = bulk.pausable(selection.invoices)
    title = _n("Mettre une facture en pause ?", "Mettre {n} factures en pause ?", len(split.ready))
    return selections.ask(
        "pause",
        selection,
        title if split.ready else _("Aucune facture à mettre en pause"),
        _("Mettre en pause"),
        action=url_for("bulk.pause"),
        aside=split.aside,
        status=status,
        is_possible=bool(split.ready),
        form=form,
        terms=[(key, _(text)) for key, text in pauses.TERMS.items()],
    )


def _ask_pay(selection: Selection, form: PaidForm, status: int = 200, problem: str = "") -> ResponseReturnValue:
    split = bulk.payable(selection.invoices)
    title = _n("Marquer une facture payée ?", "Marquer {n} factures payées ?", len(split.ready))
    return selections.ask(
        "paid",
        selection,
        title if split.ready else _("Aucune facture à marquer payée"),
        _("Marquer payées"),
        action=url_for("bulk.pay"),
        aside=split.aside,
        status=status,
        problem=problem,
        is_possible=bool(split.ready),
        form=form,
        ready=split.ready,
        totals=Selection(list(split.ready)).totals,
    )


def _paused(count: int, until_on: date | None) -> str:
    if not count:
        return ""
    if until_on is None:
        return _n("Une facture en pause.", "{n} factures en pause.", count)
    day = filters.long_date(until_on).striptags()
    one, many = "Une facture en pause jusqu’au {date}.", "{n} factures en pause jusqu’au {date}."
    return _n(one, many, count, date=day)


def _told(selection: Selection, done: Done, said: str) -> ResponseReturnValue:
    notice = selection_words.notice(said, done.aside, selection.gone, _today())
    return go_to(selections.back(), notice, "paid" if done.invoices else "warn")


def _today() -> date:
    return local_date(clock.now(), current_account().time_zone)
