"""The steps of plans as they stand: of a frequency, or of a sequence's published, frozen or draft revision."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from relance.models.chases import Chase
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import Template
from relance.rules.plans import Step, plan_steps
from relance.services import gathering

Revision = tuple[int, int]  # a sequence's id and the number of one of its revisions


def of_chase(chase: Chase) -> tuple[Step, ...]:
    """The steps of one chase."""
    return of_chases([chase])[chase.id]


def of_chases(chases: Iterable[Chase]) -> dict[int, tuple[Step, ...]]:
    """The steps of each chase, in two queries at most. A chase without its sequence any more has none."""
    rows = list(chases)
    by_sequence = [chase for chase in rows if chase.frequency == "sequence" and chase.sequence_id]
    if not by_sequence:
        return arranged(rows, {}, {})
    ids = {chase.sequence_id for chase in by_sequence}
    query = Sequence.select(Sequence.id, Sequence.revision).where(Sequence.id.in_(list(ids)))
    published = {sequence_id: revision for sequence_id, revision in query.tuples()}  # noqa: C416 typed rows
    wanted = ((chase.sequence_id, revision_of(chase, published)) for chase in by_sequence)
    return arranged(rows, published, of_revisions(by_sequence[0].account_id, wanted))


def arranged(
    chases: Iterable[Chase], published: Mapping[int, int], known: Mapping[Revision, tuple[Step, ...]]
) -> dict[int, tuple[Step, ...]]:
    """The steps of each chase from the revisions that were read; ``published``: that of each sequence."""
    found: dict[int, tuple[Step, ...]] = {}
    for chase in chases:
        if chase.frequency != "sequence":
            found[chase.id] = plan_steps(chase.frequency, chase.count, chase.first_offset_days)
        else:
            found[chase.id] = known.get((chase.sequence_id, revision_of(chase, published)), ())
    return found


def revision_of(chase: Chase, published: Mapping[int, int]) -> int:
    """The revision of its sequence that a chase follows: its own, or the published one."""
    return int(chase.frozen_revision or published.get(chase.sequence_id, 0))


def of_sequence(sequence: Sequence, revision: int | None = None) -> tuple[Step, ...]:
    """The steps of a sequence's published revision, or of another."""
    wanted = (sequence.id, sequence.revision if revision is None else revision)
    return of_revisions(sequence.account_id, [wanted]).get(wanted, ())


def of_revisions(account_id: int, revisions: Iterable[Revision]) -> dict[Revision, tuple[Step, ...]]:
    """The steps of these revisions of one account's sequences, by rising offset, in one query."""
    wanted = set(revisions)
    if not wanted:
        return {}
    rows, levels = gathering.read(revisions_read(wanted), levels_read(account_id))
    return {revision: steps for revision, steps in by_revision(rows, dict(levels)).items() if revision in wanted}


def revisions_read(wanted: Collection[Revision]) -> Any:
    """The query of the blocks of these revisions, with those of another sequence that bears one of their numbers."""
    return (
        SequenceStep.select()
        .where(
            SequenceStep.sequence.in_([sequence_id for sequence_id, _ in wanted]),
            SequenceStep.revision.in_([revision for _, revision in wanted]),
        )
        .order_by(SequenceStep.offset_days, SequenceStep.id)
    )


def by_revision(rows: Iterable[SequenceStep], levels: dict[str, int]) -> dict[Revision, tuple[Step, ...]]:
    """The steps of each revision among these blocks, in their order."""
    found: dict[Revision, list[Step]] = defaultdict(list)
    for row in rows:
        found[row.sequence_id, row.revision].append(as_step(row, levels))
    return {revision: tuple(steps) for revision, steps in found.items()}


def as_step(row: SequenceStep, levels: dict[str, int]) -> Step:
    """A block as the rules see it."""
    return Step(row.key, row.offset_days, row.template, row.kind, levels.get(row.template), row.since_on)


def own_levels(account_id: int) -> dict[str, int]:
    """How firm the account's own templates are, and those delivered whose tone it changed, by their ref."""
    return dict(levels_read(account_id))


def levels_read(account_id: int) -> Any:
    """The query of ``own_levels``, in pairs."""
    return Template.select(Template.ref, Template.level).where(Template.account == account_id).tuples()
