import datetime as dt
import re

import pytest

from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.services import chasing, invoicing, listing
from relance.services.chasing import ChasePlan
from relance.web import invoice_filters
from tests import factories
from tests.factories import NOW, TODAY
from tests.web.test_invoicing import typed

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return answer.get_data(as_text=True)


def fragment(page, id):
    """The element of that id in a page, from its tag to the next element of the same depth, as written."""
    start = page.index(f'id="{id}"')
    start = page.rindex("<", 0, start)
    tag = re.match(r"<(\w+)", page[start:])[1]
    depth, position = 0, start
    for match in re.finditer(rf"<(/?){tag}\b", page[start:]):
        depth += -1 if match[1] else 1
        if depth == 0:
            position = start + match.end()
            break
    return re.sub(r"\s+", " ", page[start:position])


def test_the_list_shows_what_is_owed_and_late_with_its_total(client, invoice):
    page = text_of(client.get("/factures"))
    assert "Latitude Conseil" in page
    assert "10\u00a0j de retard" in page or "10 j de retard" in page
    assert "1\u00a0200,00\u00a0€" in page
    assert "Désactivées" in page


@pytest.mark.requirement("S4.8")
def test_pills_search_and_filters_have_addresses(client, latitude, invoice):
    factories.make_invoice(latitude, "PAID", paid_cents=120_000)
    factories.make_invoice(latitude, "SOON", due_on=TODAY + dt.timedelta(days=5))
    assert "PAID" not in text_of(client.get("/factures"))
    assert "PAID" in text_of(client.get("/factures?statut=payees"))
    late = text_of(client.get("/factures?statut=retard"))
    assert "F-2026-0087" in late
    assert "SOON" not in late
    assert "SOON" in text_of(client.get("/factures?q=soon"))
    assert "Aucune facture ne correspond" in text_of(client.get("/factures?q=introuvable"))
    assert "F-2026-0087" in text_of(
        client.get(f"/factures?client={latitude.id}&age=1-30&relances=non&min=1000&tri=montant")
    )


@pytest.mark.parametrize("query", ["?statut=x&tri=y&apres=z&client=abc&min=a&age=7", "?apres=%F0&q=%25&ordre=desc"])
def test_an_address_that_makes_no_sense_still_opens(client, invoice, query):
    assert client.get(f"/factures{query}").status_code == 200


def test_the_list_swapped_is_the_list_reloaded(client, invoice, latitude):
    factories.make_invoice(latitude, "SOON", due_on=TODAY + dt.timedelta(days=5))
    page = text_of(client.get("/factures?statut=retard"))
    swap = text_of(client.get("/factures?statut=retard", headers=HTMX))
    assert "<html" not in swap
    for part in ("list", "pills", "kept"):
        assert fragment(swap, part) == fragment(page, part)


def test_the_next_fifty_come_alone_and_the_pages_cover_all(client, latitude):
    for _ in range(53):
        factories.make_invoice(latitude)
    page = text_of(client.get("/factures"))
    more = re.search(r'hx-get="([^"]*apres=[^"]*)"', page)[1].replace("&amp;", "&")
    answer = text_of(client.get(more, headers=HTMX | {"HX-Target": "more"}))
    assert page.count('id="invoice-') == 50
    assert answer.count('id="invoice-') == 3
    assert "apres=" not in answer


