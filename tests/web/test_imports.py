"""Importing through the pages: choose the files, follow them, see what was written, take it back."""

import datetime as dt
import io
import re

import lxml.html
import pytest

from relance.models.accounts import Heartbeat
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.imports import ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.services import bulk, import_runs
from relance.web import imports
from relance.web.forms import imports as forms
from relance.web.forms.imports import file_name
from tests import factories
from tests.data import making
from tests.making import enrol, make_sequence
from tests.web.reading import css, page, words

PAGE = "/factures/importer"
MIXED = making.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Vauquelin;31/02/2026;<b>12</b>", "F-3;Perrin;02/11/2026;30")
BIG = making.csv(*(f"F-{n};Client {n % 7};02/11/2026;{n + 10}" for n in range(501)))


def upload(client, *files, key="", **headers):
    given = [(io.BytesIO(content), name) for content, name in files]
    return client.post(PAGE, data={"files": given, "key": key}, content_type="multipart/form-data", headers=headers)


def uploaded(client, content, name="factures.csv"):
    """The import of a file, read and waiting for its check."""
    answer = upload(client, (content, name))
    assert answer.status_code == 303, text(answer)
    run = ImportRun.select().order_by(ImportRun.id.desc()).first()
    assert (run.state, answer.location) == ("ready", f"{PAGE}/{run.id}/verifier")
    return run


def written(client, content=None):
    """The import of a file, written."""
    run = uploaded(client, content or making.factures())
    count = import_runs.figures(run).will_write
    assert client.post(f"{PAGE}/{run.id}", data={"count": count, "version": run.version}).status_code == 303
    return ImportRun.get_by_id(run.id)


def page_of(answer):
    return lxml.html.fromstring(answer.get_data(as_text=True))


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).replace("\u00a0", " ")


@pytest.mark.requirement("S3.6")
def test_files_of_several_kinds_are_one_import_and_a_bad_one_does_not_stop_the_others(client, account):
    answer = upload(client, (making.factures(), "a.csv"), (making.facturx(), "b.pdf"), (b"<html>", "c.pdf"))
    [run] = ImportRun.select()
    assert answer.location == f"{PAGE}/{run.id}/verifier"
    assert [file.name for file in import_runs.files_of(run)] == ["a.csv", "b.pdf", "c.pdf"]
    figures = import_runs.figures(run)
    assert (figures.create, figures.same) == (5, 1)  # one invoice is in two files
    assert Invoice.select().count() == 0
    assert "a.csv et 2 autres fichiers" in text(client.get(PAGE))


def test_the_same_form_twice_is_one_import(client, account):
    first = upload(client, (making.factures(), "a.csv"), key="once")
    again = upload(client, (making.factures(), "a.csv"), key="once")
    assert first.location == again.location
    assert ImportRun.select().count() == 1
    [key] = css(page(client, PAGE), "#key")
    assert key.get("value") not in ("", "once")


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "vide.csv", "est vide"),
        (b"<!doctype html><html><body>Connexion</body></html>", "facture.pdf", "page web"),
        (making.pdf(script="app.alert(1)"), "facture.pdf", "JavaScript"),
        (making.pdf(password="secret"), "facture.pdf", "mot de passe"),
    ],
)
def test_a_file_that_nothing_can_read_is_refused_at_its_field_and_not_kept(client, account, content, name, sentence):
    answer = upload(client, (content, name))
    assert answer.status_code == 422
    assert sentence in text(answer)
    [field] = css(page_of(answer), "#files")
    assert "files-err" in field.get("aria-describedby")
    assert Document.select().count() == 0
    assert not ImportRun.select().where(ImportRun.state.not_in(["discarded", "refused"])).exists()
    assert upload(client, (making.factures(), "a.csv")).status_code == 303


@pytest.mark.parametrize(
    ("limit", "value", "files", "sentence"),
    [
        ("MAX_FILES", 1, 2, "200 fichiers au plus"),
        ("MAX_ALL_BYTES", 300, 2, "dépassent 50 Mo ensemble"),
        ("MAX_FILE_BYTES", 100, 1, "Le maximum est de 10 Mo."),
        ("MAX_FILES", 1, 0, "Choisissez un fichier."),
    ],
)
def test_too_much_is_refused_beside_the_field_and_nothing_is_kept(
    client, account, monkeypatch, limit, value, files, sentence
):
    monkeypatch.setattr(forms, limit, value)
    given = [(making.factures(), f"{n}.csv") for n in range(files)]
    for headers in ({}, {"HX-Request": "true"}):
        answer = upload(client, *given, **headers)
        assert answer.status_code == 422
        assert sentence in text(answer)
    # htmx swaps what is wrong alone: the files stay chosen.
    assert not css(page_of(answer), "input[type=file]")
    assert css(page_of(answer), "#import-refused")
    assert ImportRun.select().count() == Document.select().count() == 0


