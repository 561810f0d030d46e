"""Sentences of signatures and of payment plans."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web.history_phrases import Facts, fact


def _signature(kind: str, facts: Facts) -> Markup:
    title = "Signature ajoutée" if kind == "signature_added" else "Signature supprimée"
    name = str(facts.get("name") or "")
    return fact(title, ": {nom}", nom=name) if name else fact(title)


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "signature_added": ("file-pen-line", "", _signature),
    "signature_removed": ("trash", "", _signature),
}
