"""Which document an XML file is, by the name and the namespace of its root."""

from xml.etree.ElementTree import Element

from relance.imports.values import RefusedError
from relance.imports.xml import child, envelope, local_name

NOT_AN_INVOICE = (
    "Ce fichier XML n'est pas une facture électronique (Factur-X, CII ou UBL). Choisissez le fichier de la facture."
)
ORDER = "Ce fichier est une commande (Order-X ou UBL), pas une facture. Choisissez le fichier de la facture."
DELIVERY = "Ce fichier est un bon de livraison ou d'expédition, pas une facture. Choisissez le fichier de la facture."
QUOTE = "Ce fichier est un devis ou un catalogue, pas une facture. Choisissez le fichier de la facture."
ANSWER = (
    "Ce fichier est un accusé de réception UBL, pas une facture. Pour les statuts de vos factures, choisissez le "
    "message de cycle de vie (CDAR) ou un CSV de statuts."
)
REMINDER = (
    "Ce fichier est une relance ou un relevé de compte UBL, pas une facture. Choisissez le fichier de la facture."
)
SELF_BILLED = (
    "Ce fichier est une autofacture au format UBL SelfBilledInvoice, qui n'est pas lu. "
    "Demandez à votre client le format UBL Invoice (type 389), puis réessayez."
)
DEBIT_NOTE = "Ce fichier est une note de débit UBL, qui n'est pas lue. Saisissez la facture, puis joignez son PDF."
BANK = "Ce fichier est un relevé bancaire, pas une facture. Choisissez vos factures : PDF, XML, CSV ou classeur Excel."
PAYMENT_ORDER = "Ce fichier est un ordre de virement ou de prélèvement pour la banque, pas une facture."
WEB_PAGE = (
    "Ce fichier est une page web, sans doute la page de connexion du site d'où il vient. "
    "Connectez-vous à ce site, puis téléchargez à nouveau la facture."
)
OTHER_INVOICE = (
    "Cette facture est dans un format électronique d'un autre pays, qui n'est pas lu. "
    "Demandez une facture Factur-X, CII ou UBL, ou saisissez-la."
)
OLD_SHEET = "Ce fichier est un ancien classeur Excel (XML 2003). Enregistrez-le au format XLSX ou CSV, puis réessayez."
PICTURE = "Ce fichier est une image, pas une facture. Choisissez le PDF ou le XML de la facture, ou saisissez-la."

_UBL = "urn:oasis:names:specification:ubl:"
_REASONS = {
    "SCRDMCCBDACIOMessageStructure": ORDER,
    "SCRDMCCBDACIDDMessageStructure": DELIVERY,
    **dict.fromkeys(("Order", "OrderChange", "OrderResponse", "OrderResponseSimple", "OrderCancellation"), ORDER),
    "SCRDMCCBDACISMessageStructure": ORDER,
    **dict.fromkeys(
        ("DespatchAdvice", "ReceiptAdvice", "Waybill", "BillOfLading", "CrossIndustryDespatchAdvice"), DELIVERY
    ),
    **dict.fromkeys(("Quotation", "RequestForQuotation", "Catalogue"), QUOTE),
    "ApplicationResponse": ANSWER,
    **dict.fromkeys(("Reminder", "Statement", "RemittanceAdvice"), REMINDER),
    **dict.fromkeys(("SelfBilledInvoice", "SelfBilledCreditNote"), SELF_BILLED),
    "DebitNote": DEBIT_NOTE,
    **dict.fromkeys(("html", "HTML"), WEB_PAGE),
    "OFX": BANK,
    **dict.fromkeys(("FatturaElettronica", "Facturae", "Finvoice", "eSlog", "Faktura"), OTHER_INVOICE),
    "Workbook": OLD_SHEET,
    "svg": PICTURE,
}


def format_of(root: Element) -> str:
    """« cii », « ubl » or « cdar »; RefusedError with a French sentence that says what else it is."""
    root = envelope(root)
    name, space = local_name(root), root.tag.rpartition("}")[0].lstrip("{")
    if name in ("CrossIndustryInvoice", "CrossIndustryDocument"):
        return "cii"
    if name in ("Invoice", "CreditNote"):
        if space.startswith(_UBL) or child(root, "AccountingSupplierParty") is not None:
            return "ubl"
        raise RefusedError(OTHER_INVOICE)
    if name == "CrossDomainAcknowledgementAndResponse":
        return "cdar"
    if name == "Document" and "iso:20022" in space:
        raise RefusedError(PAYMENT_ORDER if ":pain." in space else BANK)
    raise RefusedError(_REASONS.get(name, NOT_AN_INVOICE))
