"""Sentences of imports: what was written at once, and what was taken back."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web import import_words
from relance.web.history_phrases import Facts, fact
from relance.web.i18n import _, _n


def _number(value: object) -> int:
    """A count, whether it was kept as a number or as the list of what is counted."""
    return len(value) if isinstance(value, list) else int(str(value or 0))


def _finished(kind: str, facts: Facts) -> Markup:
    created, updated = _number(facts.get("created")), _number(facts.get("updated"))
    new = _n("une facture créée", "{n} factures créées", created)
    changed = _n("une mise à jour", "{n} mises à jour", updated)
    noted = _number(facts.get("statuses"))
    parts = [new] if created else []
    parts += [changed] if updated else []
    parts += [_n("un statut noté", "{n} statuts notés", noted)] if noted else []
    what = ", ".join(parts) or _("rien à écrire")
    names = facts.get("files") or []
    if not names:
        return fact("Import terminé", ": {nombre}", nombre=what)
    named = import_words.files(str(names[0]), len(names))
    return fact("Import", "de {fichiers} : {nombre}", fichiers=named, nombre=what)


def _undone(kind: str, facts: Facts) -> Markup:
    count = _number(facts.get("invoices"))
    if not count:
        return fact("Import annulé")
    return fact("Import annulé", ": {nombre}", nombre=_n("une facture retirée", "{n} factures retirées", count))


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "import_finished": ("file-check-corner", "", _finished),
    "import_undone": ("undo-2", "", _undone),
}
