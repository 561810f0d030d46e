"""Clients in a sequence: one at most, their invoices with them, what was set for an invoice alone wins."""

import datetime as dt
import json

import pytest

from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.services import chasing, enrolling, paying, queueing, sequencing
from relance.services.chasing import ChasePlan
from relance.services.enrolling import EnrolmentConflict, EnrolmentError
from tests import factories
from tests.making import add_block, enrol, events, latest, make_sequence, publish, switch_on
from tests.services.sending import dates, kinds, nine_on, sweep

D = dt.date
DUE = D(2026, 12, 1)  # a Tuesday


@pytest.fixture
def standard(account):
    """J−3, J+3, J+10: 27 November, 4 and 11 December for DUE."""
    return make_sequence(account, (-3, "prerelance"), (3, "rappel"), (10, "relance_1"), title="Standard")


@pytest.fixture
def gentle(account):
    """J+5 and J+20."""
    return make_sequence(account, (5, "rappel"), (20, "relance_1"), title="Douce à moi")


@pytest.fixture
def due(latitude, nadia, camille):
    return factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)


def client_of(client):
    return Client.get_by_id(client.id)


def facts(kind):
    return [json.loads(row.data) for row in Event.select().where(Event.kind == kind).order_by(Event.id)]


# Enrolling


@pytest.mark.requirement("S3.26", "S3.2")
def test_enrolling_a_client_chases_all_its_invoices_and_writes_to_its_main_contact(standard, latitude, due, hugo, now):
    other = factories.make_invoice(latitude, due_on=D(2026, 12, 8))
    report = enrol(standard, latitude)
    assert (client_of(latitude).sequence_id, client_of(latitude).enrolled_at) == (standard.id, now)
    for invoice in (due, other):
        chase = chasing.chase_of(invoice)
        assert (chase.is_inherited, chase.is_active, chase.sequence_id, chase.frozen_revision) == (
            True,
            True,
            standard.id,
            None,
        )
        assert kinds(invoice) == ["chase_started"]
    assert not ChaseContact.select().exists()
    assert dates(due, now) == [D(2026, 11, 27), D(2026, 12, 4), D(2026, 12, 11)]
    assert {row.invoice_id for row in report.rows} == {due.id, other.id}
    [told] = facts("client_enrolled")
    assert (told["sequence"], told["former"]) == ("Standard", "")


@pytest.mark.requirement("S3.26")
def test_the_main_contact_of_the_day_is_written_to(standard, latitude, nadia, hugo, due, post, smtp_server):
    enrol(standard, latitude)
    Contact.update(is_main=False).where(Contact.id == nadia.id).execute()
    Contact.update(is_main=True).where(Contact.id == hugo.id).execute()
    sweep(D(2026, 11, 27), post)
    assert [mail.recipients for mail in smtp_server.to(hugo.email)] == [[hugo.email]]
    assert smtp_server.to(nadia.email) == []


def test_an_unusable_main_address_is_flagged_and_nobody_else_is_written_to(standard, latitude, nadia, hugo, due, post):
    enrol(standard, latitude)
    Contact.update(rejected_at=factories.NOW).where(Contact.id == nadia.id).execute()
    sweep(D(2026, 11, 27), post)
    assert not Message.select().where(Message.kind == "reminder").exists()
    assert [fact["because"] for fact in facts("step_waits")] == ["no_recipient"]


@pytest.mark.requirement("S3.27")
def test_three_clients_are_added_and_one_removed(standard, account, camille, now):
    clients = [factories.make_client(account, f"Client {n}") for n in range(3)]
    invoices = []
    for client in clients:
        factories.make_contact(client)
        invoices.append(factories.make_invoice(client, due_on=DUE))
    enrol(standard, *clients)
    enrolling.unenrol(client_of(clients[1]), by=camille, now=now)
    assert [client_of(client).sequence_id for client in clients] == [standard.id, None, standard.id]
    assert [chasing.chase_of(invoice).is_active for invoice in invoices] == [True, False, True]
    assert events(client=clients[1])[-2:] == ["chase_stopped", "client_unenrolled"]


def test_enrolling_again_in_the_same_sequence_does_nothing(standard, latitude, due, now):
    enrol(standard, latitude)
    before = Event.select().count()
    report = enrol(standard, latitude, now=now + dt.timedelta(days=1))
    assert (report.rows, report.moved, Event.select().count()) == ([], [], before)


