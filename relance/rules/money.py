"""Amounts as people write and read them. Inside, money is always whole cents and a currency code."""

import re

NBSP = "\u00a0"
MINUS = "\u2212"

# ISO 4217 codes whose smallest unit is the hundredth: cents mean the same thing for all of them.
# Currencies with another smallest unit (JPY, TND …) are left out on purpose.
CURRENCIES = frozenset(
    [
        "EUR",
        "CHF",
        "GBP",
        "USD",
        "CAD",
        "AUD",
        "NZD",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "BGN",
        "TRY",
        "MAD",
        "ILS",
        "AED",
        "SAR",
        "SGD",
        "HKD",
        "CNY",
        "INR",
        "BRL",
        "MXN",
        "ZAR",
        "THB",
        "MUR",
    ]
)

_SIGNS = {"EUR": "€"}
_LONGEST = 60  # characters of an amount
_SIGN_OR_CODE = re.compile(r"\s*(?:€|EUR|euros?)\s*$", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_MAX_DIGITS = 13  # up to 99 999 999 999,99: more is a slip of the keyboard, and would not fit the letter


def format_amount(cents: int, currency: str = "EUR", language: str = "fr") -> str:
    """Write ``cents`` (hundredths of ``currency``) for a person: « 1 234,56 € », « −120,00 € », « 1 200,00 CHF ».

    Every space is U+00A0 and the minus sign U+2212. In English: « €1,234.56 », « CHF 1,200.00 ».
    """
    units, hundredths = divmod(abs(cents), 100)
    sign = MINUS if cents < 0 else ""
    if language == "en":
        mark = _SIGNS.get(currency, f"{currency}{NBSP}")
        return f"{sign}{mark}{units:,}.{hundredths:02d}"
    grouped = f"{units:,}".replace(",", NBSP)
    return f"{sign}{grouped},{hundredths:02d}{NBSP}{_SIGNS.get(currency, currency)}"


def format_rate(rate_bp: int, language: str = "fr") -> str:
    """Write a yearly rate given in hundredths of a percent: 1215 → « 12,15 % » (U+00A0 before %)."""
    sign = MINUS if rate_bp < 0 else ""
    units, hundredths = divmod(abs(rate_bp), 100)
    separator, space = (".", "") if language == "en" else (",", NBSP)
    return f"{sign}{units}{separator}{hundredths:02d}{space}%"


def parse_amount(text: str, *, allows_negative: bool = False) -> int:
    """Read an amount as typed or found in a file, in cents.

    Takes « 4 320,00 », « 4320 », « 4.320,00 », « 4,320.00 », « 1 234,5 € », with any kind of space.
    Raises ValueError, with a French sentence, for what is not an amount or could be read two ways
    (« 1.234 »), for more than two decimals, and for a negative amount unless ``allows_negative``.
    """
    shown = text.strip()
    if len(shown) > _LONGEST:  # before any pattern: a file may hold a hundred thousand spaces in a cell
        shown = shown[:20] + "…"
        raise ValueError(f"« {shown} » n'est pas un montant. Écrivez-le ainsi : 1 234,56.")
    body = _SPACES.sub(" ", _SIGN_OR_CODE.sub("", shown)).strip().removeprefix("€").strip()
    is_negative = body.startswith(("-", MINUS))
    if is_negative:
        body = body[1:].strip()
    if not body:
        raise ValueError("Indiquez un montant, par exemple 1 234,56.")
    if not re.fullmatch(r"[0-9](?:[0-9., ]*[0-9])?", body):
        raise ValueError(f"« {shown} » n'est pas un montant. Écrivez-le ainsi : 1 234,56.")
    units, decimals = _split(body, shown)
    if len(units) > _MAX_DIGITS - 2:
        raise ValueError(f"« {shown} » est un montant trop grand. Vérifiez le nombre de chiffres.")
    cents = int(units) * 100 + int(decimals.ljust(2, "0") or "0")
    if is_negative and cents and not allows_negative:
        raise ValueError(f"« {shown} » est négatif. Indiquez un montant positif.")
    return -cents if is_negative else cents


def _split(body: str, shown: str) -> tuple[str, str]:
    """Cut digits and separators into (units, decimals), refusing what can be read in two ways."""
    marks = [mark for mark in body if mark in ".,"]
    decimal = ""
    if len(set(marks)) == 2:
        decimal = marks[-1]  # both are there: the last one is the decimal separator
        if marks.count(decimal) > 1:
            raise _unreadable(shown)
    elif len(marks) == 1:
        decimal = marks[0]
    head, _, decimals = body.rpartition(decimal) if decimal else (body, "", "")
    if not decimals.isdigit() and decimal:
        raise _unreadable(shown)
    if len(marks) == 1 and len(decimals) == 3 and " " not in head and 1 <= len(head) <= 3 and head.strip("0"):
        raise ValueError(
            f"« {shown} » peut se lire de deux façons : {head}{decimals},00 ou {head},{decimals}. "
            "Écrivez les centimes avec deux chiffres."
        )
    if len(decimals) > 2:
        raise ValueError(f"« {shown} » a plus de deux décimales. Arrondissez au centime, par exemple 1 234,56.")
    groups = re.split(r"[., ]", head)
    separators = {mark for mark in head if mark in "., "}
    # Thousands are cut every three digits, always by the same sign.
    if len(separators) > 1 or (separators and (len(groups[0]) > 3 or any(len(group) != 3 for group in groups[1:]))):
        raise _unreadable(shown)
    units = "".join(groups)
    if not units.isdigit():
        raise _unreadable(shown)
    return units, decimals


def _unreadable(shown: str) -> ValueError:
    return ValueError(f"« {shown} » n'est pas un montant. Écrivez-le ainsi : 1 234,56.")
