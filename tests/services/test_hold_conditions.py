import datetime as dt

import pytest

from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.services import disputing, hold_conditions, pausing, promising
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import switch_on

SOON = TODAY + dt.timedelta(3)


def numbers(condition):
    return [row.number for row in Invoice.select().where(condition).order_by(Invoice.number)]


@pytest.fixture
def pair(latitude, nadia):
    """Two chased invoices of one client, A and B."""
    found = [factories.make_invoice(latitude, number, due_on=TODAY) for number in "AB"]
    for invoice in found:
        switch_on(invoice, nadia)
    return found


def test_an_open_promise_and_an_open_dispute_are_found_until_they_end(pair, account):
    one, two = pair
    row = promising.promise(one, PromiseFacts(SOON, 100), by=None, now=NOW)
    disputing.open_dispute(two, DisputeFacts("amount"), by=None, now=NOW)
    assert (numbers(hold_conditions.promised(account)), numbers(hold_conditions.disputed(account))) == (["A"], ["B"])
    promising.withdraw(row, by=None, now=NOW)
    disputing.close(two, by=None, now=NOW)
    assert numbers(hold_conditions.promised(account)) == numbers(hold_conditions.disputed(account)) == []


def test_a_pause_is_found_until_its_last_day_alone_or_of_the_client(pair, account, latitude, invoice):
    pausing.pause_invoice(pair[0], until_on=SOON, reason="", by=None, now=NOW)
    assert numbers(hold_conditions.paused(account, SOON)) == ["A"]
    assert numbers(hold_conditions.paused(account, SOON + dt.timedelta(1))) == []
    pausing.pause_client(latitude, until_on=None, reason="", by=None, now=NOW)
    assert numbers(hold_conditions.paused(account, SOON)) == ["A", "B"]  # the third one is not chased at all


def test_reminders_are_on_by_a_sequence_or_otherwise(pair, account, invoice):
    sequence = Sequence.create(
        account=account, title="Douce", title_key="douce", revision=1, created_at=NOW, updated_at=NOW
    )
    chase = pair[1].chases.get()
    chase.sequence = sequence
    chase.save()
    assert numbers(hold_conditions.chased(account)) == ["A", "B"]
    assert numbers(hold_conditions.chased(account, sequence.id)) == ["B"]
    assert numbers(hold_conditions.unchased()) == [invoice.number]
    stranger = factories.make_account("Menuiserie Basile")
    assert numbers(hold_conditions.chased(stranger)) == []
