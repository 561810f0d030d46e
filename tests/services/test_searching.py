"""One search over invoices, clients, quotes and letters: what is found, whose it is, and in how many queries."""

import datetime as dt

import pytest

from relance.models.events import record
from relance.models.letters import Letter
from relance.models.quotes import Quote
from relance.services import searching
from tests import factories
from tests.counting import counted
from tests.factories import NOW, TODAY, make_client, make_contact, make_invoice


@pytest.fixture
def bakery(account):
    client = make_client(account, "Le Blé d’Or", siren="732829320")
    make_contact(client, "Émilie Ferré", "emilie@bles.example")
    return client


def found(account, text, kind="invoices"):
    rows = [row for group in searching.search(account, text, (kind,)) for row in group.rows]
    return [getattr(row, "number", "") or getattr(row, "name", "") for row in rows]


def make_quote(client, number="D-2026-001", **values):
    values = {"issued_on": TODAY, "valid_until": TODAY + dt.timedelta(30), "total_cents": 432_000} | values
    return Quote.create(
        account=client.account_id, client=client, number=number, created_at=NOW, updated_at=NOW, **values
    )


def make_letter(client, **values):
    return Letter.create(account=client.account_id, client=client, dated_on=TODAY, created_at=NOW, **values)


@pytest.mark.parametrize(
    "text",
    ["0087", "f-2026-00", "refonte", "BC 77", "créée à la main", "CREEE A LA MAIN", "ble d'or", "emilie", "@bles.ex"]
    + ["4320", "4 320,00", "4\u00a0320,00 €", "4.320,00"],
)
def test_an_invoice_is_found_by_what_one_knows_of_it(bakery, text):
    make_invoice(
        bakery,
        "F-2026-0087",
        total_cents=432_000,
        object="Refonte du site",
        order_reference="BC 77",
        note="Créée à la main",
    )
    make_invoice(make_client(bakery.account, "Autre"), "G-1", total_cents=432_001)
    assert found(bakery.account, text) == ["F-2026-0087"]


@pytest.mark.parametrize("text", ["ble d'or", "LE BLÉ", "ferre", "emilie@", "732 829 320", "732829320"])
def test_a_client_is_found_by_its_name_a_contact_or_its_siren(bakery, text):
    make_client(bakery.account, "Autre")
    assert found(bakery.account, text, "clients") == ["Le Blé d’Or"]


def test_a_contact_who_was_named_says_why_the_client_is_there(bakery):
    assert searching.people([bakery], "ferre")[bakery.id].email == "emilie@bles.example"
    assert searching.people([bakery], "ble d'or") == {}


def test_quotes_and_letters_are_found_too(bakery):
    make_quote(bakery, object="Fournil")
    letter = make_letter(bakery, tracking_number="1A12345678901")
    assert found(bakery.account, "d-2026", "quotes") == ["D-2026-001"]
    assert found(bakery.account, "fournil", "quotes") == ["D-2026-001"]
    assert found(bakery.account, "4320", "quotes") == ["D-2026-001"]
    for text in ("1A12345678901", "1a 123 456 789 01", "ble"):
        [group] = searching.search(bakery.account, text, ("letters",))
        assert list(group.rows) == [letter]


def test_the_very_number_comes_first_then_what_begins_with_it(bakery):
    for number in ("F-12", "A-F-1", "F-1", "F-1-B"):
        make_invoice(bakery, number)
    assert found(bakery.account, "f-1") == ["F-1", "F-1-B", "F-12", "A-F-1"]


def test_nothing_of_another_account_is_found(account, bakery):
    make_invoice(bakery, "F-2026-0087")
    make_quote(bakery)
    make_letter(bakery)
    other = factories.make_account("Atelier Duval")
    for text in ("0087", "ble", "D-2026", "emilie", "732829320", "%", ""):
        assert searching.search(other, text) == []
    assert searching.recent(other, factories.make_user(other, "basile@duval.example")) == []


def test_archived_and_merged_clients_are_left_out(account, bakery):
    kept = make_client(account, "Le Blé d’Or, siège", merged_into=bakery, archived_at=NOW)
    assert found(account, "ble", "clients") == ["Le Blé d’Or"]
    assert kept.id not in {client.id for client in searching.search(account, "siege", ("clients",))}


@pytest.mark.parametrize("text", ["\0", "%", "_", "[", "' OR 1=1 --", "\\", "x" * 5_000, "\ud83d", "*", "(", "é" * 200])
def test_nasty_words_find_nothing_and_break_nothing(bakery, text):
    make_invoice(bakery, "F-1")
    assert searching.search(bakery.account, text) == []


def test_a_search_reads_no_more_than_it_shows_and_counts(account, bakery):
    for number in range(searching.MANY + 5):
        make_invoice(bakery, f"F-{number}")
    make_quote(bakery)
    make_letter(bakery)
    with counted() as queries:
        groups = searching.search(account, "ble d'or")
    assert [group.kind for group in groups] == ["invoices", "clients", "quotes", "letters"]
    assert (groups[0].count, groups[0].has_more) == (searching.MANY, True)
    assert (groups[1].count, groups[1].has_more) == (1, False)
    with counted() as others:
        assert [row.client.name for row in groups[0].rows][:1] == ["Le Blé d’Or"]
    assert (len(queries), len(others)) == (4, 0)


def test_the_invoices_one_worked_on_come_first_among_the_recent_ones(account, bakery, camille):
    invoices = [make_invoice(bakery, f"F-{number}") for number in range(8)]
    for invoice in (invoices[2], invoices[1], invoices[2]):
        record("note_added", account=account, client=bakery, invoice=invoice, user=camille, at=NOW)
    record("reminder_sent", account=account, client=bakery, invoice=invoices[0], at=NOW)
    with counted() as queries:
        rows = searching.recent(account, camille)
    assert [row.number for row in rows] == ["F-2", "F-1", "F-7", "F-6", "F-5"]
    assert len(queries) == 3
