"""Sentences of what happens to the rates of a half-year."""

from collections.abc import Callable

from markupsafe import Markup

from relance.rules.rates import label_of
from relance.web import filters, rate_words
from relance.web.history_phrases import Facts, fact


def _half_year(facts: Facts) -> str:
    return rate_words.label(label_of(int(facts.get("year") or 0), int(facts.get("half") or 1)))


def _entered(kind: str, facts: Facts) -> Markup:
    title = {"rate_entered": "Taux légaux saisis", "rate_removed": "Taux légaux saisis retirés"}[kind]
    source = str(facts.get("source") or "")
    return fact(title, ": {semestre}, d'après {source}", semestre=_half_year(facts), source=source)


def _fetched(kind: str, facts: Facts) -> Markup:
    value = filters.rate(int(facts.get("mro_bp") or 0))
    return fact("Taux de la BCE enregistré", ": {semestre}, {taux}", semestre=_half_year(facts), taux=value)


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "rate_entered": ("percent", "", _entered),
    "rate_removed": ("percent", "", _entered),
    "rate_fetched": ("percent", "", _fetched),
}
