"""When each invoice's first formal notice was received: a consumer's interest runs from the day after."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from peewee import fn

from relance.models.letters import Letter, LetterInvoice


def notice_received_on(invoice_ids: Iterable[int]) -> dict[int, dt.date]:
    """id of the invoice → the civil day its first formal notice was received, in one query.

    A letter that nobody took (unclaimed, refused) was not received: what it is worth is not settled, so that it
    counts for nothing here (C. civ. 1231-6 and 1344-1 speak of the notice; see docs/penalties.md).
    """
    return dict(received_read(invoice_ids))


def received_read(invoice_ids: Iterable[int]) -> Any:
    """The query of it: (invoice id, day)."""
    return (
        LetterInvoice.select(LetterInvoice.invoice, fn.MIN(Letter.received_on))
        .join(Letter)
        .where(
            LetterInvoice.invoice.in_(list(invoice_ids)),
            Letter.kind == "formal_notice",
            Letter.state == "received",
            Letter.received_on.is_null(False),
        )
        .group_by(LetterInvoice.invoice)
        .tuples()
    )
