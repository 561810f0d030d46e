"""What was sent is shown as sent, byte for byte: the bytes made again are those the server received."""

import datetime as dt
import hashlib

import pytest

from relance import storage
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import sent_source, sweeping
from tests import factories
from tests.making import switch_on
from tests.services.sending import sweep

D = dt.date
MINUTE = dt.timedelta(minutes=1)


def sent_to(address):
    return [row for row in Message.select().where(Message.state == "sent") if address in row.to_json]


def assert_same_bytes(smtp_server, address):
    mails, rows = smtp_server.to(address), sent_to(address)
    assert mails and len(mails) == len(rows)
    for mail, row in zip(mails, rows, strict=True):
        assert sent_source.source_of(row) == mail.content
        told = {
            event.facts["source_sha256"]
            for event in Event.select().where(Event.message == row, Event.kind == "reminder_sent")
        }
        assert told == {hashlib.sha256(mail.content).hexdigest()}  # the journal vouches for these very bytes


@pytest.mark.requirement("S3.34")
def test_every_message_of_a_plan_is_made_again_byte_for_byte(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    for day in (D(2026, 11, 24), D(2026, 12, 1), D(2026, 12, 8)):
        sweep(day, post)
    assert len(smtp_server.to(nadia.email)) == 3
    assert_same_bytes(smtp_server, nadia.email)


@pytest.mark.requirement("S3.34")
def test_files_copies_and_several_invoices_come_back_too(account, latitude, nadia, hugo, camille, post, smtp_server):
    for number, name in (("F-1", "été à régler.pdf"), ("F-2", "F-2.pdf")):
        document = factories.make_document(account, b"%PDF-1.7\n" + number.encode() * 900, name)
        invoice = factories.make_invoice(latitude, number, due_on=factories.TODAY, document=document)
        switch_on(invoice, nadia, hugo, copies_user=True)
    sweep(D(2026, 11, 24), post)
    [mail] = smtp_server.to(nadia.email)
    assert len(list(mail.message.iter_attachments())) == 2 and camille.email in mail.recipients
    assert "F-1" in mail.text and "F-2" in mail.text
    assert_same_bytes(smtp_server, nadia.email)


def test_words_written_by_hand_come_back_too(invoice, nadia, send, post, smtp_server, now):
    words = ("Un mot : à régler", "Bonjour,\n\n.\nFrom ici\n--=_relance\n" + "é" * 300)
    send(words=words)
    sweeping.sweep(now + MINUTE, post)
    assert_same_bytes(smtp_server, nadia.email)


def test_a_message_tried_again_keeps_the_instant_that_succeeded(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    smtp_server.answers["MAIL"] = "451 4.3.0 occupé"
    sweep(D(2026, 11, 24), post)
    smtp_server.answers.clear()
    sweep(D(2026, 11, 24), post, dt.time(8, 6))
    [mail] = smtp_server.to(nadia.email)
    assert mail.message["Date"].datetime.time() == dt.time(8, 6)
    assert_same_bytes(smtp_server, nadia.email)


def test_what_was_never_handed_over_has_no_source(invoice, nadia, send):
    message = send()
    assert not sent_source.has_source(message) and sent_source.source_of(message) is None


def test_a_lost_file_is_said_not_left_out(account, latitude, nadia, camille, post, smtp_server):
    document = factories.make_document(account, b"%PDF-1.7\nperdu", "F-1.pdf")
    switch_on(factories.make_invoice(latitude, "F-1", due_on=factories.TODAY, document=document), nadia)
    sweep(D(2026, 11, 24), post)
    [row] = sent_to(nadia.email)
    storage._path(document.sha256).unlink()
    with pytest.raises(storage.StorageError):
        sent_source.source_of(row)
