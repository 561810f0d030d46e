"""What the page of an invoice reads, asked in one statement before its parts ask for it.

Each part of the page (thread, holds, figures, payments, reminders) makes its own reads and is shown elsewhere alone.
Inside ``db.remembering`` the answers are kept one by one, so that they find them; elsewhere nothing is read.
"""

import datetime as dt
from typing import Any

from relance import db
from relance.models.accounts import SmtpServer
from relance.models.chases import Chase, ChaseContact, Entry, Skip
from relance.models.clients import Client, Contact
from relance.models.holds import Extension, Hold
from relance.models.invoices import Instalment, Invoice
from relance.models.payments import Payment
from relance.models.sequences import Sequence
from relance.services import (
    asking,
    client_figures,
    composing_ahead,
    entry_items,
    evidence,
    gathering,
    holds,
    letter_receipts,
    limiting,
    plan_rows,
    rating,
    settling,
    situation_rows,
    standing,
    steps,
    threads,
)


def of_invoice(invoice: Invoice, today: dt.date) -> None:
    """Read what the page of this invoice needs. ``today`` is local to the account."""
    if not db.is_remembering():
        return
    client_id = invoice.client_id
    chases, clients, *_ = gathering.read(
        _one(Chase.select().where(Chase.invoice == invoice)),
        _one(Client.select().where(Client.id == client_id)),
        _one(Contact.select().where(Contact.id == invoice.contact_id)),
        Contact.select().where(Contact.client == client_id),
        Contact.select()
        .where(Contact.client == client_id, Contact.archived_at.is_null())
        .order_by(Contact.is_main.desc(), Contact.id),
        Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position),
        Payment.select().where(Payment.invoice == invoice).order_by(Payment.received_on, Payment.id),
        settling.credit_notes_read(invoice),
        rating.rates_read(invoice.account_id),
        letter_receipts.received_read([invoice.id]),
        *limiting.reads([invoice.id]),
        evidence.read_of(invoice.client, invoice),
        _one(Extension.select().where(Extension.invoice == invoice, Extension.ended_at.is_null())),
        *standing.reads(invoice),
        *threads.reads([invoice.id]),
        *holds.current_reads(invoice.account, [invoice]),
        *client_figures.reads(invoice.client, today),
        *situation_rows.reads(invoice.account, [client_id], today),
    )
    _of_chase(gathering.first(chases), clients[0].sequence_id)


def of_client(client: Client) -> None:
    """Read what the page of this client needs, whatever its tab."""
    if db.is_remembering():
        gathering.read(
            Contact.select()
            .where(Contact.client == client, Contact.archived_at.is_null())
            .order_by(Contact.is_main.desc(), Contact.id),
            plan_rows.of_client_read(client),
            evidence.read_of(client),
        )


def of_reminders(invoice: Invoice, today: dt.date) -> None:
    """Read what the reminder settings of this invoice need, with the text of a message about it alone."""
    if not db.is_remembering():
        return
    of_invoice(invoice, today)
    account, chase = invoice.account, Chase.get_or_none(Chase.invoice == invoice)
    followed = Client.get_by_id(invoice.client_id).sequence_id
    ids = sorted({one for one in (followed, chase.sequence_id if chase is not None else None) if one})
    items = entry_items.reads([invoice.id])
    more = [
        *items,
        *holds.frame_reads(account.id, {invoice.client_id}, [invoice.id]),
        Instalment.select().where(Instalment.invoice == invoice),
        Sequence.select().where(Sequence.account == account, Sequence.archived_at.is_null()),
        asking.asking_read([invoice.id]),
        _one(SmtpServer.select().where(SmtpServer.account == account, SmtpServer.verified_at.is_null(False))),
    ]
    for one in ids:
        more.append(_one(Sequence.select().where(Sequence.id == one, Sequence.account == account)))
        more.append(Sequence.select(Sequence.id, Sequence.revision).where(Sequence.id.in_([one])).tuples())
    composing_ahead.of_messages(account, [[invoice]], more)
    _of_steps(chase, ids, [row.id for row in items[-1]])


def _of_steps(chase: Chase | None, sequence_ids: list[int], instalment_ids: list[int]) -> None:
    """The blocks of these sequences as they are published, those the chase keeps, and where it was entered."""
    queries = [Entry.select().where(Entry.instalment.in_(instalment_ids))] if instalment_ids else []
    for one in sequence_ids:
        sequence = Sequence.get_or_none(Sequence.id == one)
        if sequence is not None:
            queries.append(steps.revisions_read([(one, sequence.revision)]))
    if chase is not None and chase.sequence_id and chase.frozen_revision is not None:
        queries.append(steps.revisions_read([(chase.sequence_id, chase.frozen_revision)]))
    composing_ahead.at_once(queries)


def _of_chase(chase: Chase | None, sequence_id: int | None) -> None:
    ids = {one for one in (sequence_id, chase.sequence_id if chase is not None else None) if one}
    queries = [_one(Sequence.select().where(Sequence.id == one)) for one in ids]
    if chase is not None:
        queries += [
            ChaseContact.select(ChaseContact.contact).where(ChaseContact.chase == chase).tuples(),
            Hold.select().where(Hold.chase == chase),
            Skip.select(Skip.step).where(Skip.chase == chase, Skip.because == "by_hand").tuples(),
        ]
    if queries:
        gathering.read(*queries)


def _one(query: Any) -> Any:
    """As ``get`` writes it."""
    return query.paginate(1, 1)
