"""The verifier of a case file, run as anybody would: it names whatever was altered, whoever altered it."""

import hashlib
import json
import shutil
import subprocess
import sys

import pytest

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
        (kept / "anchor").write_text(anchoring.head(account))
        (kept / "printed").write_text(json.loads(one.letter.facts)["anchor"])
    work = folder / f"work-{len(list(folder.iterdir()))}"
    shutil.copytree(kept, work)
    return work


def run(case, *arguments):
    command = [sys.executable, "-I", "-S", "verifier.py", *arguments]  # alone: no site-packages, nothing of ours
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
    assert "NON ATTESTÉ" not in said
    for name in ("anchor", "printed"):
        digits = (case / name).read_text()
        shown = " ".join([digits[1:5], digits[5:9], digits[9:13]])
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


def rewrite(case, words, new, *, counts_again=False):
    """Change words of an event; with ``counts_again``, forge the whole chain after it and the manifest too."""
    events = case / "dossier" / "journal" / "evenements.jsonl"
    rows = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
    [row] = [row for row in rows if words in json.dumps(row, ensure_ascii=False) and row["chain"]]
    row["event"] = json.loads(json.dumps(row["event"], ensure_ascii=False).replace(words, new))
    changes = {}
    if counts_again:
        chain = case / "dossier" / "journal" / "chaine.txt"
        items = chain.read_text().splitlines()
        canonical = json.dumps(row["event"], sort_keys=True, separators=(",", ":"))
        items[row["n"] - 1] = f"{row['event']['invoice']}.{hashlib.sha256(canonical.encode()).hexdigest()}"
        chain.write_text("\n".join(items) + "\n")
        values, previous = [], "relance"
        for item in items:
            previous = "2" + hashlib.sha256(f"{previous}{item}".encode()).hexdigest()
            values.append(previous)
        for one in rows:
            one["chain"] = values[one["n"] - 1] if one["chain"] else None
        changes = {"journal": manifest_of(case)["journal"] | {"head": previous}}
    events.write_text("".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in rows), "utf-8")
    seal_again(case, "journal/evenements.jsonl", "journal/chaine.txt", **changes)
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
    status, said = run(case, "--ancre", (case / "anchor").read_text()[1:13])
    assert status == 1 and "JOURNAL RÉÉCRIT : l'ancre" in said, said


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--ancre", "abc"], 2, "trop courte"),
        (["--ancre"], 2, "Indiquez l'empreinte"),
        (["--aide"], 2, "Vérifie un dossier de recouvrement"),
        (["--ancre", "0123 4567 89ab"], 1, "n'est celle d'aucun moment de ce journal"),
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
