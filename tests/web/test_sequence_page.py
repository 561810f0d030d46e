import pytest

from relance.models.sequences import Sequence
from relance.services import enrolling, sequencing
from relance.services.sequencing import Block
from relance.web import sequence_page
from tests.factories import NOW


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


@pytest.mark.usefixtures("as_camille")
def test_without_a_draft_no_effect_is_worked_out(b2b, latitude, nadia, invoice):
    enrolling.enrol(b2b, [latitude.id], by=None, now=NOW)
    shown = sequence_page.effect_context(Sequence.get_by_id(b2b.id))
    assert shown == {"effect": None, "following": 1}
    sequencing.add_step(b2b, Block("mail", 60, "relance_2"), version=1, by=None, now=NOW)
    assert sequence_page.effect_context(Sequence.get_by_id(b2b.id))["effect"] is not None


@pytest.mark.usefixtures("as_camille")
def test_the_blocks_stand_on_either_side_of_the_due_date(b2b):
    shown = sequence_page.context(b2b)
    assert [card.day for card in shown["before"]] == ["J−3"]
    assert [card.day for card in shown["after"]] == ["J+3", "J+10", "J+20", "J+30", "J+38"]
    assert (shown["cautions"], shown["edited"], shown["is_delivered"]) == ([], None, True)


@pytest.mark.usefixtures("as_camille")
def test_a_new_block_is_proposed_at_the_next_sensible_day_with_the_next_text(account, b2b):
    form = sequence_page.block_form(b2b, sequence_page.NEW)
    assert form is not None
    assert (form.days.data, form.side.data, form.template.data) == (46, "after", "dernier_rappel")
    empty = sequencing.create(account, sequencing.Facts("Vide"), by=None, now=NOW)
    form = sequence_page.block_form(empty, sequence_page.NEW)
    assert form is not None
    assert (form.days.data, form.template.data) == (3, "rappel")
    assert sequence_page.block_form(b2b, 999) is None
