"""Reading in a child: what it may do, what becomes of one that hangs, eats, dies or lies, and what it leaves."""

import ast
import gc
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from relance.imports import canonical_csv, guard, held, tables
from relance.imports.values import RefusedError, UnsafeError
from tests.data import making

ODD = "tests.imports.odd_child"
SAMPLE = canonical_csv.SAMPLE.encode()


@pytest.fixture(scope="module")
def odd():
    with guard.Reader(ODD) as reader:
        yield reader


def _ask(reader, words):
    return reader.document(words.encode(), "x.xml", "cii").object


def _children():
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def _open_files():
    return set(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(sys.platform != "linux", reason="counts processes by /proc")
def test_a_reader_starts_nothing_before_its_first_call_and_leaves_nothing_behind():
    gc.collect()
    files, children = _open_files(), _children()
    with guard.Reader(ODD) as reader:
        assert reader.pid is None
        assert _children() == children
        assert _ask(reader, "say bonjour") == "bonjour"
        first = reader.pid
        assert _ask(reader, "say encore") == "encore"
        assert reader.pid == first  # the same one
        with pytest.raises(RefusedError):
            _ask(reader, "die")
        assert _ask(reader, "say debout") == "debout"
    assert _children() == children
    assert _open_files() == files
    assert not Path(f"/proc/{first}").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")
def test_the_child_can_open_no_file_no_socket_and_no_module_and_is_told_no_secret(odd, monkeypatch):
    monkeypatch.setenv("RELANCE_SECRET_KEY", "do-not-tell")
    monkeypatch.setenv("RELANCE_SMTP_URL", "smtp://user:password@host")
    with guard.Reader(ODD) as reader:
        facts = ast.literal_eval(_ask(reader, "facts"))
    assert facts["can"] == []
    assert facts["loaded"] == []
    assert facts["limits"].pop("RLIMIT_DATA")[1] <= 200_000_000
    assert set(facts["limits"].values()) == {(0, 0)}
    assert set(facts["environment"]) <= {*held.KEPT, *held.SAID, "LC_CTYPE"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("die", guard.UNREADABLE),
        ("leave", guard.UNREADABLE),
        ("garbage", guard.UNREADABLE),
        ("nonsense", guard.UNREADABLE),
        ("other", guard.UNREADABLE),
        ("twice", guard.UNREADABLE),
        ("eat", held.TOO_MUCH_MEMORY),
        ("eat 100000", held.TOO_MUCH_MEMORY),
    ],
)
def test_a_child_that_dies_lies_or_eats_is_a_file_that_is_refused_and_another_takes_its_place(odd, words, sentence):
    _ask(odd, "say avant")
    with pytest.raises(RefusedError) as refused:
        _ask(odd, words)
    assert str(refused.value) == sentence
    assert _ask(odd, "say après") == "après"


@pytest.mark.parametrize("words", ["hang", "spin"])
def test_a_child_that_takes_too_long_is_killed(odd, monkeypatch, words):
    _ask(odd, "say avant")
    monkeypatch.setattr(held, "ANSWERS_WITHIN", 0.3)
    hung = odd.pid
    start = time.monotonic()
    with pytest.raises(RefusedError) as refused:
        _ask(odd, words)
    assert time.monotonic() - start < 5
    assert str(refused.value) == held.TOO_LONG
    assert odd.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)


def test_what_a_parser_says_is_said_and_its_child_goes_on(odd):
    _ask(odd, "say avant")
    same = odd.pid
    with pytest.raises(RefusedError, match=r"^Non\.$") as refused:
        _ask(odd, "refuse Non.")
    assert not isinstance(refused.value, UnsafeError)
    with pytest.raises(UnsafeError, match=r"^Malin\.$"):
        _ask(odd, "harm Malin.")
    assert _ask(odd, "print des mots qui ne sont pas une réponse") == "rien"
    assert odd.pid == same


def test_what_a_parser_did_not_foresee_is_logged_and_worded(odd, caplog):
    with pytest.raises(RefusedError) as refused:
        _ask(odd, "fail")
    assert str(refused.value) == guard.UNREADABLE
    assert "KeyError: '/Root'" in caplog.text


def test_a_file_is_not_refused_for_what_others_left_in_the_child(odd):
    """What is kept from one call to the next leaves no room for this one: it has a child to itself."""
    assert _ask(odd, "hold 60") == "gardé"
    first = odd.pid
    assert _ask(odd, "hold 60") == "gardé"
    assert _ask(odd, "hold 61") == "gardé"
    assert odd.pid != first
    with pytest.raises(RefusedError) as refused:
        _ask(odd, "hold 180")
    assert str(refused.value) == held.TOO_MUCH_MEMORY


def test_a_child_that_cannot_be_started_is_said(monkeypatch, caplog):
    with guard.Reader("tests.imports.no_such_module") as reader, pytest.raises(RefusedError) as refused:
        _ask(reader, "say rien")
    assert str(refused.value) == held.NOT_NOW
    monkeypatch.setattr(held.sys, "executable", "/nowhere/python")
    with guard.Reader(ODD) as reader, pytest.raises(RefusedError) as refused:
        _ask(reader, "say rien")
    assert str(refused.value) == held.NOT_NOW


def test_rows_come_as_they_are_read_and_an_unfinished_reading_ends_with_the_next_call():
    head, *lines = SAMPLE.splitlines(keepends=True)
    # Each its own number: a line that says the same as the one before is read once.
    content = head + b"".join(lines[0].replace(b"F-2026-0101", b"F-%d" % n) for n in range(3_000))
    with guard.Reader() as reader:
        how = reader.recognise(content, "csv", None).how
        assert sum(1 for _ in reader.rows(content, "csv", how)) == 3_000
        first = reader.pid
        rows = reader.rows(content, "csv", how)
        line = next(rows).line
        assert reader.find(SAMPLE, "x.csv")[0].format == "csv"
        assert reader.pid != first
        with pytest.raises(RefusedError):
            list(rows)
        later = list(reader.rows(content, "csv", how, after=line + 2_900))
        assert [row.line for row in later] == list(range(line + 2_901, line + 3_000))
        assert list(reader.rows(content, "csv", how)) == list(tables.rows(content, "csv", how))


def test_readers_of_several_threads_do_not_mix():
    said = []

    def talk(word):
        with guard.Reader(ODD) as reader:
            said.extend(_ask(reader, f"say {word}{turn}") == f"{word}{turn}" for turn in range(50))

    threads = [threading.Thread(target=talk, args=(word,)) for word in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [True] * 100


def test_a_pdf_is_looked_at_in_the_child_too() -> None:
    assert guard.inspect(making.pdf(pages=2)) == 2
    with pytest.raises(RefusedError, match="JavaScript"):
        guard.inspect(making.pdf(script="app.alert(1)"))
