import pytest

from relance.web.history_quotes import KINDS
from relance.web.history_words import TITLES


def told(kind, **facts):
    """The sentence of an event, with plain spaces and without its tags."""
    _icon, _family, write = KINDS[kind]
    return str(write(kind, facts).striptags()).replace("\u00a0", " ")


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_something_even_when_its_facts_are_missing(kind):
    sentence = told(kind)
    assert "None" not in sentence and "{" not in sentence and not sentence.endswith(",")
    assert kind in TITLES


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("quote_created", {"number": "D-1", "total_cents": 180000}, "Devis enregistré, D-1, 1 800,00 €"),
        ("quote_accepted", {"number": "D-1", "on": "2026-11-30"}, "Devis accepté, D-1, le 30 novembre 2026"),
        ("quote_declined", {}, "Devis refusé"),
        ("quote_reopened", {"number": "D-1"}, "Devis rouvert, de nouveau en attente"),
        ("quote_invoiced", {"number": "D-1", "invoice_number": "F-2"}, "Facture créée, F-2, d’après le devis D-1"),
        ("nudge_queued", {"template": "devis_prerelance", "to": ["n@x.example"]},
         "Prérelance de devis prête à partir, pour n@x.example"),
        ("nudge_cancelled", {"because": "quote_expired"}, "Prérelance annulée : la validité du devis est passée"),
    ],
)  # fmt: skip
def test_each_sentence_names_what_matters(kind, facts, sentence):
    assert told(kind, **facts) == sentence
