"""« À traiter »: what waits for a person, computed from what is stored. A line goes when the thing is done."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peewee import Case, Value, fn

from relance.models.accounts import Account, SmtpServer, Transport
from relance.models.holds import Task
from relance.rules.calendar import local_date
from relance.services import (
    carrying,
    encashments,
    gathering,
    tasking,
    waiting_imports,
    waiting_invoices,
    waiting_letters,
    waiting_plans,
    waiting_rates,
    waiting_sends,
)

SHOWN = 5  # of each kind; the rest is counted
ALL = 10**9  # more than any account has


@dataclass(frozen=True)
class Group:
    """One kind of thing to deal with: its first rows (models, or tuples) and how many there are in all."""

    kind: str
    rows: tuple[Any, ...]
    count: int


def groups(account: Account, now: dt.datetime) -> list[Group]:
    """What waits for a person, the most urgent kind first; two queries in all."""
    queries = {kind: query_of(account, now) for kind, query_of in QUERIES.items()}
    servers, *read = gathering.read(_servers(account, now), *(query.limit(SHOWN + 1) for query in queries.values()))
    rows = dict(zip(queries, read, strict=True))
    long = [kind for kind, found in rows.items() if len(found) > SHOWN]
    counts = dict(zip(long, gathering.numbers(queries[kind] for kind in long), strict=True)) if long else {}
    return _states(account, servers) + [
        Group(kind, tuple(found[:SHOWN]), counts.get(kind, len(found))) for kind, found in rows.items() if found
    ]


def count(account: Account, now: dt.datetime, most: int = ALL) -> int:
    """How many things wait, in one query; the counting stops at ``most``."""
    return int(number(account, now, most).get()[0])


def number(account: Account, now: dt.datetime, most: int) -> Any:
    """The query, of one number, of how many things wait; the counting stops at ``most``."""
    kinds = sorted(QUERIES, key=lambda kind: kind in LONG)
    queries = [_suspended(account), _servers(account, now), *(QUERIES[kind](account, now) for kind in kinds)]
    return gathering.number_of_all(queries, most)


def _states(account: Account, servers: list[Transport]) -> list[Group]:
    """What stops everything: sending suspended, a server that does not answer."""
    found = []
    if account.suspended_at is not None:
        found.append(Group("suspended", (account,), 1))
    if servers:
        found.append(Group("server", tuple(servers), 1))
    return found


def _suspended(account: Account) -> Any:
    return Account.select().where(Account.id == account.id, Account.suspended_at.is_null(False))


def _servers(account: Account, now: dt.datetime) -> Any:
    """The server that the account's mail leaves by, when it is left alone after a failure."""
    own = SmtpServer.select(Value(1)).where(SmtpServer.account == account, SmtpServer.verified_at.is_null(False))
    key = Case(None, [(fn.EXISTS(own), f"account-{account.id}")], carrying.INSTANCE)
    return Transport.select().where(Transport.key == key, Transport.waits_until_at > now)


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


QUERIES: dict[str, Callable[[Account, dt.datetime], Any]] = {
    "proposed": waiting_sends.proposed,
    "failed": waiting_sends.failed,
    "rejected": waiting_sends.rejected,
    "letter_task": _letter_tasks,
    "letter_expired": waiting_letters.expired,
    "letter": waiting_letters.ready,
    "letter_silent": waiting_letters.silent,
    "call": _calls,
    "call_again": _calls_again,
    "promise": waiting_invoices.promised,
    "broken": waiting_invoices.broken,
    "plan_due": waiting_plans.due,
    "plan_broken": waiting_plans.broken,
    "dispute": waiting_invoices.disputed,
    "encashment": encashments.to_report,
    "platform_suspended": encashments.suspended,
    "import": waiting_imports.ready,
    "rates": waiting_rates.told,
    "backlog": waiting_invoices.backlog,
    "finished": waiting_invoices.finished,
    "capped": waiting_invoices.capped,
    "ancient": waiting_invoices.ancient,
    "late": waiting_invoices.late,
    "waiting": waiting_sends.unreachable,
    "mute": waiting_invoices.mute,
}
# These look at every invoice that is owed: they are counted last, when the others were not enough.
LONG = ("platform_suspended", "backlog", "ancient", "late", "waiting", "mute")
