"""Where a person goes from the editor of a letter, of either kind, once it is saved, frozen or gone."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from relance.models.letters import Letter
from relance.services import drafting
from relance.web import scope
from relance.web.htmx import go_to
from relance.web.i18n import _

FROZEN = "Lettre figée : imprimez-la, puis notez son dépôt."
MOVED = "Brouillon enregistré. Ce qui est dû a changé depuis l'ouverture de la page : relisez les montants."


def done(letter: Letter, *, freezes: bool, has_changed: bool) -> ResponseReturnValue:
    """After a letter was saved or frozen: its page, or its text."""
    if freezes:
        scope.ring()
        return go_to(url_for("letters.show", letter_id=letter.id), _(FROZEN))
    if "texte" in request.form:
        return go_to(url_for("letter_text.edit", letter_id=letter.id))
    if has_changed:
        return go_to(url_for("letters.show", letter_id=letter.id), _(MOVED), "warn")
    return go_to(url_for("letters.show", letter_id=letter.id), _("Brouillon enregistré."))


def current_of(letter: Letter | None) -> Letter | None:
    """The draft as it stands now; None when it is frozen or gone."""
    current: Letter | None = Letter.get_or_none(Letter.id == letter.id) if letter is not None else None
    return current if current is not None and drafting.is_open(current) else None


def gone(letter_id: int | None = None) -> ResponseReturnValue:
    """The draft was thrown away or frozen elsewhere: the letter if there is one, else the list."""
    if letter_id is not None and Letter.get_or_none(Letter.id == letter_id) is not None:
        return go_to(url_for("letters.show", letter_id=letter_id))
    return go_to(url_for("letters_list.index"), _("Ce brouillon a été supprimé entre-temps."), "warn")