def test_a_big_import_is_followed_until_its_check_then_until_its_result(client, account, now):
    Heartbeat.beat("worker", now)  # one works: nothing is lent here
    answer = upload(client, (BIG, "grand.csv"))
    [run] = ImportRun.select()
    assert answer.location == f"{PAGE}/{run.id}"
    shown = page(client, f"{PAGE}/{run.id}")
    [bar] = css(shown, "#import-progress progress")
    assert bar.get("aria-label")
    assert css(shown, f'#import-progress[hx-get="{PAGE}/{run.id}"] a[href="{PAGE}/{run.id}"]')
    while import_runs.advance(run.id, now):
        pass
    poll = client.get(f"{PAGE}/{run.id}", headers={"HX-Request": "true"})
    assert poll.headers["HX-Redirect"] == f"{PAGE}/{run.id}/verifier"
    run = ImportRun.get_by_id(run.id)
    client.post(f"{PAGE}/{run.id}", data={"count": 501, "version": run.version})
    assert "501" in words(css(page(client, f"{PAGE}/{run.id}"), "#import-progress")[0])
    while import_runs.advance(run.id, now):
        pass
    assert client.get(f"{PAGE}/{run.id}", headers={"HX-Request": "true"}).headers["HX-Redirect"]
    assert "50 premières sur 501" in text(client.get(f"{PAGE}/{run.id}"))
    assert Invoice.select().count() == 501


@pytest.mark.requirement("S3.6")
def test_the_result_says_what_was_written_and_leads_to_switching_reminders_on(client, account):
    run = written(client)
    shown = client.get(f"{PAGE}/{run.id}")
    assert "désactivées" in text(shown)
    first = Invoice.select().order_by(Invoice.id).first()
    assert f'href="/factures/{first.id}"' in shown.get_data(as_text=True)
    [form] = css(page_of(shown), 'form[action="/factures/selection/relances"]')
    ids = [field.get("value") for field in css(form, "input[name=ids]")]
    owed = Invoice.select().where(Invoice.state == "sent", Invoice.balance_cents > 0, Invoice.kind != "credit_note")
    assert sorted(map(int, ids)) == sorted(invoice.id for invoice in owed)
    asked = client.post("/factures/selection/relances", data={"ids": ids})
    assert asked.status_code == 200
    assert Event.select().where(Event.kind == "import_finished").count() == 1
    assert "Import de factures.csv : 5 factures créées" in text(client.get("/journal"))


def test_what_was_left_out_comes_back_as_a_file_no_spreadsheet_computes(client, account):
    run = uploaded(client, making.csv('"=HYPERLINK(""http://x"")";@SUM(1);hier;-2+3'))
    answer = client.get(f"{PAGE}/{run.id}/lignes.csv", buffered=True)
    assert answer.mimetype == "text/csv"
    header, row = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert header.startswith("numero;type;statut;client;")
    assert header.endswith(";raison")
    assert "'=HYPERLINK" in row
    assert "'@SUM(1)" in row
    assert "factures.csv, ligne 2 : " in row.replace("\u00a0", " ")


def test_an_import_is_undone_within_a_day_and_can_be_done_again(client, account):
    run = written(client)
    asked = client.get(f"{PAGE}/{run.id}/annuler", headers={"HX-Request": "true"})
    assert "5 factures sont supprimées" in text(asked)
    assert "3 clients créés par cet import disparaissent aussi" in text(asked)
    answer = client.post(f"{PAGE}/{run.id}/annuler")
    assert answer.location == f"{PAGE}/{run.id}"
    assert "Import annulé" in text(client.get(answer.location))
    assert Invoice.select().count() == Client.select().count() == 0
    assert client.post(f"{PAGE}/{run.id}/annuler").status_code == 303
    assert Event.select().where(Event.kind == "import_undone").count() == 1
    assert "Import annulé : 5 factures retirées" in text(client.get("/journal"))
    written(client)
    assert Invoice.select().count() == 5


def test_after_a_day_or_a_reminder_undoing_says_why_not(client, account, clock):
    run = written(client)
    invoice = Invoice.select().where(Invoice.state == "sent").order_by(Invoice.id).first()
    factories.make_message(invoice.client, [invoice], state="sent")
    assert client.post(f"{PAGE}/{run.id}/annuler").status_code == 422
    clock.shift(dt.timedelta(hours=25))
    assert "Annuler cet import" not in text(client.get(f"{PAGE}/{run.id}"))
    answer = client.post(f"{PAGE}/{run.id}/annuler")
    assert answer.status_code == 422
    assert "24" in text(answer)
    assert Invoice.select().count() == 5


def test_an_import_that_waits_is_in_the_list_on_the_dashboard_and_can_be_abandoned(client, invoice):
    run = uploaded(client, MIXED)
    for address in (PAGE, "/tableau-de-bord"):
        shown = text(client.get(address))
        assert "2 à créer, une à corriger" in shown
    assert "factures.csv" in text(client.get("/tableau-de-bord"))
    row = ImportRow.get(ImportRow.action == "fix")
    ImportRow.update(fixes_json='{"montant_ttc": "12"}').where(ImportRow.id == row.id).execute()
    asked = client.post(f"{PAGE}/{run.id}/abandonner")
    assert asked.status_code == 422
    assert "La ligne que vous avez corrigée est perdue." in text(asked)
    assert ImportRun.get_by_id(run.id).state == "ready"
    answer = client.post(f"{PAGE}/{run.id}/abandonner", data={"confirme": "oui"})
    assert answer.location == PAGE
    assert "Import à vérifier" not in text(client.get("/tableau-de-bord"))
    assert Invoice.select().count() == 1


