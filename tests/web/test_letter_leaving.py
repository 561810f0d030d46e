"""Where a person goes from the editor of a letter."""

import pytest

from relance.models.letters import Letter
from relance.web import letter_leaving
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.usefixtures("as_camille")


def make(latitude, **fields):
    factories.make_invoice(latitude)
    return Letter.create(account=latitude.account, client=latitude, dated_on=TODAY, created_at=NOW, **fields)


def test_a_frozen_letter_and_a_saved_one_lead_to_its_page(latitude, bell):
    letter = make(latitude)
    for has_changed in (False, True):
        assert letter_leaving.done(letter, freezes=False, has_changed=has_changed).location == f"/courriers/{letter.id}"
    assert bell == []
    assert letter_leaving.done(letter, freezes=True, has_changed=False).location == f"/courriers/{letter.id}"
    assert bell == ["rung"]


def test_a_draft_that_is_no_more_leads_to_the_letter_or_to_the_list(latitude):
    letter, frozen = make(latitude), make(latitude, facts='{"a": 1}')
    assert letter_leaving.current_of(letter).id == letter.id
    assert letter_leaving.current_of(frozen) is None
    assert letter_leaving.gone(frozen.id).location == f"/courriers/{frozen.id}"
    letter.delete_instance()
    assert letter_leaving.current_of(letter) is None
    assert letter_leaving.gone(letter.id).location == "/courriers"
