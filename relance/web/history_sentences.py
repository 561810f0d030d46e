"""One sentence for each kind of event, with its icon and its family. Holds, calls and sequences: history_holds."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web import (
    history_case,
    history_data,
    history_exits,
    history_holds,
    history_imports,
    history_letters,
    history_plans,
    history_quotes,
    history_rates,
    history_statuses,
    letter_words,
    names,
)
from relance.web.history_phrases import (
    Facts,
    agree,
    amount_of,
    day_of,
    fact,
    people_of,
    plain,
    reason_of,
    strong,
    unknown,
)
from relance.web.history_words import FREQUENCIES, PAGES, SOURCES, TITLES
from relance.web.i18n import _

__all__ = ["KINDS", "Facts", "day_of", "strong", "unknown"]


def _created(kind: str, facts: Facts) -> Markup:
    if facts.get("source") == "form":
        return fact("Facture enregistrée")
    return fact("Facture importée", "depuis {source}", source=_(SOURCES.get(facts.get("source", ""), "un fichier")))


def _moved(kind: str, facts: Facts) -> Markup:
    if facts.get("state") == "sent":
        return fact("Facture enregistrée", "comme envoyée")
    if facts.get("state") == "to_process":
        return fact("Facture mise de côté", ", à traiter")
    return fact("Facture modifiée")


def _paid(kind: str, facts: Facts) -> Markup:
    return fact("Paiement reçu", ", {montant}", montant=amount_of(facts))


def _unpaid(kind: str, facts: Facts) -> Markup:
    return fact("Paiement supprimé", ", {montant}", montant=amount_of(facts))


def _credited(kind: str, facts: Facts) -> Markup:
    return fact("Avoir imputé", ", {numéro}, {montant}", numéro=facts.get("credit_note", ""), montant=amount_of(facts))


def _due(kind: str, facts: Facts) -> Markup:
    return fact("Échéance dépassée")


def _sent(kind: str, facts: Facts) -> Markup:
    key = str(facts.get("template", ""))
    people = people_of(facts)
    if kind == "reminder_queued":
        words = agree(key, "prêt à partir", "prête à partir")
        return fact(names.template(key), f"{words}, pour {{nom}}" if people else words, nom=people)
    words = agree(key, "envoyé", "envoyée")
    return fact(names.template(key), f"{words} à {{nom}}" if people else words, nom=people)


def _cancelled(kind: str, facts: Facts) -> Markup:
    title = "Remerciement annulé" if facts.get("template") == "remerciement" else "Relance annulée"
    return fact(title, ": {raison}", raison=reason_of(facts))


def _skipped(kind: str, facts: Facts) -> Markup:
    key = str(facts.get("template", ""))
    if facts.get("because") == "by_hand":
        return fact(names.template(key), agree(key, "passé par vous", "passée par vous"))
    return fact(names.template(key), agree(key, "sauté", "sautée") + " : {raison}", raison=reason_of(facts))


def _waits(kind: str, facts: Facts) -> Markup:
    name, reason = names.template(facts.get("template", "")), reason_of(facts)
    if facts.get("until"):
        return fact(name, "attend jusqu'au {date} : {raison}", date=day_of(facts["until"]), raison=reason)
    return fact(name, "attend : {raison}", raison=reason)


def _started(kind: str, facts: Facts) -> Markup:
    title = "Relances activées" if kind == "chase_started" else "Relances modifiées"
    if facts.get("start") == "out":
        return fact(
            "Trop tard pour la séquence", "{nom}, à vous de choisir par où commencer", nom=facts.get("sequence", "")
        )
    if facts.get("sequence"):
        return fact(title, ": séquence {nom}", nom=facts["sequence"])
    rhythm = _(FREQUENCIES.get(facts.get("frequency", ""), ""), n=facts.get("count", ""))
    return fact(title, ": {rythme}", rythme=rhythm) if rhythm else fact(title)


def _stopped(kind: str, facts: Facts) -> Markup:
    because = facts.get("because", "")
    if because == "switched_off":
        return fact("Relances désactivées")
    return fact("Relances terminées", ": {raison}", raison=reason_of(facts)) if because else fact("Relances terminées")


def _letter(kind: str, facts: Facts) -> Markup:
    name = letter_words.full_title(str(facts.get("letter_kind") or "formal_notice"), str(facts.get("template") or ""))
    words = {
        "letter_drafted": ", brouillon enregistré",
        "letter_discarded": ", brouillon supprimé",
        "letter_requested": "demandée",
        "letter_ready": "prête à relire et à poster",
        "letter_failed": ", fichier impossible à préparer",
        "letter_changed": "modifiée",
        "letter_deleted": "supprimée",
        "letter_abandoned": ", abandonnée sans être postée",
        "letter_restored": "reprise",
    }
    return fact(name, words.get(kind, ""))


def _client(kind: str, facts: Facts) -> Markup:
    if kind == "client_merged":
        return fact(
            "Clients fusionnés", ": {autre} rejoint {nom}", autre=facts.get("other", ""), nom=facts.get("name", "")
        )
    return fact(TITLES[kind], ": {nom}", nom=facts.get("name", ""))


def _contact(kind: str, facts: Facts) -> Markup:
    who = facts.get("name") or facts.get("email") or ""
    return fact(TITLES[kind], ": {nom}", nom=who)


def _refused_address(kind: str, facts: Facts) -> Markup:
    return fact("Adresse refusée", ": {adresse}", adresse=facts.get("address", ""))


def _settings(kind: str, facts: Facts) -> Markup:
    page = str(facts.get("page", ""))
    words = _(PAGES.get(page, page))
    return fact("Réglages modifiés", ": {page}", page=words) if page else fact("Réglages modifiés")


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "account_created": ("user-plus", "", plain("Compte créé")),
    "signed_in": ("user", "", plain("Connexion")),
    "sign_in_failed": ("ban", "", plain("Connexion refusée")),
    "password_changed": ("lock", "", plain("Mot de passe modifié")),
    "password_reset_asked": ("lock", "", plain("Nouveau mot de passe demandé")),
    "settings_changed": ("settings", "", _settings),
    "smtp_verified": ("mail-check", "", plain("Serveur d'envoi vérifié")),
    "iban_changed": ("landmark", "", plain("IBAN modifié")),
    "invoice_created": ("file-check-corner", "", _created),
    "invoice_imported": ("file-up", "", _created),
    "invoice_changed": ("pencil", "", _moved),
    "invoice_cancelled": ("x", "", plain("Facture annulée")),
    "invoice_written_off": ("x", "", plain("Facture passée en perte")),
    "invoice_reopened": ("rotate-ccw", "", plain("Facture rouverte", ", de nouveau à encaisser")),
    "payment_recorded": ("banknote", "pay", _paid),
    "payment_deleted": ("undo-2", "pay", _unpaid),
    "invoice_paid": ("circle-check", "pay", plain("Facture payée")),
    "credit_applied": ("undo-2", "pay", _credited),
    "became_overdue": ("clock", "due", _due),
    "note_added": ("square-pen", "note", plain("Note")),
    "chase_started": ("bell", "", _started),
    "chase_changed": ("bell", "", _started),
    "chase_stopped": ("circle-pause", "", _stopped),
    "chase_finished": ("circle-check", "", _stopped),
    "step_skipped": ("arrow-right", "", _skipped),
    "step_waits": ("hourglass", "", _waits),
    "reminder_queued": ("mail", "", _sent),
    "reminder_sent": ("mail-check", "sent", _sent),
    "reminder_refused": ("mail-x", "due", plain("E-mail refusé", "par le serveur")),
    "reminder_uncertain": ("triangle-alert", "due", plain("Envoi incertain", ": rien n'est renvoyé sans vous")),
    "reminder_cancelled": ("ban", "", _cancelled),
    "reminder_confirmed": ("mail-check", "sent", plain("Relance confirmée", "comme partie")),
    "reminder_not_sent": ("mail-x", "", plain("Relance notée", "comme non partie")),
    "failure_seen": ("eye", "", plain("Échec d'envoi vu")),
    "sending_resumed": ("circle-play", "", plain("Envois repris")),
    "backup_restored": ("archive", "", plain("Sauvegarde restaurée", ": les envois sont suspendus")),
    "recipient_refused": ("mail-x", "due", _refused_address),
    "letter_drafted": ("square-pen", "", _letter),
    "letter_discarded": ("trash", "", _letter),
    "letter_requested": ("stamp", "", _letter),
    "letter_ready": ("stamp", "sent", _letter),
    "letter_failed": ("triangle-alert", "due", _letter),
    "letter_changed": ("stamp", "", _letter),
    "letter_deleted": ("trash", "", _letter),
    "letter_abandoned": ("x", "", _letter),
    "letter_restored": ("rotate-ccw", "", _letter),
    "client_created": ("users", "", _client),
    "client_changed": ("users", "", _client),
    "client_archived": ("archive", "", _client),
    "client_merged": ("git-merge", "", _client),
    "contact_added": ("user-plus", "", _contact),
    "contact_changed": ("user", "", _contact),
    "contact_archived": ("archive", "", _contact),
    **history_case.KINDS,
    **history_data.KINDS,
    **history_exits.KINDS,
    **history_holds.KINDS,
    **history_imports.KINDS,
    **history_letters.KINDS,
    **history_plans.KINDS,
    **history_quotes.KINDS,
    **history_rates.KINDS,
    **history_statuses.KINDS,
}
