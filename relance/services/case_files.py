"""The case file (dossier de recouvrement): one ZIP that a court, a bailiff or a recovery firm can read and verify."""

import datetime as dt
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from relance import casefile
from relance.casefile import verifier
from relance.db import transaction
from relance.letters import casefile as papers
from relance.letters import press
from relance.letters.casefile import Listed
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import Event, record
from relance.models.invoices import Invoice
from relance.rules import anchors
from relance.rules.calendar import local_date, local_instant
from relance.rules.wording import french, long_date
from relance.services import case_events, case_papers, case_parts, case_tables, journal
from relance.services.case_events import Trail
from relance.services.case_names import Names, slug
from relance.services.case_parts import FOLDERS, Contents, Part
from relance.services.case_tables import EXCHANGES, Teller
from relance.storage import StorageError

IN_MEMORY = 4_000_000  # bytes of the ZIP: beyond, it is made on the disk
PIECE = 64 * 1024
MOST = 200  # invoices of one case file


@dataclass
class _Made:
    """The ZIP being made: its archive, what is in it, what could not be."""

    archive: zipfile.ZipFile
    at: tuple[int, int, int, int, int, int]
    names: Names = field(default_factory=Names)
    entries: list[dict[str, object]] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    messages: dict[int, str] = field(default_factory=dict)  # message id → its path
    anchors: list[dict[str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def add(self, path: str, content: bytes, title: str = "", *, trail: Trail | None = None) -> None:
        """Write a file and its line of the manifest, with the event of ``trail`` that vouches for it."""
        self.archive.writestr(self.info(path), content)
        sha256 = hashlib.sha256(content).hexdigest()
        rows = trail.said.get(sha256, []) if trail is not None else []
        event = next((row["n"] for row in rows if path.startswith(verifier.says(row)[2])), None)
        self.note(path, len(content), sha256, title, event=event)

    def note(self, path: str, size: int, sha256: str, title: str, *, event: int | None = None) -> None:
        """The line of the manifest of a file that was written; ``event``: the place of the one that vouches for it."""
        self.entries.append({"path": path, "size": size, "sha256": sha256, "title": title, "event": event})

    def info(self, path: str) -> zipfile.ZipInfo:
        """The entry of a path: compressed, readable by all, dated of the export."""
        found = zipfile.ZipInfo(path, self.at)
        found.compress_type = zipfile.ZIP_DEFLATED
        found.external_attr = 0o100644 << 16
        return found


def file_name(client: Client, today: dt.date) -> str:
    """« dossier-Latitude-Conseil-2026-11-23.zip »."""
    return f"dossier-{slug(client.name)[:60] or 'client'}-{today.isoformat()}.zip"


def stream(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    now: dt.datetime,
    by: User | None = None,
    tell: Teller | None = None,
) -> Iterator[bytes]:
    """The ZIP of some invoices of one client, by pieces; the history of each says that it was made.

    It is made before the first piece is given (on the disk when it is large), so that an error is still an error:
    press.PressError when the papers cannot be laid out. A file whose bytes are gone is named in the list instead.
    ``now`` is UTC; ``tell`` puts events in words.
    """
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed once it has left)
    try:
        files, sha256 = _write(file, account, client, invoices, now, tell or _kind)
        with transaction():
            for invoice in invoices:
                record(
                    "case_file_made",
                    account=account,
                    client=client,
                    invoice=invoice,
                    user=by,
                    at=now,
                    files=files,
                    manifest_sha256=sha256,
                )
    except BaseException:
        file.close()
        raise
    return _pieces(file)


def _kind(event: Event) -> tuple[str, str]:
    return event.kind, str(event.facts.get("text") or "")


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write(
    file: IO[bytes], account: Account, client: Client, invoices: Sequence[Invoice], now: dt.datetime, tell: Teller
) -> tuple[int, str]:
    """Write it all; how many files it has, and the fingerprint of its manifest."""
    today = local_date(now, account.time_zone)
    journal.seal(now)  # what is older than a minute is in the chain, even if no worker runs
    what = case_parts.contents(account, client, invoices)
    events = case_events.shown(account, client, what.invoices)
    with zipfile.ZipFile(file, "w") as archive:
        made = _Made(archive, (today.year, today.month, today.day, 0, 0, 0))
        trail = _write_journal(made, what, events)
        for part in what.parts:
            _write_part(made, part, trail)
        case = case_papers.facts(what, today=today, anchor=trail.head, pieces=(), lost=())
        midnight = local_instant(today, 0, account.time_zone)
        _write_tables(made, what, case, events, tell)
        account_pdf = press.print_pdf(papers.account_page(case), created_at=midnight)
        _list(made, "P6", "Décompte, intérêts période par période", today, "decompte.pdf", account_pdf)
        _list(made, "P6", "Décompte, tableau", today, "decompte.csv", case_tables.account_csv(case))
        made.listed.sort(key=lambda one: (one.order, one.number))
        made.listed = [
            Listed(n, one.order, french(one.title), one.on, one.path) for n, one in enumerate(made.listed, start=1)
        ]
        case = case_papers.facts(what, today=today, anchor=trail.head, pieces=made.listed, lost=made.lost)
        made.add("00-bordereau.pdf", press.print_pdf(papers.list_page(case), created_at=midnight), "Bordereau")
        made.add("LISEZMOI.txt", _readme(case, today, trail))
        made.add("verifier.py", casefile.VERIFIER.read_bytes())
        there = {entry["sha256"] for entry in made.entries}
        manifest = {
            "version": 2,
            "made_at": now.isoformat(),
            "invoices": [invoice.id for invoice in what.invoices],
            "files": made.entries,
            "absent": [sha256 for sha256, _row in verifier.expected(trail.rows) if sha256 not in there],
            "anchors": made.anchors,
            "journal": {
                "head": trail.head,
                "sealed": trail.sealed,
                "tags": trail.tags,
                "withheld": trail.withheld,
            },
        }
        content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        archive.writestr(made.info("manifest.json"), content)
    return len(made.entries) + 1, hashlib.sha256(content).hexdigest()


def _write_journal(made: _Made, what: Contents, events: Sequence[Event]) -> Trail:
    """The whole chain as digests, line by line, and the events of this case in full."""
    chain, trail = case_events.lines(what.account, events, what.invoices)
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as full:
        with made.archive.open(made.info("journal/chaine.txt"), "w") as file:
            for item, line in chain:
                if item:
                    row = f"{item}\n".encode()
                    digest.update(row)
                    size += file.write(row)
                if line:
                    full.write(f"{line}\n".encode())
        made.note("journal/chaine.txt", size, digest.hexdigest(), "Chaîne du journal")
        full.seek(0)
        digest, size = hashlib.sha256(), 0
        with made.archive.open(made.info("journal/evenements.jsonl"), "w") as file:
            while piece := full.read(PIECE):
                digest.update(piece)
                size += file.write(piece)
        made.note("journal/evenements.jsonl", size, digest.hexdigest(), "Journal")
    return trail


def _write_part(made: _Made, part: Part, trail: Trail) -> None:
    number = sum(one.order == part.order for one in made.listed) + 1
    path = made.names.path(FOLDERS[part.order], f"{number:02}-{part.name}", part.ending)
    try:
        content = part.read()
    except (StorageError, ValueError) as error:
        made.lost.append(f"{part.title} : {error}")
        return
    made.add(path, content, part.title, trail=trail)
    made.listed.append(Listed(number, part.order, part.title, part.on, path))
    if part.message is not None:
        made.messages[part.message.id] = path
    if part.letter is not None and (anchor := json.loads(part.letter.facts).get("anchor")):
        made.anchors.append({"path": path, "value": anchors.digits(anchor)})


def _list(made: _Made, order: str, title: str, on: dt.date | None, name: str, content: bytes) -> None:
    """A paper that was made: in the ZIP, and in the list after the pieces of its order."""
    path = f"{FOLDERS[order]}/{name}"
    made.add(path, content, title)
    made.listed.append(Listed(len(made.entries), order, title, on, path))


def _write_tables(made: _Made, what: Contents, case: papers.CaseFacts, events: Sequence[Event], tell: Teller) -> None:
    if what.messages:
        content = case_tables.messages_csv(what, made.messages, events)
        _list(made, "P4", "Tableau des e-mails, avec la réponse du serveur", case.made_on, "messages.csv", content)
    _list(made, "P7", "Identité des parties", case.made_on, "parties.txt", case_papers.parties_text(case))
    exchanges = [event for event in events if event.kind.startswith(EXCHANGES)]
    if exchanges:
        content = case_tables.journal_csv(what, exchanges, tell)
        _list(made, "P8", "Appels, réponses, notes, promesses et litiges", case.made_on, "echanges.csv", content)
    made.add("journal/chronologie.csv", case_tables.journal_csv(what, events, tell), "Chronologie")


def _readme(case: papers.CaseFacts, today: dt.date, trail: Trail) -> bytes:
    text = casefile.README.read_text(encoding="utf-8")
    filled = text.format(
        made_on=long_date(today),
        creditor=case.creditor.name,
        debtor=case.debtor.name,
        verifier=casefile.verifier_sha256(),
        head=anchors.grouped(trail.head) or "aucune, le journal n'était pas encore scellé",
    )
    return filled.replace("\n", "\r\n").encode("utf-8-sig")
