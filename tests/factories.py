"""Rows for tests, written directly and consistently: balance, next due date and instalments agree.

The date is Monday 23 November 2026, 09:00 in Paris (08:00 UTC), unless a test says otherwise.
"""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from werkzeug.security import generate_password_hash

from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.evidence import Evidence
from relance.models.invoices import Instalment, Invoice
from relance.models.legal_rates import LegalRate
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.models.payments import Payment
from relance.models.quotes import Quote

NOW = dt.datetime(2026, 11, 23, 8, 0)
TODAY = NOW.date()
PASSWORD = "le-mot-de-passe-de-camille"
# One cheap round: a test that signs in checks the door, not the cost of the lock.
PASSWORD_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
IBAN = "FR7630006000011234567890189"  # the sample IBAN of the banks' own documentation

_numbers = itertools.count(1001)  # beyond the numbers that tests write themselves


def make_account(business_name: str = "Atelier Roussel", **fields: Any) -> Account:
    """An account of a freelancer in Lyon, with everything a reminder and a letter need."""
    values: dict[str, Any] = {
        "business_name": business_name,
        "legal_form": "EI",
        "owner_name": "Camille Roussel",
        "owner_capacity": "graphiste",
        "siret": "73282932000074",
        "address": "12 rue de la Charité\n69002 LYON",
        "phone": "04 65 71 00 12",
        "email": "camille@atelier-roussel.example",
        "iban": IBAN,
        "bic": "AGRIFRPP",
        "rates_acknowledged": "2027-1",  # tests of other things are not told that these rates are to come
        "created_at": NOW - dt.timedelta(days=200),
    }
    return Account.create(**values | fields)


def make_user(account: Account, email: str = "camille@atelier-roussel.example", **fields: Any) -> User:
    """A person who signs in to ``account`` with PASSWORD."""
    values: dict[str, Any] = {
        "first_name": "Camille",
        "last_name": "Roussel",
        "password_hash": PASSWORD_HASH,
        "created_at": account.created_at,
    }
    return User.create(account=account, email=email, **values | fields)


def make_client(account: Account, name: str = "Latitude Conseil", **fields: Any) -> Client:
    """A client of ``account``, without a contact."""
    values: dict[str, Any] = {
        "address": "8 quai Saint-Antoine\n69002 LYON",
        "siren": "552100554",
        "created_at": NOW - dt.timedelta(days=150),
    }
    return Client.create(account=account, name=name, **values | fields)


def make_contact(client: Client, name: str = "Nadia Benali", email: str | None = None, **fields: Any) -> Contact:
    """Someone at ``client``; the first one made is its main contact."""
    is_first = not Contact.select().where(Contact.client == client).exists()
    values: dict[str, Any] = {
        "is_main": is_first,
        "email": email if email is not None else f"{name.split()[0].lower()}@client-{client.id}.example",
        "created_at": client.created_at,
    }
    return Contact.create(account=client.account_id, client=client, name=name, **values | fields)


def make_invoice(
    client: Client,
    number: str | None = None,
    *,
    total_cents: int = 120_000,
    due_on: dt.date | None = None,
    paid_cents: int = 0,
    instalments: Sequence[tuple[dt.date, int]] = (),
    **fields: Any,
) -> Invoice:
    """An invoice of ``client``, ten days late unless ``due_on`` says otherwise, amounts in cents.

    ``instalments``: (due date, cents) in order; one for the whole by default. ``paid_cents`` makes a payment.
    """
    parts = list(instalments) or [(due_on or TODAY - dt.timedelta(days=10), total_cents)]
    total_cents = sum(cents for _, cents in parts)
    values: dict[str, Any] = {
        "number": number or f"F-2026-{next(_numbers):04d}",
        "issued_on": parts[0][0] - dt.timedelta(days=30),
        "due_on": parts[-1][0],
        "next_due_on": parts[0][0],
        "total_cents": total_cents,
        "balance_cents": total_cents,
        "contact": Contact.get_or_none((Contact.client == client) & Contact.is_main),
        "created_at": NOW - dt.timedelta(days=40),
        "updated_at": NOW - dt.timedelta(days=40),
    }
    invoice = Invoice.create(account=client.account_id, client=client, **values | fields)
    for position, (day, cents) in enumerate(parts, start=1):
        Instalment.create(
            account=client.account_id,
            invoice=invoice,
            position=position,
            due_on=day,
            amount_cents=cents,
            balance_cents=cents,
        )
    if paid_cents:
        make_payment(invoice, paid_cents)
    return invoice


