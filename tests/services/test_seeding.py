import datetime as dt

import pytest

from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import listing, onboarding, seeding, threads

SUNDAY_EVENING = dt.datetime(2026, 11, 22, 20, 0)
# A summer holiday and the day after a February, in another year.
OTHERS = (dt.datetime(2026, 7, 15, 12, 0), dt.datetime(2027, 3, 1, 6, 0))


def account_of(email):
    return User.get(User.email == email).account


@pytest.mark.slow
@pytest.mark.parametrize("now", [SUNDAY_EVENING, *OTHERS])
def test_the_demo_is_alive_whatever_the_day(database, now):
    demo = seeding.seed(now)
    account = account_of(demo.email)
    counts = listing.counts(account, now.date())
    assert (counts["a-encaisser"], counts["retard"], counts["brouillons"]) == (12, 8, 1)
    totals = listing.page(account, listing.Filter(), now.date()).totals
    assert [(total.currency, total.balance_cents) for total in totals] == [("EUR", 2_510_000)]
    assert counts["payees"] >= 8
    coming = threads.of_invoices(account, Invoice.select().where(Invoice.account == account), now)
    assert sum(thread.next is not None for thread in coming.values()) >= 4


@pytest.mark.slow
def test_its_past_was_sent_and_told_and_running_it_again_changes_nothing(database):
    now = SUNDAY_EVENING
    demo = seeding.seed(now)
    account = account_of(demo.email)
    messages = list(Message.select().where(Message.account == account))
    assert len(messages) >= 20
    assert {message.state for message in messages} == {"sent"}
    assert all(message.sent_at.date() < now.date() for message in messages)
    days = [(message.client_id, message.day_on) for message in messages]
    assert len(days) == len(set(days))

    kinds = [event.kind for event in Event.select().where(Event.account == account)]
    for kind in ("reminder_sent", "payment_recorded", "invoice_paid", "chase_started", "became_overdue", "note_added"):
        assert kind in kinds
    assert not Event.select().where(Event.account == account, Event.at > now).exists()

    stranger = account_of(seeding.STRANGER_EMAIL)
    assert listing.counts(stranger, now.date())["toutes"] == 2
    for table in (Chase, Message):
        assert not table.select().where(table.account == stranger).exists()

    assert onboarding.check_sign_in(demo.email, demo.password, now=now) is not None
    rows = (Account.select().count(), Invoice.select().count(), Message.select().count())
    assert seeding.seed(now + dt.timedelta(days=1)) == demo
    assert (Account.select().count(), Invoice.select().count(), Message.select().count()) == rows
