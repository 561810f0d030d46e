#!/usr/bin/env python3
"""Vérifie un dossier de recouvrement fait par Relance : fichiers, messages, lettres, preuves et journal.

    python3 verifier.py                          vérifie le dossier où se trouve ce programme
    python3 verifier.py --ancre "abcd ef01 2345" vérifie aussi que le journal contient cette empreinte,
                                                 lue au pied d'une lettre imprimée ou d'un e-mail quotidien

Python 3.8 ou plus récent suffit : rien à installer, aucun accès au réseau. Le résultat est 0 si rien n'a été
modifié, 1 sinon ; chaque partie modifiée est nommée.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

START = "relance"
FILES = "manifest.json"
EVENTS = "journal/evenements.jsonl"
CHAIN = "journal/chaine.txt"
PROOFS = ("P4-messages/", "P5-courriers/")
SHORTEST = 8  # hexadecimal digits of an anchor: fewer would be found by chance
# Each of these events says the fingerprint of something that must be in the file.
MUST_BE_THERE = {
    "reminder_sent": ("source_sha256", "le message envoyé"),
    "reminder_uncertain": ("source_sha256", "le message dont l'envoi est incertain"),
    "letter_ready": ("sha256", "la lettre figée"),
}


class Report:
    """What was found: ``wrong`` is altered, ``noted`` is worth knowing."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.noted: list[str] = []


def main(arguments: list[str]) -> int:
    """Check the folder of this program; 0 when nothing was altered."""
    anchors, problem = read_arguments(arguments)
    if problem:
        say(problem)
        return 2
    folder = Path(__file__).resolve().parent
    report = Report()
    try:
        with (folder / FILES).open(encoding="utf-8") as file:
            manifest = json.load(file)
        events = read_events(folder)
        chain = read_chain(folder)
        check_files(folder, manifest, report)
        values = check_chain(chain, events, manifest, report)
        check_vouched(folder, manifest, events, chain, report)
        check_anchors(manifest, anchors, values, report)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        say(f"ILLISIBLE : le dossier est incomplet ou son manifeste a été abîmé ({error}).")
        return 1
    return conclude(manifest, values, len(anchors), report)


def read_arguments(arguments: list[str]) -> tuple[list[str], str]:
    """The anchors given, and what is wrong with the command line (empty when nothing is)."""
    anchors = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, has_value, value = word.partition("=")
        if name != "--ancre":
            return [], (__doc__ or "")
        if not has_value:
            if not rest:
                return [], 'Indiquez l\'empreinte après --ancre, par exemple : --ancre "abcd ef01 2345"'
            value = rest.pop(0)
        digits = digits_of(value)
        if len(digits) < SHORTEST:
            return [], f"Cette ancre est trop courte : recopiez au moins {SHORTEST} chiffres ou lettres de a à f."
        anchors.append(digits)
    return anchors, ""


def digits_of(value: str) -> str:
    """The hexadecimal digits of a fingerprint, without the « 2 » that marks a whole value of the chain."""
    digits = re.sub(r"[^0-9a-f]", "", value.lower())
    return digits[1:] if len(digits) == 65 else digits


def read_events(folder: Path) -> dict[int, dict[str, Any]]:
    """The events that the file shows, by their place in the journal."""
    found = {}
    with (folder / EVENTS).open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            found[int(row["n"])] = row
    return found


def read_chain(folder: Path) -> list[str]:
    """What stands for each event of the journal, those of other clients too, in order."""
    with (folder / CHAIN).open(encoding="ascii") as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def sha256_of(path: Path) -> str:
    """The fingerprint of a file, read by pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def place_of(folder: Path, path: str) -> Path:
    """The file that a path of the manifest names; ValueError when it would leave the folder."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts):
        raise ValueError(f"chemin interdit : {path}")
    return folder.joinpath(*parts)


