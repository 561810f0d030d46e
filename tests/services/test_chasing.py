"""Switching reminders on and off: the row, its entries and the event together."""

import datetime as dt

import pytest

from relance.models.chases import Chase, Entry
from relance.models.events import Event
from relance.services import chasing, forecasting, threads
from relance.services.chasing import ChaseError, ChasePlan
from tests import factories
from tests.making import sends_of_plan

D = dt.date
TODAY = factories.TODAY


def plan(*contacts, **values):
    return ChasePlan(**{"contact_ids": tuple(contact.id for contact in contacts), "count": 3, **values})


def events(invoice):
    return [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]


@pytest.mark.requirement("S0.3", "S1.13")
def test_switching_on_writes_the_chase_its_entries_and_the_event(coming, nadia, camille, now):
    chase = chasing.start(coming, plan(nadia), by=camille, now=now)
    assert chase.is_active and chase.next_check_at == now
    assert [entry.instalment.due_on for entry in Entry.select()] == [D(2026, 12, 3)]
    assert events(coming) == ["chase_started"]
    assert [send.on for send in forecasting.for_invoice(coming, now)] == [
        D(2026, 12, 4),
        D(2026, 12, 11),
        D(2026, 12, 18),
    ]


@pytest.mark.requirement("S1.12")
def test_an_invoice_is_not_chased_until_someone_says_so(coming, now):
    assert chasing.chase_of(coming) is None
    assert forecasting.for_account(coming.account, now, D(2027, 6, 1)) == []


@pytest.mark.requirement("S1.20")
def test_forecasting_a_plan_stores_nothing(coming, nadia, now):
    sends = sends_of_plan(coming, plan(nadia), now)
    assert [send.template for send in sends] == ["rappel", "relance_1", "dernier_rappel"]
    assert Chase.select().count() == Entry.select().count() == Event.select().count() == 0


@pytest.mark.requirement("S0.4")
def test_a_late_invoice_must_say_where_it_begins(invoice, nadia, camille, now):
    with pytest.raises(ChaseError, match="par où commencer") as error:
        chasing.start(invoice, plan(nadia), by=camille, now=now)
    assert error.value.field == "start"
    assert Chase.select().count() == 0


@pytest.mark.requirement("S0.4")
@pytest.mark.parametrize(
    ("start", "expected"),
    [  # due on Friday 13: J+1 was moved to Monday 16, J+8 to Monday 23 (today), J+15 to Monday 30
        ("gently", [(24, "rappel"), (1, "relance_1"), (8, "dernier_rappel")]),
        ("join", [(24, "relance_1"), (30, "dernier_rappel")]),
        ("next", [(23, "relance_1"), (30, "dernier_rappel")]),
    ],
)
def test_a_late_invoice_begins_where_the_user_chose(invoice, nadia, camille, now, start, expected):
    chasing.start(invoice, plan(nadia, start=start), by=camille, now=now)
    found = forecasting.for_invoice(invoice, now)
    assert [(send.on.day, send.template) for send in found] == expected


@pytest.mark.requirement("S3.7")
@pytest.mark.parametrize("state", ["draft", "to_process"])
def test_a_draft_may_be_prepared_but_sends_nothing(latitude, nadia, camille, now, state):
    draft = factories.make_invoice(latitude, due_on=D(2026, 12, 3), state=state)
    chasing.start(draft, plan(nadia), by=camille, now=now)
    assert forecasting.for_invoice(draft, now) == []
    assert chasing.why_not(draft)


def test_switching_off_ends_the_chase_once(coming, nadia, camille, now):
    chase = chasing.start(coming, plan(nadia), by=camille, now=now)
    chasing.stop(chase, because="switched_off", by=camille, now=now)
    chasing.stop(chase, because="switched_off", by=camille, now=now)
    assert not Chase.get_by_id(chase.id).is_active
    assert events(coming) == ["chase_started", "chase_stopped"]
    assert forecasting.for_invoice(coming, now) == []


@pytest.mark.requirement("S0.11", "S1.7", "S3.4")
def test_paid_ends_the_chase_and_unmarking_resumes_at_a_step_to_come(coming, nadia, camille, now):
    from relance.services import paying

    chasing.start(coming, plan(nadia), by=camille, now=now)
    received = paying.record(coming, coming.total_cents, TODAY, by=camille, now=now)
    assert received.stopped_reminders == 3
    assert forecasting.for_invoice(coming, now) == []
    later = now + dt.timedelta(days=17)  # 10 December: J+1 has passed
    paying.delete(received.payment, by=camille, now=later)
    assert [send.on for send in forecasting.for_invoice(coming, later)] == [D(2026, 12, 11), D(2026, 12, 18)]
    assert events(coming)[-1] == "chase_resumed"


