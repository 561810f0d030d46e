"""What an importer hands over: values, whatever the format they were read from."""

from dataclasses import dataclass, field
from datetime import date

MEGABYTE = 1024 * 1024
MAX_CELL = 2_000  # characters of a cell of a table that are looked at
MAX_FILE_BYTES = 10 * MEGABYTE


class RefusedError(Exception):
    """The file as a whole cannot be taken; the sentence says why, in French, and what to do."""


class UnsafeError(RefusedError):
    """The file was made to do harm: it is not kept, and nothing else is read from it."""


@dataclass(frozen=True)
class Party:
    """A seller or a buyer as the file names it. What the file does not state is empty.

    ``siren`` has 9 digits, ``siret`` 14, ``vat`` no space. ``address`` holds the lines in postal order.
    """

    name: str = ""
    siren: str = ""
    siret: str = ""
    vat: str = ""
    email: str = ""
    address: tuple[str, ...] = ()
    country: str = ""


@dataclass(frozen=True)
class InvoiceRead:
    """One invoice or credit note read from a file. Amounts are cents of ``currency``, as the file states them.

    ``kind``: invoice, deposit, progress, final, credit_note or corrected (which may be negative).
    ``total_cents`` is the total with taxes, ``prepaid_cents`` what was already paid, ``due_cents`` what is
    asked: the three are taken as given, never computed. ``due_on`` is only a date written as a date;
    ``terms`` are the conditions in words; ``terms_due_on`` is a date worked out of those words, to propose and
    never to take in silence, and ``terms_reading`` a French sentence that says how. ``instalments`` are the dated
    amounts (date, cents) when the file states several. ``credited_numbers`` are all the preceding invoices,
    ``credited_number`` the first. ``contact`` is the buyer's contact by name.
    ``payment_means``: transfer, direct_debit, card, cheque, cash, other.
    None or empty: the file does not say. ``error`` is set when no invoice could be read.
    """

    file: str
    number: str = ""
    kind: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    currency: str = ""
    total_cents: int | None = None
    net_cents: int | None = None
    vat_cents: int | None = None
    due_cents: int | None = None
    prepaid_cents: int | None = None
    payment_means: str | None = None
    reference: str = ""
    order_reference: str = ""
    buyer_reference: str = ""
    credited_number: str = ""
    credited_numbers: tuple[str, ...] = ()
    payee: str = ""
    ibans: tuple[str, ...] = ()
    bics: tuple[str, ...] = ()
    contact: str = ""
    seller: Party = field(default_factory=Party)
    buyer: Party = field(default_factory=Party)
    object: str = ""
    terms: str = ""
    terms_due_on: date | None = None
    terms_reading: str = ""
    instalments: tuple[tuple[date, int], ...] = ()
    type_code: str = ""
    profile: str = ""
    warnings: tuple[str, ...] = ()
    error: str | None = None
