"""A chase (suivi): reminders switched on for an invoice. The future is computed, only the past is stored."""

from peewee import BooleanField, CharField, DateField, DateTimeField, ForeignKeyField, IntegerField

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.invoices import Instalment, Invoice
from relance.models.sequences import Sequence

FREQUENCIES = ("once", "weekly", "until_paid")  # or « sequence »


class Chase(BaseModel):
    """Reminders switched on for one invoice, by a person: for it alone, or for its client through a sequence.

    Without a ChaseContact the reminders go to the client's main contact.
    ``first_offset_days`` is 1 to 30 after J; ``count`` is the number of messages (the visible cap for
    ``until_paid``). ``next_check_at`` (UTC) says when a worker looks again; null once ended.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, backref="chases", on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="chases", unique=True, on_delete="CASCADE")
    frequency = CharField(default="weekly")
    sequence = ForeignKeyField(Sequence, null=True, backref="chases", on_delete="SET NULL")
    frozen_revision = IntegerField(null=True)  # keeps to this revision of its sequence; null: follows the edits
    is_inherited = BooleanField(default=False)  # from the client's sequence, not a setting of the invoice
    asks_before_sending = BooleanField(default=False)
    first_offset_days = IntegerField(default=1)
    count = IntegerField(default=4)
    copies_user = BooleanField(default=False)
    attaches_invoice = BooleanField(default=True)
    started_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    started_at = DateTimeField()
    next_check_at = DateTimeField(null=True, index=True)
    ended_at = DateTimeField(null=True)
    # paid, finished, switched_off, cancelled, written_off, unenrolled, sequence_deleted
    ended_because = CharField(default="")
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("client", "ended_at"), False), (("sequence", "ended_at"), False))

    @property
    def is_active(self) -> bool:
        """True while reminders may still leave."""
        return self.ended_at is None


class ChaseContact(BaseModel):
    """A contact who receives the reminders of a chase."""

    chase = ForeignKeyField(Chase, backref="recipients", on_delete="CASCADE")
    contact = ForeignKeyField(Contact, on_delete="CASCADE")

    class Meta:
        indexes = ((("chase", "contact"), True),)


class Entry(BaseModel):
    """Where one instalment joins its plan.

    Steps that fall before ``enters_on`` are past. ``step`` is the step to send first, from
    ``enters_on`` (« join at the step of its age »). ``anchor_on`` replaces J when the user chose to
    begin gently, so that the plan's spacing counts from the first sending. ``is_out``: it was too late to enter
    a sequence (S3.15), and waits for the user's choice.
    """

    chase = ForeignKeyField(Chase, backref="entries", on_delete="CASCADE")
    instalment = ForeignKeyField(Instalment, unique=True, on_delete="CASCADE")
    enters_on = DateField()
    step = IntegerField(null=True)
    anchor_on = DateField(null=True)
    is_out = BooleanField(default=False)


class Skip(BaseModel):
    """A step that will not be sent, and why: the reasons of rules.schedule.Skipped, or a person passed over it."""

    chase = ForeignKeyField(Chase, backref="skips", on_delete="CASCADE")
    instalment = ForeignKeyField(Instalment, on_delete="CASCADE")
    step = IntegerField()
    because = CharField()  # missed, died, past, pause, client_pause, account_pause, promise, dispute, by_hand
    skipped_at = DateTimeField()

    class Meta:
        indexes = ((("chase", "instalment", "step"), True),)


TABLES = (Chase, ChaseContact, Entry, Skip)
