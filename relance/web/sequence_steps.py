"""The blocks of a sequence, edited in place: each form saves at once into the draft."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.sequences import Sequence
from relance.services import sequencing
from relance.services.sequencing import SequenceError, StaleSequence
from relance.web import sequence_page
from relance.web.forms.sequences import BlockForm
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_user, sequence_or_404
from relance.web.sequence_page import NEW

blueprint = Blueprint("sequence_steps", __name__)


@blueprint.get("/sequences/<int:sequence_id>/blocs/nouveau")
def new(sequence_id: int) -> ResponseReturnValue:
    """The form of a new block, at the next sensible day."""
    sequence = _editable(sequence_id)
    form = sequence_page.block_form(sequence, NEW)
    return sequence_page.zone(sequence, "sequences/_new_block.html", edited=NEW, block_form=form)


@blueprint.post("/sequences/<int:sequence_id>/blocs/nouveau")
def create(sequence_id: int) -> ResponseReturnValue:
    """Add the block to the draft."""
    sequence, now = _editable(sequence_id), clock.now()
    form = _typed(sequence)
    if not form.validate():
        return _refused(sequence, form, NEW)
    try:
        step = sequencing.add_step(sequence, form.block(), version=form.shown_version(), by=current_user(), now=now)
    except SequenceError as error:
        form.refuse(error.field, str(error))
        return _refused(sequence, form, NEW)
    except StaleSequence:
        return _stale(sequence, form, NEW)
    return sequence_page.blocks_done(sequence, _("Bloc ajouté."), step.key)


@blueprint.get("/sequences/<int:sequence_id>/blocs/<int:step_key>")
def edit(sequence_id: int, step_key: int) -> ResponseReturnValue:
    """The card of a block becomes a form; ?annuler=oui, the card again."""
    sequence = _editable(sequence_id)
    form = sequence_page.block_form(sequence, step_key)
    if form is None:
        abort(404)
    if request.args.get("annuler"):
        return _block(sequence, step_key)
    return _block(sequence, step_key, edited=step_key, block_form=form)


@blueprint.post("/sequences/<int:sequence_id>/blocs/<int:step_key>")
def update(sequence_id: int, step_key: int) -> ResponseReturnValue:
    """Save the block in the draft."""
    sequence, now = _editable(sequence_id), clock.now()
    if sequencing.step_of(sequence, step_key) is None:
        abort(404)
    form = _typed(sequence)
    if not form.validate():
        return _refused(sequence, form, step_key)
    try:
        sequencing.change_step(
            sequence, step_key, form.block(), version=form.shown_version(), by=current_user(), now=now
        )
    except SequenceError as error:
        form.refuse(error.field, str(error))
        return _refused(sequence, form, step_key)
    except StaleSequence:
        return _stale(sequence, form, step_key)
    return sequence_page.blocks_done(sequence, _("Bloc enregistré."), step_key)


@blueprint.post("/sequences/<int:sequence_id>/blocs/<int:step_key>/suppression")
def delete(sequence_id: int, step_key: int) -> ResponseReturnValue:
    """Take the block out of the draft; publishing tells what that changes."""
    sequence, now = _editable(sequence_id), clock.now()
    if sequencing.step_of(sequence, step_key) is None:
        abort(404)
    try:
        version = row_id(request.form.get("version"))
        sequencing.delete_step(sequence, step_key, version=version, by=current_user(), now=now)
    except StaleSequence:
        problem = _("Cette séquence a été modifiée dans une autre fenêtre : rien n'a été supprimé.")
        fresh = Sequence.get_by_id(sequence.id)
        return sequence_page.zone(fresh, "sequences/_blocks.html", 409, blocks_problem=problem)
    return sequence_page.blocks_done(sequence, _("Bloc supprimé."))


def _editable(sequence_id: int) -> Sequence:
    """A sequence in use: one set aside is read, not edited."""
    sequence = sequence_or_404(sequence_id)
    if sequence.archived_at is not None:
        abort(404)
    return sequence


def _typed(sequence: Sequence) -> BlockForm:
    form = sequence_page.block_form(sequence, NEW, is_filled=False)
    assert form is not None
    return form


def _block(sequence: Sequence, key: int, status: int = 200, **more: object) -> ResponseReturnValue:
    fragment = "sequences/_new_block.html" if key == NEW else "sequences/block.htmx.html"
    return sequence_page.zone(sequence, fragment, status, shown_key=key, **more)


def _refused(sequence: Sequence, form: BlockForm, key: int) -> ResponseReturnValue:
    return _block(sequence, key, 422, edited=key, block_form=form)


def _stale(sequence: Sequence, form: BlockForm, key: int) -> ResponseReturnValue:
    fresh = Sequence.get_by_id(sequence.id)
    sequence_page.stale(form, fresh)
    return _block(fresh, key, 409, edited=key, block_form=form)
