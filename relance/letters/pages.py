"""Facts → HTML of the letter: the templates, their French typography, and the few words they need."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from relance.letters import window
from relance.letters.facts import NoticeFacts
from relance.rules.money import format_amount, format_rate
from relance.rules.wording import NBSP, french_source, long_date, short_date

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "letters" / "pdf"
STYLESHEET = Path(__file__).with_name("letter.css")
NUMBERS = {8: "huit", 15: "quinze"}
MAX_DATES = 6
MAX_NUMBERS = 3
LONGEST_WHOLE = 24
FRAMES = range(820, 260, -20)  # widths in pixels at which the preview is scaled down


class _FrenchLoader(FileSystemLoader):
    """Templates are written with plain spaces and straight apostrophes, and printed as they should be."""

    def get_source(self, environment: Environment, template: str):  # type: ignore[no-untyped-def]
        source, filename, uptodate = super().get_source(environment, template)
        return french_source(source), filename, uptodate


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=_FrenchLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        amount=format_amount,
        rate=format_rate,
        long_date=long_date,
        short_date=short_date,
        groups=groups,
        whole=whole,
        dates=join_dates,
        numbers=join_numbers,
    )
    return environment


def render(template: str, **values: Any) -> str:
    """A template of ``templates/letters/pdf`` as HTML: escaped, in French typography, with the filters above."""
    return _environment().get_template(template).render(**values)


def formal_notice(facts: NoticeFacts) -> str:
    """The HTML of a formal notice: the letter, then its annex. Names and objects are escaped."""
    return (
        _environment()
        .get_template("formal_notice.html")
        .render(
            facts=facts,
            single=facts.invoices[0] if len(facts.invoices) == 1 else None,
            window_class=f"pt-{window.font_size(facts.recipient)}".replace(".", "-"),
            delay=NUMBERS[facts.delay_days],
            rates={period.rate_bp for invoice in facts.invoices for period in invoice.periods},
            has_only_contractual=all(invoice.has_contractual_rate for invoice in facts.invoices),
            has_contractual=any(invoice.has_contractual_rate for invoice in facts.invoices),
            max_dates=MAX_DATES,
            max_numbers=MAX_NUMBERS,
        )
    )


def groups(iban: str) -> str:
    """An IBAN by groups of four: « FR76 3000 6000 … »."""
    return NBSP.join(iban[start : start + 4] for start in range(0, len(iban), 4))


def whole(number: str) -> Markup:
    """A number kept on one line, unless it is too long for one."""
    kind = "whole" if len(number) <= LONGEST_WHOLE else "long"
    return Markup('<span class="{}">{}</span>').format(kind, number)


def join_dates(days: Sequence[date]) -> str:
    """« 30 septembre, 8 octobre et 23 octobre 2026 »: the year once when it is the same."""
    ordered = sorted(set(days))
    words = [
        long_date(day, year=index == len(ordered) - 1 or ordered[index + 1].year != day.year)
        for index, day in enumerate(ordered)
    ]
    return _join(words)


def join_numbers(numbers: Sequence[str]) -> str:
    """« F-1, F-2 et F-3 »."""
    return _join(list(numbers))


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}"


def preview(page: str, css: str) -> str:
    """A page of ours for a screen, with ``css`` inside it."""
    style = Markup("<style>{}</style></head>").format(Markup(css))  # noqa: S704 (our own sheet)
    return page.replace("</head>", style, 1)


def screen_css(font_url: Callable[[str], str]) -> str:
    """letter.css for a frame of any width: ``font_url`` gives the address of a font file of ``static/fonts``."""
    sheet = re.sub(
        r'url\("\.\./fonts/([\w.-]+)"\)',
        lambda match: f'url("{font_url(match[1])}")',
        STYLESHEET.read_text(encoding="utf-8"),
    )
    # The sheet of paper is 794 px wide: smaller frames show it smaller, as a picture would.
    steps = [f"@media (max-width: {width}px) {{ html {{ zoom: {(width - 24) / 794:.3f}; }} }}" for width in FRAMES]
    return "\n".join([sheet, *steps])
