"""The journeys of every day without a mouse: what has the focus is seen, and comes back where it was."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from relance.models.accounts import User
from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.invoices import Invoice
from tests import factories
from tests.browser.conftest import dialog_opened, settled

# The element that has the focus: how it is called, whether one sees that it has it, whether it is under something.
FOCUSED = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const labels = [...(node.labels ?? [])].map((label) => label.innerText);
  const name = node.getAttribute("aria-label") ?? [labels.join(" "), node.innerText, node.id].find(Boolean) ?? "";
  const around = node.closest("label, .choice, .switch, .drop, .picker, .affix, .side-search");
  const marked = [node, node.nextElementSibling, around];
  const shown = marked.filter(Boolean).some((one) => {
    const style = getComputedStyle(one);
    const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return isOutlined || style.boxShadow.includes("0px 0px 0px");
  });
  const box = node.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 20)];
  const over = document.elementFromPoint(x, y);
  const apart = over && !node.contains(over) && !over.contains(node) && !over.closest("label")?.contains(node);
  return {
    name: name.trim().replace(/\\s+/g, " "),
    tag: node.tagName,
    shown,
    hidden: !over || Boolean(apart && over.closest(".tabbar, .topbar, .toasts, [class*=sticky]")),
    dialog: Boolean(node.closest("dialog")),
  };
}"""


def focused(page: Page) -> dict[str, Any]:
    return page.evaluate(FOCUSED) or {"name": "", "tag": "BODY", "shown": True, "hidden": False, "dialog": False}


def tab_to(page: Page, name: str, key: str = "Tab") -> dict[str, Any]:
    """Press Tab until what is called ``name`` has the focus; each stop on the way must be seen."""
    for _ in range(90):
        page.keyboard.press(key)
        here = focused(page)
        assert here["shown"], f"nothing shows that « {here['name']} » has the focus"
        assert not here["hidden"], f"« {here['name']} » has the focus under a bar"
        if re.search(name, here["name"]):
            return here
    raise AssertionError(f"Tab never reached {name}")


def focus_is_on(page: Page, name: str) -> None:
    """Wait until what is called ``name`` has the focus: a dialog that closes gives it back a little later."""
    expect(page.locator(":focus")).to_have_accessible_name(name)
    assert focused(page)["name"] == name


@contextlib.contextmanager
def asking_for_nothing(page: Page) -> Iterator[None]:
    """What is pressed inside asks for no page and no dialog: a question put after it is the first that is seen."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(urlsplit(request.url).path)

    page.on("request", note)
    yield
    assert page.evaluate("fetch('/menu').then((answer) => answer.status)") == 200
    page.remove_listener("request", note)
    assert [path for path in asked if not path.startswith("/static/")] == ["/menu"]


@pytest.fixture
def by_keyboard(anonymous_page: Page, camille: User) -> Page:
    """Camille's page; she signed in with the keyboard."""
    page = anonymous_page
    page.goto("/connexion")
    tab_to(page, "Adresse e-mail")
    page.keyboard.type(camille.email)
    tab_to(page, "^Mot de passe$")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/tableau-de-bord")
    return page


