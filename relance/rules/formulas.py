"""Texts that a spreadsheet would run as a formula."""

_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")  # wide signs begin a formula too


def as_text(text: str) -> str:
    """``text`` kept as text by an apostrophe when it would begin a formula. ``unescaped`` gives it back."""
    # What already has apostrophes before such a sign gets one more, so that nothing is lost on the way back.
    return f"'{text}" if text.lstrip("'").startswith(_STARTS) else text


def unescaped(text: str) -> str:
    """What ``as_text`` was given: without the apostrophe that kept it from being a formula."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_STARTS) else text
