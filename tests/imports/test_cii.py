"""CII invoices: ours, changed one thing at a time. The real ones are in test_real_invoices."""

from datetime import date

import pytest

from relance.imports import cii
from relance.imports.values import InvoiceRead, Party, RefusedError, UnsafeError
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


DUE = '<ram:DueDateDateTime><udt:DateTimeString format="102">20261101</udt:DateTimeString></ram:DueDateDateTime>'


def test_without_a_due_date_the_words_are_proposed_and_told() -> None:
    found = read(**{DUE: ""})
    assert (found.due_on, found.terms_due_on) == (None, date(2026, 11, 1))
    assert "30 jours après la facture" in found.terms_reading
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


@pytest.mark.parametrize(
    "written", ["NaN", "Infinity", "1e400", "douze", "999999999999999", "1_000", "1 800,00", "٣", "9" * 5000]
)
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


def terms(day: str, cents: str, more: str = "") -> str:
    return (
        "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>"
        f'<udt:DateTimeString format="102">{day}</udt:DateTimeString></ram:DueDateDateTime>'
        f"<ram:PartialPaymentAmount>{cents}</ram:PartialPaymentAmount>{more}</ram:SpecifiedTradePaymentTerms>"
    )


def test_several_dated_amounts_are_instalments_and_one_is_not() -> None:
    one = f"{DUE}\n      </ram:SpecifiedTradePaymentTerms>"
    partial = "<ram:PartialPaymentAmount>700.00</ram:PartialPaymentAmount>"
    assert read(**{DUE: DUE + partial}).instalments == ()
    discount = terms("20261015", "690.00", "<ram:ApplicableTradePaymentDiscountTerms/>")
    found = read(**{one: one.replace(DUE, DUE + partial) + terms("20261201", "800.00") + discount})
    assert found.instalments == ((date(2026, 11, 1), 70_000), (date(2026, 12, 1), 80_000))
    assert found.due_on == date(2026, 12, 1)


def test_the_first_means_of_payment_that_means_something_is_taken() -> None:
    undefined = "<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>1</ram:TypeCode>"
    first = f"{undefined}</ram:SpecifiedTradeSettlementPaymentMeans><ram:SpecifiedTradeSettlementPaymentMeans>"
    assert read(**{"<ram:SpecifiedTradeSettlementPaymentMeans>": first}).payment_means == "transfer"
    assert read(**{"<ram:TypeCode>58<": "<ram:TypeCode>1<"}).payment_means == "other"


def test_every_preceding_invoice_is_read_and_the_first_is_the_one_credited() -> None:
    two = "".join(
        f"<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>{number}</ram:IssuerAssignedID>"
        "</ram:InvoiceReferencedDocument>"
        for number in ("F-1", "F-2", "F-1")
    )
    end = "</ram:ApplicableHeaderTradeSettlement>"
    found = read(**{end: two + end, "<ram:TypeCode>380<": "<ram:TypeCode>381<"})
    assert (found.credited_number, found.credited_numbers) == ("F-1", ("F-1", "F-2"))


def test_contact_buyer_s_reference_and_bank_are_read() -> None:
    found = read(
        **{
            "<ram:DefinedTradeContact>": "<ram:DefinedTradeContact><ram:PersonName>Léa Martin</ram:PersonName>",
            "<ram:SellerTradeParty>": "<ram:BuyerReference>SERVICE-7</ram:BuyerReference><ram:SellerTradeParty>",
            "</ram:PayeePartyCreditorFinancialAccount>": "</ram:PayeePartyCreditorFinancialAccount>"
            "<ram:PayeeSpecifiedCreditorFinancialInstitution><ram:BICID>AGRI FRPP</ram:BICID>"
            "</ram:PayeeSpecifiedCreditorFinancialInstitution>",
        }
    )
    assert (found.contact, found.buyer_reference, found.bics) == ("Léa Martin", "SERVICE-7", ("AGRIFRPP",))


