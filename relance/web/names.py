"""What the words of the database are called on the page."""

from flask import g

from relance.mail import delivered
from relance.rules.money import format_amount
from relance.services import templating
from relance.web import scope
from relance.web.i18n import _, language

TEMPLATES = {ref: kind.name for ref, kind in delivered.KINDS.items()} | {
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
    """« Relance 1 », or the name the user gave it; the key itself for one of another version."""
    own = _own_names().get(key)
    if own:
        return own
    return _(TEMPLATES[key]) if key in TEMPLATES else key


def _own_names() -> dict[str, str]:
    """The names the user gave to templates, read once for a page."""
    if "own_template_names" not in g:
        g.own_template_names = templating.own_names(scope.current_account()) if scope.is_signed_in() else {}
    found: dict[str, str] = g.own_template_names
    return found


def forget_templates() -> None:
    """Read the names again: one has just changed."""
    g.pop("own_template_names", None)


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
