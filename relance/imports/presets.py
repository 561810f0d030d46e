"""The exports of other tools: how they title their columns, where that is documented.

A preset is data: the titles that make it recognised, and what each of its columns holds. Titles are compared
without accents, capitals nor small words (``columns.key``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relance.imports.titles import key


@dataclass(frozen=True)
class Preset:
    """A tool's export. ``required``: its titles; ``columns``: title → target; ``states``: its own words (plain).

    Where two columns hold the same, the first one named is read; an empty target is not imported. ``source``:
    where the titles are documented.
    """

    name: str
    required: tuple[str, ...]
    columns: Mapping[str, str]
    source: str
    day_first: bool | None = None
    states: Mapping[str, str] = field(default_factory=dict)


# A line for each article, the totals of the invoice repeated on each.
_XERO = Preset(
    name="Xero",
    required=("ContactName", "InvoiceNumber", "InvoiceDate", "InvoiceAmountPaid", "InvoiceAmountDue", "LineAmount"),
    columns={
        "ContactName": "client",
        "EmailAddress": "email",
        "POAddressLine1": "adresse",
        "POAddressLine2": "adresse_2",
        "POCity": "ville",
        "POPostalCode": "code_postal",
        "POCountry": "pays",
        "InvoiceNumber": "numero",
        "Reference": "commande",
        "InvoiceDate": "date_emission",
        "DueDate": "date_echeance",
        "Total": "montant_ttc",
        "TaxTotal": "montant_tva",
        "InvoiceAmountPaid": "deja_regle",
        "InvoiceAmountDue": "reste_a_payer",
        "Currency": "devise",
        "Type": "type",
        "Status": "statut",
        "TaxAmount": "",
        "Description": "",
    },
    source="Header of the export of sales invoices, alike in several public programs that read it",
)
_ZOHO = Preset(
    name="Zoho",
    required=("Invoice ID", "Invoice Number", "Invoice Date", "Invoice Status", "Customer Name", "Balance"),
    columns={
        "Invoice Number": "numero",
        "Invoice Date": "date_emission",
        "Due Date": "date_echeance",
        "Invoice Status": "statut",
        "Customer Name": "client",
        "PurchaseOrder": "commande",
        "Currency Code": "devise",
        "SubTotal": "",
        "Total": "montant_ttc",
        "Balance": "reste_a_payer",
        "Item Total": "",
        "Item Tax Amount": "",
        "Subject": "objet",
    },
    source="Header of Invoice.csv (Zoho Books and Zoho Invoice), alike in several public programs that read it",
)
_STRIPE = Preset(
    name="Stripe",
    required=("id", "Amount Due", "Billing", "Closed", "Date (UTC)", "Due Date (UTC)", "Number", "Subscription"),
    columns={
        "Number": "numero",
        "Customer Name": "client",
        "Customer Description": "client",
        "Customer": "client",
        "Customer Email": "email",
        "Date (UTC)": "date_emission",
        "Due Date (UTC)": "date_echeance",
        "Total": "montant_ttc",
        "Tax": "montant_tva",
        "Amount Paid": "deja_regle",
        "Currency": "devise",
        "Status": "statut",
        "id": "",
        "Amount Due": "",
        "Paid": "",
        "Subtotal": "",
    },
    source="Header of invoices.csv of the dashboard, as a public program declares it to load it",
    day_first=False,
)
_QUADERNO = Preset(
    name="Quaderno",
    required=("document_type", "number", "date", "original_currency", "original_amount", "accounting_currency"),
    columns={
        "document_type": "type",
        "number": "numero",
        "date": "date_emission",
        "original_currency": "devise",
        "original_amount": "montant_ttc",
        "description": "objet",
        "total_amount": "",
        "gross_amount": "",
        "net_amount": "",
        "accounting_currency": "",
    },
    source="https://support.quaderno.io/article/568-exporting-invoices",
)
_DOLIBARR = Preset(
    name="Dolibarr",
    required=("Ref. facture", "Date facturation", "Statut facture", "Facture payée"),
    columns={
        "Ref. facture": "numero",
        "Date facturation": "date_emission",
        "Date limite règlement": "date_echeance",
        "Date échéance": "date_echeance",
        "Statut facture": "statut",
        "Total TTC": "montant_ttc",
        "Total HT": "montant_ht",
        "Id facture": "",
        "Facture payée": "",
        "Date création facture": "",
    },
    source="Dolibarr/dolibarr: htdocs/core/modules/modFacture.class.php, htdocs/langs/fr_FR/bills.lang",
    states={"0": "draft", "1": "sent", "2": "paid", "3": "cancelled"},
)
PRESETS = (_XERO, _ZOHO, _STRIPE, _QUADERNO, _DOLIBARR)


def find(titles: Sequence[str]) -> Preset | None:
    """The preset whose titles are all there (the one that asks for the most), or None."""
    there = {key(title) for title in titles}
    fitting = [preset for preset in PRESETS if all(key(title) in there for title in preset.required)]
    return max(fitting, key=lambda preset: len(preset.required), default=None)


def named(name: str) -> Preset | None:
    """The preset of this name, or None."""
    return next((preset for preset in PRESETS if preset.name == name), None)
