"""« Mettre à jour la séquence »: what it does to the invoices under way, shown first, then made so."""

import datetime as dt

import pytest

from relance.models.chases import Chase, Skip
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence, SequenceStep
from relance.services import chasing, entering, forecasting, pausing, publishing, queueing, sequencing
from relance.services.publishing import StaleSequence
from tests import factories
from tests.making import (
    add_block,
    block_at,
    drop_block,
    enrol,
    latest,
    make_sequence,
    move_block,
    publish,
    switch_on,
)
from tests.services.sending import dates, kinds, nine_on, sweep
from tests.services.test_chasing import counting

D = dt.date
DUE = D(2026, 11, 24)  # a Tuesday: J+2 is Thursday 26, J+7 Tuesday 1 December, J+14 Tuesday 8


@pytest.fixture
def weekly(account):
    """J+2, J+7, J+14."""
    return make_sequence(account, (2, "rappel"), (7, "relance_1"), (14, "relance_2"), title="Suivi")


@pytest.fixture
def due(weekly, latitude, nadia, camille):
    """Followed by « Suivi »."""
    invoice = factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    enrol(weekly, latitude)
    return invoice


def run(post, first, last):
    for offset in range((last - first).days + 1):
        sweep(first + dt.timedelta(offset), post)


def sent():
    rows = MessageItem.select().join(Message).where(Message.state == "sent", Message.kind == "reminder")
    return [(row.message.day_on, row.template) for row in rows.order_by(MessageItem.id)]


def since(sequence):
    rows = SequenceStep.select().where(
        SequenceStep.sequence == sequence, SequenceStep.revision == latest(sequence).revision
    )
    return {row.offset_days: row.since_on for row in rows}


def effect(sequence, day):
    return publishing.effect_of(latest(sequence), nine_on(day))


# A block on another day


@pytest.mark.requirement("S3.24")
def test_a_block_moved_from_seven_to_nine_days_moves_what_is_to_come_and_not_what_left(weekly, due, post):
    run(post, DUE, D(2026, 11, 28))
    assert sent() == [(D(2026, 11, 26), "rappel")]
    before = Message.get(Message.kind == "reminder").body_text
    day = D(2026, 11, 30)
    move_block(weekly, 7, 9)
    shown = effect(weekly, day)
    assert (shown.changed, shown.unchanged, shown.passed, shown.concerned) == (1, 0, 0, 1)
    [row] = shown.rows
    assert (row.number, row.before, row.after, row.passed) == ("F-2026-0100", D(2026, 12, 1), D(2026, 12, 3), ())
    publish(weekly, now=nine_on(day))
    assert (latest(weekly).revision, latest(weekly).has_draft) == (2, False)
    assert since(weekly) == {2: None, 9: day, 14: None}
    assert dates(due, nine_on(day)) == [D(2026, 12, 3), D(2026, 12, 8)]
    run(post, day, D(2026, 12, 20))
    assert sent() == [(D(2026, 11, 26), "rappel"), (D(2026, 12, 3), "relance_1"), (D(2026, 12, 8), "relance_2")]
    assert Message.select().where(Message.kind == "reminder").order_by(Message.id).get().body_text == before
    first, second = Event.select().where(Event.kind == "sequence_published").order_by(Event.id)
    assert [(e.facts["sequence"], e.facts["revision"], e.facts["changed"]) for e in (first, second)] == [
        ("Suivi", 1, 0),
        ("Suivi", 2, 1),
    ]


@pytest.mark.requirement("S3.24")
def test_a_block_that_left_and_is_moved_later_does_not_leave_again(weekly, due, post):
    run(post, DUE, D(2026, 11, 28))
    move_block(weekly, 2, 5)  # Sunday 29, moved to Monday 30
    publish(weekly, now=nine_on(D(2026, 11, 28)))
    assert dates(due, nine_on(D(2026, 11, 30))) == [D(2026, 12, 1), D(2026, 12, 8)]


