"""The limitation date of each invoice, in one query: from the oldest unpaid date, or what acknowledged the debt."""

import datetime as dt

from relance.models.payment_plans import PaymentPlan, PlanInvoice
from relance.services import limiting
from tests import factories
from tests.counting import counted
from tests.factories import NOW

D = dt.date


def plan(invoice, agreed_on, *, is_acknowledged):
    made = PaymentPlan.create(
        account=invoice.account_id,
        client=invoice.client_id,
        total_cents=invoice.balance_cents,
        agreed_on=agreed_on,
        is_acknowledged=is_acknowledged,
        made_at=NOW,
    )
    PlanInvoice.create(plan=made, invoice=invoice)


def test_each_kind_of_client_has_its_period_in_one_query(account, latitude):
    due = D(2026, 10, 31)
    firm = factories.make_invoice(latitude, due_on=due)
    person = factories.make_invoice(factories.make_client(account, "Jeanne", kind="individual"), due_on=due)
    town = factories.make_invoice(factories.make_client(account, "Mairie", kind="public"), due_on=due)
    draft = factories.make_invoice(latitude, due_on=due, state="draft")
    with counted() as queries:
        assert limiting.of_invoices([firm, person, town, draft]) == {
            firm.id: D(2031, 10, 31),
            person.id: D(2028, 10, 31),
        }
    assert len(queries) == 1
    assert limiting.of_invoices([]) == {}


def test_a_part_payment_starts_it_again_and_a_credit_note_does_not(latitude):
    invoice = factories.make_invoice(latitude, due_on=D(2026, 9, 30))
    factories.make_invoice(
        latitude, total_cents=1_000, kind="credit_note", credited_invoice=invoice, issued_on=D(2026, 10, 20)
    )
    assert limiting.of_invoices([invoice])[invoice.id] == D(2031, 9, 30)
    factories.make_payment(invoice, 30_000, D(2026, 11, 10))
    assert limiting.of_invoices([invoice])[invoice.id] == D(2031, 11, 10)


def test_a_plan_starts_it_again_only_when_the_debt_was_acknowledged(latitude):
    invoice = factories.make_invoice(latitude, due_on=D(2026, 9, 30))
    plan(invoice, D(2026, 11, 2), is_acknowledged=False)
    assert limiting.of_invoices([invoice])[invoice.id] == D(2031, 9, 30)
    plan(invoice, D(2026, 11, 12), is_acknowledged=True)
    assert limiting.of_invoices([invoice])[invoice.id] == D(2031, 11, 12)


def test_it_runs_from_the_oldest_date_that_is_not_paid(latitude):
    parts = [(D(2026, 8, 31), 100_000), (D(2026, 10, 31), 100_000)]
    invoice = factories.make_invoice(latitude, instalments=parts)
    assert limiting.of_invoices([invoice])[invoice.id] == D(2031, 8, 31)
