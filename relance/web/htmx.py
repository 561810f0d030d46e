"""One view, two answers: the page for a browser, the fragment for htmx."""

from typing import Any

from flask import Flask, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue


def init_app(app: Flask) -> None:
    """Tell caches that page and fragment differ, and keep both out of shared caches."""
    app.after_request(_vary)
    app.add_template_global(wants_fragment, "wants_fragment")


def wants_fragment() -> bool:
    """True when htmx asks for a piece of the page. A history restore needs the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]


def respond(page: str, fragment: str, *, status: int = 200, **context: Any) -> Response:
    """Render ``page`` for a browser or ``fragment`` for htmx, with the same context.

    An invalid form is rendered with ``status=422``: htmx is told to swap it (see htmx-config).
    """
    return make_response(render_template(fragment if wants_fragment() else page, **context), status)


def go_to(url: str, notice: str = "", family: str = "paid") -> ResponseReturnValue:
    """After a mutation: send the browser to ``url`` (303, or HX-Redirect), where ``notice`` is shown.

    ``family`` colours the notice: paid (done), info, warn or late. ``url`` is one of ours, from url_for.
    """
    if notice:
        flash(notice, family)
    if request.htmx:  # type: ignore[attr-defined]
        return "", 200, {"HX-Redirect": url}
    return redirect(url, 303)


def _vary(response: Response) -> Response:
    if request.endpoint != "static":
        response.vary.add("HX-Request")
        response.headers.setdefault("Cache-Control", "no-store")
    return response
