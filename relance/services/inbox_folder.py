"""The watched folder (RELANCE_INBOX_DIR): whatever any tool leaves there is imported, once a minute.

``<folder>/<e-mail of the account>/…``; on an instance of one account, files at the root are its own. A file is moved
to « en-cours » before it is read, then to « importés/AAAA-MM », « à-corriger » or « refusés » with a note that says
why. Its name in « en-cours » holds a token, which is the key of the import: after a crash it is taken again, and the
same import goes on. Docs: docs/inbox.md.
"""

import contextlib
import errno
import fcntl
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from peewee import InterfaceError, OperationalError

from relance.models.accounts import Account, User
from relance.rules.calendar import local_datetime
from relance.rules.wording import french
from relance.services import inbox_importing
from relance.services.inbox_files import (
    DONE,
    REFUSED,
    TAKEN,
    TO_FIX,
    Home,
    NotReadError,
    StillChangingError,
    Taken,
)
from relance.services.inbox_importing import Outcome
from relance.storage import StorageError

MOST_FILES = 50  # in a minute
PATIENCE = 20.0  # seconds in a minute: mail has its turn
AT_LEAST = 5.0  # seconds for a file that was begun
BLOCKED = "{} n'est pas un dossier, et Relance a besoin d'un dossier de ce nom : renommez-le."
BROKEN = "Relance n'a pas su lire ce fichier. La raison est dans le journal du serveur."
log = logging.getLogger(__name__)
_told: set[str] = set()  # what this process has said: once is enough


@dataclass
class Standing:
    """What the doctor says of the folder. ``strays``: what no account owns; ``problems``: French sentences."""

    waiting: int = 0
    under_way: int = 0
    to_fix: int = 0
    refused: int = 0
    strays: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def take(inbox_dir: Path | None, now: datetime, *, patience: float = PATIENCE, limit: int = MOST_FILES) -> None:
    """Import what waits in the folder; nothing when it is None. ``now``: UTC. Call it once a minute.

    At most ``limit`` files and about ``patience`` seconds; the rest waits for the next minute. Of two workers, one is
    at it. What goes wrong with the folder is said once in the log, and by the doctor.
    """
    if inbox_dir is None:
        return
    deadline = time.monotonic() + patience
    try:
        with _alone(inbox_dir) as is_alone:
            if not is_alone:
                return
            places = _homes(inbox_dir)
            turn = now.minute % len(places) if places else 0  # a full folder does not keep the others waiting
            for account, path in places[turn:] + places[:turn]:
                limit -= _take_in(account, path, now, deadline, limit)
                if limit <= 0 or time.monotonic() > deadline:
                    return
    except OSError as error:
        _tell(error, inbox_dir)


def path_for(account: Account, inbox_dir: Path | None) -> Path | None:
    """Where this account's files are to be left; None when no folder is watched."""
    if inbox_dir is None:
        return None
    if Account.select().count() == 1:
        return inbox_dir
    owner = User.select().where(User.account == account).order_by(User.id).first()
    return inbox_dir / owner.email if owner is not None and _is_plain(owner.email) else None


def standing(inbox_dir: Path) -> Standing:
    """What waits, what was refused and what goes wrong in the folder. Changes nothing."""
    found = Standing()
    try:
        places = _homes(inbox_dir)
        for name in sorted(os.listdir(inbox_dir)):
            if "@" in name and inbox_dir / name not in [path for _account, path in places]:
                found.strays.append(name)
        if inbox_dir not in [path for _account, path in places]:
            found.strays += _files_at(inbox_dir)
        for _account, path in places:
            _add_up(found, path)
    except OSError as error:
        found.problems.append(_sentence(error, inbox_dir))
    return found


def _files_at(path: Path) -> list[str]:
    with Home(path) as home:
        return [name for _folder, name in home.waiting()]


def _add_up(found: Standing, path: Path) -> None:
    try:
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        with Home(path) as home:
            found.problems += [BLOCKED.format(path / name) for name in home.blocked()]
            found.waiting += sum(1 for _ in home.waiting())
            found.under_way += home.count(TAKEN)
            found.to_fix += home.count(TO_FIX)
            found.refused += home.count(REFUSED)
            found.problems += [_sentence(error, path) for error in home.troubles]
    except OSError as error:
        found.problems.append(_sentence(error, path))


