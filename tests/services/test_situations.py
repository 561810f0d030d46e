"""What the rules see is what the rows say."""

import datetime as dt

import pytest

from relance.models.messages import Message
from relance.services import queueing, situations
from tests import factories
from tests.making import switch_on

D = dt.date
TUESDAY = factories.NOW + dt.timedelta(days=1)


@pytest.fixture
def chased(latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, due_on=D(2026, 11, 23))
    switch_on(invoice, nadia)
    return invoice


def test_a_queued_message_takes_its_step_and_its_day(account, latitude, chased):
    queueing.advance_due(TUESDAY, domain="relance.example")
    situation = situations.load(account, [latitude.id], TUESDAY.date())[latitude.id]
    [item] = situation.items
    assert item.done == {0} and [past.on for past in situation.past] == [TUESDAY.date()]


def test_a_message_that_still_waits_is_taken_to_leave_today(account, latitude, chased):
    queueing.advance_due(TUESDAY, domain="relance.example")
    thursday = TUESDAY.date() + dt.timedelta(2)
    assert situations.load(account, [latitude.id], thursday)[latitude.id].past[0].on == thursday
    Message.update(state="sent").execute()
    assert situations.load(account, [latitude.id], thursday)[latitude.id].past[0].on == TUESDAY.date()


def test_a_cancelled_message_gives_its_step_back(account, latitude, chased, camille):
    from relance.services import chasing

    queueing.advance_due(TUESDAY, domain="relance.example")
    chasing.stop(chasing.chase_of(chased), because="switched_off", by=camille, now=TUESDAY)
    assert Message.get().state == "cancelled" and Message.get().slot is None
    chasing.start(chased, chasing.plan_of(chasing.chase_of(chased)), by=camille, now=TUESDAY)
    [item] = situations.load(account, [latitude.id], TUESDAY.date())[latitude.id].items
    assert item.done == frozenset()


@pytest.mark.requirement("S3.7", "S3.8")
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"state": "draft"}, "draft"),
        ({"state": "to_process"}, "to_process"),
        ({"state": "cancelled"}, "cancelled"),
        ({"state": "written_off"}, "written_off"),
        ({"state": "paid"}, "paid"),
        ({"kind": "credit_note"}, "credit_note"),
        ({"payment_method": "direct_debit"}, "direct_debit"),
        ({"payment_method": "card"}, "card"),
        ({"payment_method": "cheque"}, ""),
        ({"kind": "deposit"}, ""),
        ({"kind": "progress"}, ""),
        ({"kind": "final"}, ""),
    ],
)
def test_what_is_never_chased_has_a_reason(account, latitude, fields, reason):
    invoice = factories.make_invoice(latitude, **fields)
    assert situations.stop_reason(account, latitude, invoice, invoice.balance_cents) == reason


def test_small_amounts_and_exempt_clients_are_left_alone(account, latitude):
    invoice = factories.make_invoice(latitude, total_cents=4_999)
    account.min_amount_cents = 5_000
    assert situations.stop_reason(account, latitude, invoice, 4_999) == "below_minimum"
    latitude.is_exempt = True
    assert situations.stop_reason(account, latitude, invoice, 4_999) == "exempt"


def test_loading_ten_clients_costs_no_more_queries_than_one(account, camille, database):
    from tests.services.test_chasing import counting

    clients = [factories.make_client(account, f"Client {n}") for n in range(10)]
    for client in clients:
        contact = factories.make_contact(client, "Anne Martin")
        switch_on(factories.make_invoice(client, due_on=D(2026, 12, 1)), contact)
    counts = []
    for ids in ([clients[0].id], [client.id for client in clients]):
        with counting(database) as queries:
            situations.load(account, ids, factories.TODAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]