def test_clients_of_another_account_are_never_enrolled(standard, latitude, basile):
    stranger = Client.get(Client.account == basile.account_id)
    report = enrol(standard, latitude, stranger)
    assert client_of(stranger).sequence_id is None
    assert {row.client_id for row in report.rows} <= {latitude.id}
    assert not Chase.select().where(Chase.account == basile.account_id).exists()


def test_an_empty_or_archived_sequence_enrols_nobody(account, latitude, gentle, now):
    empty = make_sequence(account, title="Vide", is_published=False)
    sequencing.archive(gentle, by=None, now=now)
    for sequence in (empty, latest(gentle)):
        with pytest.raises(EnrolmentError):
            enrol(sequence, latitude)
    assert client_of(latitude).sequence_id is None


def test_a_sequence_never_published_only_keeps_its_clients_until_it_is(account, latitude, due, now):
    drafted = make_sequence(account, (3, "rappel"), title="Brouillon", is_published=False)
    before = enrolling.report_of(drafted, [latitude], now)
    assert [row.verdict for row in before.rows] == ["later"]
    enrol(drafted, latitude)
    assert client_of(latitude).sequence_id == drafted.id
    assert chasing.chase_of(due) is None
    publish(drafted)
    assert chasing.chase_of(due).is_inherited
    assert dates(due, now) == [D(2026, 12, 4)]


def test_moved_to_a_sequence_never_published_what_was_under_way_goes_on_until_it_is(
    standard, account, latitude, due, now
):
    enrol(standard, latitude)
    drafted = make_sequence(account, (6, "rappel"), title="Brouillon", is_published=False)
    enrol(drafted, latitude)
    assert client_of(latitude).sequence_id == drafted.id
    assert dates(due, now) == [D(2026, 11, 27), D(2026, 12, 4), D(2026, 12, 11)]
    publish(drafted)
    assert chasing.chase_of(due).sequence_id == drafted.id
    assert dates(due, now) == [D(2026, 12, 7)]


# What was set for an invoice alone wins


def test_an_invoice_with_reminders_of_its_own_keeps_them(standard, latitude, nadia, due):
    own = switch_on(due, nadia, count=2)
    report = enrol(standard, latitude)
    kept = chasing.chase_of(due)
    assert (kept.id, kept.is_inherited, kept.frequency, report.rows) == (own.id, False, "weekly", [])


def test_switched_off_by_hand_it_stays_off(standard, latitude, nadia, due, now):
    enrol(standard, latitude)
    chasing.stop(chasing.chase_of(due), because="switched_off", by=None, now=now)
    off = chasing.chase_of(due)
    assert (off.is_active, off.is_inherited) == (False, False)
    enrolling.unenrol(client_of(latitude), by=None, now=now)
    enrol(standard, latitude)
    assert not chasing.chase_of(due).is_active


def test_changed_by_hand_it_no_longer_follows_the_client(standard, gentle, latitude, nadia, due, now):
    enrol(standard, latitude)
    plan = ChasePlan(frequency="sequence", sequence_id=standard.id, contact_ids=(nadia.id,), start="keep")
    chasing.start(due, plan, by=None, now=now)
    assert not chasing.chase_of(due).is_inherited
    enrol(gentle, latitude)
    assert chasing.chase_of(due).sequence_id == standard.id


def test_it_may_follow_its_client_again(standard, latitude, nadia, due, now):
    switch_on(due, nadia, count=2)
    enrol(standard, latitude)
    enrolling.follow_client(due, by=None, now=now)
    chase = chasing.chase_of(due)
    assert (chase.is_inherited, chase.is_active, chase.sequence_id) == (True, True, standard.id)
    assert dates(due, now) == [D(2026, 11, 27), D(2026, 12, 4), D(2026, 12, 11)]
    assert not ChaseContact.select().exists()
    assert kinds(due)[-2:] == ["chase_stopped", "chase_started"]


def test_switched_off_it_may_follow_its_client_again(standard, latitude, nadia, due, now):
    enrol(standard, latitude)
    chasing.stop(chasing.chase_of(due), because="switched_off", by=None, now=now)
    enrolling.follow_client(due, by=None, now=now)
    assert chasing.chase_of(due).is_active and chasing.chase_of(due).is_inherited


def test_following_a_client_without_sequence_is_following_nothing(latitude, nadia, due, now):
    switch_on(due, nadia, count=2)
    enrolling.follow_client(due, by=None, now=now)
    assert not chasing.chase_of(due).is_active
    enrolling.follow_client(factories.make_invoice(latitude), by=None, now=now)
    assert Chase.select().count() == 1


# One sequence at most


