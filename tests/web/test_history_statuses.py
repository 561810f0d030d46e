import pytest

from relance.web.history_statuses import KINDS


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        (
            "platform_status_recorded",
            {"code": "210", "on": "2026-11-20", "reason": "Trop <cher>"},
            "Statut de la plateforme : Refusée (210), le 20 novembre 2026, motif : Trop <cher>",
        ),
        ("platform_status_recorded", {"code": "601", "on": "2026-11-20"}, "Statut de la plateforme : 601, le 20 "),
        ("platform_status_recorded", {}, "Statut de la plateforme noté"),
        (
            "encashment_reported",
            {"because": "reported", "amount_cents": 180_000},
            "Encaissement noté comme déclaré : 1 800,00 €",
        ),
        ("encashment_reported", {"because": "not_needed", "amount_cents": 5}, "Encaissement noté sans objet : 0,05 €"),
        ("encashment_reopened", {}, "Encaissement de nouveau à déclarer"),
    ],
)
def test_each_event_is_a_sentence(kind, facts, words):
    _icon, _family, write = KINDS[kind]
    said = write(kind, facts).striptags().replace("\u00a0", " ").replace("\u202f", " ")
    assert said.startswith(words)
