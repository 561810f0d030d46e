"""UBL invoices and credit notes: ours, changed one thing at a time. The real ones are in test_real_invoices."""

from datetime import date

import pytest

from relance.imports import ubl
from relance.imports.values import InvoiceRead, Party, RefusedError, UnsafeError
from tests.data import making


def read(**changes: str) -> InvoiceRead:
    return ubl.read(making.ubl(**changes), "facture.xml")


def credit_note(**changes: str) -> InvoiceRead:
    return ubl.read(making.ubl_credit_note(**changes), "avoir.xml")


DUE = "  <cbc:DueDate>2026-11-01</cbc:DueDate>\n"
MEANS = "<cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>"
TERMS = "<cac:PaymentTerms><cbc:Note>Paiement à 30 jours</cbc:Note></cac:PaymentTerms>"


def test_every_fact_of_the_invoice_is_read() -> None:
    assert read() == InvoiceRead(
        file="facture.xml",
        number="F-2026-0101",
        kind="invoice",
        type_code="380",
        profile="urn:cen.eu:en16931:2017",
        issued_on=date(2026, 10, 2),
        due_on=date(2026, 11, 1),
        currency="EUR",
        total_cents=180_000,
        net_cents=150_000,
        vat_cents=30_000,
        prepaid_cents=30_000,
        due_cents=150_000,
        payment_means="transfer",
        reference="F-2026-0101",
        order_reference="BC-77",
        buyer_reference="SERVICE-7",
        ibans=("FR7630006000011234567890189",),
        bics=("AGRIFRPPXXX",),
        contact="Léa Martin",
        terms="Paiement à 30 jours",
        seller=Party(
            name="Atelier Roussel",
            siren="732829320",
            siret="73282932000074",
            vat="FR44732829320",
            address=("12 rue des Tanneurs", "69001 Lyon"),
            country="FR",
        ),
        buyer=Party(
            name="Maison Vauquelin",
            siren="552081317",
            vat="FR03552081317",
            email="compta@vauquelin.example",
            address=("4 cours Vitton", "69006 Lyon"),
            country="FR",
        ),
    )


def test_a_credit_note_names_the_invoice_it_lowers() -> None:
    found = credit_note()
    assert (found.number, found.kind, found.type_code) == ("A-2026-0007", "credit_note", "381")
    assert (found.credited_number, found.credited_numbers) == ("F-2026-0101", ("F-2026-0101",))
    assert (found.total_cents, found.due_on, found.terms_due_on) == (180_000, None, None)


def test_a_credit_note_is_one_whatever_its_code_says() -> None:
    code = "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>"
    for other in (code.replace("381", "380"), code.replace("381", "999"), ""):
        assert credit_note(**{code: other}).kind == "credit_note"


def test_an_invoice_of_the_kind_of_a_credit_note_is_one() -> None:
    assert read(**{"<cbc:InvoiceTypeCode>380<": "<cbc:InvoiceTypeCode>381<"}).kind == "credit_note"


def test_the_due_date_of_a_credit_note_is_among_its_means_of_payment() -> None:
    found = credit_note(**{MEANS: f"{MEANS}<cbc:PaymentDueDate>2026-12-01</cbc:PaymentDueDate>"})
    assert found.due_on == date(2026, 12, 1)


def test_the_document_s_own_due_date_wins_and_others_are_told() -> None:
    other = f"{MEANS}<cbc:PaymentDueDate>2026-12-01</cbc:PaymentDueDate>"
    found = read(**{MEANS: other})
    assert found.due_on == date(2026, 11, 1)
    assert any("(01/12/2026)" in warning for warning in found.warnings)
    assert read(**{MEANS: other, DUE: ""}).due_on == date(2026, 12, 1)


def test_without_a_due_date_the_words_are_proposed_and_told() -> None:
    found = read(**{DUE: ""})
    assert (found.due_on, found.terms_due_on) == (None, date(2026, 11, 1))
    assert "30 jours après la facture" in found.terms_reading
    assert any("« Paiement à 30 jours »" in warning for warning in found.warnings)


def term(day: str, cents: str, more: str = "") -> str:
    return (
        f'<cac:PaymentTerms>{more}<cbc:Amount currencyID="EUR">{cents}</cbc:Amount>'
        f"<cbc:PaymentDueDate>{day}</cbc:PaymentDueDate></cac:PaymentTerms>"
    )


