"""« À traiter », the letters."""

import datetime as dt

import pytest

from relance.models.letters import Letter
from relance.services import attending, paying, waiting_letters
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import late

DAY = dt.timedelta(1)


@pytest.fixture
def bill(latitude, camille):
    return late(latitude)


def waiting(account, now=NOW):
    return {
        group.kind: [row.id for row in group.rows]
        for group in attending.groups(account, now)
        if group.kind.startswith("letter")
    }


def test_a_letter_that_is_printed_waits_for_a_hand(account, latitude, bill):
    letter = factories.make_letter(latitude, [bill])
    factories.make_letter(latitude, [bill], state="draft", document=None)
    assert waiting(account) == {"letter": [letter.id]}


@pytest.mark.parametrize(
    ("mode", "days", "is_there"),
    [("lrar_counter", 15, True), ("lrar_online", 14, False), ("lre", 40, True), ("simple", 40, False)],
)
def test_a_registered_letter_without_a_receipt_is_recalled_after_fifteen_days(
    account, latitude, bill, mode, days, is_there
):
    letter = factories.make_letter(latitude, [bill], state="posted", mode=mode, posted_on=TODAY - days * DAY)
    assert waiting(account) == ({"letter_silent": [letter.id]} if is_there else {})
    paying.record(bill, bill.balance_cents, TODAY, by=None, now=NOW)
    assert waiting(account) == {}


def test_a_deadline_that_is_over_waits_for_a_person_or_for_the_money(account, latitude, bill):
    values = {"state": "received", "mode": "lre", "posted_on": TODAY - 9 * DAY, "received_on": TODAY - 9 * DAY}
    over = factories.make_letter(latitude, [bill], deadline_on=TODAY - DAY, **values)
    factories.make_letter(latitude, [bill], deadline_on=TODAY, **values)
    assert waiting(account) == {"letter_expired": [over.id]}
    assert attending.count(account, NOW) == sum(group.count for group in attending.groups(account, NOW))
    Letter.update(settled_at=NOW).where(Letter.id == over.id).execute()
    assert waiting(account) == {}
    Letter.update(settled_at=None).where(Letter.id == over.id).execute()
    paying.record(bill, bill.balance_cents, TODAY, by=None, now=NOW)
    assert list(waiting_letters.expired(account, NOW)) == []
