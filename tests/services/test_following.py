import datetime as dt

import pytest

from relance.models.chases import Chase, Entry
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.services import chasing, enrolling, following, invoicing, sequencing
from relance.services.chasing import ChaseError
from tests import factories, making
from tests.factories import NOW, TODAY


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


@pytest.fixture
def enrolled(b2b, latitude, nadia):
    enrolling.enrol(b2b, [latitude.id], by=None, now=NOW)
    return b2b


@pytest.fixture
def coming(enrolled, latitude):
    """An invoice of an enrolled client, due in twenty days, that follows the sequence."""
    invoice = factories.make_invoice(latitude, "F-1", due_on=TODAY + dt.timedelta(20))
    following.follow(fresh(invoice), by=None, now=NOW)
    return invoice


@pytest.fixture
def draft(enrolled, latitude):
    return factories.make_invoice(latitude, "F-2", due_on=TODAY + dt.timedelta(20), state="draft")


def fresh(invoice):
    return Invoice.get_by_id(invoice.id)


def test_an_invoice_follows_its_client_until_something_is_set_for_it(coming, nadia, enrolled):
    assert following.sequence_of(fresh(coming)) == enrolled
    assert following.follows_client(fresh(coming))
    making.switch_on(fresh(coming), nadia)
    assert not following.follows_client(fresh(coming))
    following.follow(fresh(coming), by=None, now=NOW)
    chase = Chase.get(Chase.invoice == coming)
    assert (chase.is_inherited, chase.sequence_id, chase.is_active) == (True, enrolled.id, True)


@pytest.mark.requirement("S3.26")
def test_an_invoice_without_a_client_s_sequence_follows_none(account, latitude, nadia, b2b):
    invoice = factories.make_invoice(latitude, "F-3")
    assert following.sequence_of(invoice) is None
    assert following.plan_of_client(invoice) is None
    assert following.entry_of(invoice, NOW).rows == []
    with pytest.raises(ChaseError) as error:
        following.follow(invoice, by=None, now=NOW)
    assert error.value.field == "frequency"


def test_switched_off_for_it_alone_it_stays_off_and_comes_back_when_asked(coming, enrolled):
    following.stay_out(fresh(coming), by=None, now=NOW)
    chase = Chase.get(Chase.invoice == coming)
    assert (chase.ended_because, following.follows_client(fresh(coming))) == ("switched_off", False)
    assert following.may_follow_client(fresh(coming))
    following.follow(fresh(coming), by=None, now=NOW)
    assert Chase.get(Chase.invoice == coming).is_active
    assert making.events(invoice=coming)[-1] == "chase_started"


@pytest.mark.requirement("S1.6", "S3.26")
def test_a_draft_follows_once_it_is_sent_unless_it_was_told_to_stay_out(draft, enrolled, latitude):
    out = factories.make_invoice(latitude, "F-9", due_on=TODAY + dt.timedelta(20), state="draft")
    assert following.follows_client(fresh(draft))
    following.stay_out(fresh(out), by=None, now=NOW)
    following.follow(fresh(draft), by=None, now=NOW)
    assert not Chase.select().where(Chase.invoice == draft).exists()
    for invoice in (draft, out):
        invoicing.confirm(fresh(invoice), by=None, now=NOW)
    chase = Chase.get(Chase.invoice == draft)
    assert (chase.is_inherited, chase.is_active, chase.sequence_id) == (True, True, enrolled.id)
    assert not Chase.get(Chase.invoice == out).is_active
    assert making.events(invoice=out)[0] == "chase_stopped"


def test_a_draft_set_apart_then_given_back_follows_as_if_it_had_never_been(draft, nadia, enrolled):
    making.switch_on(fresh(draft), nadia)
    following.follow(fresh(draft), by=None, now=NOW)
    assert following.follows_client(fresh(draft))
    invoicing.confirm(fresh(draft), by=None, now=NOW)
    assert Chase.get(Chase.invoice == draft).is_inherited


@pytest.mark.requirement("S3.15", "S0.4")
def test_one_too_late_to_enter_begins_where_the_person_chose(enrolled, latitude):
    late = factories.make_invoice(latitude, "F-4", due_on=TODAY - dt.timedelta(60))
    late = fresh(late)
    assert [row.verdict for row in following.entry_of(late, NOW).rows] == ["out"]
    following.follow(late, by=None, now=NOW)
    chase = Chase.get(Chase.invoice == late)
    assert following.is_out(chase)
    following.follow(fresh(late), "gently", by=None, now=NOW)
    assert not following.is_out(Chase.get(Chase.invoice == late))
    assert Entry.get(Entry.chase == chase).anchor_on is not None


def test_the_plan_shown_before_is_the_one_that_is_made(coming, account):
    account.copies_user = True
    account.save()
    plan = following.plan_of_client(fresh(coming))
    assert plan is not None
    assert (plan.frequency, plan.is_inherited, plan.copies_user, plan.contact_ids) == ("sequence", True, True, ())
    assert chasing.start_choices(fresh(coming), plan, NOW) == ["keep"]
