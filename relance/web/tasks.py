"""Letters to validate and calls to make: done, or dropped."""

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.services import tasking
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_user, task_or_404

blueprint = Blueprint("tasks", __name__)


@blueprint.post("/taches/<int:task_id>")
def close(task_id: int) -> ResponseReturnValue:
    """Done by hand, or dropped (issue: faite, abandonnee)."""
    task = task_or_404(task_id)
    outcome = {"faite": "done", "abandonnee": "dropped"}.get(request.form.get("issue", ""))
    if outcome is None:
        abort(422)
    if not tasking.close(task, outcome, by=current_user(), now=clock.now()):
        return go_to(url_for("dashboard.index"), _("C'était déjà fait."), "info")
    notice = _("C'est noté.") if outcome == "done" else _("Abandonné : il n'en sera plus question pour cette facture.")
    return go_to(url_for("dashboard.index"), notice)
