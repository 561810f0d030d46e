"""The creditor's business and the people who sign in to it."""

import secrets
from datetime import datetime

from peewee import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from relance.db import BaseModel


class Account(BaseModel):
    """One creditor (« entreprise »): identity, bank details and rules of sending.

    Amounts are cents. ``address`` holds up to six lines of 38 characters (AFNOR), line breaks between.
    Hours are local to ``time_zone``; instants (``*_at``) are naive UTC.
    """

    business_name = CharField()
    legal_form = CharField(default="")
    owner_name = CharField(default="")  # who signs letters, with their capacity below
    owner_capacity = CharField(default="")
    siret = CharField(default="")
    vat_number = CharField(default="")
    address = TextField(default="")
    phone = CharField(default="")
    email = CharField(default="")  # printed on letters
    iban = CharField(default="")
    bic = CharField(default="")
    iban_holder = CharField(default="")
    sender_name = CharField(default="")  # empty: business_name
    reply_to = CharField(default="")  # empty: the first user's address
    time_zone = CharField(default="Europe/Paris")
    send_from_minute = IntegerField(default=9 * 60)  # minutes after local midnight
    send_until_minute = IntegerField(default=18 * 60)
    send_days = CharField(default="12345")  # ISO weekdays
    skips_holidays = BooleanField(default=True)
    holiday_region = CharField(default="metropole")
    min_gap_days = IntegerField(default=5)
    is_grouping = BooleanField(default=True)
    weekly_cap = IntegerField(default=12)  # messages after which « until paid » asks for a decision
    copies_user = BooleanField(default=False)  # in Cc of the reminders of a sequence
    attaches_invoice = BooleanField(default=True)
    asks_before_sending = BooleanField(default=False)  # reminders wait in « À traiter »
    forewarns = CharField(default="asked")  # the evening before: never, asked (when one waits for a yes), always
    next_forewarning_at = DateTimeField(null=True, index=True)
    sends_thanks = BooleanField(default=False)  # a thank-you when a chased invoice is paid
    promise_grace_days = IntegerField(default=2)
    # By hand, the next text is proposed once the one before has had so many days.
    relance_1_days = IntegerField(default=7)
    relance_2_days = IntegerField(default=7)
    last_reminder_days = IntegerField(default=8)
    notice_days = IntegerField(default=8)
    quote_remind_days = IntegerField(default=7)  # before the end of a quote's validity
    tolerance_cents = IntegerField(default=0)
    min_amount_cents = IntegerField(default=0)
    payment_days = IntegerField(default=30)
    late_rate_bp = IntegerField(null=True)  # contractual rate, hundredths of a percent; null: the legal default
    # Blinds the journal's digests, so that a case file tells nothing of other clients; '' until the next sealing.
    trade_names = TextField(default="")  # other names it invoices under, one a line
    last_removed_invoice = IntegerField(default=0)  # the highest id an undone import freed: never given again
    reports_encashments = BooleanField(default=False)  # remind to report payments on the platform (status 212)
    journal_key = CharField(default=lambda: secrets.token_hex(16))
    rates_acknowledged = CharField(default="")  # « 2027-1 »: the user knows that this half-year has no rates yet
    claims_penalties = BooleanField(default=False)  # in e-mails, from relance 2 on
    alerts_overdue = BooleanField(default=True)
    next_alert_at = DateTimeField(null=True, index=True)
    alerted_through_on = DateField(null=True)
    suspended_at = DateTimeField(null=True)  # nothing leaves while set (after a restore)
    suspended_because = CharField(default="")
    onboarding_dismissed_at = DateTimeField(null=True)
    has_received_test = BooleanField(default=False)
    created_at = DateTimeField()

    @property
    def display_sender(self) -> str:
        """The name clients see in From."""
        return self.sender_name or self.business_name


class User(BaseModel):
    """A person who signs in. ``session_key`` changes with the password and closes every session."""

    account = ForeignKeyField(Account, backref="users", on_delete="CASCADE")
    email = CharField(unique=True)  # lower case
    password_hash = CharField()
    first_name = CharField(default="")
    last_name = CharField(default="")
    language = CharField(default="fr")
    theme = CharField(default="")
    has_shortcuts = BooleanField(default=True)
    session_key = CharField(default=lambda: secrets.token_urlsafe(16))
    created_at = DateTimeField()
    last_seen_at = DateTimeField(null=True)

    @property
    def full_name(self) -> str:
        """First and last name, or the address when there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


class SmtpServer(BaseModel):
    """An account's own outgoing server; used only once ``verified_at`` is set."""

    account = ForeignKeyField(Account, backref="smtp_servers", unique=True, on_delete="CASCADE")
    host = CharField()
    port = IntegerField()
    security = CharField(default="starttls")
    username = CharField(default="")
    password_encrypted = TextField(default="")
    from_address = CharField()
    verified_at = DateTimeField(null=True)
    updated_at = DateTimeField()


class Transport(BaseModel):
    """How an outgoing server behaves: after a failure it waits, so that it costs others nothing.

    ``key`` is « instance » or « account-<id> ».
    """

    key = CharField(unique=True)
    failures = IntegerField(default=0)
    waits_until_at = DateTimeField(null=True)
    last_error = TextField(default="")


class PasswordReset(BaseModel):
    """A single-use link, valid one hour. Only the hash of its token is stored."""

    user = ForeignKeyField(User, backref="resets", on_delete="CASCADE")
    token_hash = CharField(unique=True)
    expires_at = DateTimeField()
    used_at = DateTimeField(null=True)


class Throttle(BaseModel):
    """Attempts counted in a window, shared by all processes. ``key`` names what is limited."""

    key = CharField(unique=True)
    window_started_at = DateTimeField()
    count = IntegerField(default=0)


class Closure(BaseModel):
    """Days on which the user sends nothing (holidays of the business), both ends included."""

    account = ForeignKeyField(Account, backref="closures", on_delete="CASCADE")
    starts_on = DateField()
    ends_on = DateField()
    label = CharField(default="")


class Heartbeat(BaseModel):
    """When a part of the machine was last seen alive (« worker »)."""

    name = CharField(unique=True)
    seen_at = DateTimeField()

    @classmethod
    def beat(cls, name: str, now: datetime) -> None:
        """Write that ``name`` was alive at ``now`` (UTC)."""
        cls.insert(name=name, seen_at=now).on_conflict(conflict_target=[cls.name], update={cls.seen_at: now}).execute()


TABLES = (Account, User, SmtpServer, Transport, PasswordReset, Throttle, Closure, Heartbeat)
