"""Sequences: created, renamed, duplicated, set aside, deleted, delivered. What was sent is never rewritten."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import record
from relance.models.sequences import Sequence, SequenceStep, new_step_key
from relance.rules import moves
from relance.services import chasing, enrolling, situations
from relance.services.delivered_sequences import deliver, free_title, missing, restore_delivered, title_key
from relance.services.enrolling import EnrolmentConflict
from relance.services.entering import EntryReport
from relance.services.publishing import StaleSequence
from relance.services.sequence_blocks import (
    LETTERS,
    Block,
    SequenceError,
    add_step,
    change_step,
    claim,
    day_name,
    delete_step,
    discard,
    generate,
    mail_templates,
    reset,
    step_of,
    steps_of,
    tell,
)

__all__ = [
    "LETTERS",
    "Block",
    "Facts",
    "SequenceError",
    "StaleSequence",
    "add_step",
    "archive",
    "change",
    "change_step",
    "create",
    "day_name",
    "default_of",
    "delete",
    "delete_step",
    "deliver",
    "discard",
    "duplicate",
    "follow",
    "generate",
    "listed",
    "mail_templates",
    "make_default",
    "missing",
    "planned_sends",
    "reset",
    "restore_delivered",
    "step_of",
    "steps_of",
    "unarchive",
]

MAX_TITLE = 120
MAX_DESCRIPTION = 2000
_TAKEN = "Une autre séquence porte déjà ce titre."


@dataclass(frozen=True)
class Facts:
    """What a person says of a sequence. ``claims_fees`` False: no penalties nor indemnity in its texts."""

    title: str
    description: str = ""
    claims_fees: bool = True
    asks_before_sending: bool = False


def listed(account: Account, *, is_archived: bool = False) -> list[Sequence]:
    """The account's sequences by title: those in use, or those set aside."""
    query = Sequence.select().where(Sequence.account == account, Sequence.archived_at.is_null(not is_archived))
    return sorted(query, key=lambda sequence: sequence.title.casefold())


def default_of(account: Account | int) -> Sequence | None:
    """The sequence that new clients follow, or None."""
    found: Sequence | None = Sequence.get_or_none(
        Sequence.account == account, Sequence.is_default, Sequence.archived_at.is_null()
    )
    return found


def create(account: Account, facts: Facts, *, by: User | None, now: dt.datetime) -> Sequence:
    """A sequence without a block yet. SequenceError names the field to correct."""
    values = _values(facts)
    try:
        with transaction():
            sequence = Sequence.create(account=account, created_at=now, updated_at=now, **values)
            record("sequence_created", account=account, user=by, at=now, name=sequence.title)
    except IntegrityError as error:
        raise SequenceError(_TAKEN, "title") from error
    return sequence


def change(sequence: Sequence, facts: Facts, *, version: int, by: User | None, now: dt.datetime) -> Sequence:
    """Rename or describe. Saved at once: it moves no date. StaleSequence when another window was first."""
    values = _values(facts)
    try:
        with transaction():
            fresh = claim(sequence, version=version, now=now)
            Sequence.update(**values).where(Sequence.id == fresh.id).execute()
            changed = Sequence.get_by_id(fresh.id)
            tell(changed, "facts", by=by, now=now)
            if fresh.asks_before_sending != changed.asks_before_sending or fresh.claims_fees != changed.claims_fees:
                _look_again(changed, now)
    except IntegrityError as error:
        raise SequenceError(_TAKEN, "title") from error
    return changed


def duplicate(sequence: Sequence, *, by: User | None, now: dt.datetime) -> Sequence:
    """The same blocks as a draft under a title of its own: new keys, no client."""
    with transaction():
        facts = Facts(
            free_title(sequence.account_id, f"{sequence.title[: MAX_TITLE - 15]} (copie)"),
            sequence.description,
            sequence.claims_fees,
            sequence.asks_before_sending,
        )
        copied = create(sequence.account, facts, by=by, now=now)
        for step in steps_of(sequence):
            SequenceStep.create(
                sequence=copied,
                revision=copied.draft_revision,
                key=new_step_key(),
                kind=step.kind,
                offset_days=step.offset_days,
                template=step.template,
            )
        Sequence.update(has_draft=True).where(Sequence.id == copied.id).execute()
        return Sequence.get_by_id(copied.id)


def archive(sequence: Sequence, *, by: User | None, now: dt.datetime) -> int:
    """Set a sequence aside: its clients leave it, what was planned is cancelled. Returns how many clients left."""
    with transaction():
        left = _let_go(sequence, because="unenrolled", by=by, now=now)
        # The title is free again: no typed title holds a line break.
        done = Sequence.update(
            archived_at=now,
            is_default=False,
            title_key=f"\n{sequence.id}",
            version=Sequence.version + 1,
            updated_at=now,
        ).where(Sequence.id == sequence.id, Sequence.archived_at.is_null())
        if done.execute():
            facts = {"name": sequence.title, "clients": left}
            record("sequence_archived", account=sequence.account_id, user=by, at=now, **facts)
    return left


def unarchive(sequence: Sequence, *, by: User | None, now: dt.datetime) -> None:
    """Bring a sequence back, without a client. SequenceError when its title was taken since."""
    try:
        with transaction():
            done = Sequence.update(
                archived_at=None, title_key=title_key(sequence.title), version=Sequence.version + 1, updated_at=now
            ).where(Sequence.id == sequence.id, Sequence.archived_at.is_null(False))
            if done.execute():
                tell(sequence, "unarchived", by=by, now=now)
    except IntegrityError as error:
        raise SequenceError("Une autre séquence a pris ce titre : renommez-la d'abord.", "title") from error


