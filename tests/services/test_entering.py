"""Where a client's invoices enter its sequence (S3.15): when it is enrolled, when they are made, when it is edited."""

import datetime as dt

import pytest

from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.services import (
    chasing,
    enrolling,
    entering,
    invoicing,
    keeping_clients,
    paying,
    queueing,
    sequencing,
)
from tests import factories, making
from tests.data.making import csv
from tests.making import add_block, enrol, latest, make_sequence, move_block, publish, switch_on
from tests.services.import_made import imported
from tests.services.sending import dates, kinds, nine_on

D = dt.date
WEDNESDAY = D(2026, 11, 25)


@pytest.fixture
def ten(account):
    """One block, J+10."""
    return make_sequence(account, (10, "rappel"), title="J+10")


@pytest.fixture
def standard(account):
    """J−3, J+3, J+10."""
    return make_sequence(account, (-3, "prerelance"), (3, "rappel"), (10, "relance_1"), title="Standard")


def late(client, *days, today=WEDNESDAY, **fields):
    """An invoice of the client, each instalment late by so many days."""
    parts = [(today - dt.timedelta(n), 10_000) for n in sorted(days, reverse=True)]
    return factories.make_invoice(client, instalments=parts, **fields)


def verdicts(report):
    return {row.days_late: (row.verdict, row.next_on) for row in report.rows}


def entries_of(invoice):
    rows = Entry.select().join(Chase).where(Chase.invoice == invoice)
    return {row.instalment.due_on: row for row in rows}


def invoice_of(invoice):
    return Invoice.get_by_id(invoice.id)


# The boundary


@pytest.mark.requirement("S3.15")
def test_nine_days_late_comes_later_ten_and_eleven_enter_and_twelve_stays_out(ten, latitude, nadia, camille):
    invoice = late(latitude, 9, 10, 11, 12)
    report = enrol(ten, latitude, now=nine_on(WEDNESDAY))
    assert verdicts(report) == {
        9: ("later", D(2026, 11, 26)),
        10: ("entered", WEDNESDAY),
        11: ("entered", WEDNESDAY),
        12: ("out", None),
    }
    assert {row.number for row in report.rows} == {invoice.number}
    assert [(WEDNESDAY - due).days for due, row in entries_of(invoice).items() if row.is_out] == [12]
    queueing.advance_due(nine_on(WEDNESDAY), domain="relance.example")
    first = Message.get()
    assert sorted((WEDNESDAY - item.instalment.due_on).days for item in first.items) == [10, 11]
    # Nine days late: its day is tomorrow, the gap to today's message holds it until Monday 30.
    Message.update(state="sent").execute()
    assert dates(invoice, nine_on(D(2026, 11, 26))) == [D(2026, 11, 30)]
    told = [event.facts for event in Event.select().where(Event.kind == "chase_started")]
    assert [(fact["frequency"], fact["sequence"], fact["start"]) for fact in told] == [("sequence", "J+10", "sequence")]


@pytest.mark.requirement("S3.15")
def test_the_report_before_is_the_report_after_and_writes_nothing(ten, latitude, nadia, camille):
    late(latitude, 9, 10, 11, 12)
    late(latitude, -4)
    before = enrolling.report_of(ten, [latitude], nine_on(WEDNESDAY))
    assert not Chase.select().exists() and not Event.select().where(Event.client == latitude).exists()
    after = enrol(ten, latitude, now=nine_on(WEDNESDAY))
    assert before.rows == after.rows and len(before.rows) == 5
    assert [row.days_late for row in before.of("out")] == [12]


