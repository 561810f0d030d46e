"""« Comment relancer ? » : three ways, the one that is proposed, and why another is not possible."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.rules.proposal import Proposal
from relance.services import disputing
from relance.services.disputing import DisputeFacts
from relance.web import reminding
from tests import factories
from tests.web import reading
from tests.web.reading import css, words

TODAY = factories.TODAY
HTMX = {"HX-Request": "true"}


def path(invoice):
    return f"/factures/{invoice.id}/relancer"


def ways(node):
    return {words(css(way, ".t")[0]).split(" Proposé")[0]: way for way in css(node, ".way")}


def links(way):
    return [link.get("href") for link in css(way, "a")]


def remind(client, invoice, template, days):
    sent_at = factories.NOW - dt.timedelta(days)
    day = TODAY - dt.timedelta(days)
    return factories.make_message(client, [invoice], template=template, day_on=day, sent_at=sent_at)


@pytest.mark.requirement("S4.2", "S4.11")
def test_the_three_ways_have_their_names_and_lead_to_their_pages(client, invoice, nadia):
    found = ways(reading.page(client, path(invoice)))
    assert list(found) == ["Relancer par e-mail", "Relance amiable", "Mise en demeure"]
    assert links(found["Relancer par e-mail"]) == [f"/factures/{invoice.id}/relancer/e-mail"]
    assert links(found["Relance amiable"]) == [f"/factures/{invoice.id}/relancer/courrier"]
    assert links(found["Mise en demeure"]) == [f"/courriers/nouveau?factures={invoice.id}"]
    for way in found.values():
        assert client.get(links(way)[0]).status_code == 200


@pytest.mark.requirement("S4.10", "S4.12", "S4.13")
def test_it_is_reached_from_the_list_and_from_the_invoice_as_a_dialog_or_a_page(client, invoice, nadia):
    for address in ("/factures", f"/factures/{invoice.id}"):
        links = [
            (words(link), link.get("hx-target"))
            for link in css(reading.page(client, address), "a")
            if (link.get("href") or "").split("?")[0] == path(invoice)
        ]
        assert ("Relancer la facture" if address == "/factures" else "Relancer maintenant", "#fenetre") in links
    dialog = client.get(path(invoice), headers=HTMX).get_data(as_text=True)
    assert dialog.lstrip().startswith("<dialog") and dialog.count('<li class="way') == 3


@pytest.mark.requirement("S2.6")
def test_the_text_that_is_proposed_is_named_with_its_reasons(client, latitude, invoice, nadia):
    way = ways(reading.page(client, path(invoice)))["Relancer par e-mail"]
    assert "Rappel : 10 jours de retard, aucune relance envoyée" in words(way)
    assert css(way, ".badge")
    remind(latitude, invoice, "rappel", 8)
    way = ways(reading.page(client, path(invoice)))["Relancer par e-mail"]
    assert "Relance 1 : 10 jours de retard, une relance, le 15 nov." in words(way)


@pytest.mark.requirement("S4.4", "S2.16")
def test_a_formal_notice_without_two_reminders_is_warned_of_and_offered_after_them(client, latitude, nadia):
    invoice = factories.make_invoice(latitude, due_on=TODAY - dt.timedelta(40))
    notice = ways(reading.page(client, path(invoice)))["Mise en demeure"]
    assert "Aucune relance envoyée : une mise en demeure sans avertissement" in words(notice)
    remind(latitude, invoice, "rappel", 20)
    notice = ways(reading.page(client, path(invoice)))["Mise en demeure"]
    assert "Une seule relance envoyée" in words(notice) and not css(notice, ".badge")
    remind(latitude, invoice, "relance_1", 10)
    notice = ways(reading.page(client, path(invoice)))["Mise en demeure"]
    assert not css(notice, ".warn") and words(css(notice, ".badge")[0]) == "Proposé"


def test_a_dispute_closes_the_three_ways_and_leads_to_its_end(client, invoice, nadia):
    disputing.open_dispute(invoice, DisputeFacts("amount", "Trop cher"), by=None, now=factories.NOW)
    for way in ways(reading.page(client, path(invoice))).values():
        assert "litige est en cours" in words(way)
        assert links(way) == [f"/factures/{invoice.id}/litige/clore"]


def test_without_an_address_letters_are_left(client, invoice, nadia):
    Contact.update(rejected_at=factories.NOW).where(Contact.id == nadia.id).execute()
    found = ways(reading.page(client, path(invoice)))
    assert "aucune adresse e-mail utilisable" in words(found["Relancer par e-mail"])
    assert links(found["Relancer par e-mail"]) == [f"/clients/{invoice.client_id}"]
    assert links(found["Mise en demeure"]) == [f"/courriers/nouveau?factures={invoice.id}"]


@pytest.mark.requirement("S3.7")
@pytest.mark.parametrize(
    ("change", "sentence", "mend"),
    [
        ({"state": "draft"}, "brouillon", "/factures/{id}/modifier"),
        ({"state": "to_process"}, "à traiter", "/factures/{id}/verification"),
        ({"state": "paid", "balance_cents": 0}, "La facture est payée.", ""),
        ({"state": "cancelled"}, "annulée", ""),
        ({"kind": "credit_note"}, "Un avoir ne se relance pas.", ""),
    ],
)
def test_what_is_not_owed_is_chased_in_no_way(client, invoice, nadia, change, sentence, mend):
    Invoice.update(**change).where(Invoice.id == invoice.id).execute()
    found = ways(reading.page(client, path(invoice)))
    assert len(found) == 3
    for way in found.values():
        assert sentence in words(way)
        assert links(way) == ([mend.format(id=invoice.id)] if mend else [])


def test_a_setting_keeps_e_mails_back_but_not_the_formal_notice(client, invoice, nadia):
    Client.update(is_exempt=True).where(Client.id == invoice.client_id).execute()
    found = ways(reading.page(client, path(invoice)))
    assert links(found["Relancer par e-mail"]) == [f"/clients/{invoice.client_id}"]
    assert links(found["Mise en demeure"]) == [f"/courriers/nouveau?factures={invoice.id}"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"suspended_at": factories.NOW}, "/envois/reprise"),
        ({"min_amount_cents": 500_000}, "/reglages/calendrier"),
    ],
)
def test_a_setting_of_the_account_says_where_it_is_put_right(client, invoice, nadia, change, place):
    Account.update(**change).execute()
    assert links(ways(reading.page(client, path(invoice)))["Relancer par e-mail"]) == [place]


def test_what_is_not_late_cannot_be_claimed_by_a_formal_notice(client, latitude, nadia):
    invoice = factories.make_invoice(latitude, due_on=TODAY)
    notice = ways(reading.page(client, path(invoice)))["Mise en demeure"]
    assert "n’est pas en retard : elle est à régler le 23 novembre 2026." in words(notice)
    assert links(notice) == []


@pytest.mark.parametrize(
    ("proposal", "sentence"),
    [
        (Proposal("standard"), "la facture n’est pas encore envoyée"),
        (Proposal("prerelance"), "l’échéance n’est pas passée"),
        (Proposal("rappel", days_late=1), "un jour de retard, aucune relance envoyée"),
        (
            Proposal("relance_2", days_late=20, reminders=2, last_on=dt.date(2026, 11, 12)),
            "20 jours de retard, 2 relances, la dernière le 12 nov.",
        ),
    ],
)
def test_why_says_what_the_proposal_was_decided_from(app, proposal, sentence):
    with app.test_request_context():
        assert str(reminding.why(proposal)).replace("\u00a0", " ").replace("'", "’") == sentence


def test_nothing_is_written_by_looking(client, invoice, nadia):
    client.get(path(invoice))
    assert Message.select().count() == 0
