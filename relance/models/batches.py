"""Reminders sent by hand to many clients at once: what was confirmed is a row before anything is written to anybody."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.messages import Message


class Batch(BaseModel):
    """One confirmed sending. ``key`` is unique: the same form, sent twice, is the same batch.

    ``not_before_at``: no message leaves before (a minute later, or the next working day). ``finished_at``:
    every line became a message or a refusal; ``undone_at``: a person cancelled what still waited.
    """

    account = ForeignKeyField(Account, backref="batches", on_delete="CASCADE")
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    key = CharField(unique=True)
    copies_user = BooleanField(default=False)
    not_before_at = DateTimeField()
    created_at = DateTimeField()
    finished_at = DateTimeField(null=True, index=True)
    undone_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("account", "id"), False),)


class BatchLine(BaseModel):
    """One message of a batch: a client and the invoices it speaks of. States: waiting → queued | aside.

    ``invoice_ids`` and ``contact_ids`` are JSON lists; ``balances`` (JSON, by invoice id, cents) is what was shown
    when the person confirmed: a line whose balance changed meanwhile is set aside. ``reason`` says why it was.
    """

    batch = ForeignKeyField(Batch, backref="lines", on_delete="CASCADE")
    position = IntegerField()
    client = ForeignKeyField(Client, on_delete="CASCADE")
    template = CharField()
    proposed = CharField(default="")  # the template Relance proposed; another one is a « choix manuel »
    invoice_ids = TextField()
    contact_ids = TextField(default="[]")
    balances = TextField(default="{}")
    balance_cents = BigIntegerField(default=0)
    currency = CharField(default="EUR")
    state = CharField(default="waiting")
    reason = CharField(default="")
    message = ForeignKeyField(Message, null=True, on_delete="SET NULL")

    class Meta:
        indexes = ((("batch", "position"), True), (("batch", "state"), False))


TABLES = (Batch, BatchLine)
