"""Texts that a spreadsheet would run as a formula."""

_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")  # wide signs begin a formula too


def as_text(text: str) -> str:
    """``text`` kept as text by an apostrophe when it would begin a formula."""
    return f"'{text}" if text.startswith(_STARTS) else text