def test_the_sample_can_be_downloaded_and_imported(client, account):
    sample = client.get(f"{PAGE}/exemple.csv")
    assert sample.mimetype == "text/csv"
    written(client, sample.data)
    assert Invoice.select().count() == 3


@pytest.mark.parametrize("address", ["", "/verifier", "/lignes.csv", "/annuler", "/abandonner"])
def test_a_stranger_sees_no_import(client, stranger, address):
    run = uploaded(client, making.factures())
    assert client.get(f"{PAGE}/{run.id}{address}", buffered=True).status_code in (200, 303)
    assert stranger.get(f"{PAGE}/{run.id}{address}").status_code == 404


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/exemple.csv", f"{PAGE}/1"])
def test_one_must_sign_in(anonymous, address):
    answer = anonymous.get(address)
    assert answer.status_code == 303
    assert "/connexion" in answer.location


def test_file_names_are_made_safe():
    assert file_name("C:\\fakepath\\factures 2026.csv") == "factures 2026.csv"
    assert file_name("../../etc/passwd") == "passwd"
    assert file_name("a\r\nb<script>.csv") == "ab_script_.csv"
    assert len(file_name("é" * 300 + ".csv")) == 200
    assert file_name("") == ""


def test_clients_without_an_address_are_named_before_anything_is_switched_on(client, account):
    lines = ("F-1;Vauquelin;02/11/2026;10;", "F-2;Perrin;03/11/2026;20;", "F-3;Zoé;01/11/2026;30;zoe@example.org")
    run = written(client, making.csv(*lines, header="numero;client;date_emission;montant_ttc;email"))
    shown = page_of(client.get(f"{PAGE}/{run.id}"))
    assert "2 clients n’ont pas d’adresse e-mail utilisable" in words(shown)
    named = [(link.text_content(), link.get("href")) for link in css(shown, '.notice a[href^="/clients/"]')]
    ids = {one.name: one.id for one in Client.select()}
    assert named == [(name, f"/clients/{ids[name]}?onglet=contacts") for name in ("Perrin", "Vauquelin")]
    ready = Invoice.get(Invoice.number == "F-3")
    assert [field.get("value") for field in css(shown, "form input[name=ids]")] == [str(ready.id)]
    every = [invoice.id for invoice in Invoice.select()]
    asked = page_of(client.post("/factures/selection/relances", data={"ids": every}))
    links = [link.get("href") for link in css(asked, "details.aside a")]
    assert sorted(links) == sorted(href for _name, href in named)


def test_more_than_a_selection_holds_are_switched_on_the_oldest_first_and_it_says_so(client, account, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 1)
    lines = ("F-1;Zoé;12/11/2026;10;z@example.org", "F-2;Zoé;02/11/2026;20;", "F-3;Zoé;03/11/2026;20;")
    run = written(client, making.csv(*lines, header="numero;client;date_emission;montant_ttc;email"))
    shown = page_of(client.get(f"{PAGE}/{run.id}"))
    oldest = Invoice.get(Invoice.number == "F-2")
    assert [field.get("value") for field in css(shown, "form input[name=ids]")] == [str(oldest.id)]
    assert "Les 1 plus anciennes d’abord ; 2 resteront à activer." in words(shown)


def test_sequences_that_nobody_follows_are_told_before_and_after(client, account):
    run = uploaded(client, making.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Perrin;02/11/2026;20"))
    assert "Aucune facture de cet import n’en suivrait une" in words(page(client, f"{PAGE}/{run.id}/verifier"))
    data = {"count": 2, "version": run.version, "options": "oui", "reminders": "sequences"}
    assert client.post(f"{PAGE}/{run.id}", data=data).status_code == 303
    shown = words(page(client, f"{PAGE}/{run.id}"))
    assert "Les relances de 2 factures créées sont désactivées : leurs clients ne suivent aucune séquence." in shown
    assert "tant que vous ne les activez pas" not in shown


def test_the_check_counts_what_would_follow_a_sequence(client, account, latitude):
    enrol(make_sequence(account, (3, "rappel")), latitude)
    lines = (f"F-1;{latitude.name};02/11/2026;10;", "F-2;Perrin;02/11/2026;20;", f"F-3;{latitude.name};02/11/2026;9;9")
    run = uploaded(client, making.csv(*lines, header="numero;client;date_emission;montant_ttc;deja_regle"))
    shown = words(page(client, f"{PAGE}/{run.id}/verifier"))
    assert "Une facture en suivrait une, sur 3 à créer." in shown


def test_an_account_imports_so_often_in_an_hour(client, account, monkeypatch):
    monkeypatch.setattr(imports, "MOST_IMPORTS", 1)
    content = making.factures()
    assert upload(client, (content, "a.csv")).status_code == 303
    assert upload(client, (content, "a.csv")).status_code == 429
    assert ImportRun.select().count() == 1
