"""What payments, and their absence, make of a plan of three parts: 500, 400 and 300 euros over two invoices."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.holds import Pause
from relance.models.payment_plans import PaymentPlan
from relance.models.payments import Payment
from relance.rules.payment_plans import Part
from relance.services import paying, payment_plans, plan_course
from relance.services.payment_plans import Terms
from tests.factories import NOW, TODAY, make_invoice
from tests.making import events

PARTS = ((10, 50_000), (40, 40_000), (70, 30_000))


def on(days):
    return TODAY + dt.timedelta(days)


def at(days):
    return NOW + dt.timedelta(days)


@pytest.fixture
def two(latitude):
    return make_invoice(latitude, total_cents=80_000), make_invoice(latitude, total_cents=40_000)


@pytest.fixture
def plan(two):
    terms = Terms(tuple(one.id for one in two), tuple(Part(on(days), cents) for days, cents in PARTS))
    return payment_plans.agree(two[0].client, terms, by=None, now=NOW)


def pay(invoice, cents, day, received=None):
    return paying.record(invoice, cents, on(day if received is None else received), by=None, now=at(day)).payment


def told(plan):
    plan = PaymentPlan.get_by_id(plan.id)
    return plan.state, "".join(row.state[0] for row in payment_plans.parts_of(plan))


def held_until():
    return {pause.until_on for pause in Pause.select().where(Pause.ended_at.is_null())}


def test_each_payment_fills_the_oldest_part_and_moves_the_hold_to_the_next_date(two, plan):
    pay(two[0], 49_999, 3)
    assert (told(plan), held_until()) == (("open", "ooo"), {on(12)})
    pay(two[1], 1, 9)
    assert (told(plan), held_until()) == (("open", "koo"), {on(42)})
    assert events(invoice=two[0])[-1] == "plan_part_kept"
    pay(two[0], 30_001, 20)
    pay(two[1], 39_999, 21)
    assert (told(plan), held_until()) == (("kept", "kkk"), set())
    assert [kind for kind in events(invoice=two[1]) if kind.startswith("plan")] == [
        "plan_agreed",
        "plan_part_kept",
        "plan_kept",
    ]


def test_what_came_before_the_agreement_does_not_count(latitude):
    invoice = make_invoice(latitude, total_cents=150_000)
    pay(invoice, 30_000, 0)
    terms = Terms((invoice.id,), tuple(Part(on(days), cents) for days, cents in PARTS))
    plan = payment_plans.agree(latitude, terms, by=None, now=NOW)
    assert (plan.baseline_cents, told(plan)) == (30_000, ("open", "ooo"))
    pay(invoice, 50_000, 1)
    assert told(plan) == ("open", "koo")


def test_a_part_missed_breaks_the_plan_the_day_after_its_grace(two, plan):
    pay(two[0], 50_000, 5)
    plan_course.settle_due(at(42))
    assert told(plan) == ("open", "koo")
    plan_course.settle_due(at(43))
    plan_course.settle_due(at(43))
    assert (told(plan), held_until()) == (("broken", "kmo"), set())
    assert events(invoice=two[1])[-1:] == ["plan_broken"]


def test_the_grace_is_the_accounts_own(two, plan):
    Account.update(promise_grace_days=0).execute()
    plan_course.settle_due(at(11))
    assert told(plan) == ("broken", "moo")


def test_a_payment_undone_opens_its_part_again_and_the_plan_with_it(two, plan):
    first = pay(two[0], 50_000, 3)
    paying.delete(first, by=None, now=at(4))
    assert (told(plan), held_until()) == (("open", "ooo"), {on(12)})
    pay(two[0], 80_000, 5)
    last = pay(two[1], 40_000, 6)
    assert told(plan) == ("kept", "kkk")
    paying.delete(last, by=None, now=at(7))
    assert (told(plan), held_until()) == (("open", "koo"), {on(42)})
    assert events(invoice=two[0])[-1] == "plan_reopened"
    paying.delete(Payment.get(), by=None, now=at(60))
    assert told(plan) == ("broken", "mmo")


def test_a_payment_written_down_late_but_received_in_time_mends_the_plan(two, plan):
    plan_course.settle_due(at(13))
    assert told(plan) == ("broken", "moo")
    pay(two[0], 50_000, 14, received=12)
    assert (told(plan), held_until()) == (("open", "koo"), {on(42)})
    plan_course.settle_due(at(43))
    pay(two[0], 30_000, 44)
    pay(two[1], 10_000, 44)
    assert told(plan) == ("broken", "kmo"), "what came too late mends nothing"
