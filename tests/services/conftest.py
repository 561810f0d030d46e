"""What the tests of sending share."""

import datetime as dt

import pytest

from relance.services import sending_by_hand, writing
from relance.services.carrying import Post
from tests import factories, making
from tests.making import switch_on


@pytest.fixture
def post(settings, smtp_server):
    """The instance's post: everything leaves by ``smtp_server``."""
    return Post.of(settings)


@pytest.fixture
def due_invoice(latitude, nadia, camille):
    """Due on Monday 23 November; J+1 is Tuesday 24."""
    return factories.make_invoice(latitude, "F-2026-0098", due_on=factories.TODAY)


@pytest.fixture
def chased(due_invoice, nadia):
    """The same, with three weekly reminders to Nadia."""
    switch_on(due_invoice, nadia)
    return due_invoice


@pytest.fixture
def coming(latitude, nadia, camille):
    """An invoice due in ten days, on Thursday 3 December."""
    return factories.make_invoice(latitude, "F-2026-0098", due_on=dt.date(2026, 12, 3))


@pytest.fixture
def send(invoice, camille, now):
    """``send(row, key=…, at=…, leaves_at=…, …)``: a reminder by hand, by Camille, as the composer proposes it."""

    def _send(row=None, key="form-1", at=now, leaves_at=None, **changes):
        row = row or invoice
        draft = writing.Draft(**{**vars(writing.first_draft(row, at.date())), **changes})
        return sending_by_hand.send(
            row, draft, key=key, by=camille, now=at, domain="relance.example", leaves_at=leaves_at
        )

    return _send


@pytest.fixture
def client(database):
    """Who owes: a client of an account of its own, with a contact (tests/making.py)."""
    client = making.make_client(making.make_account())
    making.make_contact(client)
    return client


@pytest.fixture
def brewery(account):
    """Brasserie des Deux Rives, whom a formal notice is written to."""
    return factories.make_client(account, "Brasserie des Deux Rives", address="8 quai des Bateliers\n67000 Strasbourg")
