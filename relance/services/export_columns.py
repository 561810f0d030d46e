"""What leaves in an export: an allow-list of columns, each with the title that a person reads.

A column is exported because it is named here; one that is named neither in COLUMNS nor in LEFT_OUT fails a test.
Secrets (passwords, keys of sessions and of the journal, tokens) are left out, as is what only the machinery reads.
"""

from relance.db import BaseModel
from relance.models.accounts import (
    Account,
    Closure,
    Heartbeat,
    PasswordReset,
    SmtpServer,
    Throttle,
    Transport,
    User,
)
from relance.models.batches import Batch, BatchLine
from relance.models.chases import Chase, ChaseContact, Entry, Skip
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.evidence import Evidence
from relance.models.holds import Dispute, Extension, Hold, Pause, Promise, Reschedule, Task
from relance.models.imports import ColumnMap, ImportFile, ImportRow, ImportRun
from relance.models.invoices import Instalment, Invoice
from relance.models.legal_rates import LegalRate
from relance.models.letters import Letter, LetterBatch, LetterEnclosure, LetterInvoice
from relance.models.messages import Message, MessageAttachment, MessageItem
from relance.models.partners import Partner
from relance.models.payment_plans import PaymentPlan, PlanInvoice, PlanPart
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.models.sequences import Sequence, SequenceStep
from relance.models.signatures import Signature
from relance.models.templates import Template, TemplateText

Titles = dict[str, str]

_ID = {"id": "Identifiant"}
_MADE = {"made_by": "Par", "made_at": "Fait le"}
_ENDED = {"ended_on": "Fin le", "ended_at": "Terminé à", "ended_by": "Terminé par"}
_CLIENT, _INVOICE = {"client": "Client"}, {"invoice": "Facture"}

