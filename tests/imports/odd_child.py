"""A child of guard that does what a hostile file might make one do: ``python -m tests.imports.odd_child``.

The text of the file says what; everything else is the real child.
"""

import os
import resource
import signal
import socket
import sys
import time

from relance.imports import child, wire
from relance.imports.values import RefusedError, UnsafeError


def _document(asked, content):
    word, _, rest = content.decode().partition(" ")
    yield from WORDS[word](rest)


def _say(text):
    yield {"document": {"file": "dit.xml", "object": text}}, b""


def _hang(_rest):
    time.sleep(60)
    yield from _say("trop tard")


def _spin(_rest):
    while True:
        pass
    yield


def _eat(rest):
    eaten = []
    while True:
        eaten.append(b"%d" % len(eaten) * int(rest or 1000))
    yield


def _hold(rest):
    """Keep memory from one call to the next, as what a library keeps."""
    KEPT.append(bytearray(int(rest) * 1_000_000))
    yield from _say("gardé")


def _die(_rest):
    os.kill(os.getpid(), signal.SIGSEGV)
    yield


def _leave(_rest):
    os._exit(0)
    yield


def _garbage(_rest):
    os.write(3, b"\xff" * 100)
    time.sleep(60)
    yield


def _nonsense(_rest):
    os.write(3, wire.HEAD.pack(5, 0) + b"[1,2]")
    time.sleep(60)
    yield


def _other(_rest):
    yield {"document": {"file": "x", "issued_on": "not a day"}}, b""


def _twice(_rest):
    yield from _say("un")
    yield from _say("deux")


def _refuse(rest):
    raise RefusedError(rest)
    yield


def _harm(rest):
    raise UnsafeError(rest)
    yield


def _fail(_rest):
    raise KeyError("/Root")
    yield


def _print(rest):
    print(rest, flush=True)
    sys.stderr.write(rest)
    yield from _say("rien")


def _facts(_rest):
    """What this process can still do."""
    found = []
    for name, attempt in (
        ("file", lambda: os.open("/etc/passwd", os.O_RDONLY)),
        ("socket", socket.socket),
        ("pair", socket.socketpair),
        ("pipe", os.pipe),
        ("copy", lambda: os.dup(0)),
        ("folder", lambda: os.listdir("/")),
        ("write", lambda: os.open("/tmp/relance-canary", os.O_WRONLY | os.O_CREAT)),
        ("module", lambda: __import__("ftplib")),
    ):
        try:
            attempt()
        except (OSError, ImportError):
            continue
        found.append(name)
    limits = {
        name: resource.getrlimit(getattr(resource, name))
        for name in ("RLIMIT_NOFILE", "RLIMIT_DATA", "RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NPROC")
    }
    loaded = sorted({"flask", "peewee", "huey", "relance.db", "relance.models"} & set(sys.modules))
    yield from _say(repr({"can": found, "limits": limits, "loaded": loaded, "environment": dict(os.environ)}))


KEPT = []
WORDS = {
    "say": _say,
    "hang": _hang,
    "spin": _spin,
    "eat": _eat,
    "hold": _hold,
    "die": _die,
    "leave": _leave,
    "garbage": _garbage,
    "nonsense": _nonsense,
    "other": _other,
    "twice": _twice,
    "refuse": _refuse,
    "harm": _harm,
    "fail": _fail,
    "print": _print,
    "facts": _facts,
}

if __name__ == "__main__":
    child.TASKS["document"] = _document
    sys.exit(child.main())