@pytest.mark.requirement("S3.24")
def test_a_date_that_is_past_when_published_is_passed_over_with_a_line_in_the_history(weekly, due, post):
    run(post, DUE, D(2026, 11, 28))
    day = D(2026, 12, 1)
    move_block(weekly, 7, 5)  # J+5 was Monday 30, yesterday
    shown = effect(weekly, day)
    assert (shown.changed, shown.passed) == (1, 1)
    [row] = shown.rows
    assert (row.before, row.after, [step.offset_days for step in row.passed]) == (day, D(2026, 12, 8), [5])
    publish(weekly, now=nine_on(day))
    run(post, day, D(2026, 12, 20))
    assert sent() == [(D(2026, 11, 26), "rappel"), (D(2026, 12, 8), "relance_2")]
    [skip] = Skip.select()
    assert (skip.because, skip.step) == ("past", block_at(weekly, 5).key)
    [told] = Event.select().where(Event.kind == "step_skipped")
    assert (told.facts["because"], told.facts["offset_days"]) == ("past", 5)


def test_published_on_its_very_day_the_block_leaves(weekly, due, post):
    run(post, DUE, D(2026, 11, 28))
    move_block(weekly, 7, 8)
    day = D(2026, 12, 2)
    assert effect(weekly, day).unchanged == 1  # the machine was off on Tuesday: it leaves today either way
    publish(weekly, now=nine_on(day) - dt.timedelta(hours=1))
    run(post, day, day)
    assert sent()[-1] == (day, "relance_1")


def test_another_template_is_what_leaves_next_and_what_left_says_what_it_said(weekly, due, post):
    """S3.16: the dates do not move, and nobody is told that they do."""
    run(post, DUE, D(2026, 11, 28))
    move_block(weekly, 7, 7, template="dernier_rappel")
    shown = effect(weekly, D(2026, 11, 30))
    assert (shown.changed, shown.unchanged) == (0, 1)
    publish(weekly, now=nine_on(D(2026, 11, 30)))
    run(post, D(2026, 11, 30), D(2026, 12, 1))
    assert sent() == [(D(2026, 11, 26), "rappel"), (D(2026, 12, 1), "dernier_rappel")]


# A block taken out


@pytest.mark.requirement("S3.23")
def test_without_its_second_block_the_third_keeps_its_day_and_nobody_gets_the_second(weekly, due, post):
    run(post, DUE, D(2026, 11, 28))
    drop_block(weekly, 7)
    publish(weekly, now=nine_on(D(2026, 11, 30)))
    run(post, D(2026, 11, 30), D(2026, 12, 20))
    assert sent() == [(D(2026, 11, 26), "rappel"), (D(2026, 12, 8), "relance_2")]


@pytest.mark.requirement("S3.23")
@pytest.mark.parametrize("asks", [False, True])
def test_a_message_of_that_block_that_waits_is_cancelled(account, weekly, due, asks):
    account.asks_before_sending = asks
    account.save()
    day = D(2026, 11, 26)
    queueing.advance_due(nine_on(day), domain="relance.example")
    waiting = Message.get(Message.state == ("proposed" if asks else "queued"))
    drop_block(weekly, 2)
    publish(weekly, now=nine_on(day))
    gone = Message.get_by_id(waiting.id)
    assert (gone.state, gone.slot, gone.error) == ("cancelled", None, "sequence_changed")
    assert kinds(due)[-1] == "reminder_cancelled"
    assert [planned.offset_days for planned in forecasting.for_invoice(due, nine_on(day))] == [7, 14]


def test_a_message_of_another_block_that_waits_leaves_all_the_same(weekly, due):
    [message_id] = queueing.advance_due(nine_on(D(2026, 11, 26)), domain="relance.example")
    drop_block(weekly, 7)
    publish(weekly, now=nine_on(D(2026, 11, 26)))
    assert Message.get_by_id(message_id).state == "queued"


def test_of_a_message_about_several_invoices_only_those_of_the_sequence_fall_out(weekly, due, latitude, nadia):
    own = factories.make_invoice(latitude, "F-2026-0101", due_on=D(2026, 11, 25))
    switch_on(own, nadia)  # J+1 is Thursday 26 too
    [message_id] = queueing.advance_due(nine_on(D(2026, 11, 26)), domain="relance.example")
    assert MessageItem.select().where(MessageItem.message == message_id).count() == 2
    drop_block(weekly, 2)
    publish(weekly, now=nine_on(D(2026, 11, 26)))
    left = Message.get_by_id(message_id)
    assert (left.state, left.facts) == ("queued", "")
    assert [item.invoice_id for item in left.items] == [own.id]


