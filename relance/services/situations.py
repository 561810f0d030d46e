"""Read what the rules need to decide for a client: its instalments under chase and its recent messages."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from relance.models.accounts import Account, Closure
from relance.models.chases import Chase, ChaseContact, Entry, Skip
from relance.models.clients import Client, Contact
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.rules import calendar as cal
from relance.rules.moves import Item
from relance.rules.plans import Step, plan_steps
from relance.rules.schedule import Past, Policy

LONGEST_GAP = dt.timedelta(31)
OUTSTANDING = ("queued", "sending")
COUNTED = ("queued", "sending", "sent", "uncertain")


@dataclass
class Tracked:
    """An instalment under chase with its rows: what the rules see, and what they are about."""

    chase: Chase
    invoice: Invoice
    instalment: Instalment
    contacts: tuple[Contact, ...]
    item: Item


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
    closures = [(row.starts_on, row.ends_on) for row in Closure.select().where(Closure.account == account)]
    days = cal.make_calendar(account.send_days, account.skips_holidays, account.holiday_region, closures)
    return Policy(days, account.min_gap_days, account.is_grouping)


def steps_of(chase: Chase) -> tuple[Step, ...]:
    """The steps of a chase's plan."""
    return plan_steps(chase.frequency, chase.count, chase.first_offset_days)


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
    """The situations of these clients of one account, in a fixed number of queries."""
    ids = list(client_ids)
    policy = policy or policy_of(account)
    clients = {c.id: c for c in Client.select().where(Client.account == account, Client.id.in_(ids))}
    situations = {c.id: Situation(account, c, policy, {}, []) for c in clients.values()}
    chases = list(
        Chase.select(Chase, Invoice)
        .join(Invoice)
        .where(Chase.client.in_(list(clients)), Chase.ended_at.is_null())
        .order_by(Chase.id)
    )
    for tracked in _track(account, clients, chases):
        situations[tracked.chase.client_id].tracked[tracked.instalment.id] = tracked
    for client_id, past in _past(list(clients), today):
        situations[client_id].past.append(past)
    return situations


def _track(account: Account, clients: dict[int, Client], chases: list[Chase]) -> Iterable[Tracked]:
    by_id = {chase.id: chase for chase in chases}
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for link in ChaseContact.select(ChaseContact, Contact).join(Contact).where(ChaseContact.chase.in_(list(by_id))):
        contacts[link.chase_id].append(link.contact)
    done: dict[tuple[int, int], set[int]] = defaultdict(set)
    sent = (
        MessageItem.select(MessageItem.chase, MessageItem.instalment, MessageItem.step)
        .where(MessageItem.chase.in_(list(by_id)), MessageItem.slot.is_null(False))
        .tuples()
    )
    for chase_id, instalment_id, step in sent:
        done[chase_id, instalment_id].add(step)
    skipped: dict[tuple[int, int], set[int]] = defaultdict(set)
    rows = Skip.select(Skip.chase, Skip.instalment, Skip.step).where(Skip.chase.in_(list(by_id))).tuples()
    for chase_id, instalment_id, step in rows:
        skipped[chase_id, instalment_id].add(step)
    entries = Entry.select(Entry, Instalment).join(Instalment).where(Entry.chase.in_(list(by_id))).order_by(Entry.id)
    for entry in entries:
        chase, instalment = by_id[entry.chase_id], entry.instalment
        invoice = chase.invoice
        people = usable(contacts[chase.id])
        item = Item(
            key=instalment.id,
            due_on=instalment.due_on,
            steps=steps_of(chase),
            enters_on=entry.enters_on,
            recipients=frozenset(contact.email for contact in people),
            currency=invoice.currency,
            anchor_on=entry.anchor_on,
            entry_step=entry.step,
            done=frozenset(done[chase.id, instalment.id]),
            skipped=frozenset(skipped[chase.id, instalment.id]),
            stop=stop_reason(account, clients[chase.client_id], invoice, instalment.balance_cents),
        )
        yield Tracked(chase, invoice, instalment, people, item)


def _past(client_ids: list[int], today: dt.date) -> Iterable[tuple[int, Past]]:
    """What left, may have left or waits. A message that still waits is taken to leave today."""
    messages = list(
        Message.select(Message.id, Message.client, Message.day_on, Message.to_json, Message.is_automatic, Message.state)
        .where(
            Message.client.in_(client_ids),
            Message.day_on >= today - LONGEST_GAP,
            Message.kind.in_(("reminder", "manual")),
            # A refused message reached nobody, but it took its day.
            Message.state.in_(COUNTED) | ((Message.state == "refused") & (Message.day_on == today)),
        )
        .order_by(Message.day_on, Message.id)
    )
    steps: dict[int, dict[int, tuple[int, bool]]] = defaultdict(dict)
    items = MessageItem.select(
        MessageItem.message, MessageItem.instalment, MessageItem.offset_days, MessageItem.is_on_plan
    ).where(MessageItem.message.in_([message.id for message in messages]), MessageItem.offset_days.is_null(False))
    for message_id, instalment_id, offset, is_on_plan in items.tuples():
        steps[message_id][instalment_id] = (offset, is_on_plan)
    for message in messages:
        recipients = frozenset(address for _, address in json.loads(message.to_json))
        is_outstanding = message.is_automatic and message.state in OUTSTANDING
        day = message.day_on or today
        day = max(day, today) if is_outstanding else day
        yield message.client_id, Past(day, recipients, message.is_automatic, steps[message.id])
