"""Imports as rows, names of columns remembered, statuses of electronic invoices."""

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

    class User(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"

    class ImportRun(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        source = CharField(default="upload")
        state = CharField(default="reading")
        key = CharField(unique=True, null=True)
        reminders = CharField(default="off")
        is_whole = BooleanField(default=False)
        takes_seller = BooleanField(default=False)
        choices_json = TextField(default="{}")
        counts_json = TextField(default="{}")
        n_rows = IntegerField(default=0)
        n_done = IntegerField(default=0)
        error = TextField(default="")
        version = IntegerField(default=1)
        claimed_until = DateTimeField(null=True)
        created_at = DateTimeField()
        confirmed_at = DateTimeField(null=True)
        finished_at = DateTimeField(null=True)
        undone_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "import_run"
            indexes = ((("account", "id"), False), (("state", "id"), False))

    db.create_tables([ImportRun])

    class ImportFile(Model):
        run = ForeignKeyField(ImportRun, on_delete="CASCADE")
        position = IntegerField()
        name = CharField()
        format = CharField(default="")
        document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
        table_json = TextField(default="{}")
        warnings_json = TextField(default="[]")
        error = TextField(default="")
        is_read = BooleanField(default=False)
        n_rows = IntegerField(default=0)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "import_file"
            indexes = ((("run", "position"), True),)

    db.create_tables([ImportFile])

    class ImportRow(Model):
        run = ForeignKeyField(ImportRun, on_delete="CASCADE")
        file = ForeignKeyField(ImportFile, on_delete="CASCADE")
        position = BigIntegerField()
        line = IntegerField(default=0)
        number = CharField(default="")
        kind = CharField(default="")
        issued_on = DateField(null=True)
        due_on = DateField(null=True)
        total_cents = BigIntegerField(default=0)
        paid_cents = BigIntegerField(default=0)
        currency = CharField(default="")
        state = CharField(default="sent")
        cells_json = TextField(default="{}")
        read_json = TextField(default="{}")
        fixes_json = TextField(default="{}")
        document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
        action = CharField(default="")
        accepts = BooleanField(default=False)
        is_aside = BooleanField(default=False)
        problems_json = TextField(default="[]")
        warnings_json = TextField(default="[]")
        differences_json = TextField(default="[]")
        debtor = CharField(default="")
        client_name = CharField(default="")
        client = ForeignKeyField(Client, null=True, on_delete="SET NULL")
        looks_like_json = TextField(default="[]")
        invoice = ForeignKeyField(Invoice, null=True, on_delete="SET NULL")
        written = CharField(default="")
        before_json = TextField(default="{}")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "import_row"
            indexes = (
                (("run", "position"), True),
                (("run", "action", "position"), False),
                (("run", "number"), False),
                (("run", "debtor"), False),
            )

    db.create_tables([ImportRow])

    class ColumnMap(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        headers = CharField()
        table_json = TextField()
        used_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "column_map"
            indexes = ((("account", "headers"), True),)

    db.create_tables([ColumnMap])

    migrator.migrate(migrator.add_column("account", "trade_names", TextField(default="")))
    migrator.migrate(migrator.add_column("account", "last_removed_invoice", IntegerField(default=0)))
    migrator.migrate(migrator.add_column("account", "reports_encashments", BooleanField(default=False)))
    migrator.migrate(migrator.add_column("invoice", "platform_status", CharField(default="")))
    migrator.migrate(migrator.add_column("invoice", "platform_status_on", DateField(null=True)))
    migrator.migrate(migrator.add_column("invoice", "encashment_reported_at", DateTimeField(null=True)))


def down(migrator: Any, db: Any) -> None:
    migrator.migrate(migrator.drop_column("invoice", "encashment_reported_at"))
    migrator.migrate(migrator.drop_column("invoice", "platform_status_on"))
    migrator.migrate(migrator.drop_column("invoice", "platform_status"))
    migrator.migrate(migrator.drop_column("account", "reports_encashments"))
    migrator.migrate(migrator.drop_column("account", "last_removed_invoice"))
    migrator.migrate(migrator.drop_column("account", "trade_names"))
    migrator.migrate(migrator.drop_table("column_map"))
    migrator.migrate(migrator.drop_table("import_row"))
    migrator.migrate(migrator.drop_table("import_file"))
    migrator.migrate(migrator.drop_table("import_run"))
