from relance.models.chases import FREQUENCIES as STORED
from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.models.quotes import Quote
from relance.rules.plans import LEVELS
from relance.services.planning import FINAL
from relance.services.planning import REASONS as NEVER_CHASED
from relance.web.history_words import CHANGES, FREQUENCIES, MASCULINE, REASONS, TITLES


def test_every_reason_that_ends_or_stops_a_chase_has_its_words():
    assert set(FINAL) <= set(REASONS)
    assert set(NEVER_CHASED) - {"credit_note"} <= set(REASONS)  # a credit note is never chased, so never stopped


def test_every_frequency_has_its_words():
    assert set(FREQUENCIES) == {*STORED, "sequence"}


def test_every_change_that_is_told_is_one_of_a_column():
    columns = {*Invoice._meta.fields, *Contact._meta.fields, *Quote._meta.fields, "instalments"}
    assert set(CHANGES) - columns == set()


def test_the_masculine_ones_are_templates():
    assert set(MASCULINE) <= {*LEVELS, "remerciement"}


def test_no_title_is_empty_or_ends_like_a_sentence():
    assert [title for title in TITLES.values() if not title or title.endswith(".")] == []
