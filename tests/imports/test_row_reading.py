"""A line of another tool's file as an invoice, or its problems."""

from datetime import date
from typing import Any

import pytest

from relance.imports import tables
from relance.imports.row_reading import Dialect, Line
from relance.imports.row_values import RowRead
from relance.imports.values import InvoiceRead

FOREIGN = Dialect(is_canonical=False, is_strict=False, decimal=",")
GOOD = {"numero": "F-1", "client": "Mairie", "date_emission": "2 nov. 2026", "montant_ttc": "1.200,00 €"}


def read(dialect: Dialect = FOREIGN, **changes: str) -> RowRead:
    return Line(2, GOOD | changes, "f.csv", dialect).read()


def invoice(dialect: Dialect = FOREIGN, **changes: str) -> InvoiceRead:
    row = read(dialect, **changes)
    assert row.problems == ()
    assert row.invoice is not None
    return row.invoice


def test_without_a_due_date_there_is_none_but_in_our_own_format() -> None:
    assert invoice().due_on is None
    assert invoice(Dialect(is_strict=False), date_emission="02/11/2026", montant_ttc="1").due_on == date(2026, 12, 2)


def test_everything_the_line_says_is_read() -> None:
    row = read(
        email="a@b.example; c@d.example e@f.example",
        contact="Léa Martin",
        telephone="01 23 45 67 89",
        adresse="3 rue Basse\n2e étage",
        adresse_2="Bât. B",
        code_postal="69001",
        ville="Lyon",
        pays="France",
        client_tva="FR 40 303 265 045",
        client_type="Administration",
        commande="BC-12",
        montant_ht="1.000,00",
        montant_tva="200,00",
        devise="chf",
        mode_paiement="Virement bancaire",
        date_paiement="05/11/2026",
        statut="Payée",
    )
    assert row.invoice is not None
    buyer = row.invoice.buyer
    assert buyer.address == ("3 rue Basse", "2e étage", "Bât. B", "69001 Lyon")
    assert (buyer.country, buyer.vat, row.client_kind, row.phone) == ("FR", "FR40303265045", "public", "01 23 45 67 89")
    assert row.emails == ("a@b.example", "c@d.example", "e@f.example")
    assert (row.invoice.net_cents, row.invoice.vat_cents, row.invoice.currency) == (100_000, 20_000, "CHF")
    assert (row.invoice.order_reference, row.invoice.payment_means, row.contact) == ("BC-12", "transfer", "Léa Martin")
    assert (row.state, row.paid_cents, row.paid_on) == ("paid", 120_000, date(2026, 11, 5))


def test_a_negative_amount_is_a_credit_note_and_it_is_told() -> None:
    found = invoice(montant_ttc="(150,00)", montant_ht="-125,00")
    assert (found.kind, found.total_cents, found.net_cents) == ("credit_note", 15_000, 12_500)
    assert any("avoir" in warning for warning in found.warnings)
    kept = invoice(type="AV", montant_ttc="150,00")
    assert (kept.kind, kept.total_cents, kept.warnings) == ("credit_note", 15_000, ())


def test_the_total_is_made_of_the_two_others_and_it_is_told() -> None:
    found = invoice(montant_ttc="", montant_ht="1.000,00", montant_tva="200,00")
    assert found.total_cents == 120_000
    assert any("somme" in warning for warning in found.warnings)
    assert [problem.column for problem in read(montant_ttc="", montant_ht="1.000,00").problems] == ["montant_ttc"]


@pytest.mark.parametrize(
    ("changes", "paid_cents", "column"),
    [
        ({"reste_a_payer": "900,00"}, 30_000, ""),
        ({"reste_a_payer": "0"}, 120_000, ""),
        ({"reste_a_payer": "900,00", "deja_regle": "300,00"}, 30_000, ""),
        ({"deja_regle": "-300,00"}, 30_000, ""),
        ({"reste_a_payer": "1.300,00"}, 0, "reste_a_payer"),
        ({"reste_a_payer": "10,00", "statut": "Payée"}, 0, "reste_a_payer"),
        ({"reste_a_payer": "0", "statut": "Annulée"}, 0, ""),
        ({"reste_a_payer": "900,00", "statut": "Brouillon"}, 0, ""),
        ({"deja_regle": "10,00", "statut": "Brouillon"}, 0, "deja_regle"),
        ({"deja_regle": "1.300,00"}, 0, "deja_regle"),
    ],
)
def test_what_was_paid_is_what_is_said_or_what_is_not_left(
    changes: dict[str, Any], paid_cents: int, column: str
) -> None:
    row = read(**changes)
    assert [problem.column for problem in row.problems] == ([column] if column else [])
    assert row.paid_cents == paid_cents


def test_a_part_paid_without_an_amount_is_told() -> None:
    assert any("en partie" in warning for warning in invoice(statut="Partiellement payée").warnings)


def test_first_and_last_names_make_a_client_or_a_contact() -> None:
    alone = read(client="", prenom="Odile", nom="Perrin")
    assert alone.invoice is not None
    assert (alone.invoice.buyer.name, alone.contact) == ("Odile Perrin", "Odile Perrin")
    assert any("particulier" in warning for warning in alone.invoice.warnings)
    assert read(prenom="Odile", nom="Perrin").contact == "Odile Perrin"
    assert [problem.column for problem in read(client="").problems] == ["client"]


def test_a_word_that_is_not_known_lists_those_of_our_format() -> None:
    (problem,) = read(statut="Zinzin").problems
    assert (problem.column, problem.value) == ("statut", "Zinzin")
    assert "brouillon, a_traiter, envoyee, payee, annulee" in problem.reason
    assert read(Dialect(False, False, extra_words={"7": "draft"}), statut="7", montant_ttc="1").state == "draft"


def test_an_amount_that_reads_two_ways_is_a_problem_until_the_column_decides() -> None:
    assert [problem.column for problem in read(Dialect(False, False), montant_ttc="1.234").problems] == ["montant_ttc"]
    assert invoice(montant_ttc="1.234").total_cents == 123_400


def test_the_currency_may_be_written_with_the_amount() -> None:
    assert invoice(montant_ttc="12,00 CHF").currency == "CHF"
    assert invoice(montant_ttc="12,00 CHF", devise="EUR").currency == "EUR"


def test_a_date_is_read_in_the_order_of_the_file() -> None:
    assert invoice(
        Dialect(False, False, day_first=False), date_emission="11/02/2026", montant_ttc="1"
    ).issued_on == date(2026, 11, 2)


def test_a_cell_too_many_and_a_formula_are_what_they_are() -> None:
    extra = Line(2, GOOD, "f.csv", FOREIGN, extra=1).read()
    assert [problem.column for problem in extra.problems] == [""]
    assert invoice(client="=SUM(1+1)*cmd|' /C calc'!A0").buyer.name == "=SUM(1+1)*cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "column", ["numero", "montant_ttc", "date_emission", "email", "client_siren", "statut", "devise"]
)
def test_a_cell_that_is_far_too_long_is_told_in_a_few_words(column: str) -> None:
    cells = {"numero": "F-1", "client": "V", "date_emission": "02/11/2026", "montant_ttc": "10"}
    row = tables.read_row(2, cells | {column: "1" + " " * 100_000 + "x"}, "f.csv", None)
    told = [problem for problem in row.problems if problem.column == column]
    assert told
    assert all(len(problem.value) <= 200 for problem in told)