@pytest.mark.requirement("S3.28", "S3.29")
def test_a_second_sequence_replaces_the_first_and_says_from_where(standard, gentle, latitude, due, now):
    enrol(standard, latitude)
    before = enrolling.report_of(gentle, [client_of(latitude)], now)
    assert [(client.name, former.title) for client, former in before.moved] == [("Latitude Conseil", "Standard")]
    after = enrol(gentle, latitude)
    assert after.rows == before.rows and [former.title for _, former in after.moved] == ["Standard"]
    assert client_of(latitude).sequence_id == gentle.id
    assert Chase.select().where(Chase.invoice == due).count() == 1
    assert chasing.chase_of(due).sequence_id == gentle.id
    assert dates(due, now) == [D(2026, 12, 7), D(2026, 12, 21)]
    assert [(fact["sequence"], fact["former"]) for fact in facts("client_enrolled")] == [
        ("Standard", ""),
        ("Douce à moi", "Standard"),
    ]


@pytest.mark.requirement("S3.29")
def test_moved_on_the_day_a_reminder_left_no_second_one_leaves_that_day(standard, account, latitude, due, post, now):
    enrol(standard, latitude)
    day = D(2026, 12, 4)
    for offset in range((day - factories.TODAY).days + 1):
        sweep(factories.TODAY + dt.timedelta(offset), post)
    same_day = make_sequence(account, (3, "rappel"), (6, "relance_1"), title="Autre")
    # Its own J+3 is today: what left took its place. J+6 is Monday 7, the gap holds it two days.
    enrol(same_day, latitude, now=nine_on(day) + dt.timedelta(hours=2))
    sweep(day, post, dt.time(11))
    sent = Message.select().where(Message.kind == "reminder", Message.state == "sent")
    assert [message.day_on for message in sent.order_by(Message.id)] == [D(2026, 11, 27), day]
    # What left belongs to the plan that was left: the gap of five days counts from the day itself.
    assert dates(due, nine_on(D(2026, 12, 5))) == [D(2026, 12, 9)]
    assert not MessageItem.select().where(MessageItem.is_on_plan).exists()


@pytest.mark.requirement("S3.29")
def test_what_waits_of_the_former_sequence_is_cancelled(standard, gentle, latitude, due, now):
    enrol(standard, latitude)
    [message_id] = queueing.advance_due(nine_on(D(2026, 11, 27)), domain="relance.example")
    enrol(gentle, latitude, now=nine_on(D(2026, 11, 27)))
    cancelled = Message.get_by_id(message_id)
    assert (cancelled.state, cancelled.slot, cancelled.error) == ("cancelled", None, "sequence_changed")
    assert "reminder_cancelled" in kinds(due)


def test_under_way_it_goes_on_at_the_next_step_of_the_new_sequence(standard, gentle, latitude, due, post):
    """Eight days late when its client moves, past J+5: it is not asked again where to begin."""
    enrol(standard, latitude)
    for offset in range(16):
        sweep(factories.TODAY + dt.timedelta(offset), post)
    report = enrol(gentle, latitude, now=nine_on(D(2026, 12, 9)))
    assert [(row.verdict, row.next_on) for row in report.rows] == [("later", D(2026, 12, 21))]
    assert dates(due, nine_on(D(2026, 12, 9))) == [D(2026, 12, 21)]


def test_over_in_the_former_sequence_it_waits_for_a_choice_in_the_new_one(standard, gentle, latitude, due, post):
    """Nothing was coming any more: a change of sequence does not start it again by itself."""
    enrol(standard, latitude)
    for offset in range(22):
        sweep(factories.TODAY + dt.timedelta(offset), post)
    assert chasing.chase_of(due).ended_because == "finished"
    report = enrol(gentle, latitude, now=nine_on(D(2026, 12, 15)))
    assert [row.verdict for row in report.rows] == ["out"]
    assert dates(due, nine_on(D(2026, 12, 15))) == []


def test_two_windows_that_move_the_same_client_the_second_is_told_and_nothing_is_lost(
    standard, gentle, latitude, due, account, now
):
    other = factories.make_client(account, "Studio Kérity")
    shown = {latitude.id: None, other.id: None}
    enrolling.enrol(standard, [latitude.id], expected=shown, by=None, now=now)
    with pytest.raises(EnrolmentConflict) as conflict:
        enrolling.enrol(gentle, [latitude.id, other.id], expected=shown, by=None, now=now)
    assert [client.id for client in conflict.value.clients] == [latitude.id]
    assert "Latitude Conseil" in str(conflict.value)
    assert (client_of(latitude).sequence_id, client_of(other).sequence_id) == (standard.id, None)
    assert len(facts("client_enrolled")) == 1


