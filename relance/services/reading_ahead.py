"""What the page of an invoice reads, asked in one statement before its parts ask for it.

Each part of the page (thread, holds, figures, payments, reminders) makes its own reads and is shown elsewhere alone.
Inside ``db.remembering`` the answers are kept one by one, so that they find them; elsewhere nothing is read.
"""

import datetime as dt
from typing import Any

from relance import db
from relance.models.chases import Chase, ChaseContact, Skip
from relance.models.clients import Client, Contact
from relance.models.holds import Extension, Hold
from relance.models.invoices import Instalment, Invoice
from relance.models.payments import Payment
from relance.models.sequences import Sequence
from relance.services import client_figures, gathering, holds, settling, situation_rows, threads


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
        _one(Extension.select().where(Extension.invoice == invoice, Extension.ended_at.is_null())),
        *threads.reads([invoice.id]),
        *holds.current_reads(invoice.account, [invoice]),
        *client_figures.reads(invoice.client, today),
        *situation_rows.reads(invoice.account, [client_id], today),
    )
    _of_chase(gathering.first(chases), clients[0].sequence_id)


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
