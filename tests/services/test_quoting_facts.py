"""What can be wrong with a quote, and which files are kept with one."""

import datetime as dt
from dataclasses import replace

import pytest

from relance.models.clients import Client
from relance.services import quoting_facts
from relance.services.filing import FileError
from relance.services.quoting_facts import QuoteFacts
from tests import factories
from tests.data import making
from tests.factories import NOW, TODAY


@pytest.fixture
def facts(latitude):
    return QuoteFacts(latitude.id, "D-1", TODAY, TODAY + dt.timedelta(30), 180_000)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("number", {"number": " "}),
        ("number", {"number": "D" * 61}),
        ("number", {"number": "D\n1"}),
        ("issued_on", {"issued_on": dt.date(1999, 1, 1), "valid_until": dt.date(1999, 2, 1)}),
        ("valid_until", {"valid_until": TODAY - dt.timedelta(1)}),
        ("valid_until", {"valid_until": TODAY.replace(year=2040)}),
        ("remind_days", {"remind_days": 0}),
        ("remind_days", {"remind_days": 91}),
        ("nudges", {"nudges": 3}),
        ("total", {"total_cents": 0}),
        ("net", {"net_cents": -1}),
        ("vat", {"vat_cents": -1}),
        ("currency", {"currency": "ZZZ"}),
        ("contact", {"contact_id": 999}),
        ("document", {"document_id": 999}),
        ("client", {"client_id": 999}),
    ],
)
def test_each_field_says_what_is_wrong(account, facts, field, values):
    assert set(quoting_facts.check(account, replace(facts, **values))) == {field}


def test_the_same_number_and_date_is_refused_but_for_the_quote_itself(account, latitude, facts):
    quote = factories.make_quote(latitude, "D-1", issued_on=TODAY)
    assert set(quoting_facts.check(account, facts)) == {"number"}
    assert quoting_facts.check(account, facts, quote) == {}
    assert quoting_facts.check(account, replace(facts, issued_on=TODAY - dt.timedelta(1))) == {}


def test_an_archived_client_gets_no_new_quote(account, latitude, facts):
    Client.update(archived_at=NOW).execute()
    assert set(quoting_facts.check(account, facts)) == {"client"}
    quote = factories.make_quote(latitude, "D-2")
    assert quoting_facts.check(account, facts, quote) == {}


def test_facts_come_back_from_the_row(latitude):
    quote = factories.make_quote(latitude, "D-9", nudges=2)
    facts = quoting_facts.facts_of(quote)
    assert (facts.number, facts.nudges, facts.client_id) == ("D-9", 2, latitude.id)
    assert facts.columns()["object"] == "Refonte du site"


def test_a_pdf_is_kept_under_a_clean_name(account):
    kept = quoting_facts.keep_pdf(account, making.pdf(), "..\\dossier\\Devis n° 14.pdf", now=NOW)
    assert (kept.kind, kept.mime, kept.name) == ("quote", "application/pdf", "Devis n° 14.pdf")
    assert quoting_facts.keep_pdf(account, making.pdf(), "???", now=NOW).name == "devis.pdf"


def test_hostile_files_are_refused_in_words(account, monkeypatch):
    with pytest.raises(FileError, match="n'est pas un PDF"):
        quoting_facts.keep_pdf(account, b"<html>", "devis.pdf", now=NOW)
    with pytest.raises(FileError):
        quoting_facts.keep_pdf(account, b"%PDF-1.7\n", "devis.pdf", now=NOW)
    monkeypatch.setattr(quoting_facts, "MAX_BYTES", 100)
    with pytest.raises(FileError, match="7 Mo"):
        quoting_facts.keep_pdf(account, making.pdf(), "devis.pdf", now=NOW)
