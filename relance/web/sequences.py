"""Sequences: their list, a new one, and the page on which one is read and edited."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from peewee import fn

from relance import clock
from relance.db import transaction
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.sequences import Sequence, SequenceStep
from relance.services import sequencing
from relance.services.sequencing import SequenceError, StaleSequence
from relance.web import sequence_cards, sequence_page
from relance.web.forms.sequences import NewSequenceForm, SequenceForm, fill
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, sequence_or_404

blueprint = Blueprint("sequences", __name__)


@blueprint.get("/sequences")
def index() -> ResponseReturnValue:
    """Every sequence with its thread, its clients and its invoices; those set aside apart."""
    account = current_account()
    context = {
        "rows": _rows(sequencing.listed(account)),
        "archived": sequencing.listed(account, is_archived=True),
        "missing": sequencing.missing(account),
        "described": sequence_cards.described,
    }
    return render_template("sequences/index.html", **context)


@blueprint.get("/sequences/nouvelle")
def new() -> ResponseReturnValue:
    """An empty sequence, or one whose blocks are spaced by the helper."""
    return render_template("sequences/new.html", form=NewSequenceForm(claims_fees=True))


@blueprint.post("/sequences/nouvelle")
def create() -> ResponseReturnValue:
    """Keep the title, and the blocks of the helper when it was filled in: together or not at all."""
    form, user, now = NewSequenceForm(), current_user(), clock.now()
    if form.validate():
        spacing = form.spacing()
        try:
            with transaction():
                sequence = sequencing.create(current_account(), form.facts(), by=user, now=now)
                if spacing is not None:
                    sequencing.generate(sequence, *spacing, version=sequence.version, by=user, now=now)
            return go_to(url_for("sequences.show", sequence_id=sequence.id), _("Séquence créée."))
        except SequenceError as error:
            form.refuse(error.field, str(error))
    return make_response(render_template("sequences/new.html", form=form), 422)


@blueprint.get("/sequences/<int:sequence_id>")
def show(sequence_id: int) -> ResponseReturnValue:
    """One sequence: its blocks, its clients, the effect of what was changed."""
    return sequence_page.page(sequence_or_404(sequence_id))


@blueprint.get("/sequences/<int:sequence_id>/modifier")
def edit(sequence_id: int) -> ResponseReturnValue:
    """The title and the description become a form, in place; ?annuler=oui, the head again."""
    sequence = sequence_or_404(sequence_id)
    if request.args.get("annuler"):
        return sequence_page.zone(sequence, "sequences/_head.html")
    form = SequenceForm()
    fill(form, sequence)
    return sequence_page.zone(sequence, "sequences/_head.html", head_form=form)


@blueprint.post("/sequences/<int:sequence_id>/modifier")
def update(sequence_id: int) -> ResponseReturnValue:
    """Save them at once: they move no date."""
    sequence, form = sequence_or_404(sequence_id), SequenceForm()
    if form.validate():
        try:
            sequencing.change(sequence, form.facts(), version=form.shown_version(), by=current_user(), now=clock.now())
            return go_to(url_for("sequences.show", sequence_id=sequence_id), _("Modifications enregistrées."))
        except SequenceError as error:
            form.refuse(error.field, str(error))
        except StaleSequence:
            fresh = Sequence.get_by_id(sequence.id)
            sequence_page.stale(form, fresh)
            return sequence_page.zone(fresh, "sequences/_head.html", 409, head_form=form)
    return sequence_page.zone(sequence, "sequences/_head.html", 422, head_form=form)


@blueprint.post("/sequences/<int:sequence_id>/copie")
def duplicate(sequence_id: int) -> ResponseReturnValue:
    """The same blocks under another title, without a client."""
    copied = sequencing.duplicate(sequence_or_404(sequence_id), by=current_user(), now=clock.now())
    notice = _("Voici la copie : elle n'a aucun client, et ses blocs restent à publier.")
    return go_to(url_for("sequences.show", sequence_id=copied.id), notice)


@blueprint.post("/sequences/<int:sequence_id>/abandon")
def discard(sequence_id: int) -> ResponseReturnValue:
    """Forget what was not published."""
    sequence = sequence_or_404(sequence_id)
    return _with_version(sequence, sequencing.discard, _("Modifications abandonnées."))


@blueprint.post("/sequences/<int:sequence_id>/origine")
def reset(sequence_id: int) -> ResponseReturnValue:
    """The delivered blocks again, as a draft."""
    sequence = sequence_or_404(sequence_id)
    notice = _("Voici les blocs d'origine. Rien ne change avant « Mettre à jour la séquence ».")
    return _with_version(sequence, sequencing.reset, notice)


@blueprint.post("/sequences/fournies")
def restore_delivered() -> ResponseReturnValue:
    """Make a deleted delivered sequence again."""
    key = request.form.get("sequence", "")
    made = sequencing.restore_delivered(current_account(), key, by=current_user(), now=clock.now())
    if made is None:
        return go_to(url_for("sequences.index"))
    return go_to(url_for("sequences.show", sequence_id=made.id), _("Séquence rétablie, sans client."))


def _with_version(sequence: Sequence, action: Any, notice: str) -> ResponseReturnValue:
    """A change of the draft by a button that carries the version the page showed."""
    target = url_for("sequences.show", sequence_id=sequence.id)
    try:
        version = row_id(request.form.get("version"))
        action(sequence, version=version, by=current_user(), now=clock.now())
    except SequenceError as error:
        return go_to(target, _(str(error)), "warn")
    except StaleSequence:
        fresh = Sequence.get_by_id(sequence.id)
        problem = _("Cette séquence a été modifiée dans une autre fenêtre : rien n'a changé ici.")
        return sequence_page.page(fresh, 409, blocks_problem=problem)
    return go_to(target, notice)


def _rows(listed: list[Sequence]) -> list[dict[str, object]]:
    """The lines of the list, in four queries whatever their number."""
    ids = [sequence.id for sequence in listed]
    clients = _counted(
        Client.select(Client.sequence, fn.COUNT(Client.id))
        .where(Client.sequence.in_(ids), Client.archived_at.is_null())
        .group_by(Client.sequence)
    )
    invoices = _counted(
        Chase.select(Chase.sequence, fn.COUNT(Chase.id))
        .where(Chase.sequence.in_(ids), Chase.ended_at.is_null())
        .group_by(Chase.sequence)
    )
    shown = {sequence.id: sequence.shown_revision for sequence in listed}
    blocks: dict[int, list[tuple[int, str]]] = {}
    for step in SequenceStep.select().where(SequenceStep.sequence.in_(ids)):
        if step.revision == shown[step.sequence_id]:
            blocks.setdefault(step.sequence_id, []).append((step.offset_days, step.kind))
    return [
        {
            "sequence": sequence,
            "points": sequence_cards.points(blocks.get(sequence.id, [])),
            "days": ", ".join(sequencing.day_name(day) for day, _kind in sorted(blocks.get(sequence.id, []))),
            "clients": clients.get(sequence.id, 0),
            "invoices": invoices.get(sequence.id, 0),
        }
        for sequence in listed
    ]


def _counted(query: Any) -> dict[int, int]:
    return {key: int(count) for key, count in query.tuples()}
