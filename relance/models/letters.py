"""Letters: formal notices and amicable letters, from draft to proof of receipt."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Invoice

KINDS = ("formal_notice", "amicable")
STATES = ("draft", "ready", "posted", "received", "unclaimed", "refused")


class Letter(BaseModel):
    """A letter to one client about one or several invoices. Amounts are cents of ``currency``.

    ``facts`` is the JSON the PDF was made from. ``document`` is null until it is rendered;
    ``requested_at`` says since when it waits. ``sha256`` freezes the bytes.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, backref="letters", on_delete="RESTRICT")
    kind = CharField(default="formal_notice")
    state = CharField(default="draft")
    dated_on = DateField()
    delay_days = IntegerField(default=8)
    claims_interest = BooleanField(default=True)
    claims_fee = BooleanField(default=True)
    imputation = CharField(default="principal_first")
    currency = CharField(default="EUR")
    principal_cents = BigIntegerField(default=0)
    interest_cents = BigIntegerField(default=0)
    fee_cents = BigIntegerField(default=0)
    total_cents = BigIntegerField(default=0)
    facts = TextField(default="{}")
    document = ForeignKeyField(Document, null=True, backref="letters", on_delete="SET NULL")
    sha256 = CharField(default="")
    requested_at = DateTimeField(null=True, index=True)
    error = TextField(default="")
    template = CharField(default="")  # an amicable letter: the reminder whose text it carries
    is_edited = BooleanField(default=False)  # a person changed the words of this copy
    mode = CharField(default="")  # lrar_counter, lrar_online, lre, simple, by_hand
    tracking_number = CharField(default="")
    posted_on = DateField(null=True)
    received_on = DateField(null=True)
    deposit_proof = ForeignKeyField(Document, null=True, backref="+", on_delete="SET NULL")
    receipt_proof = ForeignKeyField(Document, null=True, backref="+", on_delete="SET NULL")
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    created_at = DateTimeField()

    class Meta:
        indexes = ((("account", "created_at"), False),)


class LetterInvoice(BaseModel):
    """An invoice in a letter, with what the letter claims for it."""

    letter = ForeignKeyField(Letter, backref="lines", on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="letter_lines", on_delete="CASCADE")
    principal_cents = BigIntegerField()
    interest_cents = BigIntegerField(default=0)
    fee_cents = BigIntegerField(default=0)

    class Meta:
        indexes = ((("letter", "invoice"), True),)


TABLES = (Letter, LetterInvoice)
