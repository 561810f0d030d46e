"""A chase (suivi): reminders switched on for an invoice. The future is computed, only the past is stored."""

from peewee import BooleanField, CharField, DateField, DateTimeField, ForeignKeyField, IntegerField

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.invoices import Instalment, Invoice

FREQUENCIES = ("once", "weekly", "until_paid")


class Chase(BaseModel):
    """Reminders switched on for one invoice, by a person.

    ``first_offset_days`` is 1 to 30 after J; ``count`` is the number of messages (the visible cap for
    ``until_paid``). ``next_check_at`` (UTC) says when a worker looks again; null once ended.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, backref="chases", on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="chases", unique=True, on_delete="CASCADE")
    frequency = CharField(default="weekly")
    first_offset_days = IntegerField(default=1)
    count = IntegerField(default=4)
    copies_user = BooleanField(default=False)
    attaches_invoice = BooleanField(default=True)
    started_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    started_at = DateTimeField()
    next_check_at = DateTimeField(null=True, index=True)
    ended_at = DateTimeField(null=True)
    ended_because = CharField(default="")  # paid, finished, switched_off, cancelled, written_off
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("client", "ended_at"), False),)

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
    begin gently, so that the plan's spacing counts from the first sending.
    """

    chase = ForeignKeyField(Chase, backref="entries", on_delete="CASCADE")
    instalment = ForeignKeyField(Instalment, unique=True, on_delete="CASCADE")
    enters_on = DateField()
    step = IntegerField(null=True)
    anchor_on = DateField(null=True)


class Skip(BaseModel):
    """A step that will not be sent: overtaken by another (missed), or past when reminders resumed."""

    chase = ForeignKeyField(Chase, backref="skips", on_delete="CASCADE")
    instalment = ForeignKeyField(Instalment, on_delete="CASCADE")
    step = IntegerField()
    because = CharField()  # missed, died, past
    skipped_at = DateTimeField()

    class Meta:
        indexes = ((("chase", "instalment", "step"), True),)


TABLES = (Chase, ChaseContact, Entry, Skip)