def check_files(folder: Path, manifest: dict[str, Any], report: Report) -> None:
    """Every file of the manifest is there with its fingerprint, and no other."""
    known = {FILES}
    for entry in manifest["files"]:
        known.add(entry["path"])
        place = place_of(folder, entry["path"])
        if not place.is_file():
            report.wrong.append(f"ABSENT : {named(entry)}.")
        elif sha256_of(place) != entry["sha256"]:
            report.wrong.append(f"MODIFIÉ : {named(entry)}.")
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("__pycache__", "__MACOSX")]
        for name in names:
            path = (Path(top) / name).relative_to(folder).as_posix()
            if path not in known and name != ".DS_Store":
                report.noted.append(f"AJOUTÉ : {path} ne fait pas partie du dossier.")


def check_chain(
    chain: list[str], events: dict[int, dict[str, Any]], manifest: dict[str, Any], report: Report
) -> list[str]:
    """Count the chain again from its first event; returns its values. Names the events that no longer fit."""
    values: list[str] = []
    previous, is_broken = START, False
    for n, item in enumerate(chain, start=1):
        row = events.get(n)
        if row is not None:
            check_event(row, item, previous, report)
        is_v1 = item.startswith("v1 ")
        previous = item[3:] if is_v1 else "2" + hashlib.sha256((previous + item).encode()).hexdigest()
        values.append(previous)
        if row is not None and not is_broken and row["chain"] != previous:
            is_broken = True
            report.wrong.append(
                f"CHAÎNE ROMPUE : la valeur de la chaîne ne suit plus à partir de {told(row)}, ou d'un événement caché "
                "qui le précède."
            )
    if not is_broken and previous != manifest["journal"]["head"] and chain:
        report.wrong.append("CHAÎNE ROMPUE : la dernière empreinte n'est pas celle du manifeste.")
    for n, row in sorted(events.items()):
        if n > len(chain):
            if row["chain"] is not None:
                report.wrong.append(f"MODIFIÉ : {told(row)} est au-delà de la fin de la chaîne.")
            else:
                report.noted.append(f"NON SCELLÉ : {told(row)} venait d'arriver lors de l'export.")
    return values


def check_event(row: dict[str, Any], item: str, previous: str, report: Report) -> None:
    """One event that the file shows is the one that was sealed."""
    event = row["event"]
    if item.startswith("v1 "):
        data = json.dumps(event["data"], ensure_ascii=False, sort_keys=True)
        body = [previous, event["account"], event["kind"], data, event["at"], event["user"]]
        is_same = hashlib.sha256(json.dumps(body).encode()).hexdigest() == item[3:]
    else:
        canonical = json.dumps(event, sort_keys=True, separators=(",", ":"))
        digest = f"{event['invoice'] or 0}.{hashlib.sha256(canonical.encode()).hexdigest()}"
        is_same = digest == item
    if not is_same:
        report.wrong.append(f"MODIFIÉ : {told(row)}.")


def check_vouched(
    folder: Path, manifest: dict[str, Any], events: dict[int, dict[str, Any]], chain: list[str], report: Report
) -> None:
    """The journal says the fingerprint of messages, letters and proofs: both must agree, whatever the manifest says."""
    said = {value: row for row in events.values() for value in fingerprints(row["event"]["data"])}
    there: set[str] = set()
    for entry in manifest["files"]:
        place = place_of(folder, entry["path"])
        sha256 = sha256_of(place) if place.is_file() else ""
        there.add(sha256)
        if entry.get("attested") and sha256 and sha256 not in said:
            report.wrong.append(f"NON CONFORME AU JOURNAL : {named(entry)} n'est plus ce que le journal a noté.")
        elif not entry.get("attested") and entry["path"].startswith(PROOFS) and not entry["path"].endswith(".csv"):
            report.noted.append(
                f"NON ATTESTÉ : le journal n'a pas noté l'empreinte de {named(entry)} : il est antérieur à cette "
                "précaution, ou n'est pas d'origine."
            )
    absent = set(manifest["absent"])
    ours = {int(number) for number in manifest["invoices"]}
    for _n, row in sorted(events.items()):
        name, what = MUST_BE_THERE.get(row["event"]["kind"], ("", ""))
        expected = row["event"]["data"].get(name) if name else None
        if expected and row["event"]["invoice"] in ours and expected not in there:
            words = f"ABSENT OU MODIFIÉ : {what} ({told(row)}) n'est pas dans le dossier tel que noté."
            (report.noted if expected in absent else report.wrong).append(words)
    withheld = {int(n) for n in manifest["journal"]["withheld"]}
    for n, item in enumerate(chain, start=1):
        which = item.partition(".")[0]
        if which.isdigit() and int(which) in ours and n not in events:
            if n in withheld:
                report.noted.append(f"NON MONTRÉ : l'événement n° {n} concerne un autre client.")
            else:
                report.wrong.append(f"RETIRÉ : l'événement n° {n} du journal manque.")


