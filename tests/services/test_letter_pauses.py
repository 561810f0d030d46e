"""What a posted letter or a plan holds by itself: e-mail reminders, until a day or until it is released."""

import datetime as dt

import pytest

from relance.db import transaction
from relance.models.chases import Chase
from relance.models.holds import Pause
from relance.models.letters import Letter
from relance.models.payment_plans import PaymentPlan
from relance.services import holding, letter_pauses, pausing
from tests import factories
from tests.making import switch_on

NOW = factories.NOW
TODAY = NOW.date()
DAY = dt.timedelta(days=1)


@pytest.fixture
def invoice(database, camille):
    client = factories.make_client(camille.account)
    contact = factories.make_contact(client)
    invoice = factories.make_invoice(client, due_on=TODAY - 3 * DAY)
    switch_on(invoice, contact)
    return invoice


@pytest.fixture
def letter(invoice):
    return Letter.create(account=invoice.account, client=invoice.client, dated_on=TODAY, created_at=NOW)


def held(invoice, on=TODAY):
    return [(one.kind, one.until_on) for one in holding.current(invoice.account, [invoice], on).get(invoice.id, ())]


def test_a_letter_holds_until_somebody_knows_then_until_a_day(invoice, letter):
    with transaction():
        letter_pauses.hold([invoice], letter=letter, until_on=None, by=None, now=NOW)
    assert held(invoice) == [("letter", None)]
    with transaction():
        letter_pauses.hold([invoice], letter=letter, until_on=TODAY + 8 * DAY, by=None, now=NOW)
    assert held(invoice) == [("letter", TODAY + 8 * DAY)]
    assert held(invoice, TODAY + 9 * DAY) == []
    assert Pause.select().count() == 1


def test_an_end_that_has_passed_ends_it_today(invoice, letter):
    with transaction():
        letter_pauses.hold([invoice], letter=letter, until_on=None, by=None, now=NOW)
        letter_pauses.hold([invoice], letter=letter, until_on=TODAY - DAY, by=None, now=NOW + 20 * DAY)
    row = Pause.get()
    assert (held(invoice), row.ended_on) == ([], TODAY + 20 * DAY)


def test_an_end_that_is_over_is_not_moved(invoice, letter):
    with transaction():
        letter_pauses.hold([invoice], letter=letter, until_on=TODAY, by=None, now=NOW)
        letter_pauses.hold([invoice], letter=letter, until_on=TODAY + 30 * DAY, by=None, now=NOW + 5 * DAY)
    assert [(row.starts_on, row.until_on) for row in Pause.select().order_by(Pause.id)] == [
        (TODAY, TODAY),
        (TODAY + 5 * DAY, TODAY + 30 * DAY),
    ]


def test_releasing_ends_what_this_one_holds_and_looks_again(invoice, letter):
    plan = PaymentPlan.create(
        account=invoice.account, client=invoice.client, total_cents=1, agreed_on=TODAY, made_at=NOW
    )
    with transaction():
        letter_pauses.hold([invoice], letter=letter, until_on=None, by=None, now=NOW)
        letter_pauses.hold([invoice], plan=plan, until_on=TODAY + DAY, by=None, now=NOW)
        letter_pauses.release(letter=letter, by=None, now=NOW + DAY)
    assert held(invoice) == [("plan", TODAY + DAY)]
    assert Chase.get().next_check_at == NOW + DAY


def test_the_pause_of_a_person_is_another_one(invoice, letter, camille):
    with transaction():
        letter_pauses.hold([invoice], letter=letter, until_on=None, by=camille, now=NOW)
    assert pausing.of_invoice(invoice, TODAY) is None
    pausing.pause_invoice(invoice, until_on=TODAY + DAY, reason="", by=camille, now=NOW)
    assert sorted(held(invoice), key=str) == [("letter", None), ("pause", TODAY + DAY)]
    pausing.resume_invoice(invoice, by=camille, now=NOW)
    assert held(invoice) == [("letter", None)]
