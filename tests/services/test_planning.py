"""Is what a person chose possible? Each refusal names its field, in French, and writes nothing."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.services import chasing
from relance.services.chasing import ChaseError, ChasePlan
from tests import factories

D = dt.date


def plan(*contacts, **values):
    return ChasePlan(**{"contact_ids": tuple(contact.id for contact in contacts), "count": 3, **values})


@pytest.mark.requirement("S3.7", "S3.8")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "credit_note"}, "avoir"),
        ({"state": "cancelled"}, "annulée"),
        ({"state": "written_off"}, "perte"),
        ({"payment_method": "direct_debit"}, "prélèvement"),
        ({"payment_method": "card"}, "carte"),
    ],
)
def test_what_is_never_chased_is_refused_with_the_reason(latitude, nadia, camille, now, fields, sentence):
    refused = factories.make_invoice(latitude, due_on=D(2026, 12, 3), **fields)
    with pytest.raises(ChaseError, match=sentence):
        chasing.start(refused, plan(nadia), by=camille, now=now)
    assert sentence in chasing.why_not(refused)


@pytest.mark.requirement("S1.15")
def test_a_consumer_has_one_contact_a_business_several(account, latitude, nadia, hugo, camille, now):
    business = factories.make_invoice(latitude, due_on=D(2026, 12, 3))
    chase = chasing.start(business, plan(nadia, hugo), by=camille, now=now)
    assert len(chasing.plan_of(chase).contact_ids) == 2
    person = factories.make_client(account, "Jeanne Marin", kind="individual")
    one, two = factories.make_contact(person, "Jeanne Marin"), factories.make_contact(person, "Paul Marin")
    private = factories.make_invoice(person, due_on=D(2026, 12, 3))
    with pytest.raises(ChaseError, match="un contact"):
        chasing.start(private, plan(one, two), by=camille, now=now)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"frequency": "daily"}, "frequency"),
        ({"count": 1}, "count"),
        ({"count": 13}, "count"),
        ({"first_offset_days": 0}, "first_offset_days"),
        ({"first_offset_days": 31}, "first_offset_days"),
        ({"contact_ids": ()}, "contacts"),
        ({"contact_ids": (999_999,)}, "contacts"),
    ],
)
def test_a_bad_choice_names_its_field_and_writes_nothing(coming, nadia, camille, now, values, field):
    with pytest.raises(ChaseError) as error:
        chasing.start(coming, plan(nadia, **values), by=camille, now=now)
    assert error.value.field == field
    assert Chase.select().count() == 0


def test_another_clients_contact_is_refused(coming, account, camille, now):
    other = factories.make_contact(factories.make_client(account, "Morel"), "Hugo Morel")
    with pytest.raises(ChaseError, match="n'appartient pas"):
        chasing.start(coming, plan(other), by=camille, now=now)


def test_a_contact_without_address_is_named(coming, latitude, camille, now):
    silent = factories.make_contact(latitude, "Paul Martin", "")
    with pytest.raises(ChaseError, match="Paul Martin"):
        chasing.start(coming, plan(silent), by=camille, now=now)
