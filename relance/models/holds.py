"""What holds reminders back: each a row with who, when, why and until when (« a state is a noun with a row »)."""

from peewee import BigIntegerField, CharField, DateField, DateTimeField, ForeignKeyField, IntegerField, TextField

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Instalment, Invoice
from relance.models.letters import Letter
from relance.models.payment_plans import PaymentPlan

DISPUTE_KINDS = ("service", "amount", "order", "other")


class Pause(BaseModel):
    """No reminder until ``until_on`` included (null: until somebody resumes).

    Of one invoice, of a whole client (no invoice), or of the whole account (neither). With ``letter`` or ``plan``,
    Relance itself wrote it for one invoice: a posted letter, or a payment plan that is kept, holds its reminders.
    """

    account = ForeignKeyField(Account, backref="pauses", on_delete="CASCADE")
    client = ForeignKeyField(Client, null=True, backref="pauses", on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, null=True, backref="pauses", on_delete="CASCADE")
    starts_on = DateField()  # the account's day
    until_on = DateField(null=True)
    reason = CharField(default="")
    letter = ForeignKeyField(Letter, null=True, backref="pauses", on_delete="CASCADE")
    plan = ForeignKeyField(PaymentPlan, null=True, backref="pauses", on_delete="CASCADE")
    made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    made_at = DateTimeField()
    ended_on = DateField(null=True)  # resumed by hand: the account's day
    ended_at = DateTimeField(null=True)
    ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        indexes = ((("account", "ended_at"), False), (("client", "ended_at"), False), (("invoice", "ended_at"), False))


class Promise(BaseModel):
    """« Je paie le … ». Holds reminders until ``holds_until_on`` included: the date given plus the account's grace.

    ``amount_cents`` is what was promised, in the invoice's currency. States: open → kept | broken, or
    withdrawn (the user was wrong), replaced (another date was given).
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="promises", on_delete="CASCADE")
    promised_on = DateField()
    holds_until_on = DateField()
    amount_cents = BigIntegerField()
    given_by = CharField(default="")
    note = TextField(default="")
    state = CharField(default="open")
    starts_on = DateField()
    made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    made_at = DateTimeField()
    closed_on = DateField(null=True)
    closed_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("account", "state", "holds_until_on"), False), (("invoice", "state"), False))


class Dispute(BaseModel):
    """The client contests the invoice. Holds until it is settled."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="disputes", on_delete="CASCADE")
    kind = CharField(default="other")
    text = TextField(default="")
    document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
    starts_on = DateField()
    made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    made_at = DateTimeField()
    ended_on = DateField(null=True)
    ended_at = DateTimeField(null=True)
    ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    outcome = TextField(default="")

    class Meta:
        indexes = ((("account", "ended_at"), False), (("invoice", "ended_at"), False))


class Extension(BaseModel):
    """« Délai accordé » : offsets and texts count from ``granted_on``; penalties and letters keep the legal date.

    It bears on the instalments of the invoice due before ``granted_on``.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="extensions", on_delete="CASCADE")
    granted_on = DateField()
    reason = CharField(default="")
    starts_on = DateField()
    made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    made_at = DateTimeField()
    ended_on = DateField(null=True)
    ended_at = DateTimeField(null=True)
    ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        indexes = ((("invoice", "ended_at"), False),)


class Hold(BaseModel):
    """One planned step of a chase, held until somebody releases it. The row goes when it is released."""

    chase = ForeignKeyField(Chase, backref="holds", on_delete="CASCADE")
    step = IntegerField()
    because = CharField(default="")
    made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    made_at = DateTimeField()

    class Meta:
        indexes = ((("chase", "step"), True),)


class Reschedule(BaseModel):
    """One step of a chase moved by hand to another day."""

    chase = ForeignKeyField(Chase, backref="reschedules", on_delete="CASCADE")
    step = IntegerField()
    planned_on = DateField()
    made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    made_at = DateTimeField()

    class Meta:
        indexes = ((("chase", "step"), True),)


class Task(BaseModel):
    """Something a person does: a letter to validate or a call to make (``kind``). Never done by the machine.

    ``slot`` (« chase:instalment:step ») is unique for those a sequence brings up; null for those made by hand.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="tasks", on_delete="CASCADE")
    chase = ForeignKeyField(Chase, null=True, on_delete="SET NULL")
    instalment = ForeignKeyField(Instalment, null=True, on_delete="SET NULL")
    kind = CharField()  # letter, call
    step = IntegerField(null=True)
    offset_days = IntegerField(null=True)
    template = CharField(default="")
    due_on = DateField()
    note = TextField(default="")
    slot = CharField(null=True, unique=True)
    created_at = DateTimeField()
    done_at = DateTimeField(null=True)
    done_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    outcome = CharField(default="")  # done, dropped, paid

    class Meta:
        indexes = ((("account", "done_at", "due_on"), False), (("invoice", "done_at"), False))


TABLES = (Pause, Promise, Dispute, Extension, Hold, Reschedule, Task)
