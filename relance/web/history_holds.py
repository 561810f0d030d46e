"""Sentences of what holds reminders back, of calls and replies, of sequences and templates, of tasks."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web import names
from relance.web.history_phrases import Facts, agree, amount_of, day_of, fact, people_of
from relance.web.history_words import CALLS, DISPUTES, STARTS
from relance.web.i18n import _, _n


def _paused(kind: str, facts: Facts) -> Markup:
    title = {
        "client_paused": "Relances de ce client mises en pause",
        "all_paused": "Tous les envois suspendus",
        "paused": "Relances mises en pause",
    }[kind]
    until = day_of(facts.get("until_on"))
    return fact(title, "jusqu'au {date} inclus", date=until) if until else fact(title, "sans date de fin")


def _resumed(kind: str, facts: Facts) -> Markup:
    title = {
        "client_resumed": "Relances de ce client reprises",
        "all_resumed": "Tous les envois repris",
        "resumed": "Relances reprises",
    }[kind]
    name = names.template(str(facts["template"])) if facts.get("template") else ""
    return fact(title, ", prochaine : {relance}", relance=name) if name else fact(title)


def _chase_resumed(kind: str, facts: Facts) -> Markup:
    if facts.get("template") and facts.get("on"):
        name = names.template(str(facts["template"]))
        return fact("Relances reprises", "à partir de {relance}, le {date}", relance=name, date=day_of(facts["on"]))
    return fact("Relances reprises")


def _promised(kind: str, facts: Facts) -> Markup:
    day, amount, who = day_of(facts.get("promised_on")), amount_of(facts), str(facts.get("given_by") or "")
    if kind == "promise_made":
        if not day:
            return fact("Promesse de paiement", "notée")
        if who:
            rest = "pour le {date}, {montant}, de la part de {nom}"
            return fact("Promesse de paiement", rest, date=day, montant=amount, nom=who)
        return fact("Promesse de paiement", "pour le {date}, {montant}", date=day, montant=amount)
    title = {
        "promise_kept": "Promesse tenue",
        "promise_broken": "Promesse non tenue",
        "promise_replaced": "Promesse remplacée",
        "promise_withdrawn": "Promesse retirée",
    }[kind]
    return fact(title, ", elle était pour le {date}", date=day) if day else fact(title)


def _disputed(kind: str, facts: Facts) -> Markup:
    if kind == "dispute_closed":
        return fact("Litige clos", ", les relances reprennent")
    about = str(facts.get("dispute") or "")
    words = _(DISPUTES[about]) if about in DISPUTES else ""
    if words:
        return fact("Litige signalé", ": {sujet}, relances suspendues", sujet=words)
    return fact("Litige signalé", ", relances suspendues")


def _extended(kind: str, facts: Facts) -> Markup:
    day = day_of(facts.get("granted_on"))
    if kind == "extension_withdrawn":
        return fact("Délai accordé retiré", ", retour à l'échéance de la facture")
    return fact("Délai accordé", "jusqu'au {date}", date=day) if day else fact("Délai accordé")


def _called(kind: str, facts: Facts) -> Markup:
    who, outcome = str(facts.get("who") or ""), str(facts.get("outcome") or "")
    words = _(CALLS[outcome]) if outcome in CALLS else ""
    if who and words:
        return fact("Appel", "à {nom}, {résultat}", nom=who, résultat=words)
    if who:
        return fact("Appel", "à {nom}", nom=who)
    return fact("Appel", ": {résultat}", résultat=words) if words else fact("Appel", "passé")


def _replied(kind: str, facts: Facts) -> Markup:
    who, day = str(facts.get("who") or ""), day_of(facts.get("received_on"))
    if who and day:
        return fact("Réponse reçue", "de {nom} le {date}", nom=who, date=day)
    return fact("Réponse reçue", "le {date}", date=day) if day else fact("Réponse reçue")


def _thanks(kind: str, facts: Facts) -> Markup:
    people = people_of(facts)
    return fact("Remerciement", "prêt à partir, pour {nom}" if people else "prêt à partir", nom=people)


def _step(kind: str, facts: Facts) -> Markup:
    """A planned step, held or moved by hand, or that waits for a yes."""
    key = str(facts.get("template") or "")
    name = names.template(key) if key else _("Relance")
    if kind == "step_moved":
        day = day_of(facts.get("on") or facts.get("planned_on"))
        words = agree(key, "déplacé", "déplacée")
        return fact(name, f"{words} au {{date}}" if day else words, date=day)
    words = {
        "step_held": agree(key, "retenu", "retenue"),
        "step_released": agree(key, "libéré", "libérée"),
        "step_restored": agree(key, "rétabli", "rétablie"),
        "reminder_proposed": "attend votre accord",
        "reminder_approved": agree(key, "accepté", "acceptée"),
        "reminder_declined": agree(key, "refusé", "refusée"),
    }[kind]
    return fact(name, words)


def _task(kind: str, facts: Facts) -> Markup:
    is_call = str(facts.get("task") or facts.get("channel") or "") == "call"
    words = {
        "task_due": "Appel à passer" if is_call else "Lettre à valider",
        "task_done": "Appel passé" if is_call else "Lettre préparée",
        "task_dropped": "Appel abandonné" if is_call else "Lettre abandonnée",
        "task_reopened": "Lettre de nouveau à valider",
    }[kind]
    return fact(words)


def _sequence(kind: str, facts: Facts) -> Markup:
    title = {
        "sequence_created": "Séquence créée",
        "sequence_changed": "Séquence modifiée",
        "sequence_published": "Séquence mise à jour",
        "sequence_archived": "Séquence archivée",
        "sequence_deleted": "Séquence supprimée",
    }[kind]
    name = str(facts.get("name") or facts.get("sequence") or facts.get("title") or "")
    return fact(title, ": {nom}", nom=name) if name else fact(title)


def _enrolled(kind: str, facts: Facts) -> Markup:
    name = str(facts.get("sequence") or facts.get("title") or "")
    if kind == "client_unenrolled":
        return (
            fact("Client sorti", "de la séquence {nom}", nom=name) if name else fact("Client sorti", "de sa séquence")
        )
    before = str(facts.get("former") or "")
    if name and before:
        rest = "à la séquence {nom}, il quitte {ancienne}"
        return fact("Client inscrit", rest, nom=name, ancienne=before)
    return fact("Client inscrit", "à la séquence {nom}", nom=name) if name else fact("Client inscrit", "à une séquence")


def _chosen(kind: str, facts: Facts) -> Markup:
    start = str(facts.get("start") or "")
    words = _(STARTS[start]) if start in STARTS else ""
    return fact("Reprise choisie", ": {choix}", choix=words) if words else fact("Reprise choisie")


def _template(kind: str, facts: Facts) -> Markup:
    title = {
        "template_created": "Modèle créé",
        "template_changed": "Modèle modifié",
        "template_deleted": "Modèle supprimé",
        "template_reset": "Modèle revenu au texte d'origine",
    }[kind]
    name = str(facts.get("name") or "")
    name = name or (names.template(str(facts["ref"])) if facts.get("ref") else "")
    return fact(title, ": {nom}", nom=name) if name else fact(title)


def _batch(kind: str, facts: Facts) -> Markup:
    title = "Envoi groupé annulé" if kind == "batch_undone" else "Envoi groupé confirmé"
    count = int(facts.get("count") or 0)
    return fact(title, ": {n}", n=_n("un e-mail", "{n} e-mails", count)) if count else fact(title)


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "chase_resumed": ("circle-play", "", _chase_resumed),
    "paused": ("circle-pause", "", _paused),
    "resumed": ("circle-play", "", _resumed),
    "client_paused": ("circle-pause", "", _paused),
    "client_resumed": ("circle-play", "", _resumed),
    "all_paused": ("circle-pause", "", _paused),
    "all_resumed": ("circle-play", "", _resumed),
    "promise_made": ("handshake", "client", _promised),
    "promise_kept": ("handshake", "client", _promised),
    "promise_broken": ("handshake", "due", _promised),
    "promise_withdrawn": ("undo-2", "client", _promised),
    "promise_replaced": ("handshake", "client", _promised),
    "dispute_opened": ("scale", "client", _disputed),
    "dispute_closed": ("scale", "client", _disputed),
    "extension_granted": ("calendar-clock", "client", _extended),
    "extension_withdrawn": ("calendar-clock", "client", _extended),
    "call_logged": ("phone", "note", _called),
    "reply_logged": ("mail-open", "client", _replied),
    "thanks_queued": ("mail", "", _thanks),
    "step_held": ("circle-pause", "", _step),
    "step_released": ("circle-play", "", _step),
    "step_moved": ("calendar-clock", "", _step),
    "step_restored": ("rotate-ccw", "", _step),
    "reminder_proposed": ("hourglass", "", _step),
    "reminder_approved": ("check", "", _step),
    "reminder_declined": ("ban", "", _step),
    "task_due": ("bell", "due", _task),
    "task_done": ("check", "", _task),
    "task_dropped": ("x", "", _task),
    "task_reopened": ("rotate-ccw", "", _task),
    "client_enrolled": ("users", "", _enrolled),
    "client_unenrolled": ("users", "", _enrolled),
    "entry_chosen": ("arrow-right", "", _chosen),
    "sequence_created": ("plus", "", _sequence),
    "sequence_changed": ("pencil", "", _sequence),
    "sequence_published": ("refresh-cw", "", _sequence),
    "sequence_archived": ("archive", "", _sequence),
    "sequence_deleted": ("trash", "", _sequence),
    "batch_queued": ("send", "", _batch),
    "batch_undone": ("undo-2", "", _batch),
    "template_created": ("plus", "", _template),
    "template_changed": ("pencil", "", _template),
    "template_deleted": ("trash", "", _template),
    "template_reset": ("rotate-ccw", "", _template),
}
