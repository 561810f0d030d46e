"""What a letter is called, and the filters of the list of letters: their words in the address and on the page."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from relance.mail import delivered
from relance.models.letters import Letter
from relance.web import names
from relance.web.i18n import _

KINDS = {"amiable": "amicable", "mise-en-demeure": "formal_notice"}
TYPES = {"": "Tous les types", "amiable": "Relance amiable", "mise-en-demeure": "Mise en demeure"}
STATES = {"": "Tous les statuts", "preparation": "En préparation", "prete": "Prête", "echec": "Non préparée"}


def title(kind: str) -> str:
    """« Mise en demeure », « Relance amiable »."""
    return _("Relance amiable") if kind == "amicable" else _("Mise en demeure")


def full_title(kind: str, template: str) -> str:
    """« Relance amiable, rappel »: with the text it carries, by its own name when a user gave it one."""
    if kind != "amicable" or not template:
        return title(kind)
    name = names.template(template)
    is_delivered = template in delivered.KINDS and name == _(delivered.KINDS[template].name)
    return _("Relance amiable, {modèle}", modèle=name[:1].lower() + name[1:] if is_delivered else name)


def of_task(template: str) -> str:
    """What a sequence asks to validate: the formal notice, the amicable letter, or the one with a given text."""
    if template in ("", "formal_notice", "amicable"):
        return title(template or "formal_notice")
    return full_title("amicable", template)


def filtered(query: Any, asked: Mapping[str, str]) -> Any:
    """The letters of ``?type=&statut=``; a word that means nothing filters nothing."""
    kind, state = KINDS.get(asked.get("type", "")), asked.get("statut", "")
    if kind:
        query = query.where(Letter.kind == kind)
    if state == "preparation":
        query = query.where(Letter.document.is_null(), Letter.error == "")
    elif state == "echec":
        query = query.where(Letter.error != "")
    elif state == "prete":
        query = query.where(Letter.state == "ready")
    return query


def kept(asked: Mapping[str, str]) -> dict[str, str]:
    """The filters of the address that mean something, for the other pages of the list."""
    known = {"type": TYPES, "statut": STATES}
    return {name: asked[name] for name, words in known.items() if asked.get(name) and asked[name] in words}


def unknown(asked: Mapping[str, str]) -> bool:
    """True when the address asks for a filter that does not exist: the list says so."""
    return {name for name in ("type", "statut") if asked.get(name)} != set(kept(asked))


def page_url(page: int, asked: Mapping[str, str]) -> str:
    """Another page of the same list."""
    values: dict[str, Any] = {"page": page, **kept(asked)}
    return url_for("letters_list.index", **values)
