"""The list of invoices with a hundred thousand of them, against the same pages of an account with a thousand."""

import datetime as dt
import time
from collections.abc import Iterable
from functools import cache

import time_machine
from flask.testing import FlaskClient

from bench import rows
from bench.measuring import Measure, instance
from tests import factories

MANY, FEW = 100_000, 1_000
TIMES = 3  # how much slower the large account may be
REPEATS = 5

LIST = ("/factures",)
LAST = ("/factures?fin=1", "/factures?statut=toutes&fin=1", "/factures?statut=toutes&tri=client&fin=1")
FILTERS = (
    *(
        f"/factures?statut={status}"
        for status in ("retard", "a-echoir", "promesses", "litiges", "payees", "brouillons", "toutes")
    ),
    *(f"/factures?age={age}" for age in ("sous-30", "1-30", "31-60", "61-90", "90")),
    *(f"/factures?relances={word}" for word in ("oui", "non", "pause")),
    "/factures?client=7",
    "/factures?sequence=1",
    "/factures?statut=toutes&type=deposit",
    "/factures?statut=toutes&type=final",
    "/factures?min=50000",
    "/factures?statut=toutes&max=50000",
    "/factures?tri=montant",
    "/factures?tri=client",
    "/factures?statut=toutes&tri=client&ordre=desc",
)
# A client's name, a contact's, a number, an exact amount, a word of notes, of what nothing has.
SEARCHES = tuple(
    f"/factures?statut=toutes&q={words}"
    for words in ("Société", "contact7@", "F-0000123", "29826,67", "comptable", "introuvable")
)


def list_100k() -> Measure:
    """The list as it opens."""
    return _worst(LIST)


def filter_100k() -> Measure:
    """Each pill, each filter of the panel and each sort: the one that lost most."""
    return _worst(FILTERS)


def search_100k() -> Measure:
    """A search by name, contact, number, exact amount and note, and one that finds nothing: the one that lost most."""
    return _worst(SEARCHES)


def last_page_100k() -> Measure:
    """The end of the list."""
    return _worst(LAST)


def _worst(addresses: Iterable[str]) -> Measure:
    few, many = _durations(FEW), _durations(MANY)
    worst = max(addresses, key=lambda address: many[address] / few[address])
    return Measure(many[worst], "ms", few[worst], TIMES, is_relative=True)


@cache
def _durations(invoices: int) -> dict[str, float]:
    """How long each page takes, in milliseconds: the best of a few times, what else the machine did being left out."""
    with instance() as settings, time_machine.travel(rows.NOW.replace(tzinfo=dt.UTC)):
        from relance.web import create_app

        rows.make_mixed(invoices)
        app = create_app(settings)
        app.config["WTF_CSRF_ENABLED"] = False
        browser = app.test_client()
        signs_in = {"email": "camille@atelier-roussel.example", "password": factories.PASSWORD}
        assert browser.post("/connexion", data=signs_in).status_code == 303
        return {address: _duration(browser, address) for address in (*LIST, *FILTERS, *SEARCHES, *LAST)}


def _duration(browser: FlaskClient, address: str) -> float:
    found = []
    for _ in range(REPEATS):
        start = time.process_time()
        assert browser.get(address).status_code == 200, address
        found.append((time.process_time() - start) * 1000)
    return min(found)
