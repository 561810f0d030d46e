"""The backlog: invoices that wait for a choice, made one by one or together, and shown before anything leaves."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.invoices import Instalment, Invoice
from relance.rules import entries, moves
from relance.rules.moves import Item
from relance.services import chasing, composing, reentering, simulating, situations
from relance.services.chasing import ChaseError
from relance.services.reentering import STARTS
from relance.services.simulating import Coming
from relance.services.situations import Situation, Tracked

LEAVE = "leave"
CHOICES = (*STARTS, LEAVE)
PAGE_SIZE = 50  # entries of a page; as many texts are shown before anything is confirmed


class ChoiceError(Exception):
    """No such choice for these invoices (``numbers``); the text is French."""

    def __init__(self, sentence: str, numbers: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.numbers = tuple(numbers)


class StaleChoice(Exception):  # noqa: N818 a conflict is an answer, not a fault
    """Something changed since the dates were shown; nothing was written. The text is French."""


@dataclass(frozen=True)
class Option:
    """A way in: its first text and the day it would leave, had the client nothing else (« leave »: neither)."""

    start: str
    template: str = ""
    on: dt.date | None = None


@dataclass(frozen=True)
class Waiting:
    """An invoice that waits for a choice. Amounts are cents of its currency; days count from the oldest date out."""

    invoice: Invoice
    client: Client
    sequence: str
    due_on: dt.date
    days_late: int
    balance_cents: int
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Page:
    """Some of the backlog, the oldest due date first. ``after`` opens the next page (0: there is none)."""

    rows: tuple[Waiting, ...]
    after: int


@dataclass(frozen=True)
class Planned:
    """What the choices would send, client by client, and the invoices left off. ``mark`` changes with any of it."""

    clients: tuple[tuple[Client, tuple[Coming, ...]], ...]
    left: tuple[Invoice, ...]
    silent: tuple[Invoice, ...]  # chosen, and yet nothing leaves: the client has no address, or is held
    mark: str


def waiting(account: Account, now: dt.datetime, *, after: int = 0, invoice: Invoice | None = None) -> Page:
    """A page of the backlog (those after the entry ``after``), or what waits of one invoice."""
    query = reentering.backlog(account)
    if invoice is not None:
        query = query.where(Chase.invoice == invoice)
    last = Entry.select(Entry, Instalment).join(Instalment).where(Entry.id == after).first() if after else None
    if last is not None:
        due_on = last.instalment.due_on
        query = query.where((Instalment.due_on > due_on) | ((Instalment.due_on == due_on) & (Entry.id > after)))
    found = list(query.limit(PAGE_SIZE + 1))
    shown = found[:PAGE_SIZE]
    rows = _rows(account, [entry.chase_id for entry in shown], now)
    return Page(rows, shown[-1].id if len(found) > PAGE_SIZE else 0)


def _rows(account: Account, chase_ids: list[int], now: dt.datetime) -> tuple[Waiting, ...]:
    today = chasing.today_of(account, now)
    loaded = _loaded(account, chase_ids, today)
    out = _out(loaded, chase_ids)
    rows = []
    for chase_id in dict.fromkeys(chase_ids):
        tracked = out.get(chase_id)
        if not tracked:
            continue
        first = tracked[0]
        due_on = min(one.instalment.due_on for one in tracked)
        chase = first.chase
        rows.append(
            Waiting(
                first.invoice,
                loaded[chase.client_id].client,
                chase.sequence.title if chase.sequence is not None else "",
                due_on,
                max(0, (today - due_on).days),
                sum(one.instalment.balance_cents for one in tracked),
                (*_options(tracked, loaded[chase.client_id], today), Option(LEAVE)),
            )
        )
    return tuple(rows)


def _options(tracked: list[Tracked], situation: Situation, today: dt.date) -> Iterable[Option]:
    calendar = situation.policy.calendar
    # Not late, it has nothing to catch up with: every start would be the same one.
    is_late = any(one.item.due_on < today for one in tracked)
    for start in STARTS if is_late else ("next",):
        firsts = []
        for one in tracked:
            placed = _placed(one.item, start, situation, today)
            coming = moves.remaining_steps(placed, calendar, today) if placed is not None else ()
            if placed is not None:
                mails = [(moves.planned_on(placed, step, calendar), step.template) for step in coming if step.is_mail]
                firsts += [(max(day, today), template) for day, template in mails]
        if firsts:
            on, template = min(firsts)
            yield Option(start, template, on)


def _placed(item: Item, start: str, situation: Situation, today: dt.date) -> Item | None:
    found = entries.entry_choices(replace(item, stop=""), situation.policy.calendar, today)
    return found.get(start) or found.get("normal")


def plan(account: Account, choices: Mapping[int, str], now: dt.datetime) -> Planned:
    """What these choices (by invoice id) would send, all together: never a burst. Nothing is written.

    ChoiceError for a choice that does not exist; StaleChoice when an invoice no longer waits for one.
    """
    if not choices:
        raise ChoiceError("Choisissez ce qu'il faut faire d'au moins une facture.")
    if set(choices.values()) - set(CHOICES):
        raise ChoiceError("Choisissez dans la liste par où commencer.")
    today = chasing.today_of(account, now)
    chases = _chases(account, choices)
    loaded = _loaded(account, [chase.id for chase in chases], today)
    out = _out(loaded, [chase.id for chase in chases])
    wrong = []
    for chase in chases:
        start = choices[chase.invoice_id]
        placed = {one.item.key: _placed(one.item, start, loaded[chase.client_id], today) for one in out[chase.id]}
        if start != LEAVE and not any(placed.values()):
            wrong.append(chase.invoice.number)
        for one in out[chase.id]:
            item = placed[one.item.key]
            one.item = item if item is not None and start != LEAVE else one.item
    if wrong:
        raise ChoiceError("Ce choix n'enverrait rien pour cette facture : choisissez-en un autre.", wrong)
    return _planned(account, choices, chases, loaded, now)


def _planned(
    account: Account, choices: Mapping[int, str], chases: list[Chase], loaded: dict[int, Situation], now: dt.datetime
) -> Planned:
    owner = composing.owner_of(account)
    begun = {chase.invoice_id for chase in chases if choices[chase.invoice_id] != LEAVE}
    clients = []
    for situation in sorted(loaded.values(), key=lambda one: (one.client.name.casefold(), one.client.id)):
        events = simulating.of_situation(situation, now, owner, begun)
        if events:
            clients.append((situation.client, events))
    said = {about.invoice_id for _client, events in clients for event in events for about in event.about}
    shown = [
        (event.kind, event.on, event.about, event.composed.facts if event.composed else event.template)
        for _client, events in clients
        for event in events
    ]
    mark = hashlib.sha256(repr((sorted(choices.items()), shown)).encode()).hexdigest()[:32]
    return Planned(
        tuple(clients),
        tuple(chase.invoice for chase in chases if chase.invoice_id not in begun),
        tuple(chase.invoice for chase in chases if chase.invoice_id in begun - said),
        mark,
    )


def confirm(account: Account, choices: Mapping[int, str], mark: str, *, by: User | None, now: dt.datetime) -> Planned:
    """Begin as chosen, one client at a time. StaleChoice when what was shown (``mark``) is not what would leave."""
    planned = plan(account, choices, now)
    if planned.mark != mark:
        raise StaleChoice("Quelque chose a changé depuis : voici les nouvelles dates. Vérifiez-les, puis confirmez.")
    by_client: dict[int, list[Chase]] = defaultdict(list)
    for chase in _chases(account, choices):
        by_client[chase.client_id].append(chase)
    for client_id, chases in sorted(by_client.items()):
        with transaction():
            Client.get_by_id(client_id).take_turn()
            for chase in chases:
                start = choices[chase.invoice_id]
                if start == LEAVE:
                    reentering.leave_off([chase], by=by, now=now)
                    continue
                try:
                    reentering.choose(chase, start, by=by, now=now)
                except ChaseError:  # chosen in another window in this very second
                    continue
    return planned


def _chases(account: Account, choices: Mapping[int, str]) -> list[Chase]:
    """The chases of these invoices; StaleChoice when one no longer waits for a choice."""
    query: Any = reentering.backlog(account).where(Chase.invoice.in_(list(choices)))
    found = {entry.chase_id: entry.chase for entry in query}
    if {chase.invoice_id for chase in found.values()} != set(choices):
        raise StaleChoice("Une de ces factures n'attend plus votre choix : elle a été payée, ou reprise ailleurs.")
    return list(found.values())


def _loaded(account: Account, chase_ids: list[int], today: dt.date) -> dict[int, Situation]:
    clients = {row[0] for row in Chase.select(Chase.client).where(Chase.id.in_(chase_ids)).tuples()}
    return situations.load(account, clients, today)


def _out(loaded: dict[int, Situation], chase_ids: Iterable[int]) -> dict[int, list[Tracked]]:
    """The instalments that wait, by chase."""
    wanted, found = set(chase_ids), defaultdict(list)
    for situation in loaded.values():
        for tracked in situation.tracked.values():
            if tracked.chase.id in wanted and tracked.item.stop == "backlog":
                found[tracked.chase.id].append(tracked)
    return found
