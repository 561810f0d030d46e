"""Every page, its dialogs, its menus and its errors, read by axe-core at two widths in both themes.

A page is loaded once: the rest is the width and the colour scheme of the window. Structure does not depend
on colours, so the second theme of a width is read for its contrasts only.
"""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from relance.services import seeding
from tests import pages
from tests.browser.conftest import PATIENCE, _Quiet, settled
from tests.factories import NOW, PASSWORD

AXE = next((Path(__file__).parents[1] / "vendor").glob("axe-core-*.min.js")).read_text(encoding="utf-8")
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
DESKTOP, PHONE, SMALLEST = (1440, 900), (360, 740), (320, 640)
RUN = """async (only) => {
  // Colours that are still changing are not the page's.
  document.body.offsetHeight;
  await Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished));
  const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"], iframes: false});
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")} (${node.failureSummary.split("\\n").slice(1).join(" ").trim()})`));
}"""
SHAPE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  return {
    title: document.title.trim(),
    headings: [...document.querySelectorAll("h1")].length,
    doubles: [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))],
  };
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def url(house: pages.House) -> Iterator[str]:
    """The furnished instance, served."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def reader(chromium: Browser, url: str) -> Iterator[Callable[[str], Page]]:
    """``reader(email)``: a window in which that person is signed in, or nobody with ""."""
    contexts = []

    def _reader(email: str = seeding.EMAIL) -> Page:
        context = chromium.new_context(base_url=url, locale="fr-FR", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        if email:
            page.goto("/connexion")
            page.get_by_label("Adresse e-mail").fill(email)
            page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Se connecter").click()
            page.wait_for_url("**/tableau-de-bord")
        return page

    yield _reader
    for context in contexts:
        context.close()


def axe(page: Page, *, rules: list[str] | None = None) -> list[str]:
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARD}
    return list(page.evaluate(RUN, only))


def read(page: Page) -> list[str]:
    """What is wrong with the page as it stands, one line each."""
    wrong = []

    def look(size: tuple[int, int], scheme: Any, rules: list[str] | None = None) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        wrong.extend(f"{size[0]} {scheme} {line}" for line in axe(page, rules=rules))

    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    if (beyond := page.evaluate(TOO_WIDE)) > 0:
        wrong.append(f"scrolls sideways at 320: {beyond} px")
    page.evaluate(AXE)
    look(PHONE, "light")
    look(PHONE, "dark", COLOURS)
    look(DESKTOP, "dark")
    look(DESKTOP, "light", COLOURS)
    shape = page.evaluate(SHAPE)
    if not shape["title"]:
        wrong.append("no title")
    if shape["headings"] != 1:
        wrong.append(f"{shape['headings']} h1")
    if shape["doubles"]:
        wrong.append(f"ids used twice: {shape['doubles']}")
    return wrong


def read_all(page: Page, addresses: tuple[str, ...]) -> list[str]:
    found = []
    for address in addresses:
        page.goto(address)
        found += [f"{address} {line}" for line in read(page)]
    return found


def test_every_route_is_a_page_to_read_or_has_a_reason_not_to_be(house):
    assert pages.unknown_routes(house.app) == set(), "name them in tests/pages.py"


@pytest.mark.parametrize("part", range(4))
def test_every_page_is_accessible(house, reader, part):
    assert read_all(reader(), house.addresses["pages"][part::4]) == []


def test_every_page_of_a_new_account_is_accessible(house, reader):
    assert read_all(reader(pages.NEWCOMER), house.addresses["empty"]) == []


def test_every_page_is_accessible_while_sendings_are_suspended(house, reader):
    house.suspend(NOW)
    try:
        assert read_all(reader(), house.addresses["suspended"]) == []
    finally:
        house.suspend(None)


def test_the_doors_and_what_is_not_found_are_accessible(house, reader):
    assert read_all(reader(""), house.addresses["signed out"]) == []
    assert read_all(reader(), ("/introuvable", "/factures/99999")) == []


def test_papers_and_e_mails_shown_in_frames_are_accessible(house, reader):
    page, rows = reader(), house.rows
    for address in (
        f"/courriers/{rows['letter']}/apercu",
        f"/factures/{rows['late']}/messages/{rows['sent']}/html",
        f"/boite-locale/{rows['mail']}/html",
    ):
        # Their own policy forbids scripts, axe-core's too: the same document is read in a window without one.
        paper = page.context.new_page()
        paper.set_content(page.request.get(address).text())
        paper.evaluate(AXE)
        for scheme in ("light", "dark"):
            paper.emulate_media(color_scheme=scheme)
            assert axe(paper) == [], f"{address} {scheme}"
        assert paper.title(), address


# What opens: (address, how to open it)
OPENED: tuple[tuple[str, Callable[[Page], Any]], ...] = (
    ("/factures/{late}", lambda page: page.get_by_role("link", name="Enregistrer un paiement").click()),
    ("/factures/{late}", lambda page: page.locator("summary[aria-label='Autres actions']").click()),
    ("/factures", lambda page: page.locator("summary[aria-label^='Actions pour']").last.click()),
    ("/factures", lambda page: page.keyboard.press("?")),
    ("/factures", lambda page: page.keyboard.press("/")),
    ("/factures/{late}", lambda page: page.keyboard.press("a")),
)


def test_open_dialogs_and_menus_are_accessible(house, reader):
    page, found = reader(), []
    for address, opens in OPENED:
        page.goto(address.format(**house.rows))
        opens(page)
        page.locator("dialog[open], details.menu[open]").first.wait_for()
        settled(page)
        found += [f"{address} opened: {line}" for line in read(page)]
    assert found == []


# A form sent with nothing, or nonsense, in it: (address, button, what is typed first)
REFUSED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("/factures/nouvelle", "Continuer", {}),
    ("/factures/{draft}/modifier", "Continuer", {"total": "", "number": ""}),
    ("/factures/{late}/paiements", "Enregistrer le paiement", {"amount": "99999999"}),
    ("/factures/{late}/relancer/e-mail", "Envoyer|Programmer l’envoi", {"subject": "", "body": ""}),
    ("/factures/{late}/relances", "Enregistrer", {"frequency": "weekly", "count": "99", "first_offset_days": "99"}),
    ("/clients/nouveau", "Ajouter le client", {"siren": "1"}),
    ("/clients/{client}/contacts/nouveau", "Enregistrer", {"email": "x"}),
    ("/factures/importer", "Continuer", {}),
    ("/reglages/entreprise", "Enregistrer", {"business_name": "", "siret": "1"}),
    ("/reglages/coordonnees-bancaires", "Enregistrer", {"iban": "FR00"}),
    ("/reglages/securite", "Changer le mot de passe", {}),
    ("/reglages/expediteur", "Enregistrer", {"reply_to": "x"}),
)


def _is_answer(answer):
    """The answer to the form itself, not to the preview that a choice asks for."""
    return answer.request.method == "POST" and not answer.url.endswith("/apercu")


def send_refused(page: Page, press: Callable[[], Any]) -> int:
    """Press what sends a form that shows no error yet; wait until its answer does, and give the status of it."""
    errors = page.locator("main [aria-invalid=true], main .error")
    expect(errors).to_have_count(0)
    with page.expect_response(_is_answer) as answered:
        press()
    expect(errors.first).to_be_attached()
    page.wait_for_load_state()  # a page of its own
    settled(page)  # or a form in its place
    return int(answered.value.status)


def test_refused_forms_are_accessible(house, reader):
    page, found = reader(), []
    for address, button, typed in REFUSED:
        page.goto(address.format(**house.rows))
        page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        for name, value in typed.items():
            choice = page.locator(f"main [name={name}][type=radio][value={value}]") if value.isalpha() else None
            if choice is not None and choice.count():
                choice.first.check()
            else:
                page.locator(f"main [name={name}]").first.fill(value)
        status = send_refused(
            page, page.locator("main").get_by_role("button", name=re.compile(f"^({button})$")).last.click
        )
        assert status == 422, f"{address}: {status}"
        found += [f"{address} refused: {line}" for line in read(page)]
    assert found == []


def test_the_door_of_a_refused_visitor_is_accessible(house, reader):
    page = reader("")
    page.goto("/connexion")
    page.get_by_label("Adresse e-mail").fill("personne@ailleurs.example")
    page.get_by_label("Mot de passe", exact=True).fill("rien de bon")
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_text("Adresse ou mot de passe incorrect.").first.wait_for()
    page.wait_for_load_state()
    assert read(page) == []


def test_the_installation_is_accessible(anonymous_page, settings):
    from relance.services import onboarding

    page = anonymous_page
    found = read_all(page, ("/installation", f"/installation?jeton={onboarding.installation_token(settings.data_dir)}"))
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    send_refused(page, page.get_by_role("button", name="Créer").click)
    assert found + read(page) == []


def test_the_reading_finds_what_is_wrong(reader):
    """Without this, everything above would pass with an axe-core that reads nothing."""
    page = reader("")
    page.set_content(
        '<html><body style="background:#fff;color:#000"><h1>Un</h1><h1>Deux</h1><p id="a" style="color:#ccc">Pâle</p>'
        '<img src="data:," id="a"><div style="width:500px">Large</div></body></html>'
    )
    found = "\n".join(read(page))
    for expected in ("sideways", "color-contrast", "image-alt", "html-has-lang", "no title", "2 h1", "twice: ['a']"):
        assert expected in found
    assert "360 light color-contrast" in found
