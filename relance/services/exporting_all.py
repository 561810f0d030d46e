"""Everything of an account to take away: one ZIP of tables, of a workbook, of a JSON and of the files.

It is sent as it is made. The tables are all read first, in one transaction that sees one instant, at the pace of the
machine and not of who downloads; what is ready waits in a file without a name, which is gone when it has left. A little
of it leaves at each page, so that nothing between here and the browser believes that nobody answers. Then come the
files, one at a time. In memory: a page of rows, one file, and what the ZIP remembers of each (about a kilobyte).
"""

import datetime as dt
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from peewee import fn

from relance import db
from relance.models.accounts import Account
from relance.models.documents import Document
from relance.models.messages import Message
from relance.rules.calendar import local_date
from relance.rules.wording import french, long_date
from relance.services import export_canonical, export_files, export_json
from relance.services.case_names import slug
from relance.services.export_cells import lines
from relance.services.export_tables import TABLES, Table, Teller, rows_of
from relance.services.export_workbook import Workbook
from relance.storage import StorageError

IN_MEMORY = 4_000_000  # bytes that wait to leave: beyond, they wait on the disk
PIECE = 64 * 1024
SIGN_OF_LIFE = 4 * 1024  # bytes that leave at each page while the tables are read

README = """{business} : toutes les données de Relance, le {day}.

factures.csv : vos factures au format d'échange de Relance. Ce fichier se réimporte tel quel, ici ou ailleurs.
donnees.json : toutes les données, pour un programme. Montants en centimes, dates ISO, instants en UTC.
classeur.xlsx : toutes les données, une feuille par table.
files/ : les fichiers (factures, devis, courriers, preuves, pièces, signatures, imports) et les messages envoyés (.eml).

Les autres fichiers CSV sont les tables, une par fichier : séparateur « ; », UTF-8, virgule décimale, dates JJ/MM/AAAA.
Une apostrophe devant un texte qui commence par =, +, - ou @ empêche un tableur de le prendre pour une formule.

{tables}

Ni mot de passe, ni clé, ni jeton n'est exporté. Si des fichiers manquaient sur le disque du serveur,
fichiers-introuvables.txt les nomme.
"""


