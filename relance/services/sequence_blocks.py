"""The blocks of a sequence: read them, and write the draft that « Mettre à jour la séquence » will publish.

Each change is written in the draft revision, one transaction each, by whoever holds the version the page showed.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.events import record
from relance.models.sequences import Sequence, SequenceStep, new_step_key
from relance.models.templates import Template
from relance.rules import spacing
from relance.rules.plans import LEVELS
from relance.services import delivered_sequences
from relance.services.publishing import StaleSequence

KINDS = ("mail", "letter", "call")
LETTERS = ("formal_notice", "amicable")
IN_BLOCKS = ("before", "reminder")  # the categories of templates that a block may send


class SequenceError(Exception):
    """This cannot be saved; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Block:
    """What a block form says. ``offset_days`` counts from J, before it when negative; a call has no template."""

    kind: str
    offset_days: int
    template: str = ""


def steps_of(sequence: Sequence, revision: int | None = None) -> list[SequenceStep]:
    """The blocks of a revision by day; those the editor shows when none is named."""
    wanted = sequence.shown_revision if revision is None else revision
    query = SequenceStep.select().where(SequenceStep.sequence == sequence, SequenceStep.revision == wanted)
    return list(query.order_by(SequenceStep.offset_days))


def step_of(sequence: Sequence, key: int) -> SequenceStep | None:
    """The block of that key as the editor shows it, or None."""
    found: SequenceStep | None = SequenceStep.get_or_none(
        SequenceStep.sequence == sequence,
        SequenceStep.revision == sequence.shown_revision,
        SequenceStep.key == key,
    )
    return found


def add_step(sequence: Sequence, block: Block, *, version: int, by: User | None, now: dt.datetime) -> SequenceStep:
    """Add a block to the draft. SequenceError names the field to correct; StaleSequence: another window was first."""
    with transaction():
        fresh = open_draft(sequence, version=version, now=now)
        check_block(fresh, block)
        step = _insert(fresh, block, new_step_key())
        tell(fresh, "block_added", by=by, now=now, offset=block.offset_days)
        return step


def change_step(
    sequence: Sequence, key: int, block: Block, *, version: int, by: User | None, now: dt.datetime
) -> SequenceStep:
    """Change a block of the draft; it keeps its key, so what it already sent is not sent again."""
    with transaction():
        fresh = open_draft(sequence, version=version, now=now)
        step = step_of(fresh, key)
        if step is None:
            raise StaleSequence
        check_block(fresh, block, but=key)
        step.kind, step.offset_days, step.template = block.kind, block.offset_days, block.template
        step.save()
        tell(fresh, "block_changed", by=by, now=now, offset=block.offset_days)
        return step


def delete_step(sequence: Sequence, key: int, *, version: int, by: User | None, now: dt.datetime) -> None:
    """Take a block out of the draft; the others keep their days."""
    with transaction():
        fresh = open_draft(sequence, version=version, now=now)
        step = step_of(fresh, key)
        if step is None:
            raise StaleSequence
        step.delete_instance()
        tell(fresh, "block_deleted", by=by, now=now, offset=step.offset_days)


def generate(
    sequence: Sequence, first: int, interval: int, total: int, *, version: int, by: User | None, now: dt.datetime
) -> list[SequenceStep]:
    """Replace the draft by e-mails from J+``first``, every ``interval`` days, until J+``total``; templates rise."""
    try:
        offsets = spacing.spaced(first, interval, total)
    except spacing.SpacingError as error:
        raise SequenceError(str(error), error.field) from error
    blocks = [Block("mail", day, name) for day, name in zip(offsets, spacing.rising(offsets), strict=True)]
    with transaction():
        fresh = open_draft(sequence, version=version, now=now)
        replace_blocks(fresh, blocks)
        tell(fresh, "generated", by=by, now=now)
        return steps_of(fresh)


def reset(sequence: Sequence, *, version: int, by: User | None, now: dt.datetime) -> None:
    """« Revenir à la séquence d'origine » : the delivered blocks, as a draft. SequenceError for one's own sequence."""
    delivered = delivered_sequences.BY_KEY.get(sequence.key)
    if delivered is None:
        raise SequenceError("Cette séquence est la vôtre : elle n'a pas de version d'origine.")
    blocks = [Block(step.kind, step.offset_days, step.template) for step in delivered.steps]
    with transaction():
        fresh = open_draft(sequence, version=version, now=now)
        replace_blocks(fresh, blocks)
        tell(fresh, "reset", by=by, now=now)


