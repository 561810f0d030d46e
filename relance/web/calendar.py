"""Settings: the days and hours at which e-mails may leave, and the periods in which none does."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.accounts import Closure
from relance.services import configuring
from relance.web import scope
from relance.web.forms.settings import CalendarForm, ClosureForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, current_user
from relance.web.topics import page, saved

blueprint = Blueprint("calendar", __name__)

_SAME_NAMES = (
    "send_from_minute",
    "send_until_minute",
    "skips_holidays",
    "holiday_region",
    "time_zone",
    "min_gap_days",
    "is_grouping",
)


@blueprint.route("/reglages/calendrier", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Days, hours, holidays, gap. What is planned is looked at again at once."""
    account = current_account()
    form = CalendarForm(
        obj=account,
        days=list(account.send_days),
        min_amount=account.min_amount_cents,
        tolerance=account.tolerance_cents,
    )
    if form.validate_on_submit():
        values = {name: form[name].data for name in _SAME_NAMES}
        values |= {
            "send_days": "".join(sorted(form.days.data)),
            "min_amount_cents": form.min_amount.data or 0,
            "tolerance_cents": form.tolerance.data or 0,
        }
        if configuring.save(account, "calendrier", values, by=current_user(), now=clock.now()):
            scope.ring()
        return saved("calendar.edit")
    return _page(form, ClosureForm(formdata=None))


@blueprint.post("/reglages/calendrier/fermetures")
def add_closure() -> ResponseReturnValue:
    """Close a period."""
    form = ClosureForm()
    account = current_account()
    if form.validate_on_submit():
        configuring.add_closure(
            account,
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            label=form.label.data,
            by=current_user(),
            now=clock.now(),
        )
        scope.ring()
        return go_to(url_for("calendar.edit"), _("Fermeture ajoutée. Rien ne partira ces jours-là."))
    stored = CalendarForm(
        formdata=None,
        obj=account,
        days=list(account.send_days),
        min_amount=account.min_amount_cents,
        tolerance=account.tolerance_cents,
    )
    return _page(stored, form)


@blueprint.post("/reglages/calendrier/fermetures/<int:closure_id>/supprimer")
def delete_closure(closure_id: int) -> ResponseReturnValue:
    """Open a period again."""
    # A number that no column can hold is not found either: SQLite would refuse to compare it.
    if closure_id >= 2**63 or not configuring.delete_closure(
        current_account(), closure_id, by=current_user(), now=clock.now()
    ):
        abort(404)
    scope.ring()
    return go_to(url_for("calendar.edit"), _("Fermeture supprimée."))


def _page(form: CalendarForm, closure_form: ClosureForm) -> ResponseReturnValue:
    closures = list(
        Closure.select().where(Closure.account == current_account()).order_by(Closure.starts_on, Closure.id)
    )
    status = 422 if form.errors or closure_form.errors else 200
    return page("settings/calendar.html", form, status=status, closure_form=closure_form, closures=closures)
