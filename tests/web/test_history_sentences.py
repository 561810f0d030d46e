import re
from pathlib import Path

import pytest

from relance.web import history_sentences
from relance.web.history_sentences import KINDS, day_of, strong
from relance.web.history_words import REASONS, TITLES


def told(kind, **facts):
    """The sentence of an event, with plain spaces."""
    _icon, _family, write = KINDS[kind]
    return str(write(kind, facts)).replace("\u00a0", " ")


def test_every_kind_that_the_program_writes_has_its_sentence():
    assert set(KINDS) >= set(TITLES)
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(history_sentences.__file__).parents[1].rglob("*.py")
    )
    written = set(re.findall(r"""(?:record|tell|_tell)\(\s*(?:invoice, |message, )?["']([a-z_]+)["']""", source))
    assert written - set(KINDS) == set()
    assert "payment_recorded" in written


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("invoice_imported", {"source": "csv"}, "<strong>Facture importée</strong> depuis un fichier CSV"),
        ("invoice_changed", {"state": "to_process"}, "<strong>Facture mise de côté</strong>, à traiter"),
        ("payment_recorded", {"amount_cents": 123456}, "<strong>Paiement reçu</strong>, 1 234,56 €"),
        ("reminder_sent", {"template": "rappel", "to": [["Nadia", "n@x.example"]]}, "envoyé à Nadia"),
        ("reminder_sent", {"template": "relance_1", "to": ["n@x.example"]}, "envoyée à n@x.example"),
        ("chase_stopped", {"because": "switched_off"}, "<strong>Relances désactivées</strong>"),
        ("chase_stopped", {"because": "paid"}, "<strong>Relances terminées</strong> : facture payée"),
        ("chase_started", {"frequency": "weekly", "count": 4}, "4, une par semaine"),
    ],
)
def test_a_kind_says_what_happened(kind, facts, sentence):
    assert sentence in told(kind, **facts)


@pytest.mark.usefixtures("as_camille")
def test_the_first_of_a_month_is_written_with_its_raised_letters_not_with_their_tags():
    sentence = told("step_waits", template="rappel", until="2027-01-01", because="gap")
    assert "attend jusqu’au 1<sup>er</sup> janvier 2027" in sentence
    assert day_of("") == ""


@pytest.mark.usefixtures("as_camille")
def test_what_somebody_typed_is_text():
    assert strong("<b>") == "<strong>&lt;b&gt;</strong>"
    assert "&lt;script&gt;" in told("client_created", name="<script>")


@pytest.mark.usefixtures("as_camille")
def test_a_reason_of_another_version_is_shown_as_it_is():
    assert "because-of-tomorrow" not in REASONS
    assert told("step_skipped", template="relance_2", because="by_hand").endswith("passée par vous")
    assert "because-of-tomorrow" in told("step_skipped", template="rappel", because="because-of-tomorrow")
