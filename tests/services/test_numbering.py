import datetime as dt

import pytest

from relance.services.numbering import suggest_number
from tests.making import TODAY, make_account, make_client, make_invoice


@pytest.mark.parametrize(
    ("last", "suggested"),
    [
        (None, "F-2026-0001"),
        ("F-2026-0099", "F-2026-0100"),
        ("2025/017", "2026/001"),
        ("FA 9", "FA 10"),
        ("SANS", "SANS-2"),
        ("F12-B", "F13-B"),
    ],
)
def test_the_next_number_keeps_the_shape_of_the_last_one(client, last, suggested):
    if last:
        make_invoice(client, number=last)
    assert suggest_number(client.account, TODAY) == suggested


def test_a_number_already_taken_is_passed_over(client):
    for number in ("F-8", "F-7"):  # F-7 was recorded last
        make_invoice(client, number=number)
    assert suggest_number(client.account, TODAY) == "F-9"


def test_credit_notes_and_other_accounts_have_their_own_numbers(client):
    invoice = make_invoice(client, number="F-1")
    make_invoice(client, number="AV-7", kind="credit_note", total_cents=100, credited_invoice_id=invoice.id)
    make_invoice(make_client(make_account()), number="X-50")
    assert suggest_number(client.account, TODAY) == "F-2"


def test_the_first_invoice_of_an_account_is_the_first_of_its_year(database):
    assert suggest_number(make_account(), dt.date(2027, 3, 1)) == "F-2027-0001"
