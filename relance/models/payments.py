"""Money received."""

from peewee import BigIntegerField, CharField, Check, DateField, DateTimeField, ForeignKeyField

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.invoices import Invoice


class Payment(BaseModel):
    """A payment received on one invoice, in cents of the invoice's currency.

    ``form_key`` makes a form sent twice one payment.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, backref="payments", on_delete="CASCADE")
    received_on = DateField()
    amount_cents = BigIntegerField(constraints=[Check("amount_cents > 0")])
    method = CharField(default="transfer")
    reference = CharField(default="")
    form_key = CharField(null=True, unique=True)
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    created_at = DateTimeField()

    class Meta:
        indexes = ((("account", "received_on"), False),)


TABLES = (Payment,)
