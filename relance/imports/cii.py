"""Reading an invoice in CII, the XML inside a Factur-X or ZUGFeRD PDF (EN 16931, every profile; ZUGFeRD 1 too).

Elements are found by local name: ZUGFeRD 1 differs from the rest by its namespace and four names only.
« BT-… » are the business terms of EN 16931-1.
"""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from stdnum import iban

from relance.imports.parties import read_party
from relance.imports.values import InvoiceRead, RefusedError
from relance.imports.xml import child, children, local_name, parse, text, texts

ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")

# UNTDID 1001. What is not listed is read as an invoice, with a warning.
KINDS = {
    **dict.fromkeys(("380", "389", "393", "395", "383", "780", "751"), "invoice"),
    **dict.fromkeys(("381", "261", "262", "296", "308", "396", "83", "458", "502", "503", "532"), "credit_note"),
    **dict.fromkeys(("386", "500"), "deposit"),
    **dict.fromkeys(("326", "875", "876"), "progress"),
    "877": "final",
    "384": "corrected",
    "471": "corrected",
}

# UNTDID 4461: means of payment.
PAYMENT_MEANS = {
    **dict.fromkeys(("30", "31", "42", "58"), "transfer"),
    **dict.fromkeys(("49", "59"), "direct_debit"),
    **dict.fromkeys(("48", "54", "55"), "card"),
    **dict.fromkeys(("20", "21", "22", "23", "24", "25", "26"), "cheque"),
    "10": "cash",
}

NOT_AN_INVOICE = "Les données XML de ce fichier ne sont pas celles d'une facture."
_MAX_CENTS = 10**13


def read(content: bytes, file: str) -> InvoiceRead:
    """Read the invoice in ``content``; RefusedError when it is not XML one can trust or not an invoice.

    What the file does not state stays empty; what is odd is told in ``warnings``, never mended in silence.
    """
    root = parse(content)
    if local_name(root) not in ROOTS:
        raise RefusedError(NOT_AN_INVOICE)
    document = child(root, "ExchangedDocument|HeaderExchangedDocument")
    transaction = child(root, "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction")
    if document is None or transaction is None:
        raise RefusedError(NOT_AN_INVOICE)
    agreement = child(transaction, "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement")
    settlement = child(transaction, "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement")
    warnings: list[str] = []
    type_code = text(document, "TypeCode")
    currency = text(settlement, "InvoiceCurrencyCode").upper()
    issued_on = _date(child(document, "IssueDateTime"), "d'émission", warnings)
    due_on, terms = _terms(settlement, issued_on, warnings)
    totals = _Totals(settlement, currency, warnings)
    return InvoiceRead(
        file=file,
        number=text(document, "ID"),
        kind=_kind(type_code, totals.total_cents, warnings),
        type_code=type_code,
        profile=text(
            root,
            "ExchangedDocumentContext|SpecifiedExchangedDocumentContext",
            "GuidelineSpecifiedDocumentContextParameter",
            "ID",
        ),
        issued_on=issued_on,
        due_on=due_on,
        terms=terms,
        currency=currency,
        total_cents=totals.total_cents,
        net_cents=totals.net_cents,
        vat_cents=totals.vat_cents,
        prepaid_cents=totals.prepaid_cents,
        due_cents=totals.due_cents,
        payment_means=_payment_means(settlement),
        reference=text(settlement, "PaymentReference"),
        order_reference=text(agreement, "BuyerOrderReferencedDocument", "IssuerAssignedID|ID"),
        credited_number=text(settlement, "InvoiceReferencedDocument", "IssuerAssignedID|ID"),
        payee=text(settlement, "PayeeTradeParty", "Name"),
        ibans=_ibans(settlement, warnings),
        seller=read_party(child(agreement, "SellerTradeParty")),
        buyer=read_party(child(agreement, "BuyerTradeParty")),
        warnings=tuple(warnings),
    )


class _Totals:
    """The totals of the document, taken as given (BT-109, BT-110, BT-112, BT-113, BT-115)."""

    def __init__(self, settlement: Element | None, currency: str, warnings: list[str]) -> None:
        self._sums = child(
            settlement, "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
        )
        self._currency = currency
        self._warnings = warnings
        self.net_cents = self._cents("TaxBasisTotalAmount")
        self.vat_cents = self._cents("TaxTotalAmount")
        self.total_cents = self._cents("GrandTotalAmount")
        self.prepaid_cents = self._cents("TotalPrepaidAmount")
        self.due_cents = self._cents("DuePayableAmount")
        self._compare()

    def _cents(self, name: str) -> int | None:
        """The amount in the invoice's currency (VAT may also be there in the accounting currency)."""
        for element in children(self._sums, name):
            if element.get("currencyID", self._currency) in (self._currency, ""):
                return _cents((element.text or "").strip(), self._warnings)
        return None

    def _compare(self) -> None:
        """Tell when the amount asked is not what total and prepayments give. The file is still believed."""
        if self.total_cents is None or self.due_cents is None:
            return
        expected = self.total_cents - (self.prepaid_cents or 0)
        if self.due_cents != expected:
            self._warnings.append(
                "Le montant à payer n'est pas le total moins les règlements indiqués : vérifiez le montant déjà réglé."
            )


