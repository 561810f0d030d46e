"""The coming days read at once: the same as each of its parts read alone."""

import datetime as dt

from relance.models.holds import Hold
from relance.models.messages import Message
from relance.services import forecasting, outbox, upcoming, week
from tests import factories
from tests.making import switch_on

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)
UNTIL = TODAY + 6 * DAY


def test_a_week_is_what_its_parts_say(account, latitude, nadia, invoice):
    switch_on(invoice, nadia, start="gently")
    held = switch_on(factories.make_invoice(latitude, "F-2", due_on=TODAY + DAY), nadia)
    Hold.create(chase=held, step=0, because="à revoir", made_at=NOW)
    factories.make_message(latitude, [invoice], state="queued", sent_at=None)
    factories.make_message(latitude, [invoice], state="proposed", sent_at=None)
    gone = factories.make_message(latitude, [invoice])
    found = week.read(account, NOW, UNTIL)
    assert found.sends == forecasting.for_account(account, NOW, UNTIL)
    assert found.held == upcoming.held(account, NOW, UNTIL)
    assert [line.reason for line in found.held] == ["à revoir"]
    assert [parcel.message.id for parcel in found.waiting] == [one.message.id for one in outbox.waiting(account)]
    assert [parcel.invoices for parcel in found.waiting] == [((invoice.id, invoice.number),)]
    assert (found.proposed, found.gone_at, found.closed_by) == (1, (gone.sent_at,), "")
    assert found.asks == set()


def test_what_leaves_is_only_that_of_the_days_asked_for(account, latitude, nadia):
    switch_on(factories.make_invoice(latitude, due_on=TODAY + 3 * DAY), nadia)
    assert week.read(account, NOW, TODAY).sends == []
    assert [send.on for send in week.read(account, NOW, TODAY + 20 * DAY).sends][:1] == [
        send.on for send in forecasting.for_account(account, NOW, TODAY + 20 * DAY)
    ][:1]


def test_a_suspended_account_sends_nothing(account, invoice, nadia):
    switch_on(invoice, nadia, start="gently")
    assert week.read(account, NOW, UNTIL).sends
    account.suspended_at = NOW
    assert week.read(account, NOW, UNTIL).sends == []


def test_a_closed_day_is_named(account):
    assert week.read(account, NOW - DAY, UNTIL).closed_by == "dimanche"


def test_the_invoices_whose_reminders_wait_for_a_yes_are_told(account, invoice, nadia):
    switch_on(invoice, nadia, start="gently")
    account.asks_before_sending = True
    assert week.read(account, NOW, UNTIL).asks == {invoice.id}


def test_another_account_s_week_is_its_own(account, basile, invoice):
    factories.make_message(invoice.client, [invoice])
    assert Message.select().count() == 1
    assert week.read(basile.account, NOW, UNTIL).gone_at == ()
