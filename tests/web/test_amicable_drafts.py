"""Drafts of amicable letters, from the letter window to the paper."""

import datetime as dt

import pytest

from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.services import paying, printing
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import text_of as pdf_text
from tests.web.test_letter_drafts import fields_of
from tests.web.test_letters import text_of


@pytest.fixture
def late(latitude):
    """An invoice of Latitude Conseil, two months late."""
    return factories.make_invoice(latitude, "F-2026-0079", total_cents=186_000, due_on=dt.date(2026, 9, 23))


def test_an_amicable_letter_is_a_draft_too(client, late):
    where = f"/factures/{late.id}/relancer/courrier"
    data = fields_of(client.get(where)) | {"subject": "Notre affaire", "brouillon": "1"}
    assert client.post(where, data=data).status_code == 303
    letter = Letter.get()
    page = client.get(f"/courriers/{letter.id}")
    assert "Brouillon" in text_of(page) and 'value="Notre affaire"' in page.text
    paying.record(late, 60_000, TODAY, by=None, now=NOW)
    refused = client.post(f"/courriers/{letter.id}/figer", data=fields_of(page))
    assert refused.status_code == 409 and "il reste 1 260,00 €, au lieu de 1 860,00 €" in text_of(refused)
    assert client.post(f"/courriers/{letter.id}/figer", data=fields_of(refused)).status_code == 303
    printed = pdf_text(printing.render(letter.id, NOW))
    assert "Notre affaire" in printed and "1 260,00 €" in printed


def test_a_draft_saved_elsewhere_is_not_overwritten_and_a_paid_one_keeps_its_words(client, late):
    where = f"/factures/{late.id}/relancer/courrier"
    data = fields_of(client.get(where)) | {"body": "Mes mots.\n\n{tableau}\n\n{paiement}", "brouillon": "1"}
    client.post(where, data=data)
    letter = Letter.get()
    mine = fields_of(client.get(f"/courriers/{letter.id}"))
    assert client.post(f"/courriers/{letter.id}", data=mine | {"subject": "Le leur"}).status_code == 303
    refused = client.post(f"/courriers/{letter.id}", data=mine | {"subject": "Le mien"})
    assert refused.status_code == 409 and 'value="Le mien"' in refused.text
    paying.record(Invoice.get_by_id(late.id), 186_000, TODAY, by=None, now=NOW)
    page = text_of(client.get(f"/courriers/{letter.id}"))
    assert "est payée" in page and "Mes mots." in page and "Supprimer le brouillon" in page
    assert client.post(f"/courriers/{letter.id}/figer", data=mine).status_code == 422
