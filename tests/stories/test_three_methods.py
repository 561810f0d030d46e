"""By hand, by hand to many, by itself: one engine, and the same traces for the same invoice."""

import datetime as dt
import json

import pytest

from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.services import batches, sending_by_hand, sweeping, writing
from relance.services.carrying import Post
from tests import factories
from tests.making import switch_on
from tests.services import batching
from tests.services.sending import text_of

NOW, TODAY = factories.NOW, factories.TODAY
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
CONTACT = "Nadia Benali"


@pytest.fixture
def post(settings, smtp_server):
    """The instance's post: everything leaves by ``smtp_server``."""
    return Post.of(settings)


@pytest.fixture
def alike(account, camille):
    """Three clients who owe the same, each late by a day: nothing but the method will differ."""
    found = []
    for method in ("by-hand", "batch", "sequence"):
        client = factories.make_client(account, "Latitude Conseil", siren="")
        contact = factories.make_contact(client, CONTACT, f"{method}@latitude.example")
        document = factories.make_document(account, b"%PDF-1.7 " + method.encode(), "facture.pdf")
        late = factories.make_invoice(client, f"F-{method}", due_on=TODAY - DAY, document=document)
        found.append((late, contact))
    return found


def by_hand(invoice, camille):
    draft = writing.first_draft(invoice, TODAY)
    return sending_by_hand.send(invoice, draft, key="form", by=camille, now=NOW, domain="relance.example")


def to_many(invoice, camille):
    batch = batching.confirm(invoice.account, batching.reviewed(invoice.account, [invoice]), camille)
    [message_id] = batches.work(batch.id, NOW, domain="relance.example")
    return Message.get_by_id(message_id)


def traces(invoice):
    """The events about an invoice, as the history is written from them, without what names the method's own choices."""
    rows = Event.select().where(Event.invoice == invoice, Event.kind.startswith("reminder_")).order_by(Event.id)
    found = []
    for event in rows:
        facts = json.loads(json.dumps(event.facts).replace(invoice.number, "F").replace(address(event), "a@b"))
        facts.pop("batch", None)
        facts.pop("source_sha256", None)  # of other bytes: another client, another instant
        found.append((event.kind, facts))
    return found


def address(event):
    return json.loads(event.message.to_json)[0][1]


def row(message, number):
    """What is stored of a message, with what identifies it left out."""
    item = MessageItem.get(MessageItem.message == message)
    return {
        "state": message.state,
        "template": message.template,
        "language": message.language,
        "to": [name for name, _ in json.loads(message.to_json)],
        "cc": json.loads(message.cc_json),
        "from": (message.from_name, message.from_address, message.reply_to),
        "subject": message.subject.replace(number, "F"),
        "text": message.body_text.replace(number, "F"),
        "html": message.body_html.replace(number, "F"),
        "total": (message.total_cents, message.currency),
        "day": message.day_on,
        "attached": message.attachments.count(),
        "item": (item.template, item.balance_cents, item.instalment.invoice_id == item.invoice_id),
        "times": (message.sent_at is not None, message.claimed_at is not None, message.attempts),
    }


@pytest.mark.requirement("S4.1", "S2.11")
def test_the_three_methods_leave_the_same_traces(alike, camille, post, smtp_server):
    (one, _), (two, _), (three, contact) = alike
    switch_on(three, contact, now=NOW - 3 * DAY)
    made = [by_hand(one, camille), to_many(two, camille)]
    sweeping.sweep(NOW, post)
    sweeping.sweep(NOW + MINUTE, post)
    made.append(Message.get(Message.client == three.client_id, Message.kind == "reminder"))
    made = [Message.get_by_id(message.id) for message in made]
    assert [(message.kind, message.is_automatic) for message in made] == [
        ("manual", False),
        ("manual", False),
        ("reminder", True),
    ]
    rows = [row(message, invoice.number) for message, (invoice, _) in zip(made, alike, strict=True)]
    assert rows[0] == rows[1] == rows[2]
    assert rows[0]["state"] == "sent" and rows[0]["template"] == "rappel"
    told = [traces(invoice) for invoice, _ in alike]
    assert told[0] == told[1] == told[2]
    assert [kind for kind, _ in told[0]] == ["reminder_queued", "reminder_sent"]
    mails = [smtp_server.to(person.email) for _, person in alike]
    assert [len(received) for received in mails] == [1, 1, 1]
    texts = {text_of(mail).replace(invoice.number, "F") for (invoice, _), [mail] in zip(alike, mails, strict=True)}
    assert len(texts) == 1
