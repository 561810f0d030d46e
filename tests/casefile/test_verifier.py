"""The verifier of a case file, run as anybody would: it names whatever was altered, whoever altered it."""

import hashlib
import json
import shutil
import subprocess
import sys

import pytest

from relance.models.events import Event
from relance.rules import anchors
from relance.services import anchoring
from tests.casefile import made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("case")


@pytest.fixture
def case(account, camille, latitude, nadia, folder, request):
    """The unzipped case file, made once, copied for each test; ``anchor``: the head of the journal at the export."""
    kept = folder / request.node.callspec.params["engine"] if hasattr(request.node, "callspec") else folder / "one"
    if not kept.exists():
        one = made.make(account, camille, latitude, nadia)
        made.unzip(one.export(), kept / "dossier")
        theirs = Event.select().where(Event.client != latitude)
        (kept / "others").write_text(json.dumps([event.body for event in theirs]))
        (kept / "key").write_text(account.journal_key)
        (kept / "anchor").write_text(anchoring.head(account))
        (kept / "printed").write_text(json.loads(one.letter.facts)["anchor"])
    work = folder / f"work-{len(list(folder.iterdir()))}"
    shutil.copytree(kept, work)
    return work


EVENTS, CHAIN = "journal/evenements.jsonl", "journal/chaine.txt"


def run(case, *arguments, options=("-I", "-S")):
    command = [sys.executable, *options, "verifier.py", *arguments]  # alone: no site-packages, nothing of ours
    done = subprocess.run(command, cwd=case / "dossier", capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")


def one_of(case, pattern):
    [path] = (case / "dossier").glob(pattern)
    return path


def alter(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def manifest_of(case):
    return json.loads((case / "dossier" / "manifest.json").read_text())


def seal_again(case, *paths, **changes):
    """What whoever alters a file does next: put its new fingerprint in the manifest."""
    manifest = manifest_of(case) | changes
    for entry in manifest["files"]:
        if entry["path"] in paths:
            entry["sha256"] = hashlib.sha256((case / "dossier" / entry["path"]).read_bytes()).hexdigest()
    (case / "dossier" / "manifest.json").write_text(json.dumps(manifest))


def test_an_untouched_case_file_is_found_so_with_or_without_an_anchor(case):
    status, said = run(case)
    assert status == 0 and "RÉSULTAT : aucune modification trouvée" in said, said
    assert [line for line in said.splitlines() if line.startswith("NON ATTESTÉ")] == [
        "NON ATTESTÉ : le journal n'a pas noté l'empreinte de P2-devis-et-contrat/01-devis-D-12.pdf "
        "(Devis n° D-12), ou pas encore."
    ], said
    sha256 = hashlib.sha256((case / "dossier" / "manifest.json").read_bytes()).hexdigest()
    assert f"SHA-256 de manifest.json, que le journal de Relance a noté à l'export : {sha256}" in said
    for name in ("anchor", "printed"):
        digits = (case / name).read_text()
        shown = anchors.grouped(digits)
        status, said = run(case, "--ancre", shown, f"--ancre={digits}")
        assert status == 0 and said.count("retrouvée") == 2, said


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("P4-messages/*.eml", "P4-messages/01-"),
        ("P5-courriers/*Mise-en-demeure.pdf", "Mise-en-demeure.pdf"),
        ("P5-courriers/*depot.jpg", "Preuve de dépôt"),
        ("P5-courriers/*reception.png", "Preuve de réception"),
        ("P3-prestation/*.jpg", "P3-prestation/01-"),
    ],
)
def test_one_byte_of_a_message_a_letter_or_a_proof_is_named_even_if_the_manifest_follows(case, pattern, named):
    path = one_of(case, pattern)
    alter(path)
    status, said = run(case)
    assert status == 1 and any("MODIFIÉ" in line and named in line for line in said.splitlines()), said
    seal_again(case, path.relative_to(case / "dossier").as_posix())
    status, said = run(case)
    assert status == 1, said
    assert any("NON CONFORME AU JOURNAL" in line and named in line for line in said.splitlines()), said
    if path.suffix == ".eml":
        assert "le message envoyé" in said and "n'est pas dans le dossier tel que noté" in said


