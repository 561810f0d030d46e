"""The first tables: a frozen copy of the models, so that later changes to them do not change history."""

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
        business_name = CharField()
        legal_form = CharField(default="")
        owner_name = CharField(default="")
        owner_capacity = CharField(default="")
        siret = CharField(default="")
        vat_number = CharField(default="")
        address = TextField(default="")
        phone = CharField(default="")
        email = CharField(default="")
        iban = CharField(default="")
        bic = CharField(default="")
        iban_holder = CharField(default="")
        sender_name = CharField(default="")
        reply_to = CharField(default="")
        time_zone = CharField(default="Europe/Paris")
        send_from_minute = IntegerField(default=540)
        send_until_minute = IntegerField(default=1080)
        send_days = CharField(default="12345")
        skips_holidays = BooleanField(default=True)
        holiday_region = CharField(default="metropole")
        min_gap_days = IntegerField(default=5)
        is_grouping = BooleanField(default=True)
        weekly_cap = IntegerField(default=12)
        tolerance_cents = IntegerField(default=0)
        min_amount_cents = IntegerField(default=0)
        payment_days = IntegerField(default=30)
        late_rate_bp = IntegerField(null=True)
        claims_penalties = BooleanField(default=False)
        alerts_overdue = BooleanField(default=True)
        next_alert_at = DateTimeField(index=True, null=True)
        alerted_through_on = DateField(null=True)
        suspended_at = DateTimeField(null=True)
        suspended_because = CharField(default="")
        onboarding_dismissed_at = DateTimeField(null=True)
        has_received_test = BooleanField(default=False)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "account"

    db.create_tables([Account])

    class User(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        email = CharField(unique=True)
        password_hash = CharField()
        first_name = CharField(default="")
        last_name = CharField(default="")
        language = CharField(default="fr")
        theme = CharField(default="")
        has_shortcuts = BooleanField(default=True)
        session_key = CharField()
        created_at = DateTimeField()
        last_seen_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"

    db.create_tables([User])

    class SmtpServer(Model):
        account = ForeignKeyField(Account, unique=True, on_delete="CASCADE")
        host = CharField()
        port = IntegerField()
        security = CharField(default="starttls")
        username = CharField(default="")
        password_encrypted = TextField(default="")
        from_address = CharField()
        verified_at = DateTimeField(null=True)
        updated_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "smtp_server"

    db.create_tables([SmtpServer])

    class Transport(Model):
        key = CharField(unique=True)
        failures = IntegerField(default=0)
        waits_until_at = DateTimeField(null=True)
        last_error = TextField(default="")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "transport"

    db.create_tables([Transport])

    class PasswordReset(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        token_hash = CharField(unique=True)
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "password_reset"

    db.create_tables([PasswordReset])

    class Throttle(Model):
        key = CharField(unique=True)
        window_started_at = DateTimeField()
        count = IntegerField(default=0)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "throttle"

    db.create_tables([Throttle])

    class Closure(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        starts_on = DateField()
        ends_on = DateField()
        label = CharField(default="")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "closure"

    db.create_tables([Closure])

    class Heartbeat(Model):
        name = CharField(unique=True)
        seen_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "heartbeat"

    db.create_tables([Heartbeat])

    class Client(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField()
        kind = CharField(default="organisation")
        siren = CharField(default="")
        vat_number = CharField(default="")
        address = TextField(default="")
        country = CharField(default="FR")
        language = CharField(default="fr")
        payment_days = IntegerField(null=True)
        is_exempt = BooleanField(default=False)
        note = TextField(default="")
        archived_at = DateTimeField(null=True)
        merged_into = ForeignKeyField("self", null=True, on_delete="SET NULL")
        turn = IntegerField(default=0)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "client"
            indexes = ((("account", "name"), False),)

    db.create_tables([Client])

    class Contact(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="CASCADE")
        name = CharField(default="")
        email = CharField(default="")
        role = CharField(default="")
        phone = CharField(default="")
        register = CharField(default="vous")
        is_main = BooleanField(default=False)
        rejected_at = DateTimeField(null=True)
        rejected_because = CharField(default="")
        archived_at = DateTimeField(null=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "contact"

    db.create_tables([Contact])

    class Document(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        kind = CharField()
        name = CharField()
        mime = CharField()
        size = IntegerField()
        sha256 = CharField(index=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "document"

    db.create_tables([Document])

    class Invoice(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="RESTRICT")
        contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL")
        kind = CharField(default="invoice")
        state = CharField(default="sent")
        number = CharField()
        issued_on = DateField()
        due_on = DateField()
        next_due_on = DateField()
        total_cents = BigIntegerField(constraints=[Check("total_cents > 0")])
        net_cents = BigIntegerField(null=True)
        vat_cents = BigIntegerField(null=True)
        balance_cents = BigIntegerField()
        excess_cents = BigIntegerField(default=0)
        currency = CharField(default="EUR")
        object = CharField(default="")
        order_reference = CharField(default="")
        payment_method = CharField(default="transfer")
        late_rate_bp = IntegerField(null=True)
        credited_invoice = ForeignKeyField("self", null=True, on_delete="SET NULL")
        document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
        source = CharField(default="form")
        note = TextField(default="")
        paid_on = DateField(null=True)
        version = IntegerField(default=1)
        created_at = DateTimeField()
        updated_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "invoice"
            indexes = (
                (("account", "state", "next_due_on", "id"), False),
                (("account", "number", "kind", "issued_on"), True),
                (("client", "state"), False),
            )

    db.create_tables([Invoice])

    class Instalment(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")
        position = IntegerField(default=1)
        due_on = DateField()
        amount_cents = BigIntegerField()
        balance_cents = BigIntegerField()
        alerted_on = DateField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "instalment"
            indexes = ((("invoice", "position"), True), (("account", "due_on"), False))

    db.create_tables([Instalment])

    class Payment(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")
        received_on = DateField()
        amount_cents = BigIntegerField(constraints=[Check("amount_cents > 0")])
        method = CharField(default="transfer")
        reference = CharField(default="")
        form_key = CharField(unique=True, null=True)
        created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "payment"
            indexes = ((("account", "received_on"), False),)

    db.create_tables([Payment])

    class Chase(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, unique=True, on_delete="CASCADE")
        frequency = CharField(default="weekly")
        first_offset_days = IntegerField(default=1)
        count = IntegerField(default=4)
        copies_user = BooleanField(default=False)
        attaches_invoice = BooleanField(default=True)
        started_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        started_at = DateTimeField()
        next_check_at = DateTimeField(index=True, null=True)
        ended_at = DateTimeField(null=True)
        ended_because = CharField(default="")
        version = IntegerField(default=1)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "chase"
            indexes = ((("client", "ended_at"), False),)

    db.create_tables([Chase])

    class ChaseContact(Model):
        chase = ForeignKeyField(Chase, on_delete="CASCADE")
        contact = ForeignKeyField(Contact, on_delete="CASCADE")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "chase_contact"
            indexes = ((("chase", "contact"), True),)

    db.create_tables([ChaseContact])

    class Entry(Model):
        chase = ForeignKeyField(Chase, on_delete="CASCADE")
        instalment = ForeignKeyField(Instalment, unique=True, on_delete="CASCADE")
        enters_on = DateField()
        step = IntegerField(null=True)
        anchor_on = DateField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "entry"

    db.create_tables([Entry])

    class Skip(Model):
        chase = ForeignKeyField(Chase, on_delete="CASCADE")
        instalment = ForeignKeyField(Instalment, on_delete="CASCADE")
        step = IntegerField()
        because = CharField()
        skipped_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "skip"
            indexes = ((("chase", "instalment", "step"), True),)

    db.create_tables([Skip])

    class Message(Model):
        account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
        client = ForeignKeyField(Client, null=True, on_delete="CASCADE")
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        kind = CharField()
        is_automatic = BooleanField(default=False)
        day_on = DateField(null=True)
        slot = CharField(unique=True, null=True)
        state = CharField(default="queued")
        template = CharField(default="")
        language = CharField(default="fr")
        to_json = TextField()
        cc_json = TextField(default="[]")
        from_name = CharField(default="")
        from_address = CharField(default="")
        reply_to = CharField(default="")
        subject = TextField()
        body_text = TextField()
        body_html = TextField(default="")
        message_id = CharField(unique=True)
        references = TextField(default="")
        token = CharField(unique=True)
        is_edited = BooleanField(default=False)
        facts = TextField(default="")
        currency = CharField(default="EUR")
        total_cents = BigIntegerField(default=0)
        not_before_at = DateTimeField()
        attempts = IntegerField(default=0)
        first_attempt_at = DateTimeField(null=True)
        claim = CharField(default="")
        claimed_at = DateTimeField(null=True)
        sent_at = DateTimeField(null=True)
        error = TextField(default="")
        refused_json = TextField(default="[]")
        reported_at = DateTimeField(null=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "message"
            indexes = (
                (("state", "not_before_at"), False),
                (("client", "day_on"), False),
                (("account", "created_at"), False),
            )

    db.create_tables([Message])

    class MessageItem(Model):
        message = ForeignKeyField(Message, on_delete="CASCADE")
        chase = ForeignKeyField(Chase, null=True, on_delete="SET NULL")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")
        instalment = ForeignKeyField(Instalment, on_delete="CASCADE")
        step = IntegerField(null=True)
        offset_days = IntegerField(null=True)
        template = CharField(default="")
        planned_on = DateField(null=True)
        is_on_plan = BooleanField(default=True)
        balance_cents = BigIntegerField()
        slot = CharField(unique=True, null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "message_item"

    db.create_tables([MessageItem])

    class MessageAttachment(Model):
        message = ForeignKeyField(Message, on_delete="CASCADE")
        document = ForeignKeyField(Document, on_delete="CASCADE")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "message_attachment"

    db.create_tables([MessageAttachment])

    class Letter(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        client = ForeignKeyField(Client, on_delete="RESTRICT")
        kind = CharField(default="formal_notice")
        state = CharField(default="draft")
        dated_on = DateField()
        delay_days = IntegerField(default=8)
        claims_interest = BooleanField(default=True)
        claims_fee = BooleanField(default=True)
        imputation = CharField(default="principal_first")
        currency = CharField(default="EUR")
        principal_cents = BigIntegerField(default=0)
        interest_cents = BigIntegerField(default=0)
        fee_cents = BigIntegerField(default=0)
        total_cents = BigIntegerField(default=0)
        facts = TextField(default="{}")
        document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
        sha256 = CharField(default="")
        requested_at = DateTimeField(index=True, null=True)
        error = TextField(default="")
        mode = CharField(default="")
        tracking_number = CharField(default="")
        posted_on = DateField(null=True)
        received_on = DateField(null=True)
        deposit_proof = ForeignKeyField(Document, null=True, on_delete="SET NULL")
        receipt_proof = ForeignKeyField(Document, null=True, on_delete="SET NULL")
        created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "letter"
            indexes = ((("account", "created_at"), False),)

    db.create_tables([Letter])

    class LetterInvoice(Model):
        letter = ForeignKeyField(Letter, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, on_delete="CASCADE")
        principal_cents = BigIntegerField()
        interest_cents = BigIntegerField(default=0)
        fee_cents = BigIntegerField(default=0)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "letter_invoice"
            indexes = ((("letter", "invoice"), True),)

    db.create_tables([LetterInvoice])

    class Event(Model):
        account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
        client = ForeignKeyField(Client, null=True, on_delete="CASCADE")
        invoice = ForeignKeyField(Invoice, null=True, on_delete="CASCADE")
        message = ForeignKeyField(Message, null=True, on_delete="SET NULL")
        letter = ForeignKeyField(Letter, null=True, on_delete="SET NULL")
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        kind = CharField()
        data = TextField(default="{}")
        at = DateTimeField()
        chain = CharField(index=True, null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "event"
            indexes = ((("account", "id"), False), (("invoice", "id"), False), (("client", "id"), False))

    db.create_tables([Event])


def down(migrator: Any, db: Any) -> None:
    migrator.migrate(migrator.drop_table("event"))
    migrator.migrate(migrator.drop_table("letter_invoice"))
    migrator.migrate(migrator.drop_table("letter"))
    migrator.migrate(migrator.drop_table("message_attachment"))
    migrator.migrate(migrator.drop_table("message_item"))
    migrator.migrate(migrator.drop_table("message"))
    migrator.migrate(migrator.drop_table("skip"))
    migrator.migrate(migrator.drop_table("entry"))
    migrator.migrate(migrator.drop_table("chase_contact"))
    migrator.migrate(migrator.drop_table("chase"))
    migrator.migrate(migrator.drop_table("payment"))
    migrator.migrate(migrator.drop_table("instalment"))
    migrator.migrate(migrator.drop_table("invoice"))
    migrator.migrate(migrator.drop_table("document"))
    migrator.migrate(migrator.drop_table("contact"))
    migrator.migrate(migrator.drop_table("client"))
    migrator.migrate(migrator.drop_table("heartbeat"))
    migrator.migrate(migrator.drop_table("closure"))
    migrator.migrate(migrator.drop_table("throttle"))
    migrator.migrate(migrator.drop_table("password_reset"))
    migrator.migrate(migrator.drop_table("transport"))
    migrator.migrate(migrator.drop_table("smtp_server"))
    migrator.migrate(migrator.drop_table("user"))
    migrator.migrate(migrator.drop_table("account"))
