"""The statement of account: what is open at a date, by instalment, currency by currency, and its file."""

import datetime as dt
import io

import pypdf
import pytest

from relance import storage
from relance.letters.statement import Others, Part
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.services import paying, statements
from tests import factories
from tests.factories import NOW, TODAY


def day(offset):
    return TODAY + dt.timedelta(offset)


def text_of(pdf):
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return " ".join("\n".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ").split())


@pytest.fixture
def debtor(latitude):
    """Three open invoices, a part payment, a credit note on one, an unused one, and an excess."""
    parts = [(day(-20), 50_000), (day(10), 70_000)]
    factories.make_invoice(latitude, "F-1", instalments=parts, issued_on=day(-50))
    factories.make_invoice(latitude, "F-2", total_cents=100_000, due_on=day(-100), paid_cents=30_000)
    lowered = factories.make_invoice(latitude, "F-3", total_cents=20_000, due_on=day(0))
    note = {"kind": "credit_note", "balance_cents": 0}
    factories.make_invoice(
        latitude, "A-1", total_cents=5_000, credited_invoice=lowered, issued_on=day(-3), due_on=day(-3), **note
    )
    paying.resettle(Invoice.get_by_id(lowered.id), by=None, now=NOW)
    factories.make_invoice(latitude, "A-2", total_cents=4_000, issued_on=day(-9), excess_cents=4_000, **note)
    factories.make_invoice(latitude, "F-4", total_cents=10_000, paid_cents=12_500)
    return latitude


def test_a_statement_lists_what_is_open_the_oldest_first_and_what_was_received(debtor):
    (facts,) = statements.statements(debtor, TODAY)
    assert [line.number for line in facts.invoices] == ["F-2", "F-1", "F-3"]
    first, second, third = facts.invoices
    assert (first.total_cents, first.received_cents, first.balance_cents) == (100_000, 30_000, 70_000)
    assert first.parts == (Part(day(-100), 70_000, 100),)
    assert second.parts == (Part(day(-20), 50_000, 20), Part(day(10), 70_000, 0))
    assert [(line.number, line.amount_cents, line.is_credit_note) for line in third.received] == [("A-1", 5_000, True)]
    assert third.parts == (Part(day(0), 15_000, 0),)


def test_only_instalments_whose_date_has_passed_are_late_and_the_credit_is_apart(debtor):
    (facts,) = statements.statements(debtor, TODAY)
    assert (facts.late_cents, facts.not_due_cents, facts.total_cents) == (120_000, 85_000, 205_000)
    assert [(c.number, c.amount_cents, c.is_credit_note) for c in facts.credits] == [
        ("F-4", 2_500, False),
        ("A-2", 4_000, True),
    ]
    assert (facts.credit_cents, facts.balance_cents) == (6_500, 198_500)
    assert facts.bank.reference == "F-2, F-1, F-3"


def test_currencies_are_apart_the_euro_first(debtor):
    factories.make_invoice(debtor, "F-9", total_cents=7_000, currency="CHF", due_on=day(-1))
    facts = statements.statements(debtor, TODAY)
    assert [(one.currency, one.total_cents) for one in facts] == [("EUR", 205_000), ("CHF", 7_000)]


@pytest.mark.parametrize("state", ["draft", "to_process", "cancelled", "written_off", "paid"])
def test_what_is_not_asked_for_is_not_there(latitude, state):
    factories.make_invoice(latitude, state=state)
    (facts,) = statements.statements(latitude, TODAY)
    assert (facts.currency, facts.invoices, facts.total_cents) == ("EUR", (), 0)


def test_nothing_of_another_client_is_there(debtor, account):
    other = factories.make_client(account, "Maison Vauquelin")
    factories.make_invoice(other, "F-900", paid_cents=1_000)
    (facts,) = statements.statements(debtor, TODAY)
    assert facts.total_cents == 205_000


def test_beyond_a_number_of_invoices_the_rest_is_told_by_its_sums(debtor, monkeypatch):
    monkeypatch.setattr(statements, "LISTED", 1)
    monkeypatch.setattr(statements, "LISTED_CREDITS", 1)
    (facts,) = statements.statements(debtor, TODAY)
    assert [line.number for line in facts.invoices] == ["F-2"]
    assert facts.others == Others(2, 140_000, 135_000, 50_000)
    assert (facts.late_cents, facts.not_due_cents, facts.total_cents) == (120_000, 85_000, 205_000)
    assert (len(facts.credits), facts.other_credit_cents, facts.balance_cents) == (1, 4_000, 198_500)
    assert "Et 2 autres factures, plus récentes 1 400,00 € 50,00 € 1 350,00 €" in text_of(statements.pdf(debtor, TODAY))


def test_the_paper_says_the_same_to_the_cent(debtor):
    text = text_of(statements.pdf(debtor, TODAY))
    for expected in (
        "Relevé de compte au 23 novembre 2026",
        "LATITUDE CONSEIL",
        "F-2 16 juil. 2026 15 août 2026 100 j 1 000,00 € 300,00 € 700,00 €",
        "Règlement reçu le 23 novembre 2026 300,00 €",
        "Avoir n° A-1 le 20 novembre 2026 50,00 €",
        "Échu 1 200,00 €",
        "À échoir 850,00 €",
        "Trop-perçu, facture n° F-4 −25,00 €",
        "Solde à régler 1 985,00 €",
        "IBAN FR76 3000 6000 0112 3456 7890 189",
        "Page 1 sur 1",
    ):
        assert expected in text


def test_a_client_who_is_owed_is_told_so_and_asked_for_nothing(latitude):
    factories.make_invoice(latitude, "A-7", total_cents=4_000, kind="credit_note", balance_cents=0, excess_cents=4_000)
    text = text_of(statements.pdf(latitude, TODAY))
    assert "aucune facture ne reste à régler" in text
    assert "Solde en votre faveur 40,00 €" in text
    assert "IBAN" not in text


def test_the_file_is_kept_once_for_the_same_account_and_day(debtor):
    kept = statements.document(debtor, today=TODAY, now=NOW)
    again = statements.document(debtor, today=TODAY, now=NOW + dt.timedelta(hours=2))
    assert (kept.kind, kept.name, kept.mime) == (
        "statement",
        "releve-latitude-conseil-2026-11-23.pdf",
        "application/pdf",
    )
    assert again.id == kept.id
    content = storage.get(kept.sha256)
    assert len(content) == kept.size
    assert content.startswith(b"%PDF-")
    invoice = Invoice.get(Invoice.number == "F-3")
    paying.record(invoice, 15_000, TODAY, by=None, now=NOW)
    assert statements.document(debtor, today=TODAY, now=NOW).id != kept.id
    assert Document.select().where(Document.kind == "statement").count() == 2
