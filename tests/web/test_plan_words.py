import datetime as dt

from relance.models.payment_plans import PaymentPlan
from relance.services import payment_plans, plan_course, plan_rows
from relance.web import plan_words
from tests.factories import NOW, TODAY
from tests.services.test_waiting_plans import agree


def words(plan, days, received=0):
    plan = PaymentPlan.get_by_id(plan.id)
    rows, today = payment_plans.parts_of(plan), TODAY + dt.timedelta(days)
    parts = [plan_rows.as_part(row) for row in rows]
    standing = plan_words.rules.standing(parts, received, today, 2)
    return [
        (row.words, str(row.detail).replace("\u00a0", " "))
        for row in plan_words.parts_of(plan, rows, standing, today, 2)
    ]


def test_each_part_says_where_it_stands(app, invoice):
    plan = agree(invoice, 10, 40)
    with app.test_request_context():
        assert words(plan, 0) == [("Attendue", ""), ("À venir", "")]
        assert words(plan, 10)[0][1].startswith("jusqu’au 5 décembre")
        assert words(plan, 0, 10_000) == [("Attendue", "100,00 € déjà reçus"), ("À venir", "")]
        plan_course.settle_due(NOW + dt.timedelta(13))
        assert words(plan, 13) == [("Non réglée", ""), ("Sans suite", "")]
        assert plan_words.state_of(PaymentPlan.get()) == ("late", "Non tenu")


def test_the_confirmation_speaks_the_clients_language(app, invoice):
    plan = agree(invoice, 10, 40)
    rows, invoices = payment_plans.parts_of(plan), payment_plans.invoices_of(plan)
    french = plan_words.confirmation(plan, rows, invoices).replace("\u00a0", " ")
    assert french.startswith("Bonjour,") and "– 600,00 € au plus tard le 3 décembre 2026" in french
    plan.client.language = "en"
    english = plan_words.confirmation(plan, rows, invoices)
    assert english.startswith("Hello,") and "€600.00 by 3 December 2026" in english.replace("\u00a0", " ")
