"""What a person reads in place of a code: a table for each column of an export that holds codes.

The words are those of the interface. A code that is not here is shown as it is: an older version, or another one, wrote
it. The JSON keeps the codes.
"""

import json
from typing import Any

from relance.db import BaseModel
from relance.models.accounts import Account, SmtpServer, User
from relance.models.batches import BatchLine
from relance.models.chases import Chase, Skip
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.evidence import Evidence
from relance.models.holds import Dispute, Promise, Task
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterBatch
from relance.models.messages import Message, MessageItem
from relance.models.partners import Partner
from relance.models.payment_plans import PaymentPlan, PlanPart
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.models.sequences import Sequence, SequenceStep
from relance.models.signatures import Signature
from relance.models.templates import Template, TemplateText
from relance.rules.wording import french
from relance.services import delivered_sequences, templating

Words = dict[str, str]
Column = tuple[type[BaseModel], str]

# fmt: off
LANGUAGES = {"fr": "Français", "en": "Anglais"}
METHODS = {
    "transfer": "Virement", "direct_debit": "Prélèvement", "card": "Carte", "cheque": "Chèque", "cash": "Espèces",
}
LETTERS = {"formal_notice": "Mise en demeure", "amicable": "Lettre amiable"}
REGIONS = {
    "metropole": "France métropolitaine", "alsace-moselle": "Alsace-Moselle", "guadeloupe": "Guadeloupe",
    "martinique": "Martinique", "guyane": "Guyane", "reunion": "La Réunion", "mayotte": "Mayotte",
    "saint-barthelemy": "Saint-Barthélemy", "saint-martin": "Saint-Martin",
}
PLATFORM = {
    "200": "Déposée", "201": "Émise", "202": "Reçue", "203": "Mise à disposition", "204": "Prise en charge",
    "205": "Approuvée", "206": "Approuvée partiellement", "207": "En litige", "208": "Suspendue", "209": "Complétée",
    "210": "Refusée", "211": "Paiement transmis", "212": "Encaissée", "213": "Rejetée",
}
REASONS = {
    "paid": "facture payée", "cancelled": "facture annulée", "written_off": "facture passée en perte",
    "switched_off": "relances désactivées", "finished": "toutes les relances prévues sont parties",
    "changed": "réglages des relances modifiés", "reopened": "facture de nouveau due",
    "missed": "une relance plus récente est partie à sa place", "died": "l'échéance est arrivée",
    "past": "date déjà passée", "gap": "un e-mail est parti récemment à ce client",
    "day_taken": "un e-mail part déjà ce jour-là à ce client",
    "other_recipients": "un e-mail part d'abord à d'autres contacts",
    "no_recipient": "aucun contact n'a d'adresse utilisable", "closed": "jour sans envoi",
    "draft": "la facture est un brouillon", "to_process": "la facture est à traiter",
    "exempt": "client jamais relancé", "below_minimum": "montant inférieur au minimum à relancer",
    "direct_debit": "facture payée par prélèvement", "card": "facture payée par carte",
    "suspended": "envois suspendus", "undone": "à votre demande", "uncertain": "envoi incertain",
    "restored": "sauvegarde restaurée", "text": "le texte ne correspondait plus à la facture",
    "pause": "relances de la facture en pause", "client_pause": "relances du client en pause",
    "account_pause": "tous les envois sont suspendus", "promise": "promesse de paiement en cours",
    "dispute": "litige en cours", "letter": "lettre postée", "plan": "échéancier en cours",
    "extension": "délai accordé", "not_paid": "le paiement a été supprimé", "held": "retenue par vous",
    "held_step": "retenue par vous", "skipped": "passée par vous", "step_removed": "étape retirée de la séquence",
    "sequence_changed": "la séquence a changé", "backlog": "trop tard pour entrer dans la séquence",
    "by_hand": "par vous", "declined": "refusée par vous", "unenrolled": "client sorti de la séquence",
    "sequence_deleted": "séquence supprimée", "client_archived": "client archivé", "quote_accepted": "devis accepté",
    "quote_declined": "devis refusé", "quote_expired": "la validité du devis est passée",
    "quote_changed": "le devis a changé", "quote_deleted": "devis supprimé",
}
ERRORS = REASONS | {
    "superseded": "un autre message l'a remplacé", "not_sent": "notée comme non partie",
}
ASIDE = {
    "draft": "encore un brouillon", "to_process": "« à traiter », pas encore envoyée",
    "credit_note": "un avoir ne se relance pas", "paid": "déjà payée", "cancelled": "annulée",
    "written_off": "passée en perte", "direct_debit": "payée par prélèvement", "card": "payée par carte",
    "exempt": "ce client n'est jamais relancé", "below_minimum": "reste dû inférieur au minimum à relancer",
    "no_address": "aucune adresse utilisable", "pause": "relances en pause", "client_pause": "client en pause",
    "account_pause": "tous les envois sont suspendus", "promise": "paiement promis", "dispute": "litige en cours",
    "letter": "lettre postée", "plan": "échéancier en cours", "notice": "le dernier rappel est resté sans effet",
    "balance_changed": "le solde a changé", "contact_gone": "le destinataire a changé",
    "written": "un autre e-mail lui a été écrit entre-temps", "gone": "la facture n'existe plus",
    "suspended": "les envois sont suspendus", "unwritable": "le texte n'a pas pu être écrit",
    "undone": "annulé par vous",
}
_VERSIONS = {"vous": "Version « vous »", "tu": "Version « tu »", "en": "Anglais"}

