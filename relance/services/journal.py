"""The journal's chain: each event is tied by hash to the one before it in its account."""

import datetime as dt
import secrets
from collections.abc import Iterable

from relance.models.accounts import Account
from relance.models.events import REMOVED, Event
from relance.models.invoices import Invoice

START = "relance"
SETTLING = dt.timedelta(minutes=1)  # a transaction still open may hold an event with a lower id


def seal(now: dt.datetime, limit: int = 5000) -> int:
    """Chain the events that are not yet, in order. Two workers at once write the same values. Counts them."""
    settled = (Event.chain.is_null(), Event.at <= now - SETTLING)
    waiting = list(Event.select().where(*settled).order_by(Event.id).limit(limit))
    keys = _keys({event.account_id for event in waiting})
    heads: dict[int | None, str] = {}
    for event in waiting:
        if event.account_id not in heads:
            heads[event.account_id] = _head(event)
        chain = event.hash_after(heads[event.account_id], keys[event.account_id])
        Event.update(chain=chain).where(Event.id == event.id, Event.chain.is_null()).execute()
        heads[event.account_id] = chain
    return len(waiting)


def key_of(account_id: int) -> str:
    """The key that blinds the digests of an account's journal; given to one that has none yet."""
    return _keys((account_id,))[account_id]


def _keys(account_ids: Iterable[int | None]) -> dict[int | None, str]:
    """The key of each account in one statement; '' for the events of no account. Two workers give the same one."""
    ids = [one for one in account_ids if one is not None]
    keys = _read(ids)
    bare = [one for one in ids if not keys[one]]
    for one in bare:  # accounts older than the keys: once in their life
        Account.update(journal_key=secrets.token_hex(16)).where(Account.id == one, Account.journal_key == "").execute()
    return {None: "", **keys, **(_read(bare) if bare else {})}


def _read(ids: list[int]) -> dict[int | None, str]:
    rows = Account.select(Account.id, Account.journal_key).where(Account.id.in_(ids)).tuples()
    return {int(row): str(key) for row, key in rows}


def _head(event: Event) -> str:
    of_account = Event.account.is_null() if event.account_id is None else Event.account == event.account_id
    last = (
        Event.select(Event.chain)
        .where(of_account, Event.id < event.id, Event.chain.is_null(False))
        .order_by(Event.id.desc())
        .limit(1)
        .tuples()
        .scalar()
    )
    return str(last) if last else START


def first_break(account_id: int) -> int | None:
    """The id of the first event whose hash no longer fits: somebody changed the past. None when all is well.

    An event that says its invoice is gone while it is there was hidden from its history.
    """
    previous, key = START, str(Account.get_by_id(account_id).journal_key)
    hidden = _hidden(account_id)
    for event in Event.select().where(Event.account == account_id, Event.chain.is_null(False)).order_by(Event.id):
        chain = str(event.chain)
        if event.id in hidden or chain != (
            event.hash_after(previous, key) if is_v2(chain) else event.hash_v1_after(previous)
        ):
            return int(event.id)
        previous = chain
    return None


def _hidden(account_id: int) -> set[int]:
    """The events that name as removed an invoice that exists."""
    query = Event.select().where(
        Event.account == account_id, Event.invoice.is_null(), Event.data.contains(f'"{REMOVED}"')
    )
    named = {event.id: event.facts.get(REMOVED) for event in query}
    ids = sorted({int(key) for key in named.values() if isinstance(key, int)})
    there: set[int] = set()
    for start in range(0, len(ids), 500):
        rows = Invoice.select(Invoice.id).where(Invoice.id.in_(ids[start : start + 500]))
        there |= {key for (key,) in rows.tuples()}
    return {event_id for event_id, key in named.items() if key in there}


def is_v2(chain: str) -> bool:
    """True for a value made of digests; False for those sealed by the first versions of Relance."""
    return len(chain) == 65
