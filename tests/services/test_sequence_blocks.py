import pytest

from relance.models.events import Event
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import Template
from relance.services import sequencing
from relance.services.sequencing import Block, Facts, SequenceError, StaleSequence
from tests.factories import NOW


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


def days(sequence):
    return [step.offset_days for step in sequencing.steps_of(Sequence.get_by_id(sequence.id))]


def published(sequence):
    return [step.offset_days for step in sequencing.steps_of(sequence, sequence.revision)]


def changes():
    return [
        event.facts["change"] for event in Event.select().where(Event.kind == "sequence_changed").order_by(Event.id)
    ]


@pytest.mark.requirement("S3.14")
def test_the_first_edit_copies_the_blocks_and_leaves_the_published_ones(b2b):
    keys = [step.key for step in sequencing.steps_of(b2b)]
    added = sequencing.add_step(b2b, Block("mail", -10, "prerelance"), version=1, by=None, now=NOW)
    fresh = Sequence.get_by_id(b2b.id)
    assert (fresh.has_draft, fresh.revision, fresh.version) == (True, 1, 2)
    assert days(b2b) == [-10, -3, 3, 10, 20, 30, 38]
    assert published(fresh) == [-3, 3, 10, 20, 30, 38]
    assert [step.key for step in sequencing.steps_of(fresh)] == [added.key, *keys]
    assert changes() == ["block_added"]


@pytest.mark.requirement("S3.16")
def test_a_block_changes_its_day_and_template_and_keeps_its_key(b2b):
    step = sequencing.steps_of(b2b)[1]
    sequencing.change_step(b2b, step.key, Block("mail", 5, "relance_1"), version=1, by=None, now=NOW)
    changed = sequencing.step_of(Sequence.get_by_id(b2b.id), step.key)
    assert (changed.key, changed.offset_days, changed.template) == (step.key, 5, "relance_1")
    assert SequenceStep.get_by_id(step.id).offset_days == 3, "the published one stays"


@pytest.mark.requirement("S3.23")
def test_a_deleted_block_leaves_the_others_where_they_are(b2b):
    step = sequencing.steps_of(b2b)[2]
    sequencing.delete_step(b2b, step.key, version=1, by=None, now=NOW)
    assert days(b2b) == [-3, 3, 20, 30, 38]
    assert changes() == ["block_deleted"]


def test_two_blocks_on_one_day_are_refused_at_the_field(b2b):
    with pytest.raises(SequenceError, match=r"Un bloc existe déjà à J\+10\.") as error:
        sequencing.add_step(b2b, Block("mail", 10, "rappel"), version=1, by=None, now=NOW)
    assert error.value.field == "days"
    with pytest.raises(SequenceError, match="à J−3"):
        sequencing.add_step(b2b, Block("mail", -3, "rappel"), version=1, by=None, now=NOW)
    step = sequencing.steps_of(b2b)[1]
    with pytest.raises(SequenceError):
        sequencing.change_step(b2b, step.key, Block("mail", 10, "rappel"), version=1, by=None, now=NOW)
    sequencing.change_step(b2b, step.key, Block("mail", 3, "relance_1"), version=1, by=None, now=NOW)
    assert (Sequence.get_by_id(b2b.id).version, len(changes())) == (2, 1)


@pytest.mark.parametrize(
    ("block", "field"),
    [
        (Block("fax", 5, "rappel"), "kind"),
        (Block("mail", 366, "rappel"), "days"),
        (Block("mail", -366, "prerelance"), "days"),
        (Block("mail", 5, ""), "template"),
        (Block("mail", 5, "standard"), "template"),
        (Block("mail", 5, "formal_notice"), "template"),
        (Block("letter", 50, "rappel"), "letter"),
    ],
)
def test_a_block_that_cannot_be_is_refused_at_its_field_and_nothing_is_written(b2b, block, field):
    with pytest.raises(SequenceError) as error:
        sequencing.add_step(b2b, block, version=1, by=None, now=NOW)
    assert error.value.field == field
    assert (Sequence.get_by_id(b2b.id).version, Sequence.get_by_id(b2b.id).has_draft) == (1, False)
    assert not changes()


