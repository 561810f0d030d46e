"""Sequences, templates and what holds a reminder back."""

import secrets
from typing import Any

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from relance import clock

DELIVERED = (
    (
        "standard_b2b",
        "Standard B2B",
        "Pour les clients professionnels réguliers. "
        "Cordial d’abord, ferme ensuite, jamais de lettre sans votre accord.",
        True,
        (
            ("mail", -3, "prerelance"),
            ("mail", 3, "rappel"),
            ("mail", 10, "relance_1"),
            ("mail", 20, "relance_2"),
            ("mail", 30, "dernier_rappel"),
            ("letter", 38, "formal_notice"),
        ),
    ),
    (
        "douce",
        "Douce",
        "Pour les clients fidèles : trois messages espacés, sans hausser le ton.",
        True,
        (("mail", 7, "rappel"), ("mail", 21, "relance_1"), ("mail", 45, "relance_2")),
    ),
    (
        "particuliers",
        "Particuliers",
        "Pour les particuliers : ni pénalités ni indemnité.",
        False,
        (("mail", 5, "rappel"), ("mail", 15, "relance_1"), ("mail", 30, "relance_2")),
    ),
    (
        "secteur_public",
        "Secteur public",
        "Pour les mairies, écoles et administrations, qui paient par mandat.",
        True,
        (("mail", 10, "rappel"), ("mail", 25, "relance_1"), ("mail", 45, "relance_2")),
    ),
)


def _deliver(db: Any, account: Any, sequence: Any, step: Any) -> None:
    """The delivered sequences, for accounts that were there before. Nobody is enrolled."""
    now = clock.now()
    for (account_id,) in list(account.select(account.id).tuples()):
        for key, title, description, claims_fees, steps in DELIVERED:
            row = sequence.create(
                account=account_id,
                title=title,
                title_key=title.casefold(),
                description=description,
                key=key,
                claims_fees=claims_fees,
                revision=1,
                created_at=now,
                updated_at=now,
            )
            for kind, offset_days, template in steps:
                step.create(
                    sequence=row,
                    revision=1,
                    key=1000 + secrets.randbelow(2_000_000_000),
                    kind=kind,
                    offset_days=offset_days,
                    template=template,
                )


