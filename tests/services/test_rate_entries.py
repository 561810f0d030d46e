"""Rates written down by hand: with a source, within bounds, for one account, corrected and removed."""

import dataclasses
import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.events import Event
from relance.models.legal_rates import LegalRate
from relance.services import rate_entries, rating
from relance.services.rate_entries import RateConflictError, RateError, RateFacts
from tests.factories import NOW, TODAY

D = dt.date
GOOD = RateFacts(2027, 1, 265, 280, 690, "arrêté du 18 décembre 2026 (JO du 22)")


def facts(**values):
    return dataclasses.replace(GOOD, **values)


def kinds():
    return [event.kind for event in Event.select().order_by(Event.id)]


def test_the_next_half_year_is_kept_with_its_source_and_who_wrote_it(account, camille, basile):
    row = rate_entries.enter(account, facts(source="  arrêté \n du 18 décembre  "), by=camille, now=NOW)
    assert (row.source, row.reviewed_on, row.entered_by, row.entered_at) == (
        "arrêté du 18 décembre",
        TODAY,
        camille,
        NOW,
    )
    found = rating.table_of(account).half_year_of(D(2027, 6, 30))
    assert (found.business_bp, found.public_bp, found.floor_bp, found.legal_individual_bp) == (1265, 1065, 840, 690)
    assert rating.table_of(basile.account_id).get(2027, 1) is None, "for this account only"
    event = Event.get(Event.kind == "rate_entered")
    assert event.user == camille and event.facts["mro_bp"] == 265 and event.facts["source"] == row.source


def test_a_delivered_half_year_may_be_corrected_and_given_back(account, camille):
    row = rate_entries.enter(account, facts(year=2026, half=2, mro_bp=215), by=camille, now=NOW)
    assert rating.table_of(account).rate_for("organisation", TODAY) == 1215
    rate_entries.remove(account, row, by=camille, now=NOW)
    rate_entries.remove(account, row, by=camille, now=NOW)
    assert rating.table_of(account).rate_for("organisation", TODAY) == 1240
    assert kinds() == ["rate_entered", "rate_removed"]


def test_a_row_is_corrected_in_place_by_whoever_saw_it(account, camille):
    row = rate_entries.enter(account, GOOD, by=camille, now=NOW)
    later = NOW + dt.timedelta(minutes=5)
    with pytest.raises(RateConflictError):
        rate_entries.enter(account, facts(mro_bp=300), by=camille, now=later)
    seen = rate_entries.stamp_of(row)
    changed = rate_entries.enter(account, facts(mro_bp=300, since=seen), by=camille, now=later)
    assert (changed.id, changed.mro_bp) == (row.id, 300)
    with pytest.raises(RateConflictError):
        rate_entries.enter(account, facts(mro_bp=400, since=seen), by=camille, now=later)
    assert [event.facts["former"].get("mro_bp") for event in Event.select().order_by(Event.id)] == [None, 265]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mro_bp": -1}, "mro"),
        ({"professional_bp": 5001}, "professional"),
        ({"individual_bp": -200}, "individual"),
        ({"mro_bp": None, "professional_bp": None, "individual_bp": None}, "mro"),
        ({"source": " \n "}, "source"),
        ({"source": "x" * 251}, "source"),
        ({"half": 2}, "half_year"),  # 2027-S2: after the next one
        ({"year": 2015, "half": 2}, "half_year"),
        ({"year": 2026, "half": 3}, "half_year"),
    ],
)
def test_what_cannot_be_a_rate_is_refused_and_nothing_changes(account, camille, change, field):
    with pytest.raises(RateError) as caught:
        rate_entries.enter(account, facts(**change), by=camille, now=NOW)
    assert list(caught.value.errors) == [field]
    assert LegalRate.select().count() == Event.select().count() == 0


def test_the_half_years_offered_run_from_the_next_one_to_the_oldest_delivered():
    offered = rate_entries.choices(D(2026, 11, 22))
    assert (offered[0], offered[1], offered[-1]) == ((2027, 1), (2026, 2), (2016, 1))
    assert len(offered) == len(set(offered)) == 23


def test_an_acknowledgement_is_kept(account):
    rate_entries.acknowledge(account, 2027, 2, now=NOW)
    assert Account.get_by_id(account.id).rates_acknowledged == account.rates_acknowledged == "2027-2"
