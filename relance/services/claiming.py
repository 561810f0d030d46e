"""What a client owes on late invoices at a date, line by line: the facts of a letter, made from rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from relance.letters.facts import Bank, ClaimedInvoice, Joined, NoticeFacts, Period, Received, Sender, SentReminder
from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.models.payments import Payment
from relance.rules import penalties
from relance.rules.address import Printed, compose, town_of
from relance.rules.calendar import local_date
from relance.rules.money import NBSP
from relance.rules.penalties import Claim, Due, Movement
from relance.services import gathering, letter_receipts, rating

LABELS = {
    "echeance": "Relance à l’échéance",
    "rappel": "Rappel",
    "relance_1": "Relance 1",
    "relance_2": "Relance 2",
    "dernier_rappel": "Dernier rappel",
}
BEFORE_LATENESS = ("standard", "prerelance")  # the invoice itself, and the courtesy before its date
SOLE_TRADERS = ("EI", "EIRL", "ENTREPRENEUR INDIVIDUEL", "ENTREPRISE INDIVIDUELLE", "MICRO-ENTREPRISE")
MAX_REFERENCES = 3


def notice_facts(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    dated_on: date,
    delay_days: int,
    claims_interest: bool,
    claims_fee: bool,
    imputation: str = "principal_first",
    mention: str = "registered",
    words: Mapping[str, str] | None = None,
    signature: str = "",
    enclosures: Sequence[str] = (),
    joined: Sequence[Joined] = (),
    anchor: str = "",
) -> NoticeFacts:
    """The facts of a formal notice at ``dated_on`` (local date), interest counted up to that day included.

    Raises rates.UnknownRate when a half-year is not in the tables. What the law does not allow (fees of
    an individual, 40 € in another currency) is not claimed, whatever was asked.
    The last six are kept as they are (see facts.NoticeFacts).
    """
    invoices = ordered(invoices)
    rows = _Rows(account, invoices)
    claimed = tuple(
        _claim(account, client, invoice, rows, dated_on, claims_interest, claims_fee, imputation)
        for invoice in invoices
    )
    return NoticeFacts(
        debtor=client.kind,
        dated_on=dated_on,
        delay_days=delay_days,
        currency=invoices[0].currency,
        sender=sender_of(account),
        recipient=recipient(client).lines,
        invoices=claimed,
        reminders=tuple(reminders(account, invoices)),
        claims_interest=claims_interest,
        claims_fee=claims_fee and client.kind != "individual" and invoices[0].currency == "EUR",
        imputation=imputation,
        bank=Bank(
            holder=account.iban_holder or account.business_name,
            iban=account.iban,
            bic=account.bic,
            reference=reference(account, invoices),
        ),
        mention=mention,
        words=tuple(sorted((words or {}).items())),
        signature=signature,
        enclosures=tuple(enclosures),
        joined=tuple(joined),
        anchor=anchor,
    )


def ordered(invoices: Sequence[Invoice]) -> list[Invoice]:
    """Invoices as a letter lists them: the oldest due date first."""
    return sorted(invoices, key=lambda invoice: (invoice.next_due_on, invoice.number, invoice.id))


def recipient(client: Client) -> Printed:
    """The client's address as the envelope shows it, with what is missing. A service of theirs comes second."""
    service = ""
    if client.kind != "individual":
        main = main_contact(client).get_or_none()
        service = main.role if main is not None else ""
    return compose(client.name, client.address, client.country, service)


def main_contact(client: Client) -> Any:
    """The query of the client's main contact."""
    return Contact.select().where(Contact.client == client, Contact.is_main, Contact.archived_at.is_null())


def contractual_rate(account: Account, client: Client, invoice: Invoice) -> int | None:
    """The rate of the invoice, else the client's, else the account's (hundredths of a percent); None: the legal one."""
    if client.kind != "organisation":
        return None
    return rating.contractual_rate(account, client.late_rate_bp, invoice.late_rate_bp)


def reminders(account: Account, invoices: Sequence[Invoice]) -> list[SentReminder]:
    """The reminders that left about these invoices, oldest first, each with the numbers of those it named."""
    query = _reminders_read(invoices)
    numbers = {invoice.id: invoice.number for invoice in invoices}
    found: dict[int, SentReminder] = {}
    for invoice_id, item_template, message_id, template, subject, sent_at in query:
        if (item_template or template) in BEFORE_LATENESS:
            continue
        on = local_date(sent_at, account.time_zone)
        label = LABELS.get(template or item_template, "Relance")
        reminder = found.setdefault(message_id, SentReminder(on, label, subject, ()))
        named = tuple(dict.fromkeys([*reminder.numbers, numbers[invoice_id]]))
        found[message_id] = replace(reminder, numbers=named)
    return list(found.values())


def reads(account: Account, client: Client, invoices: Sequence[Invoice]) -> tuple[Any, ...]:
    """What a notice about these invoices reads, in this order of theirs, to be read with other things before it."""
    ids = [invoice.id for invoice in invoices]
    return (
        rating.rates_read(account),
        *_rows_read(ids),
        main_contact(client).paginate(1, 1),
        _reminders_read(invoices),
    )


