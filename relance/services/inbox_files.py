"""The files of the watched folder: found, taken one by one, read, put away with a note. Knows no invoice.

Whoever may write in the folder is not trusted: folders are held open and files are named within them, nothing is
followed, and only a regular file of a reasonable size is read.
"""

import contextlib
import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from relance.imports.archives import MAX_ARCHIVE_BYTES

TAKEN, DONE, TO_FIX, REFUSED = "en-cours", "importés", "à-corriger", "refusés"
OURS = frozenset((TAKEN, DONE, TO_FIX, REFUSED))
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".download")
QUIET = 10  # seconds without a change: the file is whole
DEEPEST = 8  # folders within folders
NAME_BYTES = 180  # of a name, so that what we add to it fits the 255 of file systems
_TOKEN = 16  # hexadecimal digits

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO would block otherwise


class NotReadError(Exception):
    """The file is not read, now or ever; the sentence says why, in French."""


class StillChangingError(Exception):
    """Somebody is still writing in the file: look again later."""


@dataclass(frozen=True)
class Taken:
    """A file that is ours to import: its name in « en-cours » (``token-name``), and the one it was given under."""

    held_as: str

    @property
    def token(self) -> str:
        """What tells this deposit from any other, even of the same bytes."""
        return self.held_as[:_TOKEN]

    @property
    def name(self) -> str:
        """The name the file was given under."""
        return self.held_as[_TOKEN + 1 :]


def is_to_take(name: str) -> bool:
    """False for what is hidden, or being written by a tool that says so in the name."""
    return not name.startswith((".", "~")) and not name.lower().endswith(UNFINISHED)


