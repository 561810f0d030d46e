"""What the tables of sequences hold by themselves."""

import peewee
import pytest

from relance.db import transaction
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.sequences import FIRST_KEY, Sequence, SequenceStep, new_step_key
from tests import factories
from tests.factories import NOW
from tests.making import enrol, make_sequence


def make(account, title="Suivi", **fields):
    values = {"title_key": title.casefold(), "created_at": NOW, "updated_at": NOW}
    return Sequence.create(account=account, title=title, **values | fields)


def refuses(work):
    with pytest.raises(peewee.IntegrityError), transaction():
        work()


@pytest.mark.requirement("S3.12")
def test_a_title_is_unique_in_its_account_by_the_database_itself(account):
    make(account)
    refuses(lambda: make(account))
    make(factories.make_account("Autre"))
    assert Sequence.select().count() == 2


def test_a_revision_has_one_block_a_day_and_one_of_each_key(account):
    sequence = make(account)
    SequenceStep.create(sequence=sequence, revision=1, key=2000, offset_days=3)
    refuses(lambda: SequenceStep.create(sequence=sequence, revision=1, key=2001, offset_days=3))
    refuses(lambda: SequenceStep.create(sequence=sequence, revision=1, key=2000, offset_days=4))
    SequenceStep.create(sequence=sequence, revision=2, key=2000, offset_days=3)  # the same block, edited later
    assert sequence.steps.count() == 2


def test_the_editor_shows_the_draft_where_there_is_one(account):
    sequence = make(account)
    assert (sequence.draft_revision, sequence.shown_revision) == (1, 0)
    sequence.revision, sequence.has_draft = 3, True
    assert (sequence.draft_revision, sequence.shown_revision) == (4, 4)
    sequence.has_draft = False
    assert sequence.shown_revision == 3


def test_a_block_never_has_the_number_of_a_step_of_a_frequency():
    keys = {new_step_key() for _ in range(200)}
    assert len(keys) == 200
    assert min(keys) >= FIRST_KEY and max(keys) < 2**31  # what an integer column takes


@pytest.mark.requirement("S3.25", "S3.28")
def test_deleting_a_sequence_takes_its_blocks_and_leaves_clients_and_chases(account, latitude, invoice):
    sequence = make_sequence(account, (12, "rappel"))
    enrol(sequence, latitude)
    Sequence.delete().where(Sequence.id == sequence.id).execute()
    assert not SequenceStep.select().exists()
    assert Client.get_by_id(latitude.id).sequence_id is None
    assert Chase.get().sequence_id is None
