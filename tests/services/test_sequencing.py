import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.messages import Message
from relance.models.sequences import Sequence, SequenceStep
from relance.services import sequencing
from relance.services.enrolling import EnrolmentConflict
from relance.services.sequencing import Block, Facts, SequenceError
from tests import factories
from tests.factories import NOW


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


def make(account, title, **values):
    return sequencing.create(account, Facts(title, **values), by=None, now=NOW)


def kinds():
    return [event.kind for event in Event.select().order_by(Event.id)]


@pytest.mark.requirement("S3.12")
def test_a_title_is_required_and_a_description_is_not(account):
    with pytest.raises(SequenceError) as error:
        make(account, "   ")
    assert error.value.field == "title"
    made = make(account, "  Grands   comptes ", description="Avec douceur.")
    assert (made.title, made.description, made.revision, made.has_draft) == (
        "Grands comptes",
        "Avec douceur.",
        0,
        False,
    )
    assert make(account, "Sans description").description == ""
    assert kinds() == ["sequence_created", "sequence_created"]


@pytest.mark.requirement("S3.12")
@pytest.mark.parametrize("title", ["Grands comptes", "GRANDS COMPTES", " grands  comptes "])
def test_a_title_is_unique_in_the_account_whatever_its_case(account, title):
    make(account, "Grands comptes")
    with pytest.raises(SequenceError) as error:
        make(account, title)
    assert error.value.field == "title"
    assert Sequence.select().count() == 1
    make(factories.make_account("Autre"), title)


@pytest.mark.parametrize(
    ("values", "field"), [({"title": "x" * 121}, "title"), ({"description": "x" * 2001}, "description")]
)
def test_what_is_too_long_is_refused(account, values, field):
    with pytest.raises(SequenceError) as error:
        make(account, **({"title": "Titre"} | values))
    assert error.value.field == field


def test_a_sequence_is_renamed_at_once(account, b2b):
    changed = sequencing.change(b2b, Facts("Pros", "Neuf", False, True), version=1, by=None, now=NOW)
    assert (changed.title, changed.title_key, changed.claims_fees, changed.asks_before_sending, changed.version) == (
        "Pros",
        "pros",
        False,
        True,
        2,
    )
    with pytest.raises(SequenceError):
        sequencing.change(changed, Facts("douce"), version=2, by=None, now=NOW)
    assert Sequence.get_by_id(b2b.id).version == 2


@pytest.mark.requirement("S3.20")
def test_a_copy_has_its_own_keys_and_no_client(account, b2b, latitude):
    Client.update(sequence=b2b).execute()
    copied = sequencing.duplicate(b2b, by=None, now=NOW)
    again = sequencing.duplicate(b2b, by=None, now=NOW)
    assert (copied.title, again.title) == ("Standard B2B (copie)", "Standard B2B (copie 2)")
    assert (copied.revision, copied.has_draft, copied.key) == (0, True, "")
    here, there = sequencing.steps_of(b2b), sequencing.steps_of(copied)
    assert [(s.kind, s.offset_days, s.template) for s in here] == [(s.kind, s.offset_days, s.template) for s in there]
    assert not {step.key for step in here} & {step.key for step in there}
    assert not Client.select().where(Client.sequence == copied).exists()


def follow(b2b, invoice):
    Client.update(sequence=b2b, enrolled_at=NOW).where(Client.id == invoice.client_id).execute()
    return Chase.create(
        account=b2b.account_id,
        client=invoice.client_id,
        invoice=invoice,
        frequency="sequence",
        sequence=b2b,
        is_inherited=True,
        started_at=NOW,
        next_check_at=NOW,
    )


def test_archiving_takes_the_clients_out_and_frees_the_title(account, b2b, invoice):
    chase = follow(b2b, invoice)
    assert sequencing.archive(b2b, by=None, now=NOW) == 1
    gone = Sequence.get_by_id(b2b.id)
    assert gone.archived_at == NOW
    assert Client.get_by_id(invoice.client_id).sequence_id is None
    assert (Chase.get_by_id(chase.id).ended_at, Chase.get_by_id(chase.id).ended_because) == (NOW, "unenrolled")
    assert b2b.id not in {row.id for row in sequencing.listed(account)}
    assert [row.id for row in sequencing.listed(account, is_archived=True)] == [b2b.id]
    assert kinds()[-3:] == ["chase_stopped", "client_unenrolled", "sequence_archived"]
    taken = make(account, "Standard B2B")
    with pytest.raises(SequenceError):
        sequencing.unarchive(gone, by=None, now=NOW)
    sequencing.change(taken, Facts("Autre"), version=1, by=None, now=NOW)
    sequencing.unarchive(gone, by=None, now=NOW)
    assert Sequence.get_by_id(b2b.id).archived_at is None


