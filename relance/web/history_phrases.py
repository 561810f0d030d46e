"""The pieces that the sentences of the history are made of. Facts may be missing: a journal outlives its writers."""

from collections.abc import Callable
from datetime import date
from typing import Any

from markupsafe import Markup

from relance.rules.money import format_amount
from relance.web import filters
from relance.web.history_words import MASCULINE, REASONS
from relance.web.i18n import _, language

Facts = dict[str, Any]


def strong(text: str) -> Markup:
    """In bold, escaped."""
    return Markup("<strong>{}</strong>").format(text)


def fact(text: str, rest: str = "", **values: object) -> Markup:
    """« **Facture payée** le 3 mai »: the fact in bold, the rest plain, every value escaped.

    The whole sentence is one entry of the catalogue, with {fait} where the bold words stand.
    """
    bold = strong(_(text))
    if not rest:
        return bold
    separator = "" if rest[0] == "," else " "
    return Markup(_(f"{{fait}}{separator}{rest}", fait=bold, **values))  # noqa: S704 (already escaped by _)


def plain(text: str, rest: str = "") -> Callable[[str, Facts], Markup]:
    """A sentence that needs no fact."""
    return lambda kind, facts: fact(text, rest)


def unknown(kind: str, facts: Facts) -> Markup:
    """A kind of another version, under its own name."""
    return fact(kind)


def amount_of(facts: Facts, name: str = "amount_cents") -> str:
    """« 1 234,56 € » from the cents of the facts, 0 when there are none."""
    return format_amount(int(facts.get(name) or 0), facts.get("currency", "EUR"), language())


def day_of(text: Any) -> Markup:
    """« 3 mai 2026 » from an ISO date of the facts; nothing when there is none."""
    return filters.long_date(date.fromisoformat(str(text))) if text else Markup("")


def people_of(facts: Facts) -> str:
    """Names, or addresses, of those a message went to."""
    found = [entry[0] or entry[1] if isinstance(entry, list) else entry for entry in facts.get("to") or []]
    return ", ".join(str(entry) for entry in found)


def agree(template: str, masculine: str, feminine: str) -> str:
    """« Rappel envoyé », « Relance 1 envoyée »."""
    return masculine if template in MASCULINE else feminine


def reason_of(facts: Facts) -> str:
    """Why, in words; the key itself when another version wrote it."""
    because = str(facts.get("because") or "")
    return _(REASONS[because]) if because in REASONS else because
