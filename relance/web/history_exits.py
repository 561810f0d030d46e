"""Sentences of what is done when reminders did not help: a file handed over, taken back, the list of partners."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web.history_phrases import Facts, day_of, fact


def _handed(kind: str, facts: Facts) -> Markup:
    name, day = str(facts.get("name") or ""), day_of(facts.get("on"))
    if kind == "taken_back":
        return fact("Dossier repris", "à {partenaire}", partenaire=name) if name else fact("Dossier repris")
    if name and day:
        return fact("Dossier confié", "à {nom} le {date}", nom=name, date=day)
    return fact("Dossier confié", "à {nom}", nom=name) if name else fact("Dossier confié")


def _partner(kind: str, facts: Facts) -> Markup:
    titles = {
        "added": "Partenaire ajouté",
        "hidden": "Partenaire masqué",
        "restored": "Partenaire rétabli",
        "removed": "Partenaire supprimé",
    }
    title, name = titles.get(str(facts.get("what") or ""), "Partenaire modifié"), str(facts.get("name") or "")
    return fact(title, ": {nom}", nom=name) if name else fact(title)


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "handed_over": ("users", "", _handed),
    "taken_back": ("undo-2", "", _handed),
    "partner_changed": ("users", "", _partner),
}
