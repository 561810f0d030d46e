"""Whole numbers that come in addresses and hidden fields: whatever a stranger writes there is a number or zero."""

MAX_DIGITS = 17  # beyond, no id of a row: neither SQLite nor PostgreSQL could even compare it


def row_id(text: object) -> int:
    """The id that a field or an address holds; 0 for what no row can have (« ² » is a digit only to Unicode)."""
    digits = str(text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS else 0
