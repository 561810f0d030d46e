"""Files kept for an account: invoices, letters, proofs. The bytes live in ``relance.storage``."""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField

from relance.db import BaseModel
from relance.models.accounts import Account


class Document(BaseModel):
    """One file. ``sha256`` names its bytes in the storage; ``size`` is in bytes."""

    account = ForeignKeyField(Account, backref="documents", on_delete="CASCADE")
    kind = CharField()  # invoice, letter, proof, signature, import
    name = CharField()
    mime = CharField()
    size = IntegerField()
    sha256 = CharField(index=True)
    created_at = DateTimeField()


TABLES = (Document,)
