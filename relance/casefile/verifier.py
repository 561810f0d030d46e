#!/usr/bin/env python3
"""Vérifie un dossier de recouvrement fait par Relance : fichiers, messages, lettres, preuves et journal.

    python3 -I verifier.py                                    vérifie le dossier où se trouve ce programme
    python3 -I verifier.py --ancre "abcd ef01 2345 6789 abcd" vérifie aussi que le journal contient cette
                                          empreinte, lue au pied d'une lettre imprimée ou d'un e-mail quotidien

Python 3.9 ou plus récent suffit : rien à installer, aucun accès au réseau. Le résultat est 0 si rien n'a été
modifié, 1 si une partie l'a été, 3 si une partie ne peut pas être vérifiée ; chacune est nommée.
"""

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    # A file « json.py » planted beside this program must not run: nothing is imported from here, not even __future__.
    _HERE = __file__.replace("\\", "/").rpartition("/")[0]
    sys.path[:] = [path for path in sys.path[1:] if path.replace("\\", "/") not in ("", ".", _HERE)]

import hashlib
import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

START = "relance"
FILES = "manifest.json"
EVENTS = "journal/evenements.jsonl"
CHAIN = "journal/chaine.txt"
SHORTEST = 20  # hexadecimal digits of an anchor: fewer could be searched for
HEX = re.compile("[0-9a-f]{64}")
UNTAMED = ("Cc", "Cf", "Cs", "Zl", "Zp")  # what moves the cursor, or hides the line before
MADE = ("journal/", "P6-decompte/", "P7-identites/parties.txt", "00-bordereau.pdf", "LISEZMOI.txt", "verifier.py")
# Each of these events says the fingerprint of something that must be in the file: where it stands, what, its folder.
PROOF = ("file_sha256", "la preuve", "P5-")
INVOICE = ("document_sha256", "la facture", "P1-")  # whatever happened to it
SAYS = {
    "reminder_sent": ("source_sha256", "le message envoyé", "P4-"),
    "reminder_uncertain": ("source_sha256", "le message dont l'envoi est incertain", "P4-"),
    "letter_ready": ("sha256", "la lettre figée", "P5-"),
    **{f"letter_{what}": PROOF for what in ("posted", "received", "unclaimed", "refused", "proof_added")},
    "evidence_added": ("sha256", "la pièce", "P"),
    "plan_agreed": ("file_sha256", "l'accord d'échéancier", "P8-"),
}


