"""The journal's chain: each event is tied by hash to the one before it in its account."""

import datetime as dt

from relance.models.events import Event

START = "relance"
SETTLING = dt.timedelta(minutes=1)  # a transaction still open may hold an event with a lower id


def seal(now: dt.datetime, limit: int = 5000) -> int:
    """Chain the events that are not yet, in order. Two workers at once write the same values. Counts them."""
    settled = (Event.chain.is_null(), Event.at <= now - SETTLING)
    waiting = list(Event.select().where(*settled).order_by(Event.id).limit(limit))
    heads: dict[int | None, str] = {}
    for event in waiting:
        if event.account_id not in heads:
            heads[event.account_id] = _head(event)
        chain = event.hash_after(heads[event.account_id])
        Event.update(chain=chain).where(Event.id == event.id, Event.chain.is_null()).execute()
        heads[event.account_id] = chain
    return len(waiting)


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
    """The id of the first event whose hash no longer fits: somebody changed the past. None when all is well."""
    previous = START
    for event in Event.select().where(Event.account == account_id, Event.chain.is_null(False)).order_by(Event.id):
        chain = str(event.chain)
        if chain != (event.hash_after(previous) if is_v2(chain) else event.hash_v1_after(previous)):
            return int(event.id)
        previous = chain
    return None


def is_v2(chain: str) -> bool:
    """True for a value made of digests; False for those sealed by the first versions of Relance."""
    return len(chain) == 65
