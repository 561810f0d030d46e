"""The beginning and the end of a hold: what falls out of the queue, and where reminders resume."""

import datetime as dt

import pytest

from relance.models.chases import Chase, Entry, Skip
from relance.models.events import Event
from relance.models.messages import Message
from relance.rules import penalties
from relance.rules.money import format_amount
from relance.services import charging, chasing, disputing, extending, holding, pausing, paying, promising, queueing
from relance.services.disputing import DisputeFacts
from relance.services.holding import HoldError
from relance.services.promising import PromiseFacts
from tests import factories
from tests.making import enrol, make_sequence, switch_on
from tests.services.sending import dates, kinds, nine_on, states, sweep

D = dt.date
STEPS = [D(2026, 11, 24), D(2026, 12, 1), D(2026, 12, 8)]


def queue(day):
    return queueing.advance_due(nine_on(day), domain="relance.example")


def days_sent(post, first, last):
    """The days on which something left for a client, from a day to another."""
    found = []
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(offset)
        before = Message.select().where(Message.kind == "reminder", Message.state == "sent").count()
        sweep(day, post)
        if Message.select().where(Message.kind == "reminder", Message.state == "sent").count() > before:
            found.append(day)
    return found


def hold(invoice, kind, now=factories.NOW):
    """The invoice held in one of four ways; returns what ends it."""
    if kind == "pause":
        pausing.pause_invoice(invoice, until_on=None, reason="", by=None, now=now)
        return lambda at: pausing.resume_invoice(invoice, by=None, now=at)
    if kind == "client_pause":
        pausing.pause_client(invoice.client, until_on=None, reason="", by=None, now=now)
        return lambda at: pausing.resume_client(invoice.client, by=None, now=at)
    if kind == "account_pause":
        pausing.pause_all(invoice.account, until_on=None, reason="", by=None, now=now)
        return lambda at: pausing.resume_all(invoice.account, by=None, now=at)
    if kind == "promise":
        row = promising.promise(invoice, PromiseFacts(D(2027, 1, 20), invoice.balance_cents), by=None, now=now)
        return lambda at: promising.withdraw(row, by=None, now=at)
    disputing.open_dispute(invoice, DisputeFacts("amount"), by=None, now=now)
    return lambda at: disputing.close(invoice, by=None, now=at)


KINDS = ("pause", "client_pause", "account_pause", "promise", "dispute")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_queued_falls_out_and_nothing_leaves_while_it_lasts(chased, post, smtp_server, kind):
    [message_id] = queue(STEPS[0])
    hold(chased, kind, nine_on(STEPS[0]))
    assert (Message.get_by_id(message_id).state, Message.get_by_id(message_id).error) == ("cancelled", kind)
    assert days_sent(post, STEPS[0], D(2026, 12, 20)) == []
    assert smtp_server.to("compta@latitude-conseil.example") == []
    assert "reminder_cancelled" in kinds(chased)


