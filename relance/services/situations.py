"""Read what the rules need to decide for a client: its instalments under chase and its recent messages."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from relance.models.accounts import Account, Closure
from relance.models.chases import Chase, Skip
from relance.models.clients import Client, Contact
from relance.models.invoices import Instalment, Invoice
from relance.rules import calendar as cal
from relance.rules.moves import Item, may_move
from relance.rules.plans import Step
from relance.rules.schedule import Past, Policy
from relance.services import holds, situation_rows, steps
from relance.services.holds import Frame
from relance.services.situation_rows import COUNTED as COUNTED
from relance.services.situation_rows import LONGEST_GAP as LONGEST_GAP
from relance.services.situation_rows import OUTSTANDING as OUTSTANDING
from relance.services.situation_rows import Rows


@dataclass
class Tracked:
    """An instalment under chase with its rows: what the rules see, and what they are about.

    ``asks``: its messages wait for the user's yes. ``granted_on``: the date of an extension, for the texts.
    """

    chase: Chase
    invoice: Invoice
    instalment: Instalment
    contacts: tuple[Contact, ...]
    item: Item
    asks: bool = False
    granted_on: dt.date | None = None
    claims_fees: bool = True


@dataclass
class Situation:
    """All that decides about one client's reminders."""

    account: Account
    client: Client
    policy: Policy
    tracked: dict[int, Tracked]
    past: list[Past]

    @property
    def items(self) -> list[Item]:
        """What the rules decide about."""
        return [tracked.item for tracked in self.tracked.values()]


def policy_of(account: Account) -> Policy:
    """The account's calendar, gap and grouping."""
    return policy_from(account, situation_rows.closures_of(account))


def policy_from(account: Account, closures: Iterable[Closure]) -> Policy:
    """The same, from closures that were read already."""
    closed = [(row.starts_on, row.ends_on) for row in closures]
    days = cal.make_calendar(account.send_days, account.skips_holidays, account.holiday_region, closed)
    return Policy(days, account.min_gap_days, account.is_grouping)


def steps_of(chase: Chase) -> tuple[Step, ...]:
    """The steps of a chase's plan."""
    return steps.of_chase(chase)


def stop_reason(account: Account, client: Client, invoice: Invoice, balance_cents: int) -> str:
    """Why this instalment is not chased (a key of ``chasing.REASONS``), or ''."""
    if invoice.is_credit_note:
        return "credit_note"
    if invoice.state in ("draft", "to_process", "cancelled", "written_off"):
        return str(invoice.state)
    if invoice.state == "paid" or balance_cents <= 0 or invoice.balance_cents <= account.tolerance_cents:
        return "paid"
    if invoice.payment_method in ("direct_debit", "card"):
        return str(invoice.payment_method)
    if client.is_exempt:
        return "exempt"
    if invoice.balance_cents < account.min_amount_cents:
        return "below_minimum"
    return ""


