"""What the tests of sending share."""

import pytest

from relance.services import chasing
from relance.services.carrying import Post
from relance.services.chasing import ChasePlan
from tests import factories


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
