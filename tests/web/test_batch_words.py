"""The words of a sending to many: every reason is said, every state counted."""

import datetime as dt

import pytest

from relance.models.batches import Batch, BatchLine
from relance.models.messages import Message
from relance.services import batch_review, planning
from relance.services.batch_review import Aside
from relance.services.batches import Progress
from relance.web import batch_words
from tests import factories
from tests.factories import NOW, TODAY


def progress(**counts):
    zero = dict.fromkeys(("total", "waiting", "aside", "queued", "sent", "failed", "cancelled"), 0)
    return Progress(**zero | {"total": sum(counts.values())} | counts)


def batch(seconds=-60, undone=False):
    at = NOW + dt.timedelta(seconds=seconds)
    return Batch(not_before_at=at, created_at=NOW, undone_at=NOW if undone else None)


@pytest.mark.parametrize(
    ("of", "counts", "said"),
    [
        (batch(60), {"queued": 1}, "Une relance part dans une minute."),
        (batch(60), {"queued": 3, "aside": 1}, "3 relances partent dans une minute."),
        (batch(7200), {"queued": 2}, "2 relances partiront lundi 23 novembre à 11 h."),
        (batch(), {"waiting": 30, "queued": 20}, "20 e-mails préparés sur 50."),
        (batch(), {"sent": 18, "failed": 2}, "18 relances envoyées, 2 en échec."),
        (batch(), {"sent": 1, "queued": 1, "cancelled": 1}, "Une relance envoyée, une en cours d’envoi, une annulée."),
        (batch(), {"aside": 2}, "2 mises de côté."),
        (batch(undone=True), {"cancelled": 2}, "Envoi annulé\u00a0: rien n’est parti."),
        (batch(), {}, "Rien n’est parti."),
    ],
)
def test_where_a_sending_stands_is_one_sentence(as_camille, of, counts, said):
    assert batch_words.sentence(of, progress(**counts), NOW).replace("\u00a0", " ") == said.replace("\u00a0", " ")


def test_every_reason_to_set_aside_has_words_and_a_way_out_where_one_exists(as_camille, invoice):
    reasons = {*planning.REASONS} - {
        "finished",
        "backlog",
        "held_step",
        "unenrolled",
        "sequence_deleted",
        "no_recipient",
    }
    for because in reasons | {"no_address", "notice"}:
        words = batch_words.aside(Aside(invoice, because), TODAY)
        assert words and words != because, because
        href, label = batch_words.mending(Aside(invoice, because))
        assert bool(href) == bool(label)
    dated = batch_words.aside(Aside(invoice, "promise", until_on=TODAY + dt.timedelta(4)), TODAY)
    assert dated == "paiement promis, jusqu’au 27\u00a0nov."
    refused = batch_words.aside(Aside(invoice, "no_address", rejected_on=TODAY - dt.timedelta(5)), TODAY)
    assert refused == "adresse refusée le 18\u00a0nov."
    assert batch_review.MOST == 1000


@pytest.mark.parametrize(
    ("state", "words", "family"),
    [
        ("queued", "en attente", ""),
        ("sending", "en cours d’envoi", ""),
        ("refused", "refusée par le serveur", "warn"),
        ("uncertain", "envoi incertain : vérifiez avant de renvoyer", "warn"),
        ("cancelled", "annulée", ""),
    ],
)
def test_each_state_of_a_message_has_its_words(as_camille, state, words, family):
    line = BatchLine(state="queued", message=Message(state=state))
    assert (batch_words.state_of(line)[0].replace("\u00a0", " "), batch_words.state_of(line)[1]) == (words, family)


def test_a_line_tells_when_it_left_why_it_did_not_or_that_it_waits(as_camille, account):
    sent = BatchLine(state="queued", message=Message(state="sent", sent_at=factories.NOW))
    assert batch_words.state_of(sent)[0] == "envoyée lundi 23\u00a0novembre à 9\u00a0h"
    assert batch_words.state_of(BatchLine(state="waiting"))[0] == "en préparation"
    words, family = batch_words.state_of(BatchLine(state="aside", reason="balance_changed"))
    assert "le solde a changé" in words and family == "warn"
    assert batch_words.state_of(BatchLine(state="queued", message=None))[0] == "annulée"
