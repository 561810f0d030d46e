"""Clients (who owes) and their contacts (whom we write to)."""

from peewee import (
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from relance.db import BaseModel
from relance.models.accounts import Account
from relance.models.sequences import Sequence

KINDS = ("organisation", "individual", "public")


class Client(BaseModel):
    """A client: an organisation, an individual (consumer) or a public body.

    ``turn`` is bumped by every transaction that decides about the client's messages: the UPDATE is
    the lock that puts a payment and a sending one after the other (row lock in PostgreSQL).
    """

    account = ForeignKeyField(Account, backref="clients", on_delete="CASCADE")
    name = CharField()
    kind = CharField(default="organisation")
    siren = CharField(default="")  # 9 digits, or the 14 of a SIRET
    vat_number = CharField(default="")
    address = TextField(default="")  # up to six lines
    country = CharField(default="FR")
    language = CharField(default="fr")
    payment_days = IntegerField(null=True)  # null: the account's
    late_rate_bp = IntegerField(null=True)  # contractual rate, hundredths of a percent; null: the account's
    is_exempt = BooleanField(default=False)  # never chased
    sequence = ForeignKeyField(Sequence, null=True, backref="clients", on_delete="SET NULL")
    enrolled_at = DateTimeField(null=True)
    chooses_sequence = BooleanField(default=False)  # its sequence, or none, was chosen for it: not the account's
    note = TextField(default="")
    archived_at = DateTimeField(null=True)
    merged_into = ForeignKeyField("self", null=True, on_delete="SET NULL")
    turn = IntegerField(default=0)
    created_at = DateTimeField()

    class Meta:
        indexes = ((("account", "name"), False),)

    def take_turn(self) -> None:
        """Lock this client for the rest of the transaction."""
        Client.update(turn=Client.turn + 1).where(Client.id == self.id).execute()


class Contact(BaseModel):
    """A person or a shared address at a client. ``register`` is ``vous`` or ``tu``."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, backref="contacts", on_delete="CASCADE")
    name = CharField(default="")
    email = CharField(default="")
    role = CharField(default="")
    phone = CharField(default="")
    register = CharField(default="vous")
    is_main = BooleanField(default=False)
    rejected_at = DateTimeField(null=True)  # the server refused the address for good
    rejected_because = CharField(default="")
    archived_at = DateTimeField(null=True)
    created_at = DateTimeField()

    @property
    def is_usable(self) -> bool:
        """True when a message can be addressed to this contact."""
        return bool(self.email) and self.archived_at is None and self.rejected_at is None


TABLES = (Client, Contact)
