"""The documented CSV of invoices, line by line."""

from datetime import date

import pytest

from relance.imports import canonical_csv
from relance.imports.canonical_csv import RowRead
from relance.imports.values import RefusedError
from tests.data import making


def rows(*lines: str, header: str = "numero;client;date_emission;montant_ttc") -> tuple[RowRead, ...]:
    return canonical_csv.read(making.csv(*lines, header=header), "factures.csv").rows


@pytest.mark.requirement("S3.6")
def test_our_file_is_read_whole() -> None:
    first, second, third, credit, draft = canonical_csv.read(making.factures(), "dossier/factures.csv").rows
    assert first.invoice is not None
    assert (first.line, first.invoice.file, first.invoice.number) == (2, "factures.csv", "F-2026-0101")
    assert (first.invoice.issued_on, first.invoice.due_on) == (date(2026, 10, 2), date(2026, 11, 1))
    assert (first.invoice.total_cents, first.invoice.prepaid_cents, first.paid_cents) == (180_000, 30_000, 30_000)
    assert first.emails == ("compta@vauquelin.example", "lea@vauquelin.example")
    assert (first.contact, first.invoice.buyer.siren, first.state) == ("Léa Martin", "552081317", "sent")
    assert second.invoice is not None
    assert (second.invoice.kind, second.state, second.client_kind) == ("deposit", "paid", "public")
    assert second.paid_cents == 60_000
    assert third.invoice is not None
    assert (third.client_kind, third.invoice.payment_means) == ("individual", "cheque")
    assert credit.invoice is not None
    assert (credit.invoice.kind, credit.invoice.credited_number, credit.paid_cents) == ("credit_note", "F-2026-0101", 0)
    assert draft.invoice is not None
    assert (draft.invoice.kind, draft.state, draft.invoice.payment_means) == ("progress", "draft", "direct_debit")


def test_four_columns_are_enough_and_the_rest_has_the_documented_defaults() -> None:
    (row,) = rows("F-1;Maison Vauquelin;02/11/2026;1 800,00")
    assert row.invoice is not None
    assert (row.invoice.kind, row.state, row.client_kind) == ("invoice", "sent", "organisation")
    assert (row.invoice.currency, row.invoice.payment_means) == ("EUR", "transfer")
    assert row.invoice.due_on == date(2026, 12, 2)
    assert (row.paid_cents, row.emails, row.problems) == (0, (), ())


def test_a_bad_line_names_its_number_column_value_and_reason() -> None:
    good, bad = rows("F-1;Vauquelin;02/11/2026;1", "F-2;;32/11/2026;douze")
    assert good.problems == ()
    assert bad.invoice is None
    assert bad.line == 3
    assert [(problem.column, problem.value) for problem in bad.problems] == [
        ("date_emission", "32/11/2026"),
        ("montant_ttc", "douze"),
        ("client", ""),
    ]
    assert all(problem.reason.endswith(".") for problem in bad.problems)
    assert bad.cells["numero"] == "F-2"


HEADER = "numero;type;statut;client;client_siren;email;date_emission;date_echeance;montant_ttc;deja_regle;facture_liee"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("F-1;devis;;V;;;02/11/2026;;10;;", "type"),
        ("F-1;;perdue;V;;;02/11/2026;;10;;", "statut"),
        ("F-1;;;V;123;;02/11/2026;;10;;", "client_siren"),
        ("F-1;;;V;;pas-une-adresse;02/11/2026;;10;;", "email"),
        ("F-1;;;V;;;02/11/2026;;0;;", "montant_ttc"),
        ("A-1;avoir;;V;;;02/11/2026;;-10;;F-1", "montant_ttc"),
        ("A-1;avoir;;V;;;02/11/2026;;10;;", "facture_liee"),
        ("A-1;avoir;;V;;;02/11/2026;;10;5;F-1", "deja_regle"),
        ("F-1;;;V;;;02/11/2026;;10;11;", "deja_regle"),
        ("F-1;;brouillon;V;;;02/11/2026;;10;5;", "deja_regle"),
        ("F-1;;;V;;;02/11/2026;;10;;;oups", ""),
    ],
)
def test_each_kind_of_mistake_is_told_on_its_column(line: str, column: str) -> None:
    (row,) = rows(line, header=HEADER)
    assert row.invoice is None
    assert [problem.column for problem in row.problems] == [column]


def test_paid_means_all_of_it_was_received() -> None:
    (row,) = rows("F-1;;payee;V;;;02/11/2026;;1 000,00;300;", header=HEADER)
    assert row.paid_cents == 100_000


def test_a_number_with_a_wrong_key_is_told_and_does_not_stop_the_line() -> None:
    (row,) = rows("F-1;;;V;552081318;;02/11/2026;;10;;", header=HEADER)
    assert row.invoice is not None
    assert any("552081318" in warning for warning in row.invoice.warnings)


def test_a_formula_stays_the_text_it_is() -> None:
    formula = '"=HYPERLINK(""http://127.0.0.1:9/"";""x"")"'
    (row,) = rows(f"{formula};+33 Vauquelin;02/11/2026;10")
    assert row.invoice is not None
    assert row.invoice.number == '=HYPERLINK("http://127.0.0.1:9/";"x")'
    assert row.invoice.buyer.name == "+33 Vauquelin"


def test_a_due_date_before_its_invoice_is_told_and_does_not_stop_the_line() -> None:
    (row,) = canonical_csv.read(making.csv("F-1;;;V;;;02/11/2026;01/11/2026;10;;", header=HEADER), "f.csv").rows
    assert row.invoice is not None
    assert any("antérieure" in warning for warning in row.invoice.warnings)


def test_an_unknown_column_is_told_once_for_the_file() -> None:
    found = canonical_csv.read(
        making.csv("F-1;V;02/11/2026;10;x", header="numero;client;date_emission;montant_ttc;Couleur"), "f.csv"
    )
    assert found.warnings == ("Colonnes inconnues, non lues : couleur.",)
    assert found.rows[0].invoice is not None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"date,montant\n1,2\n", "points-virgules"),
        (b"numero;client;date_emission\n1;2;3\n", "montant_ttc"),
        (b"numero;client;date_emission;montant_ttc;client\n1;2;3;4;5\n", "en double : client"),
        (b"numero;client;date_emission;montant_ttc\n", "aucune facture"),
    ],
)
def test_a_file_that_is_not_this_format_is_refused_whole(content: bytes, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        canonical_csv.read(content, "f.csv")


def test_the_sample_is_a_file_we_read() -> None:
    found = canonical_csv.read(canonical_csv.SAMPLE.encode("utf-8-sig"), "exemple.csv")
    assert len(found.rows) == 3
    assert all(row.invoice is not None for row in found.rows)
    assert found.warnings == ()
    assert set(found.rows[0].cells) == set(canonical_csv.COLUMNS)


def test_the_apostrophe_that_keeps_a_text_from_being_a_formula_is_taken_off() -> None:
    (row,) = rows("'=1+1;'@Vauquelin;02/11/2026;1")
    assert row.invoice is not None
    assert (row.invoice.number, row.invoice.buyer.name) == ("=1+1", "@Vauquelin")