class _Outlet:
    """Bytes on their way: the archive writes them, whoever sends them takes them."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed by close)
        self._written = self._taken = 0

    def write(self, content: bytes) -> int:
        """Keep some bytes."""
        self._file.seek(self._written)
        self._written += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def take(self, most: int) -> bytes:
        """The next bytes, at most so many; the file is emptied when all have left."""
        self._file.seek(self._taken)
        piece = self._file.read(min(most, self._written - self._taken))
        self._taken += len(piece)
        if self._taken == self._written:
            self._file.seek(0)
            self._file.truncate()
            self._written = self._taken = 0
        return piece

    def everything(self) -> Iterator[bytes]:
        """All that waits, by pieces."""
        while piece := self.take(PIECE):
            yield piece

    def close(self) -> None:
        """Forget what has not left."""
        self._file.close()


def file_name(account: Account, today: dt.date, ending: str) -> str:
    """« relance-Atelier-Roussel-2026-11-23.zip »."""
    return f"relance-{slug(account.business_name)[:60] or 'compte'}-{today.isoformat()}{ending}"


def archive(account: Account, *, now: dt.datetime, tell: Teller | None = None) -> Iterator[bytes]:
    """The ZIP by pieces. ``now`` is UTC; ``tell`` puts events in words. It opens a connection of its own if none is."""
    outlet = _Outlet()
    try:
        with db.connection():
            at = local_date(now, account.time_zone).timetuple()[:6]
            with zipfile.ZipFile(outlet, "w") as made:
                made.writestr(_info("LISEZMOI.txt", at), _readme(account, now))
                with db.one_instant():
                    last = _last_id(Document, account), _last_id(Message, account)
                    for _page in _write_tables(made, at, account, now, tell):
                        yield outlet.take(SIGN_OF_LIFE)
                lost = []
                for file in export_files.every(account, *last):
                    yield from outlet.everything()
                    try:
                        made.writestr(_info(file.path, at), file.read())
                    except (StorageError, ValueError) as error:
                        lost.append(f"{file.path} : {error}\r\n")
                if lost:
                    made.writestr(_info("fichiers-introuvables.txt", at), "".join(lost).encode("utf-8-sig"))
            yield from outlet.everything()
    finally:
        outlet.close()


def workbook(account: Account, target: IO[bytes], *, tell: Teller | None = None) -> None:
    """Write every table as a sheet of one workbook."""
    with db.connection(), db.forgetting(), db.one_instant():
        book = Workbook()
        for table in TABLES:
            for _lines in _both(account, table, book, tell):
                pass
        book.save(target)


def as_json(account: Account, *, now: dt.datetime) -> Iterator[bytes]:
    """The JSON by pieces, of one instant."""
    return _of_one_instant(lambda: export_json.pieces(account, now))


def canonical(account: Account) -> Iterator[bytes]:
    """The canonical CSV of the invoices by pieces, of one instant."""
    return _of_one_instant(lambda: export_canonical.pieces(account))


def _of_one_instant(pieces: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """What a single file holds, read at the pace of the machine: who downloads slowly holds no transaction."""
    outlet = _Outlet()
    try:
        with db.connection(), db.one_instant():
            for piece in pieces():
                outlet.write(piece)
                yield outlet.take(SIGN_OF_LIFE)
        yield from outlet.everything()
    finally:
        outlet.close()


def _write_tables(
    made: zipfile.ZipFile, at: tuple[int, ...], account: Account, now: dt.datetime, tell: Teller | None
) -> Iterator[None]:
    """Write the CSVs, the workbook and the JSON; give a turn after each page."""
    with _entry(made, at, export_canonical.FILE) as file:
        for piece in export_canonical.pieces(account):
            file.write(piece)
            yield
    book = Workbook()
    for table in TABLES:
        with _entry(made, at, table.file) as file:
            for text in _both(account, table, book, tell):
                file.write(text.encode())
                yield
    with _entry(made, at, "donnees.json") as file:
        for piece in export_json.pieces(account, now):
            file.write(piece)
            yield
    with tempfile.TemporaryFile() as whole:
        book.save(whole)
        whole.seek(0)
        with _entry(made, at, "classeur.xlsx", is_compressed=True) as file:
            while piece := whole.read(PIECE):
                file.write(piece)
                yield


def _both(account: Account, table: Table, book: Workbook, tell: Teller | None) -> Iterator[str]:
    """The lines of the CSV of a table by pieces; its rows go to the workbook as they are read."""
    titles = table.titles
    is_upright = table.model is Account  # forty settings read better one a line
    header: Sequence[str] = ("Réglage", "Valeur") if is_upright else titles
    sheet = book.sheet(table.title, header)

    def rows() -> Iterator[Sequence[Any]]:
        for page in rows_of(account, table, tell):
            for row in page:
                for cells in zip(titles, row.cells, strict=True) if is_upright else (row.cells,):
                    sheet.append(cells)
                    yield cells

    return lines(header, rows())


@contextmanager
def _entry(
    made: zipfile.ZipFile, at: tuple[int, ...], path: str, *, is_compressed: bool = False
) -> Iterator[IO[bytes]]:
    info = _info(path, at)
    if is_compressed:
        info.compress_type = zipfile.ZIP_STORED
    # Its size is not known before, and a table may hold more than the 2 GB of an entry that does not say so.
    with made.open(info, "w", force_zip64=True) as file:
        yield file


def _info(path: str, at: tuple[int, ...]) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(path, at)  # type: ignore[arg-type]
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o100644 << 16
    return found


def _last_id(model: Any, account: Account) -> int:
    return int(model.select(fn.MAX(model.id)).where(model.account == account).scalar() or 0)


def _readme(account: Account, now: dt.datetime) -> bytes:
    tables = "\n".join(french(f"{table.file} : {table.title}") for table in TABLES)
    day = long_date(local_date(now, account.time_zone))
    text = french(README).format(business=account.business_name, day=day, tables=tables)
    return text.replace("\n", "\r\n").encode("utf-8-sig")
