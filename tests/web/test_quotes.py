"""The list of quotes and the page of one, as a person uses them: pills, answer, invoice, file, export."""

import datetime as dt

import pytest

from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import quoting_lists
from tests import factories
from tests.counting import counted
from tests.data import making
from tests.factories import TODAY
from tests.making import events
from tests.web.reading import css, fields, page, parse, words

DAY = dt.timedelta(1)


@pytest.fixture
def quote(latitude, nadia):
    return factories.make_quote(latitude, "D-2026-014")


def titles(node):
    return [words(row) for row in css(node, "#list tbody .sub .nowrap")]


def test_an_empty_list_says_what_it_is_for(client):
    shown = page(client, "/devis")
    assert "Suivez ici les devis sans réponse." in words(css(shown, "#list .empty")[0])
    assert words(css(shown, "#list .empty a.primary")[0]) == "Nouveau devis"


@pytest.mark.requirement("S2.14")
def test_each_pill_counts_its_quotes_and_the_day_of_the_delay_brings_one_to_follow_up(client, latitude, clock):
    factories.make_quote(latitude, "D-1", remind_days=5, valid_until=TODAY + 6 * DAY)
    factories.make_quote(latitude, "D-2", state="accepted")
    assert [words(pill) for pill in css(page(client, "/devis"), "#pills a")] == [
        "En attente 1", "À relancer 0", "Acceptés 1", "Refusés 0", "Expirés 0", "Tous 2",
    ]  # fmt: skip
    assert titles(page(client, "/devis?statut=a-relancer")) == []
    clock.shift(DAY)
    assert titles(page(client, "/devis?statut=a-relancer")) == ["D-1"]
    [link] = css(page(client, "/devis"), "#list tbody a[href$='/relancer']")
    assert words(link) == "À relancer"
    assert words(css(page(client, "/devis?statut=acceptes"), "#list .badge")[0]) == "Accepté"


def test_the_search_the_fragment_and_the_pages(client, latitude, monkeypatch):
    monkeypatch.setattr(quoting_lists, "PAGE_SIZE", 2)
    for n in range(3):
        factories.make_quote(latitude, f"D-{n}", valid_until=TODAY + (n + 10) * DAY)
    shown = page(client, "/devis")
    assert titles(shown) == ["D-0", "D-1"]
    [more] = css(shown, "#more a")
    following = client.get(more.get("href"), headers={"HX-Request": "true", "HX-Target": "more"})
    assert "D-2" in following.text and "<html" not in following.text
    found = client.get("/devis?q=d-1&statut=tous", headers={"HX-Request": "true"})
    assert "D-1" in found.text and "D-0" not in found.text and 'hx-target="#pills"' in found.text
    assert "Aucun devis ne correspond" in words(css(page(client, "/devis?q=introuvable"), "#list")[0])


def test_a_page_of_the_list_takes_few_queries_whatever_its_length(client, latitude):
    for n in range(30):
        factories.make_quote(latitude, f"D-{n}")
    with counted() as made:
        page(client, "/devis")
    assert len(made) <= 12, "\n".join(made)


def test_a_yes_stops_everything_and_offers_the_invoice_once(client, quote, camille):
    factories.make_message(quote.client, kind="quote", quote=quote, state="queued", sent_at=None)
    shown = page(client, f"/devis/{quote.id}/acceptation")
    answer = client.post(f"/devis/{quote.id}/acceptation", data=fields(css(shown, "form.panel")[0]))
    assert answer.headers["Location"] == f"/devis/{quote.id}"
    assert (Quote.get().state, Quote.get().decided_on, Message.get().state) == ("accepted", TODAY, "cancelled")
    shown = page(client, f"/devis/{quote.id}")
    assert words(css(shown, "#head .btn.primary")[0]) == "Créer la facture"
    first = client.post(f"/devis/{quote.id}/facture")
    again = client.post(f"/devis/{quote.id}/facture")
    made = Invoice.get()
    assert Invoice.select().count() == 1 and made.state == "draft"
    assert first.headers["Location"] == f"/factures/{made.id}/modifier"
    assert again.headers["Location"] == f"/factures/{made.id}"
    form = fields(css(page(client, first.headers["Location"]), "#invoice-form")[0])
    assert (form["client"], form["object"]) == ("Latitude Conseil", "Refonte du site")
    assert form["total"].replace("\u00a0", " ") == "1 800,00"
    assert words(css(page(client, f"/devis/{quote.id}"), "#head .btn.primary")[0]) == "Voir la facture"
    [back] = css(page(client, f"/factures/{made.id}"), f"#history a[href='/devis/{quote.id}']")
    assert words(back) == "Voir le devis"


