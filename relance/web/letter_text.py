"""The text of a formal notice, paragraph by paragraph: amounts and addresses stay variables, for this copy only."""

from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.letters import notice_text
from relance.letters.facts import NoticeFacts
from relance.models.letters import Letter
from relance.services import amicable, claiming, drafting, noticing
from relance.services.drafting import StaleError
from relance.services.noticing import NoticeError
from relance.web import letter_leaving, notice_page
from relance.web.forms.letter_text import TextForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_user, letter_or_404

blueprint = Blueprint("letter_text", __name__)

UNSIGNED = "La signature de la personne qui avait signé est retirée : elle ne vaut que pour le texte qu'elle a lu."
AFTER = {"opening": "tableau", "demand": "paiement"}  # the blocks that stand after a paragraph, and never change


@blueprint.get("/courriers/<int:letter_id>/texte")
def edit(letter_id: int) -> ResponseReturnValue:
    """The paragraphs of a draft, as they were saved."""
    letter = letter_or_404(letter_id)
    if letter.kind == amicable.KIND or not drafting.is_open(letter):
        return go_to(url_for("letters.show", letter_id=letter.id))
    facts = _facts(letter)
    if facts is None:
        return go_to(url_for("letters.show", letter_id=letter.id))
    form = TextForm(version=str(letter.version))
    form.show({part.key: part.text for part in notice_text.written(facts)})
    return _page(letter, facts, form)


@blueprint.post("/courriers/<int:letter_id>/texte")
def save(letter_id: int) -> ResponseReturnValue:
    """Keep the paragraphs for this letter; with ``defaut``, show Relance's text again, to be saved or not."""
    letter = letter_or_404(letter_id)
    if letter.kind == amicable.KIND:
        abort(404)
    facts = _facts(letter) if drafting.is_open(letter) else None
    if facts is None:
        return letter_leaving.gone(letter.id)
    form, delivered = TextForm(), {part.key: part.text for part in notice_text.delivered(facts)}
    if "defaut" in request.form:
        form.show(delivered)
        return _page(letter, facts, form)
    if not form.validate_on_submit():
        return _page(letter, facts, form, 422)
    try:
        own = form.own_words(delivered)
        after = drafting.rewrite(letter, own, version=form.read_version(), by=current_user(), now=clock.now())
    except NoticeError as error:
        for field, sentence in error.errors.items():
            key = field.removeprefix(noticing.WORDS)
            form.refuse(key if key in notice_text.KEYS else "", sentence)
        return _page(letter, facts, form, 422)
    except StaleError:
        current = letter_leaving.current_of(letter)
        if current is None:
            return letter_leaving.gone(letter.id)
        form.version.data = str(current.version)
        form.refuse("", notice_page.STALE)
        return _page(letter, facts, form, 409)
    said = _("Texte enregistré pour cette lettre.") if own else _("La lettre porte le texte de Relance.")
    if letter.signature_id != after.signature_id:
        said = f"{said} {_(UNSIGNED)}"
    return go_to(url_for("letters.show", letter_id=letter.id), said)


def _facts(letter: Letter) -> NoticeFacts | None:
    """What the letter is about, without the words of a person; None when it cannot be written as it stands."""
    notice_page.read_ahead(*drafting.reads(letter))
    late = [one for one in drafting.invoices_of(letter) if one.is_overdue(notice_page.today())]
    if late:
        notice_page.read_ahead(*claiming.reads(letter.account, letter.client, claiming.ordered(late)))
    try:
        return drafting.delivered_facts(letter, clock.now())
    except NoticeError:
        return None


def _page(letter: Letter, facts: NoticeFacts, form: TextForm, status: int = 200) -> ResponseReturnValue:
    values: dict[str, Any] = {
        "letter": letter,
        "form": form,
        "parts": [(part, AFTER.get(part.key, "")) for part in notice_text.delivered(facts)],
        "variables": [(name, value) for name, value in notice_text.variables(facts).items() if value],
    }
    return make_response(render_template("letters/text.html", **values), status)
