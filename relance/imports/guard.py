"""Reading what a stranger gave, in a process that can do nothing else (``child``), watched from here.

    with guard.Reader() as reader:
        for found in reader.find(content, name): …

A file that takes too long, or too much memory, or that brings the process down, is a file that is refused, with a
sentence. The process starts at the first call, and another takes its place when it had to be killed.
"""

import logging
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from relance.imports import serial, statuses, wire
from relance.imports.held import ANSWERS_WITHIN, ROWS_WITHIN, TOO_LONG, UNREADABLE, Child, EndedError
from relance.imports.kinds import Found
from relance.imports.statuses import StatusRead
from relance.imports.tables import RawRow, Recognised, TableHow
from relance.imports.values import InvoiceRead, RefusedError

CHILD = "relance.imports.child"

log = logging.getLogger(__name__)
Value = TypeVar("Value")


class Reader:
    """Reads files in a child process. For one thread, a call at a time; close it, or use it in a ``with``.

    Every call raises RefusedError, in French, when nothing can be read in the file; UnsafeError when it means harm.
    """

    def __init__(self, module: str = CHILD) -> None:
        self.module = module
        self._child: Child | None = None
        self._turn = 0

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the child. The next call, if there is one, starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    @property
    def pid(self) -> int | None:
        """The child's number; None when none runs."""
        return self._child.process.pid if self._child else None

    def find(self, content: bytes, name: str) -> list[Found]:
        """The files in ``content``: itself, or the members of a ZIP. See ``kinds.find``."""

        def found(told: dict[str, Any], raw: bytes) -> Found:
            same = content if told["same"] else raw
            return Found(name=told["name"], format=told["format"], content=same, error=told["error"])

        return list(self._ask({"task": "find", "name": name}, content, found))

    def document(self, content: bytes, name: str, format: str) -> InvoiceRead:  # noqa: A002
        """The electronic invoice in ``content``. See ``electronic.read``."""
        asked = {"task": "document", "name": name, "format": format}
        return self._ask_one(asked, content, lambda told, _raw: serial.from_json(told["document"]))

    def recognise(self, content: bytes, format: str, known: TableHow | None) -> Recognised:  # noqa: A002
        """How the table in ``content`` is to be read. See ``tables.recognise``."""
        asked = {"task": "recognise", "format": format, "known": known.to_json() if known else None}
        return self._ask_one(asked, content, lambda told, _raw: wire.recognised_from_json(told["recognised"]))

    def rows(self, content: bytes, format: str, how: TableHow, *, after: int = 0) -> Iterator[RawRow]:  # noqa: A002
        """The rows of the table in ``content``, those after line ``after``, as they are read. See ``tables.rows``.

        Any other call of this reader puts an end to it.
        """
        asked = {"task": "rows", "format": format, "how": how.to_json(), "after": after}
        for part in self._ask(asked, content, lambda told, _raw: [RawRow(*row) for row in told["rows"]], ROWS_WITHIN):
            yield from part

    def statuses(self, content: bytes, format: str) -> list[StatusRead]:  # noqa: A002
        """The statuses of invoices in ``content``, of format « cdar » or « statuses »."""
        asked = {"task": "statuses", "format": format}
        return self._ask_one(
            asked, content, lambda told, _raw: [statuses.from_json(status) for status in told["statuses"]]
        )

    def inspect(self, content: bytes) -> int:
        """The pages of the PDF in ``content``, when it may be kept. See ``pdf.inspect``."""
        return self._ask_one({"task": "inspect"}, content, lambda told, _raw: int(told["pages"]))

    def _ask_one(
        self, asked: dict[str, Any], content: bytes, rebuild: Callable[[dict[str, Any], bytes], Value]
    ) -> Value:
        """The one answer to a call."""
        answers = list(self._ask(asked, content, rebuild))
        if len(answers) != 1:
            self.close()
            raise RefusedError(UNREADABLE)
        return answers[0]

    def _ask(
        self,
        asked: dict[str, Any],
        content: bytes,
        rebuild: Callable[[dict[str, Any], bytes], Value],
        seconds: float = ANSWERS_WITHIN,
    ) -> Iterator[Value]:
        """The answers to a call, rebuilt one by one."""
        frame = wire.pack(asked | {"seconds": seconds}, content)
        self._turn = turn = self._turn + 1
        try:
            for told, raw in self._frames(frame, seconds):
                yield rebuild(told, raw)
        except EndedError as error:
            raise RefusedError(error.sentence) from error
        # It read what a stranger made: it may have been turned into something that answers anything.
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning("a child that reads files answered something else", exc_info=True)
            raise RefusedError(UNREADABLE) from error
        finally:
            if self._turn == turn and self._child is not None and not self._child.is_idle:
                self.close()  # what it was about to answer belongs to no other call

    def _frames(self, frame: bytes, seconds: float) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The frames that answer this one. What other files left in a child is no fault of this one: it has two."""
        if self._child is not None and not self._child.is_idle:
            self.close()
        if self._child is not None:
            is_answered = False
            try:
                for told in self._child.call(frame, seconds):
                    is_answered = True
                    yield told
                return
            except EndedError as error:
                if is_answered or error.sentence == TOO_LONG:
                    raise
            self.close()
        self._child = Child(self.module)
        yield from self._child.call(frame, seconds)


def document(content: bytes, name: str, format: str) -> InvoiceRead:  # noqa: A002
    """The invoice in one file (see ``electronic.read``), by a child of its own."""
    with Reader() as reader:
        return reader.document(content, name, format)


def inspect(content: bytes) -> int:
    """The pages of a PDF that may be kept (see ``pdf.inspect``), by a child of its own. RefusedError otherwise."""
    with Reader() as reader:
        return reader.inspect(content)