# fmt: off
COLUMNS: dict[type[BaseModel], Titles] = {
    Account: _ID | {
        "business_name": "Entreprise", "legal_form": "Forme juridique", "owner_name": "Signataire",
        "owner_capacity": "Qualité du signataire", "siret": "SIRET", "vat_number": "TVA intracommunautaire",
        "address": "Adresse", "phone": "Téléphone", "email": "E-mail", "iban": "IBAN", "bic": "BIC",
        "iban_holder": "Titulaire du compte", "sender_name": "Nom d'expéditeur", "reply_to": "Répondre à",
        "trade_names": "Noms commerciaux", "time_zone": "Fuseau horaire",
        "send_from_minute": "Envois à partir de (minutes après minuit)",
        "send_until_minute": "Envois jusqu'à (minutes après minuit)", "send_days": "Jours d'envoi (1 = lundi)",
        "skips_holidays": "Pas d'envoi les jours fériés", "holiday_region": "Jours fériés de",
        "min_gap_days": "Jours entre deux e-mails", "is_grouping": "Relances groupées",
        "weekly_cap": "Messages au plus, chaque semaine", "copies_user": "Copie à l'utilisateur",
        "attaches_invoice": "Facture jointe", "asks_before_sending": "Demander avant d'envoyer",
        "forewarns": "Annonce la veille", "sends_thanks": "Remerciements",
        "promise_grace_days": "Jours de grâce après une promesse", "relance_1_days": "Jours avant la relance 1",
        "relance_2_days": "Jours avant la relance 2", "last_reminder_days": "Jours avant le dernier rappel",
        "notice_days": "Jours avant la mise en demeure", "quote_remind_days": "Jours avant la fin d'un devis",
        "tolerance_cents": "Tolérance de règlement", "min_amount_cents": "Minimum à relancer",
        "payment_days": "Délai de paiement (jours)", "late_rate_bp": "Taux de pénalités (%)",
        "reports_encashments": "Rappeler de déclarer l'encaissement", "claims_penalties": "Réclamer les pénalités",
        "alerts_overdue": "Alertes de retard", "suspended_at": "Envois suspendus le",
        "suspended_because": "Envois suspendus parce que", "created_at": "Compte créé le",
    },
    User: _ID | {
        "email": "E-mail", "first_name": "Prénom", "last_name": "Nom", "language": "Langue", "theme": "Thème",
        "has_shortcuts": "Raccourcis", "created_at": "Créé le", "last_seen_at": "Vu le",
    },
    SmtpServer: _ID | {
        "host": "Serveur", "port": "Port", "security": "Sécurité", "username": "Identifiant de connexion",
        "from_address": "Adresse d'expédition", "verified_at": "Vérifié le", "updated_at": "Modifié le",
    },
    Closure: _ID | {"starts_on": "Du", "ends_on": "Au", "label": "Libellé"},
    Client: _ID | {
        "name": "Nom", "kind": "Type", "siren": "SIREN ou SIRET", "vat_number": "TVA intracommunautaire",
        "address": "Adresse", "country": "Pays", "language": "Langue", "payment_days": "Délai de paiement (jours)",
        "late_rate_bp": "Taux de pénalités (%)", "is_exempt": "Jamais relancé", "sequence": "Séquence",
        "enrolled_at": "Inscrit le", "chooses_sequence": "Séquence choisie pour lui", "note": "Note",
        "archived_at": "Archivé le", "merged_into": "Fusionné avec", "created_at": "Créé le",
    },
    Contact: _ID | _CLIENT | {
        "name": "Nom", "email": "E-mail", "role": "Fonction", "phone": "Téléphone", "register": "Vous ou tu",
        "is_main": "Principal", "rejected_at": "Adresse refusée le", "rejected_because": "Refusée parce que",
        "archived_at": "Archivé le", "created_at": "Créé le",
    },
    Invoice: _ID | {
        "number": "Numéro", "kind": "Type", "state": "État", "client": "Client", "contact": "Interlocuteur",
        "issued_on": "Date de facture", "due_on": "Échéance", "next_due_on": "Prochaine échéance",
        "total_cents": "Total TTC", "net_cents": "Total HT", "vat_cents": "TVA", "balance_cents": "Reste dû",
        "excess_cents": "Trop-perçu", "currency": "Devise", "object": "Objet", "order_reference": "Commande",
        "payment_method": "Mode de paiement", "late_rate_bp": "Taux de pénalités (%)",
        "credited_invoice": "Facture liée", "document": "Fichier", "source": "Origine",
        "platform_status": "Statut sur la plateforme", "platform_status_on": "Statut du",
        "encashment_reported_at": "Encaissement déclaré le", "note": "Note", "paid_on": "Payée le",
        "created_at": "Créée le", "updated_at": "Modifiée le",
    },
    Instalment: _ID | _INVOICE | {
        "position": "Rang", "due_on": "Échéance", "amount_cents": "Montant", "balance_cents": "Reste dû",
        "alerted_on": "Retard signalé le",
    },
    Payment: _ID | _INVOICE | {
        "received_on": "Reçu le", "amount_cents": "Montant", "method": "Moyen", "reference": "Référence",
        "created_by": "Par", "created_at": "Saisi le",
    },
    Quote: _ID | {
        "number": "Numéro", "client": "Client", "contact": "Interlocuteur", "object": "Objet",
        "issued_on": "Date du devis", "valid_until": "Valable jusqu'au", "total_cents": "Total TTC",
        "net_cents": "Total HT", "vat_cents": "TVA", "currency": "Devise", "order_reference": "Commande",
        "state": "État", "decided_on": "Décidé le", "declined_because": "Refusé parce que",
        "nudges": "Prérelances", "remind_days": "Jours avant la fin", "document": "Fichier", "invoice": "Facture",
        "note": "Note", "created_at": "Créé le", "updated_at": "Modifié le",
    },
    Sequence: _ID | {
        "title": "Titre", "description": "Description", "key": "Séquence livrée", "claims_fees": "Frais réclamés",
        "asks_before_sending": "Demander avant d'envoyer", "is_default": "Par défaut", "revision": "Révision",
        "has_draft": "Brouillon en cours", "archived_at": "Archivée le", "created_at": "Créée le",
        "updated_at": "Modifiée le",
    },
    SequenceStep: _ID | {
        "sequence": "Séquence", "revision": "Révision", "key": "Étape", "kind": "Type", "offset_days": "Jours après J",
        "template": "Modèle", "since_on": "Depuis le",
    },
    Template: _ID | {
        "ref": "Référence", "name": "Nom", "category": "Famille", "level": "Fermeté", "archived_at": "Archivé le",
        "created_at": "Créé le", "updated_at": "Modifié le",
    },
    TemplateText: _ID | {
        "ref": "Modèle", "variant": "Variante", "is_many": "Pour plusieurs factures", "subject": "Objet",
        "body": "Texte", "updated_at": "Modifié le",
    },
    Chase: _ID | _CLIENT | _INVOICE | {
        "frequency": "Rythme", "sequence": "Séquence", "frozen_revision": "Révision gardée",
        "is_inherited": "Par la séquence du client", "asks_before_sending": "Demander avant d'envoyer",
        "first_offset_days": "Première, jours après J", "count": "Nombre", "copies_user": "Copie à l'utilisateur",
        "attaches_invoice": "Facture jointe", "started_by": "Activé par", "started_at": "Activé le",
        "ended_at": "Terminé le", "ended_because": "Terminé parce que",
    },
    ChaseContact: _ID | {"chase": "Suivi", "contact": "Interlocuteur"},
    Entry: _ID | {
        "chase": "Suivi", "instalment": "Échéance", "enters_on": "À partir du", "step": "Étape",
        "anchor_on": "Compté du", "is_out": "Trop tard pour la séquence",
    },
    Skip: _ID | {
        "chase": "Suivi", "instalment": "Échéance", "step": "Étape", "because": "Raison", "skipped_at": "Le",
    },
    Hold: _ID | {"chase": "Suivi", "step": "Étape", "because": "Raison"} | _MADE,
    Reschedule: _ID | {"chase": "Suivi", "step": "Étape", "planned_on": "Déplacée au"} | _MADE,
    Message: _ID | _CLIENT | {
        "kind": "Type", "state": "État", "template": "Modèle", "language": "Langue", "to_json": "À", "cc_json": "Copie",
        "from_name": "De", "from_address": "Adresse d'expédition", "reply_to": "Répondre à", "subject": "Objet",
        "body_text": "Texte", "total_cents": "Montant", "currency": "Devise", "quote": "Devis", "user": "Par",
        "is_automatic": "Automatique", "is_edited": "Texte modifié", "day_on": "Jour prévu", "sent_at": "Remis le",
        "claimed_at": "Tenté le", "first_attempt_at": "Premier essai le", "attempts": "Essais",
        "error": "Erreur", "refused_json": "Adresses refusées", "message_id": "Message-ID",
        "references": "En réponse à", "created_at": "Créé le",
    },
    MessageItem: _ID | {
        "message": "Message", "invoice": "Facture", "instalment": "Échéance", "chase": "Suivi", "step": "Étape",
        "offset_days": "Jours après J", "template": "Modèle", "planned_on": "Prévu le", "is_on_plan": "À l'heure",
        "balance_cents": "Reste dû",
    },
    MessageAttachment: _ID | {"message": "Message", "document": "Fichier"},
    Letter: _ID | _CLIENT | {
        "kind": "Type", "state": "Statut", "dated_on": "Date", "delay_days": "Délai (jours)",
        "claims_interest": "Intérêts réclamés", "claims_fee": "Indemnité réclamée", "imputation": "Imputation",
        "principal_cents": "Principal", "interest_cents": "Intérêts", "fee_cents": "Indemnité", "total_cents": "Total",
        "currency": "Devise", "document": "Fichier", "sha256": "Empreinte SHA-256", "template": "Modèle",
        "is_edited": "Texte modifié", "words": "Texte choisi", "facts": "Ce que dit la lettre", "mention": "Mention",
        "joins_invoices": "Factures jointes", "enclosures": "Pièces jointes", "signature": "Signature",
        "error": "Erreur", "frozen_at": "Prête le", "batch": "Lot", "mode": "Mode d'envoi",
        "tracking_number": "Numéro de suivi", "posted_on": "Postée le", "received_on": "Reçue le",
        "presented_on": "Présentée le", "deadline_on": "Délai jusqu'au", "settled_at": "Suite donnée le",
        "deposit_proof": "Preuve de dépôt", "receipt_proof": "Preuve de réception", "created_by": "Par",
        "created_at": "Créée le",
    },
    LetterInvoice: _ID | {
        "letter": "Courrier", "invoice": "Facture", "principal_cents": "Principal", "interest_cents": "Intérêts",
        "fee_cents": "Indemnité",
    },
    LetterEnclosure: _ID | {"letter": "Courrier", "evidence": "Pièce"},
    LetterBatch: _ID | {
        "kind": "Type", "total": "Courriers", "refused_json": "Refusés", "created_by": "Par", "created_at": "Fait le",
    },
    Signature: _ID | {
        "user": "De", "document": "Fichier", "name": "Nom", "source": "Origine", "is_default": "Par défaut",
        "created_at": "Ajoutée le", "archived_at": "Retirée le",
    },
    Evidence: _ID | _CLIENT | _INVOICE | {
        "kind": "Type", "label": "Libellé", "note": "Note", "document": "Fichier", "added_by": "Par",
        "added_at": "Ajoutée le", "archived_at": "Retirée le",
    },
    Promise: _ID | _CLIENT | _INVOICE | {
        "promised_on": "Promis pour le", "holds_until_on": "Relances retenues jusqu'au", "amount_cents": "Montant",
        "given_by": "Donnée par", "note": "Note", "state": "État", "starts_on": "Du",
    } | _MADE | {"closed_on": "Close le", "closed_at": "Close à"},
    Dispute: _ID | _CLIENT | _INVOICE | {
        "kind": "Objet", "text": "Ce que dit le client", "document": "Fichier", "starts_on": "Du",
    } | _MADE | _ENDED | {"outcome": "Issue"},
    Pause: _ID | _CLIENT | _INVOICE | {
        "starts_on": "Du", "until_on": "Jusqu'au", "reason": "Raison", "letter": "Courrier", "plan": "Échéancier",
    } | _MADE | _ENDED,
    Extension: _ID | _CLIENT | _INVOICE | {"granted_on": "Accordé jusqu'au", "reason": "Raison", "starts_on": "Du"}
    | _MADE | _ENDED,
    Task: _ID | _CLIENT | _INVOICE | {
        "kind": "Type", "due_on": "Pour le", "note": "Note", "chase": "Suivi", "instalment": "Échéance",
        "step": "Étape", "offset_days": "Jours après J", "template": "Modèle", "created_at": "Créée le",
        "done_at": "Faite le", "done_by": "Par", "outcome": "Issue",
    },
    PaymentPlan: _ID | _CLIENT | {
        "total_cents": "Total", "baseline_cents": "Déjà reçu à l'accord", "currency": "Devise",
        "agreed_on": "Convenu le", "is_acknowledged": "Dette reconnue", "note": "Note", "document": "Fichier",
        "state": "État",
    } | _MADE | {"closed_on": "Clos le", "closed_at": "Clos à", "closed_because": "Clos parce que"},
    PlanInvoice: _ID | {"plan": "Échéancier", "invoice": "Facture"},
    PlanPart: _ID | {
        "plan": "Échéancier", "due_on": "Échéance", "amount_cents": "Montant", "state": "État", "closed_on": "Close le",
    },
    Batch: _ID | {
        "user": "Par", "copies_user": "Copie à l'utilisateur", "not_before_at": "Pas avant",
        "created_at": "Confirmé le", "finished_at": "Terminé le", "undone_at": "Annulé le",
    },
    BatchLine: _ID | {
        "batch": "Envoi groupé", "position": "Rang", "client": "Client", "template": "Modèle", "proposed": "Proposé",
        "invoice_ids": "Factures (identifiants)", "contact_ids": "Interlocuteurs (identifiants)",
        "balances": "Restes dus", "balance_cents": "Reste dû", "currency": "Devise", "state": "État",
        "reason": "Raison", "message": "Message",
    },
    Partner: _ID | {
        "key": "Partenaire livré", "kind": "Type", "name": "Nom", "url": "Site", "email": "E-mail",
        "phone": "Téléphone", "note": "Note", "is_hidden": "Masqué", "created_at": "Créé le",
    },
    LegalRate: _ID | {
        "year": "Année", "half": "Semestre", "mro_bp": "Taux de la BCE (%)",
        "legal_professional_bp": "Taux légal, professionnels (%)",
        "legal_individual_bp": "Taux légal, particuliers (%)", "source": "Source", "reviewed_on": "Relu le",
        "entered_by": "Par", "entered_at": "Saisi le",
    },
    Document: _ID | {
        "kind": "Type", "name": "Nom", "mime": "Format", "size": "Octets", "sha256": "Empreinte SHA-256",
        "created_at": "Ajouté le",
    },
    Event: _ID | {
        "at": "Date", "kind": "Type", "client": "Client", "invoice": "Facture", "message": "Message",
        "letter": "Courrier", "quote": "Devis", "user": "Par", "data": "Données", "chain": "Empreinte",
    },
}

