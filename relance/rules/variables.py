"""The variables of e-mail texts: one registry of names, with what each stands for."""

from dataclasses import dataclass

INVOICE, QUOTE, EVERY = "invoice", "quote", "every"


@dataclass(frozen=True)
class Variable:
    """One name. ``meaning`` is French and read in the editor; ``about``: invoices, quotes or both.

    A block (the payment lines, the table, the signature) has several lines and no place in a subject.
    """

    name: str
    group: str
    meaning: str
    about: str = INVOICE
    is_block: bool = False


GROUPS = ("Client", "Facture", "Retard", "Paiement", "Devis", "Vous")
_CLIENT, _FACTURE, _RETARD, _PAIEMENT, _DEVIS, _VOUS = GROUPS

ALL = (
    Variable("salutation", _CLIENT, "La formule d’appel, avec le prénom s’il est connu.", EVERY),
    Variable("prenom_contact", _CLIENT, "Le prénom du contact, s’il est seul à recevoir l’e-mail.", EVERY),
    Variable("client", _CLIENT, "Le nom du client.", EVERY),
    Variable("facture", _FACTURE, "La facture avec son type, son numéro et son objet."),
    Variable("numero", _FACTURE, "Le numéro de la facture ou du devis.", EVERY),
    Variable("type_facture", _FACTURE, "Le type de la facture."),
    Variable("objet_facture", _FACTURE, "L’objet de la facture."),
    Variable("date_facture", _FACTURE, "La date de la facture."),
    Variable("montant", _FACTURE, "Le montant total, toutes taxes comprises.", EVERY),
    Variable("reste_du", _FACTURE, "Ce qu’il reste à payer."),
    Variable("d_un_montant", _FACTURE, "Le montant dans la phrase ; si une partie est payée, ce qu’il en reste."),
    Variable("nombre", _FACTURE, "Le nombre de factures, ou d’échéances d’une même facture.", EVERY),
    Variable("factures", _FACTURE, "Le mot « factures », ou « échéances » pour une seule facture."),
    Variable("tableau", _FACTURE, "Le tableau des factures, avec leur total.", EVERY, is_block=True),
    Variable("piece_jointe", _FACTURE, "Ce qui est joint ; vide sans pièce jointe.", EVERY),
    Variable("date_echeance", _RETARD, "La date d’échéance."),
    Variable("echue", _RETARD, "L’échéance dans la phrase."),
    Variable("arrive_a_echeance", _RETARD, "L’échéance dans la phrase, avec son verbe."),
    Variable("en_retard_depuis", _RETARD, "La date d’échéance, seulement si elle est passée."),
    Variable("jours_retard", _RETARD, "Le nombre de jours de retard ; vide avant l’échéance."),
    Variable("retard", _RETARD, "Le retard, avec le mot « jours »."),
    Variable("encore", _RETARD, "« encore », ou « entièrement » si une partie est payée."),
    Variable("date_dernier_message", _RETARD, "La date de la dernière relance ; vide s’il n’y en a pas eu."),
    Variable("date_limite", _RETARD, "Le dernier jour pour répondre : dans huit jours."),
    Variable("penalites", _RETARD, "Les pénalités de retard, si vous les réclamez et à partir du ton « direct »."),
    Variable("indemnite", _RETARD, "L’indemnité forfaitaire, si vous la réclamez et à partir du ton « direct »."),
    Variable("frais_de_retard", _RETARD, "Les pénalités et l’indemnité dans la phrase."),
    Variable("articles_de_loi", _RETARD, "Les articles qui les prévoient, à partir du ton « ferme »."),
    Variable("paiement", _PAIEMENT, "Montant, titulaire, IBAN, BIC et référence, ligne par ligne.", is_block=True),
    Variable("iban", _PAIEMENT, "Votre IBAN."),
    Variable("bic", _PAIEMENT, "Votre BIC."),
    Variable("titulaire", _PAIEMENT, "Le titulaire du compte."),
    Variable("reference", _PAIEMENT, "La référence à rappeler dans le virement."),
    Variable("date_devis", _DEVIS, "La date du devis.", QUOTE),
    Variable("date_validite", _DEVIS, "Le dernier jour de validité du devis.", QUOTE),
    Variable("objet_devis", _DEVIS, "L’objet du devis.", QUOTE),
    Variable("signature", _VOUS, "Votre nom, votre entreprise et votre téléphone.", EVERY, is_block=True),
    Variable("signataire", _VOUS, "Votre nom.", EVERY),
    Variable("entreprise", _VOUS, "Le nom de votre entreprise.", EVERY),
    Variable("telephone", _VOUS, "Votre téléphone.", EVERY),
)
BLOCKS = frozenset(variable.name for variable in ALL if variable.is_block)


def available(category: str) -> tuple[Variable, ...]:
    """The variables that a template of this category may use."""
    about = QUOTE if category == "quote" else INVOICE
    return tuple(variable for variable in ALL if variable.about in (about, EVERY))


def names_for(category: str, *, in_subject: bool = False) -> frozenset[str]:
    """Their names; a subject is one line and takes no block."""
    names = frozenset(variable.name for variable in available(category))
    return names - BLOCKS if in_subject else names
