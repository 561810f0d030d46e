"""The instalments of invoices as the rules see them before they enter a plan, for many invoices at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from relance.models.holds import Task
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import MessageItem
from relance.rules.moves import Item
from relance.rules.plans import Step
from relance.services import holds, situations
from relance.services.holds import Frame

Gathered = list[tuple[Instalment, Item]]


def gather(
    account_id: int, invoices: Iterable[Invoice], found: tuple[Step, ...], recipients: frozenset[str] = frozenset()
) -> dict[int, Gathered]:
    """By invoice, its instalments with money left under these steps, in a fixed number of queries."""
    rows = {invoice.id: invoice for invoice in invoices}
    done = _done(rows)
    frames = holds.frames(account_id, {row.id: row.client_id for row in rows.values()}, dt.date.max)
    gathered: dict[int, Gathered] = {invoice_id: [] for invoice_id in rows}
    owed = Instalment.select().where(Instalment.invoice.in_(list(rows)), Instalment.balance_cents > 0)
    for row in owed.order_by(Instalment.invoice, Instalment.position):
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


def _done(invoices: dict[int, Invoice]) -> dict[int, set[int]]:
    """The steps already sent or brought up, by instalment."""
    found: dict[int, set[int]] = defaultdict(set)
    for table in (MessageItem, Task):
        query = table.select(table.instalment, table.step).where(
            table.invoice.in_(list(invoices)), table.slot.is_null(False)
        )
        for instalment_id, step in query.tuples():
            found[instalment_id].add(step)
    return found
