"""Late invoices and the letters about them, for the tests of formal notices."""

import datetime as dt
import io

import pypdf

from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.services import noticing
from relance.services.noticing import NoticeChoices
from tests import factories
from tests.factories import NOW, TODAY


def late(client, number=None, **fields):
    """1 860 € due on 23 September 2026, 61 days before the letter."""
    return factories.make_invoice(
        client, number, **{"total_cents": 186_000, "due_on": dt.date(2026, 9, 23), "late_rate_bp": 1215} | fields
    )


def prepare(account, client, invoices, *, now=NOW, by=None, **options):
    choices = NoticeChoices(**{"dated_on": TODAY} | options)
    return noticing.prepare(account, client, invoices, choices=choices, by=by, now=now)


def remind(invoice, template, on, state="sent", kind="reminder", subject="Facture en retard"):
    """A reminder about ``invoice``, sent at 10:00 in Paris on ``on``."""
    at = dt.datetime.combine(on, dt.time(9))
    message = Message.create(
        account=invoice.account_id,
        client=invoice.client_id,
        kind=kind,
        state=state,
        template=template,
        to_json="[]",
        subject=subject,
        body_text="",
        message_id=f"<{invoice.id}-{template}-{on}@x>",
        token=f"{invoice.id}-{template}-{on}",
        not_before_at=at,
        sent_at=at if state == "sent" else None,
        created_at=at,
    )
    for instalment in invoice.instalments:
        MessageItem.create(
            message=message,
            invoice=invoice,
            instalment=instalment,
            template=template,
            balance_cents=invoice.balance_cents,
        )
    return message


def kinds(letter):
    return [event.kind for event in Event.select().where(Event.letter == letter).order_by(Event.id)]


def text_of(pdf):
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())
