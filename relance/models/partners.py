"""Whom to turn to when nothing helped: recovery firms, mediators, courts, as an account keeps them."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, TextField

from relance.db import BaseModel
from relance.models.accounts import Account


class Partner(BaseModel):
    """One line of an account's list. ``key`` names the delivered one it replaces or hides; '' for one of their own."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    key = CharField(default="")
    kind = CharField(default="firm")  # firm, officer (commissaire de justice), mediator, court, lawyer
    name = CharField()
    url = CharField(default="")
    email = CharField(default="")
    phone = CharField(default="")
    note = TextField(default="")
    is_hidden = BooleanField(default=False)
    created_at = DateTimeField()

    class Meta:
        indexes = ((("account", "kind"), False),)


TABLES = (Partner,)
