"""The page of letters asked for together, while they are made and after."""

import io

import pypdf
import pytest

from relance.models.accounts import Heartbeat
from relance.models.letters import Letter, LetterBatch
from relance.services import merging_letters, paying, printing, printing_many
from tests import factories
from tests.factories import NOW, TODAY
from tests.web import reading

HTMX = {"HX-Request": "true"}
PREPARE = "/factures/selection/lettres"


@pytest.fixture
def lot(client, account):
    """The address of three reminders to post, asked for by the form; a worker is there."""
    Heartbeat.beat("worker", NOW)
    invoices = [factories.make_invoice(factories.make_client(account, f"Client {n}")) for n in range(3)]
    data = {"ids": [row.id for row in invoices], "confirme": "oui", "delay_days": "8"}
    answer = client.post(f"{PREPARE}?type=amiable", data=data)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_the_page_follows_the_letters_until_all_are_ready(client, lot, data_dir, monkeypatch):
    page = client.get(lot).text
    assert "0 lettre prête sur 3." in page
    assert f'hx-get="{lot}" hx-trigger="every 2s"' in page
    assert f'<a href="{lot}">Actualiser</a>' in page  # without JavaScript
    printing_many.make(Letter.select().first().id, NOW)
    fragment = client.get(lot, headers=HTMX).text
    assert "<html" not in fragment
    assert "1 lettre prête sur 3." in fragment
    assert '<progress class="mt-2" max="3" value="1"' in fragment
    printing_many.print_waiting(NOW, data_dir)
    fragment = client.get(lot, headers=HTMX).text
    assert "Les 3 lettres sont prêtes." in fragment
    assert "hx-trigger" not in fragment
    assert "<progress" not in fragment
    number = lot.rsplit("/", 1)[1]
    assert f'href="/courriers/pdf?lot={number}" download' in fragment
    assert len(pypdf.PdfReader(io.BytesIO(client.get(f"/courriers/pdf?lot={number}").data)).pages) == 3
    assert f'href="/courriers?lot={number}"' in fragment
    monkeypatch.setattr(merging_letters, "MOST", 2)
    pieces = reading.css(reading.page(client, lot), "a[download]")
    assert [reading.words(one) for one in pieces] == ["Lettres 1 à 2", "Lettres 3 à 3"]
    for one, count in zip(pieces, (2, 1), strict=True):
        assert len(pypdf.PdfReader(io.BytesIO(client.get(one.get("href")).data)).pages) == count


def test_what_failed_and_what_was_refused_say_why_and_failures_start_again(client, lot, monkeypatch, bell):
    first, second, _third = Letter.select().order_by(Letter.id)
    paying.record(first.lines.get().invoice, 1_000, TODAY, by=None, now=NOW)
    printing_many.make(first.id, NOW)
    with monkeypatch.context() as patched:
        patched.setattr(printing, "_printed", lambda _letter: 1 / 0)
        printing_many.make(second.id, NOW)
    page = reading.words(reading.page(client, lot))
    assert "Une lettre n’a pas pu être imprimée Client 1 : La mise en page a échoué." in page
    assert "Une lettre n’a pas été écrite Client 0 : Le reste dû a changé" in page
    bell.clear()
    answer = client.post(f"{lot}/recommencer", follow_redirects=True)
    assert "Une lettre reprise." in answer.text
    assert bell
    assert Letter.get_by_id(second.id).requested_at == NOW
    assert "Il n’y avait rien à reprendre." in client.post(f"{lot}/recommencer", follow_redirects=True).text


def test_a_letter_that_a_person_took_over_is_told_and_keeps_nothing_waiting(client, lot, data_dir):
    taken = Letter.select().first()
    form = reading.css(reading.page(client, f"/courriers/{taken.id}"), "form#letter")[0]
    data = reading.fields(form) | {"enclosures": "Devis signé"}
    assert client.post(f"/courriers/{taken.id}", data=data).status_code == 303
    printing_many.print_waiting(NOW, data_dir)
    page = client.get(lot).text
    assert "2 lettres prêtes sur 3." in page
    assert "Une lettre a été modifiée : elle attend que vous la figiez." in reading.words(
        reading.parse(client.get(lot))
    )
    assert "hx-trigger" not in page and "<progress" not in page


def test_without_a_worker_whoever_looks_makes_the_letters(client, lot):
    Heartbeat.delete().execute()
    assert "Les 3 lettres sont prêtes." in client.get(lot).text
    assert {letter.state for letter in Letter.select()} == {"ready"}


def test_the_lot_of_another_account_is_not_found(client, lot, stranger):
    assert stranger.get(lot).status_code == stranger.post(f"{lot}/recommencer").status_code == 404
    assert LetterBatch.select().count() == 1
