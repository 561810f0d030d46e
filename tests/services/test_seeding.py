"""The demo lives: a believable quarter, made by the functions of real life."""

import datetime as dt

import pytest

from relance.models.accounts import Account, User
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import forecasting, onboarding, seeding


def test_the_demo_has_what_each_screen_shows(database, settings, now):
    demo = seeding.seed(now)
    camille = User.get(User.email == demo.email)
    assert onboarding.check_sign_in(demo.email, demo.password, now=now).id == camille.id
    mine = Invoice.select().where(Invoice.account == camille.account)
    states = {(invoice.state, invoice.is_overdue(now.date())) for invoice in mine}
    assert states >= {("paid", False), ("sent", True), ("sent", False)}
    assert any(0 < invoice.balance_cents < invoice.total_cents for invoice in mine)
    sent = Message.select().where(Message.account == camille.account, Message.kind == "reminder")
    assert sent.count() > 10 and {message.state for message in sent} == {"sent"}
    assert forecasting.for_account(camille.account, now, now.date() + dt.timedelta(14))
    assert Event.select().where(Event.account == camille.account, Event.kind == "invoice_paid").count() >= 4


def test_seeding_again_changes_nothing(database, settings, now):
    seeding.seed(now)
    before = (Account.select().count(), Invoice.select().count(), Event.select().count())
    assert seeding.seed(now + dt.timedelta(days=1)) == seeding.seed(now)
    assert (Account.select().count(), Invoice.select().count(), Event.select().count()) == before


@pytest.mark.parametrize(
    "day", [dt.datetime(2026, 11, 22, 8), dt.datetime(2027, 1, 1, 0, 30), dt.datetime(2028, 2, 29, 23)]
)
def test_the_demo_can_be_loaded_on_any_day(database, settings, day):
    seeding.seed(day)
    assert not Message.select().where(Message.created_at > day).exists()
    assert (
        Invoice.select().where(Invoice.account != Account.get(Account.business_name == "Atelier Roussel")).count() == 1
    )
