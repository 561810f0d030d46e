"""What the journal says of an export of everything."""

import pytest

from relance.web.history_data import KINDS
from relance.web.history_words import TITLES


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"format": "zip"}, "Données exportées en ZIP"),
        ({}, "Données exportées"),
        ({"format": "x"}, "Données exportées"),
    ],
)
def test_an_export_names_its_format(facts, sentence):
    _icon, _family, write = KINDS["data_exported"]
    assert "data_exported" in TITLES
    assert str(write("data_exported", facts).striptags()).replace("\u00a0", " ") == sentence
