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
from relance.models.evidence import Evidence
from relance.models.invoices import Invoice
from relance.models.signatures import Signature

KINDS = ("formal_notice", "amicable")
STATES = ("draft", "ready", "posted", "received", "unclaimed", "refused", "abandoned")
ABANDONED = "abandoned"  # frozen, and a person decided not to post it
ASIDE = ("draft", ABANDONED)  # what asks the client for nothing: not frozen yet, or not to be posted
MENTIONS = ("registered", "by_hand", "none")  # what the sheet says above the text, at the left of the address
MODES = ("lrar_counter", "lrar_online", "lre", "simple", "by_hand")


class LetterBatch(BaseModel):
    """Letters asked for together: their making is followed on one page. ``refused_json``: [client name, French why]."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    kind = CharField(default="formal_notice")
    total = IntegerField()
    refused_json = TextField(default="[]")
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    created_at = DateTimeField()

    class Meta:
        indexes = ((("account", "created_at"), False),)


class Letter(BaseModel):
    """A letter to one client about one or several invoices. Amounts are cents of ``currency``.

    A draft keeps what a person chose (``words``: JSON of paragraphs, '' for the delivered text) and is written
    anew each time it is opened. Frozen, ``facts`` is the JSON the PDF is made from and never changes; ``document``
    is null until it is rendered; ``requested_at`` says since when it waits; ``sha256`` freezes the bytes.

    Dates are the account's civil days. ``presented_on``: the carrier brought it and nobody took it (unclaimed,
    refused). ``deadline_on``: the last day of the time allowed, known once the letter was received or presented.
    ``settled_at``: a person dealt with the deadline that is over.
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
    words = TextField(default="")
    mention = CharField(default="registered")
    joins_invoices = BooleanField(default=True)  # the files of the invoices follow the letter in its PDF
    enclosures = TextField(default="")  # what else is enclosed, one line each, printed after « Pièces jointes »
    signature = ForeignKeyField(Signature, null=True, backref="+", on_delete="SET NULL")
    basis = CharField(default="")  # fingerprint of what was owed when the draft was last saved
    version = IntegerField(default=0)  # of a draft, bumped at each saving
    updated_at = DateTimeField(null=True)
    frozen_at = DateTimeField(null=True)
    batch = ForeignKeyField(LetterBatch, null=True, backref="letters", on_delete="SET NULL")
    mode = CharField(default="")  # one of MODES, once posted
    tracking_number = CharField(default="")
    posted_on = DateField(null=True)
    received_on = DateField(null=True)
    presented_on = DateField(null=True)
    deadline_on = DateField(null=True, index=True)
    deadline_told_at = DateTimeField(null=True)
    settled_at = DateTimeField(null=True)
    deposit_proof = ForeignKeyField(Document, null=True, backref="+", on_delete="SET NULL")
    receipt_proof = ForeignKeyField(Document, null=True, backref="+", on_delete="SET NULL")
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    created_at = DateTimeField()

    class Meta:
        indexes = ((("account", "created_at"), False), (("account", "state"), False), (("client", "state"), False))


class LetterInvoice(BaseModel):
    """An invoice in a letter, with what the letter claims for it."""

    letter = ForeignKeyField(Letter, backref="lines", on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="letter_lines", on_delete="CASCADE")
    principal_cents = BigIntegerField()
    interest_cents = BigIntegerField(default=0)
    fee_cents = BigIntegerField(default=0)

    class Meta:
        indexes = ((("letter", "invoice"), True),)


class LetterEnclosure(BaseModel):
    """A piece of evidence that follows the letter in its PDF, after the invoices."""

    letter = ForeignKeyField(Letter, backref="pieces", on_delete="CASCADE")
    evidence = ForeignKeyField(Evidence, backref="+", on_delete="CASCADE")

    class Meta:
        indexes = ((("letter", "evidence"), True),)


TABLES = (LetterBatch, Letter, LetterInvoice, LetterEnclosure)
