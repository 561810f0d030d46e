"""The process that reads what strangers gave: ``python -m relance.imports.child``, at the other end of guard.

It loads all it may need, then gives up what it does not: no file nor socket can be opened any more, no module
loaded, and memory is counted. Then it answers frames (wire) until its input ends, or its parent does.
"""

import codecs
import ctypes
import gc
import importlib
import os
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from itertools import islice
from types import ModuleType
from typing import Any, BinaryIO

from stdnum import iban

from relance.imports import cdar, electronic, kinds, pdf, serial, statuses, tables, wire
from relance.imports.values import MEGABYTE, RefusedError, UnsafeError

# With the libraries themselves (some 25 MB of shared files, which this does not count) the whole stays under 200 MB.
MAX_DATA_BYTES = 160 * MEGABYTE
MAX_RESIDENT_BYTES = 200_000_000  # where the system does not count the former (macOS)
SPARE_SECONDS = 5  # of a processor, beyond the time the parent waits for an answer

# What is loaded late by those who need it, and could not be once files are closed. An encoding that is not here
# is one that no file of ours is in: the parser says that it does not know it.
_ENCODINGS = (
    "ascii utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be utf-7 latin-1 iso8859-2 iso8859-5 "
    "iso8859-7 iso8859-9 iso8859-15 cp437 cp850 cp858 cp1250 cp1251 cp1252 cp1253 cp1254 cp1257 mac-roman idna "
    "unicode-escape raw-unicode-escape charmap punycode hex"
).split()
_MODULES = ("pypdf.filters", "pypdf._codecs._codecs", "pypdf._codecs.core_font_metrics", "pypdf.xmp")
# Countries whose account numbers are checked by a module, or a list of banks, of their own.
_ACCOUNTS = ("BE68539007547034", "ES9121000418450200051332", "ME25505000012345678951", "NO9386011117947")

MEMORY = wire.pack({"memory": True})  # made while there is some

Part = tuple[dict[str, Any], bytes]
Task = Callable[[dict[str, Any], bytes], Iterator[Part]]


def find(asked: dict[str, Any], content: bytes) -> Iterator[Part]:
    """The files in ``content``. The bytes of the file itself do not go back."""
    for found in kinds.find(content, asked["name"]):
        is_same = found.content == content
        told = {"name": found.name, "format": found.format, "error": found.error, "same": is_same}
        yield told, b"" if is_same else found.content


def document(asked: dict[str, Any], content: bytes) -> Iterator[Part]:
    """The invoice in ``content``."""
    yield {"document": serial.to_json(electronic.read(content, asked["name"], asked["format"]))}, b""


def recognise(asked: dict[str, Any], content: bytes) -> Iterator[Part]:
    """How the table in ``content`` is read."""
    known = tables.TableHow.from_json(asked["known"]) if asked["known"] else None
    yield {"recognised": wire.recognised_to_json(tables.recognise(content, asked["format"], known))}, b""


def rows(asked: dict[str, Any], content: bytes) -> Iterator[Part]:
    """The rows of the table in ``content``, some hundreds at a time, those after a line."""
    found = tables.rows(content, asked["format"], tables.TableHow.from_json(asked["how"]))
    later = (row for row in found if row.line > asked["after"])
    while part := [[row.line, row.cells, row.extra] for row in islice(later, wire.ROWS)]:
        yield {"rows": part}, b""


def inspect(asked: dict[str, Any], content: bytes) -> Iterator[Part]:
    """Whether the PDF in ``content`` may be kept: what may act in it is refused."""
    yield {"pages": pdf.inspect(content).pages}, b""


def read_statuses(asked: dict[str, Any], content: bytes) -> Iterator[Part]:
    """The statuses in ``content``: a message of the life cycle, or a table."""
    found = cdar.read(content) if asked["format"] == "cdar" else statuses.read(content)
    yield {"statuses": [statuses.to_json(status) for status in found]}, b""


TASKS: dict[str, Task] = {
    "find": find,
    "document": document,
    "recognise": recognise,
    "rows": rows,
    "statuses": read_statuses,
    "inspect": inspect,
}


def load() -> None:
    """Load what the parsers would load later."""
    for name in _ENCODINGS:
        codecs.lookup(name)
    for name in _MODULES:
        importlib.import_module(name)
    for number in _ACCOUNTS:
        iban.is_valid(number)


def give_up() -> None:
    """Give up, for good, all that reading bytes does not need. What the system cannot refuse is left to guard."""
    _die_with_parent()
    sys.meta_path.insert(0, _NoModule())
    is_counted = _limit(resource.RLIMIT_DATA, MAX_DATA_BYTES) and sys.platform == "linux"
    if not is_counted:
        threading.Thread(target=_watch_memory, daemon=True).start()
    for name in ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_NOFILE"):
        if hasattr(resource, name):
            _limit(getattr(resource, name), 0)
    gc.collect()
    gc.freeze()


def _limit(what: int, value: int) -> bool:
    """Set a limit that cannot be raised again. False when the system has none such."""
    try:
        resource.setrlimit(what, (value, value))
    except (OSError, ValueError):
        return False
    return True


def _die_with_parent() -> None:
    """Be killed when the parent ends, even in the middle of a call. Elsewhere than on Linux: at the next answer."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS


class _NoModule:
    """Says of every module that there is none: what could still be loaded would be looked for in files."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Never a module."""
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _watch_memory() -> None:
    """End this process when it takes too much, where the system does not refuse it."""
    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit < MAX_RESIDENT_BYTES:
        time.sleep(0.02)
    os._exit(wire.MEMORY_ENDED)


def answer(source: BinaryIO, send: Callable[[bytes], None]) -> None:
    """Answer frames until the input ends, or memory does."""
    while head := source.read(wire.HEAD.size):
        n_json, n_raw = wire.lengths(head)
        asked = wire.unpack(source.read(n_json))
        _allow(asked["seconds"] + SPARE_SECONDS)
        if not _answer(asked, source.read(n_raw), send):
            return
        gc.collect()


def _answer(asked: dict[str, Any], content: bytes, send: Callable[[bytes], None]) -> bool:
    """Answer one. False when there was no memory for it: this process then is not worth keeping."""
    try:
        for header, raw in TASKS[asked["task"]](asked, content):
            send(wire.pack(header, raw))
        send(wire.pack({"end": True}))
    except RefusedError as error:
        send(wire.pack({"refused": str(error), "unsafe": isinstance(error, UnsafeError)}))
    except MemoryError:
        send(MEMORY)
        return False
    except BrokenPipeError:  # the parent is gone: nobody to answer
        return False
    except Exception:  # noqa: BLE001  # whatever a parser did not foresee: the parent logs it and words it
        send(wire.pack({"broken": traceback.format_exc()[-4000:]}))
    return True


def _allow(seconds: float) -> None:
    """Let the system end this process when it takes a processor for longer than this."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, most))


def main() -> int:
    """Get ready, say so, answer."""
    # The answers have a pipe to themselves. What a library prints goes nowhere: a file could fill the log with it.
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    load()
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    give_up()

    def send(frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            view = view[os.write(answers, view) :]

    send(wire.pack({"ready": True}))
    answer(sys.stdin.buffer, send)
    return 0


if __name__ == "__main__":
    sys.exit(main())
