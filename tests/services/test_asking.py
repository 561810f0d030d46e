"""« Me demander avant chaque envoi » : nothing leaves without a yes, and what leaves is what was read."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.chases import Chase, Skip
from relance.models.clients import Contact
from relance.models.messages import Message, MessageAttachment, MessageItem
from relance.models.sequences import Sequence
from relance.services import asking, chasing, pausing, paying, stepping
from relance.services.paying import Received
from tests import factories
from tests.making import switch_on
from tests.services.sending import dates, kinds, nine_on, states, sweep, text_of

TODAY = factories.TODAY
FIRST, NEXT = dt.date(2026, 11, 24), dt.date(2026, 11, 25)
MORNING = nine_on(FIRST)
LATER = dt.time(9, 0)  # 10:00 in Paris
EVENING = dt.datetime(2026, 11, 24, 18, 30)  # 19:30 in Paris


@pytest.fixture
def asked(chased, account):
    """The reminder of Tuesday, which waits for a yes."""
    Account.update(asks_before_sending=True).where(Account.id == account.id).execute()
    return chased


@pytest.fixture
def proposal(asked, post, smtp_server):
    sweep(FIRST, post)
    return Message.get(Message.kind == "reminder")


def say_yes(message, by, at=MORNING, read=None):
    return asking.approve(message, read=read or asking.mark_of(message), by=by, now=at)


def clients(server):
    return [mail for mail in server.received if "latitude" in mail.recipients[0]]


def test_nothing_leaves_before_the_yes_and_the_read_text_leaves_after_it(proposal, asked, camille, post, smtp_server):
    assert (proposal.state, clients(smtp_server)) == ("proposed", [])
    sweep(FIRST, post, dt.time(8, 30))
    assert clients(smtp_server) == []
    answer = say_yes(proposal, camille)
    assert (answer.state, answer.leaves_at) == ("approved", MORNING)
    sweep(FIRST, post, LATER)
    [mail] = clients(smtp_server)
    assert mail.text.replace("\r\n", "\n").strip() == proposal.body_text.strip()
    assert [kind for kind in kinds(asked) if kind.startswith("reminder")] == [
        "reminder_proposed",
        "reminder_approved",
        "reminder_sent",
    ]
    assert dates(asked, nine_on(FIRST) + dt.timedelta(hours=2))[0] == dt.date(2026, 12, 1)


def test_a_yes_twice_sends_once(proposal, camille, post, smtp_server):
    assert say_yes(proposal, camille).state == "approved"
    again = say_yes(proposal, camille)
    assert (again.state, again.because) == ("gone", "queued")
    sweep(FIRST, post, LATER)
    assert len(clients(smtp_server)) == 1


def test_a_no_skips_the_step_and_the_next_one_keeps_its_date(proposal, asked, camille, post, smtp_server):
    assert asking.decline(proposal, by=camille, now=MORNING)
    assert not asking.decline(proposal, by=camille, now=MORNING)
    row = Message.get_by_id(proposal.id)
    assert (row.state, row.slot, row.error) == ("cancelled", None, "declined")
    assert [(skip.step, skip.because) for skip in Skip.select()] == [(0, "by_hand")]
    assert kinds(asked)[-1] == "reminder_declined"
    sweep(NEXT, post)
    assert clients(smtp_server) == []
    assert dates(asked, nine_on(NEXT))[0] == dt.date(2026, 12, 1)


def test_without_an_answer_it_is_proposed_anew_the_next_morning(proposal, asked, camille, post, smtp_server):
    sweep(NEXT, post)
    assert clients(smtp_server) == []
    [anew] = Message.select().where(Message.state == "proposed")
    assert (anew.id, anew.day_on) != (proposal.id, FIRST)
    assert Message.get_by_id(proposal.id).state == "cancelled"
    assert say_yes(proposal, camille, at=nine_on(NEXT)).state == "gone"
    assert say_yes(anew, camille, at=nine_on(NEXT)).state == "approved"
    assert kinds(asked).count("reminder_proposed") == 1


def test_paid_meanwhile_it_is_gone_and_the_yes_sends_nothing(proposal, asked, camille, post, smtp_server):
    facts = (asked, 120_000, FIRST, "transfer", "", None)
    assert isinstance(paying.record(*facts, by=camille, now=MORNING), Received)
    assert not asking.proposed(asked.account).exists()
    answer = say_yes(proposal, camille)
    assert (answer.state, answer.because) == ("gone", "paid")
    sweep(FIRST, post, LATER)
    assert clients(smtp_server) == []


def test_a_part_payment_shows_the_new_text_before_it_leaves(proposal, asked, camille, post, smtp_server):
    read = asking.mark_of(proposal)
    paying.record(asked, 20_000, FIRST, "transfer", "", None, by=camille, now=MORNING)
    assert say_yes(proposal, camille, read=read).state == "changed"
    anew = Message.get_by_id(proposal.id)
    assert (anew.state, anew.total_cents) == ("proposed", 100_000)
    assert "1\u00a0000,00" in anew.body_text
    assert say_yes(anew, camille).state == "approved"
    sweep(FIRST, post, LATER)
    assert "1\u00a0000,00" in clients(smtp_server)[0].text


def test_the_worker_writes_a_changed_proposal_anew(proposal, asked, camille, post, smtp_server):
    paying.record(asked, 20_000, FIRST, "transfer", "", None, by=camille, now=MORNING)
    sweep(FIRST, post, LATER)
    anew = Message.get_by_id(proposal.id)
    assert (anew.state, anew.total_cents, clients(smtp_server)) == ("proposed", 100_000, [])


def test_in_the_evening_the_text_of_tomorrow_is_read_and_leaves_tomorrow(proposal, asked, camille, post, smtp_server):
    read = asking.mark_of(proposal)
    first = say_yes(proposal, camille, at=EVENING, read=read)
    anew = Message.get_by_id(proposal.id)
    if first.state == "changed":
        assert asking.mark_of(anew) != read
        first = say_yes(anew, camille, at=EVENING)
    assert (first.state, first.leaves_at) == ("approved", nine_on(NEXT))
    assert clients(smtp_server) == []
    sweep(NEXT, post)
    [mail] = clients(smtp_server)
    assert mail.text.replace("\r\n", "\n").strip() == anew.body_text.strip()


def test_all_are_answered_at_once_and_only_those_that_were_read(proposal, asked, camille, account):
    answers = asking.approve_all(account, {proposal.id: asking.mark_of(proposal)}, by=camille, now=MORNING)
    assert [answer.state for answer in answers] == ["approved"]


def test_another_account_says_nothing(proposal, basile):
    assert asking.approve_all(basile.account, {proposal.id: asking.mark_of(proposal)}, by=basile, now=MORNING) == []
    assert Message.get_by_id(proposal.id).state == "proposed"


def test_while_sendings_are_suspended_a_yes_waits(proposal, camille, account):
    Account.update(suspended_at=MORNING).where(Account.id == account.id).execute()
    assert say_yes(proposal, camille).state == "suspended"
    assert Message.get_by_id(proposal.id).state == "proposed"


@pytest.mark.parametrize("hold", ["pause", "step", "address"])
def test_what_is_held_meanwhile_does_not_leave(proposal, asked, nadia, camille, hold, post, smtp_server):
    if hold == "pause":
        pausing.pause_invoice(asked, until_on=None, reason="", by=camille, now=MORNING)
    elif hold == "step":
        stepping.hold(asked, 0, by=camille, now=MORNING)
    else:
        Contact.update(rejected_at=MORNING).where(Contact.id == nadia.id).execute()
    assert say_yes(proposal, camille).state == "gone"
    sweep(FIRST, post, LATER)
    assert clients(smtp_server) == []
    assert not MessageItem.select().where(MessageItem.slot.is_null(False)).exists()


def test_an_invoice_a_sequence_or_the_account_asks(chased, latitude, nadia, account, camille):
    other = factories.make_invoice(latitude, due_on=TODAY)
    chase = switch_on(other, nadia)
    ids = [chased.id, other.id]
    assert asking.asking_among(account, ids) == set()
    Chase.update(asks_before_sending=True).where(Chase.invoice == chased).execute()
    assert asking.asking_among(account, ids) == {chased.id}
    plan = Sequence.create(
        account=account, title="A", title_key="a", asks_before_sending=True, created_at=MORNING, updated_at=MORNING
    )
    Chase.update(sequence=plan).where(Chase.id == chase.id).execute()
    assert asking.asking_among(account, ids) == set(ids)
    account.asks_before_sending = True
    assert asking.asking_among(account, [7]) == {7}
    assert asking.asking_among(account, []) == set()


def test_a_look_for_another_reason_does_not_forget_what_was_proposed(proposal, asked, post, smtp_server):
    chasing.schedule_check(asked.client_id, nine_on(FIRST) + dt.timedelta(hours=1))
    sweep(FIRST, post, dt.time(9, 5))
    sweep(FIRST, post, dt.time(19, 0))
    sweep(NEXT, post)
    assert states() == ["cancelled", "proposed"]
    assert clients(smtp_server) == []


def test_words_that_changed_after_the_yes_are_proposed_again(proposal, asked, camille, post, smtp_server):
    assert say_yes(proposal, camille, at=EVENING).state == "approved"
    paying.record(asked, 20_000, FIRST, "transfer", "", None, by=camille, now=EVENING)
    sweep(NEXT, post)
    assert clients(smtp_server) == []
    [anew] = Message.select().where(Message.state == "proposed")
    assert anew.total_cents == 100_000
    assert kinds(asked)[-1] == "reminder_proposed"
    assert say_yes(anew, camille, at=nine_on(NEXT)).state == "approved"
    sweep(NEXT, post, LATER)
    [mail] = clients(smtp_server)
    assert text_of(mail) == anew.body_text.strip()


def test_what_waited_for_the_server_waits_for_the_yes_once_the_user_wants_to_be_asked(
    chased, account, camille, post, smtp_server
):
    smtp_server.answers["MAIL"] = "451 4.3.0 busy"
    sweep(FIRST, post)
    assert states() == ["queued"]
    Account.update(asks_before_sending=True).where(Account.id == account.id).execute()
    smtp_server.answers.clear()
    sweep(FIRST, post, dt.time(10, 0))
    assert (states(), clients(smtp_server)) == (["proposed"], [])
    assert say_yes(Message.get(Message.kind == "reminder"), camille, at=nine_on(FIRST)).state == "approved"
    sweep(FIRST, post, dt.time(10, 5))
    assert (states(), len(clients(smtp_server))) == (["sent"], 1)


def test_a_file_added_after_the_reading_is_not_approved_with_the_text(proposal, account, camille):
    read = asking.mark_of(proposal)
    MessageAttachment.create(message=proposal, document=factories.make_document(account))
    assert asking.mark_of(proposal) != read