def test_the_first_stop_of_a_page_leads_past_the_navigation(by_keyboard, invoice):
    page = by_keyboard
    page.goto("/factures")
    assert tab_to(page, "Aller au contenu")["tag"] == "A"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#contenu$"))
    expect(page.locator("#contenu")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


@pytest.mark.requirement("S0.5")
def test_reminders_are_switched_on_without_a_mouse(by_keyboard, nadia, invoice):
    page = by_keyboard
    page.goto(f"/factures/{invoice.id}")
    tab_to(page, "Relances désactivées")
    page.keyboard.press("Space")
    page.wait_for_url(f"**/factures/{invoice.id}/relances?activer=1")
    assert not Chase.select().exists(), "nothing starts before it was shown"
    tab_to(page, "^Enregistrer$")
    page.keyboard.press("Enter")
    page.get_by_role("switch", name="Relances activées").wait_for()
    chase = Chase.get(Chase.invoice == invoice)
    assert (chase.ended_at, chase.started_by_id is not None) == (None, True)
    assert Event.select().where(Event.invoice == invoice, Event.kind == "chase_started").count() == 1


@pytest.mark.requirement("S0.5")
def test_the_menu_leads_to_the_reminders_and_gives_the_focus_back(by_keyboard, nadia, invoice):
    page = by_keyboard
    page.goto(f"/factures/{invoice.id}")
    tab_to(page, "^Autres actions$")
    page.keyboard.press("Enter")
    tab_to(page, "Gérer les e-mails de relance")
    page.keyboard.press("Escape")
    focus_is_on(page, "Autres actions")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    page.keyboard.press("Space")
    tab_to(page, "Gérer les e-mails de relance")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/factures/{invoice.id}/relances")
    tab_to(page, "Envoyer un e-mail de relance en cas de retard de paiement")
    page.keyboard.press("Space")
    tab_to(page, "^Enregistrer$")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/factures/{invoice.id}")
    assert Chase.get(Chase.invoice == invoice).ended_at is None


def test_a_menu_closes_when_the_focus_leaves_it(by_keyboard, nadia, invoice):
    page = by_keyboard
    page.goto(f"/factures/{invoice.id}")
    tab_to(page, "^Autres actions$")
    page.keyboard.press("Enter")
    tab_to(page, "Passer en perte")
    page.keyboard.press("Tab")
    expect(page.locator("details.menu[open]")).to_have_count(0)


def test_a_payment_is_recorded_in_a_dialog_that_keeps_the_focus(by_keyboard, nadia, invoice):
    page = by_keyboard
    page.goto(f"/factures/{invoice.id}")
    tab_to(page, "Enregistrer un paiement")
    page.keyboard.press("Enter")
    dialog_opened(page)
    stops = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        here = focused(page)
        assert here["dialog"] or here["tag"] == "BODY", f"« {here['name']} » is behind the dialog"
        stops.add(here["name"])
    assert {"Fermer", "Annuler", "Enregistrer le paiement"} <= stops
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    focus_is_on(page, "Enregistrer un paiement")

    page.keyboard.press("Enter")
    dialog_opened(page)
    tab_to(page, "^Annuler$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    focus_is_on(page, "Enregistrer un paiement")

    page.keyboard.press("Enter")
    dialog_opened(page)
    tab_to(page, "Enregistrer le paiement")
    page.keyboard.press("Enter")
    page.get_by_text("Facture payée.").first.wait_for()
    paid = Invoice.get_by_id(invoice.id)
    assert (paid.state, paid.balance_cents) == ("paid", 0)
    assert Event.select().where(Event.invoice == invoice, Event.kind == "invoice_paid").count() == 1


def test_a_refused_form_puts_the_focus_on_what_to_correct(by_keyboard, latitude):
    page = by_keyboard
    page.goto("/clients/nouveau")
    tab_to(page, "^Ajouter le client$")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_role("listitem").first.wait_for()
    page.wait_for_load_state()
    expect(page.locator(":focus")).to_have_class("error-summary")
    page.keyboard.press("Tab")
    expect(page.locator(".error-summary a:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("input:focus, select:focus, textarea:focus")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("width", [360, 1440])
def test_no_stop_is_unseen_or_under_a_bar(sign_in_page, camille, nadia, invoice, width):
    page = sign_in_page(camille, width=width, height=640)
    for number in range(12):
        factories.make_invoice(invoice.client, f"F-2026-01{number:02d}")
    for address in ("/factures", f"/factures/{invoice.id}", "/factures/nouvelle", f"/factures/{invoice.id}/relances"):
        page.goto(address)
        first = None
        for _ in range(70):
            page.keyboard.press("Tab")
            here = focused(page)
            assert here["shown"], f"{address}: nothing shows that « {here['name']} » has the focus"
            assert not here["hidden"], f"{address}: « {here['name']} » has the focus under a bar"
            if here["name"] == first:
                break
            first = first or here["name"]


def test_single_keys_are_shortcuts_outside_fields_only(by_keyboard, invoice):
    page = by_keyboard
    page.keyboard.press("g")
    page.keyboard.press("f")
    page.wait_for_url("**/factures")
    page.keyboard.press("/")
    expect(page.locator("[role=combobox]:focus")).to_have_count(1)
    page.keyboard.press("n")
    expect(page.locator("[role=combobox]:focus")).to_have_value("n")
    settled(page)
    page.goto("/factures")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Raccourcis clavier").wait_for()
    dialog_opened(page)
    with asking_for_nothing(page):
        page.keyboard.press("n")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/factures$"))
    page.keyboard.press("n")
    page.wait_for_url("**/factures/nouvelle")


def test_single_keys_can_be_turned_off(by_keyboard, camille, invoice):
    page = by_keyboard
    page.goto("/reglages/affichage")
    tab_to(page, "Raccourcis|raccourcis")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.get_by_text("C’est enregistré.").first.wait_for()
    assert User.get_by_id(camille.id).has_shortcuts is False
    page.goto("/factures")
    with asking_for_nothing(page):
        page.keyboard.press("n")
        page.keyboard.press("?")
        page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/factures$"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("body")).to_be_focused()
