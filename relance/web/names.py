"""What the words of the database are called on the page."""

from relance.rules.money import format_amount
from relance.web.i18n import _, language

TEMPLATES = {
    "standard": "Envoi de la facture",
    "prerelance": "Prérelance",
    "echeance": "Relance à l'échéance",
    "rappel": "Rappel",
    "relance_1": "Relance 1",
    "relance_2": "Relance 2",
    "dernier_rappel": "Dernier rappel",
    "formal_notice": "Mise en demeure",
    "amicable": "Lettre amiable",
}
INVOICE_KINDS = {
    "invoice": "Facture",
    "deposit": "Facture d'acompte",
    "progress": "Facture de situation",
    "final": "Facture de solde",
    "credit_note": "Avoir",
}
METHODS = {
    "transfer": "Virement",
    "direct_debit": "Prélèvement",
    "card": "Carte",
    "cheque": "Chèque",
    "cash": "Espèces",
}
CLIENT_KINDS = {
    "organisation": "Professionnel",
    "individual": "Particulier",
    "public": "Organisme public",
}
STATES = {
    "draft": "Brouillon",
    "to_process": "À traiter",
    "sent": "Envoyée",
    "paid": "Payée",
    "cancelled": "Annulée",
    "written_off": "Perte",
}
LANGUAGES = {"fr": "Français", "en": "Anglais"}


def template(key: str) -> str:
    """« Relance 1 »; the key itself for one of another version."""
    return _(TEMPLATES[key]) if key in TEMPLATES else key


def invoice_kind(key: str) -> str:
    """« Facture d'acompte »."""
    return _(INVOICE_KINDS[key])


def method(key: str) -> str:
    """« Virement »."""
    return _(METHODS[key]) if key in METHODS else key


def client_kind(key: str) -> str:
    """« Professionnel »."""
    return _(CLIENT_KINDS[key])


def state(key: str) -> str:
    """« Envoyée »."""
    return _(STATES[key]) if key in STATES else key


def money(cents: int, currency: str) -> str:
    """« 1 234,56 € », for a sentence written in Python."""
    return format_amount(cents, currency, language())
