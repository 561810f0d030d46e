"""What a sentence says of one invoice or of several, in each language."""

import datetime as dt
from typing import Any

import pytest

from relance.mail import phrases
from relance.mail.phrases import Line

TODAY = dt.date(2026, 11, 23)
PAST, TO_COME = dt.date(2026, 11, 3), dt.date(2026, 12, 1)
NBSP = "\u00a0"


def line(due_on: dt.date = PAST, **changes: Any) -> Line:
    values: dict[str, Any] = {
        "number": "F-1",
        "object": "",
        "kind": "invoice",
        "issued_on": dt.date(2026, 10, 1),
        "due_on": due_on,
        "balance_cents": 10_000,
        "total_cents": 10_000,
        "currency": "EUR",
        "days_late": 0,
    }
    return Line(**{**values, **changes})


@pytest.mark.parametrize(
    ("days", "due", "comes_due", "english"),
    [
        (
            [PAST],
            f"échue le 3{NBSP}novembre",
            f"est arrivée à échéance le 3{NBSP}novembre",
            f"was due on 3{NBSP}November",
        ),
        ([TODAY], "à échéance aujourd’hui", "arrive à échéance aujourd’hui", "is due today"),
        (
            [TO_COME],
            f"à échéance le 1er{NBSP}décembre",
            f"arrive à échéance le 1er{NBSP}décembre",
            f"is due on 1{NBSP}December",
        ),
        ([PAST, PAST], "échues", "sont arrivées à échéance", "have reached their due date"),
        ([TODAY, TODAY], "à échéance aujourd’hui", "arrivent à échéance aujourd’hui", "are due today"),
        ([PAST, TO_COME], "à échéance", "sont à régler aux dates indiquées", "are due on the dates given"),
    ],
)
def test_a_due_date_agrees_with_its_day_and_its_number(
    days: list[dt.date], due: str, comes_due: str, english: str
) -> None:
    lines = [line(day) for day in days]
    assert phrases.due(lines, TODAY, "fr") == due
    assert phrases.comes_due(lines, TODAY, "fr") == comes_due
    assert phrases.comes_due(lines, TODAY, "en") == english


def test_invoices_are_named_one_by_one() -> None:
    assert phrases.named([line(), line(number="F-2"), line(number="F-3")], "fr") == "factures F-1, F-2 et F-3"
    assert phrases.named([line(), line(number="F-2")], "en") == "invoices F-1 and F-2"
    assert phrases.named([line(object="l'audit", instalment=(2, 3))], "fr") == "facture F-1 (l’audit, échéance 2 sur 3)"
    assert phrases.named([line(kind="quote")], "fr") == "devis F-1"


def test_words_agree_in_number() -> None:
    assert phrases.plural([line(), line()], "fr") == "échéances"
    assert phrases.plural([line(), line(number="F-2")], "fr") == "factures"
    assert phrases.plural([line()], "en") == "invoice"
    assert phrases.plural([line(kind="quote"), line(kind="quote", number="F-2")], "en") == "quotes"
    assert phrases.attached([line(), line()], "fr") == "la facture"
    assert phrases.attached([line(kind="quote"), line(kind="quote", number="F-2")], "fr") == "les devis"
    assert [phrases.late_for(days, "fr") for days in (0, 1, 22)] == ["", f"1{NBSP}jour", f"22{NBSP}jours"]


def test_what_is_partly_paid_asks_for_the_rest() -> None:
    part = line(balance_cents=4_000)
    assert phrases.of_amount([part], "fr") == f"dont il reste 40,00{NBSP}€ à régler"
    assert phrases.still([part], "fr") == "entièrement" and phrases.still([line()], "fr") == "encore"
    assert phrases.of_amount([part, line()], "fr") == f"d’un montant total de 140,00{NBSP}€"


def test_charges_are_named_after_who_owes_them() -> None:
    assert phrases.charges("4 €", "40 €", "organisation", "fr") == (
        "4 € de pénalités de retard et 40 € d’indemnité forfaitaire pour frais de recouvrement"
    )
    assert phrases.charges("4 €", "", "public", "fr") == "4 € d’intérêts moratoires"
    assert phrases.charges("", "", "organisation", "en") == ""
    assert "2192-13" in phrases.articles("public", "fr") and "441-10" in phrases.articles("organisation", "en")
