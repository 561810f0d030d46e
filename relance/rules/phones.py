"""Telephone numbers as people type them: what a telephone dials, and how the French read them."""

import re

# Country calling codes of the places one invoices from France; the 0 that some write before a number at home.
CODES = {
    "FR": "33",
    "GP": "590",
    "MQ": "596",
    "GF": "594",
    "RE": "262",
    "YT": "262",
    "MC": "377",
    "BE": "32",
    "CH": "41",
    "LU": "352",
    "DE": "49",
    "ES": "34",
    "IT": "39",
    "PT": "351",
    "NL": "31",
    "GB": "44",
}
KEEPS_ZERO = ("IT",)
MIN_DIGITS, MAX_DIGITS = 8, 15  # ITU-T E.164 allows fifteen
_EXTENSION = re.compile(r"(?:poste|ext\.?|p\.)\s*(\d{1,6})\s*$", re.IGNORECASE)
_NOT_DIALLED = re.compile(r"\(0\)")  # « +33 (0)4 72 00 11 22 »
_OTHER = re.compile(r"[\s\u00a0\u202f().\-/]+")
NBSP = "\u00a0"


def e164(text: str, country: str = "FR") -> str:
    """What to dial for a number typed in ``country`` (ISO code): « +33472001122 », with « ;ext=12 » for an extension.

    '' when it is no number one can be sure of: better no link than a call to somebody else.
    """
    body, extension = _parts(text)
    if body.startswith("00"):
        body = f"+{body[2:]}"
    if not body.startswith("+"):
        code = CODES.get(country)
        if code is None or (not body.startswith("0") and country in ("FR", "GP", "MQ", "GF", "RE", "YT")):
            return ""
        body = f"+{code}{body if country in KEEPS_ZERO else body.removeprefix('0')}"
    digits = body[1:]
    if not digits.isascii() or not digits.isdecimal() or not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        return ""
    if digits.startswith("33") and len(digits) != 11:
        return ""
    return f"+{digits};ext={extension}" if extension else f"+{digits}"


def spaced(text: str, country: str = "FR") -> str:
    """A number as the French write it, by pairs: « 04 72 00 11 22 » (U+00A0). Any other number as it was typed."""
    dialled, _, extension = e164(text, country).partition(";ext=")
    national = dialled.removeprefix("+33")
    if national == dialled or len(national) != 9:
        return text.strip()
    first = "0" if country == "FR" else f"+33{NBSP}"
    pairs = NBSP.join([first + national[0], *(national[at : at + 2] for at in range(1, 9, 2))])
    return f"{pairs}{NBSP}poste{NBSP}{extension}" if extension else pairs


def _parts(text: str) -> tuple[str, str]:
    """The number without its spaces and signs, and its extension."""
    body = _NOT_DIALLED.sub("", text.strip())
    found = _EXTENSION.search(body)
    if found:
        body = body[: found.start()]
    return _OTHER.sub("", body), found[1] if found else ""
