"""What holds invoices now, and what the rules need of it: pauses, promises, disputes and extensions read together."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from relance.models.accounts import Account
from relance.models.holds import Dispute, Extension, Pause, Promise
from relance.models.invoices import Invoice
from relance.rules import moves

FOREVER = dt.date.max
MANY = 5000  # ids in one query: well under what either database takes


@dataclass(frozen=True)
class Held:
    """One reason why an invoice's reminders are held today. ``until_on`` is the last day, None when nobody knows."""

    kind: str  # one of rules.moves.HOLDS
    until_on: dt.date | None
    reason: str
    row: Any


@dataclass(frozen=True)
class Frame:
    """What the rules need of an invoice's holds: the day after them, why, and the date an extension gives."""

    resumes_on: dt.date | None = None
    because: str = ""
    granted_on: dt.date | None = None
    granted_from: dt.date | None = None


def current(account: Account, invoices: Iterable[Invoice], today: dt.date) -> dict[int, tuple[Held, ...]]:
    """What holds each of these invoices on the account's day, in three queries; nothing for those left out."""
    rows = list(invoices)
    by_client: dict[int, list[int]] = defaultdict(list)
    for invoice in rows:
        by_client[invoice.client_id].append(invoice.id)
    found: dict[int, list[Held]] = {invoice.id: [] for invoice in rows}
    for pause in _pauses(account.id, by_client, is_open=True):
        held = Held(_kind(pause), pause.until_on, pause.reason, pause)
        if pause.starts_on <= today and (pause.until_on is None or pause.until_on >= today):
            for invoice_id in _invoices_of(pause, by_client, found):
                found[invoice_id].append(held)
    for promise in Promise.select().where(Promise.invoice.in_(list(found)), Promise.state == "open"):
        if promise.holds_until_on >= today:
            found[promise.invoice_id].append(Held("promise", promise.holds_until_on, promise.note, promise))
    for dispute in Dispute.select().where(Dispute.invoice.in_(list(found)), Dispute.ended_at.is_null()):
        found[dispute.invoice_id].append(Held("dispute", None, dispute.text, dispute))
    return {invoice_id: tuple(holds) for invoice_id, holds in found.items() if holds}


def _pauses(account_id: int, client_ids: Iterable[int], *, is_open: bool) -> list[Pause]:
    concerned = (Pause.client.in_(list(client_ids))) | (Pause.client.is_null() & (Pause.account == account_id))
    query = Pause.select().where(concerned)
    return list(query.where(Pause.ended_at.is_null()) if is_open else query)


def _kind(pause: Pause) -> str:
    return "pause" if pause.invoice_id else "client_pause" if pause.client_id else "account_pause"


def _invoices_of(pause: Pause, by_client: dict[int, list[int]], known: dict[int, Any]) -> Sequence[int]:
    if pause.invoice_id:
        return [pause.invoice_id] if pause.invoice_id in known else []
    return by_client.get(pause.client_id, []) if pause.client_id else list(known)


def frames(account_id: int, invoices: dict[int, int], today: dt.date) -> dict[int, Frame]:
    """What the rules need of the holds of these invoices (id → client id), those that are over included."""
    by_client: dict[int, list[int]] = defaultdict(list)
    for invoice_id, client_id in invoices.items():
        by_client[client_id].append(invoice_id)
    if len(invoices) > MANY:
        found: dict[int, Frame] = {}
        pairs = list(invoices.items())
        for start in range(0, len(pairs), MANY):
            found |= frames(account_id, dict(pairs[start : start + MANY]), today)
        return found
    ends = _ends(account_id, by_client, invoices)
    granted: dict[int, Extension] = {}
    for extension in Extension.select().where(Extension.invoice.in_(list(invoices))).order_by(Extension.id):
        if extension.ended_on is None:
            granted[extension.invoice_id] = extension
        elif not _is_undone(extension.starts_on, extension.ended_on):
            ends[extension.invoice_id].append((extension.ended_on, ""))
    framed = {}
    for invoice_id in {*ends, *granted}:
        resumes_on, because = max(ends[invoice_id], default=(None, ""), key=lambda end: end[0] or dt.date.min)
        given = granted.get(invoice_id)
        framed[invoice_id] = Frame(
            resumes_on,
            because,
            given.granted_on if given else None,
            given.starts_on if given else None,
        )
    return framed


def _ends(
    account_id: int, by_client: dict[int, list[int]], invoices: dict[int, int]
) -> dict[int, list[tuple[dt.date, str]]]:
    """By invoice, the first day after each of its holds, and its kind."""
    ids = list(invoices)
    ends: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    for pause in _pauses(account_id, by_client, is_open=False):
        if not _is_undone(pause.starts_on, pause.ended_on):
            for invoice_id in _invoices_of(pause, by_client, invoices):
                ends[invoice_id].append((_after(pause.until_on, pause.ended_on), _kind(pause)))
    for promise in Promise.select().where(Promise.invoice.in_(ids), Promise.state != "replaced"):
        if not _is_undone(promise.starts_on, promise.closed_on):
            ends[promise.invoice_id].append((_after(promise.holds_until_on, promise.closed_on), "promise"))
    for dispute in Dispute.select().where(Dispute.invoice.in_(ids)):
        if not _is_undone(dispute.starts_on, dispute.ended_on):
            ends[dispute.invoice_id].append((_after(None, dispute.ended_on), "dispute"))
    return ends


def _is_undone(starts_on: dt.date, ended_on: dt.date | None) -> bool:
    """True for a hold ended on the day it began: it held no day, so nothing it met is past."""
    return ended_on is not None and ended_on <= starts_on


def _after(until_on: dt.date | None, ended_on: dt.date | None) -> dt.date:
    """The first day after a hold: the day a person ended it, or the one after its last day."""
    last = FOREVER if until_on is None else until_on + moves.DAY
    return last if ended_on is None else min(last, ended_on)
