"""Pieces and case files have their sentences in the history."""

import pytest
from markupsafe import Markup

from relance.web.history_case import KINDS


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("evidence_added", {"label": "BL 12", "evidence": "performance"}, "BL 12 (preuve de la prestation)"),
        ("evidence_added", {"label": "BL", "evidence": "quote", "is_back": True}, "Pièce rétablie"),
        ("evidence_removed", {"label": "<b>"}, "Pièce retirée du dossier"),
        ("case_file_made", {"files": 12}, "12 fichiers"),
        ("case_file_made", {"files": 1}, "un fichier"),
        ("case_file_made", {"files": 2, "manifest_sha256": "ab" * 32}, "2 fichiers, manifeste abababababababababab"),
    ],
)
def test_each_kind_says_what_it_was(app, kind, facts, said):
    with app.test_request_context():
        sentence = KINDS[kind][2](kind, facts)
    text = Markup(sentence).striptags().replace("\u00a0", " ")
    assert said in text and "<b>" not in sentence