@pytest.mark.requirement("S3.32")
@pytest.mark.parametrize("kind", KINDS)
def test_ended_by_hand_on_the_day_of_a_step_that_step_leaves_and_those_before_are_past(chased, post, kind):
    let_go = hold(chased, kind)
    assert days_sent(post, D(2026, 11, 23), D(2026, 11, 30)) == []
    let_go(nine_on(STEPS[1]) - dt.timedelta(hours=1))
    assert days_sent(post, STEPS[1], D(2026, 12, 20)) == STEPS[1:]
    skipped = Skip.select().where(Skip.chase == chasing.chase_of(chased))
    assert [(row.step, row.because) for row in skipped] == [(0, kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_ended_the_day_before_a_step_nothing_of_the_hold_is_caught_up(chased, post, kind):
    let_go = hold(chased, kind)
    days_sent(post, D(2026, 11, 23), D(2026, 12, 6))
    let_go(nine_on(D(2026, 12, 7)))
    assert days_sent(post, D(2026, 12, 7), D(2026, 12, 20)) == STEPS[2:]


def test_several_holds_at_once_hold_until_the_last_has_ended(chased, post):
    ends = [hold(chased, kind) for kind in ("pause", "promise", "dispute")]
    days_sent(post, D(2026, 11, 23), D(2026, 11, 25))
    for n, let_go in enumerate(ends[:2]):
        let_go(nine_on(D(2026, 11, 26 + n)))
    assert days_sent(post, D(2026, 11, 26), D(2026, 12, 2)) == []
    ends[2](nine_on(D(2026, 12, 3)))
    assert days_sent(post, D(2026, 12, 3), D(2026, 12, 20)) == STEPS[2:]


def test_a_pause_with_an_end_resumes_the_day_after_without_anybody(chased, post):
    pausing.pause_invoice(chased, until_on=D(2026, 11, 30), reason="", by=None, now=factories.NOW)
    assert dates(chased, factories.NOW) == STEPS[1:]
    assert days_sent(post, D(2026, 11, 23), D(2026, 12, 20)) == STEPS[1:]


def test_a_held_day_is_told_once_with_its_reason_and_its_last_day(chased, post):
    pausing.pause_invoice(chased, until_on=D(2026, 12, 5), reason="", by=None, now=factories.NOW)
    days_sent(post, D(2026, 11, 23), D(2026, 12, 4))
    told = [event.facts for event in Event.select().where(Event.kind == "step_waits").order_by(Event.id)]
    assert [(fact["because"], fact["offset_days"], fact["until"]) for fact in told] == [
        ("pause", 1, "2026-12-05"),
        ("pause", 8, "2026-12-05"),
    ]


def test_of_a_grouped_message_only_the_held_invoice_falls_out(chased, latitude, nadia, post, smtp_server):
    beside = factories.make_invoice(latitude, "F-2026-0099", due_on=factories.TODAY)
    switch_on(beside, nadia)
    queue(STEPS[0])
    hold(chased, "dispute", nine_on(STEPS[0]))
    assert days_sent(post, STEPS[0], STEPS[0]) == [STEPS[0]]
    [mail] = smtp_server.to("compta@latitude-conseil.example")
    assert "F-2026-0099" in mail.text and "F-2026-0098" not in mail.text


# Where to resume


@pytest.fixture
def paused(chased, post):
    """Paused from the first day; nine in the morning of Thursday 3 December: two steps have passed."""
    pausing.pause_invoice(chased, until_on=None, reason="", by=None, now=factories.NOW)
    days_sent(post, D(2026, 11, 23), D(2026, 12, 2))
    return chased


THURSDAY = nine_on(D(2026, 12, 3))


def test_the_next_step_is_offered_first_and_the_unsent_ones_on_the_next_working_day(paused):
    choices = holding.resume_choices(paused, THURSDAY)
    assert [(c.step, c.offset_days, c.on, c.is_default) for c in choices] == [
        (2, 15, STEPS[2], True),
        (0, 1, D(2026, 12, 4), False),
        (1, 8, D(2026, 12, 4), False),
    ]


def test_a_step_gentler_than_one_that_was_sent_is_not_offered(chased, post):
    days_sent(post, D(2026, 11, 23), STEPS[0])
    pausing.pause_invoice(chased, until_on=None, reason="", by=None, now=nine_on(D(2026, 11, 25)))
    assert [choice.step for choice in holding.resume_choices(chased, THURSDAY)] == [2, 1]


def test_without_a_chase_there_is_nothing_to_resume(invoice):
    assert holding.resume_choices(invoice, factories.NOW) == []


@pytest.mark.requirement("S3.32")
def test_a_step_chosen_by_hand_leaves_on_the_next_working_day_and_one_message_that_day(paused, post):
    pausing.resume_invoice(paused, step=1, by=None, now=THURSDAY)
    assert dates(paused, THURSDAY)[0] == D(2026, 12, 4)
    entry = Entry.get(Entry.chase == chasing.chase_of(paused))
    assert (entry.enters_on, entry.step) == (D(2026, 12, 4), 1)
    told = Event.select().where(Event.kind == "chase_resumed").get().facts
    assert (told["because"], told["template"], told["on"]) == ("by_hand", "relance_1", "2026-12-04")
    sent = days_sent(post, D(2026, 12, 3), D(2026, 12, 20))
    assert sent == [D(2026, 12, 4), D(2026, 12, 9)]  # the last one, J+15, waits for the gap of five days
    mails = Message.select().where(Message.kind == "reminder", Message.state == "sent").order_by(Message.id)
    assert [mail.template for mail in mails] == ["relance_1", "dernier_rappel"]


def test_the_default_is_simply_what_comes(paused, post):
    pausing.resume_invoice(paused, step=2, by=None, now=THURSDAY)
    assert days_sent(post, D(2026, 12, 3), D(2026, 12, 20)) == STEPS[2:]


def test_a_step_that_is_none_of_the_choices_is_refused_and_the_pause_stays(paused):
    with pytest.raises(HoldError) as error:
        pausing.resume_invoice(paused, step=9, by=None, now=THURSDAY)
    assert error.value.field == "step"
    assert pausing.of_invoice(paused, D(2026, 12, 3)) is not None
    assert "resumed" not in kinds(paused)


def test_a_paused_block_of_a_sequence_may_be_chosen_too(account, latitude, nadia, camille, post):
    sequence = make_sequence(account, (1, "rappel"), (8, "relance_1"), (12, "formal_notice", "letter"))
    invoice = factories.make_invoice(latitude, due_on=factories.TODAY)
    enrol(sequence, latitude)
    pausing.pause_invoice(invoice, until_on=None, reason="", by=None, now=factories.NOW)
    days_sent(post, D(2026, 11, 23), D(2026, 12, 2))
    choices = holding.resume_choices(invoice, THURSDAY)
    assert [(c.template, c.is_default) for c in choices] == [("rappel", False), ("relance_1", False)]
    pausing.resume_invoice(invoice, step=choices[1].step, by=None, now=THURSDAY)
    assert days_sent(post, D(2026, 12, 3), D(2026, 12, 20)) == [D(2026, 12, 4)]


# Two functions the others call


def test_taking_hold_of_the_whole_account_takes_back_all_that_waits(account, chased):
    other = factories.make_client(account, "Studio Kérity")
    contact = factories.make_contact(other, "Yann Le Goff", "yann@kerity.example")
    switch_on(factories.make_invoice(other, due_on=factories.TODAY), contact)
    assert len(queue(STEPS[0])) == 2
    assert holding.take_hold(account, None, because="account_pause", now=nine_on(STEPS[0])) == 2
    assert states() == ["cancelled", "cancelled"]
    assert {chase.next_check_at for chase in Chase.select()} == {nine_on(STEPS[0])}


def test_letting_go_asks_the_worker_to_look_at_these_invoices_alone(account, chased, latitude, nadia):
    beside = factories.make_invoice(latitude, due_on=D(2026, 12, 1))
    switch_on(beside, nadia)
    Chase.update(next_check_at=nine_on(D(2027, 1, 4))).execute()
    holding.let_go(account, [chased], now=factories.NOW)
    assert chasing.chase_of(chased).next_check_at == factories.NOW
    assert chasing.chase_of(beside).next_check_at == nine_on(D(2027, 1, 4))


def test_the_invoices_of_a_client_are_those_under_chase(chased, latitude, nadia):
    factories.make_invoice(latitude)
    assert [row.id for row in holding.client_invoices(latitude)] == [chased.id]
    chasing.stop(chasing.chase_of(chased), because="switched_off", by=None, now=factories.NOW)
    assert holding.client_invoices(latitude) == []


# Extension


@pytest.mark.requirement("S1.25")
def test_an_extension_moves_offsets_and_texts_and_leaves_the_legal_date(chased, post, smtp_server):
    extending.grant(chased, granted_on=D(2026, 12, 7), reason="", by=None, now=factories.NOW)
    assert days_sent(post, D(2026, 11, 23), D(2026, 12, 31)) == [D(2026, 12, 8), D(2026, 12, 15), D(2026, 12, 22)]
    first = smtp_server.to("compta@latitude-conseil.example")[0]
    assert "7 décembre" in first.text.replace("\u00a0", " ")
    instalment = chased.instalments.get()
    assert (chased.due_on, instalment.due_on) == (factories.TODAY, factories.TODAY)


def test_an_extension_after_a_first_reminder_does_not_send_it_again(chased, post):
    assert days_sent(post, D(2026, 11, 23), STEPS[0]) == STEPS[:1]
    extending.grant(chased, granted_on=D(2026, 12, 14), reason="", by=None, now=nine_on(D(2026, 11, 25)))
    assert days_sent(post, D(2026, 11, 25), D(2026, 12, 31)) == [D(2026, 12, 22), D(2026, 12, 29)]


def test_a_withdrawn_extension_catches_nothing_up_and_calls_no_step_paused(chased, post):
    extending.grant(chased, granted_on=D(2027, 1, 15), reason="", by=None, now=factories.NOW)
    assert days_sent(post, D(2026, 11, 23), D(2026, 12, 2)) == []
    extending.withdraw(chased, by=None, now=THURSDAY)
    assert days_sent(post, D(2026, 12, 3), D(2026, 12, 20)) == STEPS[2:]
    skipped = Skip.select().where(Skip.chase == chasing.chase_of(chased)).order_by(Skip.step)
    assert [(row.step, row.because) for row in skipped] == [(0, "past"), (1, "past")]


def test_paid_while_held_nothing_resumes(chased, post):
    let_go = hold(chased, "pause")
    paying.record(chased, chased.balance_cents, factories.TODAY, by=None, now=factories.NOW)
    let_go(THURSDAY)
    assert holding.resume_choices(chased, THURSDAY) == []
    assert days_sent(post, D(2026, 12, 3), D(2026, 12, 20)) == []
    assert chasing.chase_of(chased).ended_because == "paid"


@pytest.mark.requirement("S1.25")
def test_with_an_extension_the_text_speaks_of_the_granted_date_and_counts_interest_from_the_legal_one(
    account, chased, post, smtp_server
):
    account.claims_penalties = True
    account.save()
    extending.grant(chased, granted_on=D(2026, 12, 7), reason="", by=None, now=factories.NOW)
    days_sent(post, D(2026, 11, 23), D(2026, 12, 22))
    last = smtp_server.to("compta@latitude-conseil.example")[-1].text.replace("\u00a0", " ")
    interest = charging.interest_of([chased], D(2026, 12, 22))
    assert "7 décembre" in last and "23 novembre" not in last
    assert interest == late_interest(D(2026, 11, 23)) > late_interest(D(2026, 12, 7))
    assert format_amount(interest, "EUR").replace("\u00a0", " ") in last


def late_interest(since):
    """What 1 200,00 € owed since a day cost an organisation on 22 December 2026, in cents."""
    claim = penalties.Claim(dues=(penalties.Due(since, 120_000),), as_of=D(2026, 12, 22), debtor="organisation")
    return penalties.late_interest(claim).due_cents


@pytest.mark.requirement("S3.32")
def test_a_step_chosen_by_hand_is_that_of_the_late_instalment_not_of_those_to_come(latitude, nadia, camille, post):
    invoice = factories.make_invoice(
        latitude, instalments=[(factories.TODAY, 60_000), (D(2027, 2, 1), 60_000)], number="F-2026-0110"
    )
    switch_on(invoice, nadia)
    pausing.pause_invoice(invoice, until_on=None, reason="", by=None, now=factories.NOW)
    days_sent(post, D(2026, 11, 23), D(2026, 12, 2))
    pausing.resume_invoice(invoice, step=1, by=None, now=THURSDAY)
    assert days_sent(post, D(2026, 12, 3), D(2027, 2, 28)) == [
        D(2026, 12, 4),
        D(2026, 12, 9),
        D(2027, 2, 2),
        D(2027, 2, 9),
        D(2027, 2, 16),
    ]
    first = Message.select().where(Message.kind == "reminder", Message.state == "sent").order_by(Message.id).first()
    assert [item.instalment.due_on for item in first.items] == [factories.TODAY]