def _homes(inbox_dir: Path) -> list[tuple[Account, Path]]:
    """Whose folder is which: those named after an address, and the root when there is one account only."""
    names = {name.casefold(): name for name in sorted(os.listdir(inbox_dir)) if "@" in name}
    found: list[tuple[Account, Path]] = []
    accounts = list(Account.select().order_by(Account.id).limit(2))
    if len(accounts) == 1:
        found.append((accounts[0], inbox_dir))
    known = User.select(User, Account).join(Account).where(User.email.in_(list(names))).order_by(User.id)
    found += [
        (user.account, inbox_dir / names[user.email])
        for user in known
        if (inbox_dir / names[user.email]).is_dir() and not (inbox_dir / names[user.email]).is_symlink()
    ]
    for name in sorted(set(names.values()) - {path.name for _account, path in found}):
        _say_once(f"nobody has the address of the folder {name!r}: its files wait")
    return found


def _is_plain(email: str) -> bool:
    return "/" not in email and not email.startswith(".")


def _take_in(account: Account, path: Path, now: datetime, deadline: float, limit: int) -> int:
    """Import from one folder; how many files were dealt with."""
    n = 0
    try:
        with Home(path) as home:
            for taken in home.left_over():
                n += _deal_with(account, home, taken, now, deadline)
                if n >= limit or time.monotonic() > deadline:
                    return n
            for taken in home.take_each():
                n += _deal_with(account, home, taken, now, deadline)
                if n >= limit or time.monotonic() > deadline:
                    break
            for error in home.troubles:
                _tell(error, path)
    except OSError as error:
        _tell(error, path)
    return n


def _deal_with(account: Account, home: Home, taken: Taken, now: datetime, deadline: float) -> int:
    """Import a file that was taken and put it away; 0 when it is not over, and stays where it is."""
    try:
        content = home.read(taken)
    except NotReadError as error:
        outcome = Outcome(REFUSED, (str(error),))
    except (StillChangingError, FileNotFoundError):
        return 0
    else:
        found = _hand_over(account, taken, content, now, max(deadline - time.monotonic(), AT_LEAST))
        if found is None:
            return 0
        outcome = found
    here = local_datetime(now, account.time_zone)
    note = "\n".join([taken.name, f"Traité par Relance le {here:%d/%m/%Y} à {here:%H:%M}.", "", *outcome.sentences, ""])
    month = f"{here:%Y-%m}" if outcome.folder == DONE else ""
    try:
        home.put_away(taken, outcome.folder, month, french(note))
    except OSError as error:  # it stays in « en-cours », and the others have their turn
        _tell(error, home.path)
    return 1


def _hand_over(account: Account, taken: Taken, content: bytes, now: datetime, patience: float) -> Outcome | None:
    try:
        return inbox_importing.hand_over(account, taken.name, content, taken.token, now=now, patience=patience)
    except (OperationalError, InterfaceError, StorageError):
        log.exception("a file of the watched folder waits for the database or the disk")
        return None
    except Exception:  # one file that breaks the importer must hold neither the others nor the mail
        log.exception("a file of the watched folder was not imported: %s", taken.held_as)
        return Outcome(REFUSED, (BROKEN,))


@contextlib.contextmanager
def _alone(inbox_dir: Path) -> Iterator[bool]:
    """True for one taker at a time. Where the file system knows no locks, the rename of each file decides."""
    descriptor = os.open(inbox_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:
            _say_once(f"{inbox_dir} knows no locks: run one worker only")
        yield True
    finally:
        os.close(descriptor)


def _tell(error: OSError, path: Path) -> None:
    _say_once(f"the watched folder: {_place(error, path)}: {error.strerror}")


def _sentence(error: OSError, path: Path) -> str:
    where = _place(error, path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"Relance n'a pas le droit de lire ou d'écrire dans {where}."
    return f"{where} n'est pas utilisable : {error.strerror}."


def _place(error: OSError, path: Path) -> Path:
    return path / os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else path


def _say_once(sentence: str) -> None:
    if sentence not in _told and len(_told) < 1000:
        _told.add(sentence)
        log.warning("%s", sentence)
