"""The ways out, by kind of parties and amount: a table read from the texts, and facts that are dated and sourced."""

import pytest

from relance.rules import exit_facts, exits

BOTH = (exit_facts.COMMERCE_FORM, exit_facts.CIVIL_FORM)
# debtor, creditor, cents, currency → (officer, uncontested, injunction), forms of the court, is the court to check
CASES = [
    ("organisation", "merchant", 100_000, "EUR", ("closed", "check", "open"), ("12946",), False),
    ("organisation", "liberal", 100_000, "EUR", ("open", "closed", "open"), ("12948",), False),
    ("organisation", "unknown", 100_000, "EUR", ("check", "check", "check"), BOTH, True),
    ("organisation", "liberal", 500_000, "EUR", ("open", "closed", "open"), ("12948",), False),
    ("organisation", "liberal", 500_001, "EUR", ("closed", "closed", "open"), ("12948",), False),
    ("organisation", "liberal", 500_001, "CHF", ("check", "closed", "open"), ("12948",), False),
    ("individual", "merchant", 100_000, "EUR", ("open", "", "open"), ("12948",), False),
    ("individual", "unknown", 500_001, "EUR", ("closed", "", "open"), ("12948",), False),
    ("public", "merchant", 100_000, "EUR", ("check", "", "check"), (), True),
    ("public", "liberal", 2_000_000, "EUR", ("closed", "", "check"), (), True),
]


@pytest.mark.parametrize(("debtor", "creditor", "cents", "currency", "states", "forms", "is_to_check"), CASES)
def test_what_applies_depends_on_who_owes_who_is_owed_and_how_much(
    debtor, creditor, cents, currency, states, forms, is_to_check
):
    found = {route.key: route for route in exits.routes(debtor, creditor, cents, currency)}
    keys = ("officer", "uncontested", "injunction")
    assert tuple(found[key].state if key in found else "" for key in keys) == states
    court = found["injunction"].court
    assert (court.forms, court.is_to_check) == (forms, is_to_check)
    assert ("insolvency" in found) == (debtor == "organisation")
    assert list(found)[:2] == ["plan", "notice"]
    assert all(bool(route.why) == (route.state != "open") for route in found.values())


def test_a_client_abroad_makes_every_judicial_way_to_be_checked():
    found = {route.key: route.state for route in exits.routes("individual", "liberal", 1_000, "EUR", country="BE")}
    assert [key for key, state in found.items() if state == "check"] == ["injunction", "officer", "lawsuit"]


def test_above_ten_thousand_euros_a_lawyer_is_named():
    routes = {
        cents: exits.routes("individual", "liberal", cents, "EUR")[-1].summary for cents in (1_000_000, 1_000_001)
    }
    assert "avocat" not in routes[1_000_000] and "avec un avocat" in routes[1_000_001]


@pytest.mark.parametrize(
    ("form", "creditor"),
    [("SARL", "merchant"), (" s.a.s. ", "merchant"), ("SELARL", "liberal"), ("EI", "unknown"), ("", "unknown")],
)
def test_the_legal_form_says_what_it_can_of_the_business(form, creditor):
    assert exits.creditor_of(form) == creditor
