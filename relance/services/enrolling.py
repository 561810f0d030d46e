"""Clients in a sequence: all their invoices are then chased, one sequence at most, an invoice's own setting wins."""

import datetime as dt
from collections.abc import Iterable, Mapping

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.rules import calendar as cal
from relance.rules.plans import Step
from relance.services import chasing, situations, steps
from relance.services.entering import (
    EntryReport,
    EntryRow,
    enter_all,
    enter_client,
    follow_if_free,
    followers,
    on_new_invoice,
)
from relance.services.listing import plain

__all__ = [
    "EnrolmentConflict",
    "EnrolmentError",
    "EntryReport",
    "EntryRow",
    "enrol",
    "follow_client",
    "matching",
    "on_new_invoice",
    "realign",
    "report_of",
    "unenrol",
]


class EnrolmentError(Exception):
    """Clients cannot be enrolled like this; the text is French."""


class EnrolmentConflict(Exception):  # noqa: N818 a conflict is an answer, not a fault
    """Another window moved a client meanwhile; nothing was written. ``clients`` were moved."""

    def __init__(self, clients: list[Client]):
        names = ", ".join(client.name for client in clients)
        super().__init__(
            f"La séquence de ces clients a changé dans une autre fenêtre : {names}. Vérifiez, puis validez."
        )
        self.clients = clients


def report_of(sequence: Sequence, clients: Iterable[Client], now: dt.datetime) -> EntryReport:
    """What enrolling these clients would do; nothing is written."""
    account = sequence.account
    calendar = situations.policy_of(account).calendar
    today = cal.local_date(now, account.time_zone)
    found = EntryReport()
    plan = _steps_to_enter(sequence)
    for client in clients:
        _note_move(found, client, sequence)
        enter_all(found, client, sequence, plan, calendar, today, writes=None)
    return found


def _steps_to_enter(sequence: Sequence) -> tuple[Step, ...]:
    """What a client would follow: the published blocks, or the draft of a sequence never published."""
    return steps.of_sequence(sequence, sequence.revision or sequence.shown_revision)


def _note_move(found: EntryReport, client: Client, sequence: Sequence) -> None:
    if client.sequence is not None and client.sequence_id != sequence.id:
        found.moved.append((client, client.sequence))


def enrol(
    sequence: Sequence,
    client_ids: Iterable[int],
    *,
    expected: Mapping[int, int | None] | None = None,
    is_chosen: bool = True,
    by: User | None,
    now: dt.datetime,
) -> EntryReport:
    """Enrol clients of the sequence's account, each out of the sequence it followed. Returns what was done.

    ``expected``: the sequence each client was shown in; EnrolmentConflict when another window moved one.
    ``is_chosen`` False: they follow it because it is the account's, and will follow the next one too.
    EnrolmentError for an empty or archived sequence. Before its first publication a sequence only keeps its clients.
    """
    account = sequence.account
    if sequence.archived_at is not None or not _steps_to_enter(sequence):
        raise EnrolmentError("Cette séquence n'a aucun bloc : ajoutez-en un avant d'y inscrire des clients.")
    with transaction():
        ids = sorted(set(client_ids))
        clients = []
        for client in Client.select().where(Client.id.in_(ids), Client.account == account).order_by(Client.id):
            client.take_turn()
            clients.append(Client.get_by_id(client.id))
        shown = expected or {}
        strangers = [c for c in clients if c.id in shown and c.sequence_id not in (shown[c.id], sequence.id)]
        if strangers:
            raise EnrolmentConflict(strangers)
        found = EntryReport()
        calendar = situations.policy_of(account).calendar
        today = cal.local_date(now, account.time_zone)
        plan = steps.of_sequence(sequence)
        for client in clients:
            Client.update(chooses_sequence=is_chosen).where(Client.id == client.id).execute()
            if client.sequence_id == sequence.id:
                continue
            _note_move(found, client, sequence)
            former = client.sequence.title if client.sequence is not None else ""
            Client.update(sequence=sequence, enrolled_at=now).where(Client.id == client.id).execute()
            record(
                "client_enrolled",
                account=account,
                client=client,
                user=by,
                at=now,
                sequence=sequence.title,
                former=former,
            )
            if sequence.revision:
                enter_client(found, client, sequence, plan, calendar, today, now)
        return found


def follow_client(invoice: Invoice, *, by: User | None, now: dt.datetime) -> None:
    """Drop what was set for this invoice alone: it follows its client's sequence again, or nothing."""
    with transaction():
        invoice.client.take_turn()
        chase = chasing.chase_of(invoice)
        if chase is None:
            on_new_invoice(invoice, now=now)
            return
        if chase.is_active:
            chasing.stop(chase, because="unenrolled", by=by, now=now)
        Chase.update(is_inherited=True, ended_because="unenrolled").where(Chase.id == chase.id).execute()
        chasing.leave_plan(chase)
        on_new_invoice(invoice, now=now)


def unenrol(
    client: Client, *, by: User | None, now: dt.datetime, because: str = "unenrolled", is_chosen: bool = True
) -> int:
    """The client follows no sequence any more: what it brought stops. Returns how many chases ended.

    ``is_chosen`` False: because the account has none, not by a choice for this client.
    """
    with transaction():
        client.take_turn()
        former = Client.get_by_id(client.id).sequence
        Client.update(sequence=None, enrolled_at=None, chooses_sequence=is_chosen).where(
            Client.id == client.id
        ).execute()
        ended = 0
        inherited = (Chase.client == client, Chase.is_inherited, Chase.ended_at.is_null())
        for chase in list(Chase.select().where(*inherited)):
            chasing.stop(chase, because=because, by=by, now=now)
            ended += 1
        if former is not None:
            record(
                "client_unenrolled",
                account=client.account_id,
                client=client,
                user=by,
                at=now,
                sequence=former.title,
                because=because,
            )
        return ended


def realign(client: Client, *, now: dt.datetime) -> None:
    """After two clients became one: the invoices of both follow the sequence of the one that stays."""
    if client.sequence_id is None:
        inherited = (Chase.client == client, Chase.is_inherited, Chase.ended_at.is_null())
        for chase in list(Chase.select().where(*inherited)):
            chasing.stop(chase, because="unenrolled", by=None, now=now)
    for invoice, _ in followers(client):
        follow_if_free(invoice, now=now)


def matching(account: Account, text: str, limit: int = 10) -> list[Client]:
    """The account's clients whose name contains the text, for the search of the sequence's page."""
    wanted = plain(text.strip())
    query = Client.select().where(Client.account == account, Client.archived_at.is_null())
    found = [client for client in query if wanted in plain(client.name)]
    return sorted(found, key=lambda client: (plain(client.name), client.id))[:limit]
