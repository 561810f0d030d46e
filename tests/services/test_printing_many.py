"""Many letters are printed by several processes, once each, whoever is killed in the middle."""

import threading

import pytest

from relance.models.documents import Document
from relance.models.events import Event
from relance.models.letters import Letter, LetterBatch
from relance.services import bulk_letters, letter_batches, printing, printing_many
from relance.services.printing_many import _Child
from tests import factories
from tests.factories import NOW
from tests.services.notices import kinds, late, prepare


@pytest.fixture
def letters(account):
    """``letters(n)``: as many that wait, each to a client of its own."""

    def make(count):
        clients = [factories.make_client(account, f"Client {n}") for n in range(count)]
        return [prepare(account, client, [late(client)]) for client in clients]

    return make


@pytest.fixture
def children(monkeypatch):
    """Two processors; the children that were started."""
    started = []
    start = _Child.start
    monkeypatch.setattr(printing_many, "processors", lambda: 2)
    monkeypatch.setattr(_Child, "start", lambda folder: started.append(start(folder)) or started[-1])
    return started


def test_a_child_killed_in_the_middle_loses_no_letter_and_doubles_none(
    letters, children, engine, data_dir, monkeypatch
):
    monkeypatch.setattr(printing_many, "FEW", 12)
    made = letters(60 if engine == "sqlite" else 12)
    handed = []
    ask = _Child.print

    def killed_on_the_fifth(child, letter_id, at):
        handed.append((child.process.pid, letter_id))
        if len(handed) == 5:
            threading.Timer(0.03, child.process.kill).start()  # a letter takes three times as long
        return ask(child, letter_id, at)

    monkeypatch.setattr(_Child, "print", killed_on_the_fifth)
    assert printing_many.print_waiting(NOW, data_dir) in (
        len(made),
        len(made) - 1,
    )  # killed before its answer, or after
    assert [child.process.returncode for child in children].count(-9) == 1
    assert len(children) >= 3
    assert len({pid for pid, _letter in handed}) >= 3
    printed = {letter.id: letter for letter in Letter.select()}
    assert {letter.state for letter in printed.values()} == {"ready"}
    assert Document.select().count() == len(made)
    ready = [event.invoice_id for event in Event.select().where(Event.kind == "letter_ready")]
    assert len(ready) == len(set(ready)) == len(made)
    assert Event.select().where(Event.kind == "letter_failed").count() == 0
    assert printing_many.waiting(NOW) == []


class Doomed:
    """A child that dies on one letter, each time after it took it."""

    def __init__(self, letter_id):
        self.letter_id = letter_id

    def print(self, letter_id, at):
        if letter_id != self.letter_id:
            return b"0" if printing.render(letter_id, at) is None else b"1"
        Letter.update(requested_at=at + printing.LEASE).where(Letter.id == letter_id).execute()
        return b""

    def stop(self):
        pass


def test_a_letter_on_which_two_children_died_is_left_alone_and_says_so(letters, data_dir, monkeypatch):
    monkeypatch.setattr(printing_many, "FEW", 3)
    monkeypatch.setattr(printing_many, "processors", lambda: 2)
    made = letters(3)
    monkeypatch.setattr(_Child, "start", lambda _folder: Doomed(made[1].id))
    assert printing_many.print_waiting(NOW, data_dir) == 2
    poison = Letter.get_by_id(made[1].id)
    assert (poison.document_id, poison.requested_at, poison.error) == (None, None, printing_many.CUT_SHORT)
    assert kinds(poison) == ["letter_requested", "letter_failed"]
    printing.ask_again(poison, by=None, now=NOW)
    assert printing_many.print_waiting(NOW, data_dir) == 1  # alone: in this process


def test_a_letter_that_kills_before_it_is_written_is_refused(account, camille, data_dir, monkeypatch):
    monkeypatch.setattr(printing_many, "FEW", 2)
    monkeypatch.setattr(printing_many, "processors", lambda: 2)
    invoices = [late(factories.make_client(account, f"Client {n}")) for n in range(2)]
    found, _aside = bulk_letters.drafts(account, invoices, now=NOW)
    batch = letter_batches.ask(account, found, kind=bulk_letters.NOTICE, delay_days=8, by=camille, now=NOW)
    monkeypatch.setattr(_Child, "start", lambda _folder: Doomed(0))
    monkeypatch.setattr(Doomed, "print", lambda *_args: b"")
    assert printing_many.print_waiting(NOW, data_dir) == 0
    why = {why for _client, why in letter_batches.refused(LetterBatch.get_by_id(batch.id))}
    assert (why, Letter.select().count()) == ({printing_many.CUT_SHORT}, 0)


def test_without_children_the_letters_are_printed_here(letters, data_dir, monkeypatch):
    monkeypatch.setattr(printing_many, "FEW", 2)
    monkeypatch.setattr(printing_many, "processors", lambda: 2)

    def refused(*args, **options):
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr(printing_many.subprocess, "Popen", refused)
    made = letters(2)
    assert printing_many.print_waiting(NOW, data_dir) == 2
    assert [kinds(letter) for letter in made] == [["letter_requested", "letter_ready"]] * 2


def test_a_few_letters_start_no_child_and_what_another_took_is_left_to_it(letters, children, data_dir):
    mine, taken = letters(2)
    Letter.update(requested_at=NOW + printing.LEASE).where(Letter.id == taken.id).execute()
    assert printing_many.print_waiting(NOW, data_dir) == 1
    assert children == []
    assert Letter.get_by_id(mine.id).document_id is not None
    assert Letter.get_by_id(taken.id).document_id is None


def test_one_run_at_a_time_and_no_longer_than_it_may(letters, data_dir):
    letters(1)
    with printing_many._one_run:
        assert printing_many.print_waiting(NOW, data_dir) == 0
    assert printing_many.print_waiting(NOW, data_dir, patience=-1) == 0
    assert printing_many.print_waiting(NOW, data_dir) == 1


def test_memory_bounds_the_number_of_children(monkeypatch):
    monkeypatch.setattr(printing_many.os, "sched_getaffinity", lambda _pid: set(range(64)), raising=False)
    for mib, count in ((64_000, 8), (500, 2), (100, 1)):
        monkeypatch.setattr(printing_many.Path, "read_text", lambda _path, mib=mib: f"MemAvailable: {mib * 1024} kB")
        assert printing_many.processors() == count
