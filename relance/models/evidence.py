"""Pieces that prove a claim: signed quote, order, proof of performance, terms, correspondence."""

from peewee import CharField, DateTimeField, ForeignKeyField, TextField

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Invoice

KINDS = ("quote", "order", "performance", "terms", "correspondence", "acknowledgement", "registry", "other")


class Evidence(BaseModel):
    """One file about a client, or about one invoice of theirs. Removed ones are archived: history is kept."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, backref="evidence", on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, null=True, backref="evidence", on_delete="CASCADE")
    kind = CharField(default="other")
    label = CharField(default="")
    note = TextField(default="")
    document = ForeignKeyField(Document, backref="+", on_delete="RESTRICT")
    added_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    added_at = DateTimeField()
    archived_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("client", "archived_at"), False), (("invoice", "archived_at"), False))


TABLES = (Evidence,)
