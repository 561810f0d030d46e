"""One sentence for each kind of event, with its icon and its family."""

from collections.abc import Callable
from datetime import date
from typing import Any

from markupsafe import Markup

from relance.rules.money import format_amount
from relance.web import filters, names
from relance.web.history_words import FREQUENCIES, MASCULINE, PAGES, REASONS, SOURCES, TITLES
from relance.web.i18n import _, language

Facts = dict[str, Any]


def strong(text: str) -> Markup:
    """In bold, escaped."""
    return Markup("<strong>{}</strong>").format(text)


def _strong(text: str, rest: str = "", **values: object) -> Markup:
    """« **Facture payée** le 3 mai »: the fact in bold, the rest plain, every value escaped.

    The whole sentence is one entry of the catalogue, with {fait} where the bold words stand.
    """
    fact = strong(_(text))
    if not rest:
        return fact
    separator = "" if rest[0] == "," else " "
    return Markup(_(f"{{fait}}{separator}{rest}", fait=fact, **values))  # noqa: S704 (already escaped by _)


def _plain(text: str, rest: str = "") -> Callable[[str, Facts], Markup]:
    return lambda kind, facts: _strong(text, rest)


def unknown(kind: str, facts: Facts) -> Markup:
    """A kind of another version, under its own name."""
    return _strong(kind)


def _amount(facts: Facts, name: str = "amount_cents") -> str:
    return format_amount(int(facts.get(name) or 0), facts.get("currency", "EUR"), language())


def day_of(text: Any) -> Markup:
    """« 3 mai 2026 » from an ISO date of the facts; nothing when there is none."""
    return filters.long_date(date.fromisoformat(str(text))) if text else Markup("")


def _people(facts: Facts) -> str:
    """Names, or addresses, of those a message went to."""
    found = [entry[0] or entry[1] if isinstance(entry, list) else entry for entry in facts.get("to") or []]
    return ", ".join(str(entry) for entry in found)


def _created(kind: str, facts: Facts) -> Markup:
    if facts.get("source") == "form":
        return _strong("Facture enregistrée")
    return _strong("Facture importée", "depuis {source}", source=_(SOURCES.get(facts.get("source", ""), "un fichier")))


def _moved(kind: str, facts: Facts) -> Markup:
    if facts.get("state") == "sent":
        return _strong("Facture enregistrée", "comme envoyée")
    if facts.get("state") == "to_process":
        return _strong("Facture mise de côté", ", à traiter")
    return _strong("Facture modifiée")


def _paid(kind: str, facts: Facts) -> Markup:
    return _strong("Paiement reçu", ", {montant}", montant=_amount(facts))


def _unpaid(kind: str, facts: Facts) -> Markup:
    return _strong("Paiement supprimé", ", {montant}", montant=_amount(facts))


def _credited(kind: str, facts: Facts) -> Markup:
    return _strong("Avoir imputé", ", {numéro}, {montant}", numéro=facts.get("credit_note", ""), montant=_amount(facts))


def _due(kind: str, facts: Facts) -> Markup:
    return _strong("Échéance dépassée")


def _sent(kind: str, facts: Facts) -> Markup:
    key = str(facts.get("template", ""))
    people = _people(facts)
    if kind == "reminder_queued":
        words = _agree(key, "prêt à partir", "prête à partir")
        return _strong(names.template(key), f"{words}, pour {{nom}}" if people else words, nom=people)
    words = _agree(key, "envoyé", "envoyée")
    return _strong(names.template(key), f"{words} à {{nom}}" if people else words, nom=people)


def _agree(template: str, masculine: str, feminine: str) -> str:
    """« Rappel envoyé », « Relance 1 envoyée »."""
    return masculine if template in MASCULINE else feminine


def _cancelled(kind: str, facts: Facts) -> Markup:
    return _strong("Relance annulée", ": {raison}", raison=_reason(facts))


def _skipped(kind: str, facts: Facts) -> Markup:
    key = str(facts.get("template", ""))
    return _strong(names.template(key), _agree(key, "sauté", "sautée") + " : {raison}", raison=_reason(facts))


def _waits(kind: str, facts: Facts) -> Markup:
    name, reason = names.template(facts.get("template", "")), _reason(facts)
    if facts.get("until"):
        return _strong(name, "attend jusqu'au {date} : {raison}", date=day_of(facts["until"]), raison=reason)
    return _strong(name, "attend : {raison}", raison=reason)


def _started(kind: str, facts: Facts) -> Markup:
    title = "Relances activées" if kind == "chase_started" else "Relances modifiées"
    rhythm = _(FREQUENCIES.get(facts.get("frequency", ""), ""), n=facts.get("count", ""))
    return _strong(title, ": {rythme}", rythme=rhythm) if rhythm else _strong(title)


def _stopped(kind: str, facts: Facts) -> Markup:
    because = facts.get("because", "")
    if because == "switched_off":
        return _strong("Relances désactivées")
    return (
        _strong("Relances terminées", ": {raison}", raison=_reason(facts)) if because else _strong("Relances terminées")
    )


