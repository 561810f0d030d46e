import pytest

from relance.web.history_letters import KINDS
from relance.web.history_words import TITLES

POSTED = {"posted_on": "2026-11-22", "mode": "lrar_counter"}
NOTICE = {"letter_kind": "formal_notice"}


def told(kind, **facts):
    """The sentence of an event, with plain spaces and without its tags."""
    _icon, _family, write = KINDS[kind]
    return str(write(kind, facts).striptags()).replace("\u00a0", " ")


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_something_even_when_its_facts_are_missing(kind):
    sentence = told(kind)
    assert sentence and "None" not in sentence and "{" not in sentence and not sentence.endswith((":", ","))
    assert kind in TITLES


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        (
            "letter_posted",
            POSTED | {"tracking_number": "1A23456789012"},
            "Mise en demeure postée le 22 novembre 2026, recommandé au guichet, n° 1A 234 567 890 12",
        ),
        (
            "letter_posted",
            POSTED | {"letter_kind": "amicable", "template": "rappel", "mode": "simple"},
            "Relance amiable, rappel postée le 22 novembre 2026, lettre simple",
        ),
        (
            "letter_posted",
            POSTED | {"was_posted_on": "2026-11-21"},
            "Mise en demeure, dépôt corrigé : postée le 22 novembre 2026, recommandé au guichet",
        ),
        (
            "letter_received",
            {"received_on": "2026-11-26", "deadline_on": "2026-12-04"},
            "Mise en demeure reçue le 26 novembre 2026, délai jusqu’au 4 décembre 2026",
        ),
        (
            "letter_unclaimed",
            {"presented_on": "2026-11-26", "deadline_on": "2026-12-04"},
            "Mise en demeure non réclamée, présentée le 26 novembre 2026, délai jusqu’au 4 décembre 2026",
        ),
        ("letter_refused", {"presented_on": "2026-11-26"}, "Mise en demeure refusée, présentée le 26 novembre 2026"),
        (
            "letter_proof_added",
            {"which": "deposit", "file": "d.pdf"},
            "Mise en demeure : preuve de dépôt jointe, d.pdf",
        ),
        (
            "letter_proof_added",
            {"which": "receipt", "file": "b.pdf", "replaces": "a.pdf"},
            "Mise en demeure : preuve de réception remplacée, b.pdf",
        ),
        (
            "letter_posting_undone",
            {"what": "deposit", "posted_on": "2026-11-22"},
            "Mise en demeure : dépôt du 22 novembre 2026 annulé, de nouveau à poster",
        ),
        ("notice_expired", {"deadline_on": "2026-12-04"}, "Délai de la mise en demeure écoulé le 4 décembre 2026"),
    ],
)
def test_a_letter_is_told_with_its_facts(kind, facts, sentence):
    assert told(kind, **NOTICE | facts) == sentence
