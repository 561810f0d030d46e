"""What is shown before it happens: dates as they will fall, with their reasons."""

import datetime as dt

import pytest

from relance.services import forecasting, situations, stepping
from relance.services.chasing import ChasePlan
from tests import factories
from tests.making import enrol, make_sequence, sends_of_plan, switch_on

D = dt.date


@pytest.mark.requirement("S0.10", "S1.18")
def test_a_moved_date_says_from_which_day_and_why(account, latitude, nadia, camille, now):
    invoice = factories.make_invoice(latitude, due_on=D(2026, 12, 24))
    plan = ChasePlan(contact_ids=(nadia.id,), count=2)
    first, second = sends_of_plan(invoice, plan, now)
    assert (first.on, first.moved_from, first.moved_because) == (D(2026, 12, 28), D(2026, 12, 25), "Noël")
    assert (second.on, second.moved_from, second.moved_because) == (D(2027, 1, 4), D(2027, 1, 1), "jour de l'an")
    assert first.at == dt.datetime(2026, 12, 28, 8, 0)


def test_after_the_closing_hour_today_is_over(account):
    evening = dt.datetime(2026, 11, 23, 17, 0)  # 18:00 in Paris
    assert forecasting.first_day(account, evening) == D(2026, 11, 24)
    assert forecasting.first_day(account, evening - dt.timedelta(minutes=1)) == D(2026, 11, 23)


@pytest.mark.requirement("S1.13")
def test_switched_on_after_the_hour_it_leaves_today_until_six(account, latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, due_on=D(2026, 11, 22))
    plan = ChasePlan(contact_ids=(nadia.id,), count=2)
    afternoon, evening = dt.datetime(2026, 11, 23, 14, 0), dt.datetime(2026, 11, 23, 18, 0)
    assert sends_of_plan(invoice, plan, afternoon)[0].at == afternoon
    assert sends_of_plan(invoice, plan, evening)[0].on == D(2026, 11, 24)


def test_the_agenda_joins_a_clients_instalments_of_the_day(account, latitude, nadia, camille, now):
    for number in ("F-1", "F-2"):
        switch_on(factories.make_invoice(latitude, number, due_on=D(2026, 11, 23)), nadia)
    sends = forecasting.for_account(account, now, D(2026, 11, 30))
    assert [(send.on, send.number, send.is_grouped) for send in sends] == [
        (D(2026, 11, 24), "F-1", True),
        (D(2026, 11, 24), "F-2", True),
    ]


def test_a_suspended_account_foresees_nothing(account, latitude, nadia, camille, now):
    switch_on(factories.make_invoice(latitude, due_on=D(2026, 11, 23)), nadia)
    account.suspended_at = now
    assert forecasting.for_account(account, now, D(2026, 12, 30)) == []


def test_a_reminder_that_waits_for_another_says_so(account, latitude, nadia, camille, now):
    switch_on(factories.make_invoice(latitude, "F-1", due_on=D(2026, 11, 23)), nadia)
    late = factories.make_invoice(latitude, "F-2", due_on=D(2026, 11, 24))
    switch_on(late, nadia)
    first = forecasting.for_invoice(late, now)[0]
    assert (first.on, first.waits_because) == (D(2026, 11, 30), "gap")


def test_a_step_moved_by_a_person_is_foreseen_on_its_new_day(account, latitude, nadia, camille, now):
    invoice = factories.make_invoice(latitude, due_on=factories.TODAY)
    switch_on(invoice, nadia)
    stepping.move(invoice, 0, D(2026, 11, 28), by=camille, now=now)  # a Saturday
    first = forecasting.for_invoice(invoice, now)[0]
    assert (first.on, first.moved_from, first.moved_because) == (D(2026, 11, 30), D(2026, 11, 28), "samedi")


def test_what_asks_is_foreseen_as_asking_for_all_of_its_group(account, latitude, nadia, camille, now):
    careful = make_sequence(account, (1, "rappel"), asks_before_sending=True)
    own = factories.make_invoice(latitude, due_on=factories.TODAY)
    factories.make_invoice(latitude, due_on=factories.TODAY)
    switch_on(own, nadia)
    enrol(careful, latitude)
    found = forecasting.for_account(account, now, D(2026, 11, 24))
    assert [(send.on, send.asks, send.is_grouped) for send in found] == [(D(2026, 11, 24), True, True)] * 2


def test_a_letter_to_come_is_no_send(account, latitude, nadia, camille, now):
    sequence = make_sequence(account, (1, "rappel"), (3, "", "call"), (9, "formal_notice", "letter"))
    invoice = factories.make_invoice(latitude, due_on=factories.TODAY)
    enrol(sequence, latitude)
    assert [send.template for send in forecasting.for_invoice(invoice, now)] == ["rappel"]


def test_on_a_coming_day_the_letters_before_it_have_come_up(account, latitude, nadia, camille, now):
    sequence = make_sequence(account, (1, "rappel"), (3, "", "call"), (9, "relance_1"))
    factories.make_invoice(latitude, due_on=factories.TODAY)
    enrol(sequence, latitude)
    situation = situations.load(account, [latitude.id], now.date())[latitude.id]
    on_the_day = forecasting.day_decision(situation, now, D(2026, 11, 26))
    after = forecasting.day_decision(situation, now, D(2026, 11, 27))
    assert [due.step.kind for due in on_the_day.tasks] == ["call"] and after.tasks == ()
    assert forecasting.day_decision(situation, now, D(2026, 12, 2)).lead.step.template == "relance_1"
