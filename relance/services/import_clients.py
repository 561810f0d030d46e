"""The clients and contacts that an import needs: found, or made once."""

import datetime as dt
from collections.abc import Collection

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.services import keeping_clients
from relance.services.import_matching import Debtor, is_valid_number
from relance.services.import_planning import Item
from relance.services.keeping_clients import ClientFacts, ContactFacts


class Clients:
    """Finds or makes them for a slice of an import, and remembers which were made. Inside a transaction."""

    def __init__(self, account: Account, known_ids: Collection[int], by: User | None, now: dt.datetime) -> None:
        """``known_ids``: the recorded clients of the slice, whose turn is taken: they are read together."""
        self._account, self._by, self._now = account, by, now
        ids = list(known_ids)
        self._clients: dict[int, Client] = {row.id: row for row in Client.select().where(Client.id.in_(ids))}
        self._contacts: dict[int, list[Contact]] = {key: [] for key in ids}
        present = Contact.select().where(Contact.client.in_(ids), Contact.archived_at.is_null())
        for contact in present.order_by(Contact.is_main.desc(), Contact.id):
            self._contacts[contact.client_id].append(contact)
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
            self._made.add(made.id)
            self._clients[made.id], self._contacts[made.id] = made, []
        return self._clients[debtor.client.id]

    def _contact(self, client: Client, item: Item) -> Contact | None:
        """The contacts the document names, added if they are not there yet; the first one receives the invoice."""
        line = item.line
        present = self._contacts[client.id]
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

    def _add(self, client: Client, facts: ContactFacts) -> Contact:
        with transaction():
            contact = keeping_clients.add_contact(client, facts, by=self._by, now=self._now)
        self._contacts[client.id].append(contact)
        self._contacts_made.setdefault(client.id, []).append(contact.id)
        return contact
