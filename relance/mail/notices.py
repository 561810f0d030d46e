"""What Relance writes to the user: what became late yesterday, what failed. The same plain style as reminders."""

from collections.abc import Sequence
from dataclasses import dataclass

from relance.mail.layout import Link, Text, clean, lay_out
from relance.rules import anchors
from relance.rules.money import format_amount
from relance.rules.wording import NBSP, french


@dataclass(frozen=True)
class OverdueLine:
    """An instalment that became late. ``url`` is the absolute address where it can be chased."""

    number: str
    client: str
    balance_cents: int
    currency: str
    days_late: int
    url: str


@dataclass(frozen=True)
class FailureLine:
    """A reminder that did not leave, or of which nobody knows. ``reason`` is a French sentence.

    ``is_stopped``: no server refused it, it no longer said the truth.
    """

    client: str
    subject: str
    is_uncertain: bool
    reason: str
    url: str
    is_stopped: bool = False


def overdue_alert(
    lines: Sequence[OverdueLine], *, language: str = "fr", first_name: str = "", anchor: str = ""
) -> Text:
    """The daily alert: each invoice with its client, what is left, its delay, and one link to chase it.

    ``anchor`` is the head of the journal (services.anchoring), shown at the foot.
    """
    language = _known(language)
    label = "Send a reminder" if language == "en" else "Relancer"
    return lay_out(
        f"overdue_alert/{language}.txt",
        {
            "hello": _hello(first_name, language),
            "n": len(lines),
            "number": clean(lines[0].number),
            "anchor": anchors.grouped(anchor),
        },
        {"links": tuple(Link(_overdue(line, language), label, line.url) for line in lines)},
        language=language,
    )


def _overdue(line: OverdueLine, language: str) -> str:
    amount = format_amount(line.balance_cents, line.currency, language)
    if language == "en":
        days = f"{line.days_late} day{'s' if line.days_late > 1 else ''} late"
        return f"{clean(line.number)}, {clean(line.client)}: {amount}, {days}"
    days = f"{line.days_late}{NBSP}jour{'s' if line.days_late > 1 else ''} de retard"
    return f"{clean(line.number)}, {clean(line.client)}{NBSP}: {amount}, {days}"


def failure_notice(
    lines: Sequence[FailureLine], *, language: str = "fr", first_name: str = "", anchor: str = ""
) -> Text:
    """What was refused or is uncertain, with the reason and a link to where it can be taken up."""
    language = _known(language)
    label = "Open" if language == "en" else "Ouvrir"
    return lay_out(
        f"failure_notice/{language}.txt",
        {
            "hello": _hello(first_name, language),
            "n": len(lines),
            "client": clean(lines[0].client),
            "has_failed": any(not line.is_uncertain for line in lines),
            "has_uncertain": any(line.is_uncertain for line in lines),
            "is_stopped": all(line.is_stopped for line in lines),
            "anchor": anchors.grouped(anchor),
        },
        {"links": tuple(Link(_failure(line, language), label, line.url) for line in lines)},
        language=language,
    )


def _failure(line: FailureLine, language: str) -> str:
    what = f"{clean(line.client)}, « {clean(line.subject)} »"
    if language == "en":
        state = "sending uncertain" if line.is_uncertain else "not sent"
        return f"{clean(line.client)}, “{clean(line.subject)}”: {state}. {clean(line.reason)}".strip()
    state = "envoi incertain" if line.is_uncertain else "non envoyée"
    return french(f"{what} : {state}. {clean(line.reason)}").strip()


def _known(language: str) -> str:
    return "en" if language == "en" else "fr"


def _hello(first_name: str, language: str) -> str:
    return f"{'Hello' if language == 'en' else 'Bonjour'} {clean(first_name)}".strip() + ","
