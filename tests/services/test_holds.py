"""What holds an invoice on a day, and what the rules make of it."""

import datetime as dt

import pytest

from relance.models.holds import Dispute, Extension, Pause, Promise
from relance.services import holds, situations
from relance.services.holds import FOREVER, Frame
from tests import factories
from tests.making import switch_on
from tests.services.test_chasing import counting

D = dt.date
TODAY = factories.TODAY
NOW = factories.NOW


def pause(invoice=None, client=None, account=None, until_on=None, **fields):
    if invoice is not None:
        client, account = invoice.client_id, invoice.account_id
    elif client is not None:
        account = client.account_id
    values = {"starts_on": TODAY, "made_at": NOW, "reason": "Congés"} | fields
    return Pause.create(account=account, client=client, invoice=invoice, until_on=until_on, **values)


def about(table, invoice, **fields):
    """A promise, a dispute or an extension of this invoice."""
    values = {"account": invoice.account_id, "client": invoice.client_id, "starts_on": TODAY, "made_at": NOW}
    return table.create(invoice=invoice, **values | fields)


def promise(invoice, until_on, **fields):
    values = {"promised_on": until_on, "holds_until_on": until_on, "amount_cents": 1_000}
    return about(Promise, invoice, **values | fields)


def frame(invoice, today=TODAY):
    return holds.frames(invoice.account_id, {invoice.id: invoice.client_id}, today).get(invoice.id, Frame())


def held(invoice, today=TODAY):
    return [(one.kind, one.until_on) for one in holds.current(invoice.account, [invoice], today).get(invoice.id, ())]


@pytest.fixture
def other(account, camille):
    """Another client's invoice."""
    client = factories.make_client(account, "Studio Kérity")
    factories.make_contact(client, "Yann Le Goff", "yann@kerity.example")
    return factories.make_invoice(client)


def test_without_a_row_nothing_is_held(invoice):
    assert held(invoice) == [] and frame(invoice) == Frame()


def test_each_hold_is_of_its_kind_until_its_last_day_included(account, latitude, invoice, other):
    pause(invoice, until_on=TODAY)
    pause(client=latitude, until_on=TODAY + dt.timedelta(1))
    pause(account=account)
    promise(invoice, TODAY + dt.timedelta(2), note="par téléphone")
    about(Dispute, invoice, text="Livraison incomplète")
    assert sorted(held(invoice), key=lambda one: one[0]) == [
        ("account_pause", None),
        ("client_pause", TODAY + dt.timedelta(1)),
        ("dispute", None),
        ("pause", TODAY),
        ("promise", TODAY + dt.timedelta(2)),
    ]
    assert held(other) == [("account_pause", None)]
    tomorrow = {kind for kind, _ in held(invoice, TODAY + dt.timedelta(1))}
    assert tomorrow == {"account_pause", "client_pause", "dispute", "promise"}


def test_the_reason_of_each_is_what_the_person_wrote(account, invoice):
    pause(invoice, reason="Livraison en retard")
    about(Dispute, invoice, text="Deux affiches manquent")
    found = holds.current(account, [invoice], TODAY)[invoice.id]
    assert [one.reason for one in found] == ["Livraison en retard", "Deux affiches manquent"]
    assert [type(one.row) for one in found] == [Pause, Dispute]


def test_what_ended_no_longer_holds_but_its_days_are_past(invoice):
    pause(invoice, starts_on=TODAY - dt.timedelta(3), ended_on=TODAY, ended_at=NOW)
    assert held(invoice) == []
    assert frame(invoice) == Frame(TODAY, "pause")


def test_what_ended_the_day_it_began_leaves_no_trace(invoice):
    """Everything suspended, then resumed in the same minute: a reminder the gap delayed still leaves."""
    pause(invoice, ended_on=TODAY, ended_at=NOW)
    assert held(invoice) == []
    assert frame(invoice) == Frame()


def test_ended_by_hand_before_its_date_it_resumes_that_day(invoice):
    pause(invoice, until_on=D(2026, 12, 31), ended_on=D(2026, 12, 1), ended_at=NOW)
    assert frame(invoice).resumes_on == D(2026, 12, 1)


