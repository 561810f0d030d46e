"""The language of the page: the signed-in user's, French for everybody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import Flask, has_request_context
from markupsafe import Markup, escape

from relance.rules import labels
from relance.web import scope

_in_french: ContextVar[bool] = ContextVar("in_french", default=False)


@contextmanager
def in_french() -> Iterator[None]:
    """Speak French whatever the user's language: for what a French court or firm will read."""
    token = _in_french.set(True)
    try:
        yield
    finally:
        _in_french.reset(token)


def language() -> str:
    """« fr » or « en »."""
    if _in_french.get():
        return "fr"
    user = scope.signed_in_user() if has_request_context() else None
    return "en" if user is not None and user.language == "en" else "fr"


def _(text: str, **values: object) -> str:
    """``text`` (French) in the language of the page, with ``values`` in its {placeholders}.

    When a value is Markup (a link inside a sentence) the result is Markup and the rest is escaped. A whole number
    called {n} has its thousands grouped.
    """
    n = values.get("n")
    if isinstance(n, int):
        values["n"] = labels.grouped(n, language())
    if any(isinstance(value, Markup) for value in values.values()):
        sentence = escape(labels.translate(text, language()))
        return Markup(labels.put(str(sentence), {name: escape(value) for name, value in values.items()}))  # noqa: S704
    return labels.translate(text, language(), **values)


def _n(one: str, many: str, n: int, **values: object) -> str:
    """``one`` or ``many`` for ``n``, which is also {n}, in the language of the page."""
    return labels.plural(one, many, n, language(), **values)


def init_app(app: Flask) -> None:
    """Give ``_``, ``_n`` and ``language`` to the templates."""
    app.add_template_global(_, "_")
    app.add_template_global(_n, "_n")
    app.add_template_global(language, "language")
