import pytest

from relance.services.bulk import Aside
from relance.web import batch_words, selection_words
from tests import factories
from tests.factories import TODAY


@pytest.mark.parametrize("because", [*selection_words.ASIDE, *batch_words.ASIDE])
def test_every_reason_has_its_words(as_camille, invoice, because):
    words = selection_words.reason(Aside(invoice, because), TODAY)
    assert words
    assert words != because


def test_what_was_done_comes_first_then_what_was_not_with_links(as_camille, invoice):
    said = selection_words.notice("2 factures en pause.", [Aside(invoice, "paid")], 2, TODAY)
    link = f'<a href="/factures/{invoice.id}">F-2026-0087</a> (déjà payée).'
    start, end = "2 factures en pause. Une facture laissée de côté\u00a0:", "2 factures n’existent plus."
    assert str(said) == f"{start} {link} {end}"


def test_only_a_few_are_named_and_a_number_cannot_become_markup(as_camille, latitude):
    rows = [factories.make_invoice(latitude, f"<b>{n}</b>") for n in range(8)]
    said = selection_words.notice("", [Aside(row, "draft") for row in rows], 0, TODAY)
    assert said.count("<a ") == selection_words.MOST_NAMED
    assert "3 autres" in said
    assert "<b>" not in said
    assert "&lt;b&gt;0&lt;/b&gt;" in said


def test_nothing_to_say_says_nothing(as_camille):
    assert selection_words.notice("", [], 0, TODAY) == ""
