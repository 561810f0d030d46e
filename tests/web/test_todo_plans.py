import datetime as dt

from relance.models.payment_plans import PlanPart
from relance.services import plan_course
from relance.web import todo_plans
from relance.web.todo_lines import Context
from tests.factories import NOW, TODAY
from tests.services.test_waiting_plans import agree


def text_of(line):
    return f"{line.title} | {line.detail}".replace("\u00a0", " ").replace("’", "'")


def context(account, days=0):
    return Context(account, TODAY + dt.timedelta(days), {}, {}, frozenset())


def test_each_line_says_when_and_what_follows(app, account, invoice):
    plan = agree(invoice, 10, 40)
    part = PlanPart.select().order_by(PlanPart.id).first()
    with app.test_request_context():
        titles = [text_of(todo_plans.WRITERS["plan_due"](part, context(account, days))) for days in (6, 10, 11)]
        assert "Versement prévu jeudi 3 décembre" in titles[0].replace("</span>", "")
        assert titles[1].startswith("Versement prévu aujourd'hui | Latitude Conseil")
        assert "à vérifier" in titles[2] and "l'échéancier est rompu" in titles[2]
        plan_course.settle_due(NOW + dt.timedelta(13))
        plan = type(plan).get_by_id(plan.id)
        line = todo_plans.WRITERS["plan_broken"](plan, context(account, 13))
        assert "Échéancier non tenu : Latitude Conseil" in text_of(line)
        assert [action.href for action in line.actions] == [
            f"/echeanciers/{plan.id}",
            f"/clients/{plan.client_id}/echeancier",
        ]