def test_two_windows_that_agree_are_no_conflict(standard, latitude, due, now):
    for _ in range(2):
        enrolling.enrol(standard, [latitude.id], expected={latitude.id: None}, by=None, now=now)
    assert client_of(latitude).sequence_id == standard.id
    assert len(facts("client_enrolled")) == 1


# Leaving


@pytest.mark.requirement("S3.33")
def test_out_of_the_sequence_everything_it_brought_stops_and_the_rest_goes_on(standard, latitude, nadia, due, now):
    own = factories.make_invoice(latitude, due_on=D(2026, 12, 8))
    switch_on(own, nadia)
    enrol(standard, latitude)
    queueing.advance_due(nine_on(D(2026, 11, 27)), domain="relance.example")
    assert enrolling.unenrol(client_of(latitude), by=None, now=nine_on(D(2026, 11, 27))) == 1
    assert (client_of(latitude).sequence_id, client_of(latitude).enrolled_at) == (None, None)
    assert (chasing.chase_of(due).ended_because, chasing.chase_of(own).is_active) == ("unenrolled", True)
    assert [message.state for message in Message.select()] == ["cancelled"]
    assert kinds(due)[-2:] == ["reminder_cancelled", "chase_stopped"]
    [told] = facts("client_unenrolled")
    assert (told["sequence"], told["because"]) == ("Standard", "unenrolled")


def test_leaving_twice_is_told_once(standard, latitude, due, now):
    enrol(standard, latitude)
    assert enrolling.unenrol(client_of(latitude), by=None, now=now) == 1
    assert enrolling.unenrol(client_of(latitude), by=None, now=now) == 0
    assert len(facts("client_unenrolled")) == 1


def test_enrolled_anew_nothing_that_left_before_leaves_again(standard, latitude, due, post):
    enrol(standard, latitude)
    for offset in range(6):
        sweep(factories.TODAY + dt.timedelta(offset), post)
    later = nine_on(D(2026, 11, 30))
    enrolling.unenrol(client_of(latitude), by=None, now=later)
    enrol(standard, latitude, now=later)
    assert dates(due, later) == [D(2026, 12, 4), D(2026, 12, 11)]


@pytest.mark.requirement("S3.25")
def test_a_deleted_sequence_lets_its_clients_go_and_keeps_what_it_sent(standard, latitude, due, post, now):
    enrol(standard, latitude)
    for offset in range(5):
        sweep(factories.TODAY + dt.timedelta(offset), post)
    sequencing.delete(latest(standard), "Standard", by=None, now=now)
    assert client_of(latitude).sequence_id is None
    assert chasing.chase_of(due).ended_because == "sequence_deleted"
    sent = Message.get(Message.kind == "reminder")
    assert (sent.state, sent.template) == ("sent", "prerelance") and sent.body_text
    assert MessageItem.get(MessageItem.message == sent).offset_days == -3
    assert dates(due, now) == []


def test_paid_then_enrolled_a_payment_is_not_forgotten(standard, latitude, due, now):
    paying.record(due, due.balance_cents, factories.TODAY, by=None, now=now)
    assert enrol(standard, latitude).rows == []
    assert chasing.chase_of(due) is None


def test_one_client_at_a_time_is_enrolled_in_the_middle_of_a_block_edit(standard, latitude, due, now):
    """A draft open in another window does not reach who is enrolled meanwhile."""
    add_block(standard, 20, "relance_2")
    enrol(standard, latitude)
    assert dates(due, now) == [D(2026, 11, 27), D(2026, 12, 4), D(2026, 12, 11)]


# The search of the page


def test_clients_are_found_as_a_keyboard_types_them(account):
    factories.make_client(account, "Les Blés d’Or")
    factories.make_client(account, "Éditions Kérity")
    for typed, name in (
        ("les bles d'or", "Les Blés d’Or"),
        ("éditions", "Éditions Kérity"),
        ("EDITIONS", "Éditions Kérity"),
    ):
        assert [client.name for client in enrolling.matching(account, typed)] == [name]


def test_clients_are_found_by_a_part_of_their_name_whatever_its_case(account, latitude, basile, now):
    factories.make_client(account, "Conseil Bretagne")
    factories.make_client(account, "Conseil éteint", archived_at=now)
    assert [client.name for client in enrolling.matching(account, " conseil ")] == [
        "Conseil Bretagne",
        "Latitude Conseil",
    ]
    assert len(enrolling.matching(account, "", limit=1)) == 1
    assert enrolling.matching(account, "Cimes") == []
