"""The table an account counts by: entered over fetched over delivered, in one query."""

import datetime as dt

import pytest

from relance import db
from relance.rules.rates import DELIVERED, UnknownRate
from relance.services import charging, rating
from tests import factories
from tests.counting import counted
from tests.factories import TODAY

D = dt.date
JANUARY = D(2027, 1, 15)


def test_without_a_row_the_delivered_table_itself_serves(account):
    assert rating.table_of(account) is DELIVERED


def test_what_is_entered_wins_over_what_is_fetched_which_wins_over_what_is_delivered(account, basile):
    factories.make_rate(account, mro_bp=250, source="ma lecture")
    factories.make_rate(mro_bp=265, source="BCE")
    factories.make_rate(mro_bp=240, year=2026, half=2, source="BCE")
    mine, his = rating.table_of(account), rating.table_of(basile.account_id)
    assert (mine.rate_for("mro", JANUARY), his.rate_for("mro", JANUARY)) == (250, 265)
    assert mine.half_year_of(JANUARY).origin == "entered" and his.half_year_of(JANUARY).origin == "fetched"
    assert his.half_year_of(D(2026, 8, 1)).legal_professional_bp == 275, "what the row does not know stays"
    assert DELIVERED.get(2027, 1) is None


def test_the_table_is_asked_once_in_a_page(account):
    factories.make_rate(account, mro_bp=250)
    with db.remembering(), counted() as queries:
        rating.table_of(account)
        rating.table_of(account.id)
    assert len(queries) == 1


def test_an_invoice_late_in_the_new_half_year_is_counted_as_soon_as_its_rate_is_entered(account, latitude):
    invoice = factories.make_invoice(latitude, total_cents=1_000_000, due_on=D(2027, 1, 5))
    assert charging.interest_of([invoice], D(2027, 2, 4)) is None
    with pytest.raises(UnknownRate):
        rating.table_of(account).rate_for("organisation", JANUARY)
    factories.make_rate(account, mro_bp=265)
    assert charging.interest_of([invoice], D(2027, 2, 4)) == 10397  # 10 000 € × 12,65 % × 30 days


@pytest.mark.parametrize(
    ("invoice_bp", "client_bp", "account_bp", "wanted"),
    [
        (None, None, None, None),
        (None, None, 1000, 1000),
        (None, 900, 1000, 900),
        (800, 900, 1000, 800),
        (0, 900, 1000, 0),
    ],
)
def test_the_rate_of_the_invoice_wins_then_the_clients_then_the_accounts(
    account, latitude, invoice_bp, client_bp, account_bp, wanted
):
    account.late_rate_bp, latitude.late_rate_bp = account_bp, client_bp
    account.save()
    latitude.save()
    invoice = factories.make_invoice(latitude, late_rate_bp=invoice_bp)
    assert rating.contractual_rate(account, client_bp, invoice_bp) == wanted
    assert charging.claim_of(invoice, TODAY).contractual_rate_bp == wanted
