import datetime as dt

import pytest

from relance.services import hold_limits
from relance.services.holding import HoldError
from tests import factories


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "draft"}, "brouillon"),
        ({"state": "to_process"}, "à traiter"),
        ({"state": "paid"}, "payée"),
        ({"state": "cancelled"}, "annulée"),
        ({"state": "written_off"}, "perte"),
        ({"kind": "credit_note"}, "avoir"),
    ],
)
def test_what_nobody_owes_says_why_it_is_not_held(latitude, fields, words):
    with pytest.raises(HoldError, match=words):
        hold_limits.must_be_owed(factories.make_invoice(latitude, **fields))


def test_what_is_owed_may_be_held(invoice):
    hold_limits.must_be_owed(invoice)


def test_the_invoice_is_read_again_under_the_turn_of_its_client(invoice):
    type(invoice).update(state="cancelled").execute()
    before = invoice.client.turn
    assert hold_limits.locked(invoice).state == "cancelled"
    assert type(invoice.client).get_by_id(invoice.client_id).turn == before + 1


def test_a_reason_is_one_short_line(database):
    assert hold_limits.checked_reason("  a \n b ") == "a b"
    with pytest.raises(HoldError):
        hold_limits.checked_reason("x" * 201)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(dt.date(2026, 11, 23), dt.date(2027, 11, 23)), (dt.date(2028, 2, 29), dt.date(2029, 2, 28))],
)
def test_a_year_later_is_the_same_day_where_there_is_one(day, expected):
    assert hold_limits.years_after(day, 1) == expected
