"""The check page of an import: what is shown, what is corrected there, and the decision to write it."""

import re
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient

from relance import clock
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.services import import_runs
from tests import factories
from tests.data import making

HEADER = "numero;client;date_emission;montant_ttc"
MIXED = making.csv("F-1;Vauquelin;02/11/2026;10,00", "F-2;Vauquelin;31/02/2026;12,00", "F-3;Perrin;02/11/2026;30,00")
HTMX = {"HX-Request": "true"}


def started(account: Account, *files: tuple[str, bytes]) -> ImportRun:
    """An import of these files, read and compared."""
    uploads = [import_runs.Upload(name, content) for name, content in files]
    run = import_runs.start(account, uploads, by=None, now=clock.now())
    run = import_runs.advance_here(run, clock.now())
    assert run.state == "ready", run.state
    return run


def fresh(run: ImportRun) -> ImportRun:
    return ImportRun.get_by_id(run.id)


def address(run: ImportRun, more: str = "verifier") -> str:
    return f"/factures/importer/{run.id}" + (f"/{more}" if more else "")


def page(client: FlaskClient, run: ImportRun) -> Any:
    answer = client.get(address(run))
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    return lxml.html.fromstring(answer.get_data(as_text=True))


def fields(found: Any) -> dict[str, str]:
    """What a browser would send of the page's form, without its buttons."""
    form = found.get_element_by_id("check-form")
    return {name: value for name, value in form.form_values() if name != "csrf_token"}


def press(client: FlaskClient, run: ImportRun, more: str, htmx: bool = False, **changes: str) -> Any:
    """Send the page's form, with ``changes``, to one of its addresses."""
    sent = fields(page(client, run)) | {name.replace("__", "-"): text for name, text in changes.items()}
    return client.post(address(run, more), data=sent, headers=HTMX if htmx else {})


def words(answer: Any) -> str:
    text = (
        answer.text_content()
        if hasattr(answer, "text_content")
        else re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    )
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


def row_of(run: ImportRun, number: str) -> ImportRow:
    return ImportRow.get(ImportRow.run == run, ImportRow.number == number)


def figures(found: Any) -> list[str]:
    return [node.text_content().strip() for node in found.xpath("//*[@id='figures']//*[@class='money key']")]


@pytest.mark.requirement("S3.6")
def test_what_would_be_written_is_told_before_anything_is(client: FlaskClient, account: Account) -> None:
    run = started(account, ("factures.csv", MIXED))
    found = page(client, run)
    seen = words(found)
    assert "factures.csv, 3 lignes, point-virgule, UTF-8" in seen
    assert "Rien n’est encore enregistré." in seen
    assert figures(found) == ["2", "0", "0", "1"]
    assert "40,00 € à encaisser" in seen
    assert "Importer 2 factures" in seen
    assert Invoice.select().count() == Client.select().count() == 0


@pytest.mark.requirement("S3.6")
def test_a_row_is_corrected_in_place_then_imported(client: FlaskClient, account: Account, camille: User) -> None:
    run = started(account, ("factures.csv", MIXED))
    bad = ImportRow.get(ImportRow.run == run, ImportRow.action == "fix")
    found = page(client, run)
    shown = words(found.get_element_by_id("to-fix"))
    assert "Ligne 3, date de facture" in shown
    assert "31/02/2026" in shown
    field = f"fix-{bad.id}-date_emission"
    assert found.get_element_by_id(field).value == "31/02/2026"
    still = press(client, run, f"lignes/{bad.id}", True, **{field.replace("-", "__"): "n'importe quoi"})
    assert still.status_code == 200
    assert 'value="n&#39;importe quoi"' in still.get_data(as_text=True)
    answer = press(client, run, f"lignes/{bad.id}", **{field.replace("-", "__"): "28/02/2026"})
    assert answer.status_code == 303
    found = page(client, run)
    assert figures(found) == ["3", "0", "0", "0"]
    assert not found.xpath("//*[@id='to-fix']")
    done = press(client, run, "")
    assert done.status_code == 303
    assert done.location == address(run, "")
    assert fresh(run).state == "done"
    assert sorted(row.number for row in Invoice.select()) == ["F-1", "F-2", "F-3"]
    assert {event.user for event in Event.select().where(Event.kind == "invoice_imported")} == {camille}


