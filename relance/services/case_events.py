"""The journal in a case file: the events of one client in full, those of everybody else as digests."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN

from relance.casefile import verifier
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import Event, tag_of
from relance.models.invoices import Invoice
from relance.services import journal

PAGE = 2000  # events read at a time: a long journal takes no more memory than a short one


@dataclass
class Trail:
    """What the passage over the journal leaves: its head, how many events it has, the fingerprints it says.

    ``withheld``: the places of events about an invoice of the case that happened while it was another client's.
    ``said``: each fingerprint with the sealed events that vouch for it; ``tags``: those of the invoices.
    ``rows``: the sealed events that are shown, as the verifier reads them.
    """

    head: str = ""
    sealed: int = 0
    shown: int = 0
    said: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    withheld: list[int] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def shown(account: Account, client: Client, invoices: Sequence[Invoice]) -> list[Event]:
    """The events a case file tells: those of these invoices, and those of the client that name no invoice."""
    query = (
        Event.select(Event, User).join(User, JOIN.LEFT_OUTER).where(Event.account == account, Event.client == client)
    )
    query = query.where(Event.invoice.in_([invoice.id for invoice in invoices]) | Event.invoice.is_null())
    return list(query.order_by(Event.id))


def lines(account: Account, events: Sequence[Event], invoices: Sequence[Invoice]) -> tuple["Chain", Trail]:
    """The chain of the account, to be read once, and what is known when it has been read."""
    key = journal.key_of(account.id)
    trail = Trail(tags={invoice.id: tag_of(key, invoice.id) for invoice in invoices})
    return Chain(account, key, {event.id for event in events}, trail), trail


class Chain:
    """The journal of an account, event by event: (what stands for it in the chain, its line in full or '')."""

    def __init__(self, account: Account, key: str, shown_ids: set[int], trail: Trail) -> None:
        self._account, self._key, self._shown, self._trail = account, key, shown_ids, trail

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Sealed events in their order, then those of the case that are too young to be sealed (no digest)."""
        for event in _read(self._account, is_sealed=True):
            self._trail.sealed += 1
            n, chain = self._trail.sealed, str(event.chain)
            self._trail.head = chain
            item = event.digest(self._key) if journal.is_v2(chain) else f"v1 {chain}"
            is_shown = event.id in self._shown
            if not is_shown and event.invoice_id in self._trail.tags:
                self._trail.withheld.append(n)
            yield item, self._line(event, n) if is_shown else ""
        n = self._trail.sealed
        for event in _read(self._account, is_sealed=False):
            if event.id in self._shown:
                n += 1
                yield "", self._line(event, n)

    def _line(self, event: Event, n: int) -> str:
        row = {"n": n, "chain": event.chain, "salt": event.salt(self._key), "event": event.body}
        self._trail.shown += 1
        if event.chain is not None:
            self._trail.rows.append(row)
            for value in verifier.fingerprints(row):
                self._trail.said.setdefault(value, []).append(row)
        return json.dumps(row, ensure_ascii=False, sort_keys=True)


def _read(account: Account, *, is_sealed: bool) -> Iterator[Event]:
    last = 0
    while True:
        query = Event.select().where(Event.account == account, Event.id > last, Event.chain.is_null(not is_sealed))
        page = list(query.order_by(Event.id).limit(PAGE))
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].id
