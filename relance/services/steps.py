"""The steps of plans as they stand: of a frequency, or of a sequence's published, frozen or draft revision."""

from collections import defaultdict
from collections.abc import Iterable

from relance.models.chases import Chase
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import Template
from relance.rules.plans import Step, plan_steps

Revision = tuple[int, int]  # a sequence's id and the number of one of its revisions


def of_chase(chase: Chase) -> tuple[Step, ...]:
    """The steps of one chase."""
    return of_chases([chase])[chase.id]


def of_chases(chases: Iterable[Chase]) -> dict[int, tuple[Step, ...]]:
    """The steps of each chase, in three queries at most. A chase without its sequence any more has none."""
    rows = list(chases)
    by_sequence = [chase for chase in rows if chase.frequency == "sequence" and chase.sequence_id]
    published: dict[int, int] = {}
    if by_sequence:
        ids = {chase.sequence_id for chase in by_sequence}
        query = Sequence.select(Sequence.id, Sequence.revision).where(Sequence.id.in_(list(ids)))
        published = {sequence_id: revision for sequence_id, revision in query.tuples()}  # noqa: C416 typed rows
    wanted = {chase.id: (chase.sequence_id, _revision(chase, published)) for chase in by_sequence}
    known = of_revisions(by_sequence[0].account_id, wanted.values()) if by_sequence else {}
    found: dict[int, tuple[Step, ...]] = {}
    for chase in rows:
        if chase.frequency == "sequence":
            found[chase.id] = known.get(wanted[chase.id], ()) if chase.id in wanted else ()
        else:
            found[chase.id] = plan_steps(chase.frequency, chase.count, chase.first_offset_days)
    return found


def _revision(chase: Chase, published: dict[int, int]) -> int:
    return int(chase.frozen_revision or published.get(chase.sequence_id, 0))


def of_sequence(sequence: Sequence, revision: int | None = None) -> tuple[Step, ...]:
    """The steps of a sequence's published revision, or of another."""
    wanted = (sequence.id, sequence.revision if revision is None else revision)
    return of_revisions(sequence.account_id, [wanted]).get(wanted, ())


def of_revisions(account_id: int, revisions: Iterable[Revision]) -> dict[Revision, tuple[Step, ...]]:
    """The steps of these revisions of one account's sequences, by rising offset."""
    wanted = set(revisions)
    if not wanted:
        return {}
    levels = own_levels(account_id)
    rows = (
        SequenceStep.select()
        .where(
            SequenceStep.sequence.in_([sequence_id for sequence_id, _ in wanted]),
            SequenceStep.revision.in_([revision for _, revision in wanted]),
        )
        .order_by(SequenceStep.offset_days, SequenceStep.id)
    )
    found: dict[Revision, list[Step]] = defaultdict(list)
    for row in rows:
        if (row.sequence_id, row.revision) in wanted:
            found[row.sequence_id, row.revision].append(as_step(row, levels))
    return {revision: tuple(steps) for revision, steps in found.items()}


def as_step(row: SequenceStep, levels: dict[str, int]) -> Step:
    """A block as the rules see it."""
    return Step(row.key, row.offset_days, row.template, row.kind, levels.get(row.template), row.since_on)


def own_levels(account_id: int) -> dict[str, int]:
    """How firm the account's own templates are, and those delivered whose tone it changed, by their ref."""
    query = Template.select(Template.ref, Template.level).where(Template.account == account_id)
    return {ref: level for ref, level in query.tuples()}  # noqa: C416 typed rows