_TABLES: dict[Column, Words] = {
    (Account, "forewarns"): {
        "never": "Jamais", "asked": "Quand un e-mail attend mon accord", "always": "Chaque veille d'envoi",
    },
    (Account, "holiday_region"): REGIONS,
    (User, "language"): LANGUAGES,
    (User, "theme"): {"": "Automatique", "light": "Claire", "dark": "Sombre"},
    (SmtpServer, "security"): {"ssl": "SSL/TLS", "starttls": "STARTTLS", "none": "Aucune"},
    (Client, "kind"): {
        "organisation": "Professionnel", "individual": "Particulier", "public": "Organisme public",
    },
    (Client, "language"): LANGUAGES,
    (Contact, "register"): {"vous": "Vous", "tu": "Tu"},
    (Invoice, "kind"): {
        "invoice": "Facture", "deposit": "Facture d'acompte", "progress": "Facture de situation",
        "final": "Facture de solde", "credit_note": "Avoir",
    },
    (Invoice, "state"): {
        "draft": "Brouillon", "to_process": "À traiter", "sent": "Envoyée", "paid": "Payée", "cancelled": "Annulée",
        "written_off": "Perte",
    },
    (Invoice, "payment_method"): METHODS,
    (Invoice, "source"): {
        "form": "Saisie", "csv": "Fichier CSV", "xlsx": "Fichier Excel", "facturx": "Fichier Factur-X",
        "cii": "Facture électronique CII", "ubl": "Facture électronique UBL", "pdf": "PDF complété à la main",
        "api": "Une autre application",
    },
    (Invoice, "platform_status"): PLATFORM,
    (Payment, "method"): METHODS,
    (Quote, "state"): {"pending": "En attente", "accepted": "Accepté", "declined": "Refusé"},
    (Sequence, "key"): {one.key: one.title for one in delivered_sequences.ALL},
    (SequenceStep, "kind"): {"mail": "E-mail", "letter": "Lettre", "call": "Appel"},
    (Template, "category"): {
        "before": "Avant l'échéance", "reminder": "Relances", "thanks": "Après paiement", "quote": "Devis",
    },
    (TemplateText, "variant"): _VERSIONS,
    (Chase, "frequency"): {
        "once": "Une seule relance, à l'échéance", "weekly": "Une par semaine",
        "until_paid": "Chaque semaine jusqu'au paiement", "sequence": "Selon une séquence",
    },
    (Chase, "ended_because"): REASONS,
    (Skip, "because"): REASONS,
    (Message, "kind"): {
        "reminder": "Relance", "manual": "Envoi à la main", "thanks": "Remerciement", "quote": "Prérelance de devis",
    },
    (Message, "state"): {
        "proposed": "À valider", "queued": "En attente", "sending": "En cours d'envoi", "sent": "Envoyé",
        "refused": "Refusé par le serveur", "uncertain": "Envoi incertain", "cancelled": "Annulé",
    },
    (Message, "language"): LANGUAGES,
    (Message, "error"): ERRORS,
    (Letter, "kind"): LETTERS,
    (Letter, "state"): {
        "draft": "Brouillon", "ready": "Prête", "posted": "Postée", "received": "Reçue", "unclaimed": "Non réclamée",
        "refused": "Refusée", "abandoned": "Abandonnée",
    },
    (Letter, "imputation"): {
        "principal_first": "D'abord sur le principal", "interest_first": "D'abord sur les intérêts",
    },
    (Letter, "mention"): {
        "registered": "Lettre recommandée avec avis de réception", "by_hand": "Remise en main propre contre décharge",
        "none": "Aucune",
    },
    (Letter, "mode"): {
        "lrar_counter": "Recommandé au guichet", "lrar_online": "Recommandé en ligne", "lre": "Recommandé électronique",
        "simple": "Lettre simple", "by_hand": "Remise en main propre",
    },
    (LetterBatch, "kind"): LETTERS,
    (Signature, "source"): {"uploaded": "Déposée", "drawn": "Dessinée"},
    (Evidence, "kind"): {
        "quote": "Devis signé", "order": "Bon de commande ou contrat", "performance": "Preuve de la prestation",
        "terms": "Conditions générales", "correspondence": "Échange avec le client",
        "acknowledgement": "Reconnaissance de dette", "registry": "Extrait du registre", "other": "Autre pièce",
    },
    (Promise, "state"): {
        "open": "En cours", "kept": "Tenue", "broken": "Non tenue", "withdrawn": "Retirée", "replaced": "Remplacée",
    },
    (Dispute, "kind"): {
        "service": "La prestation", "amount": "Le montant", "order": "Le bon de commande", "other": "Autre motif",
    },
    (Task, "kind"): {"letter": "Lettre", "call": "Appel"},
    (Task, "outcome"): {"done": "Faite", "dropped": "Abandonnée", "paid": "Facture payée"},
    (PaymentPlan, "state"): {"open": "En cours", "kept": "Tenu", "broken": "Non tenu", "ended": "Terminé"},
    (PaymentPlan, "closed_because"): REASONS | {"payment": "payé comme convenu", "missed": "échéance non réglée"},
    (PlanPart, "state"): {"open": "À venir", "kept": "Réglée", "missed": "Non réglée"},
    (BatchLine, "state"): {"waiting": "En attente", "queued": "Message prêt", "aside": "Mise de côté"},
    (BatchLine, "reason"): ASIDE,
    (Partner, "kind"): {
        "firm": "Société de recouvrement", "officer": "Commissaire de justice", "mediator": "Médiateur ou conciliateur",
        "court": "Tribunal", "lawyer": "Avocat",
    },
    (Document, "kind"): {
        "invoice": "Facture", "quote": "Devis", "letter": "Courrier", "statement": "Relevé de compte",
        "deposit_proof": "Preuve de dépôt", "receipt_proof": "Preuve de réception", "proof": "Preuve",
        "evidence": "Pièce du dossier", "dispute": "Pièce d'un litige", "agreement": "Accord signé",
        "signature": "Signature", "import": "Fichier importé",
    },
}
# fmt: on
WORDS: dict[Column, Words] = {
    column: {code: french(words) for code, words in table.items()} for column, table in _TABLES.items()
}
TEMPLATES: frozenset[Column] = frozenset(
    {
        (SequenceStep, "template"),
        (Message, "template"),
        (MessageItem, "template"),
        (Letter, "template"),
        (Task, "template"),
        (BatchLine, "template"),
        (BatchLine, "proposed"),
        (Template, "ref"),
        (TemplateText, "ref"),
    }
)
"""The columns that name a template: what the user calls it, which only the account knows."""
PEOPLE: frozenset[Column] = frozenset({(Message, "to_json"), (Message, "cc_json")})
ANSWERS: frozenset[Column] = frozenset({(Message, "refused_json"), (LetterBatch, "refused_json")})
NUMBERS: frozenset[Column] = frozenset({(BatchLine, "invoice_ids"), (BatchLine, "contact_ids")})
ONLY_JSON: frozenset[Column] = frozenset(
    {(Event, "data"), (Letter, "facts"), (Letter, "words"), (BatchLine, "balances")}
)
"""What only a program reads: in the JSON, and in no table."""


def templates_of(account: Account) -> Words:
    """What each template of the account is called, letters included."""
    return {code: french(name) for code, name in LETTERS.items()} | templating.names(account)


def readable(column: Column, value: Any, templates: Words) -> Any:
    """A value as a person reads it; itself when it is no code, or an unknown one."""
    if not isinstance(value, str):
        return value
    if column in WORDS:
        return WORDS[column].get(value, value)
    if column in TEMPLATES:
        return templates.get(value, value)
    for columns, say in ((PEOPLE, _people), (ANSWERS, _answers), (NUMBERS, _numbers)):
        if column in columns:
            try:
                return say(json.loads(value))
            except (ValueError, TypeError, AttributeError):
                return value  # not as this version writes it: shown as it is rather than lost
    return value


def _people(found: Any) -> str:
    return ", ".join(f"{name} <{email}>" if name else email for name, email in found)


def _answers(found: Any) -> str:
    # By address for a message; a list of (client, why, marks…) for letters.
    pairs = found.items() if isinstance(found, dict) else [one[:2] for one in found]
    return "\n".join(french(f"{who} : {why}") for who, why in pairs)


def _numbers(found: Any) -> str:
    return ", ".join(str(one) for one in found)