def _letter(kind: str, facts: Facts) -> Markup:
    name = names.template(facts.get("letter_kind") or facts.get("template") or "formal_notice")
    words = {
        "letter_requested": "demandée",
        "letter_ready": "prête à relire et à poster",
        "letter_failed": ", fichier impossible à préparer",
        "letter_posted": "postée",
        "letter_received": "reçue par le client",
        "letter_changed": "modifiée",
        "letter_deleted": "supprimée",
        "letter_proof_added": ": preuve jointe",
    }
    return _strong(name, words.get(kind, ""))


def _client(kind: str, facts: Facts) -> Markup:
    if kind == "client_merged":
        return _strong(
            "Clients fusionnés", ": {autre} rejoint {nom}", autre=facts.get("other", ""), nom=facts.get("name", "")
        )
    return _strong(TITLES[kind], ": {nom}", nom=facts.get("name", ""))


def _contact(kind: str, facts: Facts) -> Markup:
    who = facts.get("name") or facts.get("email") or ""
    return _strong(TITLES[kind], ": {nom}", nom=who)


def _refused_address(kind: str, facts: Facts) -> Markup:
    return _strong("Adresse refusée", ": {adresse}", adresse=facts.get("address", ""))


def _settings(kind: str, facts: Facts) -> Markup:
    page = str(facts.get("page", ""))
    words = _(PAGES.get(page, page))
    return _strong("Réglages modifiés", ": {page}", page=words) if page else _strong("Réglages modifiés")


def _reason(facts: Facts) -> str:
    because = str(facts.get("because", ""))
    return _(REASONS[because]) if because in REASONS else because


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "account_created": ("user-plus", "", _plain("Compte créé")),
    "signed_in": ("user", "", _plain("Connexion")),
    "sign_in_failed": ("ban", "", _plain("Connexion refusée")),
    "password_changed": ("lock", "", _plain("Mot de passe modifié")),
    "password_reset_asked": ("lock", "", _plain("Nouveau mot de passe demandé")),
    "settings_changed": ("settings", "", _settings),
    "smtp_verified": ("mail-check", "", _plain("Serveur d'envoi vérifié")),
    "iban_changed": ("landmark", "", _plain("IBAN modifié")),
    "invoice_created": ("file-check-corner", "", _created),
    "invoice_imported": ("file-up", "", _created),
    "invoice_changed": ("pencil", "", _moved),
    "invoice_cancelled": ("x", "", _plain("Facture annulée")),
    "invoice_written_off": ("x", "", _plain("Facture passée en perte")),
    "invoice_reopened": ("rotate-ccw", "", _plain("Facture rouverte", ", de nouveau à encaisser")),
    "payment_recorded": ("banknote", "pay", _paid),
    "payment_deleted": ("undo-2", "pay", _unpaid),
    "invoice_paid": ("circle-check", "pay", _plain("Facture payée")),
    "credit_applied": ("undo-2", "pay", _credited),
    "became_overdue": ("clock", "due", _due),
    "note_added": ("square-pen", "note", _plain("Note")),
    "chase_started": ("bell", "", _started),
    "chase_changed": ("bell", "", _started),
    "chase_stopped": ("circle-pause", "", _stopped),
    "chase_finished": ("circle-check", "", _stopped),
    "chase_resumed": ("circle-play", "", _plain("Relances reprises")),
    "step_skipped": ("arrow-right", "", _skipped),
    "step_waits": ("hourglass", "", _waits),
    "reminder_queued": ("mail", "", _sent),
    "reminder_sent": ("mail-check", "sent", _sent),
    "reminder_refused": ("mail-x", "due", _plain("E-mail refusé", "par le serveur")),
    "reminder_uncertain": ("triangle-alert", "due", _plain("Envoi incertain", ": rien n'est renvoyé sans vous")),
    "reminder_cancelled": ("ban", "", _cancelled),
    "reminder_confirmed": ("mail-check", "sent", _plain("Relance confirmée", "comme partie")),
    "reminder_not_sent": ("mail-x", "", _plain("Relance notée", "comme non partie")),
    "failure_seen": ("eye", "", _plain("Échec d'envoi vu")),
    "sending_resumed": ("circle-play", "", _plain("Envois repris")),
    "backup_restored": ("archive", "", _plain("Sauvegarde restaurée", ": les envois sont suspendus")),
    "recipient_refused": ("mail-x", "due", _refused_address),
    "letter_requested": ("stamp", "", _letter),
    "letter_ready": ("stamp", "sent", _letter),
    "letter_failed": ("triangle-alert", "due", _letter),
    "letter_posted": ("send", "sent", _letter),
    "letter_received": ("mail-open", "client", _letter),
    "letter_changed": ("stamp", "", _letter),
    "letter_deleted": ("trash", "", _letter),
    "letter_proof_added": ("paperclip", "", _letter),
    "client_created": ("users", "", _client),
    "client_changed": ("users", "", _client),
    "client_archived": ("archive", "", _client),
    "client_merged": ("git-merge", "", _client),
    "contact_added": ("user-plus", "", _contact),
    "contact_changed": ("user", "", _contact),
    "contact_archived": ("archive", "", _contact),
}
