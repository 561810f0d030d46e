import pytest

from relance.web.history_plans import KINDS

FACTS = {
    "count": 3,
    "first_on": "2026-12-10",
    "last_on": "2027-02-10",
    "amount_cents": 120_000,
    "due_on": "2026-12-10",
    "next_on": "2027-01-10",
    "name": "Paraphe",
}


@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("signature_added", FACTS, "Signature ajoutée : Paraphe"),
        ("signature_removed", {}, "Signature supprimée"),
        ("plan_agreed", FACTS, "Échéancier convenu : 3 échéances, 1 200,00 €, du 10 décembre 2026 au 10 février 2027"),
        ("plan_part_kept", FACTS, "Échéance de l’échéancier réglée : 1 200,00 €, pour le 10 décembre 2026"),
        ("plan_kept", FACTS, "Échéancier tenu"),
        (
            "plan_broken",
            FACTS,
            "Échéancier non tenu, échéance du 10 décembre 2026 non réglée : les relances reprennent",
        ),
        ("plan_ended", {"reason": "Payé autrement"}, "Échéancier terminé : Payé autrement"),
        ("plan_ended", {"because": "cancelled"}, "Échéancier terminé : facture annulée"),
        ("plan_ended", {}, "Échéancier terminé"),
        ("plan_reopened", FACTS, "Échéancier repris, prochaine échéance le 10 décembre 2026"),
    ],
)
def test_each_kind_is_a_sentence(app, kind, facts, sentence):
    with app.test_request_context():
        assert KINDS[kind][2](kind, facts).striptags().replace("\u00a0", " ") == sentence


def test_every_kind_is_a_sentence_even_without_its_facts(app):
    with app.test_request_context():
        assert all(write(kind, {}).striptags() for kind, (_icon, _family, write) in KINDS.items())
