"""An export is an allow-list: a new column is either in it, or left out for a reason."""

import pytest

from relance import models
from relance.services import export_columns
from relance.services.export_columns import COLUMNS, LEFT_OUT, TABLES_LEFT_OUT

SECRETS = ("password", "secret", "token", "session_key", "journal_key", "encrypted")


@pytest.mark.parametrize("model", models.ALL, ids=lambda model: model.__name__)
def test_every_column_is_exported_or_left_out_for_a_reason(model):
    named = set(COLUMNS.get(model, {}))
    left = {field for field in model._meta.fields if export_columns.reason_of(model, field)}
    assert named | left == set(model._meta.fields), "a new column: name it in COLUMNS, or in LEFT_OUT and say why"
    assert named & left == set()
    assert not (named and model.__name__ in TABLES_LEFT_OUT)
    assert len(set(COLUMNS.get(model, {}).values())) == len(named), "two columns of one title"


def test_nothing_that_opens_a_door_is_exported():
    named = [f"{model.__name__}.{name}" for model, names in COLUMNS.items() for name in names]
    assert [name for name in named if any(word in name for word in SECRETS)] == []
    assert all(name in model._meta.fields for model, names in LEFT_OUT.items() for name in names)
