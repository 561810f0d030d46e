import pytest

from relance.web.history_holds import KINDS
from relance.web.history_words import TITLES


def told(kind, **facts):
    """The sentence of an event, with plain spaces and without its tags."""
    _icon, _family, write = KINDS[kind]
    return str(write(kind, facts).striptags()).replace("\u00a0", " ")


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_something_even_when_its_facts_are_missing(kind):
    sentence = told(kind)
    assert sentence and "None" not in sentence and "{" not in sentence and not sentence.endswith((":", ","))
    assert kind in TITLES


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("paused", {"until_on": "2026-12-04"}, "Relances mises en pause jusqu’au 4 décembre 2026 inclus"),
        ("all_paused", {}, "Tous les envois suspendus sans date de fin"),
        ("resumed", {"template": "relance_2"}, "Relances reprises, prochaine : Relance 2"),
        ("client_resumed", {}, "Relances de ce client reprises"),
        (
            "promise_made",
            {"promised_on": "2026-11-30", "amount_cents": 120000, "given_by": "Nadia Benali"},
            "Promesse de paiement pour le 30 novembre 2026, 1 200,00 €, de la part de Nadia Benali",
        ),
        ("promise_broken", {"promised_on": "2026-11-30"}, "Promesse non tenue, elle était pour le 30 novembre 2026"),
        ("dispute_opened", {"dispute": "amount"}, "Litige signalé : le montant, relances suspendues"),
        ("extension_granted", {"granted_on": "2026-12-15"}, "Délai accordé jusqu’au 15 décembre 2026"),
        ("call_logged", {"who": "Nadia Benali", "outcome": "no_answer"}, "Appel à Nadia Benali, sans réponse"),
        ("reply_logged", {"who": "Hugo", "received_on": "2026-11-20"}, "Réponse reçue de Hugo le 20 novembre 2026"),
        (
            "step_moved",
            {"template": "relance_1", "planned_on": "2026-12-01"},
            "Relance 1 déplacée au 1er décembre 2026",
        ),
        ("step_held", {"template": "rappel"}, "Rappel retenu"),
        ("reminder_proposed", {"template": "rappel"}, "Rappel attend votre accord"),
        ("task_due", {"task": "call"}, "Appel à passer"),
        ("task_dropped", {"task": "letter"}, "Lettre abandonnée"),
        (
            "client_enrolled",
            {"sequence": "Douce", "former": "Standard B2B"},
            "Client inscrit à la séquence Douce, il quitte Standard B2B",
        ),
        ("entry_chosen", {"start": "gently"}, "Reprise choisie : commencer en douceur"),
        ("sequence_published", {"name": "Douce"}, "Séquence mise à jour : Douce"),
        ("template_reset", {"ref": "relance_1"}, "Modèle revenu au texte d’origine : Relance 1"),
        ("thanks_queued", {"to": ["n@x.example"]}, "Remerciement prêt à partir, pour n@x.example"),
    ],
)
def test_a_kind_says_what_happened(kind, facts, sentence):
    assert told(kind, **facts) == sentence


def test_in_english_too(as_camille):
    as_camille.language = "en"
    assert told("promise_kept", promised_on="2026-11-30").startswith("Promise kept, it was for")
    assert told("call_logged", who="Nadia", outcome="message_left") == "Call to Nadia, left a message"


@pytest.mark.usefixtures("as_camille")
def test_what_somebody_typed_is_text():
    _icon, _family, write = KINDS["call_logged"]
    assert "<script>" not in str(write("call_logged", {"who": "<script>", "outcome": "talked"}))
