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
from relance.services import gathering

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
class HoldRows:
    """What was read about the holds of some invoices, those that are over included."""

    pauses: list[Pause]
    promises: list[Promise]
    disputes: list[Dispute]
    extensions: list[Extension]


@dataclass(frozen=True)
class Frame:
    """What the rules need of an invoice's holds: the day after them, why, and the date an extension gives."""

    resumes_on: dt.date | None = None
    because: str = ""
    granted_on: dt.date | None = None
    granted_from: dt.date | None = None


def current_reads(account: Account, invoices: Iterable[Invoice]) -> tuple[Any, ...]:
    """The queries of what may hold these invoices now."""
    rows = list(invoices)
    ids = [invoice.id for invoice in rows]
    return (
        _pauses(account.id, {invoice.client_id for invoice in rows}).where(Pause.ended_at.is_null()),
        Promise.select().where(Promise.invoice.in_(ids), Promise.state == "open"),
        Dispute.select().where(Dispute.invoice.in_(ids), Dispute.ended_at.is_null()),
    )


def current(account: Account, invoices: Iterable[Invoice], today: dt.date) -> dict[int, tuple[Held, ...]]:
    """What holds each of these invoices on the account's day, in one query; nothing for those left out."""
    rows = list(invoices)
    return current_of(rows, today, *gathering.read(*current_reads(account, rows))) if rows else {}


def current_of(
    invoices: Iterable[Invoice], today: dt.date, pauses: list[Pause], promises: list[Promise], disputes: list[Dispute]
) -> dict[int, tuple[Held, ...]]:
    """What holds each invoice on the account's day, from the rows that ``current_reads`` found."""
    by_client: dict[int, list[int]] = defaultdict(list)
    found: dict[int, list[Held]] = {}
    for invoice in invoices:
        by_client[invoice.client_id].append(invoice.id)
        found[invoice.id] = []
    for pause in pauses:
        held = Held(_kind(pause), pause.until_on, pause.reason, pause)
        if pause.starts_on <= today and (pause.until_on is None or pause.until_on >= today):
            for invoice_id in _invoices_of(pause, by_client, found):
                found[invoice_id].append(held)
    for promise in promises:
        if promise.holds_until_on >= today:
            found[promise.invoice_id].append(Held("promise", promise.holds_until_on, promise.note, promise))
    for dispute in disputes:
        found[dispute.invoice_id].append(Held("dispute", None, dispute.text, dispute))
    return {invoice_id: tuple(holds) for invoice_id, holds in found.items() if holds}


def _pauses(account_id: int, client_ids: Iterable[int]) -> Any:
    concerned = (Pause.client.in_(list(client_ids))) | (Pause.client.is_null() & (Pause.account == account_id))
    return Pause.select().where(concerned)


def _kind(pause: Pause) -> str:
    if pause.letter_id or pause.plan_id:
        return "letter" if pause.letter_id else "plan"
    return "pause" if pause.invoice_id else "client_pause" if pause.client_id else "account_pause"


def _invoices_of(pause: Pause, by_client: dict[int, list[int]], known: dict[int, Any]) -> Sequence[int]:
    if pause.invoice_id:
        return [pause.invoice_id] if pause.invoice_id in known else []
    return by_client.get(pause.client_id, []) if pause.client_id else list(known)


def frames(account_id: int, invoices: dict[int, int], today: dt.date) -> dict[int, Frame]:
    """What the rules need of the holds of these invoices (id → client id), those that are over included."""
    found: dict[int, Frame] = {}
    pairs = list(invoices.items())
    for start in range(0, len(pairs), MANY):
        some = dict(pairs[start : start + MANY])
        reads = frame_reads(account_id, set(some.values()), list(some))
        found |= frames_of(some, HoldRows(*gathering.read(*reads)))
    return found


def frame_reads(account_id: int, client_ids: Iterable[int], invoice_ids: Any) -> tuple[Any, ...]:
    """The queries of a HoldRows. ``invoice_ids``: a list, or the query that finds them."""
    return (
        _pauses(account_id, client_ids),
        Promise.select().where(Promise.invoice.in_(invoice_ids), Promise.state != "replaced"),
        Dispute.select().where(Dispute.invoice.in_(invoice_ids)),
        Extension.select().where(Extension.invoice.in_(invoice_ids)).order_by(Extension.id),
    )


def frames_of(invoices: dict[int, int], rows: HoldRows) -> dict[int, Frame]:
    """The frames of these invoices (id → client id) from the rows that were read about them."""
    ends = _ends(invoices, rows)
    granted: dict[int, Extension] = {}
    for extension in rows.extensions:
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


def _ends(invoices: dict[int, int], rows: HoldRows) -> dict[int, list[tuple[dt.date, str]]]:
    """By invoice, the first day after each of its holds, and its kind."""
    by_client: dict[int, list[int]] = defaultdict(list)
    for invoice_id, client_id in invoices.items():
        by_client[client_id].append(invoice_id)
    ends: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    for pause in rows.pauses:
        if not _is_undone(pause.starts_on, pause.ended_on):
            for invoice_id in _invoices_of(pause, by_client, invoices):
                ends[invoice_id].append((_after(pause.until_on, pause.ended_on), _kind(pause)))
    for promise in rows.promises:
        if not _is_undone(promise.starts_on, promise.closed_on):
            ends[promise.invoice_id].append((_after(promise.holds_until_on, promise.closed_on), "promise"))
    for dispute in rows.disputes:
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