def discard(sequence: Sequence, *, version: int, by: User | None, now: dt.datetime) -> None:
    """« Abandonner » : forget the draft; what is published stays."""
    with transaction():
        fresh = claim(sequence, version=version, now=now)
        SequenceStep.delete().where(
            SequenceStep.sequence == fresh, SequenceStep.revision == fresh.draft_revision
        ).execute()
        Sequence.update(has_draft=False).where(Sequence.id == fresh.id).execute()
        tell(fresh, "discarded", by=by, now=now)


def claim(sequence: Sequence, *, version: int, now: dt.datetime) -> Sequence:
    """Take the sequence for this change if its version is still the one shown; StaleSequence otherwise.

    To call first in the transaction: the UPDATE is the lock that puts two windows one after the other.
    """
    taken = (
        Sequence.update(version=Sequence.version + 1, updated_at=now)
        .where(Sequence.id == sequence.id, Sequence.version == version)
        .execute()
    )
    if not taken:
        raise StaleSequence
    return Sequence.get_by_id(sequence.id)


def open_draft(sequence: Sequence, *, version: int, now: dt.datetime) -> Sequence:
    """Take the sequence as ``claim`` does, and copy its published blocks to the draft at the first edit."""
    fresh = claim(sequence, version=version, now=now)
    if fresh.has_draft:
        return fresh
    published = steps_of(fresh, fresh.revision)
    # A draft that was abandoned halfway by a crash would stand in the way.
    SequenceStep.delete().where(SequenceStep.sequence == fresh, SequenceStep.revision == fresh.draft_revision).execute()
    for step in published:
        _insert(fresh, Block(step.kind, step.offset_days, step.template), step.key, step.since_on)
    Sequence.update(has_draft=True).where(Sequence.id == fresh.id).execute()
    fresh.has_draft = True
    return fresh


def replace_blocks(sequence: Sequence, blocks: Iterable[Block]) -> None:
    """Write these blocks in place of the draft's. To call with the draft open.

    A block that sends what another sent before keeps its key: nobody gets the same text twice.
    """
    known: dict[tuple[str, str], list[SequenceStep]] = {}
    for step in steps_of(sequence, sequence.draft_revision):
        known.setdefault((step.kind, step.template), []).append(step)
    SequenceStep.delete().where(
        SequenceStep.sequence == sequence, SequenceStep.revision == sequence.draft_revision
    ).execute()
    for block in blocks:
        before = known.get((block.kind, block.template), [])
        same = before.pop(0) if before else None
        _insert(sequence, block, same.key if same else new_step_key(), same.since_on if same else None)


def check_block(sequence: Sequence, block: Block, *, but: int | None = None) -> None:
    """SequenceError, at its field, when this block cannot be part of the draft (``but``: the block it replaces)."""
    if block.kind not in KINDS:
        raise SequenceError("Choisissez ce que fait ce bloc.", "kind")
    if not -spacing.LAST_DAY <= block.offset_days <= spacing.LAST_DAY:
        raise SequenceError("Un bloc se place au plus à 365 jours de l'échéance.", "days")
    if any(step.offset_days == block.offset_days and step.key != but for step in steps_of(sequence)):
        raise SequenceError(f"Un bloc existe déjà à {day_name(block.offset_days)}.", "days")
    if block.kind == "mail" and block.template not in mail_templates(sequence.account_id):
        raise SequenceError("Choisissez le modèle de cet e-mail.", "template")
    if block.kind == "letter" and block.template not in LETTERS:
        raise SequenceError("Choisissez la lettre à préparer.", "letter")


def day_name(offset_days: int) -> str:
    """« J+15 », « J−2 » (with a true minus sign), « J »."""
    if offset_days == 0:
        return "J"
    return f"J+{offset_days}" if offset_days > 0 else f"J\u2212{-offset_days}"


def mail_templates(account: Account | int) -> set[str]:
    """What an e-mail block may send: the delivered templates of reminders, and the account's own."""
    own = Template.select(Template.ref).where(
        Template.account == account, Template.archived_at.is_null(), Template.category.in_(IN_BLOCKS)
    )
    return {ref for ref in LEVELS if ref != "standard"} | {row.ref for row in own}


def tell(sequence: Sequence, what: str, *, by: User | None, now: dt.datetime, **facts: object) -> None:
    """Write in the journal that the sequence changed, and how."""
    record("sequence_changed", account=sequence.account_id, user=by, at=now, name=sequence.title, change=what, **facts)


def _insert(sequence: Sequence, block: Block, key: int, since_on: dt.date | None = None) -> SequenceStep:
    return SequenceStep.create(
        sequence=sequence,
        revision=sequence.draft_revision,
        key=key,
        kind=block.kind,
        offset_days=block.offset_days,
        template=block.template if block.kind != "call" else "",
        since_on=since_on,
    )
