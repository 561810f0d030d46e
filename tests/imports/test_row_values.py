"""What a line of a table becomes."""

import dataclasses

import pytest

from relance.imports.row_values import COLUMNS, REQUIRED, Problem, RowRead


def test_a_row_is_sent_by_an_organisation_and_unpaid_unless_it_says_otherwise() -> None:
    row = RowRead(line=2, cells={})
    assert (row.state, row.client_kind, row.paid_cents, row.paid_on) == ("sent", "organisation", 0, None)
    assert set(REQUIRED) < set(COLUMNS)


def test_a_problem_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Problem(column="client", value="", reason="Vide.").reason = ""  # type: ignore[misc]
