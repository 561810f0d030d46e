import importlib

import pytest

from relance.mail import delivered
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.sequences import Sequence, SequenceStep
from relance.services import delivered_sequences, sequence_blocks, sequencing
from tests import factories
from tests.factories import NOW


def test_the_migration_delivers_the_same_sequences():
    migration = importlib.import_module("relance.migrations.0002_sequences")
    here = tuple(
        (
            one.key,
            one.title,
            one.description,
            one.claims_fees,
            tuple((step.kind, step.offset_days, step.template) for step in one.steps),
        )
        for one in delivered_sequences.ALL
    )
    assert here == migration.DELIVERED


@pytest.mark.requirement("S3.20")
def test_a_new_account_has_them_published_without_a_client(account):
    sequencing.deliver(account, NOW)
    found = {sequence.title: sequence for sequence in sequencing.listed(account)}
    assert sorted(found) == ["Douce", "Particuliers", "Secteur public", "Standard B2B"]
    days = [step.offset_days for step in sequencing.steps_of(found["Standard B2B"])]
    assert days == [-3, 3, 10, 20, 30, 38]
    assert [row.claims_fees for row in found.values()].count(False) == 1
    assert not Client.select().where(Client.sequence.is_null(False)).exists()
    assert all(row.revision == 1 and not row.has_draft and not row.is_default for row in found.values())


@pytest.mark.requirement("S4.5")
def test_the_standard_one_writes_before_the_due_date_and_asks_for_a_letter_after_it(account):
    sequencing.deliver(account, NOW)
    standard = Sequence.get(Sequence.key == "standard_b2b")
    steps = [(step.kind, step.offset_days, step.template) for step in sequencing.steps_of(standard)]
    assert steps[0] == ("mail", -3, "prerelance") and steps[-1] == ("letter", 38, "formal_notice")
    mails = [offset for kind, offset, _ in steps if kind == "mail"]
    assert mails == sorted(mails) and [kind for kind, _, _ in steps].count("letter") == 1
    assert [delivered.KINDS[ref].level for kind, _, ref in steps if kind == "mail"] == [0, 1, 2, 3, 4]


def test_delivering_twice_changes_nothing(account):
    sequencing.deliver(account, NOW)
    sequencing.deliver(account, NOW)
    assert Sequence.select().count() == 4
    assert SequenceStep.select().count() == 15


def test_a_deleted_one_comes_back_under_a_title_that_is_free(account):
    sequencing.deliver(account, NOW)
    douce = Sequence.get(Sequence.key == "douce")
    sequencing.delete(douce, "douce", by=None, now=NOW)
    sequencing.create(account, sequencing.Facts("Douce"), by=None, now=NOW)
    assert [one.key for one in sequencing.missing(account)] == ["douce"]
    again = sequencing.restore_delivered(account, "douce", by=None, now=NOW)
    assert again is not None
    assert again.title == "Douce 2"
    assert [step.offset_days for step in sequencing.steps_of(again)] == [7, 21, 45]
    assert sequencing.restore_delivered(account, "douce", by=None, now=NOW) is None
    assert sequencing.restore_delivered(account, "inconnue", by=None, now=NOW) is None
    assert Event.select().where(Event.kind == "sequence_created").count() == 2


@pytest.mark.requirement("S3.20")
def test_going_back_to_the_original_is_a_draft_whose_blocks_keep_their_keys(account):
    sequencing.deliver(account, NOW)
    b2b = Sequence.get(Sequence.key == "standard_b2b")
    keys = {step.template: step.key for step in sequencing.steps_of(b2b)}
    step = next(step for step in sequencing.steps_of(b2b) if step.template == "rappel")
    moved = sequence_blocks.Block("mail", 5, "rappel")
    sequencing.change_step(b2b, step.key, moved, version=1, by=None, now=NOW)
    sequencing.delete_step(Sequence.get_by_id(b2b.id), keys["relance_1"], version=2, by=None, now=NOW)
    sequencing.reset(Sequence.get_by_id(b2b.id), version=3, by=None, now=NOW)
    back = Sequence.get_by_id(b2b.id)
    assert back.has_draft
    assert [(one.offset_days, one.template) for one in sequencing.steps_of(back)] == [
        (-3, "prerelance"),
        (3, "rappel"),
        (10, "relance_1"),
        (20, "relance_2"),
        (30, "dernier_rappel"),
        (38, "formal_notice"),
    ]
    after = {one.template: one.key for one in sequencing.steps_of(back)}
    assert {name for name in keys if after[name] == keys[name]} == set(keys) - {"relance_1"}


def test_ones_own_sequence_has_no_original(account):
    own = sequencing.create(account, sequencing.Facts("À moi"), by=None, now=NOW)
    with pytest.raises(sequencing.SequenceError):
        sequencing.reset(own, version=1, by=None, now=NOW)
    assert Sequence.get_by_id(own.id).version == 1


def test_each_account_has_its_own(account):
    other = factories.make_account("Menuiserie Basile")
    sequencing.deliver(account, NOW)
    sequencing.deliver(other, NOW)
    assert len(sequencing.listed(other)) == 4