def clean(name: str) -> str:
    """A name that any screen, log and database can hold."""
    text = unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))
    text = "".join("_" if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") else letter for letter in text)
    stem, dot, end = text.rpartition(".")
    if not dot or len(end) > 10:
        stem, dot, end = text, "", ""
    return _cut(stem, NAME_BYTES - len(f"{dot}{end}".encode())) + dot + end


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


class Home:
    """The folder of one account, held open. To use in ``with``. OSError when it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.troubles: list[OSError] = []
        self._fd = os.open(path, _FOLDER & ~os.O_NOFOLLOW)  # the host may well have made the folder a link

    def __enter__(self) -> "Home":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def left_over(self) -> list[Taken]:
        """What was taken by a run that did not end."""
        try:
            held = os.open(TAKEN, _FOLDER, dir_fd=self._fd)
        except FileNotFoundError:
            return []
        with _closing(held):
            names = sorted(entry.name for entry in os.scandir(held))
        return [Taken(name) for name in names if _is_ours(name)]

    def take_each(self) -> Iterator[Taken]:
        """Take the files that wait, one at a time, in order. What could not be taken is in ``troubles``.

        The rename decides: of two takers, one has the file and the other does not see it.
        """
        for folder, name in self.waiting():
            try:
                taken = self._take(folder, name)
            except FileNotFoundError:
                continue  # another taker has it
            except OSError as error:
                self.troubles.append(error)
                continue
            if taken is not None:
                yield taken

    def waiting(self) -> Iterator[tuple[int, str]]:
        """The regular files to take, in order: the folder each is in, held open until the next one, and its name."""
        for top, folders, files, descriptor in os.fwalk(".", dir_fd=self._fd, onerror=self.troubles.append):
            depth = top.count("/")
            folders[:] = sorted(name for name in folders if depth < DEEPEST and _is_entered(name, depth))
            for name in sorted(files):
                if is_to_take(name) and _is_regular(name, descriptor):
                    yield descriptor, name

    def _take(self, folder: int, name: str) -> Taken | None:
        with _closing(_make(TAKEN, self._fd)) as held:
            # « Now » for the file system itself, which may be another machine's.
            os.utime(held)
            instant = os.fstat(held).st_mtime
            if abs(instant - os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime) < QUIET:
                return None
            held_as = f"{token_hex(_TOKEN // 2)}-{clean(name)}"
            os.rename(name, held_as, src_dir_fd=folder, dst_dir_fd=held)
        return Taken(held_as)

    def read(self, taken: Taken, *, limit: int = MAX_ARCHIVE_BYTES) -> bytes:
        """The bytes of a file. NotReadError for good; StillChangingError when it is to be looked at again.

        FileNotFoundError when another taker put it away.
        """
        with _closing(os.open(TAKEN, _FOLDER, dir_fd=self._fd)) as held:
            try:
                handle = os.open(taken.held_as, _FILE, dir_fd=held)
            except FileNotFoundError:
                raise
            except PermissionError as error:
                raise NotReadError("Relance n'a pas le droit de lire ce fichier.") from error
            except OSError as error:
                raise NotReadError("Ce n'est pas un fichier ordinaire : il n'est pas lu.") from error
            with os.fdopen(handle, "rb") as file:
                facts = os.fstat(handle)
                if not stat.S_ISREG(facts.st_mode):
                    raise NotReadError("Ce n'est pas un fichier ordinaire : il n'est pas lu.")
                if facts.st_size > limit:
                    raise NotReadError(f"Ce fichier est trop gros : {limit // (1024 * 1024)} Mo au plus.")
                content = file.read(limit + 1)
                after = os.fstat(handle)
        if len(content) != facts.st_size or (after.st_size, after.st_mtime_ns) != (facts.st_size, facts.st_mtime_ns):
            raise StillChangingError
        return content

    def put_away(self, taken: Taken, folder: str, month: str, note: str) -> str:
        """Move a file to ``folder`` (within it, to ``month`` unless empty) with a note beside; its path in the home.

        A name that exists gets a suffix. « » when another taker did it.
        """
        place = folder
        descriptor = _make(folder, self._fd)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, descriptor)
            if month:
                place = f"{folder}/{month}"
                descriptor = _make(month, descriptor)
                stack.callback(os.close, descriptor)
            held = stack.enter_context(_closing(os.open(TAKEN, _FOLDER, dir_fd=self._fd)))
            name, handle = _new_file(taken.name, descriptor)
            os.close(handle)
            try:
                os.rename(taken.held_as, name, src_dir_fd=held, dst_dir_fd=descriptor)
            except FileNotFoundError:
                os.unlink(name, dir_fd=descriptor)
                return ""
            _name, handle = _new_file(f"{name}.txt", descriptor)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(note)
        return f"{place}/{name}"

    def blocked(self) -> list[str]:
        """The names of our folders that something else bears."""
        entries = [entry for entry in os.scandir(self._fd) if unicodedata.normalize("NFC", entry.name) in OURS]
        return sorted(entry.name for entry in entries if not entry.is_dir(follow_symlinks=False))

    def count(self, folder: str) -> int:
        """How many files a folder of ours holds, notes aside."""
        try:
            descriptor = os.open(folder, _FOLDER, dir_fd=self._fd)
        except (FileNotFoundError, NotADirectoryError):  # « blocked » tells
            return 0
        with _closing(descriptor):
            names = {entry.name for entry in os.scandir(descriptor) if not entry.name.startswith(".")}
        return sum(1 for name in names if not (name.endswith(".txt") and name.removesuffix(".txt") in names))


def _make(name: str, parent: int) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=parent)
    return os.open(name, _FOLDER, dir_fd=parent)


def _new_file(name: str, folder: int) -> tuple[str, int]:
    """An empty file that nobody else has, under ``name`` or the next one that is free."""
    stem, dot, end = name.rpartition(".")
    if not dot:
        stem, end = name, ""
    for n in range(1, 10_000):
        free = name if n == 1 else f"{stem} ({n}){dot}{end}"
        with contextlib.suppress(FileExistsError):
            mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            return free, os.open(free, mode, 0o664, dir_fd=folder)
    raise OSError(errno.EEXIST, "too many files of this name", name)


def _is_entered(name: str, depth: int) -> bool:
    if name.startswith("."):
        return False
    # At the top: our own folders, and those of accounts, which are homes of their own.
    return depth > 0 or (unicodedata.normalize("NFC", name) not in OURS and "@" not in name)


def _is_regular(name: str, folder: int) -> bool:
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _is_ours(name: str) -> bool:
    token, dash, rest = name[:_TOKEN], name[_TOKEN : _TOKEN + 1], name[_TOKEN + 1 :]
    return bool(rest) and dash == "-" and all(letter in "0123456789abcdef" for letter in token)


@contextlib.contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)
