"""A letter that a person posted: its states, what they hold, and what the history keeps."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Pause
from relance.models.letters import Letter
from relance.services import attending, holds, letter_deadlines, paying, posting_letters, proposing
from relance.services.posting_letters import PostingError, StaleError
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import kinds, late

DAY = dt.timedelta(1)
SLIP = (b"\xff\xd8\xff photo", "depot.jpg")
NUMBER = "1A 234 567 8901 2"


@pytest.fixture
def bill(latitude, camille):
    return late(latitude)


@pytest.fixture
def notice(account, latitude, bill):
    return factories.make_letter(latitude, [bill, late(latitude)])


def at(day):
    return dt.datetime.combine(day, dt.time(9))


def post(letter, on=TODAY, mode="lrar_counter", now=None, **more):
    return posting_letters.post(letter, on=on, mode=mode, by=None, now=now or at(on), **more)


def receive(letter, on, outcome="received", **more):
    return posting_letters.receive(letter, outcome=outcome, on=on, by=None, now=at(on), **more)


def last(letter, kind):
    return Event.select().where(Event.letter == letter, Event.kind == kind).order_by(Event.id.desc()).first().facts


def held(account, bill, day):
    return [(one.kind, one.until_on) for one in holds.current(account, [bill], day).get(bill.id, ())]


@pytest.mark.requirement("S2.18")
def test_a_posted_notice_keeps_its_slip_and_holds_reminders_until_its_receipt(account, bill, notice, camille):
    done = posting_letters.post(
        notice, on=TODAY, mode="lrar_counter", tracking_number=NUMBER, proof=SLIP, by=camille, now=NOW
    )
    assert (done.state, done.posted_on, done.mode, done.tracking_number) == (
        "posted",
        TODAY,
        "lrar_counter",
        "1A23456789012",
    )
    assert done.deposit_proof.name == "depot.jpg"
    assert done.deadline_on is None
    assert kinds(notice) == ["letter_posted", "letter_posted"], "one event for each invoice"
    assert last(notice, "letter_posted")["file_sha256"] == done.deposit_proof.sha256
    assert held(account, bill, TODAY + 300 * DAY) == [("letter", None)]


def test_the_receipt_starts_the_time_allowed_and_ends_the_hold_with_it(account, bill, notice):
    post(notice)
    done = receive(notice, TODAY + 3 * DAY, proof=(b"\xff\xd8\xff ar", "ar.jpg"))
    assert (done.state, done.received_on, done.deadline_on) == ("received", TODAY + 3 * DAY, dt.date(2026, 12, 4))
    assert last(notice, "letter_received")["deadline_on"] == "2026-12-04"
    assert held(account, bill, dt.date(2026, 12, 4)) == [("letter", dt.date(2026, 12, 4))]
    assert held(account, bill, dt.date(2026, 12, 5)) == []


@pytest.mark.parametrize("outcome", ["unclaimed", "refused"])
def test_a_letter_that_came_back_counts_from_its_presentation(notice, outcome):
    post(notice)
    done = receive(notice, TODAY + DAY, outcome)
    assert (done.state, done.received_on, done.presented_on) == (outcome, None, TODAY + DAY)
    assert done.deadline_on == dt.date(2026, 12, 2)
    assert last(notice, f"letter_{outcome}")["presented_on"] == str(TODAY + DAY)


def test_a_letter_handed_over_is_received_that_day_and_what_is_signed_is_its_receipt(account, notice, bill):
    done = post(notice, mode="by_hand", proof=SLIP)
    assert (done.state, done.received_on, done.deadline_on) == ("received", TODAY, dt.date(2026, 12, 1))
    assert (done.deposit_proof, done.receipt_proof.name) == (None, "depot.jpg")
    with pytest.raises(PostingError, match="main propre"):
        receive(notice, TODAY + DAY)
    assert post(notice, now=NOW).state == "posted", "corrected: it went by post, and nobody received it yet"
    assert held(account, bill, TODAY) == [("letter", None)]


def test_a_simple_letter_is_presumed_received_until_the_user_knows_better(account, bill, notice):
    done = post(notice, mode="simple")
    assert (done.state, done.deadline_on) == ("posted", dt.date(2026, 12, 4)), "26 November presumed, and eight days"
    with pytest.raises(PostingError, match="Choisissez"):
        receive(notice, TODAY + DAY, "refused")
    assert receive(notice, TODAY + DAY).deadline_on == dt.date(2026, 12, 2)


@pytest.mark.parametrize(("gap", "until"), [(5, TODAY + 4 * DAY), (1, TODAY), (0, None)])
def test_an_amicable_letter_counts_as_a_reminder_and_holds_the_next_for_the_gap(account, latitude, bill, gap, until):
    account.min_gap_days = gap
    account.save()
    letter = factories.make_letter(latitude, [bill], kind="amicable")
    before = proposing.of_invoice(bill, TODAY).template
    done = post(letter, mode="simple")
    assert done.deadline_on is None
    assert held(account, bill, TODAY) == ([("letter", until)] if until else [])
    assert (before, proposing.of_invoice(bill, TODAY + 7 * DAY).template) == ("rappel", "relance_1")


@pytest.mark.parametrize(
    ("on", "mode", "number", "field"),
    [
        (TODAY + DAY, "lrar_counter", "", "on"),
        (TODAY - DAY, "lrar_counter", "", "on"),
        (TODAY, "pigeon", "", "mode"),
        (TODAY, "lre", "1" * 41, "tracking_number"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(notice, on, mode, number, field):
    with pytest.raises(PostingError) as refused:
        post(notice, on, mode, now=NOW, tracking_number=number)
    assert refused.value.field == field
    assert (Letter.get_by_id(notice.id).state, kinds(notice)) == ("ready", [])


def test_no_letter_leaves_before_its_date_nor_before_it_exists(account, latitude, bill):
    ahead = factories.make_letter(latitude, [bill], dated_on=TODAY + 3 * DAY)
    with pytest.raises(PostingError, match="date plus récente"):
        post(ahead)
    late_made = factories.make_letter(latitude, [bill], dated_on=TODAY - 9 * DAY)
    with pytest.raises(PostingError, match="n'existait pas"):
        post(late_made, TODAY - DAY)
    printing = factories.make_letter(latitude, [bill], state="draft", document=None)
    with pytest.raises(PostingError, match="pas encore prête"):
        post(printing)


def test_a_receipt_needs_a_posting_and_a_day_that_makes_sense(notice):
    with pytest.raises(PostingError, match="Notez d'abord le dépôt"):
        receive(notice, TODAY)
    with pytest.raises(PostingError, match="Notez d'abord"):
        posting_letters.add_proof(notice, "deposit", SLIP, by=None, now=NOW)
    post(notice)
    for day in (TODAY - DAY, TODAY + 2 * DAY):
        with pytest.raises(PostingError) as refused:
            posting_letters.receive(notice, outcome="received", on=day, by=None, now=NOW)
        assert refused.value.field == "on"
    with pytest.raises(PostingError, match="Notez d'abord"):
        posting_letters.add_proof(notice, "receipt", SLIP, by=None, now=NOW)


def test_a_form_sent_twice_is_one_posting_and_a_stale_one_is_refused(notice):
    first = post(notice, version=notice.version)
    assert post(notice, version=notice.version).version == first.version
    assert len(kinds(notice)) == 2
    with pytest.raises(StaleError):
        post(notice, mode="simple", version=notice.version)
    with pytest.raises(StaleError):
        receive(notice, TODAY + DAY, version=notice.version)


def test_a_correction_moves_the_deadline_and_the_history_keeps_what_was_noted(account, notice, bill):
    post(notice)
    receive(notice, TODAY + DAY)
    Letter.update(deadline_told_at=NOW, settled_at=NOW).execute()
    moved = receive(notice, TODAY + 4 * DAY)
    assert (moved.deadline_on, moved.deadline_told_at, moved.settled_at) == (dt.date(2026, 12, 7), None, None)
    assert last(notice, "letter_received")["was_state"] == "received"
    with pytest.raises(PostingError, match="plus ancienne"):
        post(notice, TODAY + 5 * DAY)
    assert post(notice, now=at(TODAY + 5 * DAY), tracking_number=NUMBER).state == "received"
    assert kinds(notice).count("letter_received") == 4


def test_what_was_noted_can_be_taken_back_step_by_step(account, bill, notice):
    post(notice, proof=SLIP)
    receive(notice, TODAY + DAY, proof=(b"\xff\xd8\xff ar", "ar.jpg"))
    back = posting_letters.undo(notice, what="receipt", by=None, now=at(TODAY + DAY))
    assert (back.state, back.received_on, back.deadline_on, back.receipt_proof) == ("posted", None, None, None)
    assert held(account, bill, TODAY + 50 * DAY) == [("letter", None)]
    ready = posting_letters.undo(notice, by=None, now=at(TODAY + DAY))
    assert (ready.state, ready.posted_on, ready.mode, ready.deposit_proof) == ("ready", None, "", None)
    assert held(account, bill, TODAY + DAY) == []
    facts = last(notice, "letter_posting_undone")
    assert (facts["what"], facts["posted_on"], facts["deposit_file"]) == ("deposit", str(TODAY), "depot.jpg")
    assert "receipt_file" not in facts
    events = len(kinds(notice))
    assert posting_letters.undo(notice, by=None, now=NOW).state == "ready"
    assert len(kinds(notice)) == events, "nothing is left to undo"


def test_a_proof_can_be_added_then_replaced(notice):
    post(notice)
    posting_letters.add_proof(notice, "deposit", SLIP, by=None, now=NOW)
    posting_letters.add_proof(notice, "deposit", SLIP, by=None, now=NOW)
    assert kinds(notice).count("letter_proof_added") == 2, "the same file again changes nothing"
    done = posting_letters.add_proof(notice, "deposit", (b"\xff\xd8\xff net", "net.jpg"), by=None, now=NOW)
    assert done.deposit_proof.name == "net.jpg"
    assert last(notice, "letter_proof_added")["replaces"] == "depot.jpg"


def test_money_that_arrives_closes_it_all(account, notice):
    post(notice)
    receive(notice, TODAY + DAY)
    for line in notice.lines:
        paying.record(line.invoice, line.invoice.balance_cents, TODAY + 2 * DAY, by=None, now=at(TODAY + 2 * DAY))
    after = at(TODAY + 30 * DAY)
    assert letter_deadlines.tell_expired(after, base_url="", domain="relance.example") == []
    assert [group.kind for group in attending.groups(account, after)] == []
    moved = receive(notice, TODAY + 3 * DAY)
    assert moved.received_on == TODAY + 3 * DAY, "what is paid can still be put right, and holds nothing more"
    assert Pause.select().where(Pause.until_on == moved.deadline_on).count() == 0
