"""What the page of one sequence shows, zone by zone: head, blocks, clients, effect."""

from typing import Any

from flask import Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.chases import Chase
from relance.models.sequences import Sequence
from relance.rules import spacing
from relance.services import publishing, sequencing
from relance.web import sequence_cards, sequence_members
from relance.web.forms.sequences import BlockForm, SequenceForm, fill_block
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.scope import current_account
from relance.web.sequence_cards import Texts

NEW = 0  # the key of the block that is being written
RISING = ("rappel", "relance_1", "relance_2", "dernier_rappel")


def context(sequence: Sequence, **more: Any) -> dict[str, Any]:
    """Everything the page shows. ``edited``: the key of the block whose form is open, NEW for a new one."""
    account = current_account()
    texts = Texts.of(account)
    steps = sequencing.steps_of(sequence)
    cards = sequence_cards.cards(steps, texts)
    spots = [spacing.Spot(step.kind, step.offset_days) for step in steps]
    found: dict[str, Any] = {
        "sequence": sequence,
        "before": [card for card in cards if card.offset_days < 0],
        "after": [card for card in cards if card.offset_days >= 0],
        "cautions": [_(one.sentence, **one.values) for one in spacing.cautions(spots, account.min_gap_days)],
        "is_delivered": bool(sequence.key),
        "described": sequence_cards.described,
        "edited": None,
        "block_form": None,
        "head_form": None,
        "announcement": "",
        "focused": None,
        "blocks_problem": "",
    }
    return found | sequence_members.context(sequence) | effect_context(sequence) | more


def effect_context(sequence: Sequence) -> dict[str, Any]:
    """What publishing the draft would do; without a draft, how many invoices follow the sequence."""
    effect = publishing.effect_of(sequence, clock.now()) if sequence.has_draft else None
    return {"effect": effect, "following": following(sequence)}


def following(sequence: Sequence) -> int:
    """How many invoices follow the sequence today."""
    return int(Chase.select().where(Chase.sequence == sequence, Chase.ended_at.is_null()).count())


def page(sequence: Sequence, status: int = 200, **more: Any) -> Response:
    """The whole page."""
    return make_response(render_template("sequences/show.html", **context(sequence, **more)), status)


def zone(sequence: Sequence, fragment: str, status: int = 200, **more: Any) -> Response:
    """One zone for htmx, the whole page for a browser: the same state, whichever asked."""
    template = fragment if wants_fragment() else "sequences/show.html"
    return make_response(render_template(template, **context(sequence, **more)), status)


def blocks_done(sequence: Sequence, notice: str, key: int = NEW) -> ResponseReturnValue:
    """After a change of the draft: the zones it moved, or the page again. ``key``: the block that takes the focus."""
    if wants_fragment():
        fresh = Sequence.get_by_id(sequence.id)
        shown = context(fresh, announcement=notice, focused=key)
        answer = make_response(render_template("sequences/blocks.htmx.html", **shown))
        # The form asked for its own place; saved, the whole thread follows the new order.
        answer.headers["HX-Retarget"] = "#blocs"
        answer.headers["HX-Reswap"] = "outerHTML"
        return answer
    return go_to(url_for("sequences.show", sequence_id=sequence.id), notice)


def block_form(sequence: Sequence, key: int, *, is_filled: bool = True) -> BlockForm | None:
    """The form of a block (NEW: an empty one at the next sensible day), or None when that block is gone."""
    texts = Texts.of(current_account())
    form = BlockForm(templates=texts.choices(current_account()))
    if not is_filled:
        return form
    form.version.data = str(sequence.version)
    if key == NEW:
        steps = sequencing.steps_of(sequence)
        day = spacing.next_offset(step.offset_days for step in steps)
        form.days.data = day
        form.template.data = _next_template([step.template for step in steps if step.kind == "mail"])
        return form
    step = sequencing.step_of(sequence, key)
    if step is None:
        return None
    fill_block(form, step)
    return form


def _next_template(used: list[str]) -> str:
    """The rising template after the firmest one already sent: the tone of a sequence never goes down."""
    ranks = [RISING.index(ref) for ref in used if ref in RISING]
    return RISING[min(max(ranks, default=-1) + 1, len(RISING) - 1)]


def stale(form: SequenceForm | BlockForm, sequence: Sequence) -> None:
    """Say that another window was first, and let the person save what they typed over it."""
    form.refuse("", "Cette séquence a été modifiée dans une autre fenêtre. Vérifiez, puis enregistrez de nouveau.")
    form.version.data = str(sequence.version)
