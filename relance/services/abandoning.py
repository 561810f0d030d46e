"""A frozen letter that will not be posted: abandoned by a person, and taken up again as it was."""

import datetime as dt

from relance.db import transaction
from relance.models.accounts import User
from relance.models.letters import ABANDONED, Letter
from relance.services import printing


def can_abandon(letter: Letter) -> bool:
    """True for a letter that is printed and not posted, or that could not be printed."""
    return letter.state == "ready" or (letter.document_id is None and bool(letter.error))


def abandon(letter: Letter, *, by: User | None, now: dt.datetime) -> bool:
    """Set aside a letter that will not leave; its row, its bytes and its history stay. ``now`` is UTC.

    False, and nothing written, when it was posted meanwhile, is being printed, or is abandoned already.
    """
    with transaction():
        letter.client.take_turn()
        fresh: Letter = Letter.get_by_id(letter.id)
        if not can_abandon(fresh):
            return False
        changed = {"state": ABANDONED, "error": "", "requested_at": None, "version": Letter.version + 1}
        Letter.update(changed).where(Letter.id == letter.id).execute()
        printing.tell("letter_abandoned", fresh, now, by)
        return True


def restore(letter: Letter, *, by: User | None, now: dt.datetime) -> bool:
    """Take an abandoned letter up again: it is ready to be posted, or waits to be printed when it never was.

    False when it is not abandoned. Ring the worker after the commit.
    """
    with transaction():
        letter.client.take_turn()
        fresh: Letter = Letter.get_by_id(letter.id)
        if fresh.state != ABANDONED:
            return False
        is_printed = fresh.document_id is not None
        changed = {"state": "ready" if is_printed else "draft", "requested_at": None if is_printed else now}
        Letter.update(changed | {"version": Letter.version + 1}).where(Letter.id == letter.id).execute()
        printing.tell("letter_restored", fresh, now, by)
        return True
