"""A real browser (Debian's chromium, driven by Playwright) against the application served on loopback."""

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from relance.models.accounts import User
from tests import factories

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# A loaded machine is slow, not wrong: what is expected may take this long.
PATIENCE = 20_000
expect.set_options(timeout=15_000)
# What htmx marks while it asks, and until what it brought answers to clicks and keys.
BUSY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
# What Chromium writes for any answer that is not a success; the page shows these itself.
EXPECTED = ("Failed to load resource: the server responded with a status of 4",)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: a failing test shows what it needs."""


def settled(page: Page) -> None:
    """Wait until htmx is at rest: a new button sends its form the plain way before, and the focus moves again."""
    expect(page.locator(BUSY)).to_have_count(0)


def dialog_opened(page: Page) -> None:
    """Wait until the dialog has the focus and htmx has settled it (it gives the focus once more, 20 ms later)."""
    expect(page.locator("dialog[open]:focus-within")).to_be_visible()
    settled(page)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless chromium for the whole run."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "chromium is missing: sudo apt-get install chromium"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def live_url(app: Flask) -> Iterator[str]:
    """The address of the application, served by threads as it is in production."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    app.config["SERVER_NAME"] = None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def open_page(chromium: Browser, live_url: str) -> Iterator[Callable[..., Page]]:
    """``open_page(width=…, height=…, dark=…, javascript=…)``: a page of its own.

    The test fails when a page logged an error, broke the content policy or asked another host for anything.
    """
    contexts: list[Any] = []
    problems: list[str] = []
    closing: list[bool] = []

    def note(message: ConsoleMessage) -> None:
        # A page that is closed gives up what it was asking for: htmx logs it.
        is_cut_short = closing and message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
        if message.type == "error" and not is_cut_short and not message.text.startswith(EXPECTED):
            problems.append(message.text)

    def _open(*, width: int = 1280, height: int = 800, dark: bool = False, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_url,
            viewport={"width": width, "height": height},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((live_url, "data:", "blob:")) else problems.append(r.url))
        return page

    yield _open
    closing.append(True)
    for context in contexts:
        with contextlib.suppress(Error):
            context.close()
    assert not problems, f"the browser complained: {problems}"


@pytest.fixture
def anonymous_page(open_page: Callable[..., Page]) -> Page:
    """A desktop page in which nobody signed in."""
    return open_page()


@pytest.fixture
def sign_in_page(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """``sign_in_page(user, width=…)``: a page in which that person typed their address and password."""

    def _sign_in(user: User, **options: Any) -> Page:
        page = open_page(**options)
        page.goto("/connexion")
        page.get_by_label("Adresse e-mail").fill(user.email)
        page.get_by_label("Mot de passe", exact=True).fill(factories.PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url("**/tableau-de-bord")
        return page

    return _sign_in


@pytest.fixture
def page(sign_in_page: Callable[..., Page], camille: User) -> Page:
    """Camille's page, signed in, on a desktop."""
    return sign_in_page(camille)