@pytest.mark.requirement("S3.15")
@pytest.mark.parametrize(
    ("today", "days_late", "verdict"),
    [
        (D(2026, 11, 23), 12, "entered"),  # J+10 was Saturday, moved to this Monday
        (D(2026, 11, 24), 12, "entered"),  # Sunday, moved to Monday: one day past
        (D(2026, 11, 24), 14, "out"),  # Friday
        (D(2026, 11, 25), 13, "out"),  # Sunday, moved to Monday: two days past
        (D(2026, 12, 29), 14, "entered"),  # Christmas, moved to Monday 28
    ],
)
def test_a_first_step_on_a_closed_day_counts_at_its_moved_date(ten, latitude, nadia, today, days_late, verdict):
    late(latitude, days_late, today=today)
    assert [row.verdict for row in enrol(ten, latitude, now=nine_on(today)).rows] == [verdict]


def test_an_instalment_out_sends_nothing_and_says_why(ten, latitude, nadia, camille):
    invoice = late(latitude, 30)
    report = enrol(ten, latitude, now=nine_on(WEDNESDAY))
    assert [row.verdict for row in report.rows] == ["out"]
    for offset in range(10):
        queueing.advance_due(nine_on(WEDNESDAY + dt.timedelta(offset)), domain="relance.example")
    assert not Message.select().exists()
    assert chasing.chase_of(invoice).is_active  # it waits for a choice, it is not over
    assert [event.facts["start"] for event in Event.select().where(Event.kind == "chase_started")] == ["out"]


def test_an_instalment_in_a_sequence_never_falls_out_because_the_machine_was_off(ten, latitude, nadia, camille):
    late(latitude, 5)  # J+10 is Monday 30
    enrol(ten, latitude, now=nine_on(WEDNESDAY))
    queueing.advance_due(nine_on(D(2026, 12, 8)), domain="relance.example")
    assert Message.get().day_on == D(2026, 12, 8)


# New invoices


@pytest.mark.requirement("S3.26")
def test_a_new_invoice_of_an_enrolled_client_is_scheduled_without_a_gesture(standard, latitude, nadia, camille):
    enrol(standard, latitude)
    invoice = making.make_invoice(latitude, issued_on=D(2026, 11, 23), due_on=D(2026, 12, 15), now=factories.NOW)
    chase = chasing.chase_of(invoice)
    assert (chase.is_inherited, chase.frequency, chase.sequence_id) == (True, "sequence", standard.id)
    assert dates(invoice, factories.NOW) == [D(2026, 12, 11), D(2026, 12, 18), D(2026, 12, 28)]
    assert kinds(invoice) == ["invoice_created", "chase_started"]


@pytest.mark.requirement("S3.6", "S3.26")
def test_imported_invoices_follow_and_a_late_one_is_out_like_any_other(standard, account, latitude, nadia, camille):
    enrol(standard, latitude)
    content = csv(
        "F-1;Latitude Conseil;01/11/2026;15/12/2026;1200,00",
        "F-2;Latitude Conseil;01/09/2026;01/10/2026;800,00",
        header="numero;client;date_emission;date_echeance;montant_ttc",
    )
    imported(account, content, reminders="sequences")
    first, second = (Invoice.get(Invoice.number == number) for number in ("F-1", "F-2"))
    assert first.client_id == latitude.id
    assert [row.is_out for row in entries_of(first).values()] == [False]
    assert [row.is_out for row in entries_of(second).values()] == [True]
    assert kinds(first)[-1] == kinds(second)[-1] == "chase_started"


def test_a_draft_follows_only_once_it_is_sent(standard, latitude, nadia, camille):
    enrol(standard, latitude)
    draft = making.make_invoice(latitude, state="draft", due_on=D(2026, 12, 15), now=factories.NOW)
    assert chasing.chase_of(draft) is None
    invoicing.confirm(draft, by=None, now=factories.NOW)
    assert chasing.chase_of(draft).is_inherited
    assert kinds(draft)[-1] == "chase_started"


@pytest.mark.parametrize(
    "fields",
    [{"payment_method": "direct_debit"}, {"payment_method": "card"}],
)
def test_what_is_never_chased_sends_nothing_in_a_sequence_either(standard, latitude, nadia, camille, fields):
    enrol(standard, latitude)
    making.make_invoice(latitude, issued_on=D(2026, 11, 1), due_on=D(2026, 11, 23), now=factories.NOW, **fields)
    sweep_days()
    assert not Message.select().where(Message.kind == "reminder").exists()


