"""The words of an import: how far it is, what became of it, why a row was left out."""

import datetime as dt
import json

import pytest

from relance.models.imports import ImportRow, ImportRun
from relance.services.import_counts import Figures
from relance.web import import_words
from tests.factories import NOW


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("state", "done", "total", "sentence"),
    [
        ("reading", 0, 0, "Les fichiers sont en cours de lecture."),
        ("reading", 12_500, 0, "12 500 lignes lues."),
        ("checking", 1, 600, "1 ligne vérifiée sur 600."),
        ("writing", 12_500, 50_000, "12 500 lignes écrites sur 50 000."),
        ("undoing", 0, 50_000, "0 ligne annulée sur 50 000."),
    ],
)
def test_how_far_it_is_is_said_in_rows(app, state, done, total, sentence):
    with app.test_request_context():
        assert plain(import_words.progress(ImportRun(state=state, n_done=done, n_rows=total))) == sentence


def test_what_it_did_is_said_with_what_it_left(app):
    with app.test_request_context():
        figures = Figures(create=51, created=51, updated=4, same=3, fix=1, aside=1)
        assert import_words.done(figures) == "55 factures importées, 3 ignorées, 2 non importées"
        assert import_words.waiting(Figures()) == "rien à importer"
        assert len(import_words.gone(figures, clients=2)) == 3
        assert import_words.gone(Figures(), clients=0) == ["Cet import n’a rien écrit."]


def test_undoing_is_offered_for_a_day_once_it_is_written(app):
    run = ImportRun(state="done", finished_at=NOW)
    assert import_words.is_undoable(run, NOW + dt.timedelta(hours=23))
    assert not import_words.is_undoable(run, NOW + dt.timedelta(hours=24))
    assert not import_words.is_undoable(ImportRun(state="ready"), NOW)


def test_a_row_left_out_says_where_it_was_and_why(app):
    problems = [["date_emission", "31/02/2026", "Cette date n'existe pas dans le calendrier."]]
    with app.test_request_context():
        row = ImportRow(line=18, problems_json=json.dumps(problems))
        said = plain(import_words.reason(row, "factures.csv"))
        assert said == "factures.csv, ligne 18 : Cette date n’existe pas dans le calendrier."
        assert plain(import_words.reason(ImportRow(), "f.pdf")) == "f.pdf : Mise de côté par vous."


def test_every_state_has_its_words(app):
    with app.test_request_context():
        for state in ("reading", "checking", "ready", "writing", "done", "undoing", "undone", "refused", "discarded"):
            assert import_words.title(state)
            assert import_words.outcome(ImportRun(state=state), Figures())
            assert import_words.look(state)[1]
