"""What the law says about the ways out when reminders did not help: dated and sourced facts, never advice.

Each fact names the text or the public page it was read in, and the day it was read. What only one secondary source
says is marked « to check », and the page says so. No cost is here: none could be confirmed. Form numbers carry no
version, which changes. How to review them: docs/exits.md.
"""

import datetime as dt
from dataclasses import dataclass

REVIEWED_ON = dt.date(2026, 11, 22)
SMALL_CLAIM_CENTS = 5_000_00  # CPCE, art. L125-1: principal and interest
LAWYER_CENTS = 10_000_00  # CPC, art. 761 and 853: above, a lawyer is compulsory

COMMERCE_FORM, CIVIL_FORM, PROTECTION_FORM = "12946", "12948", "16040"


@dataclass(frozen=True)
class Source:
    """A text, a decision or a public page. ``url`` is empty for a text that is named well enough."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Fact:
    """One sentence of fact. ``is_to_check``: one secondary source only, or a point still moving."""

    text: str
    source: Source
    is_to_check: bool = False
    reviewed_on: dt.date = REVIEWED_ON


INJUNCTION_PAGE = Source(
    "Service-public : injonction de payer", "https://www.service-public.fr/particuliers/vosdroits/F1746"
)
CONCILIATOR_PAGE = Source(
    "Service-public : conciliateur de justice", "https://www.service-public.fr/particuliers/vosdroits/F1736"
)
MEDIATOR_PAGE = Source("Médiateur des entreprises", "https://www.economie.gouv.fr/mediateur-des-entreprises")
UNCONTESTED_PAGE = Source(
    "Service-public entreprendre : factures non contestées",
    "https://entreprendre.service-public.gouv.fr/actualites/A18889",
)
DECREE_96 = Source("Décret n° 2026-96 du 16 février 2026")

PLAN = (
    Fact(
        "La reconnaissance écrite de la dette, ou un paiement partiel, fait repartir le délai pour agir.",
        Source("Code civil, article 2240"),
    ),
    Fact(
        "Le créancier peut refuser un paiement partiel : rien n'oblige à accepter un échéancier.",
        Source("Code civil, article 1342-4"),
        is_to_check=True,
    ),
)
NOTICE = (
    Fact(
        "Aucune forme n'est imposée : la demande doit être claire, et le juge l'apprécie.",
        Source("Code civil, article 1344"),
    ),
    Fact(
        "Ni une relance ni une mise en demeure, même recommandée, n'interrompt le délai pour agir.",
        Source("Cour de cassation, chambre commerciale, 18 mai 2022, n° 20-23.204"),
    ),
)
INSOLVENCY = (
    Fact(
        "Quand une procédure collective est ouverte, la créance se déclare dans les deux mois de la publication du "
        "jugement au BODACC.",
        Source("Code de commerce, article R622-24"),
    ),
    Fact("Les intérêts cessent de courir au jugement d'ouverture.", Source("Code de commerce, article L622-28")),
    Fact(
        "L'indemnité de 40 € ne peut pas être invoquée quand la procédure interdit le paiement à l'échéance.",
        Source("Code de commerce, article L441-10, II"),
    ),
)
MEDIATOR = Fact(
    "Le Médiateur des entreprises est un service public, gratuit et confidentiel, pour les litiges entre "
    "entreprises ou avec un acheteur public.",
    MEDIATOR_PAGE,
    is_to_check=True,
)
CONCILIATOR = Fact(
    "Le conciliateur de justice est bénévole et sa saisine est gratuite ; il n'intervient pas dans un litige avec "
    "l'administration.",
    CONCILIATOR_PAGE,
)
INJUNCTION = (
    Fact(
        "Une demande écrite au tribunal de votre client, sans audience, pour une créance née d'un contrat, quel "
        "qu'en soit le montant.",
        Source("Code de procédure civile, articles 1405 à 1425"),
    ),
    Fact(
        "Depuis le 1er septembre 2026, l'ordonnance doit être signifiée dans les trois mois ; passé ce délai, elle "
        "est sans effet.",
        DECREE_96,
    ),
    Fact("Votre client peut former opposition dans le mois de la signification.", INJUNCTION_PAGE),
    Fact(
        "Sans avis d'opposition du greffe, l'ordonnance peut être exécutée deux mois après sa signification.",
        DECREE_96,
    ),
)
PROTECTION = Fact(
    "Un loyer ou un crédit à la consommation relève du juge des contentieux de la protection (formulaire 16040).",
    INJUNCTION_PAGE,
)
OFFICER = (
    Fact(
        "Jusqu'à 5 000 €, intérêts compris, pour une créance née d'un contrat.",
        Source("Code des procédures civiles d'exécution, article L125-1"),
    ),
    Fact(
        "Le commissaire de justice écrit à votre client, qui a un mois pour accepter ; sans son accord, la "
        "procédure s'arrête.",
        Source("Code des procédures civiles d'exécution, article R125-1"),
    ),
    Fact(
        "Tous les frais restent à la charge du créancier.",
        Source("Code des procédures civiles d'exécution, article L125-1"),
    ),
    Fact(
        "Depuis 2026, les factures entre commerçants en sont exclues.",
        Source("Code des procédures civiles d'exécution, article L125-1"),
        is_to_check=True,
    ),
)
UNCONTESTED = (
    Fact(
        "Pour une facture certaine, liquide et exigible entre commerçants, sans plafond.",
        Source("Loi n° 2026-307 du 23 avril 2026 (CPCE, articles L126-1 à L126-5)"),
    ),
    Fact(
        "Un commissaire de justice signifie un commandement de payer ; votre client a un mois pour payer ou contester.",
        UNCONTESTED_PAGE,
    ),
    Fact(
        "Sans réponse, un procès-verbal est dressé huit jours plus tard au moins, et le greffe le rend exécutoire.",
        UNCONTESTED_PAGE,
    ),
    Fact(
        "Le décret d'application n'avait pas été trouvé à la date de relecture.",
        UNCONTESTED_PAGE,
        is_to_check=True,
    ),
)
FIRM = (
    Fact(
        "Une société de recouvrement agit sur un mandat écrit, qui indique le fondement et le montant de chaque "
        "somme réclamée.",
        Source("Code des procédures civiles d'exécution, article R124-3"),
    ),
    Fact(
        "Les frais de recouvrement engagés sans titre exécutoire restent à la charge du créancier.",
        Source("Code des procédures civiles d'exécution, article L111-8"),
    ),
)
LAWYER = (
    Fact(
        "Devant le tribunal judiciaire, un avocat n'est obligatoire qu'au-dessus de 10 000 €.",
        Source("Code de procédure civile, article 761"),
        is_to_check=True,
    ),
    Fact(
        "Devant le tribunal de commerce, un avocat n'est obligatoire qu'au-dessus de 10 000 €.",
        Source("Code de procédure civile, article 853"),
        is_to_check=True,
    ),
)
PUBLIC_BODY = Fact(
    "Le délai pour agir contre un organisme public a ses propres règles, à vérifier avant toute démarche.",
    Source("Loi n° 68-1250 du 31 décembre 1968"),
    is_to_check=True,
)

# What each way asks for.
PARTIES = "L'identité et l'adresse des deux parties"
BREAKDOWN = "Le détail de la somme : principal, intérêts, indemnité"
ORIGIN = "Le contrat, devis ou bon de commande accepté"
INVOICES = "Les factures"
PERFORMANCE = "La preuve de la livraison ou de la prestation"
NOTICE_PROOF = "La mise en demeure et sa preuve de dépôt"
EXCHANGES = "Les relances et les réponses, datées"
SIGNED_LIST = "La liste des pièces, la date et la signature"
AGREEMENT = "L'accord écrit, daté et signé par votre client"

HELP = (
    Source("Trouver un avocat", "https://www.avocat.fr/"),
    Source("Aide juridictionnelle", "https://www.service-public.fr/particuliers/vosdroits/F18074"),
    Source("Trouver un point-justice", "https://www.justice.fr/"),
)
