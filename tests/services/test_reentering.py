"""Too late to enter by itself: the person chooses where each invoice begins, with dates and texts before anything."""

import datetime as dt

import pytest

from relance.models.chases import Entry
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import chasing, entering, forecasting, pausing, paying, reentering
from relance.services.chasing import ChaseError
from tests import factories
from tests.making import enrol, make_sequence
from tests.services.sending import dates, kinds, sweep

D = dt.date
NOW = factories.NOW


@pytest.fixture
def standard(account):
    """J+3, J+10, J+20, J+30, and a formal notice to validate on J+38."""
    return make_sequence(
        account,
        (3, "rappel"),
        (10, "relance_1"),
        (20, "relance_2"),
        (30, "dernier_rappel"),
        (38, "formal_notice", "letter"),
        title="Standard",
    )


@pytest.fixture
def out(standard, latitude, nadia, camille):
    """Fifteen days late when its client was enrolled: due on Sunday 8 November."""
    invoice = factories.make_invoice(latitude, "F-2026-0080", due_on=D(2026, 11, 8))
    enrol(standard, latitude)
    return invoice


def chase_of(invoice):
    return chasing.chase_of(invoice)


def choices_for(chase, now):
    """What each choice would send about the chase's invoice; those that would send nothing are left out."""
    found = {}
    for start in reentering.STARTS:
        try:
            situation = reentering.situation_of(chase, start, now)
        except ChaseError:
            continue
        sends = forecasting.sends_of(situation, now)
        found[start] = [send for send in sends if send.invoice_id == chase.invoice_id]
    return {start: sends for start, sends in found.items() if sends}


def waiting(account):
    return [(entry.chase.invoice.number, entry.instalment.due_on) for entry in reentering.backlog(account)]


def test_what_is_out_waits_for_a_choice_the_oldest_first(account, out, standard, latitude):
    other = factories.make_client(account, "Studio Kérity")
    factories.make_contact(other)
    factories.make_invoice(other, "F-2026-0050", instalments=[(D(2026, 9, 1), 100), (D(2026, 12, 20), 100)])
    enrol(standard, other)
    assert waiting(account) == [("F-2026-0050", D(2026, 9, 1)), ("F-2026-0080", D(2026, 11, 8))]


def test_another_account_sees_nothing_of_it(out, basile):
    assert waiting(basile.account) == []


def test_paid_it_no_longer_waits(account, out):
    paying.record(out, out.balance_cents, factories.TODAY, by=None, now=NOW)
    assert waiting(account) == []


def test_the_three_choices_show_their_days_before_anything_is_written(out):
    before = (Event.select().count(), Message.select().count())
    choices = choices_for(chase_of(out), NOW)
    assert {start: [(send.on, send.template) for send in sends] for start, sends in choices.items()} == {
        "gently": [
            (D(2026, 11, 24), "rappel"),
            (D(2026, 12, 1), "relance_1"),
            (D(2026, 12, 11), "relance_2"),
            (D(2026, 12, 21), "dernier_rappel"),
        ],
        "join": [
            (D(2026, 11, 24), "relance_1"),
            (D(2026, 11, 30), "relance_2"),
            (D(2026, 12, 8), "dernier_rappel"),
        ],
        "next": [(D(2026, 11, 30), "relance_2"), (D(2026, 12, 8), "dernier_rappel")],
    }
    assert (Event.select().count(), Message.select().count()) == before
    assert Entry.get().is_out


@pytest.mark.requirement("S0.4")
@pytest.mark.parametrize("start", ["gently", "join", "next"])
def test_what_was_shown_is_what_leaves_and_never_a_burst(out, post, start):
    shown = [(send.on, send.template) for send in choices_for(chase_of(out), NOW)[start]]
    reentering.choose(chase_of(out), start, by=None, now=NOW)
    assert not Entry.get().is_out
    assert [(send.on, send.template) for send in forecasting.for_invoice(out, NOW)] == shown
    for offset in range(45):
        sweep(factories.TODAY + dt.timedelta(offset), post)
    sent = Message.select().where(Message.kind == "reminder", Message.state == "sent").order_by(Message.id)
    assert [(message.day_on, message.template) for message in sent] == shown
    told = Event.get(Event.kind == "entry_chosen")
    assert (told.invoice_id, told.facts["start"]) == (out.id, start)