def test_a_correction_left_in_its_field_is_saved_with_the_decision_and_asks_for_it_again(
    client: FlaskClient, account: Account
) -> None:
    run = started(account, ("factures.csv", MIXED))
    bad = ImportRow.get(ImportRow.run == run, ImportRow.action == "fix")
    answer = press(client, run, "", **{f"fix__{bad.id}__date_emission": "28/02/2026"})
    assert answer.status_code == 409
    assert "Importer 3 factures" in words(answer)
    assert Invoice.select().count() == 0


def test_page_and_swap_are_the_page_loaded_again(client: FlaskClient, account: Account) -> None:
    run = started(account, ("factures.csv", MIXED))
    bad = ImportRow.get(ImportRow.run == run, ImportRow.action == "fix")
    answer = press(client, run, f"lignes/{bad.id}", True, **{f"fix__{bad.id}__date_emission": "28/02/2026"})
    swapped = answer.get_data(as_text=True)
    assert "3 factures à importer" in words(answer)
    assert "data-focus" in swapped, "the row is gone: the focus goes somewhere"
    loaded = client.get(address(run)).get_data(as_text=True)

    def part(html: str) -> str:
        html = re.sub(r' data-focus|name="csrf_token" value="[^"]*"', "", html)
        return lxml.html.tostring(
            lxml.html.fromstring(html).get_element_by_id("verification"), encoding="unicode"
        ).strip()

    assert part(f"<main>{swapped}</main>") == part(loaded)


def test_a_row_is_left_aside_and_taken_back(client: FlaskClient, account: Account) -> None:
    run = started(account, ("factures.csv", MIXED))
    bad = ImportRow.get(ImportRow.run == run, ImportRow.action == "fix")
    assert press(client, run, f"lignes/{bad.id}/cote", aside="oui").status_code == 303
    found = page(client, run)
    assert figures(found)[3] == "0"
    assert "Ligne 3" in words(found.get_element_by_id("aside"))
    assert press(client, run, f"lignes/{bad.id}/cote", aside="non").status_code == 303
    assert figures(page(client, run))[3] == "1"


def test_columns_are_changed_and_a_wrong_choice_is_told_at_its_select(client: FlaskClient, account: Account) -> None:
    content = making.csv("F-1;Vauquelin;02/11/2026;10,00;12,00", header="Numero;Client;Date;Brut;Total TTC")
    run = started(account, ("export.csv", content))
    file = ImportFile.get(ImportFile.run == run)
    found = page(client, run)
    selects = {node.name: node.value for node in found.xpath("//table[contains(@class, 'import-columns')]//select")}
    assert selects[f"col-{file.id}-4"] == "montant_ttc"
    twice = press(client, run, f"colonnes/{file.id}", **{f"col__{file.id}__3": "montant_ttc"})
    assert twice.status_code == 422
    refused = lxml.html.fromstring(twice.get_data(as_text=True))
    assert refused.get_element_by_id(f"col-{file.id}-3").get("aria-invalid") == "true"
    assert refused.get_element_by_id(f"col-{file.id}-3").value == "montant_ttc"
    assert ImportRow.get(ImportRow.run == run).total_cents == 1200
    changed = {f"col__{file.id}__3": "montant_ttc", f"col__{file.id}__4": ""}
    assert press(client, run, f"colonnes/{file.id}", **changed).status_code == 303
    assert ImportRow.get(ImportRow.run == run).total_cents == 1000
    missing = press(client, run, f"colonnes/{file.id}", **{f"col__{file.id}__0": ""})
    assert missing.status_code == 422
    assert ImportRow.get(ImportRow.run == run).number == "F-1"


