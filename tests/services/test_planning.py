"""Is what a person chose possible? Each refusal names its field, in French, and writes nothing."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.services import chasing, forecasting, planning, sequencing
from relance.services.chasing import ChaseError, ChasePlan
from tests import factories
from tests.making import make_sequence
from tests.services.sending import dates

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


# A sequence chosen for one invoice


def follow(sequence, *contacts, **values):
    return ChasePlan(
        **{"frequency": "sequence", "sequence_id": sequence.id, "contact_ids": tuple(c.id for c in contacts), **values}
    )


def test_a_sequence_chosen_for_an_invoice_is_its_own_setting(account, coming, nadia, camille, now):
    sequence = make_sequence(account, (3, "rappel"), (10, "relance_1"))
    chase = chasing.start(coming, follow(sequence, nadia, asks_before_sending=True), by=camille, now=now)
    assert (chase.is_inherited, chase.sequence_id, chase.frozen_revision, chase.asks_before_sending) == (
        False,
        sequence.id,
        None,
        True,
    )
    assert chasing.plan_of(chase) == follow(sequence, nadia, asks_before_sending=True)
    told = Event.get(Event.kind == "chase_started").facts
    assert (told["frequency"], told["sequence"]) == ("sequence", "Ma séquence")
    assert dates(coming, now) == [D(2026, 12, 7), D(2026, 12, 14)]  # J+3 is Sunday 6, J+10 Sunday 13


def test_a_sequence_of_another_account_archived_or_without_e_mail_is_refused(account, basile, coming, nadia, now):
    archived = make_sequence(account, (3, "rappel"), title="Archivée")
    sequencing.archive(archived, by=None, now=now)
    letters = make_sequence(account, (38, "formal_notice", "letter"), title="Courriers")
    drafted = make_sequence(account, (3, "rappel"), title="Brouillon", is_published=False)
    foreign = make_sequence(basile.account, (3, "rappel"))
    for sequence in (archived, letters, drafted, foreign):
        with pytest.raises(ChaseError) as error:
            chasing.start(coming, follow(sequence, nadia), by=None, now=now)
        assert error.value.field == "sequence"
    with pytest.raises(ChaseError):
        chasing.start(coming, ChasePlan(frequency="sequence", contact_ids=(nadia.id,)), by=None, now=now)
    assert not Chase.select().exists()


@pytest.mark.requirement("S0.4")
@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("gently", [(D(2026, 11, 24), "rappel"), (D(2026, 11, 30), "relance_1"), (D(2026, 12, 14), "relance_2")]),
        ("join", [(D(2026, 11, 24), "relance_1"), (D(2026, 12, 3), "relance_2")]),
        ("next", [(D(2026, 12, 3), "relance_2")]),
    ],
)
def test_a_late_invoice_begins_a_sequence_where_the_user_chose(account, invoice, nadia, camille, now, start, expected):
    """Ten days late: due on Friday 13 November; J+20 is Thursday 3 December."""
    sequence = make_sequence(account, (1, "rappel"), (7, "relance_1"), (20, "relance_2"))
    assert chasing.start_choices(invoice, follow(sequence, nadia), now) == ["gently", "join", "next"]
    chasing.start(invoice, follow(sequence, nadia, start=start), by=camille, now=now)
    assert [(send.on, send.template) for send in forecasting.for_invoice(invoice, now)] == expected


def test_what_asks_and_what_claims_fees_comes_from_the_account_the_sequence_or_the_invoice(account, coming, nadia, now):
    plain = make_sequence(account, (3, "rappel"), title="Simple")
    careful = make_sequence(account, (3, "rappel"), title="Prudente", asks_before_sending=True, claims_fees=False)
    assert planning.options_of(account, follow(plain)) == (False, True)
    assert planning.options_of(account, follow(plain, asks_before_sending=True)) == (True, True)
    assert planning.options_of(account, follow(careful)) == (True, False)
    assert planning.options_of(account, ChasePlan()) == (False, True)
    account.asks_before_sending = True
    assert planning.options_of(account, follow(plain)) == (True, True)
    assert planning.options_of(account, ChasePlan()) == (True, True)
