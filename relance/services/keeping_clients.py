"""Clients and their contacts: created, changed, archived, merged. History is never rewritten."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as fr_siren
from stdnum.fr import siret as fr_siret

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase, ChaseContact
from relance.models.clients import KINDS, Client, Contact
from relance.models.events import Event, record
from relance.models.holds import Dispute, Extension, Pause, Promise, Task
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.models.payment_plans import PaymentPlan
from relance.models.quotes import Quote
from relance.models.sequences import Sequence
from relance.services import enrolling
from relance.services.keeping_contacts import (
    ClientError,
    ContactFacts,
    active_contacts,
    add_contact,
    archive_contact,
    check_contact,
    clean_email,
    make_main,
    refresh_chases,
    update_contact,
    usable_contacts,
)

__all__ = [
    "ClientError",
    "ClientFacts",
    "ContactFacts",
    "active_contacts",
    "add_contact",
    "archive",
    "archive_contact",
    "check_contact",
    "clean_email",
    "clean_siren",
    "create",
    "make_main",
    "merge",
    "restore",
    "update",
    "update_contact",
    "usable_contacts",
]

LANGUAGES = ("fr", "en")
MAX_ADDRESS_LINES = 6


@dataclass(frozen=True)
class ClientFacts:
    """What a person or a file says about a client. ``payment_days`` or ``late_rate_bp`` None: the account's."""

    name: str
    kind: str = "organisation"
    siren: str = ""
    vat_number: str = ""
    address: str = ""
    country: str = "FR"
    language: str = "fr"
    payment_days: int | None = None
    late_rate_bp: int | None = None
    is_exempt: bool = False
    note: str = ""


def create(account: Account, facts: ClientFacts, *, by: User | None, now: datetime) -> Client:
    """Record a client. ClientError if it cannot be."""
    columns = _client_columns(facts)
    with transaction():
        client: Client = Client.create(account=account, created_at=now, **columns)
        record("client_created", account=account, at=now, client=client, user=by, name=client.name, kind_of=client.kind)
        _follow_default(client, by=by, now=now)
    return client


def _follow_default(client: Client, *, by: User | None, now: datetime) -> None:
    """A new client follows the account's default sequence, when the user chose one."""
    sequence = Sequence.get_or_none(
        Sequence.account == client.account_id, Sequence.is_default, Sequence.archived_at.is_null()
    )
    if sequence is not None and sequence.revision:
        Client.update(sequence=sequence, enrolled_at=now).where(Client.id == client.id).execute()
        client.sequence, client.enrolled_at = sequence, now
        facts = {"sequence": sequence.title, "former": "", "because": "default"}
        record("client_enrolled", account=client.account_id, client=client, user=by, at=now, **facts)


def update(client: Client, facts: ClientFacts, *, by: User | None, now: datetime) -> Client:
    """Change a client. An individual keeps at most one contact who can be reminded."""
    columns = _client_columns(facts)
    with transaction():
        client.take_turn()
        before: Client = Client.get_by_id(client.id)
        if facts.kind == "individual" and len(usable_contacts(before)) > 1:
            raise ClientError({"kind": "Un particulier n'a qu'un contact. Archivez d'abord les autres."})
        changes = {
            name: [getattr(before, name), value] for name, value in columns.items() if getattr(before, name) != value
        }
        if changes:
            Client.update(**columns).where(Client.id == client.id).execute()
            record(
                "client_changed",
                account=client.account_id,
                at=now,
                client=client,
                user=by,
                name=columns["name"],
                changes=changes,
            )
            refresh_chases(client, now)
    return Client.get_by_id(client.id)


def archive(client: Client, *, by: User | None, now: datetime) -> None:
    """Hide a client whose invoices are all closed. ClientError while money, or an answer to a quote, is expected."""
    with transaction():
        client.take_turn()
        if (
            Invoice.select()
            .where(Invoice.client == client, Invoice.state.in_(("sent", "to_process", "draft")))
            .exists()
        ):
            raise ClientError({"client": "Ce client a des factures en cours : encaissez-les ou annulez-les d'abord."})
        if Quote.select().where(Quote.client == client, Quote.next_check_at.is_null(False)).exists():
            raise ClientError({"client": "Ce client a un devis qui sera relancé : notez d'abord sa réponse."})
        archived = Client.update(archived_at=now).where(Client.id == client.id, Client.archived_at.is_null())
        if archived.execute():
            record("client_archived", account=client.account_id, at=now, client=client, user=by, name=client.name)


def restore(client: Client, *, by: User | None, now: datetime) -> None:
    """Bring an archived client back, unless it was merged into another."""
    if client.merged_into_id is not None:
        raise ClientError({"client": "Ce client a été fusionné avec un autre."})
    with transaction():
        if Client.update(archived_at=None).where(Client.id == client.id, Client.archived_at.is_null(False)).execute():
            record(
                "client_changed",
                account=client.account_id,
                at=now,
                client=client,
                user=by,
                name=client.name,
                restored=True,
            )


