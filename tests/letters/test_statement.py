"""The statement of account on paper: the window, numbered pages with their heads, tags, hostile names."""

import datetime as dt
import io
import time

import pypdf
import pytest

from relance.letters import press, statement
from relance.letters.facts import Received
from relance.letters.statement import OpenInvoice, Part, StatementFacts
from tests.letters import samples
from tests.letters.test_press import assert_window_is_clean

D = dt.date
MM = 72 / 25.4


def line(number, **fields):
    values = {
        "number": number,
        "issued_on": D(2026, 8, 24),
        "total_cents": 186_000,
        "received": (Received(D(2026, 9, 9), 5_000),),
        "parts": (Part(D(2026, 9, 23), 181_000, 61),),
    }
    return OpenInvoice(**values | fields)


def facts(**fields):
    values = {
        "dated_on": D(2026, 11, 23),
        "currency": "EUR",
        "sender": samples.SENDER,
        "client_name": "Brasserie des Deux Rives",
        "recipient": samples.organisation().recipient,
        "invoices": (line("F-2026-0079"),),
        "credits": (),
        "bank": samples.BANK,
    }
    return StatementFacts(**values | fields)


def printed(*statements):
    return press.print_pdf(statement.page(statements), created_at=dt.datetime(2026, 11, 22, 23))


def read(pdf):
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return reader, [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in reader.pages]


def test_the_client_stands_alone_in_the_window(tmp_path):
    assert_window_is_clean(printed(facts()), facts().recipient, tmp_path)


def test_a_long_statement_repeats_its_heads_and_numbers_its_pages():
    numbers = [f"F-2026-{n:04d}" for n in range(90)]
    reader, pages = read(printed(facts(invoices=tuple(line(number) for number in numbers))))
    assert len(pages) >= 4
    for index, text in enumerate(pages, start=1):
        assert f"Page {index} sur {len(pages)}" in text
    assert all("Facture Émise le Échéance Retard Montant Réglé Reste dû" in text for text in pages[:-1])
    assert all("Relevé de compte au 23 novembre 2026, Brasserie des Deux Rives" in text for text in pages[1:])
    assert all(sum(number in text for text in pages) == 1 for number in numbers)
    assert all(
        [round(float(side) / MM) for side in (page.mediabox.width, page.mediabox.height)] == [210, 297]
        for page in reader.pages
    )


def test_it_is_tagged_and_titled_for_those_who_do_not_see_it():
    reader, _pages = read(printed(facts()))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata.title.replace("\u00a0", " ") == (
        "Relevé de compte au 23 novembre 2026, Brasserie des Deux Rives"
    )
    assert reader.trailer["/Root"]["/Lang"] == "fr"


def test_the_same_account_gives_the_same_bytes():
    assert printed(facts()) == printed(facts())


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "A & B", 'x"</title>'])
def test_names_are_words_and_nothing_else(name):
    shown = facts(client_name=name, invoices=(line(name),))
    assert "<script>alert" not in statement.page([shown])
    assert name.replace(" ", "") in "".join(read(printed(shown))[1]).replace(" ", "")


def test_currencies_are_sections_of_one_paper():
    francs = facts(currency="CHF", invoices=(line("F-9"),))
    _reader, pages = read(printed(facts(), francs))
    text = " ".join(pages)
    assert "Factures en euros" in text
    assert "Factures en CHF" in text
    assert "1 810,00 CHF" in text
    assert "1 810,00 €" in text


@pytest.mark.slow
def test_the_longest_statement_does_not_keep_its_reader_waiting():
    printed(facts())
    started = time.process_time()
    printed(facts(invoices=tuple(line(f"F-{n:04d}") for n in range(200))))
    assert time.process_time() - started < 8  # 2 s on the machine where it was measured
