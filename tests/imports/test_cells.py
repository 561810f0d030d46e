"""One cell at a time: what is read, and the sentence for what is not."""

from datetime import date

import pytest

from relance.imports import cells


@pytest.mark.parametrize("text", ["22/11/2026", "2026-11-22", "22-11-2026", "22.11.2026", "2026-11-22 00:00:00"])
def test_french_and_iso_dates_are_read(text: str) -> None:
    assert cells.day(text) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("22/11/26", "Écrivez la date"),
        ("11/22/2026", "n'existe pas"),
        ("31/02/2026", "n'existe pas"),
        ("2026-13-01", "n'existe pas"),
        ("22/11/0026", "année"),
        ("22/11/2206", "année"),
        ("46348", "Écrivez la date"),
        ("demain", "Écrivez la date"),
    ],
)
def test_other_dates_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        cells.day(text)


@pytest.mark.parametrize(("text", "found"), [("1 800,00", 180_000), ("1800.5", 180_050), ("0,01", 1), ("12 €", 1_200)])
def test_amounts_are_read_in_cents(text: str, found: int) -> None:
    assert cells.positive_amount(text) == found


@pytest.mark.parametrize("text", ["0", "-5", "douze", "1.234", "12,345", "=1+1", "1e3"])
def test_other_amounts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cells.positive_amount(text)


def test_nothing_already_paid_may_be_written_as_zero() -> None:
    assert cells.amount("0,00") == 0


@pytest.mark.parametrize("text", ["552 081 317", "552081317", "55208131766522"])
def test_a_siren_or_a_siret_is_its_digits(text: str) -> None:
    assert cells.siren(text) == text.replace(" ", "")


@pytest.mark.parametrize("text", ["55208131", "FR03552081317", "55208131A", "٥٥٢٠٨١٣١٧"])
def test_other_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="SIREN"):
        cells.siren(text)


def test_keys_are_checked_and_la_poste_has_its_own() -> None:
    assert cells.has_valid_key("552081317")
    assert not cells.has_valid_key("552081318")
    assert cells.has_valid_key("73282932000074")
    assert not cells.has_valid_key("73282932000075")
    assert cells.has_valid_key("35600000009075")


def test_several_addresses_are_separated_by_commas_each_once() -> None:
    assert cells.emails("a@b.example, c@d.example ,A@B.example,") == ("a@b.example", "c@d.example")


@pytest.mark.parametrize("text", ["a@b", "a b@c.example", "a@b.example; c@d.example", "a@b.example\nBcc: x@y.example"])
def test_what_is_not_an_address_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="n'est pas une adresse e-mail"):
        cells.emails(text)


@pytest.mark.parametrize(("text", "found"), [("eur", "EUR"), ("€", "EUR"), ("CHF", "CHF")])
def test_currencies_are_codes(text: str, found: str) -> None:
    assert cells.currency(text) == found


@pytest.mark.parametrize("text", ["JPY", "euros", "XXX"])
def test_other_currencies_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="devise"):
        cells.currency(text)


def test_a_line_of_text_has_no_hidden_character_and_a_limit() -> None:
    assert cells.line("  Refonte\n du   site ", 40) == "Refonte du site"
    assert cells.line("30\u00a0% d’acompte", 40) == "30 % d’acompte"
    with pytest.raises(ValueError, match="invisible"):
        cells.line("a\u202eb", 40)
    with pytest.raises(ValueError, match="trop longue"):
        cells.line("x" * 41, 40)


def test_words_are_read_whatever_their_accents_and_capitals() -> None:
    words = {"a_traiter": "to_process", "payee": "paid"}
    assert cells.word("À traiter", words) == "to_process"
    assert cells.word("PAYÉE", words) == "paid"
    with pytest.raises(ValueError, match="a_traiter, payee"):
        cells.word("réglée", words)


def test_a_cell_of_thousands_of_addresses_is_refused_unread() -> None:
    addresses = [f"a{n}@client.example" for n in range(cells.MAX_EMAILS + 1)]
    assert len(cells.emails(",".join(addresses[:-1]))) == cells.MAX_EMAILS
    with pytest.raises(ValueError, match="au plus 20 adresses"):
        cells.emails(",".join(addresses))
