"""The words of a sending to many clients: why an invoice is set aside and how to mend it, how far it is."""

from datetime import date, datetime

from flask import url_for

from relance.models.batches import Batch, BatchLine
from relance.rules import wording
from relance.services.batch_review import Aside
from relance.services.batches import Progress
from relance.web import filters
from relance.web.i18n import _, _n, language

ASIDE = {
    "draft": "encore un brouillon",
    "to_process": "« à traiter », pas encore envoyée",
    "credit_note": "un avoir ne se relance pas",
    "paid": "déjà payée",
    "cancelled": "annulée",
    "written_off": "passée en perte",
    "direct_debit": "payée par prélèvement",
    "card": "payée par carte",
    "exempt": "ce client n’est jamais relancé",
    "below_minimum": "reste dû inférieur au minimum à relancer",
    "no_address": "aucune adresse utilisable",
    "pause": "relances en pause",
    "client_pause": "client en pause",
    "account_pause": "tous les envois sont suspendus",
    "promise": "paiement promis",
    "dispute": "litige en cours",
    "letter": "lettre postée",
    "plan": "échéancier en cours",
    "notice": "le dernier rappel est resté sans effet",
    "balance_changed": "le solde a changé",
    "contact_gone": "le destinataire a changé",
    "written": "un autre e-mail lui a été écrit entre-temps",
    "gone": "la facture n’existe plus",
    "suspended": "les envois sont suspendus",
    "unwritable": "le texte n’a pas pu être écrit",
    "undone": "annulé par vous",
}
DATED = ("pause", "client_pause", "account_pause", "promise", "letter", "plan")


def aside(found: Aside, today: date) -> str:
    """« adresse refusée le 18 nov. », « paiement promis jusqu’au 27 nov. »."""
    if found.because == "no_address" and found.rejected_on is not None:
        return _("adresse refusée le {date}", date=filters.day_month(found.rejected_on))
    words = _(ASIDE.get(found.because, found.because))
    if found.because in DATED and found.until_on is not None and found.until_on >= today:
        return _("{raison}, jusqu’au {date}", raison=words, date=filters.day_month(found.until_on))
    return words


def mending(found: Aside) -> tuple[str, str]:
    """How to mend it: an address and the words of the link; two blanks when nothing has to be done."""
    invoice = found.invoice
    client = url_for("clients.show", id=invoice.client_id)
    links = {
        "draft": (url_for("invoicing.edit", id=invoice.id), _("Terminer la facture")),
        "to_process": (url_for("invoicing.edit", id=invoice.id), _("Terminer la facture")),
        "exempt": (f"{client}?onglet=reglages", _("Voir le réglage")),
        "no_address": (f"{client}?onglet=contacts", _("Corriger l’adresse")),
        "pause": (url_for("pauses.ask_resume", id=invoice.id), _("Reprendre")),
        "client_pause": (client, _("Voir le client")),
        "dispute": (url_for("disputes.ask_close", id=invoice.id), _("Clore le litige")),
        "promise": (url_for("invoices.show", id=invoice.id), _("Voir la facture")),
        "notice": (url_for("letters.new", factures=invoice.id), _("Préparer la mise en demeure")),
    }
    return links.get(found.because, ("", ""))


def moment(instant: datetime) -> str:
    """« lundi 23 novembre à 9 h », in the account's time zone."""
    day = wording.weekday_date(filters.local_day(instant), language())
    return _("{jour} à {heure}", jour=day, heure=filters.local_time(instant))


def sentence(batch: Batch, progress: Progress, now: datetime) -> str:
    """Where the sending stands, in one sentence."""
    if batch.undone_at is not None and not progress.sent and not progress.failed:
        return _("Envoi annulé : rien n’est parti.")
    if not progress.is_prepared:
        done = progress.total - progress.waiting
        return _("{n} e-mails préparés sur {total}.", n=done, total=progress.total)
    if progress.queued and batch.not_before_at > now:
        seconds = int((batch.not_before_at - now).total_seconds())
        if seconds <= 90:
            return _n("Une relance part dans une minute.", "{n} relances partent dans une minute.", progress.queued)
        when = moment(batch.not_before_at)
        return _n("Une relance partira {quand}.", "{n} relances partiront {quand}.", progress.queued, quand=when)
    parts = [_n("Une relance envoyée", "{n} relances envoyées", progress.sent)] if progress.sent else []
    if progress.queued:
        parts.append(_n("une en cours d’envoi", "{n} en cours d’envoi", progress.queued))
    if progress.failed:
        parts.append(_n("une en échec", "{n} en échec", progress.failed))
    if progress.aside:
        parts.append(_n("une mise de côté", "{n} mises de côté", progress.aside))
    if progress.cancelled:
        parts.append(_n("une annulée", "{n} annulées", progress.cancelled))
    words = ", ".join(parts)
    return f"{words[:1].upper()}{words[1:]}." if words else _("Rien n’est parti.")


def state_of(line: BatchLine) -> tuple[str, str]:
    """What became of a line: words, and the family of their colour ('' when nothing is wrong)."""
    if line.state == "waiting":
        return _("en préparation"), ""
    if line.state == "aside":
        return _("mise de côté : {raison}", raison=_(ASIDE.get(line.reason, line.reason))), "warn"
    message = line.message
    if message is None:
        return _("annulée"), ""
    words = {
        "queued": _("en attente"),
        "sending": _("en cours d’envoi"),
        "sent": _("envoyée {date}", date=moment(message.sent_at)) if message.sent_at else _("envoyée"),
        "refused": _("refusée par le serveur"),
        "uncertain": _("envoi incertain : vérifiez avant de renvoyer"),
        "cancelled": _("annulée"),
    }
    return words.get(message.state, message.state), "warn" if message.state in ("refused", "uncertain") else ""
