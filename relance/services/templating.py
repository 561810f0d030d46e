"""Templates as they stand: their names, firmness and texts, delivered or written by the user.

A version that an own template lacks is taken elsewhere: « tu » from its « vous »; English, and the text for
several invoices, from the delivered template of the same firmness. A delivered one lacks nothing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from relance.mail import delivered
from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import CATEGORIES, Template, TemplateText
from relance.rules.texts import Wording
from relance.rules.wording import french
from relance.services import gathering

# The five tones a person chooses from (courtois, cordial, direct, ferme, formel) and the firmness of each.
TONES = {1: 0, 2: 2, 3: 3, 4: 4, 5: 5}
REMINDERS = ("before", "reminder")  # what a sequence or the composer may send about an invoice to pay


@dataclass(frozen=True)
class Info:
    """One template of an account. ``version`` counts its changes.

    ``changed``: the texts the user wrote, as (variant, is_many). ``name`` is the user's; '' for a delivered
    one that was not renamed, whose name is the interface's.
    """

    ref: str
    name: str
    category: str
    level: int
    version: int
    changed: frozenset[tuple[str, bool]]
    archived_at: dt.datetime | None = None

    @property
    def is_delivered(self) -> bool:
        """True for a text Relance came with: it can be changed and reset, never deleted."""
        return self.ref in delivered.KINDS

    @property
    def variants(self) -> tuple[str, ...]:
        """The versions written: all of them for a delivered one."""
        if self.is_delivered:
            return delivered.VARIANTS
        return tuple(variant for variant in delivered.VARIANTS if (variant, False) in self.changed)

    @property
    def tone(self) -> int:
        """The tone shown for its firmness, 1 to 5."""
        return max(tone for tone, level in TONES.items() if level <= self.level) if self.level != 1 else 2


def find(account: Account | int, ref: str) -> Info | None:
    """The template, or None. An archived one is found: what was sent with it still names it."""
    return next((info for info in _read(account) if info.ref == ref), None) if ref else None


def listed(account: Account | int) -> list[Info]:
    """The templates in use: the delivered ones, then the user's, by category and firmness."""
    found = [info for info in _read(account) if info.archived_at is None]
    order = list(delivered.KINDS)
    return sorted(
        found,
        key=lambda info: (
            CATEGORIES.index(info.category),
            order.index(info.ref) if info.is_delivered else len(order),
            info.level,
            info.name.casefold(),
        ),
    )


def own_names(account: Account | int) -> dict[str, str]:
    """The names the user gave, archived templates included. A delivered one that kept its name is not there."""
    return {row.ref: row.name for row in _stored(account)[0] if row.name}


def names(account: Account | int) -> dict[str, str]:
    """What each template is called, in French for those delivered."""
    return {ref: kind.name for ref, kind in delivered.KINDS.items()} | own_names(account)


def levels(account: Account | int) -> dict[str, int]:
    """How firm each is, from 0 (presumes nothing) to 5."""
    own = {ref: level for ref, level in _levels(account)}  # noqa: C416 typed rows
    return {ref: kind.level for ref, kind in delivered.KINDS.items()} | own


def choices(account: Account | int, categories: Collection[str] = REMINDERS) -> list[tuple[str, str]]:
    """(ref, name) of the templates in use, to choose from."""
    known = names(account)
    return [(info.ref, known[info.ref]) for info in listed(account) if info.category in categories]


def nearest_delivered(account: Account | int, ref: str) -> str:
    """The delivered template of the same kind and firmness: what a rule that knows only those may reason on."""
    if ref in delivered.KINDS:
        return ref
    info = find(account, ref)
    return delivered.nearest(info.category, info.level) if info is not None else ref


def text_of(account: Account | int, ref: str, variant: str, is_many: bool) -> Wording:
    """The text of a version, in its typography. LookupError for a template that does not exist."""
    found = resolve(account, ref, variant, is_many)
    if found is None:
        raise LookupError(ref)
    return found[0]


