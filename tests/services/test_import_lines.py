"""One line of a table, or one PDF, as a document to import."""

from relance.services import import_lines
from tests.data import making
from tests.services.import_made import csv_lines, pdf_line


def test_the_lines_of_a_csv_keep_their_cells_and_their_problems() -> None:
    lines = csv_lines(making.csv("F-1;V;02/11/2026;10", "F-2;V;hier;10"))
    assert [(line.line, line.read.number, line.source, bool(line.problems)) for line in lines] == [
        (2, "F-1", "csv", False),
        (3, "F-2", "csv", True),
    ]
    assert lines[1].cells["date_emission"] == "hier"


def test_a_pdf_is_one_line_with_its_bytes_and_what_was_paid() -> None:
    content = making.facturx()
    line = pdf_line(content)
    assert (line.read.number, line.line, line.source, line.is_electronic) == ("F-2026-0101", 0, "facturx", True)
    assert line.emails == ("compta@vauquelin.example",)
    assert line.paid_cents == 30_000


def test_what_is_not_asked_was_paid_when_the_profile_has_no_prepayment() -> None:
    prepaid = "<ram:TotalPrepaidAmount>300.00</ram:TotalPrepaidAmount>"
    assert pdf_line(making.facturx(**{prepaid: ""})).paid_cents == 30_000


def test_a_rounding_up_is_not_a_payment() -> None:
    changed = making.facturx(**{"<ram:DuePayableAmount>1500.00": "<ram:DuePayableAmount>1800.01"})
    assert pdf_line(changed).paid_cents == 0


def test_a_credit_note_was_never_paid() -> None:
    changed = making.facturx(**{"<ram:TypeCode>380<": "<ram:TypeCode>381<"})
    assert pdf_line(changed).paid_cents == 0


def test_a_pdf_without_data_is_completed_by_hand() -> None:
    line = pdf_line(making.pdf())
    assert "pas de données Factur-X" in str(line.read.error)
    assert (line.problems, line.read.number) == ((), "")
    fixed = import_lines.of_read(line.read, "pdf", {"numero": "F-7", "montant_ttc": "12,50", "date_emission": "hier"})
    assert (fixed.read.number, fixed.read.total_cents, fixed.read.currency) == ("F-7", 1_250, "EUR")
    assert [problem.column for problem in fixed.problems] == ["date_emission"]


def test_an_address_nobody_can_write_to_is_dropped_and_told() -> None:
    changed = making.facturx(**{"compta@vauquelin.example": "compta@vauquelin.invalid"})
    line = pdf_line(changed)
    assert line.emails == ()
    assert any("compta@vauquelin.invalid" in warning for warning in line.read.warnings)
