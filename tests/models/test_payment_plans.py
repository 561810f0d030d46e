"""What was agreed with a client, as rows."""

import datetime as dt

import peewee
import pytest

from relance.models.invoices import Invoice
from relance.models.payment_plans import PaymentPlan, PlanInvoice, PlanPart
from tests.factories import NOW, TODAY


def test_a_plan_begins_open_and_takes_its_parts_and_lines_with_it(invoice: Invoice) -> None:
    plan = PaymentPlan.create(
        account=invoice.account_id, client=invoice.client_id, total_cents=2**40, agreed_on=TODAY, made_at=NOW
    )
    part = PlanPart.create(plan=plan, due_on=TODAY + dt.timedelta(1), amount_cents=2**40)
    PlanInvoice.create(plan=plan, invoice=invoice)
    plan = PaymentPlan.get_by_id(plan.id)
    assert (plan.state, plan.baseline_cents, plan.is_acknowledged, plan.closed_on) == ("open", 0, False, None)
    assert (plan.total_cents, part.state, list(plan.parts)) == (2**40, "open", [part])
    plan.delete_instance()
    assert (PlanPart.select().count(), PlanInvoice.select().count(), Invoice.select().count()) == (0, 0, 1)


def test_an_invoice_is_once_in_a_plan(invoice: Invoice) -> None:
    plan = PaymentPlan.create(
        account=invoice.account_id, client=invoice.client_id, total_cents=1, agreed_on=TODAY, made_at=NOW
    )
    PlanInvoice.create(plan=plan, invoice=invoice)
    with pytest.raises(peewee.IntegrityError):
        PlanInvoice.create(plan=plan, invoice=invoice)
