"""What Relance writes to the user about letters: the time that a formal notice allowed is over."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from relance.mail.layout import Link, Text, clean, lay_out
from relance.rules import anchors
from relance.rules.money import format_amount
from relance.rules.wording import NBSP, long_date

SHOWN = 3  # numbers of invoices of a letter; the others are counted


@dataclass(frozen=True)
class ExpiredLine:
    """A formal notice whose time is over. ``url`` is the absolute address of its page."""

    client: str
    numbers: tuple[str, ...]
    balance_cents: int
    currency: str
    deadline_on: dt.date
    url: str


def notice_expired(
    lines: Sequence[ExpiredLine], *, language: str = "fr", first_name: str = "", anchor: str = ""
) -> Text:
    """The facts of each notice, with the link to its page. ``anchor``: the head of the journal, shown at the foot."""
    language = "en" if language == "en" else "fr"
    label = "See the letter" if language == "en" else "Voir la lettre"
    hello = "Hello" if language == "en" else "Bonjour"
    return lay_out(
        f"notice_expired/{language}.txt",
        {
            "hello": f"{hello} {clean(first_name)}".strip() + ",",
            "n": len(lines),
            "client": clean(lines[0].client),
            "anchor": anchors.grouped(anchor),
        },
        {"links": tuple(Link(_line(line, language), label, line.url) for line in lines)},
        language=language,
    )


def _line(line: ExpiredLine, language: str) -> str:
    amount = format_amount(line.balance_cents, line.currency, language)
    numbers = ", ".join(clean(number) for number in line.numbers[:SHOWN])
    others, day = len(line.numbers) - SHOWN, long_date(line.deadline_on, language)
    if language == "en":
        numbers += f" and {others} more" if others > 0 else ""
        return f"{clean(line.client)}, {numbers}: {amount} left, time over on {day}"
    numbers += f" et {others}{NBSP}de plus" if others > 0 else ""
    return f"{clean(line.client)}, {numbers}{NBSP}: {amount} restant dus, délai écoulé le {day}"
