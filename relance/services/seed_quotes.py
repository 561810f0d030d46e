"""The demo's quotes: three that wait for an answer, one of them to be followed up today."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.rules.calendar import local_instant
from relance.rules.wording import french
from relance.services import quoting
from relance.services.quoting import QuoteFacts


@dataclass(frozen=True)
class Offer:
    """One quote: its days count from today, its amount is in cents."""

    number: int
    client: str
    object: str
    cents: int
    issued: int
    valid: int
    nudges: int = 0


OFFERS = (
    Offer(12, "Les Blés d’Or", "Carte et menus de Noël", 96_000, -24, 6),
    Offer(13, "Librairie L’Encrier", "Signalétique de la vitrine", 154_000, -12, 18),
    Offer(14, "Commune de Saint-Aubin", "Bulletin municipal, quatre numéros", 720_000, -9, 51, nudges=2),
)


def add(account: Account, clients: Mapping[str, Client], user: User, today: dt.date) -> None:
    """Record them at their dates. Nothing leaves today: the only automatic one is far from its end."""
    for offer in OFFERS:
        issued_on = today + dt.timedelta(offer.issued)
        client = clients[offer.client]
        contact = Contact.get_or_none(Contact.client == client, Contact.is_main)
        facts = QuoteFacts(
            client_id=client.id,
            number=f"D-{today.year}-{offer.number:03d}",
            issued_on=issued_on,
            valid_until=today + dt.timedelta(offer.valid),
            total_cents=offer.cents,
            object=french(offer.object),
            contact_id=contact.id if contact is not None else None,
            nudges=offer.nudges,
        )
        quoting.create(account, facts, by=user, now=local_instant(issued_on, 11 * 60 + 5, account.time_zone))