def test_run_out_then_closed_it_resumes_the_day_after_its_last(invoice):
    promise(invoice, D(2026, 11, 27), state="broken", closed_on=D(2026, 11, 30), closed_at=NOW)
    assert frame(invoice) == Frame(D(2026, 11, 28), "promise")


def test_of_several_holds_the_one_that_lasts_longest_counts(latitude, invoice):
    pause(invoice, until_on=D(2026, 11, 30))
    promise(invoice, D(2026, 12, 4))
    pause(client=latitude, until_on=D(2026, 11, 25))
    assert frame(invoice) == Frame(D(2026, 12, 5), "promise")
    about(Dispute, invoice)
    assert frame(invoice) == Frame(FOREVER, "dispute")


def test_a_promise_replaced_by_another_counts_no_more(invoice):
    promise(invoice, D(2027, 3, 1), state="replaced", closed_on=TODAY, closed_at=NOW)
    promise(invoice, D(2026, 12, 4))
    assert frame(invoice) == Frame(D(2026, 12, 5), "promise")


def test_a_withdrawn_promise_leaves_its_days_past(invoice):
    promise(invoice, D(2026, 12, 4), state="withdrawn", closed_on=D(2026, 11, 26), closed_at=NOW)
    assert frame(invoice) == Frame(D(2026, 11, 26), "promise")


def test_another_account_s_pause_of_everything_holds_nothing_here(account, invoice, basile):
    pause(account=basile.account_id)
    assert held(invoice) == [] and frame(invoice) == Frame()


def test_an_extension_gives_its_date_and_begins_the_day_it_was_granted(invoice):
    about(Extension, invoice, granted_on=D(2026, 12, 15))
    assert frame(invoice) == Frame(None, "", D(2026, 12, 15), TODAY)
    assert held(invoice) == []


def test_a_withdrawn_extension_leaves_no_catching_up(invoice):
    about(Extension, invoice, granted_on=D(2026, 12, 15), ended_on=D(2026, 12, 1), ended_at=NOW)
    assert frame(invoice) == Frame(D(2026, 12, 1), "")


def test_the_last_extension_of_several_is_the_one_in_force(invoice):
    about(Extension, invoice, granted_on=D(2026, 12, 15), ended_on=TODAY, ended_at=NOW)
    about(Extension, invoice, granted_on=D(2027, 1, 15))
    assert frame(invoice).granted_on == D(2027, 1, 15)


def test_the_rules_count_from_the_granted_date_only_for_what_was_due_before(account, latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, instalments=[(D(2026, 12, 1), 60_000), (D(2027, 2, 1), 60_000)])
    switch_on(invoice, nadia)
    about(Extension, invoice, granted_on=D(2026, 12, 20))
    tracked = situations.load(account, [latitude.id], TODAY)[latitude.id].tracked.values()
    assert sorted(one.item.due_on for one in tracked) == [D(2026, 12, 20), D(2027, 2, 1)]
    assert sorted(one.granted_on or dt.date.max for one in tracked) == [D(2026, 12, 20), dt.date.max]


@pytest.mark.parametrize("count", [2, 20])
def test_many_invoices_cost_one_query(account, latitude, nadia, database, count):
    invoices = [factories.make_invoice(latitude) for _ in range(count)]
    for invoice in invoices:
        pause(invoice)
    with counting(database) as queries:
        assert len(holds.current(account, invoices, TODAY)) == count
    assert len(queries) == 1
    with counting(database) as queries:
        assert len(holds.frames(account.id, {row.id: row.client_id for row in invoices}, TODAY)) == count
    assert len(queries) == 1


def test_more_invoices_than_one_query_takes_are_asked_for_in_several(monkeypatch, account, latitude, nadia):
    monkeypatch.setattr(holds, "MANY", 3)
    invoices = [factories.make_invoice(latitude) for _ in range(8)]
    for invoice in invoices:
        pause(invoice, until_on=TODAY)
    found = holds.frames(account.id, {row.id: row.client_id for row in invoices}, TODAY)
    assert found == {row.id: Frame(TODAY + dt.timedelta(1), "pause") for row in invoices}
