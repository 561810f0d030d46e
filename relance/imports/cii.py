"""Reading an invoice in CII, the XML inside a Factur-X or ZUGFeRD PDF (EN 16931, every profile; ZUGFeRD 1 too).

Elements are found by local name: ZUGFeRD 1 differs from the rest by its namespace and four names only.
« BT-… » are the business terms of EN 16931-1.
"""

from datetime import date
from xml.etree.ElementTree import Element

from relance.imports import codes, stated, terms
from relance.imports.parties import read_party
from relance.imports.stated import Days, Totals
from relance.imports.values import InvoiceRead, RefusedError
from relance.imports.xml import MAX_TEXT, child, children, envelope, local_name, parse, text, texts

ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")

NOT_AN_INVOICE = "Les données XML de ce fichier ne sont pas celles d'une facture."
_MEANS = "SpecifiedTradeSettlementPaymentMeans"
_TERMS = "SpecifiedTradePaymentTerms"
_DISCOUNT = "ApplicableTradePaymentDiscountTerms"


def read(content: bytes, file: str) -> InvoiceRead:
    """Read the invoice in ``content``; RefusedError when it is not XML one can trust or not an invoice.

    What the file does not state stays empty; what is odd is told in ``warnings``, never mended in silence.
    """
    root = envelope(parse(content))
    if local_name(root) not in ROOTS:
        raise RefusedError(NOT_AN_INVOICE)
    document = child(root, "ExchangedDocument|HeaderExchangedDocument")
    transaction = child(root, "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction")
    if document is None or transaction is None:
        raise RefusedError(NOT_AN_INVOICE)
    agreement = child(transaction, "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement")
    settlement = child(transaction, "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement")
    buyer = child(agreement, "BuyerTradeParty")
    warnings: list[str] = []
    type_code = text(document, "TypeCode")  # BT-3
    currency = text(settlement, "InvoiceCurrencyCode").upper()  # BT-5
    issued_on = _date(child(document, "IssueDateTime"), "issue", warnings)  # BT-2
    words = "\n".join(texts(settlement, _TERMS, "Description"))[: 2 * MAX_TEXT]  # BT-20
    due_on = _due_day(settlement, issued_on, words, warnings)
    totals = _totals(settlement, currency, warnings)
    credited = stated.several(texts(settlement, "InvoiceReferencedDocument", "IssuerAssignedID|ID"))  # BT-25
    found = InvoiceRead(
        file=file,
        number=text(document, "ID"),  # BT-1
        kind=codes.kind(type_code, totals.total_cents, warnings),
        type_code=type_code,
        profile=text(
            root,
            "ExchangedDocumentContext|SpecifiedExchangedDocumentContext",
            "GuidelineSpecifiedDocumentContextParameter",
            "ID",
        ),  # BT-24
        issued_on=issued_on,
        due_on=due_on,
        terms=words,
        instalments=_instalments(settlement, currency),
        currency=currency,
        total_cents=totals.total_cents,
        net_cents=totals.net_cents,
        vat_cents=totals.vat_cents,
        prepaid_cents=totals.prepaid_cents,
        due_cents=totals.due_cents,
        payment_means=codes.payment_means(list(texts(settlement, _MEANS, "TypeCode"))),  # BT-81
        reference=text(settlement, "PaymentReference"),  # BT-83
        order_reference=text(agreement, "BuyerOrderReferencedDocument", "IssuerAssignedID|ID"),  # BT-13
        buyer_reference=text(agreement, "BuyerReference"),  # BT-10
        credited_number=credited[0] if credited else "",
        credited_numbers=credited,
        payee=text(settlement, "PayeeTradeParty", "Name"),  # BT-59
        ibans=stated.accounts(
            texts(settlement, _MEANS, "PayeePartyCreditorFinancialAccount", "IBANID"), warnings
        ),  # BT-84
        bics=stated.banks(texts(settlement, _MEANS, "PayeeSpecifiedCreditorFinancialInstitution", "BICID")),  # BT-86
        contact=text(buyer, "DefinedTradeContact", "PersonName"),  # BT-56
        seller=read_party(child(agreement, "SellerTradeParty")),
        buyer=read_party(buyer),
        warnings=stated.told(warnings),
    )
    described = (
        (" ".join(texts(term, "Description")), child(term, _DISCOUNT) is not None)
        for term in children(settlement, _TERMS)
    )
    return terms.proposed(found, terms.of_terms(described))


def _totals(settlement: Element | None, currency: str, warnings: list[str]) -> Totals:
    """The totals of the document, taken as given (BT-109, BT-110, BT-112, BT-113, BT-114, BT-115)."""
    sums = child(
        settlement, "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
    )

    def total(name: str) -> int | None:
        return stated.amount(children(sums, name), currency, warnings)

    found = Totals(
        net_cents=total("TaxBasisTotalAmount"),
        vat_cents=total("TaxTotalAmount"),  # it may also be there in the currency of the accounts (BT-111)
        total_cents=total("GrandTotalAmount"),
        prepaid_cents=total("TotalPrepaidAmount"),
        rounding_cents=total("RoundingAmount"),
        due_cents=total("DuePayableAmount"),
    )
    stated.compare(found, warnings)
    return found


def _date(element: Element | None, which: str, warnings: list[str]) -> date | None:
    """A date in any of the forms of CII: 20261122 (format 102), with a time after it, or ISO."""
    return stated.day(text(element, "DateTimeString|DateTime|Date") or text(element), which, warnings)


def _due_day(settlement: Element | None, issued_on: date | None, words: str, warnings: list[str]) -> date | None:
    """The due date (BT-9): a term with a discount gives way to one without, and the last one wins."""
    days = Days()
    for term in children(settlement, _TERMS):
        due_on = _date(child(term, "DueDateDateTime"), "due", warnings)
        if due_on is not None:
            has_discount = child(term, _DISCOUNT) is not None
            (days.discounted if has_discount else days.plain).append(due_on)
    return stated.due_day(days, issued_on, words, warnings)


def _instalments(settlement: Element | None, currency: str) -> tuple[tuple[date, int], ...]:
    """The dated amounts (PartialPaymentAmount, EXTENDED), when there are several."""
    found: list[tuple[date, int]] = []
    for term in children(settlement, _TERMS):
        due_on = _date(child(term, "DueDateDateTime"), "due", [])
        cents = stated.amount(children(term, "PartialPaymentAmount"), currency, [])
        has_discount = child(term, _DISCOUNT) is not None
        if due_on is not None and cents and not has_discount:
            found.append((due_on, cents))
    return tuple(sorted(found)) if len(found) > 1 else ()
