"""The people and the invoices of the demo. Names, addresses and numbers are made up (.example domains)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Debtor:
    """A client, the person written to, and the sequence followed."""

    name: str
    contact: str
    role: str
    email: str
    phone: str
    address: str
    kind: str = "organisation"
    register: str = "vous"
    sequence: str = ""  # the delivered sequence it follows


@dataclass(frozen=True)
class Bill:
    """``due`` is in days from today; ``paid`` and ``parts`` list (days from today, cents)."""

    number: int
    client: str
    due: int
    cents: int
    object: str
    frequency: str = ""  # empty: reminders off
    count: int = 4
    paid: tuple[tuple[int, int], ...] = ()
    source: str = "form"
    delay: int = 30
    state: str = "sent"
    parts: tuple[tuple[int, int], ...] = ()


DEBTORS = (
    Debtor(
        "Transports Gallois",
        "Service comptable",
        "Comptabilité",
        "compta@transports-gallois.example",
        "04 65 71 31 10",
        "Zone du Port\n69007 LYON",
    ),
    Debtor(
        "Brasserie des Deux Rives",
        "Odile Perrin",
        "Gérante",
        "odile@deux-rives.example",
        "04 65 71 44 02",
        "3 quai de la Pêcherie\n69001 LYON",
        sequence="standard_b2b",
    ),
    Debtor(
        "Maison Vauquelin",
        "Paul Vauquelin",
        "Direction",
        "paul@maison-vauquelin.example",
        "04 65 71 18 25",
        "41 rue Mercière\n69002 LYON",
        sequence="douce",
    ),
    Debtor(
        "Latitude Conseil",
        "Nadia Benali",
        "Comptabilité",
        "compta@latitude-conseil.example",
        "04 65 71 12 34",
        "8 quai Saint-Antoine\n69002 LYON",
        sequence="standard_b2b",
    ),
    Debtor(
        "Imprimerie Sabatier",
        "Jean Sabatier",
        "Atelier",
        "atelier@imprimerie-sabatier.example",
        "04 65 71 60 06",
        "15 rue des Émeraudes\n69006 LYON",
        register="tu",
        sequence="standard_b2b",
    ),
    Debtor(
        "Cabinet Morel & Associés",
        "Hugo Morel",
        "Associé",
        "h.morel@morel-associes.example",
        "04 65 71 09 90",
        "2 place Bellecour\n69002 LYON",
        sequence="standard_b2b",
    ),
    Debtor(
        "Studio Kérity",
        "Yann Le Goff",
        "",
        "yann@studio-kerity.example",
        "02 61 91 20 20",
        "7 rue du Port\n29160 CROZON",
        register="tu",
        sequence="douce",
    ),
    Debtor(
        "Les Blés d’Or",
        "Samira Haddad",
        "Gérante",
        "samira@bles-dor.example",
        "04 65 71 77 41",
        "19 cours Vitton\n69006 LYON",
        sequence="standard_b2b",
    ),
    Debtor(
        "Librairie L’Encrier",
        "Claire Dumas",
        "",
        "claire@librairie-encrier.example",
        "04 65 71 35 35",
        "5 rue de l'Annonciade\n69001 LYON",
        sequence="douce",
    ),
    Debtor(
        "Commune de Saint-Aubin",
        "Service des marchés",
        "Mairie",
        "marches@saint-aubin.example",
        "03 53 01 10 00",
        "1 place de la Mairie\n71000 SAINT-AUBIN",
        kind="public",
    ),
    Debtor(
        "Léa Fontaine",
        "Léa Fontaine",
        "",
        "lea.fontaine@boite.example",
        "06 39 98 10 10",
        "22 montée de la Grande Côte\n69001 LYON",
        kind="individual",
        sequence="particuliers",
    ),
)

BILLS = (
    Bill(52, "Latitude Conseil", -150, 300_000, "Site vitrine, acompte 1", paid=((-138, 300_000),), source="csv"),
    Bill(58, "Imprimerie Sabatier", -128, 84_000, "Catalogue d'été", paid=((-130, 84_000),), source="csv"),
    Bill(61, "Maison Vauquelin", -110, 126_000, "Étiquettes", paid=((-99, 126_000),), source="csv"),
    Bill(64, "Latitude Conseil", -90, 216_000, "Site vitrine, solde", paid=((-78, 216_000),)),
    Bill(71, "Transports Gallois", -93, 144_000, "Marquage de flotte", "weekly", 3, source="facturx"),
    Bill(74, "Librairie L’Encrier", -45, 36_000, "Affiches de rentrée", paid=((-44, 36_000),)),
    Bill(79, "Brasserie des Deux Rives", -60, 186_000, "Cartes et menus"),
    Bill(81, "Les Blés d’Or", -28, 62_000, "Sacs et tampons", paid=((-6, 62_000),)),
    Bill(83, "Maison Vauquelin", -38, 264_000, "Coffrets de fin d'année", paid=((-12, 100_000),)),
    Bill(84, "Studio Kérity", -20, 159_000, "Identité, acompte", paid=((-15, 159_000),)),
    Bill(86, "Léa Fontaine", -16, 48_000, "Faire-part", paid=((-3, 48_000),)),
    Bill(87, "Latitude Conseil", -22, 432_000, "Refonte de l'identité, acompte 2", source="facturx"),
    Bill(90, "Imprimerie Sabatier", -14, 132_000, "Catalogue d'automne"),
    Bill(91, "Cabinet Morel & Associés", -13, 96_000, "Papeterie"),
    Bill(92, "Studio Kérity", -8, 120_000, "Identité, solde"),
    Bill(94, "Transports Gallois", -2, 348_000, "Plaquette commerciale", "weekly"),
    Bill(95, "Les Blés d’Or", 3, 78_000, "Emballages de Noël"),
    Bill(96, "Librairie L’Encrier", 8, 54_000, "Calendrier"),
    Bill(97, "Commune de Saint-Aubin", 20, 540_000, "Signalétique de la mairie", parts=((20, 270_000), (50, 270_000))),
    Bill(98, "Latitude Conseil", 23, 216_000, "Refonte de l'identité, solde"),
    Bill(99, "Cabinet Morel & Associés", 28, 192_000, "Site vitrine", state="draft"),
)