class Report:
    """What was found: ``wrong`` is altered, ``unsure`` cannot be checked, ``noted`` is worth knowing."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.unsure: list[str] = []
        self.noted: list[str] = []


def main(arguments: list[str]) -> int:
    """Check the folder of this program; 0 when nothing was altered."""
    anchors, problem = read_arguments(arguments)
    if problem:
        for line in problem.splitlines():
            say(line)
        return 2
    folder = Path(__file__).resolve().parent
    report = Report()
    try:
        content = (folder / FILES).read_bytes()
        manifest = json.loads(content)
        events = read_events(folder, report)
        chain = read_chain(folder)
        files = check_files(folder, manifest, report)
        values, sealed = check_chain(chain, events, manifest, report)
        check_vouched(manifest, files, sealed, report)
        check_shown(manifest, events, chain, sealed, report)
        check_anchors(manifest, anchors, values, report)
        old = sum(item.startswith("v1 ") and n not in events for n, item in enumerate(chain, start=1))
        counted = f"{len(files)} fichiers et {len(values)} événements vérifiés"
        counted += f", sauf {old} des premières versions de Relance, pris tels quels." if old else "."
        head = digits_of(values[-1]) if values else ""
        return conclude(hashlib.sha256(content).hexdigest(), counted, head, bool(anchors), report)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        say(f"ILLISIBLE : le dossier est incomplet ou son manifeste a été abîmé ({error}).")
        return 1


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
                return [], 'Indiquez l\'empreinte après --ancre, par exemple : --ancre "abcd ef01 2345 6789 abcd"'
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


def read_events(folder: Path, report: Report) -> dict[int, dict[str, Any]]:
    """The events that the file shows, by their place in the journal, which only goes up."""
    found: dict[int, dict[str, Any]] = {}
    last = 0
    with (folder / EVENTS).open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            n = row["n"]
            if type(n) is not int or n <= last:
                report.wrong.append(f"MODIFIÉ : le numéro d'événement {n} est répété, hors de l'ordre ou impossible.")
                continue
            found[n] = row
            last = n
    return found


def read_chain(folder: Path) -> list[str]:
    """What stands for each event of the journal, those of other clients too, in order."""
    with (folder / CHAIN).open(encoding="ascii") as file:
        chain = [line.strip() for line in file if line.strip()]
    is_old = True  # the first versions of Relance come first: later, such a line would hide what is before it
    for n, item in enumerate(chain, start=1):
        is_old = is_old and item.startswith("v1 ")
        tag, _dot, digest = item.partition(".")
        is_right = HEX.fullmatch(item[3:]) if is_old else re.fullmatch("[0-9a-f]{16}", tag) and HEX.fullmatch(digest)
        if not is_right:
            raise ValueError(f"{CHAIN}, ligne {n} : cette ligne ne peut pas être là")
    return chain


def check_files(folder: Path, manifest: dict[str, Any], report: Report) -> dict[str, str]:
    """Every file of the manifest is there with its fingerprint, and no other; what each path holds ('' if nothing)."""
    found: dict[str, str] = {}
    for entry in manifest["files"]:
        path = entry["path"]
        if any(part in ("", ".", "..") or "\\" in part or ":" in part for part in path.split("/")):
            raise ValueError(f"chemin interdit : {path}")
        place = folder.joinpath(*path.split("/"))
        found[path] = hashlib.sha256(place.read_bytes()).hexdigest() if place.is_file() else ""
        if not found[path]:
            report.wrong.append(f"ABSENT : {named(entry)}.")
        elif found[path] != entry["sha256"]:
            report.wrong.append(f"MODIFIÉ : {named(entry)}.")
    for top, folders, names in os.walk(folder):
        linked = [name for name in folders if (Path(top) / name).is_symlink()]
        for name in names + linked:
            path = (Path(top) / name).relative_to(folder).as_posix()
            if path not in found and path != FILES:
                report.noted.append(f"AJOUTÉ : {path} ne fait pas partie du dossier.")
    return found


def check_chain(
    chain: list[str], events: dict[int, dict[str, Any]], manifest: dict[str, Any], report: Report
) -> tuple[list[str], dict[int, dict[str, Any]]]:
    """Count the chain again from its first event: its values, and the events shown that it holds."""
    values: list[str] = []
    sealed: dict[int, dict[str, Any]] = {}
    previous, is_broken = START, False
    for n, item in enumerate(chain, start=1):
        row = events.get(n)
        is_v1 = item.startswith("v1 ")
        if row is None and is_v1:
            sealed.clear()  # taken as it is: whatever is before it could have been written again
        elif row is not None and stands_for(row, previous, is_v1) == item.replace(".", " ").split()[1]:
            sealed[n] = row
        elif row is not None:
            report.wrong.append(f"MODIFIÉ : {told(row)}.")
        previous = item[3:] if is_v1 else "2" + hashlib.sha256((previous + item).encode()).hexdigest()
        values.append(previous)
        if row is not None and not is_broken and row["chain"] != previous:
            is_broken = True
            report.wrong.append(f"CHAÎNE ROMPUE : sa valeur ne suit plus à partir de {told(row)}, ou juste avant.")
    if not is_broken and chain and previous != manifest["journal"]["head"]:
        report.wrong.append("CHAÎNE ROMPUE : la dernière empreinte n'est pas celle du manifeste.")
    for n, row in events.items():
        if n > len(chain) and row["chain"] is not None:
            report.wrong.append(f"MODIFIÉ : {told(row)} est au-delà de la fin de la chaîne.")
        elif n > len(chain):
            report.noted.append(f"NON SCELLÉ : {told(row)} venait d'arriver lors de l'export, et n'atteste rien.")
    return values, sealed


def stands_for(row: dict[str, Any], previous: str, is_v1: bool) -> str:
    """The 64 digits that an event makes in the chain."""
    event = row["event"]
    words = json.dumps(event, sort_keys=True, separators=(",", ":"))
    if is_v1:
        data = json.dumps(event["data"], ensure_ascii=False, sort_keys=True)
        words = json.dumps([previous, event["account"], event["kind"], data, event["at"], event["user"]])
    elif not HEX.fullmatch(row["salt"]):
        return ""
    return hashlib.sha256(((row["salt"] if not is_v1 else "") + words).encode()).hexdigest()


def fingerprints(row: dict[str, Any]) -> list[str]:
    """The fingerprints that an event vouches for."""
    value = row["event"]["data"].get(says(row)[0])
    return [value] if isinstance(value, str) and value else []


def says(row: dict[str, Any]) -> tuple[str, str, str]:
    """Where an event says a fingerprint, of what, and the folder of that."""
    kind = str(row["event"]["kind"])
    return INVOICE if kind.startswith("invoice_") else SAYS.get(kind, ("", "", ""))


def expected(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What these events, in order, want in the file: each fingerprint and the event that says it."""
    there: list[tuple[str, dict[str, Any], Any]] = []
    for row in rows:
        event, data = row["event"], row["event"]["data"]
        kind, said = str(event["kind"]), fingerprints(row)
        is_deposit = kind == "letter_posted" and data.get("mode") != "by_hand"
        slot: Any = (event["invoice"], data.get("letter_kind"), data.get("dated_on"), is_deposit)
        is_again = bool(said) and ("was_posted_on" in data or "was_state" in data)  # a correction takes the place
        if kind.startswith("invoice_"):
            slot, is_again = event["invoice"], bool(said) or "document" in (data.get("changes") or {})
        gone = [data.get("replaced_sha256")]
        gone += [data.get("sha256")] if kind == "evidence_removed" else []
        gone += [data.get(f"{w}_sha256") for w in ("deposit", "receipt")] if kind == "letter_posting_undone" else []
        for value in gone:
            left = next((one for one in reversed(there) if value and one[0] == value), None)
            there.remove(left) if left else None
        there = [one for one in there if not (is_again and one[2] == slot)]
        there += [(value, row, slot) for value in said]
    return [(value, row) for value, row, _slot in there]


