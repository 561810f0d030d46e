"""« À traiter », the payment plans: parts that come due, and plans that were broken."""

import datetime as dt
from typing import Any

from peewee import Value, fn

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.payment_plans import PaymentPlan, PlanInvoice, PlanPart
from relance.rules.calendar import local_date
from relance.services.conditions import written_about_since

SOON = dt.timedelta(5)  # as for promises


def due(account: Account, now: dt.datetime) -> Any:
    """The parts that come within five days, or have just passed, of the plans that run."""
    today = local_date(now, account.time_zone)
    return (
        PlanPart.select(PlanPart, PaymentPlan, Client)
        .join(PaymentPlan)
        .join(Client)
        .where(PaymentPlan.account == account, PaymentPlan.state == "open")
        .where(PlanPart.state == "open", PlanPart.due_on <= today + SOON)
        .order_by(PlanPart.due_on, PlanPart.id)
    )


def broken(account: Account, now: dt.datetime) -> Any:
    """Plans that were not kept, until somebody writes to the client again or agrees another one."""
    owed = (
        PlanInvoice.select(Value(1))
        .join(Invoice)
        .where(PlanInvoice.plan == PaymentPlan.id, Invoice.state == "sent")
        .where(~written_about_since(PlanInvoice.invoice, at=PaymentPlan.closed_at))
    )
    later = PaymentPlan.alias()
    another = later.select(Value(1)).where(later.client == PaymentPlan.client, later.id > PaymentPlan.id)
    return (
        PaymentPlan.select(PaymentPlan, Client)
        .join(Client)
        .where(PaymentPlan.account == account, PaymentPlan.state == "broken")
        .where(fn.EXISTS(owed), ~fn.EXISTS(another))
        .order_by(PaymentPlan.closed_at, PaymentPlan.id)
    )
