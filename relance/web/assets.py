"""Style sheets, scripts, fonts and icons, served under names that change with their content.

A file whose address holds its own fingerprint can be kept by browsers for ever. No build step: the
style sheets are put together when the server starts.
"""

import base64
import gzip
import hashlib
import json
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, request, url_for
from markupsafe import Markup

from relance.letters import pages
from relance.web.scope import public

# The order of the layers is the order of the cascade: see static/css/layers.css.
STYLESHEET = "css/relance.css"
LETTER = "css/letter.css"  # the paper of a letter, in a frame
LAYERS = ("layers", "fonts", "tokens", "reset", "base", "layout", "components", "screens", "utilities", "print")


@dataclass(frozen=True)
class Asset:
    """One file as it is served. ``integrity`` is what <script integrity> carries."""

    path: str
    content: bytes
    compressed: bytes
    mime: str
    integrity: str


class Assets:
    """Every file of the static folder, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.by_name: dict[str, Asset] = {}
        self.by_path: dict[str, Asset] = {}
        self.icons: dict[str, str] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith("css/") and path.suffix not in (".json", ".txt"):
                self.add(name, path.read_bytes())
        self.add(STYLESHEET, self._stylesheet().encode())
        self.add(LETTER, pages.screen_css(lambda font: f"../{self.by_name[f'fonts/{font}'].path}").encode())
        for path in folder.glob("vendor/lucide-*.json"):
            self.icons = json.loads(path.read_text(encoding="utf-8"))

    def add(self, name: str, content: bytes) -> None:
        """Keep a file under a path that holds the fingerprint of its content."""
        stem, _, extension = name.rpartition(".")
        mark = hashlib.sha256(content).hexdigest()[:12]
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        asset = Asset(
            path=f"{stem}.{mark}.{extension}",
            content=content,
            compressed=gzip.compress(content, mtime=0) if extension in ("css", "js", "svg") else b"",
            mime=mimetypes.guess_type(name)[0] or "application/octet-stream",
            integrity=f"sha384-{digest}",
        )
        self.by_name[name] = asset
        self.by_path[asset.path] = asset

    def _stylesheet(self) -> str:
        """All of static/css in the order of the layers, with the fonts' final addresses."""
        parts = []
        for layer in LAYERS:
            single = self.folder / "css" / f"{layer}.css"
            files = [single] if single.is_file() else sorted((self.folder / "css" / layer).glob("*.css"))
            parts += [path.read_text(encoding="utf-8") for path in files]
        return re.sub(
            r'url\("\.\./([\w/.-]+)"\)',
            lambda match: f'url("../{self.by_name[match.group(1)].path}")',
            light("\n".join(parts)),
        )


def light(css: str) -> str:
    """A style sheet without its comments and the blanks that only people read; texts in quotes stay as they are."""
    pieces = re.split(r"""("[^"]*"|'[^']*'|/\*.*?\*/)""", css, flags=re.DOTALL)
    for n, piece in enumerate(pieces):
        if piece.startswith("/*"):
            pieces[n] = ""
        elif piece[:1] not in ('"', "'"):
            # A blank before a colon is a selector's (« .a :hover »), one after it never means anything.
            pieces[n] = re.sub(r"\s*([{};,])\s*|:\s+", lambda m: m.group(1) or ":", re.sub(r"\s+", " ", piece))
    return "".join(pieces).replace(";}", "}")


def init_app(app: Flask, folder: Path) -> None:
    """Read the static folder and serve it."""
    app.extensions["assets"] = Assets(folder)
    app.add_url_rule("/static/<path:path>", "static", _serve)
    app.add_template_global(asset_url)
    app.add_template_global(asset_integrity)
    app.add_template_global(icon)
    app.add_template_global(icon, "draw_icon")  # inside _macros.html, where icon is the macro


def asset_url(name: str) -> str:
    """The address of ``static/<name>``. KeyError when there is no such file."""
    return url_for("static", path=_assets().by_name[name].path)


def asset_integrity(name: str) -> str:
    """The subresource integrity of ``static/<name>``."""
    return _assets().by_name[name].integrity


def icon(name: str, size: str = "") -> Markup:
    """A Lucide icon, hidden from screen readers: the word beside it carries the meaning. KeyError if unknown.

    ``size`` is empty (18 px) or « s » (16 px).
    """
    return Markup(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round"'
        ' stroke-linejoin="round" aria-hidden="true">{}</svg>'
    ).format(size, Markup(_assets().icons[name]))  # noqa: S704 (our own vendored drawings)


def _assets() -> Assets:
    assets: Assets = current_app.extensions["assets"]
    return assets


@public
def _serve(path: str) -> Response:
    asset = _assets().by_path.get(path)
    if asset is None:
        abort(404)
    headers: dict[str, Any] = {"Cache-Control": "public, max-age=31536000, immutable"}
    content = asset.content
    if asset.compressed:
        headers["Vary"] = "Accept-Encoding"
        if request.accept_encodings["gzip"] > 0:
            headers["Content-Encoding"] = "gzip"
            content = asset.compressed
    return Response(content, mimetype=asset.mime, headers=headers)
