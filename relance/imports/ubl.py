"""Reading an invoice or a credit note in UBL 2.1 (EN 16931, Peppol BIS, XRechnung, the French CTC profiles).

« BT-… » are the business terms of EN 16931-1. Elements are found by local name, whatever prefix a file gives them.
"""

from datetime import date
from xml.etree.ElementTree import Element

from relance.imports import codes, stated, terms
from relance.imports.parties import read_ubl_party
from relance.imports.stated import Days, Totals
from relance.imports.values import InvoiceRead, RefusedError
from relance.imports.xml import MAX_TEXT, child, children, envelope, local_name, parse, text, texts

ROOTS = ("Invoice", "CreditNote")

NOT_AN_INVOICE = "Les données XML de ce fichier ne sont pas celles d'une facture."
_TERMS = "PaymentTerms"
_MEANS = "PaymentMeans"
_DISCOUNT = "SettlementDiscountPercent|SettlementDiscountAmount"


def read(content: bytes, file: str) -> InvoiceRead:
    """Read the invoice in ``content``; RefusedError when it is not XML one can trust or not an invoice.

    What the file does not state stays empty; what is odd is told in ``warnings``, never mended in silence.
    """
    root = envelope(parse(content))
    if local_name(root) not in ROOTS or child(root, "AccountingSupplierParty") is None:
        raise RefusedError(NOT_AN_INVOICE)
    warnings: list[str] = []
    is_credit_note = local_name(root) == "CreditNote"
    type_code = text(root, "InvoiceTypeCode|CreditNoteTypeCode")  # BT-3
    currency = text(root, "DocumentCurrencyCode").upper()  # BT-5
    issued_on = stated.day(text(root, "IssueDate"), "issue", warnings)  # BT-2
    words = "\n".join(texts(root, _TERMS, "Note"))[: 2 * MAX_TEXT]  # BT-20
    due_on = _due_day(root, issued_on, words, warnings)
    totals = _totals(root, currency, warnings)
    kind = codes.kind(type_code, totals.total_cents, warnings, otherwise="credit_note" if is_credit_note else "invoice")
    credited = _preceding(root)
    buyer = child(root, "AccountingCustomerParty", "Party")
    found = InvoiceRead(
        file=file,
        number=text(root, "ID"),  # BT-1
        # The root says that it is a credit note, whatever the code beside it.
        kind="credit_note" if is_credit_note else kind,
        type_code=type_code,
        profile=text(root, "CustomizationID"),  # BT-24
        issued_on=issued_on,
        due_on=due_on,
        terms=words,
        instalments=_instalments(root, currency),
        currency=currency,
        total_cents=totals.total_cents,
        net_cents=totals.net_cents,
        vat_cents=totals.vat_cents,
        prepaid_cents=totals.prepaid_cents,
        due_cents=totals.due_cents,
        payment_means=codes.payment_means(list(texts(root, _MEANS, "PaymentMeansCode"))),  # BT-81
        reference=text(root, _MEANS, "PaymentID"),  # BT-83
        order_reference=text(root, "OrderReference", "ID"),  # BT-13
        buyer_reference=text(root, "BuyerReference"),  # BT-10
        credited_number=credited[0] if credited else "",
        credited_numbers=credited,
        payee=text(root, "PayeeParty", "PartyName", "Name"),  # BT-59
        ibans=stated.accounts(texts(root, _MEANS, "PayeeFinancialAccount", "ID"), warnings),
        bics=stated.banks(texts(root, _MEANS, "PayeeFinancialAccount", "FinancialInstitutionBranch", "ID")),
        contact=text(buyer, "Contact", "Name"),  # BT-56
        seller=read_ubl_party(child(root, "AccountingSupplierParty", "Party")),
        buyer=read_ubl_party(buyer),
        warnings=stated.told(warnings),
    )
    described = ((" ".join(texts(term, "Note")), child(term, _DISCOUNT) is not None) for term in children(root, _TERMS))
    return terms.proposed(found, terms.of_terms(described))


def _totals(root: Element, currency: str, warnings: list[str]) -> Totals:
    """The totals of the document (BT-109, BT-110, BT-112, BT-113, BT-114, BT-115)."""
    sums = child(root, "LegalMonetaryTotal")

    def total(name: str) -> int | None:
        return stated.amount(children(sums, name), currency, warnings)

    found = Totals(
        net_cents=total("TaxExclusiveAmount"),
        vat_cents=stated.amount(
            children(root, "TaxTotal", "TaxAmount"), currency, warnings
        ),  # it may also be there in the currency of the accounts (BT-111)
        total_cents=total("TaxInclusiveAmount"),
        prepaid_cents=total("PrepaidAmount"),
        rounding_cents=total("PayableRoundingAmount"),
        due_cents=total("PayableAmount"),
    )
    stated.compare(found, warnings)
    return found


def _due_day(root: Element, issued_on: date | None, words: str, warnings: list[str]) -> date | None:
    """The due date (BT-9): the document's own, else the dates of its means (credit notes) and terms of payment."""
    main = stated.day(text(root, "DueDate"), "due", warnings)
    days = Days()
    for value in texts(root, _MEANS, "PaymentDueDate"):
        found = stated.day(value, "due", warnings)
        if found is not None:
            days.plain.append(found)
    for term in children(root, _TERMS):
        has_discount = child(term, _DISCOUNT) is not None
        for value in texts(term, "PaymentDueDate|InstallmentDueDate"):
            found = stated.day(value, "due", warnings)
            if found is not None:
                (days.discounted if has_discount else days.plain).append(found)
    if main is None:
        return stated.due_day(days, issued_on, words, warnings)
    others = sorted({*days.plain} - {main})
    if others:
        shown = ", ".join(f"{found:%d/%m/%Y}" for found in others[:12])
        warnings.append(
            f"Le fichier donne aussi d'autres dates de paiement ({shown}) : l'échéance du document est retenue."
        )
    return stated.due_day(Days(plain=[main]), issued_on, words, warnings)


def _instalments(root: Element, currency: str) -> tuple[tuple[date, int], ...]:
    """The dated amounts, when there are several."""
    found: list[tuple[date, int]] = []
    for term in children(root, _TERMS):
        if child(term, _DISCOUNT) is not None:
            continue
        due_on = stated.day(text(term, "InstallmentDueDate") or text(term, "PaymentDueDate"), "due", [])
        cents = stated.amount(children(term, "Amount"), currency, [])
        if due_on is not None and cents:
            found.append((due_on, cents))
    return tuple(sorted(found)) if len(found) > 1 else ()


def _preceding(root: Element) -> tuple[str, ...]:
    """The invoices this one follows or corrects (BT-25), each once."""
    names = "InvoiceDocumentReference|CreditNoteDocumentReference|SelfBilledInvoiceDocumentReference"
    return stated.several(texts(root, "BillingReference", names, "ID"))
