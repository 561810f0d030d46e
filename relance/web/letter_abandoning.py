"""« Abandonner cette lettre », and taking it up again: no question is asked before, for it is undone by one button."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.letters import ABANDONED
from relance.services import abandoning
from relance.web import scope
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.letter_dialogs import page_of
from relance.web.scope import current_user, letter_or_404

blueprint = Blueprint("letter_abandoning", __name__)


@blueprint.post("/courriers/<int:letter_id>/abandonner")
def abandon(letter_id: int) -> ResponseReturnValue:
    """Set the letter aside; a letter that was posted meanwhile stays as it is, and its page says so."""
    letter = letter_or_404(letter_id)
    if abandoning.abandon(letter, by=current_user(), now=clock.now()):
        return go_to(
            page_of(letter), _("Lettre abandonnée : elle ne vous est plus proposée. Vous pouvez la reprendre.")
        )
    if letter.state == ABANDONED:
        return go_to(page_of(letter))
    return go_to(page_of(letter), _("Cette lettre ne peut pas être abandonnée : elle est postée, ou en cours."), "warn")


@blueprint.post("/courriers/<int:letter_id>/reprendre")
def restore(letter_id: int) -> ResponseReturnValue:
    """Take the letter up again where it was left."""
    letter = letter_or_404(letter_id)
    if not abandoning.restore(letter, by=current_user(), now=clock.now()):
        return go_to(page_of(letter))
    scope.ring()
    return go_to(page_of(letter), _("Lettre reprise : elle est de nouveau à poster."))
