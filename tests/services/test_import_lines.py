"""One line of a table, or one PDF, as a document to import."""

import pytest

from relance.imports.values import RefusedError
from relance.services import import_lines
from tests.data import making


def test_the_lines_of_a_csv_keep_their_cells_and_their_problems() -> None:
    lines, warnings = import_lines.read_csv(making.csv("F-1;V;02/11/2026;10", "F-2;V;hier;10"), "f.csv")
    assert [(line.line, line.read.number, line.source, bool(line.problems)) for line in lines] == [
        (2, "F-1", "csv", False),
        (3, "F-2", "csv", True),
    ]
    assert lines[1].cells["date_emission"] == "hier"
    assert warnings == ()


def test_a_pdf_is_one_line_with_its_bytes_and_what_was_paid() -> None:
    content = making.facturx()
    line = import_lines.read_pdf(content, "facture.pdf")
    assert (line.read.number, line.line, line.source, line.pdf) == ("F-2026-0101", 0, "facturx", content)
    assert line.emails == ("compta@vauquelin.example",)
    assert line.paid_cents == 30_000


def test_what_is_not_asked_was_paid_when_the_profile_has_no_prepayment() -> None:
    prepaid = "<ram:TotalPrepaidAmount>300.00</ram:TotalPrepaidAmount>"
    assert import_lines.read_pdf(making.facturx(**{prepaid: ""}), "f.pdf").paid_cents == 30_000


def test_a_rounding_up_is_not_a_payment() -> None:
    changed = making.facturx(**{"<ram:DuePayableAmount>1500.00": "<ram:DuePayableAmount>1800.01"})
    assert import_lines.read_pdf(changed, "f.pdf").paid_cents == 0


def test_a_credit_note_was_never_paid() -> None:
    changed = making.facturx(**{"<ram:TypeCode>380<": "<ram:TypeCode>381<"})
    assert import_lines.read_pdf(changed, "f.pdf").paid_cents == 0


def test_a_pdf_without_data_is_a_line_to_fix() -> None:
    line = import_lines.read_pdf(making.pdf(), "facture.pdf")
    assert "pas de données Factur-X" in line.problems[0].reason


def test_an_address_nobody_can_write_to_is_dropped_and_told() -> None:
    changed = making.facturx(**{"compta@vauquelin.example": "compta@vauquelin.invalid"})
    line = import_lines.read_pdf(changed, "facture.pdf")
    assert line.emails == ()
    assert any("compta@vauquelin.invalid" in warning for warning in line.read.warnings)


def test_an_unsafe_pdf_is_refused() -> None:
    with pytest.raises(RefusedError, match="JavaScript"):
        import_lines.read_pdf(making.pdf(script="app.alert(1)"), "facture.pdf")
