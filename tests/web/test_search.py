"""The search: a page, a dialog, and what both show of an account and of nobody else's."""

import datetime as dt

import pytest

from relance.models.events import record
from relance.models.letters import Letter
from relance.models.quotes import Quote
from relance.services import searching
from tests import factories
from tests.counting import counted
from tests.factories import NOW, TODAY, make_contact, make_invoice
from tests.web import reading
from tests.web.reading import css, page, words

HTMX = {"HX-Request": "true"}
OPTIONS = HTMX | {"HX-Target": "search-options"}


def hits(browser, q, **more):
    shown = page(browser, f"/recherche?q={q}" + "".join(f"&{name}={value}" for name, value in more.items()))
    return {
        words(css(section, "h2")[0]): [words(a) for a in css(section, "a")] for section in css(shown, ".found section")
    }


def test_each_kind_is_a_group_whose_lines_lead_to_what_was_found(client, account, latitude, nadia):
    invoice = make_invoice(latitude, "F-2026-0087", total_cents=432_000, due_on=TODAY - dt.timedelta(22))
    letter = Letter.create(account=account, client=latitude, dated_on=TODAY, created_at=NOW, tracking_number="1A99")
    assert hits(client, "latitude") == {
        "Factures": ["Latitude Conseil F-2026-0087, 4 320,00 €, 22 jours de retard"],
        "Clients": ["Latitude Conseil Nadia Benali, compta@latitude-conseil.example"],
        "Courriers": ["Latitude Conseil Mise en demeure, 23 nov. 2026, 1A99"],
    }
    shown = page(client, "/recherche?q=latitude")
    links = [a.get("href") for a in css(shown, ".found a")]
    assert links == [f"/factures/{invoice.id}", f"/clients/{latitude.id}", f"/courriers/{letter.id}"]


def test_a_quote_is_found_and_the_others_are_in_their_list(client, latitude):
    values = {"issued_on": TODAY, "created_at": NOW, "updated_at": NOW, "total_cents": 90_000}
    for number in range(6):
        until = TODAY + dt.timedelta(30 if number else -1)
        Quote.create(account=latitude.account_id, client=latitude, number=f"D-{number}", valid_until=until, **values)
    found = hits(client, "D-")["Devis"]
    assert (found[0], found[-1]) == ("Latitude Conseil D-5, 900,00 €, en attente", "Voir les 6 résultats")
    assert hits(client, "D-0")["Devis"] == ["Latitude Conseil D-0, 900,00 €, expiré"]
    link = css(page(client, "/recherche?q=D-"), ".found a.more")[0].get("href")
    assert link == "/devis?statut=tous&q=D-"
    assert len(css(page(client, link), "#list tbody tr")) == 6
    assert page(client, css(page(client, "/recherche?q=D-"), ".found a")[0].get("href")) is not None


def test_a_contact_and_a_page_of_the_settings_are_found(client, latitude):
    make_contact(latitude, "Émilie Ferré", "emilie@latitude.example")
    assert hits(client, "ferre") == {"Clients": ["Latitude Conseil Émilie Ferré, emilie@latitude.example"]}
    assert hits(client, "penalites") == {"Réglages": ["Pénalités et indemnité"]}


def test_five_are_shown_and_the_rest_is_one_link_away_with_its_count(client, latitude):
    for number in range(7):
        make_invoice(latitude, f"F-{number}")
    found = hits(client, "F-")
    assert (len(found["Factures"]), found["Factures"][-1]) == (6, "Voir les 7 résultats")
    link = css(page(client, "/recherche?q=F-"), ".found a.more")[0].get("href")
    assert link == "/factures?statut=toutes&q=F-"
    assert len(css(page(client, link), "tbody tr")) == 7
    assert "7 résultats" in words(css(page(client, "/recherche?q=F-"), "#contenu")[0])