def events_of(case):
    return [json.loads(line) for line in (case / "dossier" / EVENTS).read_text(encoding="utf-8").splitlines()]


def chain_of(case):
    return (case / "dossier" / CHAIN).read_text().splitlines()


def values_of(chain):
    """The chain counted again; « v1 » lines give their own value."""
    values, previous = [], "relance"
    for item in chain:
        previous = item[3:] if item.startswith("v1 ") else "2" + sha(f"{previous}{item}".encode())
        values.append(previous)
    return values


def sha(content):
    return hashlib.sha256(content).hexdigest()


def line_of(row, chain):
    canonical = json.dumps(row["event"], sort_keys=True, separators=(",", ":"))
    return f"{chain[row['n'] - 1].partition('.')[0]}.{sha((row['salt'] + canonical).encode())}"


def forge(case, rows=None, chain=None, **changes):
    """Write the events and the chain, then a manifest that agrees with everything that is there."""
    if rows is not None:
        lines = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
        (case / "dossier" / EVENTS).write_text(lines, "utf-8")
    if chain is not None:
        (case / "dossier" / CHAIN).write_text("\n".join(chain) + "\n")
    manifest = manifest_of(case) | changes
    manifest["files"] = [entry for entry in manifest["files"] if (case / "dossier" / entry["path"]).exists()]
    (case / "dossier" / "manifest.json").write_text(json.dumps(manifest))
    seal_again(case, *(entry["path"] for entry in manifest["files"]))


def rewrite(case, words, new, *, counts_again=False):
    """Change words of an event; with ``counts_again``, forge the whole chain after it and the manifest too."""
    rows, chain = events_of(case), chain_of(case)
    [row] = [row for row in rows if words in json.dumps(row, ensure_ascii=False) and row["chain"]]
    row["event"] = json.loads(json.dumps(row["event"], ensure_ascii=False).replace(words, new))
    changes = {}
    if counts_again:
        chain[row["n"] - 1] = line_of(row, chain)
        values = values_of(chain)
        for one in rows:
            one["chain"] = values[one["n"] - 1] if one["chain"] else None
        changes = {"journal": manifest_of(case)["journal"] | {"head": values[-1]}}
    forge(case, rows, chain, **changes)
    return row["n"]


def test_an_altered_event_is_named(case):
    n = rewrite(case, "promet de regarder", "promet de payer")
    status, said = run(case)
    assert status == 1 and f"MODIFIÉ : l'événement n° {n} du journal (call_logged" in said, said


def test_an_event_that_was_taken_out_is_named(case):
    events = case / "dossier" / "journal" / "evenements.jsonl"
    lines = events.read_text(encoding="utf-8").splitlines()
    [out] = [line for line in lines if '"call_logged"' in line]
    events.write_text("".join(f"{line}\n" for line in lines if line != out), "utf-8")
    seal_again(case, "journal/evenements.jsonl")
    status, said = run(case)
    assert status == 1 and f"RETIRÉ : l'événement n° {json.loads(out)['n']} du journal manque" in said, said


def test_a_journal_counted_again_from_end_to_end_is_told_by_the_anchors(case):
    """The chain agrees with itself: only what was printed before, on the letter or in an e-mail, contradicts it."""
    rewrite(case, "promet de regarder", "promet de payer", counts_again=True)
    status, said = run(case)
    assert status == 1 and "JOURNAL RÉÉCRIT" in said and "imprimée au pied de P5-courriers/01-" in said, said
    seal_again(case, anchors=[])  # even if the letter's own was taken out of the manifest
    status, said = run(case)
    assert status == 0 and "relancez avec --ancre" in said, said
    status, said = run(case, "--ancre", (case / "anchor").read_text()[1:21])
    assert status == 1 and "JOURNAL RÉÉCRIT : l'ancre" in said, said


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--ancre", "0123 4567 89ab cdef 012"], 2, "trop courte"),
        (["--ancre"], 2, "Indiquez l'empreinte"),
        (["--aide"], 2, "Vérifie un dossier de recouvrement"),
        (["--ancre", "0123 4567 89ab cdef 0123"], 1, "n'est celle d'aucun moment de ce journal"),
    ],
)
def test_the_command_line_says_in_french_what_is_wrong(case, arguments, status, words):
    done, said = run(case, *arguments)
    assert (done, words in said) == (status, True), said


