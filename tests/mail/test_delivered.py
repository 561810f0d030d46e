"""The delivered texts: complete, each in its voice, written in the language of texts."""

import itertools
import re

import pytest

from relance.mail import delivered
from relance.mail.layout import FOLDER
from relance.models.templates import CATEGORIES
from relance.rules import texts, variables

EACH = [
    pytest.param(ref, variant, is_many, id=f"{ref}-{variant}{'-many' if is_many else ''}")
    for ref, variant, is_many in itertools.product(delivered.KINDS, delivered.VARIANTS, (False, True))
]


@pytest.mark.requirement("S2.2", "S2.3", "S2.4", "S2.5")
@pytest.mark.parametrize(("ref", "variant", "is_many"), EACH)
def test_every_delivered_text_could_be_saved_by_a_user(ref: str, variant: str, is_many: bool) -> None:
    wording = delivered.wording(ref, variant, is_many)
    category = delivered.KINDS[ref].category
    texts.check(wording.subject, variables.names_for(category, in_subject=True))
    texts.check(wording.body, variables.names_for(category))
    assert wording.subject.strip() and "\n" not in wording.subject
    used = texts.names(wording.body)
    assert used[0] == "salutation" and used[-1] == "signature"
    assert ("paiement" in used) is (category in ("before", "reminder"))
    assert ("tableau" in used) is is_many
    assert "'" not in wording.body
    assert len(wording.body) <= 1200


@pytest.mark.parametrize(("ref", "variant", "is_many"), EACH)
def test_the_voice_of_a_source_is_its_own(ref: str, variant: str, is_many: bool) -> None:
    said = re.sub(r"\{\w+\}", "", delivered.wording(ref, variant, is_many).body.lower())
    if variant == "en":
        assert not re.search(r"\b(vous|votre|tu|ton|facture|le|la)\b", said)
    elif variant == "tu":
        assert not re.search(r"\b(vous|votre|vos)\b|[a-z]ez\b(?<!chez)", said)
    else:
        assert not re.search(r"\b(tu|te|ton|ta|tes|toi)\b", said)


def test_no_file_of_a_delivered_text_is_left_over() -> None:
    for ref in delivered.KINDS:
        expected = {f"{variant}{many}.txt" for variant in delivered.VARIANTS for many in ("", "_many")}
        assert {path.name for path in (FOLDER / ref).iterdir()} == expected


def test_an_unknown_text_is_not_delivered() -> None:
    with pytest.raises(KeyError):
        delivered.wording("menace", "vous", False)


@pytest.mark.parametrize(
    ("category", "level", "ref"),
    [
        ("before", 0, "prerelance"),
        ("reminder", 0, "rappel"),
        ("reminder", 1, "rappel"),
        ("reminder", 2, "relance_1"),
        ("reminder", 3, "relance_2"),
        ("reminder", 4, "dernier_rappel"),
        ("reminder", 5, "dernier_rappel"),
        ("thanks", 0, "remerciement"),
        ("quote", 3, "devis_prerelance"),
    ],
)
def test_what_an_own_text_lacks_is_taken_from_the_delivered_one_of_its_firmness(
    category: str, level: int, ref: str
) -> None:
    assert delivered.nearest(category, level) == ref


def test_every_category_has_a_delivered_text() -> None:
    assert {kind.category for kind in delivered.KINDS.values()} == set(CATEGORIES)
