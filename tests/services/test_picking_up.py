"""The backlog: every choice shown to the letter before anything, then done as shown; never a burst."""

import datetime as dt

import pytest

from relance.models.chases import Entry
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import chasing, picking_up, reentering, sweeping
from relance.services.picking_up import ChoiceError, StaleChoice
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import enrol, make_sequence, switch_on
from tests.services.sending import nine_on

D = dt.date
DAY = dt.timedelta(1)


@pytest.fixture
def standard(account):
    """J+3, J+10, J+20, J+30."""
    blocks = ((3, "rappel"), (10, "relance_1"), (20, "relance_2"), (30, "dernier_rappel"))
    return make_sequence(account, *blocks, title="Standard")


@pytest.fixture
def late(standard, latitude, nadia, camille):
    """Four invoices of one client, too late to enter: 15, 25, 40 and 60 days."""
    rows = [factories.make_invoice(latitude, f"F-{days}", due_on=TODAY - days * DAY) for days in (15, 25, 40, 60)]
    enrol(standard, latitude)
    return rows


def numbers(page):
    return [row.invoice.number for row in page.rows]


def test_the_oldest_come_first_with_what_each_choice_would_send(account, late):
    page = picking_up.waiting(account, NOW)
    assert numbers(page) == ["F-60", "F-40", "F-25", "F-15"]
    row = page.rows[-1]
    assert (row.days_late, row.balance_cents, row.sequence) == (15, 120_000, "Standard")
    assert [(option.start, option.template, option.on) for option in row.options] == [
        ("gently", "rappel", D(2026, 11, 24)),
        ("join", "relance_1", D(2026, 11, 24)),
        ("next", "relance_2", D(2026, 11, 30)),
        ("leave", "", None),
    ]
    assert [option.start for option in page.rows[0].options] == ["gently", "join", "leave"]


def test_a_long_backlog_is_read_page_by_page(account, late, monkeypatch):
    monkeypatch.setattr(picking_up, "PAGE_SIZE", 3)
    first = picking_up.waiting(account, NOW)
    second = picking_up.waiting(account, NOW, after=first.after)
    assert (numbers(first), numbers(second), second.after) == (["F-60", "F-40", "F-25"], ["F-15"], 0)
    assert numbers(picking_up.waiting(account, NOW, invoice=late[1])) == ["F-25"]


@pytest.mark.requirement("S0.4", "S3.15")
def test_what_was_shown_is_what_leaves_and_never_in_a_burst(account, late, nadia, camille, post, smtp_server):
    choices = {late[0].id: "join", late[1].id: "gently", late[2].id: "gently", late[3].id: "leave"}
    planned = picking_up.plan(account, choices, NOW)
    assert (Event.select().where(Event.kind == "entry_chosen").count(), [row.number for row in planned.left]) == (
        0,
        ["F-60"],
    )
    picking_up.confirm(account, choices, planned.mark, by=camille, now=NOW)
    for n in range(60):
        sweeping.sweep(nine_on(TODAY + n * DAY), post)
    [(_client, events)] = planned.clients
    left = smtp_server.to(nadia.email)
    days = [mail.message["Date"].datetime.date() for mail in left]
    assert [(day, mail.subject) for day, mail in zip(days, left, strict=True)] == [
        (event.on, event.composed.subject) for event in events
    ]
    assert [mail.text.replace("\r\n", "\n").strip() for mail in left] == [
        event.composed.text.strip() for event in events
    ]
    assert len(days) == len(set(days)) and days[0] == D(2026, 11, 24)
    assert not any("F-60" in mail.text for mail in left)
    assert chasing.chase_of(late[3]).ended_because == "switched_off"


def test_nothing_is_written_by_looking(account, late):
    before = [list(model.select().order_by(model.id).tuples()) for model in (Entry, Event, Message)]
    picking_up.waiting(account, NOW)
    picking_up.plan(account, {row.id: "gently" for row in late}, NOW)
    assert [list(model.select().order_by(model.id).tuples()) for model in (Entry, Event, Message)] == before


@pytest.mark.parametrize("choices", [{}, {"F-15": "burst"}, {"F-60": "next"}])
def test_a_choice_that_does_not_exist_is_refused(account, late, choices):
    by_number = {row.number: row.id for row in late}
    with pytest.raises(ChoiceError) as error:
        picking_up.plan(account, {by_number[number]: start for number, start in choices.items()}, NOW)
    assert error.value.numbers == (("F-60",) if "F-60" in choices else ())


def test_a_choice_already_made_elsewhere_is_a_conflict(account, late, camille):
    choices = {late[0].id: "join", late[1].id: "join"}
    planned = picking_up.plan(account, choices, NOW)
    reentering.choose(chasing.chase_of(late[1]), "gently", by=camille, now=NOW)
    with pytest.raises(StaleChoice, match="n'attend plus"):
        picking_up.confirm(account, choices, planned.mark, by=camille, now=NOW)
    assert chasing.chase_of(late[0]).is_active and Entry.get(Entry.chase == chasing.chase_of(late[0])).is_out


@pytest.mark.parametrize("change", ["night", "payment", "other"])
def test_dates_or_amounts_that_changed_since_they_were_shown_are_shown_again(
    account, late, latitude, nadia, camille, change
):
    choices = {late[0].id: "join"}
    planned = picking_up.plan(account, choices, NOW)
    now = NOW
    if change == "night":
        now = NOW + dt.timedelta(days=1)
    elif change == "payment":
        factories.make_payment(late[0], 20_000)
    else:
        switch_on(factories.make_invoice(latitude, "F-1", due_on=TODAY), nadia)
    with pytest.raises(StaleChoice, match="a changé"):
        picking_up.confirm(account, choices, planned.mark, by=camille, now=now)
    assert Event.select().where(Event.kind == "entry_chosen").count() == 0
    again = picking_up.plan(account, choices, now)
    picking_up.confirm(account, choices, again.mark, by=camille, now=now)
    assert Event.select().where(Event.kind == "entry_chosen").count() == 1


def test_an_invoice_of_another_account_is_not_one_that_waits(account, late, basile):
    with pytest.raises(StaleChoice):
        picking_up.plan(basile.account, {late[0].id: "gently"}, NOW)
    assert picking_up.waiting(basile.account, NOW).rows == ()


def test_an_invoice_for_which_nothing_leaves_is_said(account, standard, camille):
    mute = factories.make_client(account, "Sans adresse")
    invoice = factories.make_invoice(mute, "F-9", due_on=TODAY - 15 * DAY)
    enrol(standard, mute)
    planned = picking_up.plan(account, {invoice.id: "gently"}, NOW)
    assert ([row.number for row in planned.silent], planned.clients) == (["F-9"], ())
