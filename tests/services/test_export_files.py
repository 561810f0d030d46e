"""The files of an export, each under a name that a person reads."""

import email

from relance import storage
from relance.services import export_files
from tests import factories
from tests.factories import make_document

MANY = 10**9


def test_each_file_is_named_after_what_it_is_about(account, latitude):
    pdf = make_document(account, b"%PDF-1.7 facture", "scan.pdf")
    invoice = factories.make_invoice(latitude, "F/2026 : 1", document=pdf)
    slip = make_document(account, b"%PDF-1.7 depot", "depot.pdf", kind="deposit_proof")
    letter = factories.make_letter(latitude, [invoice], deposit_proof=slip)
    piece = factories.make_evidence(latitude, invoice, label="Devis signé, 12 pages")
    loose = make_document(account, b"a;b", "../../etc/Mes factures.csv", kind="import", mime="text/csv")
    message = factories.make_message(latitude, [invoice], subject="Relance : F/1")
    found = {file.path: file.read() for file in export_files.every(account, MANY, MANY)}
    assert found.pop(f"files/factures/F-2026-1-Latitude-Conseil-{pdf.id}.pdf") == b"%PDF-1.7 facture"
    assert found.pop(f"files/preuves/depot-Latitude-Conseil-{slip.id}.pdf") == b"%PDF-1.7 depot"
    assert found.pop(f"files/courriers/mise-en-demeure-Latitude-Conseil-{letter.document_id}.pdf").startswith(b"%PDF")
    assert found.pop(f"files/pieces/Devis-signé,-12-pages-Latitude-Conseil-{piece.document_id}.pdf")
    assert found.pop(f"files/imports/etc-Mes-factures-{loose.id}.csv") == b"a;b"
    mail = email.message_from_bytes(found.pop(f"files/messages/2026-11-23-Relance-F-1-{message.id}.eml"))
    assert mail["Message-ID"] == message.message_id
    assert found == {}


def test_only_what_was_there_when_the_tables_were_read_and_of_this_account(account, latitude):
    first = make_document(account, b"un")
    make_document(account, b"deux")
    make_document(factories.make_account("Basile"), b"trois")
    waiting = factories.make_message(latitude, state="queued", claimed_at=None)
    assert [file.path for file in export_files.every(account, first.id, waiting.id)] == [
        f"files/factures/facture-{first.id}.pdf"
    ]


def test_files_are_read_one_at_a_time(account, monkeypatch):
    monkeypatch.setattr(export_files, "PAGE", 2)
    for number in range(5):
        make_document(account, str(number).encode())
    read = []
    monkeypatch.setattr(storage, "get", lambda sha256: read.append(sha256) or b"")
    files = list(export_files.every(account, MANY, MANY))
    assert (len(files), read) == (5, [])
    files[3].read()
    assert len(read) == 1
