"""Amounts, dates and accounts as XML invoices write them."""

from datetime import date
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.imports import stated
from relance.imports.stated import Days, Totals

D1, D2, D3 = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("written", "cents", "is_told"),
    [("12", 1200, False), ("12.3", 1230, False), ("-0.05", -5, False), ("+.5", 50, False), ("1.2E2", 12_000, False),
     ("0.005", 1, True), ("-0.005", -1, True), ("2.3333333333", 233, True), ("", None, False),
     ("1e12", None, True), ("1,50", None, True), ("1 000", None, True), ("NaN", None, True), ("-", None, True),
     ("1e-999", 0, True), ("0." + "0" * 40, None, True)],
)  # fmt: skip
def test_an_amount_is_read_to_the_cent(written: str, cents: int | None, is_told: bool) -> None:
    warnings: list[str] = []
    assert stated.cents(written, warnings) == cents
    assert bool(warnings) == is_told


@pytest.mark.parametrize(
    ("written", "day"),
    [("2026-11-22", "2026-11-22"), ("20261122", "2026-11-22"), ("202611221430", "2026-11-22"),
     ("2026-11-22T23:59:59Z", "2026-11-22"), ("2026-11-22+14:00", "2026-11-22"), ("20261122Z", "2026-11-22"),
     ("202611", ""), ("202647", ""), ("2026-11-221", ""), ("2026112", ""), ("22/11/2026", ""), ("2026-02-30", ""),
     ("0000-01-01", ""), ("２０２６-11-22", "")],
)  # fmt: skip
def test_a_date_is_the_day_that_is_written(written: str, day: str) -> None:
    warnings: list[str] = []
    assert stated.day(written, "issue", warnings) == (date.fromisoformat(day) if day else None)
    assert bool(warnings) == (not day)


@given(st.text(max_size=60))
def test_any_text_is_an_amount_a_date_an_account_or_nothing(text: str) -> None:
    warnings: list[str] = []
    stated.cents(text, warnings)
    stated.day(text, "due", warnings)
    stated.accounts([text], warnings)


def test_the_amount_in_the_invoice_s_currency_is_taken() -> None:
    def amounts(*pairs: tuple[str, str]) -> list[object]:
        return [
            fromstring(f"<a currencyID='{unit}'>{value}</a>" if unit else f"<a>{value}</a>") for unit, value in pairs
        ]

    warnings: list[str] = []
    assert stated.amount(amounts(("GBP", "9"), ("EUR", "1")), "EUR", warnings) == 100
    assert stated.amount(amounts(("", "2")), "EUR", warnings) == 200
    assert stated.amount(amounts(("eur", "3")), "EUR", warnings) == 300
    assert stated.amount(amounts(("", ""), ("", "4")), "EUR", warnings) == 400
    assert stated.amount(amounts(("GBP", "5")), "", warnings) == 500  # the invoice names no currency
    assert stated.amount(amounts(), "EUR", warnings) is None
    assert warnings == []
    assert stated.amount(amounts(("GBP", "9")), "EUR", warnings) is None
    assert "GBP" in warnings[0]


@pytest.mark.parametrize(
    ("totals", "agrees"),
    [(Totals(total_cents=100, prepaid_cents=40, due_cents=60), True), (Totals(total_cents=100, due_cents=100), True),
     (Totals(total_cents=101, rounding_cents=-1, due_cents=100), True), (Totals(total_cents=100), True),
     (Totals(total_cents=100, due_cents=60), False)],
)  # fmt: skip
def test_amounts_that_do_not_agree_are_told(totals: Totals, agrees: bool) -> None:
    warnings: list[str] = []
    stated.compare(totals, warnings)
    assert (warnings == []) == agrees


@pytest.mark.parametrize(
    ("days", "due_on", "words"),
    [(Days(plain=[D2]), D2, ""), (Days(plain=[D2], discounted=[D3]), D2, "plusieurs dates"),
     (Days(plain=[D2, D3]), D3, "plusieurs dates"), (Days(discounted=[D2]), D2, ""),
     (Days(), None, "pas de date d'échéance, mais ces conditions : « 30 jours »"),
     (Days(plain=[date(2026, 9, 1)]), date(2026, 9, 1), "antérieure")],
)  # fmt: skip
def test_the_last_date_without_a_discount_is_due(days: Days, due_on: date | None, words: str) -> None:
    warnings: list[str] = []
    assert stated.due_day(days, D1, "30\njours", warnings) == due_on
    assert bool(warnings) == bool(words)
    assert all(words in warning for warning in warnings)


def test_accounts_and_banks_come_once_without_spaces() -> None:
    warnings: list[str] = []
    good = "FR76 3000 6000 0112 3456 7890 189"
    assert stated.accounts([good, good.replace(" ", "").lower(), "X1"], warnings) == (
        "FR7630006000011234567890189",
        "X1",
    )
    assert len(warnings) == 1 and "X1" in warnings[0]
    assert stated.banks(["agri frpp", "AGRIFRPP"]) == ("AGRIFRPP",)
