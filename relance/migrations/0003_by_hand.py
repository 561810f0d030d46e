"""Quotes, reminders sent by hand to many clients, letters with the text of a reminder."""

from typing import Any

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
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

    class Contact(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "contact"

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

    class Message(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "message"

    class User(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"

    class Quote(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="RESTRICT")
        contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL")
        number = CharField()
        object = CharField(default="")
        issued_on = DateField()
        valid_until = DateField()
        total_cents = BigIntegerField(constraints=[Check("total_cents > 0")])
        net_cents = BigIntegerField(null=True)
        vat_cents = BigIntegerField(null=True)
        currency = CharField(default="EUR")
        order_reference = CharField(default="")
        state = CharField(default="pending")
        decided_on = DateField(null=True)
        declined_because = CharField(default="")
        nudges = IntegerField(default=0)
        remind_days = IntegerField(default=7)
        document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
        invoice = ForeignKeyField(Invoice, null=True, on_delete="SET NULL")
        note = TextField(default="")
        next_check_at = DateTimeField(index=True, null=True)
        version = IntegerField(default=1)
        created_at = DateTimeField()
        updated_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "quote"
            indexes = (
                (("account", "state", "valid_until", "id"), False),
                (("account", "number", "issued_on"), True),
                (("client", "state"), False),
            )

    db.create_tables([Quote])

    class Batch(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        key = CharField(unique=True)
        copies_user = BooleanField(default=False)
        not_before_at = DateTimeField()
        created_at = DateTimeField()
        finished_at = DateTimeField(index=True, null=True)
        undone_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "batch"
            indexes = ((("account", "id"), False),)

    db.create_tables([Batch])

    class BatchLine(Model):
        batch = ForeignKeyField(Batch, on_delete="CASCADE")
        position = IntegerField()
        client = ForeignKeyField(Client, on_delete="CASCADE")
        template = CharField()
        proposed = CharField(default="")
        invoice_ids = TextField()
        contact_ids = TextField(default="[]")
        balances = TextField(default="{}")
        balance_cents = BigIntegerField(default=0)
        currency = CharField(default="EUR")
        state = CharField(default="waiting")
        reason = CharField(default="")
        message = ForeignKeyField(Message, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "batch_line"
            indexes = ((("batch", "position"), True), (("batch", "state"), False))

    db.create_tables([BatchLine])

    migrator.migrate(migrator.drop_index("invoice", "invoice_account_id_state_next_due_on_id"))
    key: Any = Quote._meta.primary_key
    migrator.migrate(migrator.add_column("account", "relance_1_days", IntegerField(default=7)))
    migrator.migrate(migrator.add_column("account", "relance_2_days", IntegerField(default=7)))
    migrator.migrate(migrator.add_column("account", "last_reminder_days", IntegerField(default=8)))
    migrator.migrate(migrator.add_column("account", "notice_days", IntegerField(default=8)))
    migrator.migrate(migrator.add_column("account", "quote_remind_days", IntegerField(default=7)))
    migrator.migrate(
        migrator.add_column("message", "quote_id", ForeignKeyField(Quote, field=key, null=True, on_delete="CASCADE"))
    )
    migrator.migrate(migrator.add_column("letter", "template", CharField(default="")))
    migrator.migrate(migrator.add_column("letter", "is_edited", BooleanField(default=False)))
    migrator.migrate(
        migrator.add_column("event", "quote_id", ForeignKeyField(Quote, field=key, null=True, on_delete="CASCADE"))
    )
    migrator.migrate(migrator.add_index("invoice", ("account_id", "next_due_on", "id")))
    migrator.migrate(migrator.add_index("invoice", ("account_id", "state", "balance_cents", "id", "next_due_on")))
    migrator.migrate(migrator.add_index("invoice", ("account_id", "state", "next_due_on", "id", "balance_cents")))
    migrator.migrate(migrator.add_index("invoice", ("account_id", "total_cents", "id")))


def down(migrator: Any, db: Any) -> None:
    migrator.migrate(migrator.drop_index("event", "event_quote_id"))
    migrator.migrate(migrator.drop_index("message", "message_quote_id"))
    migrator.migrate(migrator.drop_index("invoice", "invoice_account_id_total_cents_id"))
    migrator.migrate(migrator.drop_index("invoice", "invoice_account_id_state_next_due_on_id_balance_cents"))
    migrator.migrate(migrator.drop_index("invoice", "invoice_account_id_state_balance_cents_id_next_due_on"))
    migrator.migrate(migrator.drop_index("invoice", "invoice_account_id_next_due_on_id"))
    migrator.migrate(migrator.drop_column("event", "quote_id"))
    migrator.migrate(migrator.drop_column("letter", "is_edited"))
    migrator.migrate(migrator.drop_column("letter", "template"))
    migrator.migrate(migrator.drop_column("message", "quote_id"))
    migrator.migrate(migrator.drop_column("account", "quote_remind_days"))
    migrator.migrate(migrator.drop_column("account", "notice_days"))
    migrator.migrate(migrator.drop_column("account", "last_reminder_days"))
    migrator.migrate(migrator.drop_column("account", "relance_2_days"))
    migrator.migrate(migrator.drop_column("account", "relance_1_days"))
    migrator.migrate(migrator.add_index("invoice", ("account_id", "state", "next_due_on", "id")))
    migrator.migrate(migrator.drop_table("batch_line"))
    migrator.migrate(migrator.drop_table("batch"))
    migrator.migrate(migrator.drop_table("quote"))