def test_a_page_of_the_list_costs_the_same_for_three_rows_and_for_forty(client, latitude, monkeypatch, database):
    def cost():
        statements = []
        execute = type(database).execute_sql

        def counted(self, sql, *args, **options):
            statements.append(sql)
            return execute(self, sql, *args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(type(database), "execute_sql", counted)
            client.get("/factures")
        return len(statements)

    for _ in range(3):
        factories.make_invoice(latitude)
    few = cost()
    for _ in range(37):
        factories.make_invoice(latitude)
    assert cost() == few


def test_what_is_another_account_s_is_not_found(client, basile):
    other = Invoice.get(Invoice.number == "B-12")
    for path in ("", "/modifier", "/verification", "/paiements", "/historique", "/annulation", "/perte", "/pdf"):
        assert client.get(f"/factures/{other.id}{path}").status_code == 404, path
    for path in (
        "/notes",
        "/duplication",
        "/annulation",
        "/perte",
        "/reouverture",
        "/modifier",
        "/verification",
        "/paiements",
    ):
        assert client.post(f"/factures/{other.id}{path}", data={"note": "x"}).status_code == 404, path
    assert "B-12" not in text_of(client.get("/factures?statut=toutes"))
    assert Invoice.get_by_id(other.id).state == "sent"


def test_the_page_of_an_invoice_tells_its_story(client, invoice):
    page = text_of(client.get(f"/factures/{invoice.id}"))
    for words in ("Latitude Conseil", "En retard de 10 jours", "Historique", "Montants", "Fiche client", "Relances"):
        assert words.replace(" ", "\u00a0") in page or words in page
    assert "Pénalités exigibles, non réclamées" in page
    assert 'id="thread"' in page


def test_a_consumer_is_never_shown_business_penalties(client, account):
    person = factories.make_client(account, "Paul Martin", kind="individual")
    late = factories.make_invoice(person)
    page = text_of(client.get(f"/factures/{late.id}"))
    assert "Pénalités exigibles" not in page
    assert "40\u00a0€" in page


def test_a_note_is_added_and_the_history_swapped_is_the_history_reloaded(client, invoice):
    swap = text_of(client.post(f"/factures/{invoice.id}/notes", data={"note": "Rappeler jeudi"}, headers=HTMX))
    page = text_of(client.get(f"/factures/{invoice.id}"))
    assert "Rappeler jeudi" in swap
    assert fragment(swap, "history") == fragment(page, "history")
    empty = client.post(f"/factures/{invoice.id}/notes", data={"note": " "}, headers=HTMX)
    assert empty.status_code == 422
    assert "Écrivez une note" in text_of(empty)
    assert client.post(f"/factures/{invoice.id}/notes", data={"note": " "}).status_code == 422


def test_a_note_is_shown_as_text_never_as_markup(client, invoice):
    client.post(f"/factures/{invoice.id}/notes", data={"note": "<script>alert(1)</script>"})
    page = text_of(client.get(f"/factures/{invoice.id}"))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_history_is_filtered_and_goes_back_in_time(client, invoice):
    for n in range(25):
        invoicing.note(invoice, f"note {n}", by=None, now=NOW)
    page = text_of(client.get(f"/factures/{invoice.id}"))
    assert "note 24" in page
    assert "note 2<" not in page
    before = re.search(r"avant=(\d+)", page)[1]
    older = text_of(client.get(f"/factures/{invoice.id}/historique?avant={before}", headers=HTMX))
    assert "note 2<" in older
    assert "note 24" not in text_of(client.get(f"/factures/{invoice.id}/historique?h=paiements", headers=HTMX))


def test_an_invoice_is_duplicated_cancelled_written_off_and_reopened(client, invoice):
    client.post(f"/factures/{invoice.id}/duplication")
    assert Invoice.select().where(Invoice.state == "draft").count() == 1
    assert "Annuler cette facture" in text_of(client.get(f"/factures/{invoice.id}/annulation"))
    client.post(f"/factures/{invoice.id}/annulation")
    assert Invoice.get_by_id(invoice.id).state == "cancelled"
    assert "Rouvrir" in text_of(client.get(f"/factures/{invoice.id}"))
    client.post(f"/factures/{invoice.id}/reouverture")
    client.post(f"/factures/{invoice.id}/perte")
    assert Invoice.get_by_id(invoice.id).state == "written_off"
    assert "Perte" in text_of(client.get(f"/factures/{invoice.id}"))


def test_every_state_of_an_invoice_has_a_page(client, latitude, nadia):
    for state in ("draft", "to_process", "sent", "paid", "cancelled", "written_off"):
        row = factories.make_invoice(latitude, state=state)
        assert client.get(f"/factures/{row.id}").status_code == 200, state
    note = factories.make_invoice(latitude, kind="credit_note", balance_cents=0)
    assert client.get(f"/factures/{note.id}").status_code == 200
    assert client.get("/factures?statut=toutes").status_code == 200
    assert client.get("/factures?statut=brouillons").status_code == 200


def test_the_export_opens_in_a_french_spreadsheet_and_runs_nothing(client, latitude):
    factories.make_invoice(latitude, "F-1", object="=HYPERLINK(1)")
    answer = client.get("/factures/exporter")
    text = answer.get_data().decode("utf-8-sig")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "'=HYPERLINK(1)" in text
    assert ";1200,00;" in text
    assert text.splitlines()[0].startswith("Numéro;")


def test_a_client_without_a_usable_address_is_flagged_on_list_and_page(client, account):
    silent = factories.make_client(account, "Muet")
    contact = factories.make_contact(silent, "Léa", "lea@muet.example")
    invoice = factories.make_invoice(silent, "F-9", due_on=TODAY + dt.timedelta(days=3))
    chasing.start(invoice, ChasePlan(contact_ids=(contact.id,)), by=None, now=NOW)
    Contact.update(rejected_at=NOW).where(Contact.id == contact.id).execute()
    assert "Sans adresse utilisable" in text_of(client.get("/factures"))
    assert "Aucune adresse e-mail utilisable" in text_of(client.get(f"/factures/{invoice.id}"))
    assert "Sans adresse e-mail" in text_of(client.get("/clients"))


def test_a_forged_form_is_refused(app, client, invoice):
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(f"/factures/{invoice.id}/annulation").status_code == 400
    assert client.post("/factures/nouvelle", data=typed()).status_code == 400
    assert Invoice.get_by_id(invoice.id).state == "sent"


@pytest.mark.parametrize("number", ["99999999999999999999999", "0", "-1"])
def test_numbers_no_database_can_hold_are_not_found(client, latitude, invoice, number):
    assert client.get(f"/factures/{number}").status_code == 404
    assert client.get(f"/clients/{number}").status_code == 404
    assert client.get(f"/factures?client={number}").status_code == 200
    assert client.get(f"/journal?avant={number}&auteur={number}").status_code == 200
    data = typed(contact=number, credited_invoice=number, document_id=number, version=number)
    assert client.post("/factures/nouvelle", data=data).status_code in (303, 422)
    assert client.post(f"/factures/{invoice.id}/modifier", data=data).status_code in (409, 422)
    assert client.post(f"/clients/{latitude.id}/fusionner", data={"survivor": number}).status_code == 422


@pytest.mark.requirement("S4.8")
def test_beyond_what_is_counted_the_list_says_more_than_ten_thousand(client, latitude, monkeypatch):
    monkeypatch.setattr(listing, "MOST", 2)
    for n in range(4):
        factories.make_invoice(latitude, f"F-{n}")
    page = text_of(client.get("/factures"))
    assert "plus de 10\u00a0000 factures" in page
    assert re.search(r'En retard <span class="n">10\u00a0000\+</span>', page)
    assert page.count('id="invoice-') == 4


def test_the_last_page_has_an_address(client, latitude):
    for n in range(60):
        factories.make_invoice(latitude, f"F-{n:02d}", due_on=TODAY + dt.timedelta(n))
    found = re.findall(r"F-\d\d", text_of(client.get("/factures?fin=1")))
    assert list(dict.fromkeys(found)) == [f"F-{n:02d}" for n in range(10, 60)]


ODD = "Ce filtre n’existe pas, voici toutes les factures à encaisser."


@pytest.mark.parametrize("query", ["statut=x", "client=987654", "apres=zzz", "min=abc", "tri=y&ordre=z"])
def test_a_filter_or_a_page_key_that_makes_no_sense_is_the_list_with_a_word(client, invoice, query):
    for headers in ({}, HTMX, {**HTMX, "HX-Target": "more"}):
        answer = client.get(f"/factures?{query}", headers=headers)
        assert answer.status_code == 200
        assert ODD in text_of(answer)
        assert "F-2026-0087" in text_of(answer)
    assert answer.headers["HX-Retarget"] == "#list"
    assert ODD not in text_of(client.get("/factures?statut=retard"))


def test_an_applied_filter_has_a_clean_address_a_number_and_a_chip(client, latitude, invoice):
    typed = f"/factures?q=&client={latitude.id}&type=&age=1-30&min=&max=&relances=&sequence="
    answer = client.get(typed, headers=HTMX)
    assert answer.headers["HX-Push-Url"] == f"/factures?client={latitude.id}&age=1-30"
    page = text_of(answer)
    assert '<span id="filters-count"> <span class="n">2</span></span>' in page
    assert 'hx-get="/factures?age=1-30"' in page  # the chip of the client takes it out
    assert f'hx-get="/factures?client={latitude.id}"' in page


def test_with_thousands_of_clients_a_name_is_typed(client, account, invoice, monkeypatch):
    monkeypatch.setattr(invoice_filters, "MOST_CLIENTS", 3)
    for number in range(5):
        factories.make_client(account, f"Boutique {number}")
    page = text_of(client.get("/factures?client=boutique 3"))
    assert page.count("<option") < 40
    assert 'value="Boutique 3"' in page
    found = text_of(client.get("/factures/clients?client=BOUTIQUE"))
    assert found.count("<option") == 5
    assert text_of(client.get("/factures/clients?client=latit")).count("<option") == 1
    assert "Latitude Conseil" in text_of(client.get("/factures/clients?client="))


def test_the_names_offered_are_those_of_the_account(client, basile):
    assert "Hôtel des Cimes" not in text_of(client.get("/factures/clients?client=hôtel"))


@pytest.mark.requirement("S4.8")
def test_each_pill_counts_what_its_list_holds(client, latitude, nadia):
    for n in range(3):
        factories.make_invoice(latitude, f"TARD-{n}")
    factories.make_invoice(latitude, "BIENTÔT", due_on=TODAY + dt.timedelta(days=5))
    factories.make_invoice(latitude, "PAYÉE", paid_cents=120_000)
    page = text_of(client.get("/factures"))
    counts = dict(re.findall(r">([^<>]+) <span class=\"n\">(\d+)</span></a>", page))
    assert {counts["À encaisser"], counts["En retard"], counts["Payées"], counts["Toutes"]} == {"4", "3", "1", "5"}
    assert text_of(client.get("/factures?statut=retard")).count('id="invoice-') == 3
