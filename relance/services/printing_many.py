"""Many letters at once, on every processor: children of this process, each of which prints what it is handed.

Laying out a letter takes a processor a tenth of a second, and threads gain nothing: processes do. They are new
programs, never forks of a worker full of threads. The rows are the queue: a child takes a letter by the lease of
``printing.render``, so whoever is killed, parent or child, a letter is printed once and none is lost.
"""

import datetime as dt
import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from peewee import DoesNotExist

from relance import db
from relance.models.letters import Letter, LetterBatch
from relance.services import letter_batches, printing

FEW = 20  # letters: under that, starting children takes longer than it gains
MOST_CHILDREN = 8
LETTERS_PER_CHILD = 200  # then another takes its place, so that what a library keeps is given back
CHILD_MIB = 220  # what a child may come to take; a machine short of it has fewer
STARTS_WITHIN, PRINTS_WITHIN = 60, 120  # seconds; the second is the lease: beyond, others may take the letter
CUT_SHORT = "La mise en page s'est arrêtée deux fois avant la fin. Préparez la lettre avec moins de factures jointes."
READY, PRINTED, NOT_PRINTED = b"r", b"1", b"0"  # what a child answers
ROOT = Path(__file__).resolve().parents[2]

log = logging.getLogger(__name__)
_one_run = threading.Lock()


def waiting(now: dt.datetime, limit: int = 1000, *, alone: bool = False, batch: LetterBatch | None = None) -> list[int]:
    """The ids of the letters to make now (UTC): those a person asked for alone first, then those of batches.

    What another process has taken is not among them; what a batch still has to write is.
    ``alone``: only those of no batch; ``batch``: only its own.
    """
    to_print = Letter.requested_at <= now
    query = Letter.select(Letter.id).where(Letter.document.is_null(), to_print | letter_batches.to_write())
    if batch is not None:
        query = query.where(Letter.batch == batch)
    if alone:
        query = query.where(Letter.batch.is_null())
    query = query.order_by(Letter.batch.is_null(False), Letter.id).limit(limit)
    return [letter_id for (letter_id,) in query.tuples()]


def print_waiting(
    now: dt.datetime, data_dir: Path, *, batch: LetterBatch | None = None, patience: float | None = None
) -> int:
    """Make all that waits since before ``now`` (UTC), or what can be in ``patience`` seconds; how many were printed.

    0 at once while another thread of this process is at it. A letter that fails says why in its row. With a
    ``batch``, only its own, and in this process: a person's request waits for it.
    """
    if not _one_run.acquire(blocking=False):
        return 0
    try:
        run = _Run(now, data_dir, patience)
        while ids := [key for key in waiting(run.at(), batch=batch) if key not in run.seen]:
            run.add(ids)
            if batch is None and len(ids) >= FEW and (children := processors()) > 1:
                _spread(run, children)
            run.here()
            if run.is_over:
                break
        return run.printed
    finally:
        _one_run.release()


def make(letter_id: int, now: dt.datetime) -> bool:
    """Write a letter of a batch that is still to be written, and print it. True when it is printed."""
    letter_batches.write(letter_id, now)
    try:
        return printing.render(letter_id, now) is not None
    except DoesNotExist:  # refused, or thrown away meanwhile
        return False


