"""Letters that stand up: drafts, posting, proofs, signatures, evidence, payment plans, rates, partners."""

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


def up(migrator: Any, db: Any) -> None:
    class Account(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "account"

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

    class Invoice(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "invoice"

    class Letter(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "letter"

    class User(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"

    class Signature(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        user = ForeignKeyField(User, on_delete="CASCADE")
        document = ForeignKeyField(Document, on_delete="RESTRICT")
        name = CharField(default="")
        source = CharField(default="uploaded")
        is_default = BooleanField(default=False)
        created_at = DateTimeField()
        archived_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "signature"
            indexes = ((("user", "archived_at"), False),)

    db.create_tables([Signature])

    class Evidence(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, null=True, on_delete="CASCADE")
        kind = CharField(default="other")
        label = CharField(default="")
        note = TextField(default="")
        document = ForeignKeyField(Document, on_delete="RESTRICT")
        added_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        added_at = DateTimeField()
        archived_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "evidence"
            indexes = ((("client", "archived_at"), False), (("invoice", "archived_at"), False))

    db.create_tables([Evidence])

    class LetterBatch(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        kind = CharField(default="formal_notice")
        total = IntegerField()
        refused_json = TextField(default="[]")
        created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "letter_batch"
            indexes = ((("account", "created_at"), False),)

    db.create_tables([LetterBatch])

    class LetterEnclosure(Model):
        letter = ForeignKeyField(Letter, on_delete="CASCADE")
        evidence = ForeignKeyField(Evidence, on_delete="CASCADE")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "letter_enclosure"
            indexes = ((("letter", "evidence"), True),)

    db.create_tables([LetterEnclosure])

    class PaymentPlan(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="CASCADE")
        currency = CharField(default="EUR")
        total_cents = BigIntegerField()
        baseline_cents = BigIntegerField(default=0)
        agreed_on = DateField()
        is_acknowledged = BooleanField(default=False)
        note = TextField(default="")
        document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
        state = CharField(default="open")
        made_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        made_at = DateTimeField()
        closed_on = DateField(null=True)
        closed_at = DateTimeField(null=True)
        closed_because = CharField(default="")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "payment_plan"
            indexes = ((("account", "state"), False), (("client", "state"), False))

    db.create_tables([PaymentPlan])

    class PlanInvoice(Model):
        plan = ForeignKeyField(PaymentPlan, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "plan_invoice"
            indexes = ((("plan", "invoice"), True),)

    db.create_tables([PlanInvoice])

    class PlanPart(Model):
        plan = ForeignKeyField(PaymentPlan, on_delete="CASCADE")
        due_on = DateField()
        amount_cents = BigIntegerField()
        state = CharField(default="open")
        closed_on = DateField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "plan_part"
            indexes = ((("state", "due_on"), False),)

    db.create_tables([PlanPart])

    class LegalRate(Model):
        account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
        year = IntegerField()
        half = IntegerField()
        mro_bp = IntegerField(null=True)
        legal_professional_bp = IntegerField(null=True)
        legal_individual_bp = IntegerField(null=True)
        source = CharField()
        reviewed_on = DateField()
        entered_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        entered_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "legal_rate"
            indexes = ((("account", "year", "half"), True),)

    db.create_tables([LegalRate])

    class Partner(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        key = CharField(default="")
        kind = CharField(default="firm")
        name = CharField()
        url = CharField(default="")
        email = CharField(default="")
        phone = CharField(default="")
        note = TextField(default="")
        is_hidden = BooleanField(default=False)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "partner"
            indexes = ((("account", "kind"), False),)

    db.create_tables([Partner])

    key: Any = Account._meta.primary_key  # every table has the same
    migrator.migrate(migrator.add_column("account", "journal_key", CharField(default="")))
    migrator.migrate(migrator.add_column("account", "rates_acknowledged", CharField(default="")))
    migrator.migrate(migrator.add_column("client", "late_rate_bp", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("letter", "words", TextField(default="")))
    migrator.migrate(migrator.add_column("letter", "mention", CharField(default="registered")))
    migrator.migrate(migrator.add_column("letter", "joins_invoices", BooleanField(default=True)))
    migrator.migrate(migrator.add_column("letter", "enclosures", TextField(default="")))
    migrator.migrate(
        migrator.add_column(
            "letter", "signature_id", ForeignKeyField(Signature, field=key, null=True, on_delete="SET NULL")
        )
    )
    migrator.migrate(migrator.add_column("letter", "basis", CharField(default="")))
    migrator.migrate(migrator.add_column("letter", "version", IntegerField(default=0)))
    migrator.migrate(migrator.add_column("letter", "updated_at", DateTimeField(null=True)))
    migrator.migrate(migrator.add_column("letter", "frozen_at", DateTimeField(null=True)))
    migrator.migrate(
        migrator.add_column(
            "letter", "batch_id", ForeignKeyField(LetterBatch, field=key, null=True, on_delete="SET NULL")
        )
    )
    migrator.migrate(migrator.add_column("letter", "presented_on", DateField(null=True)))
    migrator.migrate(migrator.add_column("letter", "deadline_on", DateField(index=True, null=True)))
    migrator.migrate(migrator.add_column("letter", "deadline_told_at", DateTimeField(null=True)))
    migrator.migrate(migrator.add_column("letter", "settled_at", DateTimeField(null=True)))
    migrator.migrate(
        migrator.add_column("pause", "letter_id", ForeignKeyField(Letter, field=key, null=True, on_delete="CASCADE"))
    )
    migrator.migrate(
        migrator.add_column("pause", "plan_id", ForeignKeyField(PaymentPlan, field=key, null=True, on_delete="CASCADE"))
    )
    migrator.migrate(migrator.add_index("letter", ("account_id", "state")))
    migrator.migrate(migrator.add_index("letter", ("client_id", "state")))


def down(migrator: Any, db: Any) -> None:
    migrator.migrate(migrator.drop_index("pause", "pause_plan_id"))
    migrator.migrate(migrator.drop_index("pause", "pause_letter_id"))
    migrator.migrate(migrator.drop_index("letter", "letter_signature_id"))
    migrator.migrate(migrator.drop_index("letter", "letter_deadline_on"))
    migrator.migrate(migrator.drop_index("letter", "letter_client_id_state"))
    migrator.migrate(migrator.drop_index("letter", "letter_batch_id"))
    migrator.migrate(migrator.drop_index("letter", "letter_account_id_state"))
    migrator.migrate(migrator.drop_column("pause", "plan_id"))
    migrator.migrate(migrator.drop_column("pause", "letter_id"))
    migrator.migrate(migrator.drop_column("letter", "settled_at"))
    migrator.migrate(migrator.drop_column("letter", "deadline_told_at"))
    migrator.migrate(migrator.drop_column("letter", "deadline_on"))
    migrator.migrate(migrator.drop_column("letter", "presented_on"))
    migrator.migrate(migrator.drop_column("letter", "batch_id"))
    migrator.migrate(migrator.drop_column("letter", "frozen_at"))
    migrator.migrate(migrator.drop_column("letter", "updated_at"))
    migrator.migrate(migrator.drop_column("letter", "version"))
    migrator.migrate(migrator.drop_column("letter", "basis"))
    migrator.migrate(migrator.drop_column("letter", "signature_id"))
    migrator.migrate(migrator.drop_column("letter", "enclosures"))
    migrator.migrate(migrator.drop_column("letter", "joins_invoices"))
    migrator.migrate(migrator.drop_column("letter", "mention"))
    migrator.migrate(migrator.drop_column("letter", "words"))
    migrator.migrate(migrator.drop_column("client", "late_rate_bp"))
    migrator.migrate(migrator.drop_column("account", "rates_acknowledged"))
    migrator.migrate(migrator.drop_column("account", "journal_key"))
    migrator.migrate(migrator.drop_table("partner"))
    migrator.migrate(migrator.drop_table("legal_rate"))
    migrator.migrate(migrator.drop_table("plan_part"))
    migrator.migrate(migrator.drop_table("plan_invoice"))
    migrator.migrate(migrator.drop_table("payment_plan"))
    migrator.migrate(migrator.drop_table("letter_enclosure"))
    migrator.migrate(migrator.drop_table("letter_batch"))
    migrator.migrate(migrator.drop_table("evidence"))
    migrator.migrate(migrator.drop_table("signature"))