# New blocks


def test_a_new_block_to_come_leaves_and_one_in_the_past_does_not(weekly, due, post):
    run(post, DUE, D(2026, 12, 2))
    add_block(weekly, 5, "relance_1")
    add_block(weekly, 25, "dernier_rappel")
    shown = effect(weekly, D(2026, 12, 2))
    assert (shown.passed, shown.changed) == (0, 0)  # the next one is J+14 as before; J+5 comes after a firmer one
    publish(weekly, now=nine_on(D(2026, 12, 2)))
    run(post, D(2026, 12, 2), D(2026, 12, 31))
    assert [template for _, template in sent()] == ["rappel", "relance_1", "relance_2", "dernier_rappel"]
    assert sent()[-1] == (D(2026, 12, 21), "dernier_rappel")


# Frozen, held, out


def test_frozen_it_keeps_to_the_blocks_of_its_day(weekly, due, nadia, post):
    plan = chasing.ChasePlan(
        frequency="sequence", sequence_id=weekly.id, contact_ids=(nadia.id,), is_frozen=True, start="keep"
    )
    chasing.start(due, plan, by=None, now=factories.NOW)
    move_block(weekly, 7, 9)
    drop_block(weekly, 14)
    shown = effect(weekly, factories.TODAY)
    assert (shown.changed, shown.unchanged, shown.rows) == (0, 0, [])
    publish(weekly)
    assert dates(due, factories.NOW) == [D(2026, 11, 26), D(2026, 12, 1), D(2026, 12, 8)]
    [message_id] = queueing.advance_due(nine_on(D(2026, 11, 26)), domain="relance.example")
    drop_block(weekly, 2)
    publish(weekly, now=nine_on(D(2026, 11, 26)))
    assert Message.get_by_id(message_id).state == "queued"


def test_what_is_held_is_shown_after_its_hold(weekly, due):
    pausing.pause_invoice(due, until_on=D(2026, 12, 2), reason="", by=None, now=factories.NOW)
    move_block(weekly, 14, 16)
    [row] = effect(weekly, factories.TODAY).rows
    assert (row.before, row.after) == (D(2026, 12, 8), D(2026, 12, 10))


def test_paid_out_or_of_another_sequence_an_invoice_is_not_concerned(account, weekly, due, latitude, camille):
    factories.make_invoice(latitude, paid_cents=120_000)
    late = factories.make_client(account, "En retard")
    factories.make_contact(late)
    factories.make_invoice(late, due_on=D(2026, 9, 1))
    other = factories.make_client(account, "Ailleurs")
    factories.make_contact(other)
    factories.make_invoice(other, due_on=DUE)
    enrol(weekly, late)
    enrol(make_sequence(account, (7, "rappel"), title="Autre"), other)
    move_block(weekly, 2, 4)
    shown = effect(weekly, factories.TODAY)
    assert (shown.changed, shown.unchanged) == (1, 0)
    assert [row.client_name for row in shown.rows] == ["Latitude Conseil"]


def test_without_a_draft_nothing_changes(weekly, due):
    shown = effect(weekly, factories.TODAY)
    assert (shown.changed, shown.unchanged, shown.rows) == (0, 1, [])


def test_an_abandoned_draft_changes_nothing(weekly, due):
    move_block(weekly, 7, 9)
    sequencing.discard(latest(weekly), version=latest(weekly).version, by=None, now=factories.NOW)
    assert dates(due, factories.NOW) == [D(2026, 11, 26), D(2026, 12, 1), D(2026, 12, 8)]
    with pytest.raises(StaleSequence):
        publish(weekly)


def test_showing_the_effect_writes_nothing(weekly, due):
    move_block(weekly, 7, 9)
    events, version = Event.select().count(), latest(weekly).version
    effect(weekly, factories.TODAY)
    assert (Event.select().count(), latest(weekly).version, latest(weekly).revision) == (events, version, 1)


