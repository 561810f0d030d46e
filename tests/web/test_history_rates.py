import pytest

from relance.web.history_rates import KINDS
from relance.web.history_words import TITLES


def told(kind, **facts):
    """The sentence of an event, with plain spaces and without its tags."""
    _icon, _family, write = KINDS[kind]
    return str(write(kind, facts).striptags()).replace("\u00a0", " ")


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_something_even_when_its_facts_are_missing(kind):
    assert told(kind) and "None" not in told(kind) and "{" not in told(kind)
    assert kind in TITLES


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("rate_entered", {"source": "arrêté"}, "Taux légaux saisis : 1er semestre 2027, d’après arrêté"),
        ("rate_removed", {"source": "arrêté"}, "Taux légaux saisis retirés : 1er semestre 2027, d’après arrêté"),
        ("rate_fetched", {"mro_bp": 265}, "Taux de la BCE enregistré : 1er semestre 2027, 2,65 %"),
    ],
)
def test_the_sentence_of_each_kind(kind, facts, sentence):
    assert told(kind, year=2027, half=1, **facts) == sentence