def fingerprints(data: dict[str, Any]) -> list[str]:
    """The fingerprints that an event says."""
    return [value for name, value in data.items() if name.endswith("sha256") and isinstance(value, str) and value]


def check_anchors(manifest: dict[str, Any], anchors: list[str], values: list[str], report: Report) -> None:
    """The fingerprints printed on letters, and those a person read elsewhere, are moments of this very journal."""
    moments = [digits_of(value) for value in values]
    for printed in manifest["anchors"]:
        digits = digits_of(printed["value"])
        if digits and digits not in moments:
            report.wrong.append(
                f"JOURNAL RÉÉCRIT : l'empreinte {grouped(digits)}, imprimée au pied de {printed['path']}, n'est celle "
                "d'aucun moment de ce journal : un événement antérieur à cette lettre a été modifié."
            )
    for digits in anchors:
        n = place_in(moments, digits)
        if n is None:
            report.wrong.append(
                f"JOURNAL RÉÉCRIT : l'ancre {grouped(digits)} n'est celle d'aucun moment de ce journal. Un événement "
                "antérieur à cette ancre a été modifié depuis, ou elle vient d'un autre compte."
            )
        else:
            say(f"Ancre {grouped(digits)} : retrouvée, c'est le journal après son événement n° {n}.")


def place_in(moments: list[str], digits: str) -> int | None:
    """Which event an anchor follows, or None."""
    return next((n for n, value in enumerate(moments, start=1) if value.startswith(digits)), None)


def grouped(digits: str) -> str:
    """« abcd ef01 2345 »."""
    return " ".join(part for part in (digits[:4], digits[4:8], digits[8:12]) if part)


def named(entry: dict[str, Any]) -> str:
    """A file as a person calls it."""
    return f"{entry['path']} ({entry['title']})" if entry.get("title") else str(entry["path"])


def told(row: dict[str, Any]) -> str:
    """An event as a person finds it again."""
    return f"l'événement n° {row['n']} du journal ({row['event']['kind']}, {row['event']['at']})"


def conclude(manifest: dict[str, Any], values: list[str], anchors: int, report: Report) -> int:
    """Say what was found; the status of the program."""
    for words in report.noted + report.wrong:
        say(words)
    head = digits_of(values[-1]) if values else ""
    say("")
    say(
        f"{len(manifest['files'])} fichiers et {len(values)} événements vérifiés. "
        f"Empreinte du journal à l'export : {grouped(head) or 'aucune'}"
    )
    if report.wrong:
        say(f"RÉSULTAT : ce dossier a été modifié ({len(report.wrong)} constats ci-dessus).")
        return 1
    say("RÉSULTAT : aucune modification trouvée.")
    if not anchors:
        say(
            "Pour exclure une réécriture de tout le journal, relancez avec --ancre et l'empreinte lue sur une lettre "
            "déjà reçue ou dans un e-mail quotidien."
        )
    return 0


def say(words: str) -> None:
    """A line for the person who runs this, whatever the terminal can show."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(words.encode(encoding, "replace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
