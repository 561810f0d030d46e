import pytest

from relance.imports.statuses import CODES, StatusRead
from relance.models.invoices import Invoice
from relance.services.status_deciding import ORDER, StatusItem
from relance.web.history_words import PLATFORM
from relance.web.status_words import done_words, effect_words, label


def item(effect, note="", cents=0):
    return StatusItem(StatusRead("F-1", "212"), effect, Invoice(currency="EUR"), note=note, amount_cents=cents)


def test_every_status_has_a_name_and_a_place():
    assert PLATFORM == CODES
    assert sorted(ORDER) == sorted(CODES)
    assert (label("210"), label("601")) == ("Refusée (210)", "601")


@pytest.mark.parametrize(
    ("given", "effect", "done"),
    [
        (item("dispute"), "litige est ouvert", "litige est ouvert"),
        (item("payment", "", 5), "Un paiement est noté : 0,05", "un paiement de 0,05"),
        (item("payment", "rest", 5), "du reste dû", "un paiement de"),
        (item("payment", "capped", 5), "moins que le montant indiqué", "un paiement de"),
        (item("record"), "Le statut est noté", "Statut noté."),
        (item("record", "held"), "déjà ouvert", "déjà ouvert"),
        (item("record", "known"), "déjà noté", "déjà noté"),
        (item("same"), "déjà noté", "déjà noté"),
        (item("older"), "plus récent est noté", "Statut noté."),
        (item("replaced"), "ce fichier donne", "Statut noté."),
        (item("problem"), "", "Statut noté."),
    ],
)
def test_each_effect_is_said(given, effect, done):
    assert effect in effect_words(given).replace("\u00a0", " ")
    assert done in done_words(given).replace("\u00a0", " ")
