import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.services import holding, pausing
from relance.services.holding import HoldError
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events, switch_on

LATER = NOW + dt.timedelta(days=3)


def on(days):
    return TODAY + dt.timedelta(days)


def pause(invoice, until_on=None, reason="", at=NOW, by=None):
    return pausing.pause_invoice(invoice, until_on=until_on, reason=reason, by=by, now=at)


def held(invoice, today=TODAY):
    return [one.kind for one in holding.current(invoice.account, [invoice], today).get(invoice.id, ())]


@pytest.mark.requirement("S3.30")
def test_a_pause_is_a_row_with_who_when_why_and_until(chased, camille):
    pause(chased, on(7), "  Livraison   en retard ", by=camille)
    row = Pause.get()
    assert (row.invoice_id, row.client_id, row.starts_on, row.until_on) == (
        chased.id,
        chased.client_id,
        TODAY,
        on(7),
    )
    assert (row.reason, row.made_by_id, row.made_at, row.ended_at) == ("Livraison en retard", camille.id, NOW, None)
    assert events(invoice=chased)[-1] == "paused"
    assert held(chased) == ["pause"] and held(chased, on(7)) == ["pause"] and held(chased, on(8)) == []


@pytest.mark.parametrize(
    ("until_on", "reason", "field"),
    [
        (on(-1), "", "until_on"),
        (dt.date(2028, 11, 24), "", "until_on"),
        (None, "x" * 201, "reason"),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused_and_nothing_is_written(chased, until_on, reason, field):
    before = Event.select().count()
    with pytest.raises(HoldError) as refused:
        pause(chased, until_on, reason)
    assert refused.value.field == field
    assert (Pause.select().count(), Event.select().count()) == (0, before)


def test_its_bounds_are_today_and_two_years(chased):
    assert pause(chased, TODAY).until_on == TODAY
    assert pause(chased, dt.date(2028, 11, 23), "x" * 200).until_on == dt.date(2028, 11, 23)


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"state": "cancelled"}, {"kind": "credit_note"}])
def test_what_is_not_owed_is_not_paused(latitude, fields):
    with pytest.raises(HoldError):
        pause(factories.make_invoice(latitude, **fields))
    assert not Pause.select().exists()


def test_without_reminders_there_is_nothing_to_pause(invoice):
    with pytest.raises(HoldError, match="pas activées"):
        pause(invoice)


def test_a_second_pause_replaces_the_first(chased):
    first = pause(chased, on(30))
    second = pause(chased, on(5), at=LATER)
    rows = [(row.id, row.ended_on) for row in Pause.select().order_by(Pause.id)]
    assert rows == [(first.id, LATER.date()), (second.id, None)]
    assert pausing.of_invoice(chased, LATER.date()).id == second.id


@pytest.mark.requirement("S3.32")
def test_resuming_ends_the_pause_today_and_says_what_is_next(chased, camille):
    pause(chased)
    Chase.update(next_check_at=None).execute()
    resumed = pausing.resume_invoice(chased, by=camille, now=LATER)
    row = Pause.get()
    assert (row.ended_on, row.ended_at, row.ended_by_id) == (LATER.date(), LATER, camille.id)
    assert (resumed.next.on, resumed.is_over) == (dt.date(2026, 12, 1), False)
    assert Chase.get().next_check_at == LATER
    assert events(invoice=chased)[-1] == "resumed"
    with pytest.raises(HoldError, match="pas en pause"):
        pausing.resume_invoice(chased, by=camille, now=LATER)


def test_a_step_that_cannot_leave_is_refused_and_the_pause_stays(chased):
    pause(chased)
    with pytest.raises(HoldError) as refused:
        pausing.resume_invoice(chased, step=99, by=None, now=LATER)
    assert refused.value.field == "step"
    assert Pause.get().ended_at is None
    assert events(invoice=chased)[-1] == "paused"


def test_a_pause_that_is_over_is_not_resumed(chased):
    pause(chased, on(1))
    assert pausing.of_invoice(chased, on(2)) is None
    with pytest.raises(HoldError):
        pausing.resume_invoice(chased, by=None, now=LATER)


@pytest.mark.requirement("S3.33")
def test_a_client_is_paused_with_all_its_invoices_and_no_other(chased, latitude, nadia, account):
    beside = factories.make_invoice(latitude, due_on=TODAY)
    switch_on(beside, nadia)
    other = factories.make_client(account, "Studio Kérity")
    theirs = factories.make_invoice(other, due_on=TODAY)
    switch_on(theirs, factories.make_contact(other))
    pausing.pause_client(latitude, until_on=on(3), reason="", by=None, now=NOW)
    found = holding.current(account, [chased, beside, theirs], TODAY)
    assert {key: [one.kind for one in value] for key, value in found.items()} == {
        chased.id: ["client_pause"],
        beside.id: ["client_pause"],
    }
    assert events(client=latitude)[-1] == "client_paused"
    pausing.resume_client(latitude, by=None, now=LATER)
    assert pausing.of_client(latitude, LATER.date()) is None
    assert events(client=latitude)[-1] == "client_resumed"
    with pytest.raises(HoldError):
        pausing.resume_client(latitude, by=None, now=LATER)


def test_a_client_and_its_invoice_are_paused_apart(chased, latitude):
    pausing.pause_client(latitude, until_on=None, reason="", by=None, now=NOW)
    pause(chased)
    pausing.resume_client(latitude, by=None, now=LATER)
    assert held(chased, LATER.date()) == ["pause"]


def test_everything_is_paused_and_resumed_apart_from_the_suspension_of_a_restore(chased, account):
    pausing.pause_all(account, until_on=on(10), reason="Vacances", by=None, now=NOW)
    assert held(chased) == ["account_pause"]
    assert type(account).get_by_id(account.id).suspended_at is None
    pausing.resume_all(account, by=None, now=LATER)
    assert held(chased, LATER.date()) == []
    kinds = [event.kind for event in Event.select().where(Event.kind.startswith("all_")).order_by(Event.id)]
    assert kinds == ["all_paused", "all_resumed"]
    with pytest.raises(HoldError):
        pausing.resume_all(account, by=None, now=LATER)


def test_a_paid_invoice_is_not_paused(chased):
    Invoice.update(state="paid", balance_cents=0).where(Invoice.id == chased.id).execute()
    with pytest.raises(HoldError, match="payée"):
        pause(chased)


def test_the_same_form_sent_twice_is_one_pause(chased, latitude, account):
    for _ in range(2):
        pause(chased, on(7), "Congés")
        pausing.pause_client(latitude, until_on=None, reason="", by=None, now=NOW)
        pausing.pause_all(account, until_on=None, reason="", by=None, now=NOW)
    assert Pause.select().count() == 3
    assert events(invoice=chased).count("paused") == 1


def test_what_two_windows_paused_at_once_is_resumed_together(account):
    for _ in range(2):
        Pause.create(account=account, starts_on=TODAY, made_at=NOW)
    pausing.resume_all(account, by=None, now=LATER)
    assert pausing.of_account(account, LATER.date()) is None
