"""Facts about the ways out: each one dated and sourced, without a cost, a version of a form, or a promise."""

import datetime as dt
import re
from urllib.parse import urlsplit

from relance.rules import exit_facts, exits
from relance.rules.exit_facts import Fact, Source

FACTS = [
    fact
    for value in vars(exit_facts).values()
    for fact in (value if isinstance(value, tuple) else (value,))
    if isinstance(fact, Fact)
]


def test_every_fact_says_where_and_when_it_was_read():
    assert len(FACTS) > 20
    for fact in FACTS:
        assert fact.source.name and dt.date(2026, 11, 1) <= fact.reviewed_on <= dt.date(2026, 11, 22)


def test_no_cost_is_printed_and_no_version_of_a_form():
    for fact in FACTS:
        # The three amounts are thresholds, or the flat indemnity.
        assert set(re.findall(r"([\d ]+) €", fact.text)) <= {"5 000", " 5 000", " 10 000", " 40"}, fact.text
        assert not re.search(r"\d{5}\s*\*", fact.text)
    assert {exit_facts.COMMERCE_FORM, exit_facts.CIVIL_FORM, exit_facts.PROTECTION_FORM} == {"12946", "12948", "16040"}


def test_the_order_is_to_be_served_within_three_months_since_september_2026():
    [fact] = [fact for fact in exit_facts.INJUNCTION if "trois mois" in fact.text]
    assert "1er septembre 2026" in fact.text and "2026-96" in fact.source.name


def test_every_link_is_a_plain_one_of_an_official_page():
    sources = [*exit_facts.HELP, *(fact.source for fact in FACTS)]
    sources += [value for value in vars(exit_facts).values() if isinstance(value, Source)]
    for url in {source.url for source in sources if source.url}:
        parts = urlsplit(url)
        assert parts.scheme == "https" and not parts.query and not parts.fragment
        assert parts.hostname.endswith((".gouv.fr", "service-public.fr", "justice.fr", "avocat.fr"))


def test_every_fact_is_shown_to_somebody():
    shown = {
        fact.text
        for debtor in ("organisation", "individual", "public")
        for creditor in exits.CREDITORS
        for route in exits.routes(debtor, creditor, 100, "EUR")
        for fact in route.facts
    }
    assert {fact.text for fact in FACTS} == shown