def test_how_a_file_is_read_is_stated_and_changed(client: FlaskClient, account: Account) -> None:
    content = making.csv("F-1;Vauquelin;02/11/2026;10,00").replace(b"Vauquelin", "Générale".encode("cp1252"))
    run = started(account, ("export.csv", content))
    file = ImportFile.get(ImportFile.run == run)
    assert "Windows-1252" in words(page(client, run))
    answer = press(client, run, f"colonnes/{file.id}", True, **{f"encodage__{file.id}": "mac-roman"})
    assert answer.status_code == 200
    assert "Mac OS Roman" in words(answer)
    assert ImportRow.get(ImportRow.run == run).client_name != "Générale"


def test_what_differs_is_shown_and_taken_only_when_asked(
    client: FlaskClient, account: Account, invoice: Invoice
) -> None:
    line = f"{invoice.number};{invoice.client.name};{invoice.issued_on};1 300,00"
    run = started(account, ("factures.csv", making.csv(line)))
    row = row_of(run, invoice.number)
    found = page(client, run)
    assert "Elle reste comme elle est." in words(found.get_element_by_id("different"))
    assert not found.xpath("//*[@id='import']"), "nothing would be written: no button"
    assert press(client, run, f"lignes/{row.id}/differences", accepts="oui").status_code == 303
    found = page(client, run)
    assert figures(found)[1] == "1"
    assert "Importer 1 facture" in words(found)
    assert press(client, run, f"lignes/{row.id}/differences", accepts="non").status_code == 303
    assert press(client, run, "options", accepts="oui").status_code == 303
    assert press(client, run, "").status_code == 303
    assert Invoice.get_by_id(invoice.id).total_cents == 130_000


def test_a_close_name_is_a_new_client_unless_the_person_says_it_is_the_same(
    client: FlaskClient, account: Account
) -> None:
    known = factories.make_client(account, "Maison Vauquelin")
    run = started(account, ("factures.csv", making.csv("F-1;MAISON VAUQUELIN SAS;02/11/2026;10,00")))
    found = page(client, run)
    assert fields(found)["client-0"] == "nouveau", "a new client by default"
    assert press(client, run, "clients", client__0=str(known.id)).status_code == 303
    assert press(client, run, "").status_code == 303
    assert Invoice.get(Invoice.number == "F-1").client == known
    assert Client.select().count() == 1


NUMBERS = {
    "73282932000074": "",
    "FR44732829320": "",
    "<ram:Name>Atelier Roussel</ram:Name>": "<ram:Name>Les Encres du Pont</ram:Name>",
}


def test_a_trade_name_is_taken_when_no_number_says_the_contrary(client: FlaskClient, account: Account) -> None:
    run = started(account, ("facture.xml", making.cii(**NUMBERS)))
    found = page(client, run)
    assert figures(found) == ["0", "0", "0", "1"]
    assert "au nom de Les Encres du Pont" in words(found.get_element_by_id("seller"))
    assert not found.xpath("//*[@id='import']"), "nothing would be written: no button"
    assert "Rien à importer pour l’instant" in words(found)
    assert press(client, run, "options", seller="Les Encres du Pont").status_code == 303
    found = page(client, run)
    assert figures(found) == ["1", "0", "0", "0"]
    assert not found.xpath("//*[@id='seller']")
    assert Account.get_by_id(account.id).trade_names == "Les Encres du Pont"


def test_somebody_elses_invoice_has_no_way_through_but_the_settings(client: FlaskClient, account: Account) -> None:
    run = started(account, ("facture.xml", making.cii(**{"73282932000074": "55208131766522", "FR44732829320": ""})))
    found = page(client, run)
    assert figures(found) == ["0", "0", "0", "1"]
    assert not found.xpath("//*[@id='seller']")
    assert "vérifiez le SIRET dans les réglages" in words(found.get_element_by_id("to-fix"))
    row = ImportRow.get(ImportRow.run == run)
    assert press(client, run, "options", seller="Atelier Roussel").status_code == 303
    assert ImportRow.get_by_id(row.id).action == "fix"
    assert Account.get_by_id(account.id).trade_names == ""


