"""« À traiter » in words: each line, what can be done about it, and where it leads."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.messages import Message
from relance.services import sending_by_hand, writing
from tests import factories
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY


DAY = dt.timedelta(1)


def page(browser, path="/tableau-de-bord"):
    return reading.page(browser, path)


def todo(browser):
    """(title, labels of the actions) of each line of « À traiter »."""
    return [
        (words(css(line, ".t")[0]), [words(a) for a in css(line, ".actions a, .actions button")])
        for line in css(page(browser), "#todo .todo > li")
    ]


@pytest.mark.requirement("S0.1", "S0.2", "S1.3")
def test_a_late_invoice_offers_the_composer_and_is_counted_in_the_navigation(client, invoice):
    home = page(client)
    [link] = css(home, "#to-chase .actions a")
    assert (words(link), link.get("href")) == ("Relancer", f"/factures/{invoice.id}/relancer")
    assert words(css(home, '.side-link[href="/tableau-de-bord"] .n')[0]) == "1 à traiter"
    [mail] = css(page(client, link.get("href")), f'a[href="/factures/{invoice.id}/relancer/e-mail"]')
    composer = page(client, mail.get("href"))
    assert css(composer, "#template option[selected]")[0].get("value") == "rappel"


@pytest.mark.requirement("S0.1")
def test_a_paid_invoice_is_not_there(client, invoice):
    factories.make_payment(invoice, 120_000)
    assert todo(client) == []
    assert "Rien à traiter." in words(css(page(client), "#todo")[0])


def test_each_kind_of_line_has_its_actions_and_they_lead_somewhere(client, account, invoice, nadia, camille):
    mute = factories.make_client(account, "Maison Vauquelin")
    factories.make_invoice(mute)
    rejected = factories.make_client(account, "Transports Gallois")
    bad = factories.make_contact(rejected, "Jean Petit")
    Contact.update(rejected_at=NOW).where(Contact.id == bad.id).execute()
    row = switch_on(invoice, nadia, start="gently")
    Chase.update(ended_at=NOW, ended_because="finished", next_check_at=None).where(Chase.id == row.id).execute()
    assert todo(client) == [
        ("E-mail non remis à Transports Gallois", ["Corriger l’adresse"]),
        ("Toutes les relances sont parties", ["Relancer", "Et maintenant ?"]),
        ("Maison Vauquelin n’a pas d’adresse e-mail", ["Ajouter une adresse"]),
    ]
    for link in css(page(client), "#todo a"):
        assert client.get(link.get("href")).status_code == 200, link.get("href")


@pytest.mark.requirement("S2.16")
def test_after_two_reminders_without_effect_a_formal_notice_is_offered(client, invoice, nadia, camille):
    row = switch_on(invoice, nadia, start="gently")
    for key in "ab":
        sending_by_hand.send(
            invoice, writing.first_draft(invoice, TODAY), key=key, by=camille, now=NOW, domain="relance.example"
        )
    Message.update(state="sent", sent_at=NOW).execute()
    Chase.update(ended_at=NOW, ended_because="finished", next_check_at=None).where(Chase.id == row.id).execute()
    [(title, actions)] = todo(client)
    assert (title, actions) == ("Toutes les relances sont parties", ["Préparer une mise en demeure", "Et maintenant ?"])
    links = [link.get("href") for link in css(page(client), "#todo .actions a")]
    assert links == [f"/courriers/nouveau?factures={invoice.id}", f"/factures/{invoice.id}/et-maintenant"]
    assert all(client.get(link).status_code == 200 for link in links)
