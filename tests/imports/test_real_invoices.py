"""Every real invoice against what other tools read in it: all that is stated, and nothing that is not."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from relance.imports import electronic, kinds
from relance.imports.values import InvoiceRead, Party
from tests.imports import real_data

# By the code lists, written again here: these are expectations.
KIND = {"380": "invoice", "381": "credit_note", "384": "corrected", "751": "invoice"}
MEANS = {
    "30": "transfer", "31": "transfer", "42": "transfer", "58": "transfer", "49": "direct_debit",
    "59": "direct_debit", "48": "card", "54": "card", "1": "other",
}  # fmt: skip

# What we answer otherwise than the other tool, and why.
DUE_ON = {
    # It names the first of two dates, which is the one with a discount: the last one without is due.
    "Extended_SubInvoiceLines_Hardware_Bsp2.xml": "2026-06-13",
}
TERMS_DUE_ON = {
    # No due date as such: one is worked out of the words, by hand here. What may mean two dates means none.
    "CII_example7.xml": "2013-06-12",  # within 30 days
    "ubl-tc434-example7.xml": "2013-04-10",
    "BIS_Billing_30-Forskott_slutreglering.xml": "2018-09-01",  # 30 dagar
    "kosit_01.18a-INVOICE_ubl.xml": "2015-05-08",  # 14 Tage
    "kosit_01.17a-INVOICE_uncefact.xml": "2016-04-04",  # sofort
    "kosit_01.01a-INVOICE_ubl.xml": "2016-04-04",
    "kosit_05.01a-INVOICE_ubl.xml": "2016-04-04",
    "ubl_date_with_timezone.xml": "2016-04-04",
    "EN16931_1_Teilrechnung.pdf": "2018-07-04",  # netto bis 04.07.2018, 3% Skonto bis 15.06.2018
    "XRECHNUNG_Einfach.pdf": "2018-04-04",
    "EN16931_SEPA_Prenotification.pdf": "2018-03-20",  # the day the account is debited
    "MustangBeispiel20221026.pdf": "2022-12-25",  # 30 Tagen 2% Skonto, 60 Tage ohne Abzug
}


def cents(amount: str | None) -> int | None:
    return None if amount is None else int(Decimal(amount) * 100)


def without_spaces(values: list[str]) -> set[str]:
    return {value.replace(" ", "") for value in values}


def read(entry: dict[str, Any]) -> InvoiceRead:
    name = Path(entry["file"]).name
    (found,) = kinds.find(real_data.content(entry["file"]), name)
    assert (found.name, found.error) == (name, "")
    assert found.format == ("facturx" if name.endswith(".pdf") else _syntax(entry))
    return electronic.read(found.content, found.name, found.format)


def _syntax(entry: dict[str, Any]) -> str:
    return "cii" if entry["expected"]["invoice"]["syntax"] == "CII" else "ubl"


def has_invoice(entry: dict[str, Any]) -> bool:
    return "seller" in entry.get("expected", {}).get("invoice", {})


EVERY = real_data.entries("invoices/")
INVOICES = [found for found in EVERY if not found.values[0] or has_invoice(found.values[0])]
OTHERS = [found for found in EVERY if not found.values[0] or not has_invoice(found.values[0])]


@real_data.needs_data
@pytest.mark.requirement("S3.6")
@pytest.mark.parametrize("entry", INVOICES)
def test_a_real_invoice_is_read_as_other_tools_read_it(entry: dict[str, Any]) -> None:
    facts = entry["expected"]["invoice"]
    name = Path(entry["file"]).name
    found = read(entry)
    assert (found.file, found.error, found.number) == (name, None, facts["number"])
    assert (found.type_code, found.kind) == (facts["type_code"], KIND[facts["type_code"]])
    assert found.profile == facts["profile"]
    # One file writes its date with a time zone: the day is the one written.
    assert found.issued_on == date.fromisoformat(facts["issue_date"][:10])
    due_on = DUE_ON.get(name, facts.get("due_date"))
    assert found.due_on == (due_on and date.fromisoformat(due_on))
    proposed = TERMS_DUE_ON.get(name)
    assert found.terms_due_on == (proposed and date.fromisoformat(proposed))
    assert bool(found.terms_reading) == bool(proposed)
    assert found.terms.split("\n") == [" ".join(term.split()) for term in facts.get("payment_terms_text", [""])]
    assert found.instalments == ()  # none of these files states several dated amounts


@real_data.needs_data
@pytest.mark.requirement("S3.6")
@pytest.mark.parametrize("entry", INVOICES)
def test_the_amounts_and_the_references_of_a_real_invoice_are_read(entry: dict[str, Any]) -> None:
    facts = entry["expected"]["invoice"]
    found = read(entry)
    assert found.currency == facts["currency"]
    assert (found.total_cents, found.due_cents) == (cents(facts["grand_total"]), cents(facts["due_payable"]))
    assert found.prepaid_cents == cents(facts.get("prepaid"))
    assert (found.net_cents, found.vat_cents) == (cents(facts["tax_exclusive"]), cents(facts.get("tax_total")))
    assert set(found.ibans) == without_spaces(facts.get("ibans", []))
    assert set(found.bics) == without_spaces(facts.get("bics", []))
    means = facts.get("payment_means")
    assert found.payment_means == (MEANS[means[0]] if means else None)
    assert (found.reference, found.payee) == (facts.get("payment_reference", ""), facts.get("payee_name", ""))
    assert found.order_reference == facts.get("order_reference", "")
    assert found.buyer_reference == facts.get("buyer_reference", "")
    assert list(found.credited_numbers) == facts.get("preceding_invoices", [])
    assert found.credited_number == next(iter(found.credited_numbers), "")


@real_data.needs_data
@pytest.mark.requirement("S3.6")
@pytest.mark.parametrize("entry", INVOICES)
def test_who_sells_and_who_buys_is_read(entry: dict[str, Any]) -> None:
    found = read(entry)
    for party, stated in (
        (found.seller, entry["expected"]["invoice"]["seller"]),
        (found.buyer, entry["expected"]["invoice"]["buyer"]),
    ):
        assert_party(party, stated)


def assert_party(party: Party, stated: dict[str, str]) -> None:
    """Compare a party with what another tool read."""
    assert party.name == stated["name"]
    assert party.vat == stated.get("vat", "").replace(" ", "")
    assert party.country == stated.get("country", "")
    # The contact's address, else the electronic address of the party when that is an e-mail.
    endpoint = stated.get("endpoint", "")
    assert party.email == stated.get("email", endpoint if "@" in endpoint else "")
    if "line1" in stated:
        assert party.address[0] == " ".join(stated["line1"].split())
    town = " ".join(stated[part] for part in ("postcode", "city") if part in stated)
    assert (party.address[-1] if party.address else "") == town
    if stated.get("legal_id_scheme") == "0002":
        assert (party.siret if len(stated["legal_id"]) == 14 else party.siren) == stated["legal_id"]
        assert party.siren == stated["legal_id"][:9]
        assert party.siret in ("", stated["legal_id"]) or party.siret.startswith(party.siren)
    else:
        assert (party.siren, party.siret) == ("", "")


def refusal(name: str) -> str:
    """Words of the sentence that refuses each of the others, or that says what to do with it."""
    return {
        "invalidV2Root.xml": "n'est pas une facture électronique",
        "order-x-basic.xml": "une commande (Order-X",
        "corrupt-factur-x-waytoosmall.pdf": "abîmé ou incomplet",
        "factur-x-invalid-xml-encoding-attribute.pdf": "Les données XML de ce fichier sont abîmées",
        "EmptyPDFA1.pdf": "ne contient pas de données Factur-X",
    }[name]


@real_data.needs_data
@pytest.mark.parametrize("entry", OTHERS)
def test_what_is_no_readable_invoice_says_so(entry: dict[str, Any]) -> None:
    name = Path(entry["file"]).name
    (found,) = kinds.find(real_data.content(entry["file"]), name)
    if found.error:
        assert (found.format, found.content) == ("", b"")
        assert refusal(name) in found.error
        return
    read = electronic.read(found.content, found.name, found.format)
    assert read.error is not None and refusal(name) in read.error
    assert (read.number, read.total_cents, read.kind, read.seller) == ("", None, None, Party())
