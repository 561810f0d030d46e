"""The demo: a graphic designer in Lyon and her clients, with months of true history behind them.

The past is not invented row by row: invoices are recorded at their date, reminders switched on, then
each day is replayed through the code that decides and sends, up to yesterday. Nothing leaves the
machine: the replay stands for the server. What is due today is left to the worker.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from relance.config import Smtp
from relance.db import transaction
from relance.mail import mime
from relance.mail.outcome import Sent
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.events import record
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message
from relance.models.sequences import Sequence
from relance.rules import rates
from relance.rules.calendar import local_date, local_instant
from relance.rules.wording import french
from relance.services import (
    chasing,
    enrolling,
    handing_over,
    invoicing,
    keeping_clients,
    onboarding,
    paying,
    promising,
    queueing,
    seed_events,
    seed_quotes,
)
from relance.services.carrying import Carrier
from relance.services.chasing import ChasePlan
from relance.services.invoice_facts import InstalmentFacts, InvoiceFacts
from relance.services.keeping_clients import ClientFacts, ContactFacts
from relance.services.seed_cast import BILLS, DEBTORS, Bill, Debtor

EMAIL = "camille@atelier-roussel.example"
STRANGER_EMAIL = "basile@menuiserie-ferrand.example"
PASSWORD = "cerise-tempete-lundi"  # noqa: S105 (shown by the command that makes the demo)
IBAN = "FR7630006000011234567890189"  # the sample IBAN of the banks' own documentation

_SERVER = Carrier("demo", Smtp("localhost", 25), "relances@atelier-roussel.example")
_AFTERNOON = 14 * 60 + 32


@dataclass(frozen=True)
class Demo:
    """How to sign in to the demo."""

    email: str
    password: str


def seed(now: dt.datetime) -> Demo:
    """Make the demo account and a stranger beside it; run again, it changes nothing. ``now`` is UTC."""
    if User.select().where(User.email == EMAIL).exists():
        return Demo(EMAIL, PASSWORD)
    with transaction():
        camille = _make_camille(now)
        _fill(camille, now)
        _make_stranger(now)
    return Demo(EMAIL, PASSWORD)


def _make_camille(now: dt.datetime) -> User:
    opened_at = now - dt.timedelta(days=190)
    year, half = rates.following(*rates.half_of(now.date()))
    user = onboarding.create_account(
        business_name="Atelier Roussel",
        email=EMAIL,
        password=PASSWORD,
        first_name="Camille",
        last_name="Roussel",
        now=opened_at,
    )
    Account.update(
        legal_form="EI",
        owner_capacity="graphiste",
        siret="73282932000074",
        address="12 rue de la Charité\n69002 LYON",
        phone="04 65 71 20 20",
        iban=IBAN,
        bic="AGRIFRPP",
        iban_holder="Camille Roussel",
        copies_user=True,
        has_received_test=True,
        rates_acknowledged=f"{year}-{half}",  # Camille has seen that the next rates are to come
        onboarding_dismissed_at=opened_at,
    ).where(Account.id == user.account_id).execute()
    return User.get_by_id(user.id)


def _fill(user: User, now: dt.datetime) -> None:
    account = Account.get_by_id(user.account_id)
    today = local_date(now, account.time_zone)
    clients = {debtor.name: _make_client(account, debtor, user, today) for debtor in DEBTORS}
    days: dict[dt.date, list[Bill]] = {}
    for bill in BILLS:
        days.setdefault(_issued_on(bill, today), []).append(bill)
    first = min(days)
    made: dict[int, Invoice] = {}
    # Day after day, as it would have been: invoices, then the hour of sending, then the afternoon's payments.
    for shift in range((today - first).days + 1):
        day = first + dt.timedelta(days=shift)
        for bill in days.get(day, ()):
            made[bill.number] = _make_invoice(account, clients[bill.client], bill, today, user)
        if day < today:
            promising.settle_due(local_instant(day, 7 * 60, account.time_zone))
            _replay_day(account, day)
            _tell_overdue(account, day)
            _receive(made, day, today, user)
            seed_events.happen(made, clients, user, day, (day - today).days)
    seed_quotes.add(account, clients, user, today)


def _issued_on(bill: Bill, today: dt.date) -> dt.date:
    return today + dt.timedelta(days=min(bill.due - bill.delay, -1))


def _make_client(account: Account, debtor: Debtor, user: User, today: dt.date) -> Client:
    at = local_instant(today - dt.timedelta(days=185), 600, account.time_zone)
    facts = ClientFacts(name=debtor.name, kind=debtor.kind, address=debtor.address)
    client = keeping_clients.create(account, facts, by=user, now=at)
    contact = ContactFacts(
        name=debtor.contact, email=debtor.email, role=debtor.role, phone=debtor.phone, register=debtor.register
    )
    keeping_clients.add_contact(client, contact, by=user, now=at)
    if debtor.sequence:
        sequence = Sequence.get(Sequence.account == account, Sequence.key == debtor.sequence)
        enrolling.enrol(sequence, [client.id], by=user, now=at)
    return Client.get_by_id(client.id)


def _make_invoice(account: Account, client: Client, bill: Bill, today: dt.date, user: User) -> Invoice:
    """Record the invoice on its date, and switch its reminders on an hour later."""
    issued_on = _issued_on(bill, today)
    at = local_instant(issued_on, 9 * 60 + 40, account.time_zone)
    contact = Contact.get(Contact.client == client, Contact.is_main)
    parts = tuple(InstalmentFacts(today + dt.timedelta(days=due), cents) for due, cents in bill.parts)
    facts = InvoiceFacts(
        client_id=client.id,
        number=f"F-{issued_on.year}-{bill.number:04d}",
        issued_on=issued_on,
        due_on=today + dt.timedelta(days=bill.due),
        total_cents=bill.cents,
        object=french(bill.object),
        contact_id=contact.id,
        source=bill.source,
        instalments=parts,
    )
    invoice = invoicing.create(account, facts, state=bill.state, by=user, now=at).invoice
    if bill.frequency:
        plan = ChasePlan(frequency=bill.frequency, count=bill.count, contact_ids=(contact.id,), copies_user=True)
        chasing.start(invoice, plan, by=user, now=at + dt.timedelta(minutes=3))
    return invoice


def _replay_day(account: Account, day: dt.date) -> None:
    """What the worker would have done that morning, the server having taken every message."""
    at = local_instant(day, account.send_from_minute, account.time_zone) + dt.timedelta(minutes=1)
    due = Chase.select(Chase.client).where(Chase.account == account, Chase.next_check_at <= at).distinct().tuples()
    for (client_id,) in list(due):
        queueing.advance_client(account, client_id, at, domain="atelier-roussel.example")
    waiting = Message.select(Message.id).where(
        Message.account == account, Message.state == "queued", Message.not_before_at <= at
    )
    for (message_id,) in list(waiting.tuples()):
        claimed = handing_over.claim(message_id, at, _SERVER)
        if claimed is not None:
            source = mime.build(claimed.mail, at.replace(tzinfo=dt.UTC).timestamp())
            taken = Sent("250 accepté pour la démonstration", source_sha256=hashlib.sha256(source).hexdigest())
            handing_over.finish(claimed, taken, at + dt.timedelta(seconds=8), _SERVER)


def _tell_overdue(account: Account, day: dt.date) -> None:
    """The morning after a due date with money left, as the worker tells it."""
    late = (
        Instalment.select(Instalment, Invoice)
        .join(Invoice)
        .where(
            Instalment.account == account,
            Instalment.due_on == day - dt.timedelta(days=1),
            Instalment.balance_cents > 0,
            Invoice.state == "sent",
        )
    )
    at = local_instant(day, 8 * 60, account.time_zone)
    for row in list(late):
        Instalment.update(alerted_on=day).where(Instalment.id == row.id).execute()
        record(
            "became_overdue",
            account=account,
            at=at,
            client=row.invoice.client_id,
            invoice=row.invoice,
            due_on=row.due_on,
        )


def _receive(made: dict[int, Invoice], day: dt.date, today: dt.date, user: User) -> None:
    for bill in BILLS:
        for shift, cents in bill.paid:
            if today + dt.timedelta(days=shift) == day and bill.number in made:
                invoice = made[bill.number]
                at = local_instant(day, _AFTERNOON, invoice.account.time_zone)
                paying.record(invoice, cents, day, "transfer", f"VIR {bill.client.upper()[:18]}", by=user, now=at)


def _make_stranger(now: dt.datetime) -> None:
    """Another business on the same instance: it must never see Camille, nor she it."""
    user = onboarding.create_account(
        business_name="Menuiserie Ferrand",
        email=STRANGER_EMAIL,
        password=PASSWORD,
        first_name="Basile",
        last_name="Ferrand",
        now=now,
    )
    account = Account.get_by_id(user.account_id)
    today = local_date(now, account.time_zone)
    client = keeping_clients.create(account, ClientFacts(name="Hôtel des Cimes"), by=user, now=now)
    keeping_clients.add_contact(
        client, ContactFacts(name="Odile Perrin", email="odile@hotel-des-cimes.example"), by=user, now=now
    )
    for number, due in (("B-12", -9), ("B-13", 21)):
        facts = InvoiceFacts(
            client_id=client.id,
            number=number,
            issued_on=today - dt.timedelta(days=30),
            due_on=today + dt.timedelta(days=due),
            total_cents=250_000,
            object="Escalier en hêtre",
        )
        invoicing.create(account, facts, by=user, now=now)
