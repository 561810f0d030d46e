"""No page asks the database more than a few questions, however many rows it shows."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from relance.models.accounts import Account, User
from relance.services import seeding
from tests import factories, pages
from tests.counting import counted
from tests.factories import PASSWORD
from tests.making import switch_on

MOST = 12
# What a person opens about one thing, where the parts still read for themselves. A number here only ever goes down,
# and a page that needs no more than the others leaves the table.
HELD: dict[str, int] = {}
LISTS = (
    "invoices.index",
    "quotes.index",
    "clients.index",
    "letters_list.index",
    "journal.index",
    "sequences.index",
    "templates.index",
    "settings.index",
    "imports.new",
    "system.menu",
    "search.index",
)


def signed_in(app: Flask, email: str) -> FlaskClient:
    browser = app.test_client()
    assert browser.post("/connexion", data={"email": email, "password": PASSWORD}).status_code == 303
    return browser


def number(browser: FlaskClient, address: str) -> int:
    with counted() as queries:
        assert browser.get(address, follow_redirects=True).status_code == 200, address
    return len(queries)


def asked(house: pages.House, kind: str, places: Any, email: str) -> dict[tuple[str, str], int]:
    """(endpoint, address) → how many statements it took."""
    browser = signed_in(house.app, email)
    named = zip((name for name, _ in places), house.addresses[kind], strict=True)
    return {(name, address): number(browser, address) for name, address in named}


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, str], int]:
    return {}


def test_no_page_asks_more_than_a_few_questions(house: pages.House, measured: dict[tuple[str, str], int]) -> None:
    measured |= asked(house, "pages", pages.PAGES, seeding.EMAIL)
    too_many = {address: count for (name, address), count in measured.items() if count > max(MOST, HELD.get(name, 0))}
    assert too_many == {}


def test_a_page_that_asks_no_more_than_the_others_leaves_the_table(measured: dict[tuple[str, str], int]) -> None:
    if not measured:
        pytest.skip("read with the test before it")
    most = {name: max(count for (one, _), count in measured.items() if one == name) for name, _ in measured}
    assert {name: most.get(name) for name in HELD if most.get(name, 0) <= MOST} == {}


def test_no_page_of_a_new_account_asks_more_either(house: pages.House) -> None:
    found = asked(house, "empty", pages.EMPTY, pages.NEWCOMER)
    assert {address: count for (name, address), count in found.items() if count > max(MOST, HELD.get(name, 0))} == {}


def test_no_list_is_in_the_table() -> None:
    known = {name for name, _ in pages.PAGES}
    assert set(LISTS) <= known, "a list is a page that is crawled"
    assert not set(LISTS) & set(HELD)


@pytest.mark.parametrize(
    "address",
    [
        "/factures",
        "/factures?statut=toutes&tri=client",
        "/clients",
        "/journal",
        "/envois",
        "/tableau-de-bord",
        "/devis",
    ],
)
def test_more_rows_take_no_more_questions(client: FlaskClient, account: Account, camille: User, address: str) -> None:
    def fill(first: int, last: int) -> None:
        for n in range(first, last):
            one = factories.make_client(account, f"Client {n}")
            contact = factories.make_contact(one, f"Contact {n}", f"contact{n}@client.example")
            switch_on(factories.make_invoice(one, f"F-{n:03d}"), contact, start="gently")
            factories.make_invoice(one, f"G-{n:03d}")

    fill(0, 6)  # beyond five of a kind, the dashboard counts the others in one more statement
    few = number(client, address)
    fill(6, 50)
    assert number(client, address) == few
