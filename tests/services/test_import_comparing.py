"""What a document says beside what is recorded."""

import datetime as dt

import pytest

from relance.imports.values import InvoiceRead
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.services import import_comparing
from relance.services.import_comparing import Wanted
from tests import factories

D = dt.date
WANTED = Wanted("F-1", "invoice", D(2026, 11, 2), D(2026, 12, 2), "EUR", 10_000, 0, None, "transfer")


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (((D(2026, 11, 30), 4_000), (D(2026, 12, 31), 6_000)), True),
        (((D(2026, 11, 30), 4_000), (D(2026, 12, 31), 5_000)), False),
        (((D(2026, 12, 31), 4_000), (D(2026, 11, 30), 6_000)), False),
        (((D(2026, 11, 30), -1), (D(2026, 12, 31), 10_001)), False),
        (((D(2026, 11, 30), 10_000),), None),
    ],
)
def test_instalments_are_taken_when_they_make_the_total(parts, kept) -> None:  # type: ignore[no-untyped-def]
    warnings: list[str] = []
    read = InvoiceRead(file="f", kind="invoice", total_cents=10_000, instalments=parts)
    assert import_comparing.parts(read, warnings) == (parts if kept else ())
    assert bool(warnings) == (kept is False)


@pytest.mark.parametrize(
    ("paid", "of_file", "more"), [(0, 4_000, 4_000), (4_000, 4_000, 0), (6_000, 4_000, 0), (2_000, 99_999, 8_000)]
)
def test_only_money_that_relance_does_not_have_is_more(
    account: Account, latitude: Client, paid: int, of_file: int, more: int
) -> None:
    invoice = factories.make_invoice(
        latitude, "F-1", issued_on=D(2026, 11, 2), due_on=D(2026, 12, 2), total_cents=10_000, paid_cents=paid
    )
    wanted = Wanted("F-1", "invoice", D(2026, 11, 2), D(2026, 12, 2), "EUR", 10_000, of_file, None, "transfer")
    assert import_comparing.paid_more(invoice, wanted) == more


@pytest.mark.parametrize(("kind", "total", "found"), [
    ("invoice", 1, "invoice"), ("corrected", 1, "invoice"), ("corrected", -1, "credit_note"), (None, None, "invoice"),
    ("deposit", 5, "deposit"), ("credit_note", 5, "credit_note"),
])  # fmt: skip
def test_what_is_negative_lowers_a_debt(kind: str | None, total: int | None, found: str) -> None:
    assert import_comparing.kind_of(InvoiceRead(file="f", kind=kind, total_cents=total)) == found


def test_a_due_date_years_away_is_to_fix() -> None:
    wanted = Wanted("F-1", "invoice", D(2026, 11, 2), D(2066, 12, 2), "EUR", 10_000, 0, None, "transfer")
    assert [problem.column for problem in import_comparing.impossible(wanted)] == ["date_echeance"]
    assert import_comparing.impossible(WANTED) == []
