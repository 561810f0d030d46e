"""What a column of a table may hold."""

from relance.imports.fixes import CORRECTIONS
from relance.imports.row_values import COLUMNS
from relance.imports.targets import TARGETS


def test_every_column_of_our_own_format_and_every_correction_has_its_words() -> None:
    assert {*COLUMNS, *CORRECTIONS} < set(TARGETS)
    assert len(set(TARGETS.values())) == len(TARGETS)