def test_a_pdf_without_data_is_completed_among_other_files(client: FlaskClient, account: Account) -> None:
    run = started(account, ("photo.pdf", making.pdf()), ("factures.csv", MIXED), ("page.pdf", b"<html>"))
    found = page(client, run)
    assert "3 fichiers, 4 documents." in words(found)
    files = words(found.get_element_by_id("files"))
    assert "un refusé" in files
    assert "PDF sans données, un document" in files
    row = ImportRow.get(ImportRow.run == run, ImportRow.file == ImportFile.get(ImportFile.name == "photo.pdf"))
    typed = {"client": "Perrin", "numero": "F-77", "date_emission": "02/11/2026", "montant_ttc": "1 920,00"}
    sent = {f"fix__{row.id}__{target}": text for target, text in typed.items()}
    assert press(client, run, f"lignes/{row.id}", **sent).status_code == 303
    assert press(client, run, "").status_code == 303
    invoice = Invoice.get(Invoice.number == "F-77")
    assert (invoice.total_cents, invoice.client.name, invoice.source) == (192_000, "Perrin", "pdf")


def test_statuses_are_shown_and_written_with_the_rest(client: FlaskClient, account: Account, invoice: Invoice) -> None:
    content = f"numero;statut;date\r\n{invoice.number};Refusée;20/11/2026\r\n".encode()
    run = started(account, ("statuts.csv", content))
    found = page(client, run)
    assert invoice.number in words(found.get_element_by_id("statuses"))
    assert "Enregistrer les statuts" in words(found)
    assert press(client, run, "").status_code == 303
    assert Invoice.get_by_id(invoice.id).platform_status == "210"


def test_reminders_and_all_or_nothing_are_chosen(client: FlaskClient, account: Account) -> None:
    run = started(account, ("factures.csv", MIXED))
    assert fields(page(client, run))["reminders"] == "off"
    assert press(client, run, "options", reminders="sequences", whole="oui").status_code == 303
    assert (fresh(run).reminders, fresh(run).is_whole) == ("sequences", True)
    assert fields(page(client, run))["whole"] == "oui"
    assert press(client, run, "options", reminders="bientôt").status_code == 422


def test_an_older_page_changes_nothing_and_keeps_what_was_typed(client: FlaskClient, account: Account) -> None:
    run = started(account, ("factures.csv", MIXED))
    bad = ImportRow.get(ImportRow.run == run, ImportRow.action == "fix")
    answer = press(client, run, f"lignes/{bad.id}", version="999", **{f"fix__{bad.id}__date_emission": "27/02/2026"})
    assert answer.status_code == 409
    assert 'value="27/02/2026"' in answer.get_data(as_text=True)
    assert "a changé entre-temps" in words(answer)
    assert ImportRow.get_by_id(bad.id).action == "fix"
    assert client.post(address(run, ""), data={"count": "12", "version": "1"}).status_code == 409
    assert Invoice.select().count() == 0


def test_hostile_values_are_refused_in_every_field(client: FlaskClient, account: Account) -> None:
    run = started(account, ("factures.csv", making.csv("F-1;Vauquelin;31/02/2026;10,00", "F-2;Maison;02/11/2026;1,00")))
    sent = fields(page(client, run))
    typed = [
        name
        for name in sent
        if name.startswith(("col-", "fix-", "encodage", "separateur", "titres", "dates", "decimale"))
    ]
    assert len(typed) > 8
    for name in [*typed, "reminders"]:
        for hostile in ("x" * 10_000, "a\nb\u0007", "\0", "\ud83d"[:0] + "../../etc"):
            answer = client.post(address(run, "revoir"), data=sent | {name: hostile})
            assert answer.status_code in (422, 303), (name, hostile[:10])
            if hostile != "../../etc" or not name.startswith("fix-"):
                assert answer.status_code == 422, (name, hostile[:10])
            else:
                sent["version"] = str(fresh(run).version)
    assert client.post(address(run, "clients"), data=sent | {"debtor-0": "x", "client-0": "²"}).status_code == 422