def _reminders_read(invoices: Sequence[Invoice]) -> Any:
    return (
        MessageItem.select(
            MessageItem.invoice, MessageItem.template, Message.id, Message.template, Message.subject, Message.sent_at
        )
        .join(Message)
        .where(
            MessageItem.invoice.in_([invoice.id for invoice in invoices]),
            Message.state == "sent",
            Message.kind.in_(("reminder", "manual")),
            Message.sent_at.is_null(False),
        )
        .order_by(Message.sent_at, Message.id)
        .tuples()
    )


def _rows_read(ids: Sequence[int]) -> tuple[Any, ...]:
    noted = Invoice.select().where(
        Invoice.credited_invoice.in_(ids), Invoice.kind == "credit_note", Invoice.state.in_(("sent", "paid"))
    )
    return (
        letter_receipts.received_read(ids),
        Instalment.select().where(Instalment.invoice.in_(ids)).order_by(Instalment.position),
        Payment.select().where(Payment.invoice.in_(ids)),
        noted,
    )


class _Rows:
    """The instalments, payments and credit notes of some invoices, the rates and the receipts: one statement."""

    def __init__(self, account: Account, invoices: Sequence[Invoice]) -> None:
        found = gathering.read(rating.rates_read(account), *_rows_read([invoice.id for invoice in invoices]))
        known, noticed, instalments, payments, notes = found
        self.table = rating.table_with(known)
        self.noticed: dict[int, date] = dict(noticed)  # consumers only count by it
        self.instalments: dict[int, list[Instalment]] = defaultdict(list)
        self.received: dict[int, list[Received]] = defaultdict(list)
        for row in instalments:
            self.instalments[row.invoice_id].append(row)
        for payment in payments:
            self.received[payment.invoice_id].append(Received(payment.received_on, payment.amount_cents))
        for note in notes:
            line = Received(note.issued_on, note.total_cents, is_credit_note=True, number=note.number)
            self.received[note.credited_invoice_id].append(line)


def _claim(
    account: Account,
    client: Client,
    invoice: Invoice,
    rows: _Rows,
    dated_on: date,
    claims_interest: bool,
    claims_fee: bool,
    imputation: str,
) -> ClaimedInvoice:
    rate = contractual_rate(account, client, invoice)
    dues = [Due(row.due_on, row.amount_cents) for row in rows.instalments[invoice.id]]
    # Money announced for a later day has been received by whoever recorded it: it counts on the letter's day.
    received = sorted(rows.received[invoice.id], key=lambda line: (line.on, line.number))
    moves = [Movement(min(line.on, dated_on), line.amount_cents, line.is_credit_note) for line in received]
    # A consumer owes interest from the receipt of an earlier notice: none for the letter that is being written.
    noticed = rows.noticed.get(invoice.id) if client.kind == "individual" else None
    # Without interest the debt is counted at a rate of nothing, which needs no table.
    debtor, counted = (client.kind, rate) if claims_interest else ("organisation", 0)
    owed = penalties.late_interest(
        Claim(tuple(dues), dated_on, debtor, tuple(moves), counted, noticed, imputation, rows.table)
    )
    return ClaimedInvoice(
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=tuple(due.due_on for due in dues if due.due_on < dated_on),
        object=invoice.object,
        total_cents=invoice.total_cents,
        received=tuple(received),
        later_cents=owed.principal_cents - owed.overdue_cents,
        principal_cents=owed.overdue_cents,
        interest_cents=owed.due_cents,
        fee_cents=penalties.recovery_fee(client.kind, 1, invoice.currency) if claims_fee else 0,
        daily_cents=owed.daily_cents,
        has_contractual_rate=rate is not None,
        periods=tuple(Period(**vars(segment)) for segment in owed.segments) if claims_interest else (),
        reference=invoice.order_reference.strip(),
    )


def sender_of(account: Account) -> Sender:
    """The creditor as the head of a letter prints it."""
    name, form, owner = account.business_name, account.legal_form.strip(), account.owner_name.strip()
    lines = [line.strip() for line in account.address.splitlines() if line.strip()]
    if owner and form.upper() in SOLE_TRADERS:
        # A sole trader signs with their own name, followed by « EI » (C. com. L526-22, R526-27).
        headline = f"{owner}{NBSP}EI"
        lines = [name, *lines] if name.casefold() != owner.casefold() else lines
    else:
        headline = f"{name}{NBSP}{form}" if form and not name.upper().endswith(form.upper()) else name
    details = [f"SIRET{NBSP}{_siret(account.siret)}"] if account.siret else []
    details += [text for text in (account.phone, account.email) if text]
    return Sender(
        headline=headline,
        lines=tuple(lines),
        details=tuple(details),
        place=town_of(account.address),
        signer=owner or name,
        capacity=account.owner_capacity.strip(),
    )


def _siret(number: str) -> str:
    return NBSP.join(part for part in (number[0:3], number[3:6], number[6:9], number[9:]) if part)


def reference(account: Account, invoices: Sequence[Invoice]) -> str:
    """What the client writes on the transfer: the numbers, or how many there are."""
    if len(invoices) <= MAX_REFERENCES:
        return ", ".join(invoice.number for invoice in invoices)
    return f"{account.business_name}, {len(invoices)} factures"
