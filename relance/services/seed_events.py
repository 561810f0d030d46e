"""What happens in the demo besides invoices, reminders and payments: calls, promises, a dispute, a refused address."""

import datetime as dt
from collections.abc import Mapping

from relance.models.accounts import User
from relance.models.clients import Client, Contact
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.rules.calendar import local_instant
from relance.rules.wording import french
from relance.services import chasing, disputing, invoicing, promising, stepping, upcoming
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts


def happen(made: Mapping[int, Invoice], clients: Mapping[str, Client], user: User, day: dt.date, shift: int) -> None:
    """The afternoon of a day, ``shift`` days from today (negative). ``made`` holds the invoices by number."""
    at = local_instant(day, 15 * 60 + 20, user.account.time_zone)
    if shift == -69:
        facts = DisputeFacts("service", french("Le marquage de deux véhicules est à reprendre, selon le client."))
        disputing.open_dispute(made[71], facts, by=user, now=at)
    elif shift == -10:
        text = "Appel avec Nadia Benali : facture validée par la direction, virement annoncé. Rappeler si rien."
        invoicing.note(made[87], french(text), by=user, now=at)
    elif shift == -4:
        _promise(made[83], day + dt.timedelta(9), "Paul Vauquelin", user, at)
    elif shift == -3:
        _promise(made[91], day + dt.timedelta(11), "Hugo Morel", user, at)
    elif shift == -2:
        _hold_next(made[92], "Virement annoncé par téléphone", user, at)
    elif shift == -1:
        _refuse_address(clients["Transports Gallois"], made[94], user, at)


def _promise(invoice: Invoice, promised_on: dt.date, given_by: str, user: User, at: dt.datetime) -> None:
    invoice = Invoice.get_by_id(invoice.id)
    facts = PromiseFacts(promised_on, invoice.balance_cents, given_by=given_by)
    promising.promise(invoice, facts, by=user, now=at)


def _hold_next(invoice: Invoice, because: str, user: User, at: dt.datetime) -> None:
    invoice = Invoice.get_by_id(invoice.id)
    coming = [line for line in upcoming.of_invoice(invoice, at) if line.state == "planned" and line.kind == "mail"]
    if coming:
        stepping.hold(invoice, coming[0].step, because=because, by=user, now=at)


def _refuse_address(client: Client, invoice: Invoice, user: User, at: dt.datetime) -> None:
    """The server refused a contact's address: nothing can leave until a person corrects it."""
    answer = "550 5.1.1 adresse inconnue"
    contact = Contact.get(Contact.client == client)
    Contact.update(rejected_at=at, rejected_because=answer).where(Contact.id == contact.id).execute()
    links = {"client": client, "invoice": invoice}
    record("recipient_refused", account=user.account_id, at=at, **links, address=contact.email, answer=answer)
    chasing.schedule_check(client.id, at)