@pytest.mark.requirement("S3.10")
def test_a_credit_note_is_not_chased_and_lowers_what_is_asked(standard, latitude, nadia, camille):
    enrol(standard, latitude)
    invoice = making.make_invoice(latitude, issued_on=D(2026, 11, 1), due_on=D(2026, 11, 23), now=factories.NOW)
    credit = making.make_invoice(
        latitude, kind="credit_note", credited_invoice_id=invoice.id, total_cents=132_000, now=factories.NOW
    )
    assert chasing.chase_of(credit) is None
    sweep_days()
    [item] = MessageItem.select()
    assert (item.invoice_id, item.balance_cents, item.message.state) == (invoice.id, 300_000, "queued")


def sweep_days():
    for offset in range(15):
        queueing.advance_due(nine_on(factories.TODAY + dt.timedelta(offset)), domain="relance.example")


@pytest.mark.requirement("S3.10")
@pytest.mark.parametrize("kind", ["invoice", "deposit", "progress", "final"])
def test_every_kind_of_invoice_follows(standard, latitude, nadia, camille, kind):
    enrol(standard, latitude)
    invoice = making.make_invoice(latitude, kind=kind, due_on=D(2026, 12, 15), now=factories.NOW)
    assert chasing.chase_of(invoice).is_inherited


def test_a_new_client_follows_the_default_sequence_and_so_do_its_invoices(standard, account, camille):
    sequencing.make_default(account, standard, by=None, now=factories.NOW)
    client = making.record_client(account, name="Studio Kérity")
    assert (client.sequence_id, client.enrolled_at) == (standard.id, making.NOW)
    assert making.events(client=client) == ["client_created", "client_enrolled"]
    making.make_contact(client)
    invoice = making.make_invoice(client, due_on=D(2026, 12, 15), now=factories.NOW)
    assert chasing.chase_of(invoice).is_inherited


def test_without_a_default_a_new_client_follows_nothing(standard, account, camille):
    assert making.record_client(account).sequence_id is None


# Paid, reopened, made over to another client


