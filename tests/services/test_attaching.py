"""What is attached, and what is given as a link because the message would be too heavy."""

import pytest

from relance import links
from relance.models.documents import Document
from relance.services import attaching, queueing
from relance.services.carrying import Post
from relance.services.sweeping import sweep
from tests import factories
from tests.making import switch_on


def with_file(client, number, size, **fields):
    invoice = factories.make_invoice(client, number, **fields)
    invoice.document = factories.make_document(client.account, b"%PDF-1.7 " + number.encode(), f"{number}.pdf")
    invoice.save()
    Document.update(size=size).where(Document.id == invoice.document_id).execute()
    return invoice


def test_files_are_attached_as_long_as_they_fit(latitude):
    one, two = with_file(latitude, "F-1", 4_000_000), with_file(latitude, "F-2", 2_000_000)
    shared = attaching.share_out([one, two])
    assert (shared.document_ids, shared.downloads) == ((one.document_id, two.document_id), ())


def test_beyond_the_limit_the_message_carries_a_link(latitude):
    one, two, three = (with_file(latitude, f"F-{n}", size) for n, size in enumerate((5_000_000, 4_000_000, 1_000_000)))
    shared = attaching.share_out([one, two, three])
    assert shared.document_ids == (one.document_id, three.document_id)
    assert shared.downloads == (("F-1", links.url_of(two.document_id, two.document.sha256)),)


def test_an_invoice_without_a_file_changes_nothing(latitude):
    assert attaching.share_out([factories.make_invoice(latitude, "F-9")]) == attaching.Attached()


@pytest.mark.requirement("S3.3")
def test_a_grouped_message_attaches_what_fits_and_links_to_the_rest(latitude, nadia, camille, settings, smtp_server):
    for number, size in (("F-1", 5_000_000), ("F-2", 5_000_000)):
        invoice = with_file(latitude, number, size, due_on=factories.TODAY)
        switch_on(invoice, nadia, frequency="once")
    sweep(factories.NOW, Post.of(settings))
    [received] = smtp_server.received
    names = [part.get_filename() for part in received.message.walk() if part.get_filename()]
    assert names == ["F-1.pdf"]
    text = queueing.Message.get().body_text
    assert "Télécharger la facture F-2" in text and links.PATH in text
