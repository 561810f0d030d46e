"""Half-years of legal rates that the delivered table does not hold, entered by hand or fetched."""

from peewee import CharField, DateField, DateTimeField, ForeignKeyField, IntegerField

from relance.db import BaseModel
from relance.models.accounts import Account, User


class LegalRate(BaseModel):
    """The rates of one half-year, in hundredths of a percent a year; null: not known.

    ``account`` null: fetched for the whole instance (the ECB's rate alone). What a person enters serves their account
    only, and wins over what was fetched; the delivered table wins over neither.
    """

    account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
    year = IntegerField()
    half = IntegerField()  # 1 or 2
    mro_bp = IntegerField(null=True)
    legal_professional_bp = IntegerField(null=True)
    legal_individual_bp = IntegerField(null=True)
    source = CharField()
    reviewed_on = DateField()
    entered_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    entered_at = DateTimeField()

    class Meta:
        indexes = ((("account", "year", "half"), True),)


TABLES = (LegalRate,)
