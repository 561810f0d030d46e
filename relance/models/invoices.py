"""Invoices and their instalments. An instalment (échéance) is what is chased."""

from datetime import date
from typing import Any

from peewee import (
    BigIntegerField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    TextField,
    fn,
)

from relance.db import BaseModel, is_sqlite
from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.documents import Document

KINDS = ("invoice", "deposit", "progress", "final", "credit_note")
STATES = ("draft", "to_process", "sent", "paid", "cancelled", "written_off")
PAYMENT_METHODS = ("transfer", "direct_debit", "card", "cheque", "cash")


class Invoice(BaseModel):
    """An invoice or a credit note. Amounts are cents of ``currency``, taxes included.

    ``balance_cents``, ``excess_cents``, ``next_due_on`` and the state ``paid`` are derived: only
    ``services.settling.settle`` writes them, from the total, the payments and the credit notes.
    ``next_due_on`` is the due date of the oldest instalment with something left, and the date lists
    are sorted by; ``due_on`` is the last instalment's date.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, backref="invoices", on_delete="RESTRICT")
    contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL")  # whom it was sent to
    kind = CharField(default="invoice")
    state = CharField(default="sent")
    number = CharField()
    issued_on = DateField()
    due_on = DateField()
    next_due_on = DateField()
    total_cents = BigIntegerField(constraints=[Check("total_cents > 0")])
    net_cents = BigIntegerField(null=True)
    vat_cents = BigIntegerField(null=True)
    balance_cents = BigIntegerField()
    excess_cents = BigIntegerField(default=0)  # paid beyond the total: the client's credit
    currency = CharField(default="EUR")
    object = CharField(default="")
    order_reference = CharField(default="")
    payment_method = CharField(default="transfer")
    late_rate_bp = IntegerField(null=True)  # printed on this invoice; null: the account's
    credited_invoice = ForeignKeyField("self", null=True, backref="credit_notes", on_delete="SET NULL")
    document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
    source = CharField(default="form")  # form, csv, xlsx, facturx, cii, ubl, pdf
    platform_status = CharField(default="")  # last life-cycle status of the e-invoice (XP Z12-012): 207, 210, 212, 213…
    platform_status_on = DateField(null=True)
    encashment_reported_at = DateTimeField(null=True)  # the payment was reported on the platform, or need not be
    note = TextField(default="")
    paid_on = DateField(null=True)
    version = IntegerField(default=1)  # optimistic locking of forms
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        indexes = (
            # The last column of each lets the pills of the list be counted in the index alone.
            (("account", "state", "next_due_on", "id", "balance_cents"), False),
            (("account", "state", "balance_cents", "id", "next_due_on"), False),
            (("account", "next_due_on", "id"), False),
            (("account", "total_cents", "id"), False),
            (("account", "number", "kind", "issued_on"), True),
            (("client", "state"), False),
        )

    def save(self, force_insert: bool = False, only: Any = None) -> int:
        """Save the row; a new one never takes the id of an invoice that is gone (see ``next_id``)."""
        if self.id is None and is_sqlite():
            self.id, force_insert = next_id(), True
        saved: int = super().save(force_insert=force_insert, only=only)
        return saved

    @property
    def is_credit_note(self) -> bool:
        """True for an avoir, which lowers another invoice and is never chased."""
        return self.kind == "credit_note"

    def is_overdue(self, today: date) -> bool:
        """True when money is left on an instalment whose date has passed (late means today > J)."""
        return self.state == "sent" and not self.is_credit_note and self.balance_cents > 0 and today > self.next_due_on


def next_id() -> int:
    """The id of the next invoice, inside a transaction. PostgreSQL gives its own; SQLite would give a freed one again.

    The journal calls an invoice by its id for ever, also one that an undone import removed.
    """
    highest = Invoice.select(fn.MAX(Invoice.id)).scalar() or 0
    removed = Account.select(fn.MAX(Account.last_removed_invoice)).scalar() or 0
    return int(max(highest, removed)) + 1


class Instalment(BaseModel):
    """One due date and its amount. Every invoice has at least one. Payments fill the oldest first."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="instalments", on_delete="CASCADE")
    position = IntegerField(default=1)
    due_on = DateField()
    amount_cents = BigIntegerField()
    balance_cents = BigIntegerField()
    alerted_on = DateField(null=True)  # the user was warned that it became late

    class Meta:
        indexes = (
            (("invoice", "position"), True),
            (("account", "due_on"), False),
        )


TABLES = (Invoice, Instalment)
