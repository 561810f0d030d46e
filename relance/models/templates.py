"""The user's own texts: templates, and what was changed in the delivered ones."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, TextField

from relance.db import BaseModel
from relance.models.accounts import Account

VARIANTS = ("vous", "tu", "en")
CATEGORIES = ("before", "reminder", "thanks", "quote")


class Template(BaseModel):
    """A text for e-mails. ``ref`` is what steps and messages store: a delivered key (« relance_1 ») or « modele-… ».

    A delivered template has a row only once the user renamed it or changed its tone. ``level`` is the
    firmness of relance.rules.plans.LEVELS; ``category`` says where the list shows it.
    """

    account = ForeignKeyField(Account, backref="templates", on_delete="CASCADE")
    ref = CharField()
    name = CharField()
    name_key = CharField()  # folded, unique in the account
    category = CharField(default="reminder")
    level = IntegerField(default=1)
    version = IntegerField(default=1)
    archived_at = DateTimeField(null=True)
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        indexes = ((("account", "ref"), True), (("account", "name_key"), True))


class TemplateText(BaseModel):
    """The subject and body of one version of a template, for one invoice or for several (``is_many``).

    A delivered template has a row only for what the user rewrote; without one, the delivered text is used.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    ref = CharField()
    variant = CharField()
    is_many = BooleanField(default=False)
    subject = TextField()
    body = TextField()
    updated_at = DateTimeField()

    class Meta:
        indexes = ((("account", "ref", "variant", "is_many"), True),)


TABLES = (Template, TemplateText)
