"""« À traiter », the payment plans: a part that comes due, a plan that was not kept."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from markupsafe import Markup

from relance.models.payment_plans import PaymentPlan, PlanPart
from relance.web import filters
from relance.web.i18n import _
from relance.web.todo_lines import Action, Context, Line, money


def _due(part: PlanPart, context: Context) -> Line:
    plan = part.plan
    day = filters.weekday_date(part.due_on)
    title = _("Versement prévu {date}", date=day)
    if part.due_on == context.today:
        title = _("Versement prévu aujourd'hui")
    elif part.due_on < context.today:
        title = _("Versement du {date} à vérifier", date=day)
    what = Markup("{}, {}").format(plan.client.name, money(part.amount_cents, plan.currency))
    detail = Markup("{}. {}").format(what, _("Sans paiement, l'échéancier est rompu et les relances reprennent."))
    return Line("handshake", "promise", title, detail, (_see(plan),))


def _broken(plan: PaymentPlan, context: Context) -> Line:
    what = Markup("{}. {}").format(
        money(plan.total_cents, plan.currency),
        _("Les relances ont repris le {date}.", date=filters.long_date(plan.closed_on or context.today, False)),
    )
    again = Action(_("Nouvel échéancier"), url_for("payment_plans.new", id=plan.client_id), is_quiet=True)
    title = _("Échéancier non tenu : {client}", client=plan.client.name)
    return Line("handshake", "late", title, what, (_see(plan), again))


def _see(plan: PaymentPlan) -> Action:
    return Action(_("Voir l'échéancier"), url_for("payment_plans.show", plan_id=plan.id))


WRITERS: dict[str, Callable[[Any, Context], Line]] = {"plan_due": _due, "plan_broken": _broken}