def test_letters_have_their_own_page_of_results(client, account, latitude, monkeypatch):
    monkeypatch.setattr(searching, "MANY", 8)
    for number in range(9):
        Letter.create(account=account, client=latitude, dated_on=TODAY, created_at=NOW, tracking_number=f"1A{number}")
    found = hits(client, "1A")
    assert found["Courriers"][-1] == "Voir les résultats, plus de 8"
    link = css(page(client, "/recherche?q=1A"), ".found a.more")[0].get("href")
    assert link == "/recherche?q=1A&dans=courriers"
    assert len(css(page(client, link), ".found a")) == 8
    assert "Les 8 premiers résultats." in words(css(page(client, link), "#contenu")[0])


def test_without_words_the_latest_invoices_are_there(client, latitude):
    assert "Rien pour le moment." in words(css(page(client, "/recherche"), "#contenu")[0])
    make_invoice(latitude, "F-1")
    make_invoice(latitude, "F-2")
    shown = hits(client, "")
    assert [line.split()[2].rstrip(",") for line in shown["Dernières factures"]] == ["F-2", "F-1"]


def test_the_dialog_is_a_field_with_its_options_and_typing_changes_only_these(client, latitude):
    make_invoice(latitude, "F-1")
    dialog = client.get("/recherche", headers=HTMX).text
    assert dialog.startswith("<dialog") and 'role="combobox"' in dialog and 'id="search-options"' in dialog
    typed = client.get("/recherche?q=F-1", headers=OPTIONS).text
    assert "<dialog" not in typed and typed.count('role="option"') == 1
    assert '<hx-partial id="search-said">un résultat</hx-partial>' in typed
    nothing = client.get("/recherche?q=zz%22%3E", headers=OPTIONS).text
    assert "Rien ne correspond à «\u00a0zz&#34;&gt;\u00a0»." in nothing


@pytest.mark.parametrize("q", ["%25", "_", "x" * 5_000, "%F0%9F%8D%9E", "%ED%A0%BD", "[", "é" * 101])
def test_nasty_words_find_nothing_and_say_so(client, invoice, q):
    answer = client.get(f"/recherche?q={q}")
    shown = reading.parse(answer, 200)
    assert css(shown, ".found a") == []
    assert client.get(f"/recherche?q={q}&dans=n%27importe", headers=OPTIONS).status_code == 200
    assert client.get("/recherche?q=%00").status_code == 422


def test_nothing_of_another_account_is_shown(stranger, anonymous, latitude, nadia, invoice):
    for q in ("latitude", "nadia", invoice.number, ""):
        links = [a.get("href") for a in css(page(stranger, f"/recherche?q={q}"), ".found a")]
        assert not {f"/factures/{invoice.id}", f"/clients/{latitude.id}"} & set(links)
    assert anonymous.get("/recherche?q=a").status_code == 303


def test_a_search_asks_the_database_little(client, account, latitude, nadia):
    for number in range(9):
        make_invoice(latitude, f"F-{number}")
    Letter.create(account=account, client=latitude, dated_on=TODAY, created_at=NOW)
    with counted() as menu:
        client.get("/menu")
    with counted() as found:
        assert "Voir les 9 résultats" in client.get("/recherche?q=latitude").text
    assert len(found) - len(menu) <= 6
    with counted() as typed:
        client.get("/recherche?q=latitude", headers=OPTIONS)
    assert len(typed) <= 8


def test_the_side_bar_and_the_header_of_a_phone_lead_to_the_search(client):
    shown = page(client, "/menu")
    for place in (".side .side-search", ".topbar a[data-key='/']"):
        [link] = css(shown, place)
        assert (link.get("href"), link.get("hx-get"), link.get("hx-target")) == ("/recherche", "/recherche", "#fenetre")
    [plus] = css(shown, ".topbar a[data-key='n']")
    assert plus.get("href") == "/factures/nouvelle"


def test_what_another_user_of_the_account_did_is_not_my_latest(client, account, camille, latitude):
    first, _second = make_invoice(latitude, "F-1"), make_invoice(latitude, "F-2")
    other = factories.make_user(account, "paul@atelier-roussel.example")
    record("note_added", account=account, invoice=first, user=other, at=NOW)
    assert [row.number for row in searching.recent(account, camille)] == ["F-2", "F-1"]
    record("note_added", account=account, invoice=first, user=camille, at=NOW)
    assert [row.number for row in searching.recent(account, camille)] == ["F-1", "F-2"]