def test_a_stranger_finds_nothing(stranger: FlaskClient, account: Account) -> None:
    run = started(account, ("factures.csv", MIXED))
    row, file = ImportRow.get(ImportRow.run == run), ImportFile.get(ImportFile.run == run)
    assert stranger.get(address(run)).status_code == 404
    for more in (
        "",
        "revoir",
        "options",
        "clients",
        f"lignes/{row.id}",
        f"lignes/{row.id}/cote",
        f"colonnes/{file.id}",
    ):
        assert stranger.post(address(run, more), data={"version": "1"}).status_code == 404, more
    assert fresh(run).state == "ready"


def test_what_statuses_did_and_did_not_is_told_everywhere(
    client: FlaskClient, account: Account, invoice: Invoice
) -> None:
    lines = [f"{invoice.number};Refusée;20/11/2026", "F-INCONNUE;Refusée;20/11/2026"]
    run = started(account, ("statuts.csv", "\r\n".join(["numero;statut;date", *lines, ""]).encode()))
    assert "un statut à noter, un statut qui pose problème" in words(client.get("/factures/importer"))
    assert "statuts.csv, 2 statuts." in words(page(client, run))
    assert press(client, run, "").status_code == 303
    result = words(client.get(f"/factures/importer/{run.id}"))
    assert "1 statut noté, un laissé de côté" in result
    assert "0 facture importée" not in result
    assert "F-INCONNUE ligne 3" in result
    assert "Importez d’abord la facture, ou corrigez le numéro" in result
    assert "Annuler cet import" not in result
    assert "24 heures" not in result
    assert "Les statuts notés ne s’annulent pas ici" in result
    refused = client.post(f"/factures/importer/{run.id}/annuler")
    assert refused.status_code == 422
    assert "Les statuts notés ne s’annulent pas ici" in words(refused)
    (event,) = Event.select().where(Event.kind == "import_finished")
    assert event.facts["statuses"] == 1


def test_nothing_is_offered_when_no_status_can_be_noted(client: FlaskClient, account: Account) -> None:
    run = started(account, ("statuts.csv", b"numero;statut;date\r\nF-INCONNUE;210;20/11/2026\r\n"))
    found = words(page(client, run))
    assert "Enregistrer les statuts" not in found
    assert "Aucun statut à noter pour l’instant" in found
    assert press(client, run, "").status_code != 303
    assert "rien à importer" not in words(client.get("/factures/importer"))


def test_a_zip_is_one_file_given_and_undoing_a_mixed_import_says_what_stays(
    client: FlaskClient, account: Account, invoice: Invoice
) -> None:
    statuses = f"numero;statut;date\r\n{invoice.number};Refusée;20/11/2026\r\n".encode()
    lot = making.zipped({"a.csv": making.csv("F-1;Latitude;2026-10-01;12"), "b.xml": making.cii()})
    run = started(account, ("lot.zip", lot), ("statuts.csv", statuses))
    found = page(client, run)
    assert "2 fichiers, 2 documents, un statut." in words(found)
    assert words(found.get_element_by_id("files")).split()[0] == "Fichiers2"
    assert press(client, run, "").status_code == 303
    (event,) = Event.select().where(Event.kind == "import_finished")
    assert event.facts["files"] == ["lot.zip", "statuts.csv"]
    assert "2 factures importées, 1 statut noté" in words(client.get(f"/factures/importer/{run.id}"))
    asked = words(client.get(f"/factures/importer/{run.id}/annuler"))
    assert "2 factures sont supprimées" in asked
    assert "Les statuts notés ne s’annulent pas ici" in asked
