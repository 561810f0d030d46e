"""What the rules see is what the rows say."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import pausing, queueing, situations, stepping
from tests import factories
from tests.making import block_at, enrol, make_sequence, switch_on
from tests.services.sending import dates
from tests.services.test_chasing import counting

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
    clients = [factories.make_client(account, f"Client {n}") for n in range(10)]
    for client in clients:
        contact = factories.make_contact(client, "Anne Martin")
        switch_on(factories.make_invoice(client, due_on=D(2026, 12, 1)), contact)
    one, ten = costs(account, clients, database)
    assert one == ten
    sequences = [make_sequence(account, (3 + n, "rappel"), title=f"Séquence {n}") for n in range(10)]
    for client, sequence in zip(clients, sequences, strict=True):
        invoice = factories.make_invoice(client, due_on=D(2026, 12, 8))
        enrol(sequence, client)
        pausing.pause_invoice(invoice, until_on=None, reason="", by=None, now=factories.NOW)
    one, ten = costs(account, clients, database)
    assert one == ten


def costs(account, clients, database):
    """How many queries it takes to load the first client, then all of them."""
    found = []
    for ids in ([clients[0].id], [client.id for client in clients]):
        with counting(database) as queries:
            situations.load(account, ids, factories.TODAY)
        found.append(len(queries))
    return found


# Sequences


def only(account, client, today=factories.TODAY):
    [tracked] = situations.load(account, [client.id], today)[client.id].tracked.values()
    return tracked


@pytest.mark.parametrize(
    ("in_account", "in_sequence", "in_chase", "asks"),
    [(False, False, False, False), (True, False, False, True), (False, True, False, True), (False, False, True, True)],
)
def test_one_word_is_enough_to_be_asked(account, latitude, nadia, camille, in_account, in_sequence, in_chase, asks):
    sequence = make_sequence(account, (3, "rappel"), asks_before_sending=in_sequence, claims_fees=not in_sequence)
    factories.make_invoice(latitude, due_on=factories.TODAY)
    enrol(sequence, latitude)
    Chase.update(asks_before_sending=in_chase).execute()
    account.asks_before_sending = in_account
    tracked = only(account, latitude)
    assert (tracked.asks, tracked.claims_fees) == (asks, not in_sequence)


def test_too_late_to_enter_it_stops_as_backlog_unless_something_else_stops_it(account, latitude, nadia, camille):
    sequence = make_sequence(account, (3, "rappel"))
    invoice = factories.make_invoice(latitude, due_on=D(2026, 9, 1))
    enrol(sequence, latitude)
    assert only(account, latitude).item.stop == "backlog"
    Invoice.update(state="paid").where(Invoice.id == invoice.id).execute()
    assert only(account, latitude).item.stop == "paid"


def test_single_steps_are_read_by_chase(account, latitude, chased, camille):
    stepping.hold(chased, 0, by=camille, now=factories.NOW)
    stepping.move(chased, 1, D(2026, 12, 3), by=camille, now=factories.NOW)
    item = only(account, latitude).item
    assert (item.held, dict(item.moved)) == (frozenset({0}), {1: D(2026, 12, 3)})


def test_a_proposal_takes_its_step_and_its_day_and_gives_them_back_the_next(account, latitude, chased):
    account.asks_before_sending = True
    account.save()
    queueing.advance_due(TUESDAY, domain="relance.example")
    assert Message.get().state == "proposed"
    that_day = situations.load(account, [latitude.id], TUESDAY.date())[latitude.id]
    assert [past.on for past in that_day.past] == [TUESDAY.date()]
    assert only(account, latitude, TUESDAY.date()).item.done == frozenset({0})
    tomorrow = TUESDAY.date() + dt.timedelta(days=1)
    assert situations.load(account, [latitude.id], tomorrow)[latitude.id].past == []
    assert only(account, latitude, tomorrow).item.done == frozenset()


def test_a_task_that_came_up_is_done_for_the_plan(account, latitude, nadia, camille):
    sequence = make_sequence(account, (1, "", "call"), (5, "rappel"))
    factories.make_invoice(latitude, due_on=factories.TODAY)
    enrol(sequence, latitude)
    queueing.advance_due(TUESDAY, domain="relance.example")
    assert only(account, latitude).item.done == {block_at(sequence, 1).key}


@pytest.mark.parametrize(
    ("people", "chosen"),
    [
        ([("a", True, ""), ("b", False, "")], "a"),
        ([("a", False, ""), ("b", True, "")], "b"),
        ([("a", False, ""), ("b", False, "")], "a"),  # no main one: the first with an address
        ([("", False, ""), ("b", False, "")], "b"),
        ([("a", True, "rejected"), ("b", False, "")], None),  # nobody in their place without the user's word
        ([("", True, ""), ("b", False, "")], None),
        ([("a", True, "archived"), ("b", False, "")], "b"),
        ([("a", True, "archived")], None),
        ([], None),
    ],
)
def test_a_sequence_writes_to_the_main_contact_and_to_nobody_in_their_place(latitude, people, chosen):
    contacts = [
        factories.make_contact(
            latitude,
            f"Anne {n}",
            f"{name}@latitude.example" if name else "",
            is_main=is_main,
            rejected_at=factories.NOW if state == "rejected" else None,
            archived_at=factories.NOW if state == "archived" else None,
        )
        for n, (name, is_main, state) in enumerate(people)
    ]
    found = [contact.email for contact in situations.main_recipients(contacts)]
    assert found == ([f"{chosen}@latitude.example"] if chosen else [])


def test_a_day_chosen_for_a_step_is_not_that_of_an_instalment_due_later(account, latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, instalments=[(D(2026, 11, 23), 60_000), (D(2027, 2, 1), 60_000)])
    switch_on(invoice, nadia)
    stepping.move(invoice, 0, D(2026, 11, 26), by=camille, now=factories.NOW)
    tracked = situations.load(account, [latitude.id], factories.TODAY)[latitude.id].tracked.values()
    assert {one.item.due_on: dict(one.item.moved) for one in tracked} == {
        D(2026, 11, 23): {0: D(2026, 11, 26)},
        D(2027, 2, 1): {},
    }
    stepping.move(invoice, 1, D(2026, 12, 3), by=camille, now=factories.NOW)
    assert dates(invoice, factories.NOW)[:4] == [D(2026, 11, 26), D(2026, 12, 3), D(2026, 12, 8), D(2027, 2, 2)]


def test_a_reminder_after_the_due_date_is_not_moved_before_it(account, latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, due_on=D(2026, 12, 8))
    switch_on(invoice, nadia)
    with pytest.raises(stepping.SteppingError) as error:
        stepping.move(invoice, 0, D(2026, 12, 1), by=camille, now=factories.NOW)
    assert error.value.field == "day" and "8 décembre" in str(error.value).replace("\u00a0", " ")
