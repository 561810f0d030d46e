"""What a letter says, as plain values: made from rows by a service, kept as JSON, printed by the press.

Amounts are cents of ``NoticeFacts.currency``, taxes included; dates are civil days.
"""

import dataclasses
import json
import typing
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Sender:
    """The creditor. ``headline`` is in bold; ``details`` are SIRET, telephone and e-mail, as printed."""

    headline: str
    lines: tuple[str, ...]
    details: tuple[str, ...]
    place: str
    signer: str
    capacity: str


@dataclass(frozen=True)
class Bank:
    """Where to pay. ``iban`` is without spaces; empty when the creditor gave none."""

    holder: str
    iban: str
    bic: str
    reference: str


@dataclass(frozen=True)
class Received:
    """A payment or a credit note that lowered an invoice."""

    on: date
    amount_cents: int
    is_credit_note: bool = False
    number: str = ""


@dataclass(frozen=True)
class Period:
    """One line of the calculation: both days included, rate in hundredths of a percent a year."""

    due_on: date
    starts_on: date
    ends_on: date
    days: int
    rate_bp: int
    base_cents: int
    interest_cents: int


@dataclass(frozen=True)
class ClaimedInvoice:
    """One invoice of the letter. ``later_cents`` is the part that is not due yet and not claimed.

    ``reference``: the client's order number.
    """

    number: str
    issued_on: date
    due_on: tuple[date, ...]
    object: str
    total_cents: int
    received: tuple[Received, ...]
    later_cents: int
    principal_cents: int
    interest_cents: int
    fee_cents: int
    daily_cents: int
    has_contractual_rate: bool
    periods: tuple[Period, ...]
    reference: str = ""


@dataclass(frozen=True)
class SentReminder:
    """A reminder that left, on its local date, about the invoices ``numbers``."""

    on: date
    label: str
    subject: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """A file whose ``pages`` follow the letter in its PDF: the invoice ``number``, else a piece named ``title``."""

    number: str
    sha256: str
    pages: int
    title: str = ""


@dataclass(frozen=True)
class NoticeFacts:
    """A formal notice. ``debtor`` is organisation, individual or public.

    ``mention``: registered, by_hand or none. ``words``: a person's text, paragraph by paragraph (notice_text.KEYS).
    ``signature``: the SHA-256 of a PNG in storage, '' to sign by hand. ``enclosures``: what else is in the envelope.
    ``anchor``: the head of the account's journal when the letter was frozen (hexadecimal), '' before.
    """

    debtor: str
    dated_on: date
    delay_days: int
    currency: str
    sender: Sender
    recipient: tuple[str, ...]
    invoices: tuple[ClaimedInvoice, ...]
    reminders: tuple[SentReminder, ...]
    claims_interest: bool
    claims_fee: bool
    imputation: str
    bank: Bank
    mention: str = "registered"
    words: tuple[tuple[str, str], ...] = ()
    signature: str = ""
    enclosures: tuple[str, ...] = ()
    joined: tuple[Joined, ...] = ()
    anchor: str = ""

    @property
    def every_invoice_was_chased(self) -> bool:
        """True when each invoice was the object of a reminder: only then may the letter say « malgré »."""
        chased = {number for reminder in self.reminders for number in reminder.numbers}
        return all(invoice.number in chased for invoice in self.invoices)

    @property
    def principal_cents(self) -> int:
        """What is left of the invoices."""
        return sum(invoice.principal_cents for invoice in self.invoices)

    @property
    def interest_cents(self) -> int:
        """The interest claimed at the date of the letter."""
        return sum(invoice.interest_cents for invoice in self.invoices)

    @property
    def fee_cents(self) -> int:
        """The flat indemnities claimed."""
        return sum(invoice.fee_cents for invoice in self.invoices)

    @property
    def daily_cents(self) -> int:
        """What one more day costs."""
        return sum(invoice.daily_cents for invoice in self.invoices)

    @property
    def total_cents(self) -> int:
        """All that is claimed."""
        return self.principal_cents + self.interest_cents + self.fee_cents

    def to_json(self) -> str:
        """The same facts give the same text, byte for byte."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True, default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> "NoticeFacts":
        """Read back what ``to_json`` wrote."""
        facts: NoticeFacts = read(cls, json.loads(text))
        return facts


def read(kind: Any, value: Any) -> Any:
    """Build ``kind`` (a dataclass, a tuple of something, a date or a plain value) from decoded JSON.

    A field that was not there when the text was written takes its default.
    """
    if typing.get_origin(kind) is tuple:
        return tuple(read(typing.get_args(kind)[0], item) for item in value)
    if kind is date:
        return date.fromisoformat(value)
    if not dataclasses.is_dataclass(kind):
        return value
    hints = typing.get_type_hints(kind)
    return typing.cast(Any, kind)(**{name: read(hints[name], item) for name, item in value.items()})