def merge(survivor: Client, other: Client, *, by: User | None, now: datetime) -> Client:
    """Move everything of ``other`` to ``survivor`` (same account) and archive it; the history follows.

    A contact with the same address is kept once. An individual keeps its one contact.
    """
    if survivor.id == other.id:
        raise ClientError({"client": "Choisissez un autre client."})
    if survivor.account_id != other.account_id or other.merged_into_id or survivor.merged_into_id:
        raise ClientError({"client": "Choisissez un client existant."})
    with transaction():
        for client in sorted((survivor, other), key=lambda one: one.id):
            client.take_turn()
        moved = Invoice.select().where(Invoice.client == other).count()
        _merge_contacts(survivor, other, now)
        for model in (Invoice, Quote, Chase, Message, Letter, Event, Promise, Dispute, Extension, Task, PaymentPlan):
            model.update(client=survivor).where(model.client == other).execute()
        # A pause of the whole other client goes with it; one of an invoice follows its invoice.
        Pause.update(client=survivor).where(Pause.client == other, Pause.invoice.is_null(False)).execute()
        Client.update(archived_at=now, merged_into=survivor, sequence=None, enrolled_at=None).where(
            Client.id == other.id
        ).execute()
        record(
            "client_merged",
            account=survivor.account_id,
            at=now,
            client=survivor,
            user=by,
            name=survivor.name,
            other=other.name,
            invoices=moved,
        )
        refresh_chases(survivor, now)
        enrolling.realign(Client.get_by_id(survivor.id), now=now)
    return Client.get_by_id(survivor.id)


def clean_siren(text: str) -> str:
    """9 digits (SIREN) or 14 (SIRET), without spaces, checked by key; ValueError, in French, otherwise."""
    digits = re.sub(r"[\s\u00a0\u202f.]", "", text)
    if not digits:
        return ""
    if not digits.isdigit() or len(digits) not in (9, 14):
        count = sum(letter.isdigit() for letter in digits)
        raise ValueError(f"Un SIREN compte 9 chiffres et un SIRET 14, vous en avez saisi {count}.")
    try:
        return str(fr_siren.validate(digits) if len(digits) == 9 else fr_siret.validate(digits))
    except ValidationError as error:
        raise ValueError("Ce numéro n'existe pas : sa clé de contrôle ne correspond pas. Recopiez-le.") from error


def _client_columns(facts: ClientFacts) -> dict[str, Any]:
    errors = {}
    name = " ".join(facts.name.split())
    if not name:
        errors["name"] = "Indiquez le nom ou la raison sociale."
    elif len(name) > 200:
        errors["name"] = "Ce nom est trop long : 200 caractères au plus."
    if facts.kind not in KINDS:
        errors["kind"] = "Choisissez le type de client."
    if facts.language not in LANGUAGES:
        errors["language"] = "Choisissez le français ou l'anglais."
    if not re.fullmatch(r"[A-Z]{2}", facts.country):
        errors["country"] = "Indiquez le pays par ses deux lettres, par exemple FR."
    if facts.payment_days is not None and not 0 <= facts.payment_days <= 120:
        errors["payment_days"] = "Indiquez un délai entre 0 et 120 jours."
    if facts.late_rate_bp is not None and not 0 <= facts.late_rate_bp <= 10_000:
        errors["late_rate_bp"] = "Indiquez un taux annuel entre 0 et 100 %."
    lines = [" ".join(line.split()) for line in facts.address.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) > MAX_ADDRESS_LINES:
        errors["address"] = "Une adresse postale tient en six lignes."
    siren = ""
    try:
        # Other countries have numbers of their own: only the French ones have a key we know.
        siren = clean_siren(facts.siren) if facts.country == "FR" else facts.siren.strip()
    except ValueError as error:
        errors["siren"] = str(error)
    if errors:
        raise ClientError(errors)
    return {
        "name": name,
        "kind": facts.kind,
        "siren": siren,
        "vat_number": re.sub(r"\s", "", facts.vat_number).upper(),
        "address": "\n".join(lines),
        "country": facts.country,
        "language": facts.language,
        "payment_days": facts.payment_days,
        "late_rate_bp": facts.late_rate_bp,
        "is_exempt": facts.is_exempt,
        "note": facts.note.strip(),
    }


def _merge_contacts(survivor: Client, other: Client, now: datetime) -> None:
    kept = {contact.email: contact for contact in active_contacts(survivor) if contact.email}
    has_main = any(contact.is_main for contact in active_contacts(survivor))
    alone = usable_contacts(survivor)[:1] if survivor.kind == "individual" else []
    for contact in Contact.select().where(Contact.client == other).order_by(Contact.is_main.desc(), Contact.id):
        twin = alone[0] if alone else kept.get(contact.email)
        changes: dict[str, Any] = {"client": survivor, "is_main": contact.is_main and not has_main}
        if twin is not None and contact.archived_at is None:
            _replace(contact, twin)
            changes |= {"archived_at": now, "is_main": False}
        elif survivor.kind == "individual" and contact.is_usable:
            alone = [contact]
        Contact.update(**changes).where(Contact.id == contact.id).execute()


def _replace(contact: Contact, twin: Contact) -> None:
    """Point what will be written to ``contact`` at ``twin``."""
    Invoice.update(contact=twin).where(Invoice.contact == contact).execute()
    already = {row.chase_id for row in ChaseContact.select().where(ChaseContact.contact == twin)}
    for row in list(ChaseContact.select().where(ChaseContact.contact == contact)):
        if row.chase_id in already:
            row.delete_instance()
        else:
            ChaseContact.update(contact=twin).where(ChaseContact.id == row.id).execute()
            already.add(row.chase_id)
