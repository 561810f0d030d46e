"""The steps to come of an invoice, as a person may change them."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.sequences import Sequence, SequenceStep
from relance.services import stepping, upcoming
from tests import factories
from tests.making import switch_on
from tests.services.sending import nine_on, sweep

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def told(invoice, now=NOW):
    return [(line.kind, line.state, line.on, line.step) for line in upcoming.of_invoice(invoice, now)]


@pytest.fixture
def planned(account, latitude, nadia, camille):
    """An invoice due today whose sequence has an e-mail, a call and a letter."""
    invoice = factories.make_invoice(latitude, due_on=TODAY)
    chase = switch_on(invoice, nadia)
    plan = Sequence.create(account=account, title="A", title_key="a", revision=1, created_at=NOW, updated_at=NOW)
    blocks = ((1, "mail", 2, "rappel"), (2, "call", 4, ""), (3, "letter", 9, "formal_notice"))
    for key, kind, offset, template in blocks:
        SequenceStep.create(sequence=plan, revision=1, key=key, kind=kind, offset_days=offset, template=template)
    Chase.update(frequency="sequence", sequence=plan).where(Chase.id == chase.id).execute()
    return invoice


def test_e_mails_letters_and_calls_are_listed_in_their_order(planned):
    lines = upcoming.of_invoice(planned, NOW)
    assert [(line.kind, line.on, line.days_from_due) for line in lines] == [
        ("mail", TODAY + 2 * DAY, 2),
        ("call", TODAY + 4 * DAY, 4),
        ("letter", TODAY + 9 * DAY, 9),
    ]
    first = lines[0]
    assert (first.people, first.send.at) == (("Nadia Benali",), nine_on(TODAY + 2 * DAY))
    assert lines[1].send is None


def test_a_decision_about_a_step_shows_on_its_line(planned, camille, account):
    stepping.hold(planned, 1, because="il paie", by=camille, now=NOW)
    stepping.skip(planned, 2, by=camille, now=NOW)
    stepping.move(planned, 3, TODAY + 11 * DAY, by=camille, now=NOW)
    lines = upcoming.of_invoice(planned, NOW)
    assert [(line.step, line.state, line.reason, line.is_moved) for line in lines] == [
        (1, "held", "il paie", False),
        (2, "skipped", "", False),
        (3, "planned", "", True),
    ]
    assert lines[2].on == TODAY + 11 * DAY
    assert told(planned, nine_on(TODAY + 5 * DAY))[0][:3] == ("mail", "held", TODAY + 2 * DAY)
    assert [line[3] for line in told(planned, nine_on(TODAY + 5 * DAY))] == [1, 3]


def test_what_left_is_no_longer_to_come(planned, post, smtp_server):
    sweep(TODAY + 2 * DAY, post)
    assert [line[0] for line in told(planned, nine_on(TODAY + 2 * DAY))] == ["call", "letter"]


def test_a_paid_or_unchased_invoice_has_nothing_to_come(planned, invoice):
    assert told(invoice) == []
    factories.make_payment(planned, 120_000)
    assert told(planned) == []


def test_a_line_says_that_it_will_ask(planned, account):
    Account.update(asks_before_sending=True).where(Account.id == account.id).execute()
    planned = type(planned).get_by_id(planned.id)
    assert [line.asks for line in upcoming.of_invoice(planned, NOW)] == [True, False, False]


def test_the_held_steps_of_the_account_by_day(chased, planned, account, camille, basile):
    stepping.hold(chased, 1, because="b", by=camille, now=NOW)
    stepping.hold(planned, 1, because="a", by=camille, now=NOW)
    found = upcoming.held(account, NOW)
    assert [(line.invoice_id, line.on, line.reason) for line in found] == [
        (planned.id, TODAY + 2 * DAY, "a"),
        (chased.id, dt.date(2026, 12, 1), "b"),
    ]
    assert [line.reason for line in upcoming.held(account, NOW, TODAY + 3 * DAY)] == ["a"]
    assert upcoming.held(basile.account, NOW) == []


def test_a_hold_that_means_nothing_any_more_is_not_shown(chased, account, camille):
    stepping.hold(chased, 0, by=camille, now=NOW)
    factories.make_payment(chased, 120_000)
    assert upcoming.held(account, NOW) == []
