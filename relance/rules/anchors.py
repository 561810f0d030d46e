"""The journal's fingerprint as a person compares it: twenty digits in five groups of four, on paper and in e-mails."""

import re

SHOWN = 20  # hexadecimal digits, 80 bits: fewer could be searched for by who rewrites a journal
_NOT_HEX = re.compile(r"[^0-9a-f]")


def digits(chain: str) -> str:
    """The hexadecimal digits of a value of the chain, without the mark of its version; '' when there is none."""
    value = _NOT_HEX.sub("", chain.lower())
    return value[1:] if len(value) == 65 else value


def grouped(chain: str) -> str:
    """« abcd ef01 2345 6789 abcd » of a value of the chain; '' when there is none."""
    shown = digits(chain)[:SHOWN]
    return " ".join(shown[start : start + 4] for start in range(0, len(shown), 4))
