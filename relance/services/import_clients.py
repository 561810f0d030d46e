"""The clients and contacts that an import needs: found, or made once."""

import datetime as dt

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.services import keeping_clients
from relance.services.import_matching import Debtor, is_valid_number
from relance.services.import_planning import Item
from relance.services.keeping_clients import ClientFacts, ContactFacts


class Clients:
    """Finds or makes them for a slice of an import, and remembers which were made. Inside a transaction."""

    def __init__(self, account: Account, by: User | None, now: dt.datetime) -> None:
        self._account, self._by, self._now = account, by, now
        self._clients: dict[int, Client] = {}
        self._contacts: dict[int, list[Contact]] = {}
        self._made: set[int] = set()
        self._contacts_made: dict[int, list[int]] = {}

    def of(self, item: Item) -> tuple[Client, Contact | None]:
        """The client a document is for, and the contact it was sent to. ClientError when one cannot be made."""
        assert item.debtor is not None
        client = self._client(item.debtor, item)
        return client, self._contact(client, item)

    def has_made(self, client: Client) -> bool:
        """True when this slice made the client."""
        return client.id in self._made

    def contacts_made(self, client: Client) -> list[int]:
        """The contacts this slice added to the client."""
        return self._contacts_made.get(client.id, [])

    def _client(self, debtor: Debtor, item: Item) -> Client:
        if debtor.client is None:
            siren = debtor.siren if is_valid_number(debtor.siren) else ""
            facts = ClientFacts(
                name=debtor.name,
                kind=debtor.kind,
                siren=siren,
                vat_number=debtor.vat,
                address="\n".join(debtor.address[:6]),
                country=debtor.country,
            )
            with transaction():
                made = keeping_clients.create(self._account, facts, by=self._by, now=self._now)
            debtor.client = made
            self._made.add(debtor.client.id)
        if debtor.client.id not in self._clients:
            self._clients[debtor.client.id] = Client.get_by_id(debtor.client.id)
        return self._clients[debtor.client.id]

    def _contact(self, client: Client, item: Item) -> Contact | None:
        """The contacts the document names, added if they are not there yet; the first one receives the invoice."""
        line = item.line
        present = self._present(client)
        by_email = {contact.email.casefold(): contact for contact in present if contact.email}
        if not line.emails:
            if line.contact and not present:
                self._add(client, ContactFacts(name=line.contact))
            return None
        # An individual has one contact: the one already there stays.
        emails = line.emails if client.kind != "individual" else line.emails[:1]
        if client.kind == "individual" and by_email and emails[0].casefold() not in by_email:
            return None
        for position, email in enumerate(emails):
            if email.casefold() not in by_email:
                facts = ContactFacts(name=line.contact if position == 0 else "", email=email)
                by_email[email.casefold()] = self._add(client, facts)
        return by_email[emails[0].casefold()]

    def _present(self, client: Client) -> list[Contact]:
        if client.id not in self._contacts:
            self._contacts[client.id] = keeping_clients.active_contacts(client)
        return self._contacts[client.id]

    def _add(self, client: Client, facts: ContactFacts) -> Contact:
        with transaction():
            contact = keeping_clients.add_contact(client, facts, by=self._by, now=self._now)
        self._present(client).append(contact)
        self._contacts_made.setdefault(client.id, []).append(contact.id)
        return contact
