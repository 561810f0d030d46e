"""What an edition would change in the reminders, shown before anything is saved."""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from relance import clock
from relance.db import transaction
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services import invoicing, threads
from relance.services.threads import Thread
from relance.web import names, rows
from relance.web.forms.invoices import InvoiceForm

_COMING = ("next", "plan", "waiting")
_SHOWN = 6


@dataclass(frozen=True)
class Effect:
    """``rows`` are (reminder, day before, day after); ``seal`` names what was shown: only that is confirmed."""

    rows: tuple[tuple[str, str, str], ...]
    has_sent: int
    seal: str


class _Undo(Exception):  # noqa: N818 (not an error: it leaves a transaction without keeping it)
    """Carries the thread as it would be."""

    def __init__(self, thread: Thread) -> None:
        self.thread = thread


def effect_of(invoice: Invoice, form: InvoiceForm, client: Client | None, version: int) -> Effect | None:
    """The reminders before and after, when dates move or when an e-mail already named another amount.

    The change is made and undone in one transaction: what is shown is what the saving does. Raises what
    ``invoicing.update`` raises.
    """
    if client is None:
        return None
    now = clock.now()
    before = threads.of_invoice(invoice, now)
    if not before.is_on:
        return None
    after = _thread_after(invoice, invoicing.InvoiceFacts(**vars(form.facts(client.id))), version, now)
    lines = _lines(before, after)
    has_moved = any(old != new for _name, old, new in lines)
    has_new_amount = before.sent > 0 and form.total.data != invoice.total_cents
    if not has_moved and not has_new_amount:
        return None
    shown = tuple(lines[:_SHOWN]) if has_moved else ()
    seal = f"{form.total.data}:" + ",".join(new for _name, _old, new in lines)
    return Effect(shown, before.sent, seal)


def _thread_after(invoice: Invoice, facts: invoicing.InvoiceFacts, version: int, now: datetime) -> Thread:
    try:
        with transaction():
            saved = invoicing.update(invoice, facts, version=version, by=None, now=now).invoice
            raise _Undo(threads.of_invoice(saved, now))
    except _Undo as undone:
        return undone.thread


def _lines(before: Thread, after: Thread) -> list[tuple[str, str, str]]:
    """The coming reminders side by side, by their rank."""
    old = [knot for knot in before.knots if knot.kind in _COMING]
    new = [knot for knot in after.knots if knot.kind in _COMING]
    found = []
    for one, other in zip_longest(old, new):
        name = names.template((other or one).template)
        found.append(
            (name, rows.short_day_inside(one.on) if one else "", rows.short_day_inside(other.on) if other else "")
        )
    return found
