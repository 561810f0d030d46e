"""Contacts of clients: whom reminders are written to. One who has history is archived, never erased."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from relance.db import transaction
from relance.models.accounts import User
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.services import chasing


class ClientError(Exception):
    """The client or contact cannot be saved: ``errors`` maps a field to a French sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class ContactFacts:
    """A person or a shared address at a client. ``register`` is vous or tu."""

    name: str = ""
    email: str = ""
    role: str = ""
    phone: str = ""
    register: str = "vous"
    is_main: bool = False


def add_contact(client: Client, facts: ContactFacts, *, by: User | None, now: datetime) -> Contact:
    """Add a contact; the first one is the main one. ClientError if it cannot be."""
    columns = _contact_columns(facts)
    with transaction():
        client.take_turn()
        _refuse_second(Client.get_by_id(client.id), columns["email"], None)
        others = active_contacts(client)
        is_main = facts.is_main or not others
        contact: Contact = Contact.create(
            account=client.account_id, client=client, created_at=now, is_main=False, **columns
        )
        if is_main:
            _set_main(contact)
        record("contact_added", account=client.account_id, at=now, client=client, user=by, **_told(contact))
        refresh_chases(client, now)
    return Contact.get_by_id(contact.id)


def check_contact(facts: ContactFacts) -> None:
    """ClientError when these facts cannot be a contact, whatever the client."""
    _contact_columns(facts)


def update_contact(contact: Contact, facts: ContactFacts, *, by: User | None, now: datetime) -> Contact:
    """Change a contact. A new address is tried again: an earlier refusal no longer counts."""
    columns: dict[str, Any] = _contact_columns(facts)
    with transaction():
        client: Client = Client.get_by_id(contact.client_id)
        client.take_turn()
        before: Contact = Contact.get_by_id(contact.id)
        _refuse_second(client, columns["email"], before)
        if columns["email"] != before.email:
            columns |= {"rejected_at": None, "rejected_because": ""}
        changes = {
            name: [getattr(before, name), value]
            for name, value in columns.items()
            if getattr(before, name) != value and name != "rejected_at"
        }
        Contact.update(**columns).where(Contact.id == contact.id).execute()
        if facts.is_main and not before.is_main:
            _set_main(before)
            changes["is_main"] = [False, True]
        if changes:
            record(
                "contact_changed",
                account=client.account_id,
                at=now,
                client=client,
                user=by,
                changes=changes,
                **_told(before),
            )
            refresh_chases(client, now)
    return Contact.get_by_id(contact.id)


def archive_contact(contact: Contact, *, by: User | None, now: datetime) -> None:
    """Write no more to this contact. What was sent stays in the history; another contact becomes the main one."""
    with transaction():
        client: Client = Client.get_by_id(contact.client_id)
        client.take_turn()
        archived = Contact.update(archived_at=now, is_main=False).where(
            Contact.id == contact.id, Contact.archived_at.is_null()
        )
        if archived.execute():
            left = active_contacts(client)
            if left and not any(one.is_main for one in left):
                _set_main(left[0])
            record("contact_archived", account=client.account_id, at=now, client=client, user=by, **_told(contact))
            refresh_chases(client, now)


def make_main(contact: Contact, *, by: User | None, now: datetime) -> None:
    """Make this contact the one reminders are first proposed to."""
    with transaction():
        client: Client = Client.get_by_id(contact.client_id)
        client.take_turn()
        if contact.archived_at is not None:
            raise ClientError({"contact": "Ce contact est archivé."})
        if not contact.is_main:
            _set_main(contact)
            record(
                "contact_changed",
                account=client.account_id,
                at=now,
                client=client,
                user=by,
                changes={"is_main": [False, True]},
                **_told(contact),
            )
            refresh_chases(client, now)


def active_contacts(client: Client) -> list[Contact]:
    """The contacts that are not archived, the main one first."""
    query = Contact.select().where(Contact.client == client, Contact.archived_at.is_null())
    return list(query.order_by(Contact.is_main.desc(), Contact.id))


def usable_contacts(client: Client) -> list[Contact]:
    """The contacts a message can be addressed to, the main one first."""
    return [contact for contact in active_contacts(client) if contact.is_usable]


def clean_email(text: str) -> str:
    """The address with its domain in lower case; ValueError, in French, when it is not one.

    Nothing is asked of the DNS. Line breaks and control characters are refused: they would write headers.
    """
    typed = text.strip(" ")
    shown = re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", typed)
    sentence = f"« {shown} » n'est pas une adresse e-mail. Il manque peut-être le @ ou le point."
    if shown != typed:
        raise ValueError(sentence)
    try:
        # « test » domains are for examples and closed networks: a self-hosted instance may use them.
        found = validate_email(typed, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValueError(sentence) from error
    domain = found.ascii_domain or found.domain
    return f"{found.local_part}@{domain.lower()}"


def refresh_chases(client: Client, now: datetime) -> None:
    """Recipients, language or exemption changed: what is still to come is computed again."""
    invoices = list(
        Invoice.select()
        .join(Chase, on=Chase.invoice == Invoice.id)
        .where(Chase.client == client, Chase.ended_at.is_null())
    )
    if invoices:
        for invoice in invoices:
            chasing.refresh(invoice, now=now)


def _contact_columns(facts: ContactFacts) -> dict[str, Any]:
    errors, email = {}, ""
    if facts.email.strip():
        try:
            email = clean_email(facts.email)
        except ValueError as error:
            errors["email"] = str(error)
    name = facts.name.strip()
    if any(ord(letter) < 32 for letter in name):
        errors["name"] = "Le nom tient sur une seule ligne."
    elif not (name or facts.email.strip()):
        errors["name"] = "Indiquez un nom ou une adresse e-mail."
    elif len(name) > 200:
        errors["name"] = "Ce nom est trop long : 200 caractères au plus."
    if facts.register not in ("vous", "tu"):
        errors["register"] = "Choisissez le vouvoiement ou le tutoiement."
    if errors:
        raise ClientError(errors)
    return {
        "name": name,
        "email": email,
        "role": facts.role.strip(),
        "phone": facts.phone.strip(),
        "register": facts.register,
    }


def _refuse_second(client: Client, email: str, contact: Contact | None) -> None:
    """One address once per client, and one contact with an address for an individual."""
    others = [one for one in active_contacts(client) if contact is None or one.id != contact.id]
    if email and any(one.email == email for one in others):
        raise ClientError({"email": f"L'adresse {email} est déjà celle d'un contact de ce client."})
    if client.kind == "individual" and email and any(one.is_usable for one in others):
        raise ClientError({"email": "Un particulier n'a qu'un contact. Modifiez-le ou archivez-le."})


def _set_main(contact: Contact) -> None:
    Contact.update(is_main=False).where(Contact.client == contact.client_id, Contact.is_main).execute()
    Contact.update(is_main=True).where(Contact.id == contact.id).execute()


def _told(contact: Contact) -> dict[str, Any]:
    return {"contact_id": contact.id, "name": contact.name, "email": contact.email}