@pytest.mark.requirement("S3.24")
def test_what_was_shown_is_what_happens(account, weekly, due, camille):
    """Each row's « after » is the day the invoice is then foreseen for."""
    clients = []
    for n in range(12):
        client = factories.make_client(account, f"Client {n:02}")
        factories.make_contact(client)
        factories.make_invoice(client, f"X-{n:02}", due_on=DUE + dt.timedelta(2 * n - 2))
        clients.append(client)
    enrol(weekly, *clients)
    move_block(weekly, 2, 1)
    move_block(weekly, 7, 10)
    shown = effect(weekly, factories.TODAY)
    assert shown.changed == len(shown.rows) > 3 and shown.changed + shown.unchanged == 13
    publish(weekly)
    for row in shown.rows:
        invoice = Chase.get(Chase.invoice == row.invoice_id).invoice
        found = dates(invoice, factories.NOW)
        assert (found[0] if found else None) == row.after, row


# Two windows


@pytest.mark.requirement("S3.24")
def test_of_two_windows_the_second_is_told_and_writes_nothing(weekly, due):
    move_block(weekly, 7, 9)
    shown = latest(weekly).version
    add_block(weekly, 25, "dernier_rappel")  # the other window
    with pytest.raises(StaleSequence):
        publishing.publish(latest(weekly), version=shown, by=None, now=factories.NOW)
    assert (latest(weekly).revision, latest(weekly).has_draft) == (1, True)
    assert Event.select().where(Event.kind == "sequence_published").count() == 1
    publish(weekly)
    assert latest(weekly).revision == 2


def test_published_twice_the_second_has_nothing_to_publish(weekly, due):
    move_block(weekly, 7, 9)
    publish(weekly)
    with pytest.raises(StaleSequence):
        publish(weekly)


# For the first time


def test_the_first_publication_lets_in_the_clients_that_waited_by_the_entry_rule(account, latitude, nadia, camille):
    drafted = make_sequence(account, (10, "rappel"), title="Neuve", is_published=False)
    late = factories.make_invoice(latitude, due_on=D(2026, 11, 1))
    coming = factories.make_invoice(latitude, due_on=DUE)
    enrol(drafted, latitude)
    shown = effect(drafted, factories.TODAY)
    assert {row.invoice_id: row.verdict for row in shown.entry.rows} == {late.id: "out", coming.id: "later"}
    assert not Chase.select().exists()
    done = publishing.publish(latest(drafted), version=latest(drafted).version, by=None, now=factories.NOW)
    assert done.entry.rows == shown.entry.rows
    assert dates(coming, factories.NOW) == [D(2026, 12, 4)]
    assert since(drafted) == {10: None}  # nobody followed it before: no date of its is new to anyone


# At size


@pytest.mark.parametrize("count", [3, 30])
def test_the_effect_costs_a_fixed_number_of_queries(account, weekly, latitude, nadia, database, count):
    for n in range(count):
        factories.make_invoice(latitude, due_on=DUE + dt.timedelta(n))
    enrol(weekly, latitude)
    move_block(weekly, 7, 9)
    fresh = latest(weekly)
    account_row = fresh.account
    with counting(database) as queries:
        shown = publishing.effect_of(fresh, factories.NOW)
    assert shown.changed + shown.unchanged == count and account_row.id == account.id
    assert len(queries) == 10


def test_a_first_publication_cut_short_leaves_nothing_half_done(account, camille, latitude, nadia, monkeypatch):
    """Killed while clients enter: neither published nor half entered, so it can simply be done again."""
    other = factories.make_client(account, "Studio Kérity")
    made = Sequence.create(
        account=account, title="Neuve", title_key="neuve", has_draft=True, created_at=factories.NOW,
        updated_at=factories.NOW,
    )  # fmt: skip
    SequenceStep.create(sequence=made, revision=1, key=4321, offset_days=3, template="rappel")
    Client.update(sequence=made).where(Client.id.in_([latitude.id, other.id])).execute()
    factories.make_invoice(latitude, due_on=factories.TODAY)
    enter, calls = entering.enter_client, []

    def dies_at_the_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("killed")
        enter(*arguments)

    monkeypatch.setattr(entering, "enter_client", dies_at_the_second)
    with pytest.raises(RuntimeError):
        publishing.publish(made, version=1, by=None, now=factories.NOW)
    assert (Sequence.get_by_id(made.id).revision, Chase.select().count()) == (0, 0)
    monkeypatch.setattr(entering, "enter_client", enter)
    publishing.publish(made, version=1, by=None, now=factories.NOW)
    assert (Sequence.get_by_id(made.id).revision, Chase.select().count()) == (1, 1)