def test_a_choice_that_would_send_nothing_is_absent_and_refused(standard, latitude, nadia, camille):
    old = factories.make_invoice(latitude, due_on=D(2026, 6, 1))
    enrol(standard, latitude)
    assert set(choices_for(chase_of(old), NOW)) == {"gently", "join"}
    with pytest.raises(ChaseError) as error:
        reentering.choose(chase_of(old), "next", by=None, now=NOW)
    assert error.value.field == "start"
    assert Entry.get().is_out and "entry_chosen" not in kinds(old)


@pytest.mark.parametrize("start", ["", "normal", "keep", "now"])
def test_a_choice_that_is_none_is_refused(out, start):
    with pytest.raises(ChaseError):
        reentering.choose(chase_of(out), start, by=None, now=NOW)
    assert Entry.get().is_out


def test_chosen_twice_the_second_is_told_there_is_nothing_to_choose(out):
    reentering.choose(chase_of(out), "gently", by=None, now=NOW)
    with pytest.raises(ChaseError):
        reentering.choose(chase_of(out), "join", by=None, now=NOW)
    assert kinds(out).count("entry_chosen") == 1
    assert dates(out, NOW)[0] == D(2026, 11, 24)


def test_of_several_instalments_only_those_out_are_placed(standard, latitude, nadia, camille):
    invoice = factories.make_invoice(
        latitude, instalments=[(D(2026, 10, 1), 10_000), (D(2026, 11, 22), 10_000), (D(2027, 1, 4), 10_000)]
    )
    enrol(standard, latitude)
    entries = {row.instalment.due_on: row for row in Entry.select()}
    assert [entries[due].is_out for due in sorted(entries)] == [True, False, False]
    before = (entries[D(2026, 11, 22)].enters_on, entries[D(2027, 1, 4)].enters_on)
    reentering.choose(chase_of(invoice), "gently", by=None, now=NOW)
    entries = {row.instalment.due_on: row for row in Entry.select()}
    assert not any(row.is_out for row in entries.values())
    assert (entries[D(2026, 11, 22)].enters_on, entries[D(2027, 1, 4)].enters_on) == before
    assert entries[D(2026, 10, 1)].enters_on == D(2026, 11, 24)


def test_chosen_in_a_pause_it_begins_after_it(out):
    pausing.pause_invoice(out, until_on=D(2026, 12, 6), reason="", by=None, now=NOW)
    assert choices_for(chase_of(out), NOW)["gently"][0].on == D(2026, 12, 8)
    reentering.choose(chase_of(out), "gently", by=None, now=NOW)
    assert dates(out, NOW)[0] == D(2026, 12, 8)


def test_left_off_it_stays_off_whatever_its_client_follows(account, out, standard):
    reentering.leave_off([chase_of(out)], by=None, now=NOW)
    assert waiting(account) == []
    ended = chase_of(out)
    assert (ended.ended_because, ended.is_inherited) == ("switched_off", False)
    assert kinds(out)[-1] == "chase_stopped"


def test_the_other_invoices_of_the_client_are_seen_beside_each_choice(account, out, latitude, nadia, standard):
    """One message a day: the texts shown are those of a message that may carry both."""
    beside = factories.make_invoice(latitude, "F-2026-0090", due_on=D(2026, 11, 21))  # J+3 is Tuesday 24
    assert not choices_for(chase_of(out), NOW)["gently"][0].is_grouped
    entering.on_new_invoice(beside, now=NOW)
    assert choices_for(chase_of(out), NOW)["gently"][0].is_grouped
