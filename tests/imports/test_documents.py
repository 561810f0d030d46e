"""Which document an XML file is, by its root."""

from xml.etree.ElementTree import fromstring

import pytest

from relance.imports import documents
from relance.imports.values import RefusedError
from tests.imports import real_data

UBL = "urn:oasis:names:specification:ubl:schema:xsd"


@pytest.mark.parametrize(
    ("root", "format"),
    [
        ("<CrossIndustryInvoice/>", "cii"),
        ("<x:CrossIndustryDocument xmlns:x='urn:ferd'/>", "cii"),
        (f"<Invoice xmlns='{UBL}:Invoice-2'/>", "ubl"),
        (f"<y:CreditNote xmlns:y='{UBL}:CreditNote-2'/>", "ubl"),
        ("<Invoice><AccountingSupplierParty/></Invoice>", "ubl"),
        ("<CrossDomainAcknowledgementAndResponse/>", "cdar"),
    ],
)
def test_the_three_documents_that_are_read(root: str, format: str) -> None:
    assert documents.format_of(fromstring(root)) == format


@pytest.mark.parametrize(
    ("root", "sentence"),
    [
        ("<SCRDMCCBDACIOMessageStructure/>", documents.ORDER),
        (f"<Order xmlns='{UBL}:Order-2'/>", documents.ORDER),
        ("<Invoice><Total/></Invoice>", documents.OTHER_INVOICE),
        ("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'/>", documents.BANK),
        ("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.008.001.02'/>", documents.PAYMENT_ORDER),
        ("<Document/>", documents.NOT_AN_INVOICE),
        ("<StandardBusinessDocument/>", documents.NOT_AN_INVOICE),
    ],
)
def test_every_other_is_refused_by_what_it_is(root: str, sentence: str) -> None:
    with pytest.raises(RefusedError) as refused:
        documents.format_of(fromstring(root))
    assert str(refused.value) == sentence


@real_data.needs_data
def test_a_real_order_is_refused_as_one() -> None:
    root = fromstring(real_data.content("invoices/not-invoice/order-x-basic.xml"))
    with pytest.raises(RefusedError, match="Order-X"):
        documents.format_of(root)
