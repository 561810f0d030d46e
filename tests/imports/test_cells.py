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


@pytest.mark.parametrize(
    "text",
    [
        "22/11/26",
        "22-11-26",
        "22.11.2026",
        "2026/11/22",
        "2026-11-22T23:59:00+02:00",
        "20261122",
        "46348",
        "46348.5",
        "22 nov. 2026",
        "dim. 22 novembre 2026",
        "22-Nov-2026",
        "Nov 22, 2026",
        "22/11/2026 10:30",
        "22/11/2026 à 10h30",
    ],
)
def test_dates_of_tools_are_read(text: str) -> None:
    assert cells.any_day(text) == date(2026, 11, 22)


def test_the_month_may_come_first() -> None:
    assert cells.any_day("11/22/2026", day_first=False) == date(2026, 11, 22)
    assert cells.any_day("2026-11-22", day_first=False) == date(2026, 11, 22)
    for text in ("11/22/2026", "31/02/2026", "22 zut 2026", "99999", "12345", "demain", "22/11/1926"):
        with pytest.raises(ValueError, match=r"Écrivez la date|n'existe pas|année"):
            cells.any_day(text)


@pytest.mark.parametrize(
    ("text", "decimal", "found"),
    [
        ("1 234,56", "", 123_456),
        ("1\u202f234,56\u00a0€", "", 123_456),
        ("1.234,56", "", 123_456),
        ("1,234.56", "", 123_456),
        ("1'234.50", "", 123_450),
        ("EUR 1234", "", 123_400),
        ("$1,234.56", "", 123_456),
        ("(123,45)", "", -12_345),
        ("-123,45", "", -12_345),
        ("123,45-", "", -12_345),
        ("−123,45 €", "", -12_345),
        ("1.234", ",", 123_400),
        ("1.234", ".", 123),
        ("1,234", ".", 123_400),
        ("1234.560000", "", 123_456),
        ("1234.5678", "", 123_457),
        ("0,00", "", 0),
    ],
)
def test_amounts_of_tools_are_read_in_cents(text: str, decimal: str, found: int) -> None:
    assert cells.any_amount(text, decimal) == found


@pytest.mark.parametrize("text", ["1.234", "douze", "", "-", "--1", "12,34,56", "=1+1", "1e3", "(1", "12 XYZ"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cells.any_amount(text)


@pytest.mark.parametrize(
    ("text", "found"), [("12 CHF", "CHF"), ("€12", "EUR"), ("usd 3", "USD"), ("12", ""), ("12 XYZ", "")]
)
def test_a_currency_beside_an_amount_is_known(text: str, found: str) -> None:
    assert cells.currency_in(text) == found


def test_addresses_of_tools_are_separated_by_anything() -> None:
    assert cells.emails("a@b.example; c@d.example e@f.example", is_loose=True) == (
        "a@b.example", "c@d.example", "e@f.example",
    )  # fmt: skip


def test_an_endless_address_is_refused_unread() -> None:
    with pytest.raises(ValueError, match="320 caractères"):
        cells.emails("a" * 400 + "@b.example")
