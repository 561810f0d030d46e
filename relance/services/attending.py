"""« À traiter »: what waits for a person, computed from what is stored. A line goes when the thing is done."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from relance.models.accounts import Account, SmtpServer, Transport
from relance.models.clients import Client
from relance.models.holds import Task
from relance.models.letters import Letter
from relance.rules.calendar import local_date
from relance.services import carrying, tasking, waiting_invoices, waiting_sends

SHOWN = 5  # of each kind; the rest is counted


@dataclass(frozen=True)
class Group:
    """One kind of thing to deal with: its first rows (models, or tuples) and how many there are in all."""

    kind: str
    rows: tuple[Any, ...]
    count: int


def groups(account: Account, now: dt.datetime) -> list[Group]:
    """What waits for a person, the most urgent kind first; at most two queries a kind."""
    found = []
    for kind, query_of in QUERIES.items():
        query = query_of(account, now)
        rows = tuple(query.limit(SHOWN + 1))
        count = len(rows) if len(rows) <= SHOWN else query.count()
        if rows:
            found.append(Group(kind, rows[:SHOWN], count))
    return _states(account, now) + found


def count(account: Account, now: dt.datetime) -> int:
    """How many things wait: the number in the navigation."""
    return len(_states(account, now)) + sum(int(query_of(account, now).count()) for query_of in QUERIES.values())


def _states(account: Account, now: dt.datetime) -> list[Group]:
    """What stops everything: sending suspended, a server that does not answer."""
    found = []
    if account.suspended_at is not None:
        found.append(Group("suspended", (account,), 1))
    has_own = SmtpServer.select().where(SmtpServer.account == account, SmtpServer.verified_at.is_null(False)).exists()
    key = f"account-{account.id}" if has_own else carrying.INSTANCE
    transport = Transport.get_or_none(Transport.key == key, Transport.waits_until_at > now)
    if transport is not None:
        found.append(Group("server", (transport,), 1))
    return found


def _letter_tasks(account: Account, now: dt.datetime) -> Any:
    """Letters that a sequence asks the user to validate."""
    return _tasks(account, now).where(Task.kind == "letter")


def _calls(account: Account, now: dt.datetime) -> Any:
    """Calls that a sequence asks for."""
    return _tasks(account, now).where(Task.kind == "call", Task.slot.is_null(False))


def _calls_again(account: Account, now: dt.datetime) -> Any:
    """Calls that a person wrote down to make again."""
    return _tasks(account, now).where(Task.kind == "call", Task.slot.is_null())


def _tasks(account: Account, now: dt.datetime) -> Any:
    return tasking.open_tasks(account, local_date(now, account.time_zone))


def _letters(account: Account, now: dt.datetime) -> Any:
    """Letters that are ready: they leave by a person's hand only."""
    return (
        Letter.select(Letter, Client)
        .join(Client)
        .where(Letter.account == account, Letter.state == "ready")
        .order_by(Letter.created_at, Letter.id)
    )


QUERIES: dict[str, Callable[[Account, dt.datetime], Any]] = {
    "proposed": waiting_sends.proposed,
    "failed": waiting_sends.failed,
    "rejected": waiting_sends.rejected,
    "letter_task": _letter_tasks,
    "letter": _letters,
    "call": _calls,
    "call_again": _calls_again,
    "promise": waiting_invoices.promised,
    "broken": waiting_invoices.broken,
    "dispute": waiting_invoices.disputed,
    "backlog": waiting_invoices.backlog,
    "finished": waiting_invoices.finished,
    "capped": waiting_invoices.capped,
    "ancient": waiting_invoices.ancient,
    "late": waiting_invoices.late,
    "waiting": waiting_sends.unreachable,
    "mute": waiting_invoices.mute,
}
