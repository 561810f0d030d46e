"""One run does everything that is due, and leaves nothing for a second."""

import datetime as dt

import pytest

from relance.models.accounts import Heartbeat
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.services import sweeping
from tests import factories
from tests.making import switch_on

D = dt.date
TUESDAY = factories.NOW + dt.timedelta(days=1)


def test_the_worker_is_seen(post, database):
    sweeping.sweep(TUESDAY, post)
    assert Heartbeat.get(Heartbeat.name == "worker").seen_at == TUESDAY


@pytest.mark.requirement("S1.12")
def test_a_fresh_instance_with_a_thousand_overdue_invoices_sends_clients_nothing(
    account, camille, latitude, nadia, post, smtp_server
):
    for n in range(100):
        factories.make_invoice(latitude, f"F-{n}", due_on=factories.TODAY - dt.timedelta(n))
    for offset in range(0, 60, 3):
        sweeping.sweep(factories.NOW + dt.timedelta(days=offset), post)
    assert smtp_server.to(nadia.email) == []


def test_a_second_run_finds_nothing(account, camille, latitude, nadia, post):
    switch_on(factories.make_invoice(latitude, due_on=D(2026, 11, 23)), nadia)
    first, second = sweeping.sweep(TUESDAY, post), sweeping.sweep(TUESDAY, post)
    assert first.queued and first.report.sent
    assert (second.queued, second.report.sent, second.letters) == ([], [], 0)


@pytest.mark.requirement("S1.26")
def test_only_emails_leave_by_themselves_never_a_letter(account, camille, latitude, nadia, post):
    switch_on(factories.make_invoice(latitude, due_on=D(2026, 11, 23)), nadia, count=2)
    for offset in range(90):
        sweeping.sweep(TUESDAY + dt.timedelta(days=offset), post)
    assert Message.select().where(Message.kind == "reminder").count() == 2
    assert Letter.select().count() == 0
