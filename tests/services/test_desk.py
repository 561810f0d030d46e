"""The desk: all that writing about an invoice needs, read in one statement."""

import datetime as dt

from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.services import chasing, desk, promising
from tests import factories
from tests.counting import counted
from tests.making import switch_on

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def test_everything_comes_in_one_statement(invoice, nadia, hugo, camille, account):
    Invoice.update(document=factories.make_document(account)).where(Invoice.id == invoice.id).execute()
    switch_on(invoice, nadia, start="gently")
    promising.promise(invoice, promising.PromiseFacts(TODAY + DAY, 100), by=None, now=NOW)
    row = Invoice.get_by_id(invoice.id)
    assert (row.account.id, row.client.id) == (account.id, invoice.client_id)
    with counted() as found:
        read = desk.read(row)
    assert len(found) == 1
    assert [contact.id for contact in read.usable] == [nadia.id, hugo.id]
    assert (read.chosen_ids, read.owner, [file.id for file in read.files]) == ({nadia.id}, camille, [row.document_id])
    assert [part.balance_cents for part in read.instalments] == [120_000]
    assert [held.kind for held in read.held(row, TODAY)] == ["promise"]
    assert read.held(row, TODAY + 30 * DAY) == ()


def test_an_ended_chase_is_not_under_way(invoice, nadia):
    switch_on(invoice, nadia, start="gently")
    assert desk.read(invoice).chase is not None
    chasing.stop(chasing.chase_of(invoice), because="switched_off", by=None, now=NOW)
    found = desk.read(invoice)
    assert found.chase is None and len(found.chases) == 1


def test_the_days_are_those_of_what_left_or_will(latitude, invoice, nadia):
    for days, state in ((9, "sent"), (3, "cancelled"), (-4, "queued"), (2, "refused")):
        factories.make_message(latitude, [invoice], state=state, day_on=TODAY - days * DAY)
    assert desk.read(invoice).days == {TODAY - 9 * DAY, TODAY + 4 * DAY}


def test_whoever_cannot_be_written_to_is_not_usable(invoice, nadia, hugo):
    Contact.update(rejected_at=NOW).where(Contact.id == nadia.id).execute()
    found = desk.read(invoice)
    assert [contact.id for contact in found.usable] == [hugo.id] and len(found.people) == 2