def up(migrator: Any, db: Any) -> None:
    class Account(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "account"

    class Chase(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "chase"

    class Client(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "client"

    class Document(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "document"

    class Instalment(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "instalment"

    class Invoice(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "invoice"

    class User(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"

    class Sequence(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        title = CharField()
        title_key = CharField()
        description = TextField(default="")
        key = CharField(default="")
        claims_fees = BooleanField(default=True)
        asks_before_sending = BooleanField(default=False)
        is_default = BooleanField(default=False)
        revision = IntegerField(default=0)
        has_draft = BooleanField(default=False)
        version = IntegerField(default=1)
        archived_at = DateTimeField(null=True)
        created_at = DateTimeField()
        updated_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "sequence"
            indexes = ((("account", "title_key"), True),)

    db.create_tables([Sequence])

    class SequenceStep(Model):
        sequence = ForeignKeyField(Sequence, on_delete="CASCADE")
        revision = IntegerField()
        key = IntegerField()
        kind = CharField(default="mail")
        offset_days = IntegerField()
        template = CharField(default="")
        since_on = DateField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "sequence_step"
            indexes = ((("sequence", "revision", "key"), True), (("sequence", "revision", "offset_days"), True))

    db.create_tables([SequenceStep])

    class Template(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        ref = CharField()
        name = CharField()
        name_key = CharField()
        category = CharField(default="reminder")
        level = IntegerField(default=1)
        version = IntegerField(default=1)
        archived_at = DateTimeField(null=True)
        created_at = DateTimeField()
        updated_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "template"
            indexes = ((("account", "ref"), True), (("account", "name_key"), True))

    db.create_tables([Template])

    class TemplateText(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        ref = CharField()
        variant = CharField()
        is_many = BooleanField(default=False)
        subject = TextField()
        body = TextField()
        updated_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "template_text"
            indexes = ((("account", "ref", "variant", "is_many"), True),)

    db.create_tables([TemplateText])

    class Pause(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, null=True, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, null=True, on_delete="CASCADE")
        starts_on = DateField()
        until_on = DateField(null=True)
        reason = CharField(default="")
        made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        made_at = DateTimeField()
        ended_on = DateField(null=True)
        ended_at = DateTimeField(null=True)
        ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "pause"
            indexes = (
                (("account", "ended_at"), False),
                (("client", "ended_at"), False),
                (("invoice", "ended_at"), False),
            )

    db.create_tables([Pause])

    class Promise(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")
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
            database = db
            legacy_table_names = False
            table_name = "promise"
            indexes = ((("account", "state", "holds_until_on"), False), (("invoice", "state"), False))

    db.create_tables([Promise])

    class Dispute(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")
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
            database = db
            legacy_table_names = False
            table_name = "dispute"
            indexes = ((("account", "ended_at"), False), (("invoice", "ended_at"), False))

    db.create_tables([Dispute])

    class Extension(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")
        granted_on = DateField()
        reason = CharField(default="")
        starts_on = DateField()
        made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        made_at = DateTimeField()
        ended_on = DateField(null=True)
        ended_at = DateTimeField(null=True)
        ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "extension"
            indexes = ((("invoice", "ended_at"), False),)

    db.create_tables([Extension])

    class Hold(Model):
        chase = ForeignKeyField(Chase, on_delete="CASCADE")
        step = IntegerField()
        because = CharField(default="")
        made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        made_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "hold"
            indexes = ((("chase", "step"), True),)

    db.create_tables([Hold])

    class Reschedule(Model):
        chase = ForeignKeyField(Chase, on_delete="CASCADE")
        step = IntegerField()
        planned_on = DateField()
        made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        made_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "reschedule"
            indexes = ((("chase", "step"), True),)

    db.create_tables([Reschedule])

    class Task(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")
        chase = ForeignKeyField(Chase, null=True, on_delete="SET NULL")
        instalment = ForeignKeyField(Instalment, null=True, on_delete="SET NULL")
        kind = CharField()
        step = IntegerField(null=True)
        offset_days = IntegerField(null=True)
        template = CharField(default="")
        due_on = DateField()
        note = TextField(default="")
        slot = CharField(unique=True, null=True)
        created_at = DateTimeField()
        done_at = DateTimeField(null=True)
        done_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        outcome = CharField(default="")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "task"
            indexes = ((("account", "done_at", "due_on"), False), (("invoice", "done_at"), False))

    db.create_tables([Task])

    key: Any = Sequence._meta.primary_key
    migrator.migrate(migrator.add_column("account", "copies_user", BooleanField(default=False)))
    migrator.migrate(migrator.add_column("account", "attaches_invoice", BooleanField(default=True)))
    migrator.migrate(migrator.add_column("account", "asks_before_sending", BooleanField(default=False)))
    migrator.migrate(migrator.add_column("account", "forewarns", CharField(default="asked")))
    migrator.migrate(migrator.add_column("account", "next_forewarning_at", DateTimeField(index=True, null=True)))
    migrator.migrate(migrator.add_column("account", "sends_thanks", BooleanField(default=False)))
    migrator.migrate(migrator.add_column("account", "promise_grace_days", IntegerField(default=2)))
    migrator.migrate(
        migrator.add_column(
            "client", "sequence_id", ForeignKeyField(Sequence, field=key, null=True, on_delete="SET NULL")
        )
    )
    migrator.migrate(migrator.add_column("client", "enrolled_at", DateTimeField(null=True)))
    migrator.migrate(migrator.add_column("client", "chooses_sequence", BooleanField(default=False)))
    migrator.migrate(
        migrator.add_column(
            "chase", "sequence_id", ForeignKeyField(Sequence, field=key, null=True, on_delete="SET NULL")
        )
    )
    migrator.migrate(migrator.add_column("chase", "frozen_revision", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("chase", "is_inherited", BooleanField(default=False)))
    migrator.migrate(migrator.add_column("chase", "asks_before_sending", BooleanField(default=False)))
    migrator.migrate(migrator.add_column("entry", "is_out", BooleanField(default=False)))
    migrator.migrate(migrator.add_index("chase", ("sequence_id", "ended_at")))
    _deliver(db, Account, Sequence, SequenceStep)


def down(migrator: Any, db: Any) -> None:
    migrator.migrate(migrator.drop_index("chase", "chase_sequence_id_ended_at"))
    migrator.migrate(migrator.drop_index("chase", "chase_sequence_id"))
    migrator.migrate(migrator.drop_index("client", "client_sequence_id"))
    migrator.migrate(migrator.drop_index("account", "account_next_forewarning_at"))
    migrator.migrate(migrator.drop_column("entry", "is_out"))
    migrator.migrate(migrator.drop_column("chase", "asks_before_sending"))
    migrator.migrate(migrator.drop_column("chase", "is_inherited"))
    migrator.migrate(migrator.drop_column("chase", "frozen_revision"))
    migrator.migrate(migrator.drop_column("chase", "sequence_id"))
    migrator.migrate(migrator.drop_column("client", "chooses_sequence"))
    migrator.migrate(migrator.drop_column("client", "enrolled_at"))
    migrator.migrate(migrator.drop_column("client", "sequence_id"))
    migrator.migrate(migrator.drop_column("account", "promise_grace_days"))
    migrator.migrate(migrator.drop_column("account", "sends_thanks"))
    migrator.migrate(migrator.drop_column("account", "next_forewarning_at"))
    migrator.migrate(migrator.drop_column("account", "forewarns"))
    migrator.migrate(migrator.drop_column("account", "asks_before_sending"))
    migrator.migrate(migrator.drop_column("account", "attaches_invoice"))
    migrator.migrate(migrator.drop_column("account", "copies_user"))
    migrator.migrate(migrator.drop_table("task"))
    migrator.migrate(migrator.drop_table("reschedule"))
    migrator.migrate(migrator.drop_table("hold"))
    migrator.migrate(migrator.drop_table("extension"))
    migrator.migrate(migrator.drop_table("dispute"))
    migrator.migrate(migrator.drop_table("promise"))
    migrator.migrate(migrator.drop_table("pause"))
    migrator.migrate(migrator.drop_table("template_text"))
    migrator.migrate(migrator.drop_table("template"))
    migrator.migrate(migrator.drop_table("sequence_step"))
    migrator.migrate(migrator.drop_table("sequence"))
