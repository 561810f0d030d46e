"""What the furnished instance holds of signatures and payment plans (see tests/pages.py)."""

import datetime as dt

from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.payment_plans import PaymentPlan
from relance.rules.payment_plans import Part
from relance.services import payment_plans, plan_course, signing
from relance.services.payment_plans import Terms
from tests.factories import make_document, make_invoice
from tests.services.test_signature_images import drawn, saved


def furnish(user: User, client: Client, now: dt.datetime) -> dict[str, int]:
    """Two signatures; a plan that runs, one that was broken, one that a person ended."""
    for name, width in (("", 6), ("Paraphe", 9)):
        signing.add(user, saved(drawn(width=width)), name, "uploaded", now)
    broken = _agreed(user, client, "E-2026-0061", now - dt.timedelta(30))
    plan_course.settle_due(now)
    ended = _agreed(user, client, "E-2026-0062", now)
    payment_plans.end(ended, by=user, now=now)
    return {"plan": _agreed(user, client, "E-2026-0063", now).id, "broken_plan": broken.id, "ended_plan": ended.id}


def _agreed(user: User, client: Client, number: str, now: dt.datetime) -> PaymentPlan:
    invoice = make_invoice(client, number)
    parts = tuple(Part(now.date() + dt.timedelta(days), invoice.balance_cents // 2) for days in (5, 35))
    terms = Terms((invoice.id,), parts, "Convenu au téléphone", is_acknowledged=True)
    document = make_document(client.account, kind="agreement", name="accord.pdf")
    return payment_plans.agree(client, terms, document=document, by=user, now=now)
