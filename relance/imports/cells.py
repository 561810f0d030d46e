"""Reading the cells of a table of invoices. Each function raises ValueError with a French sentence."""

import re
from collections.abc import Mapping
from datetime import date

from email_validator import EmailNotValidError, validate_email
from stdnum import luhn

from relance.imports.table import plain
from relance.rules.money import CURRENCIES, parse_amount

_FRENCH_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}.*)?")
FIRST_YEAR, LAST_YEAR = 2000, 2100

MAX_EMAILS = 20


def line(text: str, limit: int) -> str:
    """Text on one line, at most ``limit`` characters, without characters nobody sees."""
    single = " ".join(text.split())
    if any(not letter.isprintable() and letter != "\u00a0" for letter in single):
        raise ValueError("Cette cellule contient un caractère invisible. Saisissez-la à nouveau.")
    if len(single) > limit:
        raise ValueError(f"Cette cellule est trop longue : {limit} caractères au plus.")
    return single


def word(text: str, words: Mapping[str, str]) -> str:
    """One of the words of the format, whatever its accents and capitals."""
    try:
        return words[plain(text)]
    except KeyError:
        raise ValueError(f"Ce mot n'est pas reconnu. Possibles : {', '.join(words)}.") from None


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


def emails(text: str) -> tuple[str, ...]:
    """Addresses separated by commas, each once, as they can be written to."""
    found: dict[str, str] = {}
    # Each becomes a contact, in the one transaction of the import: thousands would hold the database for minutes.
    if text.count(",") >= MAX_EMAILS:
        raise ValueError(f"Une facture a au plus {MAX_EMAILS} adresses. Gardez celles à qui écrire.")
    for part in (piece.strip() for piece in text.split(",")):
        if not part:
            continue
        try:
            checked = validate_email(part, check_deliverability=False, test_environment=True, allow_smtputf8=False)
        except EmailNotValidError:
            raise ValueError(
                f"« {part} » n'est pas une adresse e-mail. Séparez plusieurs adresses par une virgule."
            ) from None
        found.setdefault(checked.normalized.casefold(), checked.normalized)
    return tuple(found.values())
