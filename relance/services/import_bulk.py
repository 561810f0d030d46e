"""Many plain invoices inserted together: the same rows and events as ``invoicing.create`` writes one by one.

Plain: a new invoice, not a credit note, of a client that follows no sequence, so that nothing else depends on it yet.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from relance.db import is_sqlite
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.imports import ImportRow
from relance.models.invoices import Instalment, Invoice, next_id
from relance.models.payments import Payment
from relance.rules.calendar import local_date
from relance.services.import_facts import facts_of
from relance.services.import_planning import CREATE, Item
from relance.services.invoice_facts import InvoiceFacts
from relance.services.invoice_rows import columns_of

STATEMENT = 100  # rows: SQLite counts variables

Plain = tuple[ImportRow, Item, Client, Contact | None]


def is_plain(item: Item, client: Client) -> bool:
    """True for an invoice that nothing but its own rows depends on."""
    wanted = item.wanted
    return item.action == CREATE and wanted is not None and wanted.kind != "credit_note" and client.sequence_id is None


def insert(
    account: Account, plain: Sequence[Plain], documents: Mapping[int, int | None], *, by: User | None, now: dt.datetime
) -> dict[int, int]:
    """Insert them and return the id of each invoice, by the id of its row. Inside a transaction with the turns taken.

    IntegrityError when one is recorded already: nothing of the slice is kept.
    """
    today = local_date(now, account.time_zone)
    digests = _digests([key for key in documents.values() if key])
    ready = []
    for row, item, client, contact in plain:
        facts = facts_of(item, client, contact, documents[row.id], None)
        ready.append(_Ready(account, row, item, client, facts, digests.get(documents[row.id] or 0, ""), today))
    invoices = [one.invoice(by, now) for one in ready]
    if is_sqlite():
        first = next_id()
        invoices = [row | {"id": first + place} for place, row in enumerate(invoices)]
    _insert(Invoice, invoices)
    ids = _ids(account, ready)
    for one in ready:
        one.invoice_id = ids[one.key]
    _insert(Instalment, [part for one in ready for part in one.instalments()])
    paid = [one for one in ready if one.facts.already_paid_cents]
    _insert(Payment, [one.payment(by, now) for one in paid])
    payments = _payments([one.invoice_id for one in paid])
    _insert(Event, [event for one in ready for event in one.events(payments.get(one.invoice_id), by, now)])
    return {one.row.id: one.invoice_id for one in ready}


class _Ready:
    """One invoice about to be inserted, with what is derived from it (see ``settling.settle``)."""

    def __init__(
        self,
        account: Account,
        row: ImportRow,
        item: Item,
        client: Client,
        facts: InvoiceFacts,
        document_sha256: str,
        today: dt.date,
    ) -> None:
        assert item.wanted is not None
        self.account, self.row, self.item, self.client, self.facts = account, row, item, client, facts
        self.document_sha256, self.key, self.invoice_id = document_sha256, item.wanted.key, 0
        self.paid_on = facts.already_paid_on or min(facts.issued_on, today)
        self.balance_cents = max(0, facts.total_cents - facts.already_paid_cents)
        state = "sent" if item.line.state == "paid" else item.line.state
        is_paid = state == "sent" and self.balance_cents <= account.tolerance_cents
        self.state = "paid" if is_paid else state
        self._balances = self._spread()

    def _spread(self) -> list[int]:
        """What is left of each instalment, the oldest paid first."""
        covered, left = self.facts.already_paid_cents, []
        for part in self.facts.plan():
            used = min(part.amount_cents, covered)
            covered -= used
            left.append(part.amount_cents - used)
        return left

    def invoice(self, by: User | None, now: dt.datetime) -> dict[str, Any]:
        """Its row."""
        plan = self.facts.plan()
        owed = [part.due_on for part, cents in zip(plan, self._balances, strict=True) if cents]
        return columns_of(self.facts) | {
            "account": self.account.id,
            "client": self.client.id,
            "state": self.state,
            "source": self.facts.source,
            "next_due_on": owed[0] if owed else plan[-1].due_on,
            "balance_cents": self.balance_cents,
            "paid_on": self._settled_on() if self.state == "paid" else None,
            "created_at": now,
            "updated_at": now,
        }

    def _settled_on(self) -> dt.date | None:
        needed = self.facts.total_cents - self.account.tolerance_cents
        covered = self.facts.already_paid_cents
        return self.paid_on if covered and covered >= needed else None

    def instalments(self) -> list[dict[str, Any]]:
        """The rows of its instalments."""
        return [
            {
                "account": self.account.id,
                "invoice": self.invoice_id,
                "position": position,
                "due_on": part.due_on,
                "amount_cents": part.amount_cents,
                "balance_cents": left,
            }
            for position, (part, left) in enumerate(zip(self.facts.plan(), self._balances, strict=True), start=1)
        ]

    def payment(self, by: User | None, now: dt.datetime) -> dict[str, Any]:
        """What was paid before it came."""
        return {
            "account": self.account.id,
            "invoice": self.invoice_id,
            "received_on": self.paid_on,
            "amount_cents": self.facts.already_paid_cents,
            "method": self.facts.payment_method,
            "reference": "",
            "created_by": by.id if by else None,
            "created_at": now,
        }

    def events(self, payment_id: int | None, by: User | None, now: dt.datetime) -> list[dict[str, Any]]:
        """What the history tells, in the order in which it happened."""
        facts = self.facts
        told: dict[str, Any] = {
            "number": facts.number.strip(),
            "total_cents": facts.total_cents,
            "currency": facts.currency,
            "due_on": facts.plan()[-1].due_on,
            "source": facts.source,
        }
        if self.document_sha256:
            told["document_sha256"] = self.document_sha256
        found = [("invoice_imported", told)]
        money = {"number": facts.number.strip(), "currency": facts.currency}
        if payment_id is not None:
            received = {
                "payment_id": payment_id,
                "amount_cents": facts.already_paid_cents,
                "received_on": self.paid_on,
                "method": facts.payment_method,
                "reference": "",
            }
            found.append(("payment_recorded", money | received))
        if self.state == "paid":
            found.append(("invoice_paid", money | {"paid_on": self._settled_on(), "excess_cents": 0}))
        return [
            {
                "kind": kind,
                "account": self.account.id,
                "client": self.client.id,
                "invoice": self.invoice_id,
                "user": by.id if by else None,
                "at": now,
                "data": json.dumps(data, ensure_ascii=False, sort_keys=True, default=str),
            }
            for kind, data in found
        ]


def _insert(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), STATEMENT):
        model.insert_many(rows[start : start + STATEMENT]).execute()


def _ids(account: Account, ready: Sequence[_Ready]) -> dict[tuple[str, str, dt.date], int]:
    """The ids that the database gave, by what makes an invoice the same one."""
    numbers = sorted({one.key[0] for one in ready})
    found: dict[tuple[str, str, dt.date], int] = {}
    for start in range(0, len(numbers), STATEMENT):
        query = Invoice.select(Invoice.number, Invoice.kind, Invoice.issued_on, Invoice.id).where(
            Invoice.account == account, Invoice.number.in_(numbers[start : start + STATEMENT])
        )
        found |= {(number, kind, issued_on): key for number, kind, issued_on, key in query.tuples()}
    return found


def _payments(invoice_ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(invoice_ids), STATEMENT):
        query = Payment.select(Payment.invoice, Payment.id).where(
            Payment.invoice.in_(list(invoice_ids[start : start + STATEMENT]))
        )
        found |= {invoice: payment for invoice, payment in query.tuples()}  # noqa: C416 typed rows
    return found


def _digests(document_ids: Sequence[int]) -> dict[int, str]:
    if not document_ids:
        return {}
    rows = Document.select(Document.id, Document.sha256).where(Document.id.in_(list(document_ids)))
    return {key: sha256 for key, sha256 in rows.tuples()}  # noqa: C416 typed rows
