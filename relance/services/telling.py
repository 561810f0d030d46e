"""What became of a message, in the history of each invoice it is about."""

import datetime as dt
from collections.abc import Iterable

from relance.models.accounts import User
from relance.models.events import record
from relance.models.messages import Message, MessageItem


def invoices_of(message: Message) -> list[int]:
    """The ids of the invoices a message is about, once each, in the order it names them."""
    rows = MessageItem.select(MessageItem.invoice).where(MessageItem.message == message).order_by(MessageItem.id)
    return list(dict.fromkeys(invoice_id for (invoice_id,) in rows.tuples()))


def tell(
    kind: str,
    message: Message,
    about: Iterable[int | None],
    *,
    now: dt.datetime,
    by: User | int | None = None,
    **facts: object,
) -> None:
    """One event an invoice of ``about``; None stands for a message that is about no invoice.

    A message about a quote has no invoice: its event is the quote's.
    """
    told = list(about) or ([None] if message.quote_id is not None else [])
    for invoice_id in told:
        record(
            kind,
            account=message.account_id,
            client=message.client_id,
            invoice=invoice_id,
            quote=message.quote_id,
            message=message,
            user=by,
            at=now,
            **facts,
        )
