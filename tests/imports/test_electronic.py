"""One door for every electronic invoice: the same answer whatever the format."""

from dataclasses import replace

import pytest

from relance.imports import electronic, facturx, kinds
from relance.imports.values import RefusedError
from tests.data import making


@pytest.mark.requirement("S3.6")
@pytest.mark.parametrize("content", [making.facturx(), making.cii(), making.ubl()], ids=["facturx", "cii", "ubl"])
def test_the_same_invoice_is_read_from_every_format(content: bytes) -> None:
    (found,) = kinds.find(content, "lot/facture.dat")
    read = electronic.read(found.content, f"lot.zip/{found.name}", found.format)
    assert (read.file, read.number, read.kind, read.error) == ("facture.dat", "F-2026-0101", "invoice", None)
    assert (read.total_cents, read.prepaid_cents, read.due_cents) == (180_000, 30_000, 150_000)
    assert (read.seller.siret, read.buyer.siren) == ("73282932000074", "552081317")
    other = electronic.read(making.cii(), "facture.dat", "cii")
    assert replace(read.buyer, name="") == replace(other.buyer, name="")


def test_a_pdf_without_data_is_to_complete() -> None:
    assert electronic.read(making.pdf(), "facture.pdf", "pdf").error == facturx.NO_DATA


@pytest.mark.parametrize("format", ["csv", "xlsx", "cdar", ""])
def test_what_is_no_electronic_invoice_is_refused(format: str) -> None:
    with pytest.raises(RefusedError, match="électronique"):
        electronic.read(b"numero;total", "a.csv", format)
