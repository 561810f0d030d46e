"""Amounts read and written: what a French freelancer types, and what a page shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules.money import CURRENCIES, format_amount, format_rate, parse_amount


@pytest.mark.parametrize(
    ("cents", "currency", "shown"),
    [
        (0, "EUR", "0,00\u00a0€"),
        (5, "EUR", "0,05\u00a0€"),
        (123456, "EUR", "1\u00a0234,56\u00a0€"),
        (123456789, "EUR", "1\u00a0234\u00a0567,89\u00a0€"),
        (-12000, "EUR", "\u2212120,00\u00a0€"),
        (120000, "CHF", "1\u00a0200,00\u00a0CHF"),
    ],
)
def test_an_amount_is_written_the_french_way(cents, currency, shown):
    assert format_amount(cents, currency) == shown


def test_an_amount_is_written_the_english_way():
    assert format_amount(123456, "EUR", "en") == "€1,234.56"
    assert format_amount(-120000, "CHF", "en") == "\u2212CHF\u00a01,200.00"


def test_a_rate_keeps_its_two_decimals():
    assert format_rate(1215) == "12,15\u00a0%"
    assert format_rate(1200) == "12,00\u00a0%"
    assert format_rate(262, "en") == "2.62%"


def test_only_currencies_with_hundredths_are_known():
    assert {"EUR", "CHF", "GBP", "USD"} <= CURRENCIES
    assert not {"JPY", "TND", "XOF"} & CURRENCIES


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("4 320,00", 432000),
        ("4320", 432000),
        ("4.320,00", 432000),
        ("4,320.00", 432000),
        ("1 234,5 €", 123450),
        ("1\u00a0234,56\u00a0€", 123456),
        ("1\u202f234,56\u202f€", 123456),
        ("12,5", 1250),
        ("12.50", 1250),
        ("0,99", 99),
        ("1.234.567,89", 123456789),
        ("1,234,567.89", 123456789),
        ("1.234.567", 123456700),
        ("12 345 678", 1234567800),
        ("1860 EUR", 186000),
        ("€ 15", 1500),
        ("3 euros", 300),
    ],
)
def test_an_amount_is_read_as_it_is_usually_typed(typed, cents):
    assert parse_amount(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "€",
        "abc",
        "12,,5",
        "1.23.4",
        "12 34",
        "1 2345",
        "1,2,3",
        "12€50",
        ",50",
        "50,",
        "1e3",
        "१२",
        "²",
        "12-3",
    ],
)
def test_what_is_not_an_amount_is_refused_with_a_sentence(typed):
    with pytest.raises(ValueError, match=r"montant"):
        parse_amount(typed)


@pytest.mark.parametrize("typed", ["1.234", "1,234", "999.000"])
def test_an_amount_that_reads_two_ways_is_refused(typed):
    with pytest.raises(ValueError, match="deux façons"):
        parse_amount(typed)


@pytest.mark.parametrize("typed", ["12,345", "0,001", "1 234,567", "12.3456", "0.123"])
def test_more_than_two_decimals_are_refused(typed):
    with pytest.raises(ValueError, match=r"décimales|deux façons"):
        parse_amount(typed)


def test_a_negative_amount_is_read_only_where_it_is_allowed():
    with pytest.raises(ValueError, match="négatif"):
        parse_amount("-120,00")
    assert parse_amount("-120,00", allows_negative=True) == -12000
    assert parse_amount("\u2212120,00 €", allows_negative=True) == -12000
    assert parse_amount("-0,00") == 0


def test_an_absurdly_long_amount_is_refused():
    with pytest.raises(ValueError, match="trop grand"):
        parse_amount("9" * 40)


@given(st.integers(min_value=-9_999_999_999_999, max_value=9_999_999_999_999))
def test_what_is_written_reads_back(cents):
    assert parse_amount(format_amount(cents), allows_negative=True) == cents


@given(st.text(max_size=30) | st.text("0123456789., €-\u00a0", max_size=20))
def test_any_text_gives_cents_or_a_french_sentence(text):
    try:
        outcome: object = parse_amount(text, allows_negative=True)
    except ValueError as error:
        outcome = str(error)
    assert isinstance(outcome, int) or (isinstance(outcome, str) and outcome.endswith("."))


@pytest.mark.parametrize("text", ["a" + " " * 100_000 + "x", "1" * 100_000, "1 " * 50_000, "€" * 100_000])
def test_what_is_far_too_long_is_refused_before_any_pattern(text: str) -> None:
    with pytest.raises(ValueError, match="n'est pas un montant") as caught:
        parse_amount(text)
    assert len(str(caught.value)) < 100
