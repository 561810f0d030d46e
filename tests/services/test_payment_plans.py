import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Pause, Promise
from relance.models.payment_plans import PaymentPlan, PlanPart
from relance.rules.payment_plans import Part
from relance.services import invoicing, payment_plans, promising
from relance.services.payment_plans import PlanError, Terms
from relance.services.promising import PromiseFacts
from tests import factories
from tests.factories import NOW, TODAY, make_invoice
from tests.making import events


def on(days):
    return TODAY + dt.timedelta(days)


def terms(*invoices, parts=((10, 60_000), (40, 60_000)), **more):
    return Terms(tuple(one.id for one in invoices), tuple(Part(on(days), cents) for days, cents in parts), **more)


def agree(*invoices, by=None, **more):
    return payment_plans.agree(invoices[0].client, terms(*invoices, **more), by=by, now=NOW)


def test_a_plan_is_written_down_with_its_parts_and_holds_until_the_first_date_and_the_grace(invoice, camille):
    promising.promise(invoice, PromiseFacts(on(4), 120_000), by=camille, now=NOW)
    plan = agree(invoice, by=camille, note=" Par téléphone ", is_acknowledged=True)
    assert (plan.total_cents, plan.baseline_cents, plan.currency, plan.agreed_on) == (120_000, 0, "EUR", TODAY)
    assert (plan.note, plan.is_acknowledged, plan.state, plan.made_by_id) == ("Par téléphone", True, "open", camille.id)
    assert [(row.due_on, row.amount_cents, row.state) for row in payment_plans.parts_of(plan)] == [
        (on(10), 60_000, "open"),
        (on(40), 60_000, "open"),
    ]
    pause = Pause.get()
    assert (pause.plan_id, pause.invoice_id, pause.until_on) == (plan.id, invoice.id, on(12))
    assert Promise.get().state == "withdrawn", "the plan takes its place"
    assert events(invoice=invoice) == ["promise_made", "promise_withdrawn", "plan_agreed"]
    facts = Event.get(Event.kind == "plan_agreed").facts
    assert (facts["plan_id"], facts["count"], facts["first_on"], facts["amount_cents"]) == (
        plan.id, 2, on(10).isoformat(), 120_000,
    )  # fmt: skip
    assert agree(invoice).id == plan.id, "the same form twice is one plan"
    assert (payment_plans.of_invoice(invoice).id, [one.id for one in payment_plans.of_client(invoice.client)]) == (
        plan.id,
        [plan.id],
    )


@pytest.mark.parametrize(
    ("parts", "field", "words"),
    [
        (((10, 60_000),), "parts", "de 2 à 36"),
        (((10, 60_000), (9, 60_000)), "due_on-1", "après celle"),
        (((0, 60_000), (9, 60_000)), "due_on-0", "à venir"),
        (((10, 60_000), (40, 60_001)), "parts", "dépassent le reste dû de 0,01"),
        (((10, 60_000), (40, 50_000)), "parts", "Il manque 100,00"),
        (((10, 120_000), (40, 0)), "amount-1", "montant"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_and_nothing_is_written(invoice, parts, field, words):
    with pytest.raises(PlanError) as refused:
        agree(invoice, parts=parts)
    assert list(refused.value.errors) == [field] and words in str(refused.value).replace("\u00a0", " ")
    assert (PaymentPlan.select().count(), Pause.select().count(), Event.select().count()) == (0, 0, 0)


def test_only_what_one_client_owes_in_one_currency_goes_into_one_plan(invoice, latitude, account, basile):
    paid, francs = make_invoice(latitude, state="paid"), make_invoice(latitude, currency="CHF")
    other = make_invoice(factories.make_client(account, "Autre"))
    theirs = make_invoice(factories.make_client(basile.account, "Hôtel"))
    for wrong in ((invoice, paid), (invoice, francs), (invoice, other), (invoice, theirs)):
        with pytest.raises(PlanError) as refused:
            agree(*wrong)
        assert list(refused.value.errors) == ["invoices"]
    agree(invoice)
    with pytest.raises(PlanError, match="déjà dans un échéancier"):
        agree(invoice, parts=((20, 60_000), (50, 60_000)))


def test_a_person_ends_it_and_reminders_go_on(invoice, camille):
    plan = agree(invoice)
    assert payment_plans.end(plan, reason=" D'un  commun accord ", by=camille, now=NOW)
    assert not payment_plans.end(plan, by=camille, now=NOW)
    plan = PaymentPlan.get()
    assert (plan.state, plan.closed_on, plan.closed_because) == ("ended", TODAY, "D'un commun accord")
    assert Pause.get().ended_at == NOW and PlanPart.select().where(PlanPart.state == "open").count() == 2
    assert events(invoice=invoice) == ["plan_agreed", "plan_ended"]
    assert agree(invoice).state == "open", "another one may be agreed"


def test_an_invoice_that_is_cancelled_ends_its_plan(invoice):
    plan = agree(invoice)
    invoicing.cancel(invoice, by=None, now=NOW)
    payment_plans.settle_due(NOW)
    plan = PaymentPlan.get_by_id(plan.id)
    assert (plan.state, plan.closed_because) == ("ended", "cancelled")
    assert events(invoice=invoice)[-1] == "plan_ended"
