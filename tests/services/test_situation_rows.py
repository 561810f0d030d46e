"""What decides about reminders is read in one statement, whatever there is to read."""

import datetime as dt

import pytest

from relance.models.holds import Hold
from relance.services import pausing, promising, situation_rows
from relance.services.promising import PromiseFacts
from tests import factories
from tests.counting import counted
from tests.factories import NOW, TODAY, make_invoice
from tests.making import make_sequence, switch_on


@pytest.mark.parametrize("count", [1, 12])
def test_one_statement_reads_any_number_of_clients(account, camille, count):
    sequence = make_sequence(account, (3, "rappel"), (10, "relance_1"))
    clients = [factories.make_client(account, f"Client {n}") for n in range(count)]
    for client in clients:
        contact = factories.make_contact(client)
        switch_on(make_invoice(client), contact, frequency="sequence", sequence_id=sequence.id, start="next")
        switch_on(make_invoice(client), contact, start="gently")
    with counted() as queries:
        rows = situation_rows.read(account, [client.id for client in clients], TODAY)
        assert len(rows.chases) == len(rows.entries) == 2 * count
        assert {chase.invoice.client_id for chase in rows.chases} == {client.id for client in clients}
        assert {chase.sequence.title for chase in rows.chases if chase.sequence} == {"Ma séquence"}
    assert len(queries) == 1
    assert [(step.offset_days, step.template) for step in rows.steps] == [(3, "rappel"), (10, "relance_1")]


def test_all_that_a_person_decided_is_there(account, latitude, nadia, invoice, camille):
    chase = switch_on(invoice, nadia, start="gently")
    Hold.create(chase=chase, step=2, because="appel", made_by=camille, made_at=NOW)
    pausing.pause_client(latitude, until_on=None, reason="", by=camille, now=NOW)
    said = PromiseFacts(TODAY + dt.timedelta(2), 50_000, "Nadia", "")
    promising.promise(invoice, said, by=camille, now=NOW)
    rows = situation_rows.read(account, [latitude.id], TODAY)
    assert rows.held == [(chase.id, 2)]
    assert [link.contact.email for link in rows.links] == [nadia.email]
    assert [pause.client_id for pause in rows.holds.pauses] == [latitude.id]
    assert [promise.promised_on for promise in rows.holds.promises] == [TODAY + dt.timedelta(2)]


def test_another_account_is_never_read(account, basile, latitude, invoice, nadia):
    switch_on(invoice, nadia, start="gently")
    rows = situation_rows.read(basile.account, [latitude.id], TODAY)
    assert rows.clients == rows.chases == rows.entries == rows.links == []