def check_vouched(
    manifest: dict[str, Any], files: dict[str, str], sealed: dict[int, dict[str, Any]], report: Report
) -> None:
    """The journal says the fingerprint of messages, letters and pieces: both must agree, whatever the manifest says."""
    said = {value for row in sealed.values() for value in fingerprints(row)}
    for entry in manifest["files"]:
        path, n, sha256 = entry["path"], entry.get("event"), files[entry["path"]]
        if n is not None and sha256:
            row = sealed.get(n)
            if row is None or sha256 not in fingerprints(row) or not path.startswith(says(row)[2]):
                words = "n'est pas ce que le journal a noté"
                report.wrong.append(f"NON CONFORME AU JOURNAL : {named(entry)} {words} (événement n° {n}).")
        elif sha256 and sha256 not in said and not (path.startswith(MADE) or path.endswith(".csv")):
            words = f"NON ATTESTÉ : le journal n'a pas noté l'empreinte de {named(entry)}, ou pas encore."
            (report.unsure if path.startswith(("P4-", "P5-")) else report.noted).append(words)
    there, absent = set(files.values()), set(manifest["absent"])
    for value, row in expected(list(sealed.values())):
        if value not in there:
            words = f"ABSENT OU MODIFIÉ : {says(row)[1]} ({told(row)}) n'est pas dans le dossier tel que noté."
            (report.unsure if value in absent else report.wrong).append(words)