def _cents(value: str, warnings: list[str]) -> int | None:
    """« 1234.56 » in cents; None, with a warning, for what is not an amount."""
    if not value:
        return None
    try:
        amount = Decimal(value) * 100
        if not amount.is_finite() or abs(amount) > _MAX_CENTS:
            raise InvalidOperation
    except InvalidOperation:
        warnings.append(f"« {value[:40]} » n'est pas un montant lisible.")
        return None
    cents = amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if cents != amount:
        warnings.append(f"Le montant {value} a plus de deux décimales : il est arrondi au centime.")
    return int(cents)


def _date(element: Element | None, which: str, warnings: list[str]) -> date | None:
    """A date in any of the forms of CII: 20261122 (format 102), with a time after it, or ISO."""
    value = text(element, "DateTimeString|DateTime|Date") or text(element)
    if not value:
        return None
    found = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", value)
    try:
        if found is None:
            raise ValueError
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        warnings.append(f"La date {which} « {value[:40]} » n'est pas lisible.")
        return None


def _terms(settlement: Element | None, issued_on: date | None, warnings: list[str]) -> tuple[date | None, str]:
    """The due date (BT-9) and the conditions in words (BT-20).

    The date after which no deduction is left is the due date: a term with a discount gives way to one
    without, and among several the last one wins, so that nobody is chased too early.
    """
    found: list[tuple[bool, date]] = []
    words: list[str] = []
    for term in children(settlement, "SpecifiedTradePaymentTerms"):
        words.extend(texts(term, "Description"))
        due_on = _date(child(term, "DueDateDateTime"), "d'échéance", warnings)
        if due_on is not None:
            found.append((child(term, "ApplicableTradePaymentDiscountTerms") is None, due_on))
    plain = [due_on for is_plain, due_on in found if is_plain] or [due_on for _, due_on in found]
    terms = "\n".join(words)
    if not plain:
        warnings.append(
            f"Le fichier ne donne pas de date d'échéance, mais ces conditions : « {' '.join(words)} »."
            if words
            else "Le fichier ne donne pas de date d'échéance."
        )
        return None, terms
    due_on = max(plain)
    if len({day for _, day in found}) > 1:
        days = ", ".join(f"{day:%d/%m/%Y}" for day in sorted({day for _, day in found}))
        warnings.append(f"Le fichier donne plusieurs dates de paiement ({days}) : la dernière sans remise est retenue.")
    if issued_on is not None and due_on < issued_on:
        warnings.append("La date d'échéance est antérieure à la date d'émission.")
    return due_on, terms


def _kind(type_code: str, total_cents: int | None, warnings: list[str]) -> str:
    kind = KINDS.get(type_code)
    if type_code == "751":
        warnings.append("Ce fichier ne porte que des données comptables : vérifiez que c'est bien une facture à payer.")
    if type_code == "393":
        warnings.append("Cette facture est cédée à un factor : le paiement ne vous revient sans doute pas.")
    if kind is None:
        warnings.append(f"Le type de document « {type_code[:10]} » est inconnu : il est lu comme une facture.")
        kind = "invoice"
    if kind != "credit_note" and total_cents is not None and total_cents < 0:
        warnings.append("Le total est négatif : ce document sera enregistré comme un avoir.")
    return kind


def _payment_means(settlement: Element | None) -> str | None:
    """The first means named (BT-81); « other » for a code that is none of ours."""
    code = text(settlement, "SpecifiedTradeSettlementPaymentMeans", "TypeCode")
    return PAYMENT_MEANS.get(code, "other") if code else None


def _ibans(settlement: Element | None, warnings: list[str]) -> tuple[str, ...]:
    """The accounts to pay to (BT-84), without spaces, each once. A wrong key is told, not dropped."""
    path = ("SpecifiedTradeSettlementPaymentMeans", "PayeePartyCreditorFinancialAccount", "IBANID")
    found = dict.fromkeys(re.sub(r"\s", "", value).upper() for value in texts(settlement, *path))
    for account in found:
        if not iban.is_valid(account):
            warnings.append(f"L'IBAN {account[:40]} de ce fichier n'est pas valide.")
    return tuple(found)