def test_a_file_that_is_missing_added_or_out_of_the_folder_is_named(case):
    one_of(case, "P1-factures/*.pdf").unlink()
    (case / "dossier" / "P1-factures" / "ajout.pdf").write_bytes(b"x")
    status, said = run(case)
    assert status == 1 and "ABSENT : P1-factures/01-" in said and "AJOUTÉ : P1-factures/ajout.pdf" in said, said
    manifest = manifest_of(case)
    manifest["files"][0]["path"] = "../anchor"
    (case / "dossier" / "manifest.json").write_text(json.dumps(manifest))
    status, said = run(case)
    assert status == 1 and "ILLISIBLE" in said and "chemin interdit" in said


def of_kind(rows, kind):
    return next(row for row in rows if row["event"]["kind"] == kind)


def forged_receipt(case):
    """The receipt replaced, and an event that says so."""
    path = one_of(case, "P5-courriers/*reception.png")
    path.write_bytes(b"\x89PNG\r\n\x1a\n forged")
    row = json.loads(json.dumps(of_kind(events_of(case), "letter_received")))
    row["event"]["data"]["file_sha256"] = sha(path.read_bytes())
    return row


def by_v1(case):
    """An event taken out, the chain kept whole by a line of the first versions."""
    rows, chain = events_of(case), chain_of(case)
    out = of_kind(rows, "call_logged")
    chain[out["n"] - 1] = f"v1 {values_of(chain)[out['n'] - 1]}"
    forge(case, [row for row in rows if row is not out], chain)


def by_all_v1(case):
    """Everything before the letter written again, under lines of the first versions."""
    rows, chain = events_of(case), chain_of(case)
    values = values_of(chain)
    last = of_kind(rows, "call_logged")["n"]
    forge(case, [row for row in rows if row["n"] > last], [f"v1 {value[1:]}" for value in values[:last]] + chain[last:])


def by_event_zero(case):
    row = forged_receipt(case) | {"n": 0, "chain": None}
    forge(case, [row, *events_of(case)])


def by_repeated_number(case):
    rows = events_of(case)
    row = of_kind(rows, "letter_received")
    forge(case, [*rows, forged_receipt(case) | {"n": row["n"]}])


def by_unsealed_event(case):
    row = forged_receipt(case) | {"n": len(chain_of(case)) + 1, "chain": None}
    forge(case, [*events_of(case), row])


def by_not_attested(case):
    path = one_of(case, "P3-prestation/*.jpg")
    path.write_bytes(b"\xff\xd8\xff forged")
    forge(case, files=[entry | {"event": None, "attested": False} for entry in manifest_of(case)["files"]])


def by_taking_out(pattern):
    def change(case):
        one_of(case, pattern).unlink()
        forge(case)

    return change


def by_swapping(case):
    """Two attested files of the same folder, one in the place of the other."""
    one, other = (one_of(case, f"P5-courriers/*{end}") for end in ("depot.jpg", "Mise-en-demeure.pdf"))
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    forge(case)


def by_excusing(case):
    path = one_of(case, "P4-messages/*.eml")
    forge(case, absent=[sha(path.read_bytes())])
    path.unlink()
    forge(case)


def by_withholding(case):
    rows = events_of(case)
    out = of_kind(rows, "call_logged")
    journal = manifest_of(case)["journal"] | {"withheld": [out["n"]]}
    forge(case, [row for row in rows if row is not out], journal=journal)


