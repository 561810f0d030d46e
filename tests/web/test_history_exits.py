"""What the history says of a file handed over, taken back, and of the list of partners."""

import pytest

from relance.web.history_exits import KINDS
from relance.web.history_words import TITLES


def told(kind, **facts):
    """The sentence of an event, with plain spaces and without its tags."""
    _icon, _family, write = KINDS[kind]
    return str(write(kind, facts).striptags()).replace("\u00a0", " ")


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("handed_over", {"name": "Recogest", "on": "2026-11-22"}, "Dossier confié à Recogest le 22 novembre 2026"),
        ("handed_over", {"name": "Recogest"}, "Dossier confié à Recogest"),
        ("handed_over", {}, "Dossier confié"),
        ("taken_back", {"name": "Recogest"}, "Dossier repris à Recogest"),
        ("taken_back", {}, "Dossier repris"),
        ("partner_changed", {"what": "hidden", "name": "Recogest"}, "Partenaire masqué : Recogest"),
        ("partner_changed", {"what": "d'une autre version"}, "Partenaire modifié"),
    ],
)
def test_each_sentence_names_what_matters(kind, facts, sentence):
    assert kind in TITLES
    assert told(kind, **facts) == sentence