def test_several_dated_amounts_are_instalments() -> None:
    found = read(**{TERMS: term("2026-12-01", "800.00") + term("2026-11-01", "700.00"), DUE: ""})
    assert found.instalments == ((date(2026, 11, 1), 70_000), (date(2026, 12, 1), 80_000))
    assert found.due_on == date(2026, 12, 1)


def test_the_date_of_a_discount_is_not_the_due_date() -> None:
    discount = "<cbc:SettlementDiscountPercent>2</cbc:SettlementDiscountPercent>"
    found = read(**{TERMS: term("2026-12-01", "690.00", discount) + term("2026-11-01", "700.00"), DUE: ""})
    assert (found.due_on, found.instalments) == (date(2026, 11, 1), ())


def test_vat_in_the_currency_of_the_accounts_is_not_the_invoice_s() -> None:
    other = '<cac:TaxTotal><cbc:TaxAmount currencyID="GBP">261.00</cbc:TaxAmount></cac:TaxTotal>  <cac:TaxTotal>'
    assert read(**{"<cac:TaxTotal>": other}).vat_cents == 30_000
    alone = read(**{'<cbc:TaxAmount currencyID="EUR">': '<cbc:TaxAmount currencyID="GBP">'})
    assert alone.vat_cents is None
    assert any("GBP" in warning for warning in alone.warnings)


def test_an_amount_rounded_by_the_seller_agrees() -> None:
    rounding = '<cbc:PayableRoundingAmount currencyID="EUR">0.40</cbc:PayableRoundingAmount><cbc:PayableAmount'
    found = read(**{"<cbc:PayableAmount": rounding, ">1500.00</cbc:PayableAmount>": ">1500.40</cbc:PayableAmount>"})
    assert (found.due_cents, found.warnings) == (150_040, ())


def test_a_negative_invoice_is_told_to_be_a_credit_note() -> None:
    found = read(**{">1800.00<": ">-1800.00<", ">300.00</cbc:Pre": ">-300.00</cbc:Pre", ">1500.00<": ">-1500.00<"})
    assert (found.total_cents, found.due_cents) == (-180_000, -150_000)
    assert any("négatif" in warning for warning in found.warnings)


def test_the_payee_and_the_accounts_are_read_and_a_wrong_one_is_told() -> None:
    payee = "<cac:PayeeParty><cac:PartyName><cbc:Name>Factor SA</cbc:Name></cac:PartyName></cac:PayeeParty>"
    local = (
        "<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cac:PayeeFinancialAccount>"
        "<cbc:ID>3334444</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>"
    )
    found = read(**{"  <cac:PaymentTerms>": payee + local + "<cac:PaymentTerms>"})
    assert (found.payee, found.ibans) == ("Factor SA", ("FR7630006000011234567890189", "3334444"))
    assert any("3334444" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    "changes",
    [
        {"cbc:": "", "xmlns:cbc=": "xmlns="},
        {"2026-10-02": "2026-10-02+01:00"},
        {">1800.00<": "><!-- TTC --><![CDATA[1800]]><"},
        {"ubl:": "", "xmlns:ubl=": "xmlns="},
    ],
)
def test_the_same_invoice_written_otherwise_is_the_same(changes: dict[str, str]) -> None:
    assert read(**changes) == read()


def test_what_the_file_leaves_out_stays_empty() -> None:
    found = ubl.read(b"<Invoice><AccountingSupplierParty/></Invoice>", "x.xml")
    assert (found.number, found.currency, found.issued_on, found.due_on) == ("", "", None, None)
    assert (found.total_cents, found.prepaid_cents, found.due_cents, found.payment_means) == (None, None, None, None)
    assert (found.seller, found.buyer, found.ibans, found.credited_numbers) == (Party(), Party(), (), ())


@pytest.mark.parametrize("content", [b"<Invoice/>", b"<Order><AccountingSupplierParty/></Order>"])
def test_xml_that_is_not_an_invoice_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError, match="pas celles d'une facture"):
        ubl.read(content, "x.xml")


def test_hostile_xml_is_refused() -> None:
    with pytest.raises(UnsafeError, match="DOCTYPE"):
        ubl.read(b"<!DOCTYPE Invoice [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><Invoice>&x;</Invoice>", "x.xml")