def test_a_no_keeps_its_reason_and_can_be_taken_back(client, quote):
    client.post(f"/devis/{quote.id}/refus", data={"because": "Budget <b>reporté</b>"})
    shown = page(client, f"/devis/{quote.id}")
    assert "Budget <b>reporté</b>" in words(css(shown, "#history")[0])
    assert client.post(f"/devis/{quote.id}/reouverture").status_code == 303
    assert Quote.get().state == "pending"
    assert events(quote=quote) == ["quote_declined", "quote_reopened"]


def test_a_date_that_makes_no_sense_is_refused_at_its_field_with_what_was_typed(client, quote):
    for typed in ("31/02/2026", "30/12/2026"):
        shown = parse(client.post(f"/devis/{quote.id}/acceptation", data={"on": typed}), 422)
        assert css(shown, "#champ-on .error") and css(shown, "#on")[0].get("value") == typed
    dialog = client.post(f"/devis/{quote.id}/acceptation", data={"on": ""}, headers={"HX-Request": "true"})
    assert dialog.status_code == 422 and "<dialog" in dialog.text
    assert Quote.get().state == "pending"


def test_a_quote_never_written_about_is_deleted_and_another_is_kept_in_words(client, quote):
    kept = factories.make_quote(quote.client, "D-2026-015")
    factories.make_message(quote.client, kind="quote", quote=kept)
    assert css(page(client, f"/devis/{quote.id}/suppression"), "form.panel .danger")
    assert client.post(f"/devis/{quote.id}/suppression").headers["Location"] == "/devis"
    assert client.get(f"/devis/{kept.id}/suppression").headers["Location"] == f"/devis/{kept.id}"
    client.post(f"/devis/{kept.id}/suppression")
    assert [row.number for row in Quote.select()] == ["D-2026-015"]
    assert "Refusez-le plutôt" in words(css(page(client, f"/devis/{kept.id}"), "main")[0])


def test_what_cannot_be_done_is_said_and_changes_nothing(client, quote):
    client.post(f"/devis/{quote.id}/facture")
    assert "Notez d’abord que ce devis est accepté." in words(css(page(client, f"/devis/{quote.id}"), "main")[0])
    assert not Invoice.select().exists()


def test_the_file_is_given_back_as_a_download_only(client, quote, account):
    assert client.get(f"/devis/{quote.id}/pdf").status_code == 404
    content = making.pdf()
    Quote.update(document=factories.make_document(account, content, "devis.pdf", kind="quote")).execute()
    answer = client.get(f"/devis/{quote.id}/pdf")
    assert answer.data == content and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_export_holds_every_row_of_the_filter(client, latitude, quote):
    factories.make_quote(latitude, "=SOMME(1)", state="declined", declined_because="Trop cher")
    text = client.get("/devis/exporter?statut=tous").get_data().decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("Numéro;État;Client") and len(lines) == 3
    assert "'=SOMME(1)" in text and "1800,00" in text and "Trop cher" in text
    assert client.get("/devis/exporter?format=xlsx").data[:2] == b"PK"
    assert "=SOMME" not in client.get("/devis/exporter").text


def test_the_side_bar_counts_those_that_wait(client, latitude, quote):
    factories.make_quote(latitude, valid_until=TODAY - DAY)
    [link] = css(page(client, "/clients"), ".side a[href='/devis']")
    assert words(link).startswith("Devis 1") or "1" in words(link)
    assert css(page(client, "/menu"), "main a[href='/devis']")
