"""What a person may write in a formal notice, and what is refused with a reason."""

import pytest

from relance.letters import notice_errors, notice_text
from tests.letters import samples
from tests.letters.test_notice_text import LETTERS


@pytest.mark.parametrize("case", LETTERS)
def test_the_delivered_paragraphs_may_be_written_as_they_are(case):
    facts = LETTERS[case]
    assert notice_errors.errors(facts, {part.key: part.text for part in notice_text.delivered(facts)}) == {}


@pytest.mark.parametrize(
    ("case", "key", "words", "expected"),
    [
        ("organisation", "demand", "Je vous mets en demeure de payer {totl} sous {délai}.", "{total}"),
        ("organisation", "demand", "Je vous mets en demeure de payer sous {délai}.", "Gardez la variable {total}"),
        ("organisation", "demand", "Je vous mets en demeure de payer {total}.", "Gardez la variable {délai}"),
        ("organisation", "demand", "Merci de payer {total} sous {délai}.", "«\u00a0je vous mets en demeure\u00a0»"),
        ("organisation", "object", "Facture impayée", "«\u00a0mise en demeure\u00a0»"),
        ("organisation", "object", "mise en demeure\nde payer", "une ligne"),
        ("organisation", "object", "mise en demeure " + "a " * 90, "160 au plus"),
        ("organisation", "consequence", "Je saisirai le tribunal.", "«\u00a0mise en demeure\u00a0»"),
        ("organisation", "opening", " ", "ne peut pas être vide"),
        ("organisation", "grounds", "", "ne peut pas être vide"),
        ("organisation", "opening", "a " * 1001, "2\u00a0000 au plus"),
        ("organisation", "opening", "a" * 9999, "9\u00a0999 caractères"),
        ("organisation", "opening", "b" * 81, "Un mot dépasse 80 caractères"),
        ("organisation", "opening", "Madame {", "accolade"),
        ("organisation", "courtesy", "Appelez-moi au [téléphone].", "à compléter\u00a0: «\u00a0[téléphone]\u00a0»"),
        ("organisation", "closing", "Fait à ........", "à compléter"),
        ("individual", "grounds", "Avec l’indemnité forfaitaire.", "«\u00a0indemnité forfaitaire\u00a0»"),
        ("individual", "opening", "Des pénalités courent.", "«\u00a0pénalités\u00a0»"),
        ("individual", "courtesy", "Article L. 441-10.", "«\u00a0L.\u00a0441-10\u00a0»"),
        ("individual", "courtesy", "et 40\u00a0€ de plus", "«\u00a040\u00a0€\u00a0»"),
        ("individual", "courtesy", "Les frais de recouvrement", "particulier"),
        ("individual", "grounds", "Intérêts : {par_jour} par jour.", "est vide dans cette lettre"),
    ],
)
def test_words_that_would_spoil_the_letter_are_refused_with_a_reason(case, key, words, expected):
    found = notice_errors.errors(LETTERS[case], {key: words})
    assert list(found) == [key]
    assert expected in found[key]
    assert "'" not in found[key]


def test_words_that_only_look_alike_are_accepted():
    assert notice_errors.errors(LETTERS["individual"], {"courtesy": "Il reste 1\u00a0240 € et 140 €.", "x": "y"}) == {}
    assert (
        notice_errors.errors(LETTERS["organisation"], {"grounds": "Pénalités (L. 441-10) et 40 €.", "courtesy": ""})
        == {}
    )
    nothing = samples.organisation(
        claims_interest=False, claims_fee=False, invoices=(samples.invoice(interest_cents=0, fee_cents=0, periods=()),)
    )
    assert notice_errors.errors(nothing, {"grounds": ""}) == {}