@pytest.mark.requirement("S3.25")
def test_deleting_asks_for_the_title_and_keeps_the_history(account, b2b, invoice):
    chase = follow(b2b, invoice)
    sent = Message.create(
        account=account,
        client=invoice.client_id,
        kind="reminder",
        state="sent",
        template="rappel",
        to_json="[]",
        subject="Rappel",
        body_text="Bonjour",
        message_id="<1@relance.example>",
        token="1",
        not_before_at=NOW,
        created_at=NOW,
    )
    with pytest.raises(SequenceError) as error:
        sequencing.delete(b2b, "standard", by=None, now=NOW)
    assert error.value.field == "typed"
    assert sequencing.delete(b2b, " standard b2b ", by=None, now=NOW) == 1
    assert not Sequence.select().where(Sequence.id == b2b.id).exists()
    assert not SequenceStep.select().where(SequenceStep.sequence == b2b.id).exists()
    ended = Chase.get_by_id(chase.id)
    assert (ended.sequence_id, ended.ended_because) == (None, "sequence_deleted")
    assert Client.get_by_id(invoice.client_id).sequence_id is None
    assert Message.get_by_id(sent.id).body_text == "Bonjour"
    told = Event.get(Event.kind == "sequence_deleted")
    assert told.facts == {"name": "Standard B2B", "clients": 1}


def test_one_sequence_at_most_is_the_default(account, b2b):
    douce = Sequence.get(Sequence.key == "douce")
    assert sequencing.default_of(account) is None
    assert sequencing.make_default(account, b2b, by=None, now=NOW)
    assert sequencing.make_default(account, douce, by=None, now=NOW)
    assert not sequencing.make_default(account, douce, by=None, now=NOW)
    assert Sequence.select().where(Sequence.is_default).count() == 1
    assert sequencing.default_of(account) == douce
    sequencing.archive(douce, by=None, now=NOW)
    assert sequencing.default_of(account) is None
    sequencing.make_default(account, b2b, by=None, now=NOW)
    assert sequencing.make_default(account, None, by=None, now=NOW)
    assert sequencing.default_of(account) is None


def test_a_sequence_without_a_published_block_is_no_default(account):
    own = make(account, "Vide")
    sequencing.add_step(own, Block("mail", 5, "rappel"), version=1, by=None, now=NOW)
    with pytest.raises(SequenceError):
        sequencing.make_default(account, Sequence.get_by_id(own.id), by=None, now=NOW)


def test_a_client_that_followed_the_account_goes_on_following_it_when_the_sequence_goes(account, b2b, latitude):
    other = factories.make_client(account, "Studio Kérity")
    sequencing.follow([latitude], b2b, shown={}, is_chosen=False, by=None, now=NOW)
    sequencing.follow([other], b2b, shown={}, by=None, now=NOW)
    sequencing.archive(b2b, by=None, now=NOW)
    chosen = {client.id: client.chooses_sequence for client in Client.select()}
    assert (chosen[latitude.id], chosen[other.id]) == (False, True)
    assert {client.sequence_id for client in Client.select()} == {None}


def test_clients_move_together_or_not_at_all(account, b2b, latitude):
    douce = Sequence.get(Sequence.key == "douce")
    other = factories.make_client(account, "Studio Kérity")
    sequencing.follow([other], douce, shown={other.id: None}, by=None, now=NOW)
    for target in (b2b, None):
        with pytest.raises(EnrolmentConflict) as error:
            sequencing.follow([latitude, other], target, shown={latitude.id: None, other.id: b2b.id}, by=None, now=NOW)
        assert "Studio Kérity" in str(error.value)
    assert Client.get_by_id(latitude.id).sequence_id is None
    assert Client.get_by_id(other.id).sequence_id == douce.id


def test_what_is_planned_is_counted(account, b2b, latitude, nadia):
    assert sequencing.planned_sends(b2b, NOW) == 0
    factories.make_invoice(latitude, due_on=factories.TODAY + dt.timedelta(days=20))
    sequencing.follow([latitude], b2b, shown={}, by=None, now=NOW)
    assert sequencing.planned_sends(b2b, NOW) == 5, "the letter is a task"
