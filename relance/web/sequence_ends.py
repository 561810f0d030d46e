"""What happens to a whole sequence: published, set aside, brought back, deleted."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import publishing, sequencing
from relance.services.sequencing import SequenceError, StaleSequence
from relance.web import scope, sequence_page
from relance.web.forms.sequences import DeleteForm
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import current_user, sequence_or_404

blueprint = Blueprint("sequence_ends", __name__)

PAGE = 50
COUNTED = 1000  # invoices whose messages are counted one by one


@blueprint.get("/sequences/<int:sequence_id>/effet")
def effect(sequence_id: int) -> ResponseReturnValue:
    """Invoice by invoice, before and after what waits to be published; ?page=."""
    sequence = sequence_or_404(sequence_id)
    found = publishing.effect_of(sequence, clock.now())
    last = max(1, -(-len(found.rows) // PAGE))
    number = min(max(row_id(request.args.get("page")), 1), last)
    rows = found.rows[(number - 1) * PAGE : number * PAGE]
    context = {"sequence": sequence, "effect": found, "rows": rows, "number": number, "last": last, "size": PAGE}
    return render_template("sequences/effect.html", **context)


@blueprint.get("/sequences/<int:sequence_id>/publication")
def ask_publish(sequence_id: int) -> ResponseReturnValue:
    """What publishing changes, before it is done."""
    return _ask_publish(sequence_or_404(sequence_id))


@blueprint.post("/sequences/<int:sequence_id>/publication")
def publish(sequence_id: int) -> ResponseReturnValue:
    """« Mettre à jour la séquence » : what was not sent follows the new blocks."""
    sequence, version = sequence_or_404(sequence_id), row_id(request.form.get("version"))
    if not sequencing.steps_of(sequence):
        return _ask_publish(sequence, 422, _("Ajoutez un bloc avant de mettre la séquence à jour."))
    try:
        done = publishing.publish(sequence, version=version, by=current_user(), now=clock.now())
    except StaleSequence:
        problem = _("Cette séquence a été modifiée dans une autre fenêtre. Voici ce qui changerait maintenant.")
        return _ask_publish(Sequence.get_by_id(sequence.id), 409, problem)
    scope.ring()
    notice = _("Séquence mise à jour.")
    if done.concerned:
        notice += " " + _n("Une facture change de calendrier.", "{n} factures changent de calendrier.", done.concerned)
    return go_to(url_for("sequences.show", sequence_id=sequence_id), notice)


@blueprint.get("/sequences/<int:sequence_id>/suppression")
def ask_delete(sequence_id: int) -> ResponseReturnValue:
    """What deleting takes away, and the way to set aside instead."""
    return _ask_delete(sequence_or_404(sequence_id), DeleteForm(formdata=None))


@blueprint.post("/sequences/<int:sequence_id>/suppression")
def delete(sequence_id: int) -> ResponseReturnValue:
    """For good, once the title was typed."""
    sequence, form = sequence_or_404(sequence_id), DeleteForm()
    try:
        sequencing.delete(sequence, form.typed.data or "", by=current_user(), now=clock.now())
    except SequenceError as error:
        form.refuse(error.field, str(error))
        return _ask_delete(sequence, form, 422)
    notice = _("« {titre} » est supprimée. Ce qu'elle a envoyé reste dans l'historique.", titre=sequence.title)
    return go_to(url_for("sequences.index"), notice, "info")


@blueprint.post("/sequences/<int:sequence_id>/archivage")
def archive(sequence_id: int) -> ResponseReturnValue:
    """Set it aside: nobody follows it any more."""
    sequence = sequence_or_404(sequence_id)
    left = sequencing.archive(sequence, by=current_user(), now=clock.now())
    notice = _("« {titre} » est archivée.", titre=sequence.title)
    if left:
        notice += " " + _n("Un client ne suit plus de séquence.", "{n} clients ne suivent plus de séquence.", left)
    return go_to(url_for("sequences.index"), notice, "info")


@blueprint.post("/sequences/<int:sequence_id>/restauration")
def unarchive(sequence_id: int) -> ResponseReturnValue:
    """Bring it back, without a client."""
    sequence = sequence_or_404(sequence_id)
    try:
        sequencing.unarchive(sequence, by=current_user(), now=clock.now())
    except SequenceError as error:
        return go_to(url_for("sequences.show", sequence_id=sequence_id), _(str(error)), "warn")
    return go_to(url_for("sequences.show", sequence_id=sequence_id), _("Séquence rétablie, sans client."))


def _ask_publish(sequence: Sequence, status: int = 200, problem: str = "") -> ResponseReturnValue:
    context = {
        "sequence": sequence,
        "effect": publishing.effect_of(sequence, clock.now()),
        "clients": Client.select().where(Client.sequence == sequence).count(),
        "problem": problem,
    }
    return _dialog("sequences/_publish.html", "sequences/publish.html", status, context)


def _ask_delete(sequence: Sequence, form: DeleteForm, status: int = 200) -> ResponseReturnValue:
    clients = Client.select().where(Client.sequence == sequence).count()
    following = sequence_page.following(sequence)
    # Beyond, counting each message would keep the dialog waiting: the invoices say as much.
    sends = sequencing.planned_sends(sequence, clock.now()) if following <= COUNTED else 0
    context = {"sequence": sequence, "form": form, "clients": clients, "sends": sends, "following": following}
    return _dialog("sequences/_delete.html", "sequences/delete.html", status, context)


def _dialog(fragment: str, page: str, status: int, context: dict[str, Any]) -> ResponseReturnValue:
    return make_response(render_template(fragment if wants_fragment() else page, **context), status)
