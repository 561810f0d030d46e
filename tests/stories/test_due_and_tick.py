"""What is foreseen is what is sent: 200 random invoices, 60 days, a real SMTP server."""

import datetime as dt
import random

import pytest

from relance.models.chases import Chase
from relance.models.invoices import Invoice
from relance.services import chasing, paying, reporting, sweeping
from relance.services.carrying import Post
from relance.services.chasing import ChaseError, ChasePlan
from tests import factories

D = dt.date
START = D(2026, 11, 23)
DAYS = 60
INVOICES = {"sqlite": 200, "postgres": 70}  # the rules are the same: what a database could change shows in fewer
FREQUENCIES = ("once", "weekly", "weekly", "until_paid")


@pytest.fixture
def crowd(account, camille, engine):
    """Sixty clients with one to three contacts, invoices late or to come, most of them chased."""
    chance = random.Random(20261122)
    account.alerts_overdue = False
    account.min_gap_days = 4
    account.save()
    clients = []
    for n in range(60):
        kind = chance.choice(["organisation", "organisation", "individual", "public"])
        client = factories.make_client(account, f"Client {n:02}", kind=kind)
        contacts = [factories.make_contact(client, f"Anne Martin {n} {k}") for k in range(chance.randint(1, 3))]
        clients.append((client, contacts))
    for n in range(INVOICES[engine]):
        client, contacts = chance.choice(clients)
        due = START + dt.timedelta(chance.randint(-50, 40))
        invoice = factories.make_invoice(
            client,
            f"R-{n:03}",
            due_on=due,
            total_cents=chance.randint(1_000, 900_000),
            currency=chance.choice(["EUR"] * 5 + ["CHF"]),
            payment_method=chance.choice(["transfer"] * 6 + ["direct_debit"]),
            state=chance.choice(["sent"] * 8 + ["draft"]),
        )
        chosen = contacts if client.kind == "organisation" else contacts[:1]
        chosen = chance.sample(chosen, chance.randint(1, len(chosen)))
        plan = ChasePlan(
            frequency=chance.choice(FREQUENCIES),
            count=chance.randint(2, 5),
            first_offset_days=chance.randint(1, 10),
            contact_ids=tuple(contact.id for contact in chosen),
        )
        if chance.random() < 0.9:
            _switch_on(invoice, plan, chance)
    return chance


def _switch_on(invoice, plan, chance):
    choices = chasing.start_choices(invoice, plan, factories.NOW)
    try:
        chosen = ChasePlan(**{**vars(plan), "start": chance.choice(choices)})
        chasing.start(invoice, chosen, by=None, now=factories.NOW)
    except ChaseError:
        assert invoice.payment_method == "direct_debit"


def essence(row):
    """What must agree between a forecast and a sending."""
    items = [(i["number"], i["due_on"], i["balance_cents"], i["step"], i["template"]) for i in row["instalments"]]
    return (row["client"], tuple(sorted(items)), tuple(sorted(row["to"])), tuple(row["cc"]), row["subject"])


def nine(day):
    return dt.datetime.combine(day, dt.time(8, 0))


@pytest.mark.requirement("S1.1", "S1.6", "S3.3")
def test_each_day_sends_what_was_foreseen_that_morning(crowd, account, engine, settings, smtp_server):
    """Payments arrive in between, so the forecast is made each morning; and it writes nothing."""
    post = Post.of(settings)
    total = 0
    for offset in range(DAYS):
        day = START + dt.timedelta(offset)
        morning = nine(day) - dt.timedelta(hours=1)
        foreseen = {essence(row) for row in reporting.due_as_json([account], day, morning)["send"]}
        swept = sweeping.sweep(nine(day), post)
        sent = {essence(row) for row in reporting.tick_as_json(swept)["sent"]}
        assert sent == foreseen, day
        total += len(sent)
        for invoice in Invoice.select().where(Invoice.state == "sent"):
            if crowd.random() < 0.01:
                cents = crowd.choice([invoice.balance_cents, max(1, invoice.balance_cents // 2)])
                paying.record(invoice, cents, day, by=None, now=nine(day) + dt.timedelta(hours=2))
    assert total > INVOICES[engine] * 3 / 4 and len(smtp_server.received) == total


@pytest.mark.requirement("S0.4", "S1.6")
def test_the_forecast_of_the_first_day_comes_true_for_sixty_days(crowd, account, settings, smtp_server):
    """Nothing else happens: what was shown when reminders were switched on is what the clients receive."""
    post = Post.of(settings)
    days = [START + dt.timedelta(offset) for offset in range(DAYS)]
    foreseen = {
        day: {essence(row)[:4] for row in reporting.due_as_json([account], day, factories.NOW)["send"]} for day in days
    }
    for day in days:
        swept = sweeping.sweep(nine(day), post)
        sent = {essence(row)[:4] for row in reporting.tick_as_json(swept)["sent"]}
        assert sent == foreseen[day], day
    assert Chase.select().where(Chase.ended_because == "finished").exists()
