"""Sequences of reminders, the clients' common plan, and the blocks (steps) they are made of."""

import secrets

from peewee import BooleanField, CharField, DateField, DateTimeField, ForeignKeyField, IntegerField, TextField

from relance.db import BaseModel
from relance.models.accounts import Account

FIRST_KEY = 1000  # the numbers below are the steps of a frequency (relance.rules.plans)


class Sequence(BaseModel):
    """A plan that clients follow. Its blocks are kept by revision: sending reads ``revision``, editing the next one.

    ``revision`` 0: never published. ``has_draft``: blocks of ``revision + 1`` wait for « Mettre à jour la
    séquence ». ``key`` names a delivered sequence. ``title_key`` is the folded title, unique in the account; an
    archived sequence gives its title back. ``version`` counts every change, for forms open in two windows.
    """

    account = ForeignKeyField(Account, backref="sequences", on_delete="CASCADE")
    title = CharField()
    title_key = CharField()
    description = TextField(default="")
    key = CharField(default="")  # standard_b2b, douce, particuliers, secteur_public; empty: the user's own
    claims_fees = BooleanField(default=True)  # false: no penalties nor indemnity in its texts
    asks_before_sending = BooleanField(default=False)
    is_default = BooleanField(default=False)  # new clients follow it
    revision = IntegerField(default=0)
    has_draft = BooleanField(default=False)
    version = IntegerField(default=1)
    archived_at = DateTimeField(null=True)
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        indexes = ((("account", "title_key"), True),)

    @property
    def draft_revision(self) -> int:
        """The revision that block forms write."""
        return int(self.revision) + 1

    @property
    def shown_revision(self) -> int:
        """What the editor shows: the draft where there is one."""
        return self.draft_revision if self.has_draft else int(self.revision)


class SequenceStep(BaseModel):
    """One block of one revision. ``key`` stays the same from revision to revision: it is the step that was sent.

    ``template`` is a template's ``ref``; empty for a call. ``since_on`` is the account's day on which this date
    was published: an instalment for which it was already past then never gets it.
    """

    sequence = ForeignKeyField(Sequence, backref="steps", on_delete="CASCADE")
    revision = IntegerField()
    key = IntegerField()
    kind = CharField(default="mail")  # mail, letter, call
    offset_days = IntegerField()
    template = CharField(default="")
    since_on = DateField(null=True)

    class Meta:
        indexes = (
            (("sequence", "revision", "key"), True),
            (("sequence", "revision", "offset_days"), True),
        )


def new_step_key() -> int:
    """A number for a new block. Drawn, not counted: a step sent by a deleted sequence never meets another."""
    return FIRST_KEY + secrets.randbelow(2_000_000_000)


TABLES = (Sequence, SequenceStep)
