"""The child reads as one reads here, though it can load nothing late; and it ends with its parent, or its time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import fuzz_child
from relance.imports import cdar, electronic, guard, held, kinds, tables, wire
from relance.imports.values import RefusedError

ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the child ends at its next answer")


def _here(good):
    for found in kinds.find(good.content, good.name):
        yield found
        try:
            if found.format in electronic.FORMATS:
                yield electronic.read(found.content, found.name, found.format)
            elif found.format == "cdar":
                yield list(cdar.read(found.content))
            elif found.format:
                known = tables.recognise(found.content, found.format, None)
                yield known
                yield list(tables.rows(found.content, found.format, known.how))
        except RefusedError as error:
            yield str(error)


def _there(reader, good):
    for found in reader.find(good.content, good.name):
        yield found
        try:
            if found.format in electronic.FORMATS:
                yield reader.document(found.content, found.name, found.format)
            elif found.format == "cdar":
                yield reader.statuses(found.content, "cdar")
            elif found.format:
                known = reader.recognise(found.content, found.format, None)
                yield known
                yield list(reader.rows(found.content, found.format, known.how))
        except RefusedError as error:
            yield str(error)


def test_each_file_reads_there_as_it_reads_here():
    """What a library loads late would be missing there: the real files, and ours, go through every reader."""
    goods = fuzz_child.goods()
    assert {"xml", "csv", "pdf", "zip"} <= {good.kind for good in goods}
    with guard.Reader() as reader:
        for good in goods:
            assert list(_there(reader, good)) == list(_here(good)), good.name


_PARENT = """
import threading, time
from relance.imports import guard
reader = guard.Reader("tests.imports.odd_child")
reader.document(b"say moi", "x.xml", "cii")
print(reader.pid, flush=True)
reader.document(b"spin", "x.xml", "cii")
"""


@linux
def test_a_child_in_the_middle_of_a_file_is_killed_with_its_parent():
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, cwd=ROOT)
    with parent:
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
    end = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists()


def _start():
    command = [sys.executable, "-m", "tests.imports.odd_child"]
    environment = {name: os.environ[name] for name in held.KEPT if name in os.environ} | held.SAID
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment)


def test_it_ends_with_its_input():
    with _start() as process:
        process.stdin.close()
        assert process.wait(30) == 0


@linux
def test_the_system_ends_it_when_nobody_else_does():
    with _start() as process:
        process.stdin.write(wire.pack({"task": "document", "seconds": -4.9}, b"spin"))
        process.stdin.flush()
        assert process.wait(30) == -signal.SIGXCPU
