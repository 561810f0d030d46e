"""The people of the demo hold together, and nobody in it exists."""

from relance.rules.address import compose
from relance.services.seed_cast import BILLS, DEBTORS


def test_every_bill_is_of_a_debtor_and_has_its_own_number():
    assert {bill.client for bill in BILLS} <= {debtor.name for debtor in DEBTORS}
    assert len({bill.number for bill in BILLS}) == len(BILLS)


def test_money_received_never_exceeds_the_bill_and_instalments_make_it():
    for bill in BILLS:
        assert sum(cents for _, cents in bill.paid) <= bill.cents, bill
        assert not bill.parts or sum(cents for _, cents in bill.parts) == bill.cents, bill
        assert all(day <= 0 for day, _ in bill.paid), f"{bill.number} is paid in the future"


def test_no_address_could_reach_anybody():
    assert all(debtor.email.endswith(".example") for debtor in DEBTORS)
    assert [debtor.name for debtor in DEBTORS if compose(debtor.name, debtor.address, "FR", "").problems] == []


def test_the_plot_has_every_kind_of_client_and_of_invoice():
    assert {debtor.kind for debtor in DEBTORS} == {"organisation", "individual", "public"}
    assert {debtor.register for debtor in DEBTORS} == {"vous", "tu"}
    assert {bill.source for bill in BILLS} == {"form", "csv", "facturx"}
    assert {bill.frequency for bill in BILLS} == {"", "weekly"}, "set for the invoice, or left to its client's sequence"
    assert {debtor.sequence for debtor in DEBTORS} == {"", "standard_b2b", "douce", "particuliers"}
    assert any(bill.parts for bill in BILLS) and any(bill.state == "draft" for bill in BILLS)
