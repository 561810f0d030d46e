import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import attending, encashments, paying
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def asks(account):
    account.reports_encashments = True
    account.save()
    return account


def pay(invoice, cents=100_000, at=NOW + HOUR, on=TODAY):
    paying.record(invoice, cents, on, by=None, now=at)


def waiting(account, now=NOW + 2 * HOUR):
    return [(one.id, one.received_cents) for one in encashments.to_report(account, now)]


def test_a_payment_is_to_report_until_the_user_says_that_it_is_done_and_again_when_taken_back(asks, invoice, camille):
    pay(invoice)
    assert waiting(asks) == [(invoice.id, 100_000)]
    (group,) = [group for group in attending.groups(asks, NOW + 2 * HOUR) if group.kind == "encashment"]
    assert (group.count, group.rows[0].received_cents) == (1, 100_000)
    assert encashments.settle(invoice, because="reported", by=camille, now=NOW + 2 * HOUR)
    assert (waiting(asks), encashments.cents_to_report(invoice, NOW + 2 * HOUR)) == ([], 0)
    told = Event.select().where(Event.kind == "encashment_reported").get()
    assert (told.facts["because"], told.facts["amount_cents"], told.user_id) == ("reported", 100_000, camille.id)
    assert not encashments.settle(invoice, because="reported", by=camille, now=NOW + 3 * HOUR)
    assert encashments.reopen(invoice, by=camille, now=NOW + 3 * HOUR)
    assert waiting(asks) == [(invoice.id, 100_000)]
    assert events(invoice=invoice)[-1] == "encashment_reopened"
    assert not encashments.reopen(invoice, by=camille, now=NOW + 3 * HOUR)


def test_a_later_payment_is_asked_about_alone(asks, invoice, camille):
    pay(invoice)
    encashments.settle(invoice, because="not_needed", by=camille, now=NOW + 2 * HOUR)
    pay(invoice, 20_000, at=NOW + 3 * HOUR)
    assert waiting(asks, NOW + 4 * HOUR) == [(invoice.id, 20_000)]


def test_what_was_said_a_day_ago_is_not_taken_back(asks, invoice, camille):
    pay(invoice)
    encashments.settle(invoice, because="reported", by=camille, now=NOW + 2 * HOUR)
    assert not encashments.reopen(invoice, by=camille, now=NOW + dt.timedelta(days=2))


@pytest.mark.parametrize(
    ("status", "is_asking", "kind", "country", "is_asked"),
    [
        ("", False, "organisation", "FR", False),
        ("205", False, "organisation", "FR", True),
        ("205", False, "individual", "BE", True),
        ("", True, "organisation", "FR", True),
        ("", True, "public", "RE", True),
        ("", True, "individual", "FR", False),
        ("", True, "organisation", "BE", False),
    ],
)
def test_only_invoices_of_the_reform_are_asked_about(account, invoice, status, is_asking, kind, country, is_asked):
    account.reports_encashments = is_asking
    invoice.client.kind, invoice.client.country = kind, country
    account.save()
    invoice.client.save()
    Invoice.update(platform_status=status).where(Invoice.id == invoice.id).execute()
    pay(invoice)
    assert bool(waiting(account)) == is_asked


def test_what_was_paid_when_it_was_written_down_or_long_ago_or_by_another_is_not_asked(asks, latitude, invoice):
    at_once = factories.make_invoice(latitude)
    factories.make_payment(at_once, 1000, created_at=at_once.created_at)
    pay(invoice, on=TODAY - dt.timedelta(days=91))
    other = factories.make_account("Menuiserie Basile", reports_encashments=True)
    its = factories.make_invoice(factories.make_client(other))
    factories.make_payment(its, 1000, created_at=NOW + HOUR)
    assert waiting(asks) == []
    assert [invoice_id for invoice_id, _cents in waiting(other)] == [its.id]


def test_asking_to_be_reminded_says_nothing_of_what_was_received_before(account, invoice):
    pay(invoice)
    encashments.begin(account, now=NOW + 2 * HOUR)
    account.reports_encashments = True
    account.save()
    assert waiting(account, NOW + 3 * HOUR) == []
    pay(invoice, 20_000, at=NOW + 3 * HOUR)
    assert waiting(account, NOW + 4 * HOUR) == [(invoice.id, 20_000)]


def test_an_invoice_suspended_on_the_platform_waits_while_it_is_owed(account, latitude):
    owed = factories.make_invoice(latitude, platform_status="208", platform_status_on=TODAY)
    factories.make_invoice(latitude, platform_status="208", platform_status_on=TODAY, state="paid", balance_cents=0)
    factories.make_invoice(latitude, platform_status="209", platform_status_on=TODAY)
    assert [one.id for one in encashments.suspended(account, NOW)] == [owed.id]
