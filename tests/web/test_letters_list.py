"""The list of letters: what it shows, its filters, its export, its letters in one PDF."""

import csv
import datetime as dt
import io

import openpyxl
import pypdf
import pytest

from relance.models.letters import Letter, LetterBatch
from relance.services import merging_letters
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import late
from tests.web.reading import css, page, words


def paper(text="lettre"):
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": text})
    writer.write(file)
    return file.getvalue()


@pytest.fixture
def letters(account, latitude, camille):
    """One of each: posted by registered mail without its slip, ready, being printed, failed, received with a proof."""
    bill = late(latitude, "F-2026-0079")
    cafe = factories.make_client(account, "Café de l'Œuvre")
    slip = factories.make_document(account, b"%PDF slip", "ar.pdf")
    batch = LetterBatch.create(account=account, total=1, created_at=NOW)

    def make(client=latitude, **fields):
        return factories.make_letter(client, [bill], **fields).id

    gone = {"posted_on": TODAY, "mode": "lrar_counter", "tracking_number": "1A23456789012"}
    return {
        "posted": make(state="posted", **gone),
        "ready": make(kind="amicable", batch=batch),
        "waiting": make(kind="amicable", state="draft", document=None, requested_at=NOW),
        "draft": make(kind="amicable", state="draft", document=None, frozen_at=None),
        "failed": make(state="draft", document=None, error="Il manque libpango."),
        "received": make(
            cafe, state="received", posted_on=TODAY, received_on=TODAY, mode="by_hand", receipt_proof=slip
        ),
        "back": make(
            cafe, state="unclaimed", posted_on=TODAY, presented_on=TODAY, mode="lre", deposit_proof=slip, document=None
        ),
    }


def shown(client, query):
    node = page(client, f"/courriers{query}")
    links = [a.get("href").rpartition("/")[2] for a in css(node, ".table .c-who a")]
    return {int(link) for link in links}, node


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"posted", "ready", "waiting", "draft", "failed", "received", "back"}),
        ("?type=amiable", {"ready", "waiting", "draft"}),
        ("?type=mise-en-demeure&statut=echec", {"failed"}),
        ("?statut=prete", {"ready"}),
        ("?statut=preparation", {"waiting"}),
        ("?statut=brouillon", {"draft"}),
        ("?statut=postee", {"posted"}),
        ("?statut=recue", {"received"}),
        ("?statut=non-reclamee", {"back"}),
        ("?mode=guichet", {"posted"}),
        ("?mode=main-propre", {"received"}),
        ("?preuve=manquante", {"posted", "back"}),
        ("?client=cafe de l", {"received", "back"}),
        ("?client=%25", set()),
        ("?lot=1", {"ready"}),
        ("?lot=999", set()),
        ("?type=&statut=", {"posted", "ready", "waiting", "draft", "failed", "received", "back"}),
    ],
)
@pytest.mark.requirement("S4.19")
def test_the_list_is_filtered(client, letters, query, names):
    Letter.update(batch=1).where(Letter.batch.is_null(False)).execute()
    found, _node = shown(client, query)
    assert found == {letters[name] for name in names}


def test_a_line_says_how_a_letter_left_where_it_stands_and_what_proves_it(client, letters):
    _found, node = shown(client, "?statut=non-reclamee")
    said = words(css(node, ".table tbody tr")[0])
    for part in ("Non réclamée", "présentée 23 nov. 2026", "Recommandé électronique", "Réception : manque"):
        assert part in said
    assert css(node, f'a[href="/courriers/{letters["back"]}/preuves/depot"][download]')
    _found, node = shown(client, "?statut=postee")
    [link] = css(node, 'a[href^="https://www.laposte.fr"]')
    assert link.get("rel") == "noopener noreferrer"
    assert "(nouvel onglet)" in words(link)


@pytest.mark.parametrize("query", ["?type=carte", "?statut=partie", "?type=amicable", "?mode=x", "?preuve=x"])
def test_a_filter_that_does_not_exist_shows_everything_and_says_so(client, letters, query):
    found, node = shown(client, query)
    assert found == set(letters.values())
    assert "Ce filtre n’existe pas : il est ignoré." in words(node)


