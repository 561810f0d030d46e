"""One registry of names: each has a meaning, a value, and its place."""

import datetime as dt
import re

from relance.mail.reminders import values_of
from relance.mail.samples import sample_facts
from relance.models.templates import CATEGORIES
from relance.rules import variables


def test_every_variable_has_a_value_and_every_value_a_variable() -> None:
    names = [variable.name for variable in variables.ALL]
    assert sorted(names) == sorted(set(names))
    assert set(values_of(sample_facts("rappel", dt.date(2026, 11, 23)))) == set(names)


def test_each_name_is_plain_and_each_meaning_a_sentence_of_a_known_group() -> None:
    for variable in variables.ALL:
        assert re.fullmatch(r"[a-z_]+", variable.name)
        assert variable.group in variables.GROUPS
        assert variable.meaning.endswith(".") and "'" not in variable.meaning


def test_a_quote_has_no_payment_and_an_invoice_no_validity() -> None:
    assert {"date_devis", "date_validite"} <= variables.names_for("quote")
    assert not {"paiement", "penalites", "jours_retard", "facture"} & variables.names_for("quote")
    for category in set(CATEGORIES) - {"quote"}:
        assert "paiement" in variables.names_for(category)
        assert "date_validite" not in variables.names_for(category)


def test_a_subject_takes_no_block() -> None:
    assert not variables.BLOCKS & variables.names_for("reminder", in_subject=True)
    assert {"tableau", "paiement", "signature"} == variables.BLOCKS
