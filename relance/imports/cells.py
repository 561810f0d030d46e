"""Reading the cells of a table of invoices. Each function raises ValueError with a French sentence."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email
from stdnum import luhn

from relance.imports.table import plain
from relance.imports.values import MAX_CELL
from relance.rules.money import CURRENCIES, parse_amount

_FRENCH_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}.*)?")
FIRST_YEAR, LAST_YEAR = 2000, 2100

# What tools write, beyond the canonical format.
NUMBERS = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4}|[0-9]{2})")  # the order is the column's
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.\-]([0-9]{1,2})[/.\-]([0-9]{1,2})")
_COMPACT = re.compile(r"(2[01][0-9]{2})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_SERIAL_ZERO = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73415  # 2000 to 2100
_WEEKDAY = r"(?:[^\W\d]{2,9}[.,]? +)?"
_DAY_MONTH = re.compile(
    _WEEKDAY + r"([0-9]{1,2})(?:er|st|nd|rd|th)?[ \-/.]+([^\W\d]{3,9})\.?,?[ \-/]+([0-9]{4}|[0-9]{2})"
)
_MONTH_DAY = re.compile(_WEEKDAY + r"([^\W\d]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? +([0-9]{4})")
_TIME = re.compile(r"(?<=[0-9])(?:T|,? +(?:à |at )?)[0-9]{1,2}[:h][0-9]{2}.*$")
_MONTHS = {
    "jan": 1,
    "fev": 2,
    "feb": 2,
    "mar": 3,
    "avr": 4,
    "apr": 4,
    "mai": 5,
    "may": 5,
    "juin": 6,
    "jun": 6,
    "juil": 7,
    "jul": 7,
    "aou": 8,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
CURRENCY_SIGNS = {"€": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "us$": "USD", "£": "GBP"}
_MARK = "|".join([*sorted(CURRENCIES), r"US\$", r"\$", "€", "£", "euros?"])
_MONEY = re.compile(rf"^(?:{_MARK})(?![a-z])|(?<![a-z])(?:{_MARK})$", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_APOSTROPHES = re.compile(r"(?<=[0-9])['’](?=[0-9]{3})")
_LONG_DECIMALS = re.compile(r"([0-9][0-9 ]*|[0-9]{1,3}(?:[., ][0-9]{3})+)([.,])([0-9]{4,})")
_THREE_DIGITS = re.compile(r"([0-9]{1,3})([.,])([0-9]{3})")

MAX_EMAILS = 20
MAX_DAY = 60  # characters of a date: what is longer is none, and patterns would follow it for long
MAX_EMAIL = 320  # characters
_BETWEEN_ADDRESSES = re.compile(r"[,;\s]+")


def short(text: str) -> str:
    """The text, unless it is so long that no pattern should see it."""
    if len(text) > MAX_CELL:
        raise ValueError(f"Cette cellule est trop longue : {MAX_CELL} caractères au plus.")
    return text


def line(text: str, limit: int) -> str:
    """Text on one line, at most ``limit`` characters, without characters nobody sees."""
    single = " ".join(text.split())
    if not single.replace("\u00a0", "").isprintable():
        raise ValueError("Cette cellule contient un caractère invisible. Saisissez-la à nouveau.")
    if len(single) > limit:
        raise ValueError(f"Cette cellule est trop longue : {limit} caractères au plus.")
    return single


def word(text: str, words: Mapping[str, str], told: Mapping[str, str] | None = None) -> str:
    """One of the words of the format, whatever its accents and capitals. ``told``: those to offer instead."""
    try:
        return words[plain(text)]
    except KeyError:
        raise ValueError(f"Ce mot n'est pas reconnu. Possibles : {', '.join(told or words)}.") from None


def day(text: str) -> date:
    """A date written 22/11/2026 or 2026-11-22."""
    if found := _FRENCH_DAY.fullmatch(text):
        parts = (int(found[3]), int(found[2]), int(found[1]))
    elif found := _ISO_DAY.fullmatch(text):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    else:
        raise ValueError("Écrivez la date ainsi : 22/11/2026 ou 2026-11-22.")
    if not FIRST_YEAR <= parts[0] <= LAST_YEAR:
        raise ValueError(f"L'année doit être entre {FIRST_YEAR} et {LAST_YEAR}.")
    try:
        return date(*parts)
    except ValueError:
        raise ValueError("Cette date n'existe pas dans le calendrier.") from None


def any_day(text: str, day_first: bool = True) -> date:
    """A date as tools write them: 22-11-26, 22 nov. 2026, 20261122, a number of days of a spreadsheet, with a time.

    ``day_first`` tells 05/11 from 11/05. A time and a zone are left aside: the date is the one that is written.
    """
    shown = _TIME.sub("", text.strip()[:MAX_DAY])
    parts = _parts(shown, day_first)
    if parts is None:
        raise ValueError("Écrivez la date ainsi : 22/11/2026 ou 2026-11-22.")
    year, month, in_month = parts
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"L'année doit être entre {FIRST_YEAR} et {LAST_YEAR}.")
    try:
        return date(year, month, in_month)
    except ValueError:
        raise ValueError("Cette date n'existe pas dans le calendrier.") from None


def _parts(shown: str, day_first: bool) -> tuple[int, int, int] | None:
    """Year, month and day of what is written, or None."""
    if found := _YEAR_FIRST.fullmatch(shown):
        return int(found[1]), int(found[2]), int(found[3])
    if found := NUMBERS.fullmatch(shown):
        first, second, year = int(found[1]), int(found[2]), _full_year(found[3])
        return (year, second, first) if day_first else (year, first, second)
    if found := _COMPACT.fullmatch(shown):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _SERIAL.fullmatch(shown):
        days = int(found[1])
        on = _SERIAL_ZERO + timedelta(days=days) if _FIRST_SERIAL <= days <= _LAST_SERIAL else None
        return (on.year, on.month, on.day) if on else None
    if found := _DAY_MONTH.fullmatch(shown):
        month = _month(found[2])
        return (_full_year(found[3]), month, int(found[1])) if month else None
    if found := _MONTH_DAY.fullmatch(shown):
        month = _month(found[1])
        return (_full_year(found[3]), month, int(found[2])) if month else None
    return None


def _full_year(written: str) -> int:
    return int(written) + 2000 if len(written) == 2 else int(written)


def _month(written: str) -> int:
    bare = plain(written)
    return next((number for start, number in _MONTHS.items() if bare.startswith(start)), 0)


def any_amount(text: str, decimal: str = "") -> int:
    """An amount as tools write them, in cents, negative or not: (123,45), 123,45-, EUR 1 234.5, 1'234.50, 1234.560000.

    ``decimal``, « , » or « . », is the decimal sign of the column: it decides what « 1.234 » is; without it, that
    is refused. More than two decimals are rounded to the cent.
    """
    body = _SPACES.sub(" ", text).strip()
    sign = 1
    if body.startswith("(") and body.endswith(")"):
        sign, body = -1, body[1:-1]
    body = _MONEY.sub("", body).strip()
    if body.startswith(("-", "\u2212", "+")):
        sign, body = (sign if body[0] == "+" else -1), _MONEY.sub("", body[1:]).strip()
    elif body.endswith(("-", "\u2212")):
        sign, body = -1, _MONEY.sub("", body[:-1]).strip()
    body = _APOSTROPHES.sub("", body)
    if found := _LONG_DECIMALS.fullmatch(body):
        return sign * _rounded(found[1], found[3])
    if decimal and (found := _THREE_DIGITS.fullmatch(body)):
        if found[2] == decimal:
            return sign * _rounded(found[1], found[3])
        return sign * parse_amount(found[1] + found[3])
    # What is left of a sign or of a bracket is told as it was written.
    return sign * parse_amount(body if body and body[0].isdigit() else text, allows_negative=True)


def _rounded(units: str, decimals: str) -> int:
    """Cents of a number with more than two decimals, the half cent up."""
    if decimals.strip("0"):
        exact = Decimal(f"{parse_amount(units)}") + Decimal(f"0.{decimals}") * 100
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return parse_amount(units)


def currency_in(text: str) -> str:
    """The currency that is written with an amount, or nothing."""
    for found in _MONEY.finditer(text.strip()):
        code = CURRENCY_SIGNS.get(found[0].lower(), found[0].upper())
        if code in CURRENCIES:
            return code
    return ""


def amount(text: str) -> int:
    """An amount that is not negative, in cents."""
    return parse_amount(text)


def positive_amount(text: str) -> int:
    """An amount above zero, in cents (a credit note's too)."""
    cents = parse_amount(text)
    if cents == 0:
        raise ValueError("Le montant doit être supérieur à zéro.")
    return cents


def currency(text: str) -> str:
    """A currency code we know; « € » is EUR."""
    code = "EUR" if text == "€" else text.upper()
    if code not in CURRENCIES:
        raise ValueError("Cette devise n'est pas acceptée. Écrivez un code comme EUR, CHF ou GBP.")
    return code


def siren(text: str) -> str:
    """The digits of a SIREN (9) or a SIRET (14)."""
    digits = re.sub(r"[\s.\u00a0]", "", text)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (9, 14):
        raise ValueError("Un SIREN a 9 chiffres, un SIRET en a 14.")
    return digits


def has_valid_key(digits: str) -> bool:
    """True when the check digit of a SIREN or SIRET is right (La Poste numbers its sites its own way)."""
    if not luhn.is_valid(digits[:9]):
        return False
    return len(digits) == 9 or digits.startswith("356000000") or luhn.is_valid(digits)


def emails(text: str, *, is_loose: bool = False) -> tuple[str, ...]:
    """Addresses separated by commas (by semicolons or blanks too when ``is_loose``), as they can be written to."""
    found: dict[str, str] = {}
    parts = _BETWEEN_ADDRESSES.split(text) if is_loose else text.split(",")
    # Each becomes a contact, in the one transaction of the import: thousands would hold the database for minutes.
    if len(parts) > MAX_EMAILS:
        raise ValueError(f"Une facture a au plus {MAX_EMAILS} adresses. Gardez celles à qui écrire.")
    for part in (piece.strip() for piece in parts):
        if part:
            address = _address(part)
            found.setdefault(address.casefold(), address)
    return tuple(found.values())


@lru_cache(maxsize=4096)  # the same client comes back on many lines, and checking an address is slow
def _address(part: str) -> str:
    if len(part) > MAX_EMAIL:
        raise ValueError("Une adresse e-mail a 320 caractères au plus.")
    try:
        checked = validate_email(part, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValueError(
            f"« {part} » n'est pas une adresse e-mail. Séparez plusieurs adresses par une virgule."
        ) from None
    return checked.normalized