def test_what_the_file_leaves_out_stays_empty() -> None:
    found = cii.read(
        b"<CrossIndustryInvoice><ExchangedDocument/><SupplyChainTradeTransaction/></CrossIndustryInvoice>", "x.xml"
    )
    assert (found.number, found.currency, found.issued_on, found.due_on) == ("", "", None, None)
    assert (found.total_cents, found.prepaid_cents, found.due_cents, found.payment_means) == (None, None, None, None)
    assert (found.seller, found.buyer, found.ibans, found.payee) == (Party(), Party(), (), "")
    assert any("ne dit pas si c'est une facture" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    "changes",
    [
        {"rsm:": "a:", "xmlns:rsm": "xmlns:a"},
        {"<ram:GrandTotalAmount>1800.00": "<ram:GrandTotalAmount><!-- TTC --><![CDATA[1800.00]]>"},
        {"<ram:ID>F-2026-0101<": "<ram:ID> F-2026-<!-- n° -->0101\n<"},
        {"<ram:GrandTotalAmount>1800.00": "<ram:GrandTotalAmount currencyID='EUR'>+1.8E3"},
        {"20261002": "2026-10-02+02:00"},
    ],
)
def test_the_same_invoice_written_otherwise_is_the_same(changes: dict[str, str]) -> None:
    assert read(**changes) == read()


def test_a_book_in_place_of_a_name_or_of_accounts_is_cut() -> None:
    account = (
        "<ram:PayeePartyCreditorFinancialAccount><ram:IBANID>X{}</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>"
    )
    found = read(
        **{
            "<ram:Name>Maison Vauquelin<": f"<ram:Name>{'M' * 1_000_000}<",
            "<ram:Description>Paiement à 30 jours<": f"<ram:Description>{'30 jours ' * 100_000}<",
            "</ram:SpecifiedTradeSettlementPaymentMeans>": "".join(account.format(n) for n in range(5_000))
            + "</ram:SpecifiedTradeSettlementPaymentMeans>",
        }
    )
    assert (len(found.buyer.name), len(found.ibans), len(found.warnings)) == (4_000, 50, 30)
    assert len(found.terms) <= 8_000


def test_what_is_said_to_be_nothing_is_nothing() -> None:
    nil = '<ram:TotalPrepaidAmount xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'
    found = read(
        **{
            "<ram:TotalPrepaidAmount>300.00</ram:TotalPrepaidAmount>": nil,
            "<ram:DuePayableAmount>1500.00": "<ram:DuePayableAmount>1800.00",
        }
    )
    assert (found.prepaid_cents, found.warnings) == (None, ())


def test_a_total_in_another_currency_is_not_taken_for_one_in_the_invoice_s() -> None:
    found = read(**{"<ram:GrandTotalAmount>": '<ram:GrandTotalAmount currencyID="GBP">'})
    assert found.total_cents is None
    assert any("GBP" in warning for warning in found.warnings)


def test_an_amount_rounded_by_the_seller_agrees() -> None:
    rounding = "<ram:RoundingAmount>-0.50</ram:RoundingAmount><ram:GrandTotalAmount>"
    found = read(
        **{"<ram:GrandTotalAmount>": rounding, "<ram:DuePayableAmount>1500.00": "<ram:DuePayableAmount>1499.50"}
    )
    assert (found.due_cents, found.warnings) == (149_950, ())


@pytest.mark.parametrize("content", [b"<facture/>", b"<?xml version='1.0'?><SCRDMCCBDACIOMessageStructure/>"])
def test_xml_that_is_not_an_invoice_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError, match="pas celles d'une facture"):
        cii.read(content, "x.xml")


@pytest.mark.parametrize("content", [b"", b"bonjour", b"<a>", b'<?xml version="1.0" encoding="klingon"?><a/>'])
def test_torn_xml_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError, match="abîmées"):
        cii.read(content, "x.xml")


@real_data.needs_data
@pytest.mark.parametrize("name", ["xml_billion_laughs_cii.xml", "xml_external_dtd_cii.xml", "xml_xxe_file_cii.xml"])
def test_real_hostile_xml_is_refused(name: str) -> None:
    with pytest.raises(UnsafeError, match="DOCTYPE"):
        cii.read(real_data.content(f"hostile/{name}"), name)
