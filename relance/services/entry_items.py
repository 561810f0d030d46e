"""The instalments of invoices as the rules see them before they enter a plan, for many invoices at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from relance.models.holds import Task
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import MessageItem
from relance.rules.moves import Item
from relance.rules.plans import Step
from relance.services import gathering, holds, situations
from relance.services.holds import Frame

Gathered = list[tuple[Instalment, Item]]


def gather(
    account_id: int, invoices: Iterable[Invoice], found: tuple[Step, ...], recipients: frozenset[str] = frozenset()
) -> dict[int, Gathered]:
    """By invoice, its instalments with money left under these steps, in a fixed number of queries."""
    rows = {invoice.id: invoice for invoice in invoices}
    sent, brought_up, owed = gathering.read(*reads(rows))
    done = _done([*sent, *brought_up])
    frames = holds.frames(account_id, {row.id: row.client_id for row in rows.values()}, dt.date.max)
    gathered: dict[int, Gathered] = {invoice_id: [] for invoice_id in rows}
    for row in owed:
        item = Item(
            key=row.id,
            due_on=row.due_on,
            steps=found,
            enters_on=dt.date.min,
            recipients=recipients,
            currency=rows[row.invoice_id].currency,
            done=frozenset(done[row.id]),
        )
        gathered[row.invoice_id].append((row, situations.with_frame(item, frames.get(row.invoice_id, Frame()))))
    return gathered


def reads(invoice_ids: Iterable[int]) -> tuple[Any, ...]:
    """The queries of the steps already sent, of those brought up, and of the instalments with money left."""
    ids = list(invoice_ids)
    owed = Instalment.select().where(Instalment.invoice.in_(ids), Instalment.balance_cents > 0)
    done = (
        table.select(table.instalment, table.step).where(table.invoice.in_(ids), table.slot.is_null(False)).tuples()
        for table in (MessageItem, Task)
    )
    return *done, owed.order_by(Instalment.invoice, Instalment.position)


def _done(rows: Iterable[Any]) -> dict[int, set[int]]:
    """The steps already sent or brought up, by instalment."""
    found: dict[int, set[int]] = defaultdict(set)
    for instalment_id, step in rows:
        found[instalment_id].add(step)
    return found
