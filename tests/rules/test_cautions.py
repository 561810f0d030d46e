"""Remarks about a user's text: useful ones, and none about the delivered texts."""

import itertools

import pytest

from relance.mail import delivered
from relance.rules.cautions import cautions
from relance.rules.texts import Wording


def said(body: str, *, category: str = "reminder", level: int = 1, subject: str = "Facture {numero}") -> list[str]:
    return [caution.sentence for caution in cautions(Wording(subject, body), category, level)]


def test_a_delivered_text_deserves_no_remark() -> None:
    for (ref, kind), variant, is_many in itertools.product(delivered.KINDS.items(), delivered.VARIANTS, (False, True)):
        assert cautions(delivered.wording(ref, variant, is_many), kind.category, kind.level) == [], (ref, variant)


def test_a_client_must_be_told_where_to_pay() -> None:
    assert said("Merci de régler.") == ["Votre client ne saura pas où payer : ajoutez {paiement} ou {iban}."]
    assert said("Merci. IBAN : {iban}") == [] and said("{paiement}") == []
    assert said("Merci.", category="thanks") == [] and said("Merci.", category="quote") == []


@pytest.mark.requirement("S1.8")
@pytest.mark.parametrize(
    ("body", "level", "word"),
    [
        ("Sinon j’irai au Tribunal. {paiement}", 2, "« tribunal »"),
        ("Je préviendrai vos clients. {paiement}", 5, "« vos clients »"),
        ("Je dépose plainte. {paiement}", 4, "« plainte »"),
        ("I will call my lawyer. {paiement}", 1, "« lawyer »"),
        ("Une mise en demeure suivra. {paiement}", 3, "« mise en demeure »"),
    ],
)
def test_a_threat_or_a_third_party_is_remarked(body: str, level: int, word: str) -> None:
    assert [sentence for sentence in said(body, level=level) if sentence.startswith(word)]


@pytest.mark.parametrize(
    ("body", "level"),
    [
        ("Une mise en demeure suivra. {paiement}", 4),
        ("Ma justification : {paiement}", 0),
        ("La couleur. {paiement}", 0),
    ],
)
def test_what_is_allowed_is_not_remarked(body: str, level: int) -> None:
    assert said(body, level=level) == []


def test_a_long_text_is_a_hint_only() -> None:
    [hint] = cautions(Wording("F", "{paiement} " + "mot " * 300), "reminder", 1)
    assert hint.is_hint and "1211" in hint.sentence
