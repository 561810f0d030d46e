"""The frame of the dialogs about a letter that left: each one is also a page. And what is said once it is noted."""

from datetime import date
from typing import Any

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance.models.letters import Letter
from relance.web import filters, letter_words
from relance.web.forms.letter_posting import ProofForm
from relance.web.htmx import wants_fragment
from relance.web.i18n import _


def dialog(
    what: str,
    letter: Letter,
    form: ProofForm,
    status: int,
    words: tuple[str, str],
    action: str,
    hints: dict[str, str] | None = None,
    **more: Any,
) -> ResponseReturnValue:
    """A dialog for htmx, a page otherwise. ``words``: its title, and what its button says."""
    values = {
        "what": what,
        "letter": letter,
        "form": form,
        "title": words[0],
        "submit": words[1],
        "action": action,
        "hints": hints or {},
        "place": (page_of(letter), letter_words.title(letter.kind)),
        **more,
    }
    template = "letters/_posting_dialog.html" if wants_fragment() else "letters/posting_page.html"
    return make_response(render_template(template, **values), status)


def page_of(letter: Letter) -> str:
    """The page of the letter."""
    return url_for("letters.show", letter_id=letter.id)


def said(letter: Letter) -> str:
    """What was noted, and what it changes for the reminders."""
    if letter.state == "posted":
        head = _("Dépôt du {date} enregistré.", date=_words(letter.posted_on))
    else:
        day = _words(letter.received_on or letter.presented_on)
        head = {
            "received": _("Réception du {date} enregistrée.", date=day),
            "unclaimed": _("Présentation du {date} enregistrée : non réclamée.", date=day),
            "refused": _("Présentation du {date} enregistrée : refusée.", date=day),
        }[letter.state]
    if letter.kind != "formal_notice":
        return head
    if letter.deadline_on is None:
        return f"{head} {_('Les relances par e-mail sont suspendues.')}"
    return f"{head} {_('Le délai court jusqu’au {date} inclus.', date=_words(letter.deadline_on))}"


def _words(day: date | None) -> str:
    return str(filters.long_date(day).striptags()) if day is not None else ""