def resolve(account: Account | int, ref: str, variant: str, is_many: bool) -> tuple[Wording, int] | None:
    """The text of a version and its firmness, in one query; None for a template that does not exist."""
    rows, texts = _stored(account)
    row = next((row for row in rows if row.ref == ref), None)
    kind = delivered.KINDS.get(ref)
    if row is None and kind is None:
        return None
    category, level = (row.category, int(row.level)) if row is not None else (kind.category, kind.level)  # type: ignore[union-attr]
    written = {(text.variant, text.is_many): text for text in texts if text.ref == ref}
    for version in (variant, "vous") if variant == "tu" and kind is None else (variant,):
        text = written.get((version, is_many))
        if text is not None:
            return typeset(Wording(text.subject, text.body), version), level
    return fallback(ref, category, level, variant, is_many), level


def fallback(ref: str, category: str, level: int, variant: str, is_many: bool) -> Wording:
    """What is sent where the user wrote nothing: the delivered text."""
    return delivered.wording(ref if ref in delivered.KINDS else delivered.nearest(category, level), variant, is_many)


def typeset(wording: Wording, variant: str) -> Wording:
    """A text in the typography of its language."""
    return wording if variant == "en" else Wording(french(wording.subject), french(wording.body))


def usages(account: Account | int) -> dict[str, list[Sequence]]:
    """The sequences that send each template, by its ref: published, being edited, or frozen for an invoice."""
    frozen: dict[int, set[int]] = defaultdict(set)
    rows = Chase.select(Chase.sequence, Chase.frozen_revision).where(
        Chase.account == account, Chase.frozen_revision.is_null(False), Chase.ended_at.is_null()
    )
    for sequence_id, revision in rows.tuples():
        frozen[sequence_id].add(revision)
    found: dict[str, dict[int, Sequence]] = defaultdict(dict)
    steps = SequenceStep.select(SequenceStep, Sequence).join(Sequence).where(Sequence.account == account)
    for step in steps:
        sequence = step.sequence
        revisions = {sequence.revision, sequence.shown_revision, *frozen[sequence.id]}
        if step.revision in revisions and step.template and step.kind == "mail":
            found[step.template][sequence.id] = sequence
    return {ref: sorted(rows.values(), key=lambda row: row.title.casefold()) for ref, rows in found.items()}


def has_history(account: Account | int, ref: str) -> bool:
    """True when a message was made with it: its name must stay readable."""
    sent = Message.select().where(Message.account == account, Message.template == ref)
    items = MessageItem.select().join(Message).where(Message.account == account, MessageItem.template == ref)
    return sent.exists() or items.exists()


def reads(account: Account | int) -> tuple[Any, ...]:
    """The queries of the names, the texts and the levels, for a page that reads all of them ahead."""
    return *_changes(account), _levels(account)


def _levels(account: Account | int) -> Any:
    return Template.select(Template.ref, Template.level).where(Template.account == account).tuples()


def _changes(account: Account | int) -> tuple[Any, Any]:
    return (
        Template.select().where(Template.account == account),
        TemplateText.select().where(TemplateText.account == account),
    )


def _stored(account: Account | int) -> tuple[list[Template], list[TemplateText]]:
    """What the account changed or wrote: few rows, read in one statement that a page shown asks for once."""
    rows, texts = gathering.read(*_changes(account))
    return rows, texts


def _read(account: Account | int) -> list[Info]:
    """Every template, in one query."""
    rows, texts = _stored(account)
    changed: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for text in texts:
        changed[text.ref].add((text.variant, bool(text.is_many)))
    stored = {row.ref: row for row in rows}
    found = []
    for each in dict.fromkeys([*delivered.KINDS, *stored]):
        row, kind = stored.get(each), delivered.KINDS.get(each)
        if row is not None:
            values = (row.name, row.category, int(row.level), int(row.version))
        elif kind is not None:
            values = ("", kind.category, kind.level, 0)
        found.append(Info(each, *values, frozenset(changed[each]), row.archived_at if row is not None else None))
    return found
