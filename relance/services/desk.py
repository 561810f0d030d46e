"""What is on the desk of somebody who writes about an invoice: its client's people, its instalments, its holds."""

import datetime as dt
from dataclasses import dataclass

from relance.models.accounts import User
from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Contact
from relance.models.documents import Document
from relance.models.holds import Dispute, Pause, Promise
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message
from relance.services import gathering, holds, situations
from relance.services.holds import Held, HoldRows

MOST_DAYS = 200  # days on which a client was written to, the latest first: the gap never looks further


@dataclass(frozen=True)
class Desk:
    """What was read about an invoice to write to its client, in one statement; a page shown asks for it once."""

    people: list[Contact]
    chases: list[Chase]
    chosen_ids: frozenset[int]
    instalments: list[Instalment]
    owner: User | None
    days: frozenset[dt.date]
    files: list[Document]
    frames: HoldRows
    holding: tuple[list[Pause], list[Promise], list[Dispute]]

    @property
    def usable(self) -> tuple[Contact, ...]:
        """The contacts that can be written to, the main one first."""
        return situations.usable(self.people)

    @property
    def chase(self) -> Chase | None:
        """The chase under way, or None."""
        return next((chase for chase in self.chases if chase.is_active), None)

    def held(self, invoice: Invoice, today: dt.date) -> tuple[Held, ...]:
        """What holds the automatic reminders of the invoice on the account's day."""
        return holds.current_of([invoice], today, *self.holding).get(invoice.id, ())


def read(invoice: Invoice) -> Desk:
    """Read what writing about the invoice needs. ``days``: those of the messages to its client, past
    and planned. ``files``: its own."""
    days = (
        Message.select(Message.day_on)
        .distinct()
        .where(
            Message.client == invoice.client_id,
            Message.kind.in_(("reminder", "manual", "quote")),
            Message.state.in_(situations.COUNTED),
            Message.day_on.is_null(False),
        )
    )
    people, chases, links, instalments, owners, dates, files, *held = gathering.read(
        Contact.select().where(Contact.client == invoice.client_id),
        Chase.select().where(Chase.invoice == invoice),
        ChaseContact.select(ChaseContact.contact).join(Chase).where(Chase.invoice == invoice).tuples(),
        Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.due_on, Instalment.id),
        User.select().where(User.account == invoice.account_id).order_by(User.id).limit(1),
        days.order_by(Message.day_on.desc()).limit(MOST_DAYS).tuples(),
        Document.select().where(Document.id == (invoice.document_id or 0)),
        *holds.frame_reads(invoice.account_id, [invoice.client_id], [invoice.id]),
        *holds.current_reads(invoice.account, [invoice]),
    )
    return Desk(
        people,
        chases,
        frozenset(contact_id for (contact_id,) in links),
        instalments,
        gathering.first(owners),
        frozenset(day for (day,) in dates),
        files,
        HoldRows(*held[:4]),
        (held[4], held[5], held[6]),
    )
