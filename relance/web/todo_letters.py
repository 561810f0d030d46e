"""« À traiter », the letters: to post, without a receipt, or whose time is over."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from markupsafe import Markup

from relance.models.letters import Letter
from relance.web import filters, letter_words
from relance.web.i18n import _
from relance.web.todo_lines import Action, Context, Line, money


def _about(letter: Letter) -> Markup:
    amount = money(letter.total_cents or letter.principal_cents, letter.currency)
    return Markup("{}, {}").format(letter.client.name, amount)


def _ready(letter: Letter, context: Context) -> Line:
    post = url_for("letter_posting.ask_deposit", letter_id=letter.id)
    return Line(
        "stamp",
        "late" if letter.kind == "formal_notice" else "",
        _("{lettre} à relire et à poster", lettre=letter_words.full_title(letter.kind, letter.template)),
        _about(letter),
        (
            Action(_("Relire la lettre"), url_for("letters.show", letter_id=letter.id)),
            Action(_("J'ai posté la lettre"), post, is_quiet=True, is_dialog=True),
        ),
    )


def _silent(letter: Letter, context: Context) -> Line:
    day = filters.long_date(letter.posted_on, year=False) if letter.posted_on else ""
    said = _("Postée le {date} en recommandé : sans réception notée, son délai ne court pas.", date=day)
    if letter.kind != "formal_notice":
        said = _("Postée le {date} en recommandé, sans réception notée.", date=day)
    receipt = url_for("letter_posting.ask_receipt", letter_id=letter.id)
    return Line(
        "mail-open",
        "warn",
        _("{lettre} : qu'est-elle devenue ?", lettre=letter_words.full_title(letter.kind, letter.template)),
        Markup("{}. {}").format(_about(letter), said),
        (Action(_("Noter la réception"), receipt, is_dialog=True),),
        Action(_("Voir la lettre"), url_for("letters.show", letter_id=letter.id)),
    )


def _expired(letter: Letter, context: Context) -> Line:
    day = filters.long_date(letter.deadline_on, year=False) if letter.deadline_on else ""
    settle = url_for("letter_posting.settle", letter_id=letter.id)
    return Line(
        "clock",
        "late",
        _("Délai de la mise en demeure écoulé le {date}", date=day),
        Markup("{}.").format(_about(letter)),
        (
            Action(_("Et maintenant"), url_for("letter_posting.what_now", letter_id=letter.id)),
            Action(_("C'est réglé / Je m'en occupe"), settle, is_quiet=True, values={"depuis": "tableau"}, stays=True),
        ),
        Action(_("Voir la lettre"), url_for("letters.show", letter_id=letter.id)),
    )


WRITERS: dict[str, Callable[[Any, Context], Line]] = {
    "letter_expired": _expired,
    "letter": _ready,
    "letter_silent": _silent,
}