def delete(sequence: Sequence, typed: str, *, by: User | None, now: dt.datetime) -> int:
    """Delete a sequence for good once its title was typed. What it sent stays in the history.

    Returns how many clients left it. SequenceError when the title typed is not its own.
    """
    if title_key(typed) != title_key(sequence.title):
        raise SequenceError(f"Saisissez « {sequence.title} » pour confirmer.", "typed")
    with transaction():
        left = _let_go(sequence, because="sequence_deleted", by=by, now=now)
        facts = {"name": sequence.title, "clients": left}
        record("sequence_deleted", account=sequence.account_id, user=by, at=now, **facts)
        Sequence.delete().where(Sequence.id == sequence.id).execute()
    return left


def follow(
    clients: Iterable[Client],
    sequence: Sequence | None,
    *,
    shown: Mapping[int, int | None],
    is_chosen: bool = True,
    by: User | None,
    now: dt.datetime,
) -> EntryReport:
    """Make these clients of one account follow ``sequence``, or none: all of them, or nobody.

    ``shown``: the sequence each was shown in (an id, or None). EnrolmentConflict when another window moved one since.
    ``is_chosen`` False: they follow the account's setting, whatever it becomes.
    """
    with transaction():
        rows = sorted(clients, key=lambda client: int(client.id))
        if sequence is not None:
            ids = [client.id for client in rows]
            return enrolling.enrol(sequence, ids, expected=shown, is_chosen=is_chosen, by=by, now=now)
        fresh = []
        for client in rows:
            client.take_turn()
            fresh.append(Client.get_by_id(client.id))
        moved = [client for client in fresh if client.sequence_id not in (shown.get(client.id), None)]
        if moved:
            raise EnrolmentConflict(moved)
        for client in fresh:
            enrolling.unenrol(client, by=by, now=now, is_chosen=is_chosen)
    return EntryReport()


def planned_sends(sequence: Sequence, now: dt.datetime) -> int:
    """How many e-mails the sequence has still planned for the invoices that follow it."""
    account = sequence.account
    calendar, today = situations.policy_of(account).calendar, chasing.today_of(account, now)
    running = Chase.select(Chase.client).where(Chase.sequence == sequence, Chase.ended_at.is_null()).distinct()
    client_ids = [client_id for (client_id,) in running.tuples()]
    found = 0
    for situation in situations.load(account, client_ids, today).values():
        for tracked in situation.tracked.values():
            if tracked.chase.sequence_id == sequence.id and not tracked.item.stop:
                found += sum(step.is_mail for step in moves.remaining_steps(tracked.item, calendar, today))
    return found


def without_choice(account: Account | int, sequence: Sequence | None) -> list[Client]:
    """The clients for whom nothing was chosen and who do not follow ``sequence``, by name."""
    query = Client.select().where(
        Client.account == account, ~Client.chooses_sequence, Client.archived_at.is_null(), ~Client.is_exempt
    )
    if sequence is None:
        query = query.where(Client.sequence.is_null(False))
    else:
        query = query.where(Client.sequence.is_null() | (Client.sequence != sequence))
    return sorted(query, key=lambda client: str(client.name).casefold())


def make_default(account: Account, sequence: Sequence | None, *, by: User | None, now: dt.datetime) -> bool:
    """New clients will follow ``sequence``, or none. True when that is a change."""
    with transaction():
        current = default_of(account)
        if (current.id if current else None) == (sequence.id if sequence else None):
            return False
        if sequence is not None and not steps_of(sequence, sequence.revision):
            raise SequenceError("Cette séquence n'a pas encore de bloc publié.", "sequence")
        Sequence.update(is_default=False).where(Sequence.account == account, Sequence.is_default).execute()
        if sequence is not None:
            Sequence.update(is_default=True).where(Sequence.id == sequence.id).execute()
            tell(sequence, "default", by=by, now=now)
    return True


def _let_go(sequence: Sequence, *, because: str, by: User | None, now: dt.datetime) -> int:
    """Take every client out, and end what still follows the sequence. Counts the clients."""
    clients = list(Client.select().where(Client.sequence == sequence).order_by(Client.id))
    for client in clients:
        # Nobody chose « aucune » for them: a client that followed the account's sequence goes on following the account.
        enrolling.unenrol(client, by=by, now=now, because=because, is_chosen=bool(client.chooses_sequence))
    for chase in Chase.select().where(Chase.sequence == sequence, Chase.ended_at.is_null()).order_by(Chase.client):
        chasing.stop(chase, because=because, by=by, now=now)
    return len(clients)


def _look_again(sequence: Sequence, now: dt.datetime) -> None:
    Chase.update(next_check_at=now).where(Chase.sequence == sequence, Chase.ended_at.is_null()).execute()


def _values(facts: Facts) -> dict[str, Any]:
    title, description = " ".join(facts.title.split()), facts.description.strip()
    if not title:
        raise SequenceError("Indiquez le titre de la séquence.", "title")
    if len(title) > MAX_TITLE:
        raise SequenceError("Ce titre est trop long : 120 caractères au plus.", "title")
    if len(description) > MAX_DESCRIPTION:
        raise SequenceError("Cette description est trop longue : 2 000 caractères au plus.", "description")
    return {
        "title": title,
        "title_key": title_key(title),
        "description": description,
        "claims_fees": facts.claims_fees,
        "asks_before_sending": facts.asks_before_sending,
    }
