"""The clients of a sequence, and those being added to it before anything is saved."""

from dataclasses import dataclass
from typing import Any

from flask import request
from peewee import fn

from relance import clock
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import enrolling, gathering
from relance.services.enrolling import EntryReport, EntryRow
from relance.services.listing import plain
from relance.web.numbers import row_id
from relance.web.scope import current_account

CHIPS = 60  # clients shown by name; the list of clients shows them all
PROPOSED = 200


@dataclass(frozen=True)
class Pending:
    """A client about to be enrolled. ``former``: the sequence it leaves, if any."""

    client: Client
    former: Sequence | None


@dataclass(frozen=True)
class Choice:
    """What the form holds: clients to enrol, with the sequence each was shown in."""

    ids: tuple[int, ...]
    expected: dict[int, int | None]

    @classmethod
    def sent(cls) -> "Choice":
        """The choice that came with the request."""
        ids = tuple(dict.fromkeys(row_id(text) for text in request.form.getlist("nouveau") if row_id(text)))
        return cls(ids, {key: row_id(request.form.get(f"suit-{key}")) or None for key in ids})


def context(sequence: Sequence, pending: list[Pending] | None = None) -> dict[str, Any]:
    """The zone of the clients. ``pending``: those chosen, not yet saved."""
    members, others = gathering.read(
        _members(sequence).order_by(fn.LOWER(Client.name), Client.id).limit(CHIPS), _others(sequence)
    )
    chosen = pending or []
    hidden = {one.client.id for one in chosen}
    report = preview(sequence, chosen)
    return {
        "members": members,
        "member_count": _members(sequence).count(),
        "pending": chosen,
        "entry": report,
        "moved_rows": moved_rows(report),
        "others": [client for client in others if client.id not in hidden],
        "found": [],
        "typed": "",
        "clients_problem": "",
        "asks_again": False,
        "left_out": left_out(sequence),
    }


def pending_of(ids: tuple[int, ...], sequence: Sequence) -> list[Pending]:
    """The account's clients of these ids that do not follow the sequence yet, in the order they were chosen."""
    account = current_account()
    rows = {
        client.id: client
        for client in Client.select().where(
            Client.account == account, Client.id.in_(list(ids)), Client.archived_at.is_null()
        )
    }
    found = [rows[key] for key in ids if key in rows and rows[key].sequence_id != sequence.id]
    return [Pending(client, client.sequence if client.sequence_id else None) for client in found]


def preview(sequence: Sequence, pending: list[Pending]) -> EntryReport | None:
    """What enrolling them would do; None when nobody is chosen."""
    if not pending:
        return None
    return enrolling.report_of(sequence, [one.client for one in pending], clock.now())


def moved_rows(report: EntryReport | None) -> list[EntryRow]:
    """The instalments that change calendar because their client leaves another sequence."""
    if report is None:
        return []
    moved = {client.id for client, _ in report.moved}
    return [row for row in report.rows if row.client_id in moved]


def left_out(sequence: Sequence) -> int:
    """How many invoices of the sequence were too late to enter and wait for a choice."""
    return int(
        Chase.select(fn.COUNT(fn.DISTINCT(Chase.id)))
        .join(Entry, on=Entry.chase == Chase.id)
        .where(Chase.sequence == sequence, Chase.ended_at.is_null(), Entry.is_out)
        .scalar()
        or 0
    )


def search(text: str, sequence: Sequence) -> list[Client]:
    """The clients that what was typed may mean: the one of exactly that name, else those whose name holds it."""
    found = enrolling.matching(current_account(), text)
    exact = [client for client in found if plain(client.name) == plain(text.strip())]
    return exact[:1] or [client for client in found if client.sequence_id != sequence.id]


def _members(sequence: Sequence) -> Any:
    return Client.select().where(Client.sequence == sequence, Client.archived_at.is_null())


def _others(sequence: Sequence) -> Any:
    query = Client.select().where(
        Client.account == sequence.account_id,
        Client.archived_at.is_null(),
        Client.sequence.is_null() | (Client.sequence != sequence),
    )
    return query.order_by(fn.LOWER(Client.name), Client.id).limit(PROPOSED)