def make_payment(invoice: Invoice, amount_cents: int, received_on: dt.date = TODAY, **fields: Any) -> Payment:
    """A payment on ``invoice``; what is left is written on the invoice and its instalments, oldest first."""
    values: dict[str, Any] = {"created_at": NOW, "account": invoice.account_id}
    payment = Payment.create(invoice=invoice, amount_cents=amount_cents, received_on=received_on, **values | fields)
    left = amount_cents
    for instalment in invoice.instalments.order_by(Instalment.position):
        paid = min(left, instalment.balance_cents)
        left -= paid
        instalment.balance_cents -= paid
        instalment.save()
    invoice.balance_cents -= amount_cents - left
    invoice.excess_cents += left
    open_dates = [i.due_on for i in invoice.instalments.order_by(Instalment.position) if i.balance_cents > 0]
    invoice.next_due_on = open_dates[0] if open_dates else invoice.due_on
    if invoice.balance_cents == 0:
        invoice.state, invoice.paid_on = "paid", received_on
    invoice.save()
    return payment


def make_document(
    account: Account, content: bytes = b"%PDF-1.7\n", name: str = "facture.pdf", **fields: Any
) -> Document:
    """A stored file and its row."""
    from relance import storage

    values: dict[str, Any] = {"kind": "invoice", "mime": "application/pdf", "created_at": NOW}
    values |= {"account": account, "name": name, "size": len(content), "sha256": storage.put(content)}
    return Document.create(**values | fields)


def make_evidence(client: Client, invoice: Invoice | None = None, **fields: Any) -> Evidence:
    """A signed quote, kept as a piece of the case file."""
    values: dict[str, Any] = {"kind": "quote", "label": "Devis signé", "added_at": NOW}
    if "document" not in fields:
        values["document"] = make_document(client.account, kind="evidence", name="devis.pdf")
    return Evidence.create(account=client.account_id, client=client, invoice=invoice, **values | fields)


def make_message(client: Client, invoices: Sequence[Invoice] = (), **fields: Any) -> Message:
    """A reminder that was sent to ``client`` at NOW about the first instalment of each invoice."""
    token = f"{next(_numbers):020x}"
    values: dict[str, Any] = {
        "account": client.account_id,
        "kind": "reminder",
        "state": "sent",
        "template": "rappel",
        "day_on": TODAY,
        "to_json": '[["Nadia Benali", "compta@latitude-conseil.example"]]',
        "from_name": "Atelier Roussel",
        "from_address": "relances@relance.example",
        "subject": "Facture à régler",
        "body_text": "Bonjour,\n",
        "message_id": f"<relance.{token}@relance.example>",
        "token": token,
        "not_before_at": NOW,
        "claimed_at": NOW,
        "sent_at": NOW,
        "created_at": NOW,
    }
    message = Message.create(client=client, **values | fields)
    for invoice in invoices:
        MessageItem.create(
            message=message,
            invoice=invoice,
            instalment=invoice.instalments.order_by(Instalment.position).get(),
            template=message.template,
            balance_cents=invoice.balance_cents,
        )
    return message


def make_quote(client: Client, number: str | None = None, *, nudges: int = 0, **fields: Any) -> Quote:
    """A quote of ``client`` that waits: made ten days ago, valid for ten more days.

    With ``nudges`` it is looked at by the next tick.
    """
    values: dict[str, Any] = {
        "number": number or f"D-2026-{next(_numbers):03d}",
        "object": "Refonte du site",
        "issued_on": TODAY - dt.timedelta(days=10),
        "valid_until": TODAY + dt.timedelta(days=10),
        "total_cents": 180_000,
        "nudges": nudges,
        "next_check_at": NOW if nudges else None,
        "created_at": NOW - dt.timedelta(days=10),
        "updated_at": NOW - dt.timedelta(days=10),
    }
    return Quote.create(account=client.account_id, client=client, **values | fields)


def make_letter(client: Client, invoices: Sequence[Invoice], **fields: Any) -> Letter:
    """A letter that is printed and ready to post, dated today, whose PDF is a few bytes."""
    kind = fields.get("kind", "formal_notice")
    principal = sum(invoice.balance_cents for invoice in invoices)
    content = f"%PDF-1.7\n{client.id} {kind} {[invoice.id for invoice in invoices]}\n%%EOF".encode()
    document = make_document(client.account, content, "lettre.pdf", kind="letter")
    values: dict[str, Any] = {
        "kind": kind,
        "state": "ready",
        "dated_on": TODAY,
        "template": "rappel" if kind == "amicable" else "",
        "principal_cents": principal,
        "total_cents": principal,
        "document": document,
        "sha256": document.sha256,
        "frozen_at": NOW,
        "created_at": NOW,
    }
    letter: Letter = Letter.create(account=client.account_id, client=client, **values | fields)
    for invoice in invoices:
        LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=invoice.balance_cents)
    return letter


def make_rate(account: Account | None = None, **fields: Any) -> LegalRate:
    """Rates of the first half of 2027 that ``account`` entered; None: fetched for the instance. No figure is known."""
    values: dict[str, Any] = {
        "year": 2027,
        "half": 1,
        "source": "arrêté du 20 décembre 2026",
        "reviewed_on": TODAY,
        "entered_at": NOW,
    }
    return LegalRate.create(account=account, **values | fields)
