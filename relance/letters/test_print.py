"""A page to print once: where the windows of French envelopes fall on the sheet, and a ruler for the printer's scale.

No standard in force fixes the windows (NF Z 11-001 is withdrawn): those drawn here are common ones, and the page
says to try one's own envelope. They are drawn for a sheet pushed to the top left of its envelope; it is free to
slide from there, by what the table tells.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from relance.letters import pages, press

STYLESHEET = Path(__file__).with_name("test_print.css")
MADE_AT = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (the page never changes: it bears one date)
WINDOW = (100, 45)  # width and height, in millimetres like all that follows
FROM_RIGHT = 20
SHEET_WIDTH = 210


@dataclass(frozen=True)
class Window:
    """A window, from the top left corner of the folded sheet, and how far the sheet slides in the envelope."""

    key: str
    name: str
    envelope: str
    folding: str
    left: int
    top: int
    falls: int
    drifts: int
    width: int = WINDOW[0]
    height: int = WINDOW[1]


def window(key: str, name: str, size: tuple[int, int], folding: str, sheet_height: int, from_bottom: int) -> Window:
    """``size``: height and width of the envelope. ``from_bottom``: of its window."""
    tall, wide = size
    return Window(
        key,
        name,
        f"{tall} × {wide} mm",
        folding,
        left=wide - FROM_RIGHT - WINDOW[0],
        top=tall - from_bottom - WINDOW[1],
        falls=tall - sheet_height,
        drifts=wide - SHEET_WIDTH,
    )


WINDOWS = (
    window("dl", "DL", (110, 220), "en trois", 99, 20),
    window("c56", "C5/6", (114, 229), "en trois", 99, 20),
    window("c5", "C5", (162, 229), "en deux", 149, 60),
)


def pdf() -> bytes:
    """The page as a PDF, the same bytes each time. press.PressError when letters cannot be printed here."""
    style = Markup("<style>{}</style>").format(Markup(STYLESHEET.read_text(encoding="utf-8")))  # noqa: S704 (ours)
    page = pages.render("test_print.html", style=style, windows=WINDOWS)
    return press.print_pdf(page, created_at=MADE_AT)
