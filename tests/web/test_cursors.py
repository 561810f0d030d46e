"""The key of a page of the list is in its address: whatever a stranger writes there, the list opens."""

import base64

import pytest
from flask.testing import FlaskClient

from relance.models.invoices import Invoice

HOSTILE = (
    "[1e400,1]",
    '["2026-01-01",1e400]',
    "[" * 2900,
    '["2026-01-01",99999999999999999999999]',
    "[99999999999999999999999,1]",
    '["\\u0000",1]',
    '["\\ud800",1]',
    '[{"a":1},1]',
    "[[1],[2]]",
    "[true,true]",
    '["2026-13-45",1]',
    "null",
    "\0",
)


@pytest.mark.parametrize("sort", ["echeance", "montant", "client"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_forged_key_starts_the_list_again(client: FlaskClient, invoice: Invoice, sort: str, text: str) -> None:
    key = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    page = client.get(f"/factures?tri={sort}&apres={key}")
    assert page.status_code == 200
    assert "F-2026-0087" in page.text


@pytest.mark.parametrize("key", ["é", "!!!!", "a", "A" * 5000])
def test_a_key_that_is_not_one_starts_the_list_again(client: FlaskClient, invoice: Invoice, key: str) -> None:
    page = client.get("/factures", query_string={"apres": key})
    assert page.status_code == 200
    assert "F-2026-0087" in page.text


@pytest.mark.postgres
@pytest.mark.parametrize("text", HOSTILE)
def test_a_forged_key_starts_the_list_again_on_postgresql(client: FlaskClient, invoice: Invoice, text: str) -> None:
    for sort in ("echeance", "montant", "client"):
        test_a_forged_key_starts_the_list_again(client, invoice, sort, text)


@pytest.mark.parametrize("words", ["%", "_", "\\", "%%", "F_2026"])
def test_a_search_has_no_wildcards(client: FlaskClient, invoice: Invoice, words: str) -> None:
    assert "F-2026-0087" not in client.get("/factures", query_string={"q": words}).text
    assert "Latitude Conseil" not in client.get("/clients", query_string={"q": words}).text
