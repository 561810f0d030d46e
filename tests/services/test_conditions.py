"""What answers for an invoice, as a piece of a query."""

import datetime as dt

import pytest

from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.services import conditions, disputing, pausing, promising, sending_by_hand, writing
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts
from tests import factories
from tests.making import switch_on

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def holds(condition):
    return Invoice.select().where(condition).exists()


def test_an_invoice_is_owed_until_it_is_paid(invoice):
    assert holds(conditions.is_owed())
    factories.make_payment(invoice, 120_000)
    assert not holds(conditions.is_owed())


def test_a_client_is_written_to_at_a_usable_address(latitude, nadia):
    query = Client.select().where
    assert query(conditions.has_usable(Client.id)).exists()
    assert not query(conditions.has_rejected(Client.id)).exists()
    Contact.update(rejected_at=NOW).where(Contact.id == nadia.id).execute()
    assert not query(conditions.has_usable(Client.id)).exists()
    assert query(conditions.has_rejected(Client.id)).exists()


def test_a_message_counts_from_its_day_or_its_instant(invoice, nadia, camille):
    draft = writing.first_draft(invoice, TODAY)
    sending_by_hand.send(invoice, draft, key="k", by=camille, now=NOW, domain="relance.example")
    assert holds(conditions.written_about_since(Invoice.id, day=TODAY - DAY))
    assert not holds(conditions.written_about_since(Invoice.id, day=TODAY))
    assert holds(conditions.written_about_since(Invoice.id, at=NOW - DAY))
    assert not holds(conditions.written_about_since(Invoice.id, at=NOW))


def test_a_promise_and_a_dispute_answer_until_they_end(invoice, camille):
    assert not holds(conditions.has_promise(Invoice.id) | conditions.has_dispute(Invoice.id))
    row = promising.promise(invoice, PromiseFacts(TODAY + DAY, 120_000), by=camille, now=NOW)
    assert holds(conditions.has_promise(Invoice.id))
    promising.withdraw(row, by=camille, now=NOW)
    assert not holds(conditions.has_promise(Invoice.id))
    disputing.open_dispute(invoice, DisputeFacts("amount", "x"), by=camille, now=NOW)
    assert holds(conditions.has_dispute(Invoice.id))


@pytest.mark.parametrize("what", ["invoice", "client"])
def test_a_pause_of_the_invoice_or_of_its_client_holds_until_its_day(invoice, latitude, nadia, camille, what):
    switch_on(invoice, nadia, start="gently")
    values = {"until_on": TODAY + 3 * DAY, "reason": "", "by": camille, "now": NOW}
    if what == "invoice":
        pausing.pause_invoice(invoice, **values)
    else:
        pausing.pause_client(latitude, **values)
    assert holds(conditions.is_paused(TODAY + 3 * DAY))
    assert not holds(conditions.is_paused(TODAY + 4 * DAY))


def test_days_are_compared_in_both_databases(invoice):
    assert holds(Invoice.due_on < conditions.as_day(TODAY))
