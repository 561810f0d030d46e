"""Sentences of imports in the journal."""

import pytest

from relance.web import history_words
from relance.web.history_imports import KINDS


@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("import_finished", {"created": 51, "updated": 4}, "Import terminé : 51 factures créées, 4 mises à jour"),
        ("import_finished", {"created": 1, "updated": 0}, "Import terminé : une facture créée"),
        ("import_finished", {"updated": 1}, "Import terminé : une mise à jour"),
        ("import_finished", {}, "Import terminé : rien à écrire"),
        ("import_finished", {"statuses": 2, "files": ["s.csv"]}, "Import de s.csv : 2 statuts notés"),
        ("import_finished", {"created": 3, "files": ["f.csv"]}, "Import de f.csv : 3 factures créées"),
        ("import_undone", {"invoices": 51}, "Import annulé : 51 factures retirées"),
        ("import_undone", {"invoices": ["F-1"]}, "Import annulé : une facture retirée"),
    ],
)
def test_each_kind_is_a_sentence(app, kind, facts, sentence):
    with app.test_request_context():
        assert KINDS[kind][2](kind, facts).striptags().replace("\u00a0", " ") == sentence
    assert kind in history_words.TITLES
