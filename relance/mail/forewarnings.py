"""The e-mail of the evening before: what leaves tomorrow, and what waits for the user's yes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from relance.mail.layout import Link, Table, Text, clean, lay_out
from relance.rules import anchors
from relance.rules.money import format_amount
from relance.rules.wording import NBSP, weekday_date

_WORDS = {
    "fr": {
        "head": ("Client", "Relance", "Reste dû"),
        "asks": "attend votre accord",
        "open": "Voir les envois prévus",
        "hello": "Bonjour",
    },
    "en": {
        "head": ("Client", "Reminder", "Balance"),
        "asks": "waits for your approval",
        "open": "See what is planned",
        "hello": "Hello",
    },
}


@dataclass(frozen=True)
class ForewarnedLine:
    """A message of tomorrow: its client, the name of its template, what it asks for, and whether it needs a yes."""

    client: str
    template: str
    balance_cents: int
    currency: str
    asks: bool


def forewarning(
    lines: Sequence[ForewarnedLine],
    day: dt.date,
    minute: int,
    url: str,
    *,
    language: str = "fr",
    first_name: str = "",
    anchor: str = "",
) -> Text:
    """What leaves on ``day`` from ``minute`` after midnight (local), with one link to the planned sends.

    ``anchor`` is the head of the journal (services.anchoring), shown at the foot.
    """
    language = "en" if language == "en" else "fr"
    words = _WORDS[language]
    rows = tuple(_row(line, language) for line in lines)
    return lay_out(
        f"forewarning/{language}.txt",
        {
            "hello": f"{words['hello']} {clean(first_name)}".strip() + ",",
            "n": len(lines),
            "asking": sum(line.asks for line in lines),
            "client": clean(lines[0].client),
            "day": weekday_date(day, language),
            "time": _time(minute, language),
            "anchor": anchors.grouped(anchor),
        },
        {
            "table": Table(tuple(words["head"]), rows, ("Total", "", _total(lines, language))),
            "link": (Link("", str(words["open"]), url),),
        },
        language=language,
    )


def _row(line: ForewarnedLine, language: str) -> tuple[str, str, str]:
    asks = f", {_WORDS[language]['asks']}" if line.asks else ""
    amount = format_amount(line.balance_cents, line.currency, language)
    return clean(line.client), clean(line.template) + asks, amount


def _total(lines: Sequence[ForewarnedLine], language: str) -> str:
    """What all of them ask for; currencies are never added together."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, 0) + line.balance_cents
    return " + ".join(format_amount(cents, currency, language) for currency, cents in sums.items())


def _time(minute: int, language: str) -> str:
    hour, left = divmod(minute, 60)
    if language == "en":
        return f"{hour}:{left:02}"
    return f"{hour}{NBSP}h{NBSP}{left:02}" if left else f"{hour}{NBSP}h"
