"""Files made to do harm, read in place through the guard: each does what its manifest says it must."""

import sys
import time
from datetime import date
from pathlib import Path

import pytest

from relance.imports import guard, tables
from relance.imports.values import InvoiceRead, RefusedError
from tests.imports import real_data

pytestmark = real_data.needs_data

MOST_BYTES = 200_000_000  # bytes
SECONDS = {"xml_billion_laughs_cii.xml": 2.0}  # said by its manifest; ten for the others
READABLE = {
    # An owner's password alone asks for nothing on opening.
    "pdf_owner_password_only.pdf": InvoiceRead(
        file="",
        number="FA-2017-0010",
        total_cents=67115,
        prepaid_cents=20100,
        due_cents=47015,
        due_on=date(2017, 12, 13),
    )
}
WORDS = {  # of the sentence that says why it is refused
    "html_named.pdf": "page web",
    "pdf_attachment_flate_bomb_200MB.pdf": "20 Mo",
    "pdf_attachment_xxe.pdf": "DOCTYPE",
    "pdf_truncated_half.pdf": "abîmé",
    "pdf_user_password_secret.pdf": "mot de passe",
    "pdf_zero_bytes.pdf": "vide",
    "xml_billion_laughs_cii.xml": "DOCTYPE",
    "xml_external_dtd_cii.xml": "DOCTYPE",
    "xml_xxe_file_cii.xml": "DOCTYPE",
    "zip_path_traversal_camt.zip": "relevé bancaire",
}
CANARY = "the-canary-sang-in-the-file-7f3a"


def _entries():
    return [
        entry
        for entry in real_data.entries("hostile/")
        if not entry.values[0] or Path(entry.values[0]["file"]).suffix in (".pdf", ".xml", ".zip", ".csv", ".html")
    ]


@pytest.fixture(scope="module")
def reader():
    with guard.Reader() as one:
        one.find(b"", "rien")
        yield one


def _read(reader, content, name):
    """What is read of a file, or the sentences that refuse it."""
    told = []
    for found in reader.find(content, name):
        if not found.format:
            told.append(found.error)
            continue
        try:
            if found.format in ("csv", "xlsx"):
                told.append(reader.recognise(found.content, found.format, None))
            else:
                told.append(reader.document(found.content, found.name, found.format))
        except RefusedError as error:
            told.append(str(error))
    return told


def _most_memory(pid):
    words = Path(f"/proc/{pid}/status").read_text().split()
    return int(words[words.index("VmHWM:") + 1]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory by /proc")
@pytest.mark.parametrize("entry", _entries())
def test_a_hostile_file_is_refused_in_words_or_read_within_its_time_and_memory(reader, entry):
    name = Path(entry["file"]).name
    content = real_data.content(entry["file"])
    pid, start = reader.pid, time.monotonic()
    told = _read(reader, content, name)
    assert time.monotonic() - start < SECONDS.get(name, 10)
    assert reader.pid == pid, "its child did not outlive it"
    assert _most_memory(pid) < MOST_BYTES
    if name in READABLE:
        wanted, (read,) = READABLE[name], told
        assert read.error is None
        for field in ("number", "total_cents", "prepaid_cents", "due_cents", "due_on"):
            assert getattr(read, field) == getattr(wanted, field), field
    elif name in WORDS:
        assert told
        assert all(isinstance(sentence, str) and WORDS[name] in sentence for sentence in told), told
    else:
        assert name == "csv_formula_injection.csv"


def test_a_formula_is_the_text_that_was_written(reader):
    """The cells of the hostile table, in a table of invoices."""
    written = real_data.content("hostile/csv_formula_injection.csv").decode("cp1252")
    formulas = [line.split(";")[1] for line in written.splitlines()[2:]]
    assert [formula[0] for formula in formulas] == ["@", "+", "-"]
    lines = [f"F-{number};{formula};02/11/2026;120,00" for number, formula in enumerate(formulas)]
    content = "\r\n".join(("numero;client;date_emission;montant_ttc", *lines)).encode()
    how = reader.recognise(content, "csv", None).how
    read = [tables.read_row(row.line, row.cells, "x.csv", how) for row in reader.rows(content, "csv", how)]
    assert [row.invoice.buyer.name for row in read if row.invoice] == formulas


@pytest.mark.parametrize("name", ["xml_xxe_file_cii.xml", "pdf_attachment_xxe.pdf"])
def test_the_file_that_an_entity_names_is_never_opened(reader, tmp_path, name):
    """The file is there, its words are nowhere: neither in what is read, nor in what is said."""
    canary = tmp_path / "canary.txt"
    canary.write_text(CANARY)
    content = real_data.content(f"hostile/{name}")
    if name.endswith(".xml"):
        place = content[content.index(b"SYSTEM") :].split(b'"')[1]
        content = content.replace(place, canary.as_uri().encode())
    told = _read(reader, content, name)
    assert told
    assert CANARY not in repr(told)


@pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")
def test_there_is_no_socket_to_call_the_network_with():
    """The document type of xml_external_dtd_cii.xml is at an address: a child has nothing to call it with."""
    with guard.Reader("tests.imports.odd_child") as odd:
        told = odd.document(b"facts", "x.xml", "cii").object
    assert "'can': []" in told
