"""The user is warned once of what became late, and once of what failed."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.invoices import Instalment
from relance.models.messages import Message
from relance.services import alerting, paying, sweeping
from tests import factories
from tests.making import switch_on

D = dt.date
BASE = {"base_url": "https://relance.example", "domain": "relance.example"}


def at(day, hour=7, minute=0):
    """A UTC instant; 07:00 is 08:00 in Paris in winter."""
    return dt.datetime.combine(day, dt.time(hour, minute))


def alerts():
    return list(Message.select().where(Message.kind == "overdue_alert").order_by(Message.id))


@pytest.fixture
def due_yesterday(latitude, nadia, camille):
    return factories.make_invoice(latitude, "F-2026-0098", due_on=D(2026, 11, 23))


@pytest.mark.requirement("S0.1", "S0.2")
def test_the_day_after_the_due_date_the_user_is_warned_once_with_a_link(due_yesterday, camille, post, smtp_server):
    sweeping.sweep(at(D(2026, 11, 23)), post)
    assert alerts() == []
    sweeping.sweep(at(D(2026, 11, 24)), post)
    sweeping.sweep(at(D(2026, 11, 24), 9), post)
    sweeping.sweep(at(D(2026, 11, 25)), post)
    [mail] = smtp_server.to(camille.email)
    assert "F-2026-0098" in mail.text and f"/factures/{due_yesterday.id}/relancer" in mail.text
    assert Instalment.get(Instalment.invoice == due_yesterday).alerted_on == D(2026, 11, 24)
    assert Event.select().where(Event.kind == "became_overdue", Event.invoice == due_yesterday).count() == 1


@pytest.mark.requirement("S0.1")
def test_not_before_eight_in_the_accounts_time_zone(due_yesterday, account, post):
    sweeping.sweep(at(D(2026, 11, 24), 6, 59), post)
    assert alerts() == []
    account.time_zone = "America/Cayenne"
    account.next_alert_at = None
    account.save()
    sweeping.sweep(at(D(2026, 11, 24), 10, 59), post)
    assert alerts() == []
    sweeping.sweep(at(D(2026, 11, 24), 11), post)
    assert len(alerts()) == 1


@pytest.mark.requirement("S0.1")
def test_a_paid_invoice_warns_of_nothing(due_yesterday, camille, now, post):
    paying.record(due_yesterday, 120_000, D(2026, 11, 23), by=camille, now=now)
    sweeping.sweep(at(D(2026, 11, 24)), post)
    assert alerts() == []


@pytest.mark.requirement("S0.1")
def test_what_was_already_late_when_entered_is_not_mailed(latitude, camille, post):
    factories.make_invoice(latitude, due_on=D(2026, 11, 20), created_at=at(D(2026, 11, 23)))
    sweeping.sweep(at(D(2026, 11, 24)), post)
    assert alerts() == []


def test_one_mail_lists_all_that_became_late_and_after_days_off_catches_up(latitude, camille, account, post):
    sweeping.sweep(at(D(2026, 11, 20)), post)
    for n, day in enumerate((20, 21, 22, 23)):
        factories.make_invoice(latitude, f"F-{n}", due_on=D(2026, 11, day), created_at=at(D(2026, 11, 1)))
    sweeping.sweep(at(D(2026, 11, 24)), post)
    [alert] = alerts()
    assert all(f"F-{n}" in alert.body_text for n in range(4))


def test_switched_off_the_journal_still_knows(due_yesterday, account, post):
    account.alerts_overdue = False
    account.save()
    sweeping.sweep(at(D(2026, 11, 24)), post)
    assert alerts() == []
    assert Event.select().where(Event.kind == "became_overdue").count() == 1


def test_two_workers_at_once_warn_once(due_yesterday, post):
    now = at(D(2026, 11, 24))
    assert len(alerting.alert_overdue(now, **BASE)) == 1
    assert alerting.alert_overdue(now, **BASE) == []


def test_failures_are_reported_once_and_grouped(due_yesterday, nadia, latitude, account, camille, post, smtp_server):
    other = factories.make_client(account, "Morel")
    hugo = factories.make_contact(other, "Hugo Morel")
    switch_on(due_yesterday, nadia)
    switch_on(factories.make_invoice(other, due_on=D(2026, 11, 23)), hugo)
    smtp_server.refused |= {nadia.email: "550 5.1.1 non", hugo.email: "550 5.1.1 non"}
    for hour in (8, 9, 10):
        sweeping.sweep(at(D(2026, 11, 24), hour), post)
    [notice] = Message.select().where(Message.kind == "failure_notice")
    assert "Latitude Conseil" in notice.body_text and "Morel" in notice.body_text
    assert Message.select().where(Message.state == "refused", Message.reported_at.is_null()).count() == 0
