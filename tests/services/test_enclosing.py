"""The statement of account in a message: that of the day it leaves, whatever was paid meanwhile."""

import datetime as dt

import pytest

from relance import storage
from relance.letters import press
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageAttachment
from relance.services import enclosing, statements, sweeping
from tests import factories

NOW, TODAY = factories.NOW, factories.TODAY
MINUTE = dt.timedelta(minutes=1)


def files(message):
    return [row.document for row in MessageAttachment.select().where(MessageAttachment.message == message)]


def names(mail):
    return sorted(part.get_filename() for part in mail.message.iter_attachments())


@pytest.fixture
def planned(send, now):
    """A reminder with the statement, planned for tomorrow at nine."""
    return send(attaches_statement=True, leaves_at=now + dt.timedelta(days=1))


def test_the_statement_travels_beside_the_invoice(send, invoice, account, nadia, post, smtp_server, now):
    Invoice.update(document=factories.make_document(account, name="F-1.pdf")).where(Invoice.id == invoice.id).execute()
    message = send(Invoice.get_by_id(invoice.id), attaches_statement=True)
    assert sorted(row.kind for row in files(message)) == ["invoice", "statement"]
    sweeping.sweep(now + MINUTE, post)
    [mail] = smtp_server.to(nadia.email)
    assert names(mail) == ["F-1.pdf", "releve-latitude-conseil-2026-11-23.pdf"]


def test_without_it_nothing_is_made(send):
    assert files(send()) == []
    assert Document.select().count() == 0


def test_a_planned_message_carries_the_statement_of_the_day_it_leaves(planned, nadia, post, smtp_server, now):
    assert [row.name for row in files(planned)] == ["releve-latitude-conseil-2026-11-24.pdf"]
    Message.update(not_before_at=now + dt.timedelta(days=3)).execute()
    sweeping.sweep(now + dt.timedelta(days=3), post)
    [mail] = smtp_server.to(nadia.email)
    assert names(mail) == ["releve-latitude-conseil-2026-11-26.pdf"]


def test_a_payment_since_is_told_by_a_new_statement(planned, invoice, latitude, nadia, post, smtp_server, now):
    [before] = files(planned)
    other = factories.make_invoice(latitude)
    sweeping.sweep(now + dt.timedelta(days=1), post)
    [after] = files(planned)
    assert other.balance_cents and before.sha256 != after.sha256
    assert storage.get(after.sha256) == statements.pdf(latitude, TODAY + dt.timedelta(1))
    assert len(smtp_server.to(nadia.email)) == 1


def test_what_changes_while_the_paper_is_laid_out_makes_it_wait_a_minute(
    planned, latitude, nadia, post, smtp_server, now, monkeypatch
):
    laid_out = statements.document

    def while_paid(client, **when):
        monkeypatch.setattr(statements, "document", laid_out)
        found = laid_out(client, **when)
        factories.make_invoice(latitude)
        return found

    monkeypatch.setattr(statements, "document", while_paid)
    at = now + dt.timedelta(days=1)
    sweeping.sweep(at, post)
    assert smtp_server.to(nadia.email) == []
    assert Message.get_by_id(planned.id).not_before_at == at + MINUTE
    sweeping.sweep(at + MINUTE, post)
    assert len(smtp_server.to(nadia.email)) == 1


def test_a_statement_that_cannot_be_printed_keeps_the_message(
    planned, nadia, post, smtp_server, now, monkeypatch, caplog
):
    def broken(client, **when):
        raise press.PressError("no font")

    monkeypatch.setattr(statements, "document", broken)
    at = now + dt.timedelta(days=1)
    sweeping.sweep(at, post)
    message = Message.get_by_id(planned.id)
    assert (message.state, message.not_before_at) == ("queued", at + dt.timedelta(minutes=15))
    assert smtp_server.to(nadia.email) == [] and "statement" in caplog.text


def test_a_message_that_carries_none_is_left_alone(send, now):
    message = send()
    assert enclosing.of_message(message.id) == []
    assert enclosing.renewed(message.id, now) is None
