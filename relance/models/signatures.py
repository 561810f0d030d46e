"""Signatures: pictures of a person's handwriting, placed on letters. Not electronic signatures (eIDAS)."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.documents import Document


class Signature(BaseModel):
    """One picture of one user. ``source``: uploaded or drawn. Removed ones are archived: letters keep their bytes."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    user = ForeignKeyField(User, backref="signatures", on_delete="CASCADE")
    document = ForeignKeyField(Document, backref="+", on_delete="RESTRICT")  # a PNG that we made
    name = CharField(default="")
    source = CharField(default="uploaded")
    is_default = BooleanField(default=False)
    created_at = DateTimeField()
    archived_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("user", "archived_at"), False),)


TABLES = (Signature,)
