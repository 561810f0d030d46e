"""The steps a chase follows: of its frequency, or of its sequence as published or frozen, never of a draft."""

from dataclasses import replace

import pytest

from relance.models.chases import Chase
from relance.models.templates import Template
from relance.rules.plans import plan_steps
from relance.services import chasing, sequencing, steps
from tests import factories
from tests.factories import NOW
from tests.making import add_block, block_at, drop_block, enrol, latest, make_sequence, move_block, publish, switch_on
from tests.services.test_chasing import counting


def follow(sequence, client, **fields):
    """An invoice of the client, to come, that follows the sequence."""
    invoice = factories.make_invoice(client, due_on=NOW.date() + factories.dt.timedelta(5), **fields)
    enrol(sequence, client)
    return Chase.get(Chase.invoice == invoice)


def offsets(found):
    return [step.offset_days for step in found]


def test_a_frequency_has_the_steps_of_its_rules(coming, nadia):
    chase = switch_on(coming, nadia, count=3)
    assert steps.of_chase(chase) == plan_steps("weekly", 3)


def test_a_sequence_has_its_blocks_by_day_whatever_the_order_they_were_made_in(account, latitude, nadia):
    sequence = make_sequence(account, (20, "relance_1"), (-3, "prerelance"), (38, "formal_notice", "letter"))
    found = steps.of_chase(follow(sequence, latitude))
    assert [(s.offset_days, s.template, s.kind) for s in found] == [
        (-3, "prerelance", "mail"),
        (20, "relance_1", "mail"),
        (38, "formal_notice", "letter"),
    ]
    assert [s.index for s in found] == [block_at(sequence, days).key for days in (-3, 20, 38)]


def test_a_draft_is_not_followed_before_it_is_published(account, latitude, nadia):
    sequence = make_sequence(account, (3, "rappel"))
    chase = follow(sequence, latitude)
    add_block(sequence, 10, "relance_1")
    assert offsets(steps.of_chase(chase)) == [3]
    assert offsets(steps.of_sequence(latest(sequence), latest(sequence).draft_revision)) == [3, 10]
    publish(sequence)
    assert offsets(steps.of_chase(chase)) == [3, 10]


def test_frozen_it_keeps_to_the_blocks_of_its_day(account, latitude, nadia, coming):
    sequence = make_sequence(account, (3, "rappel"), (10, "relance_1"))
    frozen = switch_on(coming, nadia, frequency="sequence", sequence_id=sequence.id, is_frozen=True)
    assert frozen.frozen_revision == 1
    drop_block(sequence, 10)
    move_block(sequence, 3, 5)
    publish(sequence)
    assert offsets(steps.of_chase(frozen)) == [3, 10]
    # Saving the same choice again does not thaw it, nor freeze it on the blocks of today.
    again = chasing.start(coming, replace(chasing.plan_of(frozen), start="keep"), by=None, now=NOW)
    assert again.frozen_revision == 1


def test_a_deleted_sequence_leaves_no_step(account, latitude, nadia):
    sequence = make_sequence(account, (3, "rappel"))
    chase = follow(sequence, latitude)
    sequencing.delete(latest(sequence), "Ma séquence", by=None, now=NOW)
    ended = Chase.get_by_id(chase.id)
    assert (ended.ended_because, ended.sequence_id) == ("sequence_deleted", None)
    assert steps.of_chase(ended) == ()


def test_a_template_of_the_account_brings_its_own_tone(account, latitude, nadia):
    stranger = factories.make_account("Autre")
    for owner, level in ((account, 3), (stranger, 0)):
        Template.create(
            account=owner, ref="rappel", name="Rappel", name_key="rappel", level=level, created_at=NOW, updated_at=NOW
        )
    sequence = make_sequence(account, (3, "rappel"), (10, "relance_1"))
    assert [step.level for step in steps.of_sequence(sequence)] == [3, 2]
    assert steps.own_levels(account.id) == {"rappel": 3}


@pytest.mark.parametrize("count", [1, 8])
def test_the_steps_of_many_chases_cost_two_queries(account, latitude, nadia, database, count):
    sequences = [make_sequence(account, (3 + n, "rappel"), title=f"Séquence {n}") for n in range(count)]
    chases = []
    for n, sequence in enumerate(sequences):
        client = factories.make_client(account, f"Client {n}")
        factories.make_contact(client)
        chases.append(follow(sequence, client))
    with counting(database) as queries:
        found = steps.of_chases(chases)
    assert len(queries) == 2
    assert [offsets(found[chase.id]) for chase in chases] == [[3 + n] for n in range(count)]