def check_shown(
    manifest: dict[str, Any], events: dict[int, Any], chain: list[str], sealed: dict[int, Any], report: Report
) -> None:
    """No event about these invoices was left out: those that are shown tell their tags, whatever the manifest says."""
    about = {row["event"]["invoice"] for row in sealed.values()}
    for number in manifest["invoices"] or ["(aucune)"]:
        if number not in about:
            report.unsure.append(f"NON ATTESTÉ : aucun événement scellé ne parle de la facture {number} du manifeste.")
    tags = {chain[n - 1].partition(".")[0] for n, row in sealed.items() if row["event"]["invoice"]}
    tags |= set(manifest["journal"]["tags"].values())
    for n, item in enumerate(chain, start=1):
        if item.partition(".")[0] in tags and n not in events:
            if n in manifest["journal"]["withheld"]:
                report.unsure.append(f"NON MONTRÉ : l'événement n° {n} concerne un autre client, dit le manifeste.")
            else:
                report.wrong.append(f"RETIRÉ : l'événement n° {n} du journal manque.")


def check_anchors(manifest: dict[str, Any], anchors: list[str], values: list[str], report: Report) -> None:
    """The fingerprints printed on letters, and those a person read elsewhere, are moments of this very journal."""
    moments = {value[1:]: n for n, value in enumerate(values, start=1) if len(value) == 65}
    for printed in manifest["anchors"]:
        digits = digits_of(printed["value"])
        if digits and digits not in moments:
            report.wrong.append(
                f"JOURNAL RÉÉCRIT : l'empreinte {grouped(digits)}, imprimée au pied de {printed['path']}, n'est celle "
                "d'aucun moment de ce journal : un événement antérieur à cette lettre a été modifié."
            )
    for digits in anchors:
        n = next((n for value, n in moments.items() if value.startswith(digits)), None)
        if n is None:
            report.wrong.append(
                f"JOURNAL RÉÉCRIT : l'ancre {grouped(digits)} n'est celle d'aucun moment de ce journal. Un événement "
                "antérieur à cette ancre a été modifié depuis, ou elle vient d'un autre compte."
            )
        else:
            say(f"Ancre {grouped(digits)} : retrouvée, c'est le journal après son événement n° {n}.")


def grouped(digits: str) -> str:
    """« abcd ef01 2345 6789 abcd »."""
    return " ".join(re.findall("....", digits[:SHORTEST]))


def named(entry: dict[str, Any]) -> str:
    """A file as a person calls it."""
    return f"{entry['path']} ({entry['title']})" if entry.get("title") else str(entry["path"])


def told(row: dict[str, Any]) -> str:
    """An event as a person finds it again."""
    return f"l'événement n° {row['n']} du journal ({row['event']['kind']}, {row['event']['at']})"


def conclude(sha256: str, counted: str, head: str, has_anchor: bool, report: Report) -> int:
    """Say what was found; the status of the program."""
    for words in report.noted + report.unsure + report.wrong:
        say(words)
    say("")
    say(f"{counted} Empreinte du journal à l'export : {grouped(head) or 'aucune'}")
    say(f"SHA-256 de manifest.json, que le journal de Relance a noté à l'export : {sha256}")
    if report.wrong:
        say(f"RÉSULTAT : ce dossier a été modifié ({len(report.wrong)} constats ci-dessus).")
        return 1
    if report.unsure:
        say(f"RÉSULTAT : INCOMPLET. {len(report.unsure)} points ci-dessus ne peuvent pas être vérifiés.")
        return 3
    say("RÉSULTAT : aucune modification trouvée.")
    if not has_anchor:
        say("Pour exclure une réécriture de tout le journal, relancez avec --ancre et l'empreinte lue sur une lettre")
        say("déjà reçue ou dans un e-mail quotidien.")
    return 0


def say(words: str) -> None:
    """A line for the person who runs this, whatever the terminal can show and whatever the file wants shown."""
    tame = "".join("?" if unicodedata.category(letter) in UNTAMED else letter for letter in words)
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(tame.encode(encoding, "replace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
