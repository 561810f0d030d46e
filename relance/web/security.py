"""What protects every request: headers, cookies, CSRF, sizes, one database connection."""

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from relance import db
from relance.web import scope

View = TypeVar("View", bound=Callable[..., Any])

MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_READ_BYTES = 40 * 1024 * 1024  # read (to the disk) where a file that is too big is refused beside its field
MAX_MANY_BYTES = 64 * 1024 * 1024  # the same, where many files are given at once: 50 MB are taken
_FORM_OVERHEAD_BYTES = 256 * 1024  # the other fields and the multipart borders around a file of 10 MB

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # data: the arrow of <select>, drawn in the style sheet; QR codes
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",  # a message of the local mailbox, a letter's preview
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


def init_app(app: Flask) -> None:
    """Install the protections."""
    settings = app.config["RELANCE"]
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES + _FORM_OVERHEAD_BYTES,
        SESSION_COOKIE_NAME="relance",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,  # a form left open overnight is not lost; the session bounds it
        WTF_CSRF_SSL_STRICT=settings.is_https,
    )
    app.before_request(_make_room)
    app.before_request(_open_connection)  # before CSRFProtect and the sign-in, which read the database
    app.before_request(_refuse_nul)
    app.teardown_request(_close_connection)
    CSRFProtect(app)
    app.add_template_global(csrf_input)
    app.after_request(_add_headers)


def takes_files(view: View) -> View:
    """Let a view read a file well over the limit, to answer beside its field that it is too big."""
    view.takes_bytes = MAX_READ_BYTES  # type: ignore[attr-defined]
    return view


def takes_many_files(view: View) -> View:
    """Let a view read many files, somewhat over their own limit, to answer beside their field that it is too much."""
    view.takes_bytes = MAX_MANY_BYTES  # type: ignore[attr-defined]
    return view


def csrf_input() -> Markup:
    """The hidden field that every form written by hand needs."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def embeddable(response: Response) -> Response:
    """Let one of our own pages show ``response`` (a PDF) in a frame."""
    policy = {**_POLICY, "frame-ancestors": "'self'"}
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def sandboxed(response: Response) -> Response:
    """Let one of our own pages show the HTML of a message in a frame: no script, no network, no form.

    The only answer with inline styles: they are the message's own.
    """
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
        "base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def visitor_ip() -> str:
    """The visitor's address. Behind a proxy on this machine, the one the proxy tells."""
    address = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    return forwarded if address in ("127.0.0.1", "::1", "") and _network(forwarded) else address


def visitor_place() -> str:
    """What counts as one place in the limits: an address, or the /64 of an IPv6 one, which one visitor has whole."""
    address = visitor_ip()
    return _network(address) or address


def _network(address: str) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    return str(ip) if ip.version == 4 else str(ip_network((int(ip) >> 64 << 64, 64)))


def is_own_path(target: str) -> bool:
    """True for an address of ours that a visitor may be sent to: a path, never another site."""
    parts = urlsplit(target)
    return (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
        and target.isprintable()
        and "\\" not in target
    )


def _make_room() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "takes_bytes", 0)
    if most:
        request.max_content_length = most


def _open_connection() -> None:
    if request.endpoint == "static":
        return
    stack = ExitStack()
    stack.enter_context(db.connection())
    if request.method in ("GET", "HEAD"):
        stack.enter_context(db.remembering())
    g.connection = stack


def _refuse_nul() -> None:
    """No keyboard types the character NUL, and PostgreSQL cannot hold it: whatever the field, it stops here."""
    if "\0" in request.path:
        abort(404)
    values = itertools.chain(*(found for _name, found in (*request.args.lists(), *request.form.lists())))
    if any("\0" in value for value in values):
        abort(422)


def _close_connection(error: BaseException | None) -> None:
    stack = g.pop("connection", None)
    if stack is not None:
        stack.close()


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if scope.settings().is_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
