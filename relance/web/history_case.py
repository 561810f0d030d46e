"""Sentences of the pieces and of the case file."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web.forms.evidence import KINDS as PIECES
from relance.web.history_phrases import Facts, fact
from relance.web.i18n import _, _n


def _piece(kind: str, facts: Facts) -> Markup:
    title = {"evidence_added": "Pièce ajoutée au dossier", "evidence_removed": "Pièce retirée du dossier"}[kind]
    if facts.get("is_back"):
        title = "Pièce rétablie"
    name, what = str(facts.get("label") or ""), str(facts.get("evidence") or "")
    if name and what in PIECES:
        return fact(title, ": {nom} ({type})", nom=name, type=_(PIECES[what]).lower())
    return fact(title, ": {nom}", nom=name) if name else fact(title)


def _case_file(kind: str, facts: Facts) -> Markup:
    files = int(facts.get("files") or 0)
    count = _n("un fichier", "{n} fichiers", files)
    manifest = str(facts.get("manifest_sha256") or "")
    if not manifest:
        return fact("Dossier de recouvrement préparé", ": {n}", n=count)
    return fact("Dossier de recouvrement préparé", ": {n}, manifeste {empreinte}", n=count, empreinte=manifest[:20])


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "evidence_added": ("paperclip", "", _piece),
    "evidence_removed": ("trash", "", _piece),
    "case_file_made": ("archive", "", _case_file),
}
