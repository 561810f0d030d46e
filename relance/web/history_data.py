"""The sentence of an export of everything."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web.history_phrases import Facts, fact

FORMATS = {"zip": "ZIP", "xlsx": "XLSX", "json": "JSON", "csv": "CSV"}


def _exported(kind: str, facts: Facts) -> Markup:
    form = FORMATS.get(str(facts.get("format") or ""), "")
    return fact("Données exportées", "en {format}", format=form) if form else fact("Données exportées")


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {"data_exported": ("download", "", _exported)}
