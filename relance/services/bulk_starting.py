"""Reminders switched on for many invoices that have none: each by the choices its own form would offer first."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Sequence as Rows
from dataclasses import dataclass, replace

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.rules import calendar as cal
from relance.rules import entries, moves
from relance.rules.moves import Item
from relance.rules.plans import Step
from relance.services import chasing, entry_items, following, planning, reentering, situations, steps
from relance.services.bulk import Aside, Done, by_client
from relance.services.chasing import ChaseError, ChasePlan
from relance.services.picking_up import Option

NORMAL = "normal"


@dataclass(frozen=True)
class Startable:
    """An invoice without reminders. ``plan`` None: it follows its client's sequence.

    ``options``: where it may begin, each with its first e-mail and the day it would leave, had the client nothing
    else; one that is not late has only « normal ».
    """

    invoice: Invoice
    plan: ChasePlan | None
    options: tuple[Option, ...]

    @property
    def must_choose(self) -> bool:
        """True when it is late: nothing begins before a person says where."""
        return self.options[0].start != NORMAL


def startable(account: Account, invoices: Rows[Invoice], now: dt.datetime) -> tuple[list[Startable], list[Aside]]:
    """Those that can be switched on and how, and those that cannot; nothing is written."""
    rows = _Rows(invoices)
    aside, plans = [], {}
    for invoice in invoices:
        plan = rows.plan(invoice)
        because = rows.refusal(account, invoice, plan)
        if because:
            aside.append(Aside(invoice, because))
        else:
            plans[invoice.id] = plan
    today = chasing.today_of(account, now)
    calendar = situations.policy_of(account).calendar
    items = _items(account, [invoice for invoice in invoices if invoice.id in plans], plans, rows)
    found = []
    for invoice in invoices:
        if invoice.id not in plans:
            continue
        options = _options(items[invoice.id], calendar, today, follows=plans[invoice.id] is None)
        if options:
            found.append(Startable(invoice, plans[invoice.id], options))
        else:
            aside.append(Aside(invoice, "finished"))
    return found, aside


def start(
    account: Account, invoices: Rows[Invoice], choices: Mapping[int, str], *, by: User | None, now: dt.datetime
) -> Done:
    """Switch them on where ``choices`` (by invoice id) say. What can no longer be switched on is set aside.

    Twice is once: an invoice whose reminders are on is not touched.
    """
    done = Done()
    for client_id, rows in by_client(invoices):
        with transaction():
            Client.get_by_id(client_id).take_turn()
            ids = [row.id for row in rows]
            fresh = list(Invoice.select(Invoice, Client).join(Client).where(Invoice.id.in_(ids)).order_by(Invoice.id))
            found, aside = startable(account, fresh, now)
            done.aside += aside
            for one in found:
                _start(one, choices.get(one.invoice.id, NORMAL), done, by, now)
    return done


def _start(one: Startable, choice: str, done: Done, by: User | None, now: dt.datetime) -> None:
    if choice not in [option.start for option in one.options]:
        done.aside.append(Aside(one.invoice, "no_choice"))
        return
    try:
        with transaction():
            if one.plan is None:
                following.follow(one.invoice, choice, by=by, now=now)
            else:
                chasing.start(one.invoice, replace(one.plan, start=choice), by=by, now=now)
    except ChaseError:
        done.aside.append(Aside(one.invoice, "no_address"))
    else:
        done.invoices.append(one.invoice)


def _items(
    account: Account, invoices: Rows[Invoice], plans: Mapping[int, ChasePlan | None], rows: "_Rows"
) -> dict[int, list[Item]]:
    """The instalments of the invoices under their plan, read together for those of the same steps."""
    by_steps: dict[tuple[Step, ...], list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        plan = plans[invoice.id]
        found = rows.steps(invoice) if plan is None else planning.steps_of_plan(invoice, plan, account)
        by_steps[found].append(invoice)
    items: dict[int, list[Item]] = {}
    for found, group in by_steps.items():
        gathered = entry_items.gather(account.id, group, found)
        items |= {invoice_id: [item for _, item in pairs] for invoice_id, pairs in gathered.items()}
    return items


def _options(items: Rows[Item], calendar: cal.Calendar, today: dt.date, *, follows: bool) -> tuple[Option, ...]:
    """Where these instalments of an invoice may begin. One that its sequence takes in by itself has no choice."""
    if follows:
        entered = [entries.sequence_entry(item, calendar, today) for item in items]
        if all(entered):
            return _first(NORMAL, [item for item in entered if item is not None], calendar, today)
    placed = [entries.entry_choices(item, calendar, today) for item in items]
    starts = [start for start in reentering.STARTS if any(start in one for one in placed)]
    found: tuple[Option, ...] = ()
    for start in starts or [NORMAL]:
        chosen = [one.get(start) or one.get(NORMAL) for one in placed]
        found += _first(start, [item for item in chosen if item is not None], calendar, today)
    return found


def _first(start: str, items: Rows[Item], calendar: cal.Calendar, today: dt.date) -> tuple[Option, ...]:
    mails = [
        (max(moves.planned_on(item, step, calendar), today), step.template)
        for item in items
        for step in moves.remaining_steps(item, calendar, today)
        if step.is_mail
    ]
    if not mails:
        return ()
    on, template = min(mails)
    return (Option(start, template, on),)


class _Rows:
    """The chases, contacts and sequences of some invoices, in a fixed number of queries."""

    def __init__(self, invoices: Rows[Invoice]) -> None:
        ids, clients = [row.id for row in invoices], {row.client_id for row in invoices}
        self.chases = {chase.invoice_id: chase for chase in Chase.select().where(Chase.invoice.in_(ids))}
        self.contacts: dict[int, list[Contact]] = defaultdict(list)
        for contact in Contact.select().where(Contact.client.in_(clients)):
            self.contacts[contact.client_id].append(contact)
        followed = {row.client.sequence_id for row in invoices} - {None}
        usable = Sequence.archived_at.is_null(), Sequence.revision > 0
        self.sequences = {one.id: one for one in Sequence.select().where(Sequence.id.in_(followed), *usable)}
        self._steps: dict[int, tuple[Step, ...]] = {}

    def refusal(self, account: Account, invoice: Invoice, plan: ChasePlan | None) -> str:
        """Why it cannot be switched on (a key of ``Aside``), or ''."""
        because = situations.stop_reason(account, invoice.client, invoice, invoice.balance_cents)
        chase = self.chases.get(invoice.id)
        if because:
            return because
        if chase is not None and chase.is_active:
            return "already_chased"
        people = self.contacts[invoice.client_id]
        reached = situations.main_recipients(people) if plan is None else plan.contact_ids
        return "" if reached else "no_address"

    def plan(self, invoice: Invoice) -> ChasePlan | None:
        """The plan its form offers first; None when its client's sequence decides."""
        chase = self.chases.get(invoice.id)
        if self._follows(invoice, chase):
            return None
        people = situations.usable(self.contacts[invoice.client_id])
        chosen = next((one for one in people if one.id == invoice.contact_id), people[0] if people else None)
        keys = (chosen.id,) if chosen is not None else ()
        if chase is None:
            return ChasePlan(contact_ids=keys)
        known = planning.plan_of(chase)
        usable = {one.id for one in people}
        return replace(known, contact_ids=tuple(key for key in known.contact_ids if key in usable) or keys)

    def steps(self, invoice: Invoice) -> tuple[Step, ...]:
        """The steps of its client's sequence."""
        key = invoice.client.sequence_id
        if key not in self._steps:
            self._steps[key] = steps.of_sequence(self.sequences[key])
        return self._steps[key]

    def _follows(self, invoice: Invoice, chase: Chase | None) -> bool:
        sequence = self.sequences.get(invoice.client.sequence_id)
        if sequence is None:
            return False
        if chase is None or chase.is_inherited:
            return True
        is_off = chase.ended_because == "switched_off" and chase.frozen_revision is None
        return is_off and bool(chase.sequence_id == sequence.id)
