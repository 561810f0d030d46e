"""A child process held at the end of two pipes: handed a frame, waited for, killed when it takes too long."""

import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from relance.imports import wire
from relance.imports.values import RefusedError, UnsafeError

STARTS_WITHIN = 60.0  # seconds: loading the parsers takes one or two of a busy machine
ANSWERS_WITHIN = 10.0  # seconds, for the whole of a call
ROWS_WITHIN = 60.0  # seconds waited for all the rows of a table, ANSWERS_WITHIN for each some hundreds of them
ROOT = Path(__file__).resolve().parents[2]
# All that the child is told of the machine: no secret stands in its environment.
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
SAID = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "OPENPYXL_LXML": "False"}

TOO_MUCH_MEMORY = (
    "Ce fichier demande trop de mémoire pour être lu. Enregistrez-le à nouveau depuis le logiciel qui l'a produit, "
    "ou découpez-le en plusieurs fichiers, puis réessayez."
)
TOO_LONG = (
    "La lecture de ce fichier demande trop de temps. Enregistrez-le à nouveau depuis le logiciel qui l'a produit, "
    "ou découpez-le en plusieurs fichiers, puis réessayez."
)
UNREADABLE = (
    "Ce fichier n'a pas pu être lu : il est abîmé, ou fait d'une façon que Relance ne connaît pas. "
    "Enregistrez-le à nouveau depuis le logiciel qui l'a produit, puis réessayez."
)
NOT_NOW = (
    "Ce fichier n'a pas pu être lu : cette machine manque de place ou de mémoire. Réessayez dans quelques minutes."
)

log = logging.getLogger(__name__)


class EndedError(Exception):
    """The child is of no more use; the sentence says why the file is refused."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Child:
    """A process that reads files. ``is_idle``: it waits for a call."""

    def __init__(self, module: str) -> None:
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ} | SAID,
                process_group=0,  # Ctrl-C is for the parent, which ends it
            )
        except OSError as error:
            log.exception("no child can be started to read files")
            raise RefusedError(NOT_NOW) from error
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.is_idle = False
        self._stdin, self._stdout = self.process.stdin.fileno(), self.process.stdout.fileno()
        self._came = bytearray()
        self._is_ended = False
        os.set_blocking(self._stdin, False)
        try:
            told, _ = self._receive(STARTS_WITHIN)
        except EndedError as error:
            self.end()
            log.error("a child that reads files does not start")  # it says why itself
            raise RefusedError(NOT_NOW) from error
        self.is_idle = "ready" in told

    def call(self, frame: bytes, seconds: float) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Hand it a call, and its answers. ``seconds`` are those spent waiting for it, not what the caller does."""
        self.is_idle = False
        left = seconds - self._send(frame, ANSWERS_WITHIN)
        while True:
            start = time.monotonic()
            told, raw = self._receive(min(left, ANSWERS_WITHIN))
            left -= time.monotonic() - start
            if "memory" in told:
                raise EndedError(TOO_MUCH_MEMORY)
            self.is_idle = not told.keys().isdisjoint(("end", "refused", "broken"))
            if "end" in told:
                return
            if "refused" in told:
                raise (UnsafeError if told["unsafe"] else RefusedError)(str(told["refused"]))
            if "broken" in told:
                log.error("a file could not be read: %s", told["broken"])
                raise RefusedError(UNREADABLE)
            yield told, raw

    def end(self) -> None:
        """Kill it. It has nothing to finish."""
        self._is_ended = True
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, frame: bytes, seconds: float) -> float:
        """Write a frame; how many seconds that took."""
        start = time.monotonic()
        left = memoryview(frame)
        while left:
            self._wait(self._stdin, select.POLLOUT, start + seconds)
            try:
                left = left[os.write(self._stdin, left) :]
            except OSError as error:
                raise self._dead() from error
        return time.monotonic() - start

    def _receive(self, seconds: float) -> tuple[dict[str, Any], bytes]:
        """The next frame."""
        deadline = time.monotonic() + seconds
        try:
            n_json, n_raw = wire.lengths(self._take(wire.HEAD.size, deadline))
            told = wire.unpack(self._take(n_json, deadline))
        except wire.GarbageError as error:
            log.warning("a child that reads files answers garbage: %s", error)
            raise EndedError(UNREADABLE) from error
        return told, self._take(n_raw, deadline)

    def _take(self, count: int, deadline: float) -> bytes:
        """The next bytes it answers."""
        while len(self._came) < count:
            self._wait(self._stdout, select.POLLIN, deadline)
            part = os.read(self._stdout, 1 << 20)
            if not part:
                raise self._dead()
            self._came += part
        taken = bytes(self._came[:count])
        del self._came[:count]
        return taken

    def _wait(self, pipe: int, event: int, deadline: float) -> None:
        """Wait until a pipe is ready."""
        if self._is_ended:  # another file may have its pipe's number by now
            raise EndedError(UNREADABLE)
        poll = select.poll()  # select() knows no more than 1 024 files, and a server may have more
        poll.register(pipe, event)
        if not poll.poll(max(deadline - time.monotonic(), 0) * 1000):
            raise EndedError(TOO_LONG)

    def _dead(self) -> EndedError:
        """Why it ended."""
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            code = 0
        log.warning("a child that reads files ended: %s", code)
        if code in (wire.MEMORY_ENDED, -signal.SIGKILL):
            return EndedError(TOO_MUCH_MEMORY)
        return EndedError(TOO_LONG if code == -signal.SIGXCPU else UNREADABLE)
