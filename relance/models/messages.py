"""Messages: a mail is a row before it is sent, and what the row holds is what leaves."""

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
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Instalment, Invoice
from relance.models.quotes import Quote

STATES = ("proposed", "queued", "sending", "sent", "refused", "uncertain", "cancelled")


class Message(BaseModel):
    """One e-mail. ``to_json`` and ``cc_json`` are lists of [name, address]; bodies are final text.

    ``slot`` is unique and set for automatic reminders (« client-<id>:<day> »): the database itself
    holds « at most one a day ». A cancelled message gives its slot back (null).
    States: queued → sending → sent | refused | uncertain, or back to queued when nobody accepted it.
    « proposed » waits for the user's yes before it is queued; the next morning it is proposed anew.
    """

    account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
    client = ForeignKeyField(Client, null=True, backref="messages", on_delete="CASCADE")
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")  # who clicked, for a manual one
    # The quote a pre-reminder speaks of: such a message has no items.
    quote = ForeignKeyField(Quote, null=True, backref="messages", on_delete="CASCADE")
    # To a client: reminder, manual, thanks, quote. To a user: forewarning, overdue_alert, failure_notice, sign_up,
    # password_reset, password_changed, iban_changed.
    kind = CharField()
    is_automatic = BooleanField(default=False)
    day_on = DateField(null=True)
    slot = CharField(null=True, unique=True)
    state = CharField(default="queued")
    template = CharField(default="")
    language = CharField(default="fr")
    to_json = TextField()
    cc_json = TextField(default="[]")
    from_name = CharField(default="")
    from_address = CharField(default="")
    reply_to = CharField(default="")
    subject = TextField()
    body_text = TextField()
    body_html = TextField(default="")
    message_id = CharField(unique=True)
    references = TextField(default="")
    token = CharField(unique=True)  # VERP: a bounce finds its message
    is_edited = BooleanField(default=False)  # a person changed the words: never rendered again
    facts = TextField(default="")  # what the text was rendered from; a change renders it again
    currency = CharField(default="EUR")
    total_cents = BigIntegerField(default=0)
    not_before_at = DateTimeField()
    attempts = IntegerField(default=0)
    first_attempt_at = DateTimeField(null=True)
    claim = CharField(default="")
    claimed_at = DateTimeField(null=True)
    sent_at = DateTimeField(null=True)
    error = TextField(default="")
    refused_json = TextField(default="[]")  # recipients the server refused among several
    reported_at = DateTimeField(null=True)  # the user was told of the failure by e-mail
    created_at = DateTimeField()

    class Meta:
        indexes = (
            (("state", "not_before_at"), False),
            (("client", "day_on"), False),
            (("account", "created_at"), False),
        )


class MessageItem(BaseModel):
    """One instalment in a message, with its step and what was left to pay.

    ``slot`` is unique (« chase:instalment:step »): a step is never sent twice. Null when cancelled.
    ``is_on_plan`` is false for a step that left late for another reason than a missed day: the gap
    then counts from the day it left.
    """

    message = ForeignKeyField(Message, backref="items", on_delete="CASCADE")
    chase = ForeignKeyField(Chase, null=True, on_delete="SET NULL")
    invoice = ForeignKeyField(Invoice, backref="message_items", on_delete="CASCADE")
    instalment = ForeignKeyField(Instalment, on_delete="CASCADE")
    step = IntegerField(null=True)
    offset_days = IntegerField(null=True)
    template = CharField(default="")
    planned_on = DateField(null=True)
    is_on_plan = BooleanField(default=True)
    balance_cents = BigIntegerField()
    slot = CharField(null=True, unique=True)


class MessageAttachment(BaseModel):
    """A document that travels with a message."""

    message = ForeignKeyField(Message, backref="attachments", on_delete="CASCADE")
    document = ForeignKeyField(Document, on_delete="CASCADE")


TABLES = (Message, MessageItem, MessageAttachment)
