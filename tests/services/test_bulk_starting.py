import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import bulk, bulk_starting, forecasting
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import enrol, fresh, make_sequence, switch_on

TUESDAY = dt.date(2026, 11, 24)
SOON = TODAY + dt.timedelta(days=12)


@pytest.fixture
def soon(latitude, nadia):
    return factories.make_invoice(latitude, "BIENTÔT", due_on=SOON)


def startable(account, *invoices):
    rows, gone = bulk.chosen(account, [invoice.id for invoice in invoices])
    assert gone == 0
    return bulk_starting.startable(account, rows, NOW)


def start(account, choices, *invoices):
    rows, _gone = bulk.chosen(account, [invoice.id for invoice in invoices])
    return bulk_starting.start(account, rows, choices, by=None, now=NOW)


def options(one):
    return {option.start: (option.template, option.on) for option in one.options}


def test_a_late_invoice_must_say_where_it_begins_and_each_way_has_its_date(account, invoice, soon):
    found, aside = startable(account, invoice, soon)
    assert aside == []
    by_number = {one.invoice.number: one for one in found}
    late, early = by_number[invoice.number], by_number["BIENTÔT"]
    assert late.must_choose
    # Ten days late, first reminder on J+1, then every seven days: J+8 was a Saturday, so it is today's too.
    assert options(late) == {
        "gently": ("rappel", TUESDAY),
        "join": ("relance_1", TUESDAY),
        "next": ("relance_1", TODAY),
    }
    assert not early.must_choose
    assert options(early) == {"normal": ("rappel", dt.date(2026, 12, 7))}


@pytest.mark.parametrize("choice", ["gently", "join", "next"])
def test_what_is_shown_is_what_leaves(account, invoice, choice):
    (late,), _aside = startable(account, invoice)
    done = start(account, {invoice.id: choice}, invoice)
    assert [one.id for one in done.invoices] == [invoice.id]
    assert Chase.get().is_active
    assert Event.select().where(Event.kind == "chase_started", Event.invoice == invoice).count() == 1
    first = forecasting.for_invoice(invoice, NOW)[0]
    assert first.on == options(late)[choice][1]


def test_a_late_invoice_without_a_choice_is_left_aside_and_the_others_begin(account, invoice, soon):
    done = start(account, {}, invoice, soon)
    assert [one.number for one in done.invoices] == ["BIENTÔT"]
    assert [(one.invoice.number, one.because) for one in done.aside] == [(invoice.number, "no_choice")]
    assert [row.invoice_id for row in Chase.select()] == [soon.id]


def test_twice_is_once(account, invoice):
    start(account, {invoice.id: "join"}, invoice)
    again = start(account, {invoice.id: "gently"}, invoice)
    assert again.invoices == []
    assert [one.because for one in again.aside] == ["already_chased"]
    assert Event.select().where(Event.kind << ["chase_started", "chase_changed"]).count() == 1


@pytest.mark.requirement("S3.7")
def test_what_is_never_chased_is_set_aside_with_its_reason(account, latitude, nadia, invoice):
    silent = factories.make_client(account, "Sans adresse")
    exempt = factories.make_client(account, "Exempté", is_exempt=True)
    factories.make_contact(exempt)
    switch_on(invoice, nadia, start="join")
    others = [
        invoice,
        factories.make_invoice(latitude, "BROUILLON", state="draft"),
        factories.make_invoice(latitude, "TRAITER", state="to_process"),
        factories.make_invoice(latitude, "PAYÉE", paid_cents=120_000),
        factories.make_invoice(latitude, "AVOIR", kind="credit_note"),
        factories.make_invoice(latitude, "CARTE", payment_method="card"),
        factories.make_invoice(silent, "SANS"),
        factories.make_invoice(exempt, "EXEMPT"),
    ]
    found, aside = startable(account, *others)
    assert found == []
    assert {one.invoice.number: one.because for one in aside} == {
        invoice.number: "already_chased",
        "BROUILLON": "draft",
        "TRAITER": "to_process",
        "PAYÉE": "paid",
        "AVOIR": "credit_note",
        "CARTE": "card",
        "SANS": "no_address",
        "EXEMPT": "exempt",
    }
    done = start(account, {one.id: "join" for one in others}, *others)
    assert done.invoices == []
    assert Chase.select().count() == 1


def test_the_invoice_of_a_client_in_a_sequence_follows_it(account, latitude, nadia, soon):
    sequence = make_sequence(account, (3, "rappel"), (10, "relance_1"))
    enrol(sequence, latitude)
    Chase.update(ended_at=NOW, ended_because="switched_off").execute()
    late = factories.make_invoice(latitude, "TARD")
    found, _aside = startable(account, soon, late)
    by_number = {one.invoice.number: one for one in found}
    assert {one.plan for one in found} == {None}
    assert options(by_number["BIENTÔT"]) == {"normal": ("rappel", dt.date(2026, 12, 8))}
    assert by_number["TARD"].must_choose
    start(account, {late.id: "gently"}, soon, late)
    chases = {row.invoice_id: row for row in Chase.select()}
    assert {(row.sequence_id, row.is_inherited, row.is_active) for row in chases.values()} == {
        (sequence.id, True, True)
    }
    assert fresh(soon).state == "sent"


def test_reminders_that_were_switched_off_come_back_as_they_were(account, invoice, nadia, hugo):
    switch_on(invoice, hugo, count=5, start="join")
    Chase.update(ended_at=NOW, ended_because="switched_off").execute()
    (one,), _aside = startable(account, invoice)
    assert one.plan.count == 5
    assert one.plan.contact_ids == (hugo.id,)
    start(account, {invoice.id: "join"}, invoice)
    assert (Chase.get().is_active, Chase.get().count) == (True, 5)


def test_a_contact_that_was_archived_gives_way_to_one_that_can_be_written_to(account, invoice, nadia, hugo):
    switch_on(invoice, hugo, start="join")
    Chase.update(ended_at=NOW, ended_because="switched_off").execute()
    Contact.update(archived_at=NOW).where(Contact.id == hugo.id).execute()
    (one,), _aside = startable(account, invoice)
    assert one.plan.contact_ids == (nadia.id,)


def test_many_take_no_more_queries_than_two(account, latitude, nadia, monkeypatch):
    from relance.db import database

    for _n in range(2):
        factories.make_invoice(latitude)
    counted = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(database.obj, "execute_sql", lambda *a, **k: counted.append(a[0]) or execute(*a, **k))

    def queries():
        rows, _gone = bulk.chosen(account, [row.id for row in Invoice.select()])
        counted.clear()
        bulk_starting.startable(account, rows, NOW)
        return len(counted)

    few = queries()
    for _n in range(30):
        factories.make_invoice(latitude)
    assert queries() == few
