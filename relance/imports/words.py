"""The words of tables: the state and the kind of an invoice, how it is paid, what its client is.

Keys are in plain form (``table.plain``). The first words of each are those of the canonical format, which are also
the ones a person is offered when a word is not known.
"""

from relance.imports.table import plain

KINDS = {"facture": "invoice", "acompte": "deposit", "situation": "progress", "solde": "final", "avoir": "credit_note"}
STATES = {
    "brouillon": "draft",
    "a_traiter": "to_process",
    "envoyee": "sent",
    "payee": "paid",
    "annulee": "cancelled",
}
CLIENT_KINDS = {"organisation": "organisation", "particulier": "individual", "public": "public"}
PAYMENT_MEANS = {"virement": "transfer", "prelevement": "direct_debit", "carte": "card", "cheque": "cheque"}


def _all(words: str) -> list[str]:
    return words.split()


def _with(base: dict[str, str], more: dict[str, str]) -> dict[str, str]:
    """``base``, and each word of the strings of ``more`` with its value."""
    return base | {word: value for value, words in more.items() for word in _all(words)}


ANY_KINDS = _with(
    KINDS,
    {
        "invoice": "fa fac fact factures facture_de_vente facture_client facture_simple facture_standard invoice inv "
        "standard sale sales_invoice facture_standard facture_de_doit 380",
        "deposit": "facture_d_acompte facture_acompte deposit deposit_invoice down_payment prepayment 386",
        "progress": "facture_de_situation facture_intermediaire progress progress_invoice interim",
        "final": "facture_de_solde facture_finale facture_solde final final_invoice balance_invoice",
        "credit_note": "av avoirs facture_d_avoir facture_avoir note_de_credit credit credit_note creditnote "
        "credit_memo sales_credit_note refund remboursement cn nc 381",
    },
)
ANY_STATES = _with(
    STATES,
    {
        "draft": "brouillons draft drafts provisoire non_finalisee",
        "to_process": "a_envoyer a_valider to_process to_send pending_approval a_finaliser",
        "sent": "envoye emise emis envoyee_au_client sent finalisee finalise finalized validee valide validated "
        "approved authorised authorized en_attente en_attente_de_paiement en_attente_de_reglement "
        "attente_de_paiement pending awaiting_payment impayee impaye non_payee non_paye non_reglee non_regle unpaid "
        "open ouverte ouvert opened awaiting_approval submitted "
        "a_payer a_regler a_encaisser due en_retard late overdue past_due echue echu retard en_cours issued viewed vue "
        "consultee delivered deposee transmise relancee depassee partiellement_payee partiellement_paye "
        "partiellement_reglee partiellement_regle partiellement_encaissee payee_partiellement paiement_partiel partial "
        "partially_paid partially_paid_invoice uncollectible upcoming a_echoir non_echue non_encaissee",
        "paid": "paye reglee regle soldee solde acquittee acquitte encaissee encaisse paid payed closed settled "
        "payee_en_totalite totalement_payee paid_in_full lettree rapprochee reconciled payment_received",
        "cancelled": "annule cancelled canceled void voided abandonnee abandonne deleted supprimee",
    },
)
PARTLY_PAID = frozenset(
    _all(
        "partiellement_payee partiellement_paye partiellement_reglee partiellement_regle partiellement_encaissee "
        "payee_partiellement paiement_partiel partial partially_paid partially_paid_invoice"
    )
)
ANY_CLIENT_KINDS = _with(
    CLIENT_KINDS,
    {
        "organisation": "entreprise entreprises societe professionnel professionnels pro company business b2b "
        "organization association personne_morale",
        "individual": "particuliers individual person personne personne_physique b2c consumer consommateur",
        "public": "administration secteur_public collectivite collectivites b2g government public_sector",
    },
)
ANY_PAYMENT_MEANS = _with(
    PAYMENT_MEANS,
    {
        "transfer": "virement_bancaire virement_sepa virement_instantane transfer bank_transfer wire wire_transfer vir "
        "sepa_credit_transfer iban",
        "direct_debit": "prelevement_sepa prelevement_automatique prelevement_bancaire direct_debit sepa_direct_debit "
        "sepa_debit gocardless",
        "card": "carte_bancaire cb carte_de_credit card credit_card debit_card stripe paypal paiement_en_ligne",
        "cheque": "cheque_bancaire check chq",
        "cash": "especes liquide cash",
        "other": "autre other traite lcr compensation",
    },
)


def is_partly_paid(word: str) -> bool:
    """True when a state says that a part of the invoice was paid."""
    return plain(word) in PARTLY_PAID
