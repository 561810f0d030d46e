"""Payment plans (« échéanciers »): dates and amounts agreed with a client, kept or broken."""

from peewee import BigIntegerField, BooleanField, CharField, DateField, DateTimeField, ForeignKeyField, TextField

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Invoice


class PaymentPlan(BaseModel):
    """What was agreed on ``agreed_on`` (the account's day) for some invoices of one client and currency.

    Amounts are cents. States: open → kept | broken, or ended (a person put an end to it). ``baseline_cents`` is what
    its invoices had already received when it was agreed: what came in since is counted against its parts.
    ``is_acknowledged``: the client acknowledged the debt in writing, which interrupts limitation (C. civ. 2240).
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    client = ForeignKeyField(Client, backref="payment_plans", on_delete="CASCADE")
    currency = CharField(default="EUR")
    total_cents = BigIntegerField()
    baseline_cents = BigIntegerField(default=0)
    agreed_on = DateField()
    is_acknowledged = BooleanField(default=False)
    note = TextField(default="")
    document = ForeignKeyField(Document, null=True, backref="+", on_delete="SET NULL")  # the signed agreement
    state = CharField(default="open")
    made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    made_at = DateTimeField()
    closed_on = DateField(null=True)
    closed_at = DateTimeField(null=True)
    closed_because = CharField(default="")

    class Meta:
        indexes = ((("account", "state"), False), (("client", "state"), False))


class PlanInvoice(BaseModel):
    """An invoice in a payment plan."""

    plan = ForeignKeyField(PaymentPlan, backref="lines", on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="plan_lines", on_delete="CASCADE")

    class Meta:
        indexes = ((("plan", "invoice"), True),)


class PlanPart(BaseModel):
    """One date and amount of a plan. States: open → kept | missed."""

    plan = ForeignKeyField(PaymentPlan, backref="parts", on_delete="CASCADE")
    due_on = DateField()
    amount_cents = BigIntegerField()
    state = CharField(default="open")
    closed_on = DateField(null=True)

    class Meta:
        indexes = ((("state", "due_on"), False),)


TABLES = (PaymentPlan, PlanInvoice, PlanPart)