def processors() -> int:
    """How many children may print at once: one a processor this process may use, fewer where memory is short."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        words = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        room = int(words["MemAvailable"].split()[0]) // (CHILD_MIB * 1024)
    except (OSError, KeyError, ValueError):  # not Linux
        room = count
    return max(1, min(count, room, MOST_CHILDREN))


@dataclass
class _Run:
    """The letters of a run that are not handed out yet, and what became of the others. Shared by threads."""

    now: dt.datetime
    data_dir: Path
    patience: float | None
    ids: deque[int] = field(default_factory=deque)
    seen: set[int] = field(default_factory=set)
    deaths: Counter[int] = field(default_factory=Counter)
    printed: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, ids: Sequence[int]) -> None:
        """Hand these out too."""
        self.ids.extend(ids)
        self.seen.update(ids)

    def at(self) -> dt.datetime:
        """The instant it is, by the clock of ``now``: a lease is counted from when its letter is taken."""
        return self.now + dt.timedelta(seconds=time.monotonic() - self.started)

    @property
    def is_over(self) -> bool:
        """True when nothing more should be begun."""
        return self.patience is not None and time.monotonic() - self.started > self.patience

    def next(self) -> int | None:
        """The next letter, or None."""
        try:
            return None if self.is_over else self.ids.popleft()
        except IndexError:
            return None

    def here(self) -> None:
        """Print in this process what is left."""
        while (letter_id := self.next()) is not None:
            self.printed += make(letter_id, self.at())


def _spread(run: _Run, count: int) -> None:
    """Share the letters out among children; what they leave is for this process."""
    with ThreadPoolExecutor(count) as threads:
        fed = [threads.submit(_feed, run) for _ in range(min(count, len(run.ids)))]
    run.printed += sum(one.result() for one in fed)


def _feed(run: _Run) -> int:
    """Hand letters to one child after another; how many were printed."""
    child, handed, printed = None, 0, 0
    try:
        while (letter_id := run.next()) is not None:
            if child is None or handed == LETTERS_PER_CHILD:
                if child is not None:
                    child.stop()
                child, handed = _Child.start(run.data_dir), 0
                if child is None:
                    run.ids.appendleft(letter_id)
                    return printed
            at, handed = run.at(), handed + 1
            answer = child.print(letter_id, at)
            printed += answer == PRINTED
            if answer == b"":
                child.stop()
                child = None
                _bury(run, letter_id, at)
    finally:
        if child is not None:
            child.stop()
    return printed


def _bury(run: _Run, letter_id: int, at: dt.datetime) -> None:
    """The child that took this letter at ``at`` is dead: another may take it now, or nobody after two deaths."""
    log.warning("a child of the press died on letter %s", letter_id)
    run.deaths[letter_id] += 1
    with db.connection(), db.transaction():
        its = (Letter.id == letter_id) & Letter.document.is_null() & (Letter.requested_at == at + printing.LEASE)
        if run.deaths[letter_id] == 1:
            Letter.update(requested_at=at).where(its).execute()
            run.ids.append(letter_id)
        elif Letter.update(requested_at=None, error=CUT_SHORT).where(its).execute():
            printing.tell("letter_failed", Letter.get_by_id(letter_id), at, None, because=CUT_SHORT)
        else:
            letter_batches.refuse(letter_id, CUT_SHORT)


class _Child:
    """A process that prints the letters it is handed."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process

    @classmethod
    def start(cls, data_dir: Path) -> "_Child | None":
        """A child that is ready, or None when none can be had: the letters are printed without it."""
        job = {"database_url": db.url(), "data_dir": str(data_dir)}
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "relance.services.printing_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                process_group=0,  # Ctrl-C is for the parent, which lets each finish its letter
            )
        except OSError:
            log.exception("no child of the press can be started")
            return None
        child = cls(process)
        if child._ask(json.dumps(job), STARTS_WITHIN) != READY:
            log.error("a child of the press does not start")
            child.stop()
            return None
        return child

    def print(self, letter_id: int, at: dt.datetime) -> bytes:
        """Its answer (of printing_child), or b'' when it died on this letter or hangs."""
        return self._ask(f"{letter_id} {at.isoformat()}", PRINTS_WITHIN)

    def _ask(self, line: str, seconds: float) -> bytes:
        """Say a line to it and wait for the answer; b'' when there is none."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(f"{line}\n".encode())
        except OSError:
            return b""
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        return self.process.stdout.readline().strip() if ready else b""

    def stop(self) -> None:
        """End it: by the end of its input, by force when it does not listen."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
