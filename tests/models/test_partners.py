"""Whom an account turns to: its rows go with it."""

from relance.models.partners import Partner
from tests.factories import NOW


def test_a_partner_is_a_firm_of_one_s_own_and_shown_unless_said_otherwise(account):
    row = Partner.create(account=account, name="Cabinet Martin", created_at=NOW)
    assert (row.kind, row.key, row.is_hidden, row.url) == ("firm", "", False, "")


def test_partners_go_with_their_account(account):
    Partner.create(account=account, name="Cabinet Martin", created_at=NOW)
    account.delete_instance()
    assert Partner.select().count() == 0
