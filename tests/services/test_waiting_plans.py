import datetime as dt

from relance.rules.payment_plans import Part
from relance.services import attending, payment_plans, plan_course, waiting_plans
from relance.services.payment_plans import Terms
from tests.factories import NOW, TODAY, make_invoice


def agree(invoice, *days, now=NOW):
    share = invoice.balance_cents // len(days)
    parts = tuple(Part(now.date() + dt.timedelta(day), share) for day in days)
    return payment_plans.agree(invoice.client, Terms((invoice.id,), parts), by=None, now=now)


def kinds(account, now):
    return [group.kind for group in attending.groups(account, now) if group.kind.startswith("plan")]


def test_a_part_waits_five_days_before_its_date_and_a_broken_plan_until_another_is_agreed(account, invoice):
    agree(invoice, 10, 40)
    four, five, thirteen = (NOW + dt.timedelta(days) for days in (4, 5, 13))
    assert kinds(account, four) == []
    assert [part.due_on for part in waiting_plans.due(account, five)] == [TODAY + dt.timedelta(10)]
    plan_course.settle_due(thirteen)
    assert kinds(account, thirteen) == ["plan_broken"]
    agree(invoice, 20, 40, now=thirteen)
    assert kinds(account, thirteen) == []


def test_a_broken_plan_of_which_nothing_is_owed_any_more_is_no_line(account, latitude):
    invoice = make_invoice(latitude)
    agree(invoice, 10, 40)
    late = NOW + dt.timedelta(13)
    plan_course.settle_due(late)
    invoice.state = "written_off"
    invoice.save()
    assert kinds(account, late) == []