def usable(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """The contacts a message can be addressed to, the main one first."""
    return tuple(sorted((c for c in contacts if c.is_usable), key=lambda c: (not c.is_main, c.id)))


def load(
    account: Account, client_ids: Iterable[int], today: dt.date, policy: Policy | None = None
) -> dict[int, Situation]:
    """The situations of these clients of one account, in one query."""
    ids = list(client_ids)
    if not ids:
        return {}
    rows = situation_rows.read(account, ids, today)
    policy = policy or policy_from(account, rows.closures)
    clients = {client.id: client for client in rows.clients}
    situations = {client.id: Situation(account, client, policy, {}, []) for client in rows.clients}
    for tracked in _track(account, clients, rows):
        situations[tracked.chase.client_id].tracked[tracked.instalment.id] = tracked
    for client_id, past in _past(rows, today):
        situations[client_id].past.append(past)
    return situations


def _track(account: Account, clients: dict[int, Client], rows: Rows) -> Iterable[Tracked]:
    by_id = {chase.id: chase for chase in rows.chases}
    published = {chase.sequence_id: chase.sequence.revision for chase in rows.chases if chase.sequence is not None}
    plans = steps.arranged(rows.chases, published, steps.by_revision(rows.steps, rows.levels))
    contacts = _recipients(rows)
    done, skipped = _grouped((*rows.done, *rows.tasks)), _grouped(rows.skipped)
    held, moved = _by_chase(rows.held), _by_chase(rows.moved)
    frames = holds.frames_of({chase.invoice_id: chase.client_id for chase in rows.chases}, rows.holds)
    for entry in rows.entries:
        chase, instalment = by_id[entry.chase_id], entry.instalment
        invoice, client = chase.invoice, clients[chase.client_id]
        people = contacts[chase.id]
        stop = stop_reason(account, client, invoice, instalment.balance_cents)
        frame = frames.get(invoice.id, Frame())
        item = Item(
            key=instalment.id,
            due_on=instalment.due_on,
            steps=plans[chase.id],
            enters_on=entry.enters_on,
            recipients=frozenset(contact.email for contact in people),
            currency=invoice.currency,
            anchor_on=entry.anchor_on,
            entry_step=entry.step,
            done=frozenset(done[chase.id, instalment.id]),
            skipped=frozenset(skipped[chase.id, instalment.id]),
            stop=stop or ("backlog" if entry.is_out else ""),
            held=frozenset(step for step, *_ in held[chase.id]),
        )
        asks = account.asks_before_sending or chase.asks_before_sending
        claims_fees = True
        if chase.sequence is not None:
            asks = asks or chase.sequence.asks_before_sending
            claims_fees = chase.sequence.claims_fees
        item = with_moves(with_frame(item, frame), moved[chase.id])
        granted_on = frame.granted_on if item.due_on != instalment.due_on else None
        yield Tracked(chase, invoice, instalment, people, item, asks, granted_on, claims_fees)


def with_frame(item: Item, frame: Frame) -> Item:
    """The item with its invoice's holds and extension. A later choice of where to begin outlives the extension."""
    item = replace(item, resumes_on=frame.resumes_on, held_because=frame.because)
    granted_on = frame.granted_on
    if granted_on is None or granted_on <= item.due_on:
        return item
    is_newer = max(item.anchor_on or dt.date.min, item.enters_on) > granted_on
    enters_on = max(item.enters_on, frame.granted_from or dt.date.min)
    if is_newer:
        return replace(item, due_on=granted_on)
    return replace(item, due_on=granted_on, enters_on=enters_on, anchor_on=None, entry_step=None)


def with_moves(item: Item, chosen: Iterable[Any]) -> Item:
    """The item with the days a person chose for single steps (step, day), where they are its own."""
    days = dict(chosen)
    if not days:
        return item
    moved = {
        step.index: days[step.index]
        for step in item.steps
        if step.index in days and may_move(item, step, days[step.index])
    }
    return replace(item, moved=moved)


def main_recipients(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Whom a sequence writes to: the client's main contact, or else the first one; nobody if that address is unusable.

    Another person is never written to in their place without the user's word.
    """
    active = sorted((c for c in contacts if c.archived_at is None), key=lambda c: (not c.is_main, c.id))
    with_address = [contact for contact in active if contact.email]
    chosen = [contact for contact in active if contact.is_main][:1] or with_address[:1]
    return usable(chosen)


def _recipients(rows: Rows) -> dict[int, tuple[Contact, ...]]:
    """The people each chase writes to."""
    links: dict[int, list[Contact]] = defaultdict(list)
    for link in rows.links:
        links[link.chase_id].append(link.contact)
    at_client: dict[int, list[Contact]] = defaultdict(list)
    for contact in rows.contacts:
        at_client[contact.client_id].append(contact)
    return {
        chase.id: usable(links[chase.id]) if chase.id in links else main_recipients(at_client[chase.client_id])
        for chase in rows.chases
    }


def skips_of(chase: Chase) -> dict[int, set[int]]:
    """The steps of one chase that will not be sent, by instalment."""
    found: dict[int, set[int]] = defaultdict(set)
    for instalment_id, step in Skip.select(Skip.instalment, Skip.step).where(Skip.chase == chase).tuples():
        found[instalment_id].add(step)
    return found


def _grouped(rows: Iterable[Any]) -> dict[tuple[int, int], set[int]]:
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for chase_id, instalment_id, step in rows:
        found[chase_id, instalment_id].add(step)
    return found


def _by_chase(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """What a person decided about single steps, by chase."""
    found: dict[int, list[Any]] = defaultdict(list)
    for chase_id, *rest in rows:
        found[chase_id].append(rest)
    return found


def _past(rows: Rows, today: dt.date) -> Iterable[tuple[int, Past]]:
    """What left, may have left or waits. A message that still waits is taken to leave today."""
    by_message: dict[int, dict[int, tuple[int, bool]]] = defaultdict(dict)
    for message_id, instalment_id, offset, is_on_plan in rows.items:
        by_message[message_id][instalment_id] = (offset, is_on_plan)
    for message in rows.messages:
        recipients = frozenset(address for _, address in json.loads(message.to_json))
        is_outstanding = message.is_automatic and message.state in OUTSTANDING
        day = message.day_on or today
        day = max(day, today) if is_outstanding else day
        yield message.client_id, Past(day, recipients, message.is_automatic, by_message[message.id])
