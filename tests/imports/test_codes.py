"""The code lists: what a document is and how it is paid, the same in every syntax."""

import pytest

from relance.imports import codes


@pytest.mark.parametrize(
    ("code", "kind"),
    [("380", "invoice"), ("389", "invoice"), ("381", "credit_note"), ("261", "credit_note"), ("384", "corrected"),
     ("471", "corrected"), ("386", "deposit"), ("500", "deposit"), ("503", "credit_note"), ("326", "progress"),
     ("875", "progress"), ("877", "final")],
)  # fmt: skip
def test_a_code_gives_a_kind_without_a_word(code: str, kind: str) -> None:
    warnings: list[str] = []
    assert codes.kind(code, 100, warnings) == kind
    assert warnings == []


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [("751", "invoice", "comptables"), ("325", "invoice", "proforma"), ("393", "invoice", "factor"),
     ("396", "credit_note", "factor"), ("999", "invoice", "« 999 » est inconnu"), ("", "invoice", "ne dit pas si")],
)  # fmt: skip
def test_what_a_person_should_know_of_a_code_is_told(code: str, kind: str, words: str) -> None:
    warnings: list[str] = []
    assert codes.kind(code, 100, warnings) == kind
    assert words in warnings[0]


def test_a_negative_total_is_told_but_not_of_a_credit_note() -> None:
    warnings: list[str] = []
    assert codes.kind("381", -100, warnings) == "credit_note"
    assert warnings == []
    assert codes.kind("384", -100, warnings) == "corrected"
    assert "négatif" in warnings[0]


@pytest.mark.parametrize(
    ("stated", "means"),
    [([], None), (["30"], "transfer"), (["58", "59"], "transfer"), (["59"], "direct_debit"), (["1", "48"], "card"),
     (["ZZZ"], "other"), (["20"], "cheque"), (["10"], "cash"), (["97"], "other")],
)  # fmt: skip
def test_the_first_means_that_says_something_is_taken(stated: list[str], means: str | None) -> None:
    assert codes.payment_means(stated) == means
