"""What many messages read to be written, asked in a few statements before they are written one by one.

Inside ``db.remembering`` the answers are kept one by one, so that each text finds its own; elsewhere nothing is read.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from relance import db
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.models.payments import Payment
from relance.models.templates import Template, TemplateText
from relance.services import gathering, rating, settling

# Reads in one statement: a database takes some thousand arrays in one row, no more.
AT_ONCE = 200


def of_messages(account: Account, messages: Iterable[Sequence[Invoice]], more: Iterable[Any] = ()) -> None:
    """Read what the texts of these messages need, each given by its invoices; ``more``: queries to read with them."""
    if not db.is_remembering():
        return
    queries = [
        owner_read(account),
        Template.select().where(Template.account == account),
        TemplateText.select().where(TemplateText.account == account),
        *more,
    ]
    for invoices in messages:
        ids = [invoice.id for invoice in invoices]
        once = list(dict.fromkeys(ids))
        queries += [*last_sent_reads(ids), *(last_sent_reads(once) if once != ids else ())]
        queries += [query for invoice in invoices for query in _of_invoice(account, invoice)]
        documents = list(dict.fromkeys(invoice.document_id for invoice in invoices if invoice.document_id))
        if documents:
            queries.append(Document.select().where(Document.id.in_(documents)))
    at_once(queries)


def at_once(queries: Iterable[Any]) -> None:
    """Read these queries in as few statements as may be, the same one never twice."""
    known: dict[Any, Any] = {}
    for query in queries:
        sql, values = query.sql()
        known.setdefault((sql, tuple(values)), query)
    rows = list(known.values())
    for start in range(0, len(rows), AT_ONCE):
        gathering.read(*rows[start : start + AT_ONCE])


def owner_read(account: Account) -> Any:
    """The query of the first user of an account."""
    return User.select().where(User.account == account).order_by(User.id).paginate(1, 1)


def count_read(invoice_id: int) -> Any:
    """The query of how many instalments an invoice has."""
    return gathering.number(Instalment.select().where(Instalment.invoice == invoice_id))


def last_sent_reads(invoice_ids: Sequence[int]) -> tuple[Any, Any]:
    """The queries of the last message that left about one of these invoices: of any kind, and but for thanks."""
    query = (
        Message.select(Message.id, Message.sent_at, Message.references, Message.message_id)
        .join(MessageItem)
        .where(MessageItem.invoice.in_(list(invoice_ids)), Message.state == "sent")
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    )
    return query, query.where(Message.kind != "thanks")


def _of_invoice(account: Account, invoice: Invoice) -> Iterable[Any]:
    """How many instalments it has, and what its penalties are counted from when they are claimed."""
    yield count_read(invoice.id)
    if account.claims_penalties:
        yield rating.rates_read(account)
        yield Account.select().where(Account.id == account.id).paginate(1, 1)
        yield Client.select().where(Client.id == invoice.client_id).paginate(1, 1)
        yield Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)
        yield Payment.select().where(Payment.invoice == invoice).order_by(Payment.received_on, Payment.id)
        yield settling.credit_notes_read(invoice)
