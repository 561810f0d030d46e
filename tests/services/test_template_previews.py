"""A text is shown with what the account has, by the code that sends it."""

import pytest

from relance.rules.texts import Wording
from relance.services import composing, template_previews, templating
from relance.services.composing import Own, Part
from tests import factories

NOW = factories.NOW
OWN = Own("vous", 1, Wording("F {numero}", "{client} {reste_du}\n\n{paiement}"), Wording("{nombre}", "{tableau}"))


def compose(account, camille, ref, key, own=OWN):
    return template_previews.compose(account, camille, templating.find(account, ref), own, key, NOW)


def keys(account, ref="rappel"):
    return [one.key for one in template_previews.subjects(account, templating.find(account, ref))]


def test_one_chooses_among_the_example_the_open_invoices_and_clients_with_several(account, latitude, nadia, invoice):
    other = factories.make_invoice(latitude)
    factories.make_invoice(latitude, state="draft")
    paid = factories.make_invoice(latitude, total_cents=10_000, paid_cents=10_000)
    found = keys(account)
    assert found[:2] == ["exemple", "exemple-plusieurs"]
    assert set(found[2:]) == {f"facture-{invoice.id}", f"facture-{other.id}", f"client-{latitude.id}"}
    assert keys(account, "remerciement")[2:] == [f"facture-{paid.id}"]
    assert keys(account, "devis_prerelance") == ["exemple", "exemple-plusieurs"]


def test_the_preview_of_an_invoice_is_what_would_be_sent(account, camille, invoice, nadia):
    shown = compose(account, camille, "rappel", f"facture-{invoice.id}")
    sent = composing.prepare(
        account,
        invoice.client,
        [Part(invoice, invoice.instalments.get())],
        [nadia],
        template="rappel",
        today=factories.TODAY,
        copies_user=False,
        attaches_invoice=True,
        own=OWN,
    ).write()
    assert (shown.subject, shown.text, shown.html) == (sent.subject, sent.text, sent.html)
    assert shown.to == ((nadia.name, nadia.email),)


@pytest.mark.parametrize("key", ["", "exemple", "facture-999999", "client-²", "facture-", "menace", "facture-1-2"])
def test_anything_else_is_the_example(account, camille, latitude, key):
    shown = compose(account, camille, "rappel", key)
    assert shown.subject == "F EXEMPLE-0042" and shown.to == ((camille.full_name, camille.email),)
    assert "Atelier Roussel" in shown.text and shown.document_ids == ()


def test_another_account_s_invoice_is_the_example(account, camille, basile):
    theirs = factories.make_invoice(factories.make_client(basile.account))
    assert compose(account, camille, "rappel", f"facture-{theirs.id}").subject == "F EXEMPLE-0042"


def test_several_invoices_of_a_client_use_the_text_for_several(account, camille, latitude, nadia, invoice):
    factories.make_invoice(latitude)
    factories.make_invoice(latitude, currency="CHF")
    shown = compose(account, camille, "rappel", f"client-{latitude.id}")
    assert shown.subject == "2" and shown.currency == "EUR"
    assert compose(account, camille, "rappel", "exemple-plusieurs").subject == "3"


def test_the_example_shows_penalties_only_to_who_claims_them(account, camille):
    own = Own("vous", 4, Wording("F", "[Dus : {frais_de_retard}.]"), Wording("", ""))
    assert "Dus" not in compose(account, camille, "dernier_rappel", "exemple", own).text
    account.claims_penalties = True
    assert "Dus" in compose(account, camille, "dernier_rappel", "exemple", own).text


def test_the_voice_is_the_editors_whatever_the_contact(account, camille, invoice, hugo):
    own = Own("en", 1, Wording("I {numero}", "{salutation} {echue}"), Wording("", ""))
    shown = compose(account, camille, "rappel", f"facture-{invoice.id}", own)
    assert shown.text.startswith("Hello") and shown.language == "en"
