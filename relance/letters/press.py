"""The only door to WeasyPrint: HTML in, PDF out (PDF/A-3a unless pages of others follow), always the same bytes.

WeasyPrint is imported at the first letter, not before: it takes half a second, and needs Pango.
"""

import base64
import gc
import hashlib
import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

from relance.letters import scripts
from relance.letters.pages import STYLESHEET

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
VARIANT = "pdf/a-3a"
COLOURS = "--srgb"
SANS_WEIGHT = 500  # the weight letter.css asks for
FITS = '<body class="fits">'  # a letter that is written closer rather than run over to a second sheet
ANNEX = "annexe"  # the id of what follows the letter
STEPS = ("near", "close", "closer")  # classes of letter.css

_one_at_a_time = Lock()


class PressError(Exception):
    """The letter cannot be printed. The message is a French sentence."""


@dataclass(frozen=True)
class _Press:
    """What is read once: fonts, parsed stylesheet, source of the colour profile; a fetcher that fetches nothing."""

    weasyprint: Any
    fonts: Any
    stylesheet: Any
    fetcher: Any
    profile: str

    def colours(self) -> dict[str, Any]:
        """The colour profile, read anew for each letter: once saved in one PDF, the next would get other bytes."""
        found: dict[str, Any] = {}
        self.weasyprint.CSS(string=self.profile, color_profiles=found, url_fetcher=self.fetcher)
        return found


def print_pdf(page: str, *, created_at: datetime, is_archived: bool = True) -> bytes:
    """Print ``page`` (HTML) and return the PDF, tagged, fonts embedded. ``created_at`` is naive UTC.

    ``is_archived``: it says that it is PDF/A-3a. False when pages that we did not make will follow it.

    Nothing is fetched: no network, no file of the machine. PressError when the system libraries are
    missing or the page cannot be laid out.
    """
    stamp = f"{created_at.isoformat(timespec='seconds')}Z"
    dated = page.replace("</head>", f'<meta name="dcterms.created" content="{html.escape(stamp)}"></head>', 1)
    identifier = hashlib.sha256(dated.encode()).hexdigest()[:32].encode()
    press = _open_press(scripts.needs_others(dated))
    # Fontconfig and Pango are shared by the process, and threads gain nothing here.
    with _one_at_a_time, _without_collector():
        options: dict[str, Any] = {"pdf_identifier": identifier, "pdf_tags": True}
        colours = None
        if is_archived:
            options |= {"output_intent": COLOURS, "pdf_variant": VARIANT}
            colours = press.colours()
        pdf: bytes = _laid_out(press, dated, color_profiles=colours, **options).write_pdf(**options)
    return pdf


def count_pages(page: str) -> int:
    """How many sheets ``page`` (HTML) takes, without making the PDF. PressError as for ``print_pdf``."""
    press = _open_press(scripts.needs_others(page))
    with _one_at_a_time, _without_collector():
        return len(_laid_out(press, page).pages)


def _laid_out(press: _Press, page: str, **options: Any) -> Any:
    """The sheets. A letter that overflows by a little is written closer when that puts it on one."""
    first = _rendered(press, page, **options)
    sheets = _sheets(first)
    if FITS in page and sheets == 2:
        for step in STEPS:
            closer = _rendered(press, page.replace(FITS, f'<body class="{step}">', 1), **options)
            if _sheets(closer) == 1:
                return closer
    return first


def _rendered(press: _Press, page: str, **options: Any) -> Any:
    document = press.weasyprint.HTML(string=page, url_fetcher=press.fetcher)
    return document.render(stylesheets=[press.stylesheet], font_config=press.fonts, **options)


def _sheets(document: Any) -> int:
    """How many pages the letter takes before its annex, if it has one."""
    for number, page in enumerate(document.pages):
        if ANNEX in page.anchors:
            return number
    return len(document.pages)


@cache
def _open_press(has_others: bool) -> _Press:
    """``has_others``: with the fonts of other scripts, which most letters do without."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PressError(
            "Les bibliothèques qui fabriquent les PDF manquent sur ce serveur. "
            "Installez libpango-1.0-0, libpangoft2-1.0-0 et libharfbuzz-subset0, ou lancez script/setup."
        ) from error
    fonts, fetcher = FontConfiguration(), URLFetcher(allowed_protocols=("data",))
    sheet = weasyprint.CSS(string=_stylesheet(has_others), font_config=fonts, url_fetcher=fetcher)
    return _Press(weasyprint, fonts, sheet, fetcher, _colour_profile())


def _stylesheet(has_others: bool = False) -> str:
    """The letter's stylesheet with the fonts inside it."""
    sheet = STYLESHEET.read_text(encoding="utf-8")
    if has_others:  # ranges are for browsers: here, what no font of a family has is looked for in the next one
        sheet += re.sub(r"unicode-range:[^;]*;", "", scripts.STYLESHEET.read_text(encoding="utf-8"))

    def embed(match: re.Match[str]) -> str:
        content = base64.b64encode(_static_font(FONTS / match[1])).decode()
        return f'url("data:font/ttf;base64,{content}")'

    return re.sub(r'url\("\.\./fonts/([\w.-]+)"\)', embed, sheet)


def _colour_profile() -> str:
    """The sRGB profile that PDF/A wants. Named here because WeasyPrint leaves its own copy open."""
    profile = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
    content = base64.b64encode(profile).decode()
    return (
        f'@color-profile {COLOURS} {{ src: url("data:application/vnd.iccprofile;base64,{content}"); '
        "rendering-intent: relative-colorimetric; components: r, g, b }"
    )


def _static_font(path: Path) -> bytes:
    """The font as the PDF embeds it. A variable one is fixed at one weight here, once and with its own date.

    Left to WeasyPrint, it would be done at each letter and stamped with the time of day: other bytes each time.
    """
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
    from fontTools.varLib.instancer import instantiateVariableFont  # type: ignore[import-untyped]

    font = TTFont(path, recalcTimestamp=False)
    if "fvar" in font:
        font = instantiateVariableFont(font, {"wght": SANS_WEIGHT})
    font.flavor = None
    content = io.BytesIO()
    font.save(content)
    return content.getvalue()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Laying out makes many short-lived objects: collecting them half-way costs a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
