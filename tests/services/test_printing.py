"""Letters are printed once, by whoever is there, and say why when they cannot be."""

import datetime as dt
import threading

import pytest

from relance import db
from relance.letters import press
from relance.models.accounts import Heartbeat
from relance.models.documents import Document
from relance.models.letters import Letter
from relance.services import paying, printing
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import kinds, late, prepare

DAY = dt.timedelta(days=1)


def test_two_workers_print_a_letter_once(account, brewery):
    letter = prepare(account, brewery, [late(brewery)])
    outcomes = []

    def work():
        with db.connection():
            outcomes.append(printing.render(letter.id, NOW))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    printed = {outcome for outcome in outcomes if outcome is not None}
    assert len(printed) == 1
    assert Document.select().count() == 1
    assert kinds(letter) == ["letter_requested", "letter_ready"]


def test_a_worker_that_died_while_printing_only_delays_the_letter(account, brewery):
    letter = prepare(account, brewery, [late(brewery)])
    Letter.update(requested_at=NOW + printing.LEASE).execute()  # taken, and nothing came of it
    assert printing.render(letter.id, NOW) is None
    assert printing.pending() == [letter.id]
    assert printing.render(letter.id, NOW + printing.LEASE) is not None


@pytest.mark.parametrize("trouble", [press.PressError("Il manque libpango."), RuntimeError("bug")])
def test_a_letter_that_cannot_be_printed_says_why_and_can_be_asked_again(account, brewery, monkeypatch, trouble):
    letter = prepare(account, brewery, [late(brewery)])

    def broken(page, *, created_at):
        raise trouble

    monkeypatch.setattr(press, "print_pdf", broken)
    assert printing.render(letter.id, NOW) is None
    failed = Letter.get_by_id(letter.id)
    assert (failed.state, failed.requested_at, failed.document_id) == ("draft", None, None)
    assert failed.error
    assert printing.pending() == []
    assert kinds(letter) == ["letter_requested", "letter_failed"]
    monkeypatch.undo()
    printing.ask_again(failed, by=None, now=NOW)
    assert printing.render(letter.id, NOW) is not None
    assert Letter.get_by_id(letter.id).state == "ready"
    assert kinds(letter) == ["letter_requested", "letter_failed", "letter_requested", "letter_ready"]


def test_without_a_worker_for_two_minutes_whoever_waits_prints(account, brewery):
    letter = prepare(account, brewery, [late(brewery)])
    assert printing.needs_hand(letter, NOW)
    Heartbeat.beat("worker", NOW)
    assert not printing.needs_hand(letter, NOW + dt.timedelta(minutes=2))
    assert printing.needs_hand(letter, NOW + dt.timedelta(minutes=2, seconds=1))
    printing.render(letter.id, NOW)
    assert not printing.needs_hand(Letter.get_by_id(letter.id), NOW + DAY)


def test_money_received_since_makes_the_letter_outdated(account, brewery):
    invoice = late(brewery)
    letter = prepare(account, brewery, [invoice])
    assert not printing.is_outdated(letter)
    paying.record(invoice, 1_000, TODAY, by=None, now=NOW)
    assert printing.is_outdated(letter)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Café de l'Œuvre & Fils", "mise-en-demeure-cafe-de-l-oeuvre-fils-2026-11-23.pdf"),
        ("../../etc/passwd", "mise-en-demeure-etc-passwd-2026-11-23.pdf"),
        ("株式会社", "mise-en-demeure-client-2026-11-23.pdf"),
        ("x" * 200, f"mise-en-demeure-{'x' * 60}-2026-11-23.pdf"),
    ],
)
def test_the_file_has_a_plain_name(account, name, expected):
    client = factories.make_client(account, name)
    assert printing.file_name(prepare(account, client, [late(client)])) == expected
