"""A PDF in, an invoice out."""

import os

import pytest

from relance.imports import facturx
from relance.imports.values import RefusedError, UnsafeError
from tests.data import making
from tests.imports import real_data


@pytest.mark.requirement("S3.6")
@pytest.mark.parametrize(
    "name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "zugferd-invoice.xml", "xrechnung.xml", "f.XML"]
)
def test_the_invoice_is_found_whatever_the_name_of_its_data(name: str) -> None:
    read = facturx.read_pdf(making.pdf({name: making.cii()}), "dossier/facture.pdf")
    assert (read.file, read.number, read.total_cents, read.error) == ("facture.pdf", "F-2026-0101", 180_000, None)


def test_a_pdf_without_data_says_so() -> None:
    read = facturx.read_pdf(making.pdf({"photo.jpg": b"jpeg"}), "facture.pdf")
    assert read.number == ""
    assert read.error is not None
    assert "pas de données Factur-X" in read.error


def test_of_two_sets_of_data_the_newest_form_is_read_and_it_is_told() -> None:
    old = making.cii(**{"<ram:ID>F-2026-0101<": "<ram:ID>OLD<"})
    read = facturx.read_pdf(making.pdf({"ZUGFeRD-invoice.xml": old, "factur-x.xml": making.cii()}), "facture.pdf")
    assert read.number == "F-2026-0101"
    assert any("factur-x.xml, ZUGFeRD-invoice.xml" in warning for warning in read.warnings)


def test_another_xml_beside_the_invoice_does_not_hide_it() -> None:
    read = facturx.read_pdf(making.pdf({"aaa.xml": b"<commande/>", "data.xml": making.cii()}), "facture.pdf")
    assert read.number == "F-2026-0101"


def test_ubl_inside_a_pdf_is_read() -> None:
    read = facturx.read_pdf(making.pdf({"xrechnung.xml": making.ubl()}), "facture.pdf")
    assert (read.number, read.total_cents, read.error) == ("F-2026-0101", 180_000, None)


@pytest.mark.parametrize("name", ["order-x.xml", "commande.xml"])
def test_an_order_is_no_invoice_and_says_so(name: str) -> None:
    content = making.pdf({name: b"<SCRDMCCBDACIOMessageStructure/>"})
    with pytest.raises(RefusedError, match="commande"):
        facturx.format_of(content)
    # The file of a quote may hold one: only an importer refuses it.
    assert "commande" in (facturx.read_pdf(content, "a.pdf").error or "")


def test_an_order_beside_an_invoice_does_not_hide_it() -> None:
    content = making.pdf({"order-x.xml": b"<SCRDMCCBDACIOMessageStructure/>", "factur-x.xml": making.cii()})
    assert facturx.format_of(content) == "facturx"
    assert facturx.read_pdf(content, "a.pdf").number == "F-2026-0101"


def test_other_xml_alone_is_no_data() -> None:
    content = making.pdf({"note.xml": b"<note/>", "torn.xml": b"<"})
    assert (facturx.format_of(content), facturx.read_pdf(content, "a.pdf").error) == ("pdf", facturx.NO_DATA)


def test_torn_data_is_an_error_not_a_crash() -> None:
    read = facturx.read_pdf(making.pdf({"factur-x.xml": b'<?xml version="1.0" encoding="UTF-8?><a/>'}), "facture.pdf")
    assert read.error is not None
    assert "abîmées" in read.error


def test_hostile_data_refuses_the_whole_pdf() -> None:
    hostile = b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"
    with pytest.raises(UnsafeError, match="DOCTYPE"):
        facturx.read_pdf(making.pdf({"factur-x.xml": hostile}), "facture.pdf")


def test_an_unsafe_pdf_is_refused_before_its_data_is_read() -> None:
    with pytest.raises(RefusedError, match="JavaScript"):
        facturx.read_pdf(making.pdf({"factur-x.xml": making.cii()}, script="app.alert(1)"), "facture.pdf")


@real_data.needs_data
def test_a_real_pdf_with_an_owner_password_is_read() -> None:
    read = facturx.read_pdf(real_data.content("hostile/pdf_owner_password_only.pdf"), "facture.pdf")
    assert (read.number, read.total_cents, read.prepaid_cents, read.due_cents) == (
        "FA-2017-0010",
        67_115,
        20_100,
        47_015,
    )
    assert str(read.due_on) == "2017-12-13"


@real_data.needs_data
def test_a_real_pdf_that_asks_for_a_file_of_the_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = real_data.content("hostile/pdf_attachment_xxe.pdf")
    monkeypatch.setattr(os, "open", lambda *args: pytest.fail("a file was opened"))
    with pytest.raises(UnsafeError):
        facturx.read_pdf(content, "facture.pdf")