def test_letters_and_calls_are_blocks_too(b2b):
    sequencing.add_step(b2b, Block("letter", 60, "amicable"), version=1, by=None, now=NOW)
    call = sequencing.add_step(Sequence.get_by_id(b2b.id), Block("call", 45, "rappel"), version=2, by=None, now=NOW)
    assert (call.kind, call.template) == ("call", "")


def test_the_users_own_templates_may_be_sent_unless_archived_or_of_another_use(b2b, account):
    def make(ref, **values):
        Template.create(account=account, ref=ref, name=ref, name_key=ref, created_at=NOW, updated_at=NOW, **values)

    make("modele-1", category="reminder")
    make("modele-2", category="thanks")
    make("modele-3", category="before", archived_at=NOW)
    found = sequencing.mail_templates(account)
    assert {"prerelance", "echeance", "dernier_rappel", "modele-1"} <= found
    assert not found & {"modele-2", "modele-3", "standard"}


@pytest.mark.requirement("S3.13")
def test_first_interval_and_total_make_the_blocks_of_the_draft(b2b):
    rappel = next(step for step in sequencing.steps_of(b2b) if step.template == "rappel")
    sequencing.generate(b2b, 2, 7, 30, version=1, by=None, now=NOW)
    found = sequencing.steps_of(Sequence.get_by_id(b2b.id))
    assert [step.offset_days for step in found] == [2, 9, 16, 23, 30]
    assert [step.template for step in found] == ["rappel", "relance_1", "relance_2", "relance_2", "dernier_rappel"]
    assert found[0].key == rappel.key, "what sent this text keeps its key"
    with pytest.raises(SequenceError) as error:
        sequencing.generate(Sequence.get_by_id(b2b.id), 2, 0, 30, version=2, by=None, now=NOW)
    assert error.value.field == "interval"


@pytest.mark.requirement("S3.19")
def test_twelve_blocks_are_accepted(account):
    own = sequencing.create(account, Facts("Longue"), by=None, now=NOW)
    sequencing.generate(own, 7, 7, 84, version=1, by=None, now=NOW)
    assert len(days(own)) == 12


def test_a_draft_is_abandoned(b2b):
    sequencing.generate(b2b, 2, 7, 30, version=1, by=None, now=NOW)
    sequencing.discard(Sequence.get_by_id(b2b.id), version=2, by=None, now=NOW)
    fresh = Sequence.get_by_id(b2b.id)
    assert (fresh.has_draft, days(b2b)) == (False, [-3, 3, 10, 20, 30, 38])
    assert SequenceStep.select().where(SequenceStep.sequence == b2b, SequenceStep.revision == 2).count() == 0
    assert changes() == ["generated", "discarded"]


def test_two_windows_on_one_sequence_the_second_is_told_and_writes_nothing(b2b):
    other = Sequence.get_by_id(b2b.id)
    key = sequencing.steps_of(b2b)[0].key
    sequencing.add_step(b2b, Block("mail", 50, "relance_2"), version=1, by=None, now=NOW)
    before = (days(b2b), changes())
    for attempt in (
        lambda: sequencing.add_step(other, Block("mail", 60, "relance_2"), version=1, by=None, now=NOW),
        lambda: sequencing.change_step(other, key, Block("mail", -5, "prerelance"), version=1, by=None, now=NOW),
        lambda: sequencing.delete_step(other, key, version=1, by=None, now=NOW),
        lambda: sequencing.generate(other, 2, 7, 30, version=1, by=None, now=NOW),
        lambda: sequencing.discard(other, version=1, by=None, now=NOW),
        lambda: sequencing.change(other, Facts("Autre"), version=1, by=None, now=NOW),
    ):
        with pytest.raises(StaleSequence):
            attempt()
    assert (days(b2b), changes()) == before


def test_a_block_deleted_in_another_window_is_stale(b2b):
    key = sequencing.steps_of(b2b)[0].key
    sequencing.delete_step(b2b, key, version=1, by=None, now=NOW)
    with pytest.raises(StaleSequence):
        sequencing.change_step(
            Sequence.get_by_id(b2b.id), key, Block("mail", -5, "prerelance"), version=2, by=None, now=NOW
        )
    assert Sequence.get_by_id(b2b.id).version == 2


def test_days_are_written_as_people_do():
    assert [sequencing.day_name(day) for day in (-2, 0, 15)] == ["J−2", "J", "J+15"]
