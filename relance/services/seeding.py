"""The demo account: a quarter in the life of Camille, graphic designer in Lyon, with a stranger beside her.

Nothing is drawn by hand: the months before today are lived through the same functions as real ones, day
after day, but for the server, which answers that it took each message. Every name, address and number is
fictitious (« .example » domains, telephone ranges kept for fiction, the banks' own sample IBAN).
"""

import datetime as dt
import secrets
from dataclasses import dataclass

from relance.config import Smtp
from relance.mail.outcome import Sent
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.services import (
    alerting,
    chasing,
    delivering,
    invoicing,
    journal,
    keeping_clients,
    onboarding,
    paying,
    queueing,
)
from relance.services.carrying import INSTANCE, LOCAL_SENDER, Carrier
from relance.services.chasing import ChasePlan
from relance.services.invoicing import InvoiceFacts
from relance.services.keeping_clients import ClientFacts, ContactFacts

EMAIL = "camille@atelier-roussel.example"
PASSWORD = "relance-demonstration"  # noqa: S105 printed by script/server --demo, for a machine of one's own
IBAN = "FR7630006000011234567890189"
CARRIER = Carrier(INSTANCE, Smtp("127.0.0.1", 25), LOCAL_SENDER)
NINE = dt.time(8)  # UTC: 9:00 or 10:00 in Paris, within the hours of sending


@dataclass(frozen=True)
class Demo:
    """How to sign in to the demo account."""

    email: str
    password: str


@dataclass(frozen=True)
class Debt:
    """An invoice of the plot. Days count from today; ``rhythm`` is '' when nobody switched reminders on."""

    client: str
    due_in: int
    cents: int
    object: str
    rhythm: str = ""
    paid: tuple[tuple[int, int], ...] = ()  # (days from today, cents)
    delay: int = 30


@dataclass(frozen=True)
class Debtor:
    """A client of the plot and the person who reads its mail."""

    name: str
    kind: str
    person: str
    email: str
    role: str
    phone: str
    address: str


CLIENTS = (
    Debtor(
        "Transports Gallois",
        "organisation",
        "Paul Gallois",
        "paul@transports-gallois.example",
        "Gérant",
        "0465711001",
        "3 rue du Port\n71000 MACON",
    ),
    Debtor(
        "Brasserie des Deux Rives",
        "organisation",
        "Inès Keller",
        "compta@deux-rives.example",
        "Comptabilité",
        "0353011002",
        "8 quai des Bateliers\n67000 STRASBOURG",
    ),
    Debtor(
        "Maison Vauquelin",
        "organisation",
        "Claire Vauquelin",
        "claire@maison-vauquelin.example",
        "Direction",
        "0465711003",
        "21 rue Mercière\n69002 LYON",
    ),
    Debtor(
        "Latitude Conseil",
        "organisation",
        "Nadia Benali",
        "compta@latitude-conseil.example",
        "Comptabilité",
        "0465711234",
        "8 quai Saint-Antoine\n69002 LYON",
    ),
    Debtor(
        "Imprimerie Sabatier",
        "organisation",
        "Luc Sabatier",
        "luc@imprimerie-sabatier.example",
        "Gérant",
        "0465711005",
        "5 rue Jarente\n69002 LYON",
    ),
    Debtor(
        "Cabinet Morel & Associés",
        "organisation",
        "Hugo Morel",
        "h.morel@morel-associes.example",
        "Associé",
        "0465711006",
        "14 cours Vitton\n69006 LYON",
    ),
    Debtor(
        "Studio Kérity",
        "organisation",
        "Maëlle Le Goff",
        "maelle@studio-kerity.example",
        "Production",
        "0261911007",
        "2 rue du Phare\n29760 PENMARCH",
    ),
    Debtor(
        "Les Blés d'Or",
        "organisation",
        "Samuel Petit",
        "samuel@bles-dor.example",
        "Gérant",
        "0465711008",
        "40 rue de la Charité\n69002 LYON",
    ),
    Debtor(
        "Librairie L'Encrier",
        "organisation",
        "Jeanne Faure",
        "jeanne@librairie-encrier.example",
        "Libraire",
        "0465711009",
        "9 place Sathonay\n69001 LYON",
    ),
    Debtor(
        "Commune de Saint-Aubin",
        "public",
        "Service des finances",
        "finances@saint-aubin.example",
        "",
        "0465711010",
        "1 place de la Mairie\n71430 SAINT-AUBIN",
    ),
    Debtor(
        "Élise Fontaine",
        "individual",
        "Élise Fontaine",
        "elise.fontaine@courrier.example",
        "",
        "0639981011",
        "17 rue Burdeau\n69001 LYON",
    ),
)

DEBTS = (
    Debt("Transports Gallois", -93, 144_000, "Flocage de trois camions", "weekly"),
    Debt("Brasserie des Deux Rives", -60, 186_000, "Carte et signalétique d'automne", "weekly"),
    Debt("Librairie L'Encrier", -52, 124_000, "Affiches de rentrée", "weekly", ((-17, 124_000),)),
    Debt("Latitude Conseil", -45, 216_000, "Refonte de l'identité, acompte 1", "weekly", ((-14, 216_000),)),
    Debt("Maison Vauquelin", -38, 264_000, "Coffret de Noël", "until_paid", ((-12, 100_000),)),
    Debt("Les Blés d'Or", -30, 93_000, "Étiquettes", "weekly", ((-9, 93_000),)),
    Debt("Latitude Conseil", -22, 432_000, "Refonte de l'identité, acompte 2", "weekly"),
    Debt("Élise Fontaine", -20, 48_000, "Faire-part", "once", ((-6, 48_000),)),
    Debt("Imprimerie Sabatier", -14, 132_000, "Mise en page du catalogue", "weekly"),
    Debt("Cabinet Morel & Associés", -13, 96_000, "Papeterie", "weekly"),
    Debt("Studio Kérity", -8, 120_000, "Pochette de disque"),
    Debt("Transports Gallois", -2, 348_000, "Site vitrine", "weekly"),
    Debt("Les Blés d'Or", 3, 78_000, "Menu d'hiver", "weekly"),
    Debt("Librairie L'Encrier", 8, 54_000, "Marque-pages", "once"),
    Debt("Commune de Saint-Aubin", 20, 540_000, "Bulletin municipal"),
    Debt("Latitude Conseil", 23, 216_000, "Refonte de l'identité, solde", "weekly"),
)
COUNT = 4


