"""Six weeks before a half-year without rates, whoever counts interest is told; put off once, until its first day."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.legal_rates import LegalRate
from relance.services import attending, rate_entries, waiting_rates
from tests import factories
from tests.factories import NOW, TODAY

D = dt.date
AT = dt.datetime(2026, 11, 22, 9)


@pytest.fixture
def account(database):
    return factories.make_account(rates_acknowledged="")


def told(account, at=AT):
    return waiting_rates.half_year_told(Account.get_by_id(account.id), at)


def at(day):
    return dt.datetime.combine(day, dt.time(9))


def test_it_is_told_six_weeks_before_and_not_a_day_sooner(account, invoice):
    assert told(account, at(D(2026, 11, 19))) is None
    assert told(account, at(D(2026, 11, 20))) == (2027, 1)
    groups = {group.kind: group.rows for group in attending.groups(account, AT)}
    assert groups["rates"] == (("2027-1",),)
    assert attending.count(account, AT) == sum(len(rows) for rows in groups.values())


def test_it_is_told_to_who_has_something_late_or_claims_penalties(account, latitude):
    assert told(account) is None
    Account.update(claims_penalties=True).execute()
    assert told(account) == (2027, 1)
    Account.update(claims_penalties=False).execute()
    invoice = factories.make_invoice(latitude, due_on=D(2026, 11, 22))
    assert told(account) is None
    assert told(account, at(D(2026, 11, 23))) == (2027, 1)
    factories.make_payment(invoice, invoice.balance_cents)
    assert told(account, at(D(2026, 11, 23))) is None


def test_acknowledged_it_comes_back_on_the_first_day_until_the_rates_are_there(account, invoice, camille):
    rate_entries.acknowledge(account, 2027, 1, now=AT)
    assert told(account) is None
    assert told(account, at(D(2026, 12, 31))) is None
    first = at(D(2027, 1, 1))
    assert told(account, first) == (2027, 1)
    row = {"year": 2027, "half": 1, "source": "x", "reviewed_on": TODAY, "entered_at": NOW}
    LegalRate.create(account=None, mro_bp=265, **row)
    assert told(account, first) == (2027, 1), "the legal rate is still wanting"
    LegalRate.create(account=account, legal_professional_bp=280, **row)
    assert told(account, first) is None


def test_of_two_half_years_the_one_that_wants_rates_is_named(account, invoice):
    november = at(D(2027, 11, 25))
    assert told(account, november) == (2027, 2)
    row = {"source": "x", "reviewed_on": TODAY, "entered_at": NOW, "mro_bp": 1, "legal_professional_bp": 1}
    LegalRate.create(account=account, year=2027, half=2, **row)
    assert told(account, november) == (2028, 1)


def test_what_another_account_entered_is_not_ours(account, invoice, basile):
    row = {"source": "x", "reviewed_on": TODAY, "entered_at": NOW, "mro_bp": 1, "legal_professional_bp": 1}
    LegalRate.create(account=basile.account_id, year=2027, half=1, **row)
    assert told(account) == (2027, 1)
