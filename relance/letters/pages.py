"""Facts → HTML of the letter: the templates, their French typography, and the few words they need."""

import base64
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from relance import storage
from relance.letters import notice_text, scripts, window, words
from relance.letters.facts import NoticeFacts
from relance.rules import anchors
from relance.rules.money import format_amount, format_rate
from relance.rules.wording import NBSP, french, french_source, long_date, short_date

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "letters" / "pdf"
STYLESHEET = Path(__file__).with_name("letter.css")
MAX_OBJECTS = 5  # beyond so many invoices, their objects are left to the invoices themselves
_FIRST = re.compile(rf"(?<![\w.,])1er(?={NBSP}[a-zéû])")
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
        in_window=window_lines,
        french=french,
        amount=format_amount,
        rate=format_rate,
        long_date=long_date,
        short_date=short_date,
        groups=words.groups,
        whole=words.whole,
        dates=words.join_dates,
    )
    return environment


def render(template: str, **values: Any) -> str:
    """A template of ``templates/letters/pdf`` as HTML: escaped, in French typography, with the filters above.

    Whatever was typed, it can be printed with the fonts of ``static/fonts`` (see scripts.py).
    """
    return scripts.readable_page(_environment().get_template(template).render(**values))


def formal_notice(facts: NoticeFacts) -> str:
    """The HTML of a formal notice: the letter, then its annex. Names, objects and words are escaped.

    StorageError when the picture of the signature is gone.
    """
    return raised(
        render(
            "formal_notice.html",
            facts=facts,
            title=_title(facts),
            text=notice_text.printed(facts),
            single=facts.invoices[0] if len(facts.invoices) == 1 else None,
            window_class=window_class(facts.recipient),
            place_and_date=place_and_date(facts.sender.place, facts.dated_on),
            signature=signature_source(facts.signature),
            anchor=anchor_words(facts.anchor),
            enclosed=_enclosed(facts),
            rates={period.rate_bp for invoice in facts.invoices for period in invoice.periods},
            has_only_contractual=all(invoice.has_contractual_rate for invoice in facts.invoices),
            has_contractual=any(invoice.has_contractual_rate for invoice in facts.invoices),
            max_objects=MAX_OBJECTS,
        )
    )


def _title(facts: NoticeFacts) -> str:
    numbers = [invoice.number for invoice in facts.invoices]
    what = f"facture n°{NBSP}{numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} factures"
    return f"Mise en demeure de payer, {what}"


def _enclosed(facts: NoticeFacts) -> list[str]:
    """What is in the envelope with the letter, in the order of the sheets."""
    count = len(facts.invoices)
    copies = f"copie de la facture n°{NBSP}{facts.invoices[0].number}" if count == 1 else f"copie des {count} factures"
    found = [copies]
    found += ["décompte des intérêts"] if facts.interest_cents else []
    found += ["relevé des relances"] if facts.reminders else []
    return list(dict.fromkeys([*found, *(one.title for one in facts.joined if one.title), *facts.enclosures]))


def window_class(recipient: tuple[str, ...]) -> str:
    """The class of letter.css at which the recipient stays inside the window."""
    return f"pt-{window.font_size(window_lines(recipient))}".replace(".", "-")


def window_lines(recipient: tuple[str, ...]) -> tuple[str, ...]:
    """The recipient as the window shows it: what no font of ours has is written in Latin capitals."""
    lines = [(line, scripts.readable(line)) for line in recipient]
    return tuple(shown if shown == line else shown.upper() for line, shown in lines)


def raised(page: str) -> str:
    """« 1er octobre » with its « er » above the line, in the body of a page of ours."""
    head, body, rest = page.partition("<body")
    return head + body + _FIRST.sub("1<sup>er</sup>", rest)


def place_and_date(place: str, on: date, language: str = "fr") -> str:
    """« Lyon, le 23 novembre 2026 »; in English « Lyon, 23 November 2026 »."""
    day = long_date(on, language)
    if language == "en":
        return f"{place}, {day}" if place else day
    return f"{place}, le {day}" if place else f"Le {day}"


def signature_source(sha256: str) -> str:
    """The picture of a signature as a data: address, '' without one. StorageError when its bytes are gone."""
    return f"data:image/png;base64,{base64.b64encode(storage.get(sha256)).decode()}" if sha256 else ""


def anchor_words(anchor: str) -> str:
    """« Journal : abcd ef01 2345 6789 abcd », the first twenty digits of the head of the journal; '' without one."""
    short = anchors.grouped(anchor)
    return f"Journal{NBSP}: {short}" if short else ""


def preview(page: str, css: str) -> str:
    """A page of ours for a screen, with ``css`` inside it."""
    style = Markup("<style>{}</style></head>").format(Markup(css))  # noqa: S704 (our own sheet)
    return page.replace("</head>", style, 1)


def screen_css(font_url: Callable[[str], str]) -> str:
    """letter.css for a frame of any width: ``font_url`` gives the address of a font file of ``static/fonts``."""
    sheet = re.sub(
        r'url\("\.\./fonts/([\w.-]+)"\)',
        lambda match: f'url("{font_url(match[1])}")',
        "\n".join(path.read_text(encoding="utf-8") for path in (STYLESHEET, scripts.STYLESHEET)),
    )
    # The sheet of paper is 794 px wide: smaller frames show it smaller, as a picture would.
    steps = [f"@media (max-width: {width}px) {{ html {{ zoom: {(width - 24) / 794:.3f}; }} }}" for width in FRAMES]
    return "\n".join([sheet, *steps])