def test_filters_that_leave_nothing_are_said_and_can_be_dropped(client, letters):
    _found, node = shown(client, "?type=mise-en-demeure&statut=prete")
    assert "Aucun courrier de ce type" in words(node)
    assert css(node, 'main a[href="/courriers"]')


def test_the_filters_stay_on_the_other_pages_and_in_what_is_taken_away(client, latitude, camille):
    bill = late(latitude)
    for number in range(51):
        factories.make_letter(latitude, [bill], created_at=NOW + dt.timedelta(minutes=number))
    node = page(client, "/courriers?statut=prete&client=lati&page=1&x=y")
    [following] = css(node, ".pager a")
    assert following.get("href") == "/courriers?page=2&statut=prete&client=lati"
    assert css(node, 'a[href="/courriers/exporter?format=xlsx&statut=prete&client=lati"]')
    assert "51 à 51 sur 51" in words(page(client, following.get("href")))


@pytest.mark.requirement("S4.18")
def test_the_export_holds_the_dates_the_number_and_the_names_of_proofs(client, letters):
    answer = client.get("/courriers/exporter?type=mise-en-demeure", buffered=True)
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 4
    by_state = {row["Statut"]: row for row in rows}
    assert by_state["Postée"]["Numéro de suivi"] == "1A23456789012"
    assert by_state["Reçue"] | {"Reçue le": "23/11/2026", "Preuve de réception": "ar.pdf"} == by_state["Reçue"]
    assert by_state["Non réclamée"]["Présentée le"] == "23/11/2026"
    book = openpyxl.load_workbook(io.BytesIO(client.get("/courriers/exporter?format=xlsx", buffered=True).data))
    assert book.active.max_row == 8


def test_the_letters_that_are_ticked_or_filtered_are_one_pdf(client, account, latitude, camille, monkeypatch):
    bill = late(latitude)
    ids = []
    for number in range(4):
        document = factories.make_document(account, paper(str(number)), "lettre.pdf", kind="letter")
        at = NOW + dt.timedelta(minutes=number)
        letter = factories.make_letter(latitude, [bill], document=document, sha256=document.sha256, created_at=at)
        ids.append(letter.id)
    factories.make_letter(latitude, [bill], document=None, state="draft")
    two = client.get(f"/courriers/pdf?ids={ids[0]}&ids={ids[2]}", buffered=True)
    assert len(pypdf.PdfReader(io.BytesIO(two.data)).pages) == 2
    everything = client.get("/courriers/pdf?statut=prete", buffered=True)
    reader = pypdf.PdfReader(io.BytesIO(everything.data))
    assert (len(reader.pages), len(reader.outline)) == (4, 4)
    assert everything.headers["Content-Disposition"] == "attachment; filename=courriers-2026-11-23.pdf"
    monkeypatch.setattr(merging_letters, "MOST", 3)
    some = client.get("/courriers/pdf", buffered=True)
    assert some.headers["Content-Disposition"].endswith("courriers-2026-11-23-3-sur-4.pdf")
    assert "3 au plus : les autres sont laissées" in words(page(client, "/courriers"))
    nothing = client.get("/courriers/pdf?statut=echec", follow_redirects=True)
    assert "il n’y a rien à télécharger" in nothing.text


def test_the_letters_of_somebody_else_are_in_no_file(client, letters, basile):
    theirs = factories.make_client(basile.account, "Autre")
    document = factories.make_document(basile.account, paper(), "lettre.pdf")
    letter = factories.make_letter(theirs, [late(theirs)], document=document, sha256=document.sha256)
    assert client.get(f"/courriers/pdf?ids={letter.id}").status_code == 303
    assert "Autre" not in client.get("/courriers/exporter", buffered=True).text


def test_the_last_letters_asked_for_together_are_a_link_away_for_a_week(client, letters, account, basile):
    LetterBatch.create(account=basile.account, total=9, created_at=NOW)
    batch = LetterBatch.create(account=account, total=12, created_at=NOW - dt.timedelta(6))
    [link] = css(page(client, "/courriers"), f"a[href='/courriers/lots/{batch.id}']")
    assert words(link.getparent()).startswith("12 lettres demandées ensemble")
    LetterBatch.update(created_at=NOW - dt.timedelta(8)).where(LetterBatch.id == batch.id).execute()
    assert not css(page(client, "/courriers"), "a[href^='/courriers/lots/']")
