"""Half-years entered by a person or fetched: one a half-year and account."""

import peewee
import pytest

from relance.models.legal_rates import LegalRate
from tests.factories import NOW, TODAY


def values_of(account, **values):
    return {
        "account": account,
        "year": 2027,
        "half": 1,
        "source": "JO du 30 décembre 2026",
        "reviewed_on": TODAY,
        "entered_at": NOW,
    } | values


@pytest.mark.usefixtures("database")
def test_an_account_has_one_row_a_half_year_and_may_know_only_a_part(account):
    row = LegalRate.create(**values_of(account, mro_bp=265))
    assert (row.mro_bp, row.legal_professional_bp, row.legal_individual_bp) == (265, None, None)
    with pytest.raises(peewee.IntegrityError), row._meta.database.atomic():
        LegalRate.create(**values_of(account))
    LegalRate.create(**values_of(account, half=2))
    LegalRate.create(**values_of(None))
    assert LegalRate.select().count() == 3