def by_emptying(case):
    for folder in ("P4-messages", "P5-courriers"):
        shutil.rmtree(case / "dossier" / folder)
    journal = manifest_of(case)["journal"] | {"tags": {}}
    files = [entry | {"event": None} for entry in manifest_of(case)["files"]]
    forge(case, [], invoices=[], anchors=[], journal=journal, files=files)


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (by_v1, 1, "cette ligne ne peut pas être là"),
        (by_all_v1, 1, "CHAÎNE ROMPUE"),
        (by_event_zero, 1, "MODIFIÉ : le numéro d'événement 0 est répété, hors de l'ordre ou impossible"),
        (by_repeated_number, 1, "est répété, hors de l'ordre"),
        (by_unsealed_event, 1, "ABSENT OU MODIFIÉ : la preuve (l'événement"),
        (by_not_attested, 1, "ABSENT OU MODIFIÉ : la pièce (l'événement"),
        (by_taking_out("P5-courriers/*reception.png"), 1, "ABSENT OU MODIFIÉ : la preuve (l'événement"),
        (by_taking_out("P5-courriers/*depot.jpg"), 1, "ABSENT OU MODIFIÉ : la preuve (l'événement"),
        (by_taking_out("P3-prestation/*.jpg"), 1, "ABSENT OU MODIFIÉ : la pièce (l'événement"),
        (by_taking_out("P1-factures/*.pdf"), 1, "ABSENT OU MODIFIÉ : la facture (l'événement"),
        (by_swapping, 1, "NON CONFORME AU JOURNAL : P5-courriers/02-"),
        (by_excusing, 3, "RÉSULTAT : INCOMPLET"),
        (by_withholding, 3, "NON MONTRÉ : l'événement n°"),
        (by_emptying, 3, "aucun événement scellé ne parle de la facture"),
    ],
)
def test_a_forger_who_makes_the_manifest_again_is_told_all_the_same(case, change, status, words):
    change(case)
    done, said = run(case)
    assert (done, words in said) == (status, True), said
    assert "aucune modification" not in said


def test_nothing_that_was_planted_beside_it_runs_or_hides_its_words(case):
    folder = case / "dossier"
    for name in ("json", "__future__", "hashlib", "sitecustomize"):
        (folder / f"{name}.py").write_text("raise SystemExit('RESULTAT')")
    (folder / "P5-courriers" / "__pycache__").mkdir()
    (folder / "P5-courriers" / "__pycache__" / "lettre.pdf").write_bytes(b"x")
    (folder / "P9").symlink_to("/etc")
    for options in (("-I",), ("-S",)):
        status, said = run(case, options=options)
        assert status == 0 and "RÉSULTAT : aucune modification" in said, said
        for name in ("json.py", "P5-courriers/__pycache__/lettre.pdf", "P9"):
            assert f"AJOUTÉ : {name} ne fait pas partie" in said, said
    alter(one_of(case, "P3-prestation/*.jpg"))
    manifest = manifest_of(case)
    for entry in manifest["files"]:
        entry["title"] = "\x1b[2K\r\u202eX\nRÉSULTAT : aucune modification trouvée."
    (folder / "manifest.json").write_text(json.dumps(manifest))
    status, said = run(case)
    assert status == 1 and not {"\x1b", "\r", "\u202e"} & set(said)
    assert not [line for line in said.splitlines() if line.startswith("RÉSULTAT : aucune")], said


def test_a_manifest_without_end_is_unreadable(case):
    (case / "dossier" / "manifest.json").write_text("[" * 100_000)
    status, said = run(case)
    assert status == 1 and said.startswith("ILLISIBLE") and "Traceback" not in said, said


def test_the_events_of_others_cannot_be_guessed_from_the_file(case):
    """Whoever knows an event of another client exactly cannot find it in the chain: salts and tags need the key."""
    shown = {row["n"] for row in events_of(case)}
    others = {item for n, item in enumerate(chain_of(case), start=1) if n not in shown}
    text = "".join(path.read_text("utf-8", "ignore") for path in (case / "dossier").rglob("*") if path.is_file())
    known = json.loads((case / "others").read_text())
    assert others and known
    salts = ["", *(row["salt"] for row in events_of(case))]
    for guess in known:
        canonical = json.dumps(guess, sort_keys=True, separators=(",", ":"))
        digests = {sha((salt + canonical).encode()) for salt in salts}
        assert not digests & {item.partition(".")[2] for item in others}
    assert (case / "key").read_text() not in text
    mine = set(manifest_of(case)["journal"]["tags"].values())
    assert not mine & {item.partition(".")[0] for item in others}
