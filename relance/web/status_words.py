"""Statuses of electronic invoices in words: their names, and what each did or would do."""

from relance.rules.money import format_amount
from relance.services.status_deciding import StatusItem
from relance.web.history_words import PLATFORM
from relance.web.i18n import _, language

NOTES = {
    "held": "Un litige est déjà ouvert : il le reste jusqu'à ce que vous le clôturiez.",
    "not_owed": "La facture n'attend pas de paiement : rien d'autre ne change.",
    "paid": "La facture est déjà payée.",
    "known": "Ce paiement est déjà noté.",
    "suspended": "Votre client attend une pièce ou une précision. Les relances continuent.",
}


def label(code: str) -> str:
    """« Refusée (210) »; what was written when Relance does not know it."""
    return _("{statut} ({code})", statut=_(PLATFORM[code]), code=code) if code in PLATFORM else code


def effect_words(item: StatusItem) -> str:
    """What a status would do, for a dry run; empty when there is a problem."""
    if item.effect == "dispute":
        return _("Un litige est ouvert : les relances s'arrêtent jusqu'à ce que vous le clôturiez.")
    if item.effect == "payment" and item.invoice is not None:
        amount = format_amount(item.amount_cents, item.invoice.currency, language())
        if item.note == "rest":
            return _("Un paiement du reste dû est noté : {montant}.", montant=amount)
        if item.note == "capped":
            return _("Un paiement est noté : {montant}, le reste dû, moins que le montant indiqué.", montant=amount)
        return _("Un paiement est noté : {montant}.", montant=amount)
    if item.effect == "record":
        return _("Le statut est noté sur la facture.") + (" " + _(NOTES[item.note]) if item.note else "")
    told = {
        "same": _("Rien : ce statut est déjà noté."),
        "older": _("Rien : un statut plus récent est noté."),
        "replaced": _("Rien : ce fichier donne un statut plus récent."),
    }
    return told.get(item.effect, "")


def done_words(item: StatusItem) -> str:
    """What recording a status did, for the notice that follows."""
    if item.effect == "dispute":
        return _("Statut noté. Un litige est ouvert : aucune relance ne part jusqu'à sa résolution.")
    if item.effect == "payment" and item.invoice is not None:
        amount = format_amount(item.amount_cents, item.invoice.currency, language())
        return _("Statut noté, et un paiement de {montant}.", montant=amount)
    if item.effect == "same":
        return _("Ce statut était déjà noté.")
    return _("Statut noté.") + (" " + _(NOTES[item.note]) if item.note else "")