def test_reopened_it_follows_again_and_never_backwards(standard, latitude, nadia, camille):
    invoice = late(latitude, 2)  # J+3 is Thursday 26, J+10 Thursday 3 December
    enrol(standard, latitude, now=nine_on(WEDNESDAY))
    received = paying.record(invoice, invoice.balance_cents, WEDNESDAY, by=None, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(invoice).ended_because == "paid"
    later = nine_on(D(2026, 12, 1))
    paying.delete(received.payment, by=None, now=later)
    assert dates(invoice_of(invoice), later) == [D(2026, 12, 3)]
    assert kinds(invoice)[-1] == "chase_resumed"


def test_paid_when_the_client_was_enrolled_it_follows_once_it_is_owed_again(standard, latitude, nadia, camille):
    invoice = late(latitude, -10)
    received = paying.record(invoice, invoice.balance_cents, WEDNESDAY, by=None, now=nine_on(WEDNESDAY))
    enrol(standard, latitude, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(invoice) is None
    paying.delete(received.payment, by=None, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(invoice).is_inherited


def test_reopened_after_its_client_left_the_sequence_it_follows_nothing(standard, latitude, nadia, camille):
    invoice = late(latitude, -10)
    enrol(standard, latitude, now=nine_on(WEDNESDAY))
    received = paying.record(invoice, invoice.balance_cents, WEDNESDAY, by=None, now=nine_on(WEDNESDAY))
    enrolling.unenrol(latitude, by=None, now=nine_on(WEDNESDAY))
    paying.delete(received.payment, by=None, now=nine_on(WEDNESDAY))
    assert dates(invoice_of(invoice), nine_on(WEDNESDAY)) == []
    assert not chasing.chase_of(invoice).is_active


def test_reopened_after_its_client_moved_it_follows_the_new_sequence(standard, ten, latitude, nadia, camille):
    invoice = late(latitude, -10)
    enrol(standard, latitude, now=nine_on(WEDNESDAY))
    received = paying.record(invoice, invoice.balance_cents, WEDNESDAY, by=None, now=nine_on(WEDNESDAY))
    enrol(ten, latitude, now=nine_on(WEDNESDAY))
    paying.delete(received.payment, by=None, now=nine_on(WEDNESDAY))
    chase = chasing.chase_of(invoice)
    assert (chase.is_active, chase.sequence_id) == (True, ten.id)
    assert dates(invoice_of(invoice), nine_on(WEDNESDAY)) == [D(2026, 12, 15)]


def test_cancelled_then_reopened_it_follows_again(standard, latitude, nadia, camille):
    invoice = late(latitude, -10)
    enrol(standard, latitude, now=nine_on(WEDNESDAY))
    invoicing.cancel(invoice, by=None, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(invoice).ended_because == "cancelled"
    invoicing.reopen(invoice_of(invoice), by=None, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(invoice).is_active
    assert len(dates(invoice_of(invoice), nine_on(WEDNESDAY))) == 3


# Two clients that become one


@pytest.fixture
def double(account, camille):
    """The same business entered a second time, with an invoice due in ten days."""
    client = factories.make_client(account, "Latitude Conseil SARL")
    factories.make_contact(client, "Nadia Benali", "compta@latitude-conseil.example")
    return client


def test_after_a_merger_every_invoice_follows_the_sequence_of_the_client_that_stays(
    standard, ten, latitude, nadia, double
):
    mine, theirs = late(latitude, -10), late(double, -10)
    enrol(standard, latitude, now=nine_on(WEDNESDAY))
    enrol(ten, double, now=nine_on(WEDNESDAY))
    keeping_clients.merge(latitude, double, by=None, now=nine_on(WEDNESDAY))
    assert {chasing.chase_of(invoice).sequence_id for invoice in (mine, theirs)} == {standard.id}
    assert Client.get_by_id(latitude.id).sequence_id == standard.id
    assert not Client.select().where(Client.sequence == ten).exists()


def test_merged_into_a_client_without_sequence_nothing_is_chased_any_more(standard, latitude, nadia, double):
    theirs = late(double, -10)
    enrol(standard, double, now=nine_on(WEDNESDAY))
    keeping_clients.merge(latitude, double, by=None, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(theirs).ended_because == "unenrolled"
    assert kinds(theirs)[-1] == "chase_stopped"
    assert not Client.select().where(Client.sequence == standard).exists()


def test_merged_into_an_enrolled_client_invoices_that_followed_nothing_follow_it(standard, latitude, nadia, double):
    theirs = late(double, -10)
    enrol(standard, latitude, now=nine_on(WEDNESDAY))
    keeping_clients.merge(latitude, double, by=None, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(theirs).sequence_id == standard.id


def test_made_over_to_another_client_it_follows_that_one(standard, ten, account, latitude, nadia, double):
    invoice = making.make_invoice(latitude, due_on=D(2026, 12, 15), now=factories.NOW)
    enrol(standard, latitude)
    enrol(ten, double)
    facts = making.make_facts(double, number=invoice.number, due_on=D(2026, 12, 15))
    invoicing.update(invoice, facts, version=invoice_of(invoice).version, by=None, now=factories.NOW)
    assert chasing.chase_of(invoice).sequence_id == ten.id
    assert dates(invoice_of(invoice), factories.NOW) == [D(2026, 12, 28)]


# After an edition


def test_once_the_first_step_comes_later_what_was_out_enters(ten, latitude, nadia, camille):
    invoice = late(latitude, 12)
    enrol(ten, latitude, now=nine_on(WEDNESDAY))
    assert [row.is_out for row in entries_of(invoice).values()] == [True]
    move_block(ten, 10, 13)
    publish(ten, now=nine_on(WEDNESDAY))
    assert [row.is_out for row in entries_of(invoice).values()] == [False]
    assert dates(invoice, nine_on(WEDNESDAY)) == [D(2026, 11, 26)]


def test_a_chase_that_was_over_goes_on_with_a_block_added_after(ten, latitude, nadia, camille):
    invoice = late(latitude, 10)
    enrol(ten, latitude, now=nine_on(WEDNESDAY))
    for offset in range(3):
        queueing.advance_due(nine_on(WEDNESDAY + dt.timedelta(offset)), domain="relance.example")
        Message.update(state="sent").execute()
        Chase.update(next_check_at=nine_on(WEDNESDAY)).where(Chase.ended_at.is_null()).execute()
    assert chasing.chase_of(invoice).ended_because == "finished"
    add_block(ten, 20, "relance_1")
    publish(ten, now=nine_on(D(2026, 11, 27)))
    assert chasing.chase_of(invoice).is_active
    assert dates(invoice, nine_on(D(2026, 11, 27))) == [D(2026, 12, 7)]  # J+20 is Saturday 5
    assert kinds(invoice)[-1] == "chase_resumed"


def test_a_block_added_in_the_past_of_a_chase_that_is_over_does_not_wake_it(ten, latitude, nadia, camille):
    invoice = late(latitude, 10)
    enrol(ten, latitude, now=nine_on(WEDNESDAY))
    queueing.advance_due(nine_on(WEDNESDAY), domain="relance.example")
    Message.update(state="sent").execute()
    chasing.stop(chasing.chase_of(invoice), because="finished", by=None, now=nine_on(WEDNESDAY))
    add_block(ten, 5, "rappel")
    publish(ten, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(invoice).ended_because == "finished"


def test_frozen_or_set_by_hand_it_is_left_alone(ten, latitude, nadia, camille):
    invoice = late(latitude, -10)
    switch_on(invoice, nadia, frequency="sequence", sequence_id=ten.id, is_frozen=True)
    chasing.stop(chasing.chase_of(invoice), because="finished", by=None, now=nine_on(WEDNESDAY))
    add_block(ten, 20, "relance_1")
    publish(ten, now=nine_on(WEDNESDAY))
    assert chasing.chase_of(invoice).ended_because == "finished"


def test_the_invoices_that_may_follow_are_those_owed_and_not_set_by_hand(latitude, nadia, camille):
    owed, own, off = (factories.make_invoice(latitude, due_on=D(2026, 12, 10 + n)) for n in range(3))
    factories.make_invoice(latitude, state="draft")
    factories.make_invoice(latitude, kind="credit_note")
    factories.make_invoice(latitude, paid_cents=120_000)
    switch_on(own, nadia)
    chasing.stop(switch_on(off, nadia), because="switched_off", by=None, now=factories.NOW)
    assert [invoice.id for invoice, _ in entering.followers(latitude)] == [owed.id]
    assert latest(make_sequence(latitude.account, (3, "rappel"))).revision == 1


@pytest.mark.parametrize(
    ("due_on", "is_out"), [(D(2026, 12, 15), False), (D(2026, 11, 22), False), (D(2026, 9, 2), True)]
)
def test_with_another_due_date_what_was_out_is_looked_at_again(standard, latitude, nadia, camille, due_on, is_out):
    invoice = making.make_invoice(latitude, issued_on=D(2026, 8, 1), due_on=D(2026, 9, 1), now=factories.NOW)
    enrol(standard, latitude)
    assert [row.is_out for row in entries_of(invoice).values()] == [True]
    facts = making.make_facts(latitude, number=invoice.number, issued_on=D(2026, 8, 1), due_on=due_on)
    invoicing.update(invoice_of(invoice), facts, version=invoice_of(invoice).version, by=None, now=factories.NOW)
    assert [row.is_out for row in entries_of(invoice).values()] == [is_out]
    assert bool(dates(invoice_of(invoice), factories.NOW)) is not is_out
