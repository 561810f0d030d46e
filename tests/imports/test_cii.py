"""CII invoices: ours, changed one thing at a time, then the real ones against what other tools read in them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from relance.imports import cii
from relance.imports.values import InvoiceRead, RefusedError, UnsafeError
from tests.data import making
from tests.imports import real_data


def read(**changes: str) -> InvoiceRead:
    return cii.read(making.cii(**changes), "facture.xml")


def test_every_fact_of_the_invoice_is_read() -> None:
    found = read()
    assert (found.number, found.kind, found.type_code) == ("F-2026-0101", "invoice", "380")
    assert (found.issued_on, found.due_on) == (date(2026, 10, 2), date(2026, 11, 1))
    assert (found.total_cents, found.net_cents, found.vat_cents) == (180_000, 150_000, 30_000)
    assert (found.prepaid_cents, found.due_cents, found.currency) == (30_000, 150_000, "EUR")
    assert (found.payment_means, found.reference, found.order_reference) == ("transfer", "F-2026-0101", "BC-77")
    assert found.ibans == ("FR7630006000011234567890189",)
    assert found.terms == "Paiement à 30 jours"
    assert found.seller.siret == "73282932000074"
    assert found.seller.siren == "732829320"
    assert found.buyer.name == "Maison Vauquelin"
    assert found.buyer.siren == "552081317"
    assert found.buyer.vat == "FR03552081317"
    assert found.buyer.email == "compta@vauquelin.example"
    assert found.buyer.address == ("4 cours Vitton", "69006 Lyon")
    assert found.warnings == ()
    assert found.error is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [("380", "invoice"), ("381", "credit_note"), ("384", "corrected"), ("386", "deposit"), ("389", "invoice"),
     ("326", "progress"), ("877", "final")],
)  # fmt: skip
def test_the_type_code_gives_the_kind(code: str, kind: str) -> None:
    assert read(**{"<ram:TypeCode>380<": f"<ram:TypeCode>{code}<"}).kind == kind


def test_an_unknown_type_code_is_read_as_an_invoice_and_told() -> None:
    found = read(**{"<ram:TypeCode>380<": "<ram:TypeCode>999<"})
    assert found.kind == "invoice"
    assert "« 999 » est inconnu" in found.warnings[0]


@pytest.mark.parametrize(
    ("code", "means"),
    [("30", "transfer"), ("59", "direct_debit"), ("49", "direct_debit"), ("48", "card"), ("20", "cheque"),
     ("10", "cash"), ("97", "other")],
)  # fmt: skip
def test_the_payment_code_gives_the_means(code: str, means: str) -> None:
    assert read(**{"<ram:TypeCode>58<": f"<ram:TypeCode>{code}<"}).payment_means == means


def test_without_a_due_date_the_words_are_proposed_and_told() -> None:
    day = '<udt:DateTimeString format="102">20261101</udt:DateTimeString>'
    found = read(**{f"<ram:DueDateDateTime>{day}</ram:DueDateDateTime>": ""})
    assert found.due_on is None
    assert found.terms == "Paiement à 30 jours"
    assert any("« Paiement à 30 jours »" in warning for warning in found.warnings)


def test_the_date_with_a_discount_gives_way_to_the_one_without() -> None:
    early = (
        "<ram:SpecifiedTradePaymentTerms><ram:Description>2 % sous 8 jours</ram:Description>"
        '<ram:DueDateDateTime><udt:DateTimeString format="102">20261231</udt:DateTimeString></ram:DueDateDateTime>'
        "<ram:ApplicableTradePaymentDiscountTerms/></ram:SpecifiedTradePaymentTerms>"
        "<ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    )
    found = read(**{"<ram:SpecifiedTradeSettlementHeaderMonetarySummation>": early})
    assert found.due_on == date(2026, 11, 1)
    assert any("plusieurs dates" in warning for warning in found.warnings)


@pytest.mark.parametrize("written", ["2026-10-02", "20261002143000", "2026-10-02T14:30:00+02:00", "2026-10-02Z"])
def test_other_ways_to_write_a_date_are_read(written: str) -> None:
    assert read(**{"20261002": written}).issued_on == date(2026, 10, 2)


@pytest.mark.parametrize("written", ["20261302", "demain", "2026"])
def test_an_unreadable_date_is_left_out_and_told(written: str) -> None:
    found = read(**{"20261002": written})
    assert found.issued_on is None
    assert any(written in warning for warning in found.warnings)


def test_the_vat_is_the_one_in_the_invoice_s_currency() -> None:
    both = '<ram:TaxTotalAmount currencyID="GBP">261.00</ram:TaxTotalAmount><ram:TaxTotalAmount currencyID="EUR">'
    assert read(**{'<ram:TaxTotalAmount currencyID="EUR">': both}).vat_cents == 30_000


def test_a_third_decimal_is_rounded_and_told() -> None:
    found = read(**{"<ram:TaxBasisTotalAmount>1500.00": "<ram:TaxBasisTotalAmount>1500.005"})
    assert found.net_cents == 150_001
    assert any("deux décimales" in warning for warning in found.warnings)


@pytest.mark.parametrize("written", ["NaN", "Infinity", "1e400", "douze", "999999999999999"])
def test_what_is_not_an_amount_is_left_out_and_told(written: str) -> None:
    found = read(**{"<ram:GrandTotalAmount>1800.00": f"<ram:GrandTotalAmount>{written}"})
    assert found.total_cents is None
    assert any("montant" in warning for warning in found.warnings)


def test_amounts_that_do_not_agree_are_believed_and_told() -> None:
    found = read(**{"<ram:DuePayableAmount>1500.00": "<ram:DuePayableAmount>1400.00"})
    assert (found.total_cents, found.prepaid_cents, found.due_cents) == (180_000, 30_000, 140_000)
    assert any("montant à payer" in warning for warning in found.warnings)


def test_a_wrong_iban_is_told_and_kept() -> None:
    found = read(**{"FR76 3000 6000 0112 3456 7890 189": "FR76 3000 6000 0112 3456 7890 188"})
    assert found.ibans == ("FR7630006000011234567890188",)
    assert any("IBAN" in warning for warning in found.warnings)


def test_an_electronic_address_is_an_email_only_when_it_says_so() -> None:
    contact = (
        "<ram:DefinedTradeContact><ram:EmailURIUniversalCommunication><ram:URIID>compta@vauquelin.example</ram:URIID>"
        "</ram:EmailURIUniversalCommunication></ram:DefinedTradeContact>"
    )
    address = '<ram:URIUniversalCommunication><ram:URIID schemeID="{}">{}</ram:URIID></ram:URIUniversalCommunication>'
    assert read(**{contact: address.format("EM", "a@b.example")}).buyer.email == "a@b.example"
    assert read(**{contact: address.format("0225", "552081317")}).buyer.email == ""
    assert read(**{contact: address.format("EM", "pas une adresse")}).buyer.email == ""


@pytest.mark.parametrize("content", [b"<facture/>", b"<?xml version='1.0'?><SCRDMCCBDACIOMessageStructure/>"])
def test_xml_that_is_not_an_invoice_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError, match="pas celles d'une facture"):
        cii.read(content, "x.xml")


@pytest.mark.parametrize("content", [b"", b"bonjour", b"<a>", b'<?xml version="1.0" encoding="klingon"?><a/>'])
def test_torn_xml_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError, match="abîmées"):
        cii.read(content, "x.xml")


# The real ones


def cents(amount: str | None) -> int | None:
    return None if amount is None else int(Decimal(amount) * 100)


def assert_reads(found: InvoiceRead, entry: dict[str, Any]) -> None:
    """Compare what we read with what another tool read."""
    facts = entry["expected"]["invoice"]
    assert found.number == facts["number"]
    assert found.type_code == facts["type_code"]
    assert found.issued_on == date.fromisoformat(facts["issue_date"])
    assert found.currency == facts["currency"]
    assert found.total_cents == cents(facts["grand_total"])
    assert found.due_cents == cents(facts["due_payable"])
    assert found.prepaid_cents == cents(facts.get("prepaid"))
    assert found.net_cents == cents(facts["tax_exclusive"])
    assert found.vat_cents == cents(facts.get("tax_total"))
    # Of several dates the last one is due; the expectations list them all and name the first.
    assert found.due_on == max(map(date.fromisoformat, facts["due_dates"]), default=None)
    assert found.terms.split("\n") == [" ".join(term.split()) for term in facts.get("payment_terms_text", [""])]
    assert set(found.ibans) == {iban.replace(" ", "") for iban in facts.get("ibans", [])}
    assert found.reference == facts.get("payment_reference", "")
    assert found.order_reference == facts.get("order_reference", "")
    assert found.payee == facts.get("payee_name", "")
    assert found.credited_number == facts.get("preceding_invoices", [""])[0]
    for party, stated in ((found.seller, facts["seller"]), (found.buyer, facts["buyer"])):
        assert party.name == stated["name"]
        assert party.vat == stated.get("vat", "").replace(" ", "")
        assert party.country == stated.get("country", "")
        if "line1" in stated:
            assert party.address[0] == " ".join(stated["line1"].split())
        if "email" in stated:
            assert party.email == stated["email"]
        if stated.get("legal_id_scheme") == "0002":
            assert stated["legal_id"] in (party.siren, party.siret)


@real_data.needs_data
@pytest.mark.requirement("S3.6")
@pytest.mark.parametrize("entry", real_data.entries("invoices/cii/"))
def test_a_real_cii_invoice_is_read_as_other_tools_read_it(entry: dict[str, Any]) -> None:
    assert_reads(cii.read(real_data.content(entry["file"]), entry["file"]), entry)


@real_data.needs_data
@pytest.mark.parametrize("entry", real_data.entries("invoices/not-invoice/"))
def test_real_xml_that_is_not_an_invoice_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="pas celles d'une facture"):
        cii.read(real_data.content(entry["file"]), entry["file"])


@real_data.needs_data
@pytest.mark.parametrize("name", ["xml_billion_laughs_cii.xml", "xml_external_dtd_cii.xml", "xml_xxe_file_cii.xml"])
def test_real_hostile_xml_is_refused(name: str) -> None:
    with pytest.raises(UnsafeError, match="DOCTYPE"):
        cii.read(real_data.content(f"hostile/{name}"), name)
