"""What the tests of sending share."""

import pytest

from relance.services import chasing
from relance.services.carrying import Post
from relance.services.chasing import ChasePlan
from tests import factories, making


@pytest.fixture
def post(settings, smtp_server):
    """The instance's post: everything leaves by ``smtp_server``."""
    return Post.of(settings)


@pytest.fixture
def switch_on():
    """``switch_on(invoice, contact, …, count=3)``: reminders of that invoice, on."""

    def _switch_on(invoice, *contacts, now=factories.NOW, **values):
        plan = ChasePlan(**{"contact_ids": tuple(c.id for c in contacts), "count": 3, **values})
        return chasing.start(invoice, plan, by=None, now=now)

    return _switch_on


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