_MACHINE = "de la machinerie : ce que Relance refera de lui-même"
_SECRET = "un secret"  # noqa: S105 (it says why, it is none)
_SAME_ACCOUNT = "le compte exporté"
_LOCK = "un verrou de l'application"
_SHEET = "feuille de travail d'un import : ce qu'il a écrit est parmi les factures, et raconté par le journal"
LEFT_OUT: dict[type[BaseModel], Titles] = {
    Account: {
        "journal_key": _SECRET, "next_forewarning_at": _MACHINE, "next_alert_at": _MACHINE,
        "alerted_through_on": _MACHINE, "rates_acknowledged": _MACHINE, "onboarding_dismissed_at": _MACHINE,
        "last_removed_invoice": _MACHINE,
        "has_received_test": _MACHINE,
    },
    User: {"password_hash": _SECRET, "session_key": _SECRET},
    SmtpServer: {"password_encrypted": _SECRET},
    Client: {"turn": _LOCK},
    Invoice: {"version": _LOCK},
    Payment: {"form_key": _LOCK},
    Quote: {"next_check_at": _MACHINE, "version": _LOCK},
    Sequence: {"title_key": "le titre, replié", "version": _LOCK},
    Template: {"name_key": "le nom, replié", "version": _LOCK},
    Chase: {"next_check_at": _MACHINE, "version": _LOCK},
    Message: {
        "token": _SECRET, "slot": _LOCK, "claim": _LOCK, "body_html": "la mise en page du texte, dans le .eml",
        "facts": _MACHINE, "not_before_at": _MACHINE, "reported_at": _MACHINE,
    },
    MessageItem: {"slot": _LOCK},
    Letter: {
        "requested_at": _MACHINE, "basis": _MACHINE, "version": _LOCK, "updated_at": _LOCK,
        "deadline_told_at": _MACHINE,
    },
    Task: {"slot": _LOCK},
    Batch: {"key": _LOCK},
}
TABLES_LEFT_OUT: Titles = {
    Transport.__name__: _MACHINE, PasswordReset.__name__: _SECRET, Throttle.__name__: _MACHINE,
    Heartbeat.__name__: _MACHINE, ImportRun.__name__: _SHEET, ImportFile.__name__: _SHEET,
    ImportRow.__name__: _SHEET, ColumnMap.__name__: _MACHINE,
}
# fmt: on


def reason_of(model: type[BaseModel], name: str) -> str:
    """Why a column does not leave; '' when it does, or when nobody thought of it. « account » is the account itself."""
    if name == "account":
        return _SAME_ACCOUNT
    return TABLES_LEFT_OUT.get(model.__name__) or LEFT_OUT.get(model, {}).get(name, "")