@pytest.mark.requirement("S1.7")
def test_unmarking_when_every_step_has_passed_leaves_the_invoice_to_the_user(coming, nadia, camille, now):
    from relance.services import paying

    chasing.start(coming, plan(nadia), by=camille, now=now)
    received = paying.record(coming, coming.total_cents, TODAY, by=camille, now=now)
    later = now + dt.timedelta(days=60)
    paying.delete(received.payment, by=camille, now=later)
    chase = chasing.chase_of(coming)
    assert (chase.is_active, chase.ended_because) == (False, "finished")
    assert forecasting.for_invoice(coming, later) == []


def test_unmarking_keeps_the_gentle_spacing(invoice, nadia, camille, now, post):
    from relance.services import paying, sweeping

    chasing.start(invoice, plan(nadia, start="gently"), by=camille, now=now)
    tuesday = now + dt.timedelta(days=1)
    sweeping.sweep(tuesday, post)
    before = [send.on for send in forecasting.for_invoice(invoice, tuesday)]
    received = paying.record(invoice, invoice.total_cents, tuesday.date(), by=camille, now=tuesday)
    paying.delete(received.payment, by=camille, now=tuesday)
    assert [send.on for send in forecasting.for_invoice(invoice, tuesday)] == before == [D(2026, 12, 1), D(2026, 12, 8)]


def test_a_new_due_date_moves_what_was_not_sent_and_skips_what_it_throws_into_the_past(coming, nadia, camille, now):
    chasing.start(coming, plan(nadia), by=camille, now=now)
    row = coming.instalments.get()
    row.due_on = D(2026, 11, 12)  # J+1 and J+8 are past on the 23rd
    row.save()
    chasing.refresh(coming, now=now, dates_changed=True)
    assert [send.on for send in forecasting.for_invoice(coming, now)] == [D(2026, 11, 27)]


def test_adding_a_copy_to_running_reminders_keeps_their_dates(invoice, nadia, camille, now):
    chasing.start(invoice, plan(nadia, start="gently"), by=camille, now=now)
    before = [send.on for send in forecasting.for_invoice(invoice, now)]
    later = now + dt.timedelta(hours=3)
    assert chasing.start_choices(invoice, plan(nadia), later)[0] == "keep"
    chasing.start(invoice, plan(nadia, start="keep", copies_user=True), by=camille, now=later)
    assert [send.on for send in forecasting.for_invoice(invoice, later)] == before
    assert chasing.chase_of(invoice).copies_user
    assert "keep" not in chasing.start_choices(invoice, plan(nadia, count=5), later)
    assert events(invoice) == ["chase_started", "chase_changed"]


def test_several_instalments_each_follow_their_own_date(latitude, nadia, camille, now):
    parts = [(D(2026, 12, 3), 50_000), (D(2027, 1, 5), 70_000)]
    invoice = factories.make_invoice(latitude, instalments=parts)
    chasing.start(invoice, plan(nadia, count=2), by=camille, now=now)
    assert [(send.on, send.balance_cents) for send in forecasting.for_invoice(invoice, now)] == [
        (D(2026, 12, 4), 50_000),
        (D(2026, 12, 11), 50_000),
        (D(2027, 1, 6), 70_000),
        (D(2027, 1, 13), 70_000),
    ]


def test_the_page_of_a_list_is_foreseen_in_a_fixed_number_of_queries(account, latitude, nadia, camille, now, database):
    invoices = []
    for n in range(12):
        client = factories.make_client(account, f"Client {n}")
        contact = factories.make_contact(client, f"Anne {n}")
        invoices.append(factories.make_invoice(client, due_on=D(2026, 12, 1) + dt.timedelta(n)))
        chasing.start(invoices[-1], plan(contact), by=camille, now=now)
    counts = []
    for page in (invoices[:3], invoices):
        with counting(database) as queries:
            found = threads.of_invoices(account, page, now)
        counts.append(len(queries))
        assert all(found[invoice.id].next is not None for invoice in page)
    assert counts[0] == counts[1]


class counting:  # noqa: N801
    """The SQL run inside the block."""

    def __init__(self, database):
        self.database = database

    def __enter__(self):
        self.queries = []
        self.original = type(self.database).execute_sql

        def execute_sql(database, sql, *args, **kwargs):
            self.queries.append(sql)
            return self.original(database, sql, *args, **kwargs)

        type(self.database).execute_sql = execute_sql
        return self.queries

    def __exit__(self, *exc):
        type(self.database).execute_sql = self.original
