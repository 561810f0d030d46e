"""Quotes (devis): what a client has not answered yet. Never chased as money owed."""

from datetime import date

from peewee import (
    BigIntegerField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from relance.db import BaseModel
from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.invoices import Invoice

STATES = ("pending", "accepted", "declined")
MAX_NUDGES = 2


class Quote(BaseModel):
    """A quote sent to a client. Amounts are cents of ``currency``, taxes included.

    « Expired » is not a state: it is a pending quote whose ``valid_until`` has passed (the account's day).
    ``nudges``: how many pre-reminders may leave by themselves (0 when the switch is off, 2 at most), the
    first ``remind_days`` before ``valid_until``. ``next_check_at``: when the worker looks at it again.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, backref="quotes", on_delete="RESTRICT")
    contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL")
    number = CharField()
    object = CharField(default="")
    issued_on = DateField()
    valid_until = DateField()
    total_cents = BigIntegerField(constraints=[Check("total_cents > 0")])
    net_cents = BigIntegerField(null=True)
    vat_cents = BigIntegerField(null=True)
    currency = CharField(default="EUR")
    order_reference = CharField(default="")
    state = CharField(default="pending")
    decided_on = DateField(null=True)
    declined_because = CharField(default="")
    nudges = IntegerField(default=0)
    remind_days = IntegerField(default=7)
    document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
    invoice = ForeignKeyField(Invoice, null=True, backref="quotes", on_delete="SET NULL")  # made from it
    note = TextField(default="")
    next_check_at = DateTimeField(null=True, index=True)
    version = IntegerField(default=1)  # optimistic locking of forms
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        indexes = (
            (("account", "state", "valid_until", "id"), False),
            (("account", "number", "issued_on"), True),
            (("client", "state"), False),
        )

    def is_expired(self, today: date) -> bool:
        """True for a quote nobody answered whose validity ended before ``today`` (the account's day)."""
        return self.state == "pending" and self.valid_until < today


TABLES = (Quote,)
