import datetime as dt

from relance.rules.payment_plans import Part
from relance.services import paying, payment_plans, plan_rows
from relance.services.payment_plans import Terms
from tests.factories import NOW, TODAY, make_invoice


def test_what_is_owed_may_be_chosen_the_oldest_first(latitude):
    late, later = make_invoice(latitude, due_on=TODAY - dt.timedelta(9)), make_invoice(latitude, due_on=TODAY)
    for state in ("draft", "paid", "cancelled"):
        make_invoice(latitude, state=state)
    make_invoice(latitude, kind="credit_note")
    assert [one.id for one in plan_rows.eligible(latitude)] == [late.id, later.id]


def test_what_came_in_is_known_day_by_day_whenever_it_was_written_down(latitude):
    invoice = make_invoice(latitude, total_cents=100_000)
    parts = (Part(TODAY + dt.timedelta(15), 50_000), Part(TODAY + dt.timedelta(45), 50_000))
    plan = payment_plans.agree(latitude, Terms((invoice.id,), parts), by=None, now=NOW)
    for days in (1, 4):
        day = TODAY + dt.timedelta(days)
        paying.record(invoice, 20_000, day, by=None, now=NOW + dt.timedelta(9))
    rows = plan_rows.invoices_of(plan)
    assert plan_rows.received_cents(plan, rows) == 40_000
    received_by = plan_rows.received_by(plan, rows)
    assert [received_by(TODAY + dt.timedelta(days)) for days in (0, 1, 3, 4)] == [0, 20_000, 20_000, 40_000]
    assert plan_rows.held_elsewhere(None, rows) == rows and plan_rows.held_elsewhere(plan, rows) == []