def seed(now: dt.datetime) -> Demo:
    """Load the demo account as of ``now`` (UTC) and return how to sign in. Safe to repeat: the account is kept."""
    if not User.select().where(User.email == EMAIL).exists():
        camille = _camille(now)
        people = {debtor.name: _client(camille, debtor, now) for debtor in CLIENTS}
        _live(camille, people, now)
        _stranger(now)
        journal.seal(now)
    return Demo(EMAIL, PASSWORD)


def _camille(now: dt.datetime) -> User:
    born = now - dt.timedelta(days=150)
    user = onboarding.create_account(
        email=EMAIL,
        password=PASSWORD,
        business_name="Atelier Roussel",
        first_name="Camille",
        last_name="Roussel",
        now=born,
    )
    Account.update(
        legal_form="EI",
        owner_name="Camille Roussel",
        owner_capacity="graphiste",
        siret="73282932000074",
        address="Camille Roussel EI\n14 rue des Capucins\n69001 LYON",
        phone="0465712020",
        email=EMAIL,
        iban=IBAN,
        iban_holder="Camille Roussel",
        alerted_through_on=(now - dt.timedelta(days=2)).date(),
    ).where(Account.id == user.account_id).execute()
    return User.get_by_id(user.id)


def _client(camille: User, debtor: Debtor, now: dt.datetime) -> tuple[Client, Contact]:
    born = now - dt.timedelta(days=140)
    facts = ClientFacts(name=debtor.name, kind=debtor.kind, address=debtor.address)
    client = keeping_clients.create(camille.account, facts, by=camille, now=born)
    contact = ContactFacts(name=debtor.person, email=debtor.email, role=debtor.role, phone=debtor.phone, is_main=True)
    return client, keeping_clients.add_contact(client, contact, by=camille, now=born)


def _live(camille: User, people: dict[str, tuple[Client, Contact]], now: dt.datetime) -> None:
    """Go through the days until today: invoices are made, reminders leave, money comes in."""
    today = now.date()
    numbered = list(enumerate(sorted(DEBTS, key=lambda debt: debt.due_in - debt.delay), start=71))
    invoices: dict[Debt, Invoice] = {}
    for back in range(125, -1, -1):
        day = today - dt.timedelta(back)
        noon = dt.datetime.combine(day, NINE)
        for number, debt in numbered:
            if debt.due_in - debt.delay == -back:
                invoices[debt] = _issue(camille, people[debt.client], debt, number, noon - dt.timedelta(hours=2))
            for paid_in, cents in debt.paid:
                if paid_in == -back:
                    paying.record(invoices[debt], cents, day, by=camille, now=noon - dt.timedelta(hours=1))
        if back:  # what is due today is left to the worker
            _send(noon)


def _issue(camille: User, who: tuple[Client, Contact], debt: Debt, number: int, now: dt.datetime) -> Invoice:
    client, contact = who
    facts = InvoiceFacts(
        client_id=client.id,
        number=f"F-{now.year}-{number:04d}",
        issued_on=now.date(),
        due_on=now.date() + dt.timedelta(debt.delay),
        total_cents=debt.cents,
        object=debt.object,
        contact_id=contact.id,
    )
    draft = invoicing.create(camille.account, facts, by=camille, now=now).invoice
    if debt.rhythm:
        plan = ChasePlan(
            frequency=debt.rhythm, count=COUNT, contact_ids=(contact.id,), copies_user=debt.cents > 300_000
        )
        chasing.start(draft, plan, by=camille, now=now)
    return Invoice.get_by_id(draft.id)


def _send(now: dt.datetime) -> None:
    """What the worker does, with a server that takes everything."""
    queueing.advance_due(now, domain=CARRIER.domain)
    alerting.alert_overdue(now, base_url="http://127.0.0.1:8000", domain=CARRIER.domain)
    for message_id, _ in delivering.due_messages(now):
        claimed = delivering.claim(message_id, now, CARRIER)
        if claimed is not None:
            delivering.finish(claimed, Sent("250 démonstration"), now, CARRIER)


def _stranger(now: dt.datetime) -> None:
    """Basile, whose rows Camille must never see. His password is nobody's."""
    basile = onboarding.create_account(
        email="basile@menuiserie.example",
        password=secrets.token_urlsafe(24),
        business_name="Menuiserie Basile",
        first_name="Basile",
        last_name="Ferrand",
        now=now - dt.timedelta(days=90),
    )
    client = keeping_clients.create(basile.account, ClientFacts(name="Hôtel des Cimes"), by=basile, now=now)
    facts = InvoiceFacts(
        client_id=client.id,
        number="B-12",
        issued_on=now.date() - dt.timedelta(40),
        due_on=now.date() - dt.timedelta(10),
        total_cents=250_000,
        object="Portes",
    )
    invoicing.create(basile.account, facts, by=basile, now=now)
