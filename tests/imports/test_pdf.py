"""PDFs that may be kept and sent on to a client, and those that may not."""

import resource
import time
import zlib

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, NameObject, StreamObject

from relance.imports import pdf
from relance.imports.values import MAX_FILE_BYTES, RefusedError
from tests.data import making
from tests.imports import real_data


def test_a_plain_pdf_is_accepted_with_its_attachments() -> None:
    facts = pdf.inspect(making.pdf({"photo.jpg": b"jpeg", "factur-x.xml": b"<a/>"}, pages=2))
    assert facts.pages == 2
    assert {(item.name, item.content) for item in facts.attachments} == {
        ("photo.jpg", b"jpeg"),
        ("factur-x.xml", b"<a/>"),
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vide"),
        (b"numero;client\n", "n'est pas un PDF"),
        (b"\x89PNG\r\n", "n'est pas un PDF"),
        (b"\n<!DOCTYPE html><title>Connexion</title>", "page web"),
        (b"%PDF-1.4\n%\xaa\xab", "abîmé ou incomplet"),
        (b"%PDF-1.4\n%%EOF", "abîmé ou incomplet"),
    ],
)
def test_what_is_not_a_whole_pdf_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        pdf.inspect(content)


def test_half_a_pdf_is_refused() -> None:
    content = making.facturx()
    with pytest.raises(RefusedError, match="abîmé ou incomplet"):
        pdf.inspect(content[: len(content) // 2])


def test_ten_megabytes_are_the_limit() -> None:
    content = making.pdf()
    padded = content + b"\n" * (MAX_FILE_BYTES - len(content))
    assert pdf.inspect(padded).pages == 1
    with pytest.raises(RefusedError, match="10 Mo"):
        pdf.inspect(padded + b"\n")


def test_a_password_to_open_is_refused() -> None:
    with pytest.raises(RefusedError, match="mot de passe"):
        pdf.inspect(making.pdf(password="secret"))


def test_a_password_to_change_only_is_accepted() -> None:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(_stream(making.facturx())))
    writer.encrypt(user_password="", owner_password="owner")
    assert [item.name for item in pdf.inspect(making.written(writer)).attachments] == ["factur-x.xml"]


@pytest.mark.parametrize("where", ["/OpenAction", "page", "annotation"])
def test_a_script_is_refused_wherever_it_hides(where: str) -> None:
    with pytest.raises(RefusedError, match="JavaScript"):
        pdf.inspect(making.pdf_with_action({"/S": "/JavaScript", "/JS": "app.alert(1)"}, where))


def test_a_script_for_the_whole_document_is_refused() -> None:
    with pytest.raises(RefusedError, match="JavaScript"):
        pdf.inspect(making.pdf(script="app.alert('bonjour')"))


def test_a_script_behind_another_action_is_refused() -> None:
    with pytest.raises(RefusedError, match="JavaScript"):
        pdf.inspect(making.pdf_with_action({"/S": "/Rendition", "/JS": "app.alert(1)"}))


@pytest.mark.parametrize("where", ["/OpenAction", "page", "annotation"])
def test_a_program_to_launch_is_refused(where: str) -> None:
    with pytest.raises(RefusedError, match="lance un programme"):
        pdf.inspect(making.pdf_with_action({"/S": "/Launch", "/F": "calc.exe"}, where))


@pytest.mark.parametrize("where", ["/OpenAction", "annotation"])
def test_a_link_to_a_page_is_not_a_program(where: str) -> None:
    assert pdf.inspect(making.pdf_with_action({"/S": "/URI", "/URI": "https://exemple.fr"}, where)).pages == 1


def test_a_bomb_is_refused_quickly_and_in_little_memory() -> None:
    bomb = _with_attachment(zlib.compress(b" " * 200_000_000, 9))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    with pytest.raises(RefusedError, match="20 Mo"):
        pdf.inspect(bomb)
    assert time.monotonic() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # kilobytes


def test_many_attachments_share_one_limit() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=595, height=842)
    for number in range(3):
        writer.add_attachment(f"{number}.bin", b"")
    for item in writer.attachment_list:
        stream = StreamObject()
        stream._data = zlib.compress(b" " * 9_000_000, 9)
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        item.pdf_object["/EF"][NameObject("/F")] = writer._add_object(stream)
        item.pdf_object["/EF"].pop("/UF", None)
    with pytest.raises(RefusedError, match="20 Mo"):
        pdf.inspect(making.written(writer))


def test_a_file_attached_twice_is_read_once() -> None:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(_stream(making.facturx())))
    item = next(iter(writer.attachment_list)).pdf_object
    writer.root_object[NameObject("/AF")] = pypdf.generic.ArrayObject([item])
    assert len(pdf.inspect(making.written(writer)).attachments) == 1


@real_data.needs_data
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("html_named.pdf", "page web"),
        ("pdf_attachment_flate_bomb_200MB.pdf", "20 Mo"),
        ("pdf_truncated_half.pdf", "abîmé ou incomplet"),
        ("pdf_user_password_secret.pdf", "mot de passe"),
        ("pdf_zero_bytes.pdf", "vide"),
    ],
)
def test_real_hostile_pdfs_are_refused(name: str, sentence: str) -> None:
    started = time.monotonic()
    with pytest.raises(RefusedError, match=sentence):
        pdf.inspect(real_data.content(f"hostile/{name}"))
    assert time.monotonic() - started < 2


def _stream(content: bytes):  # type: ignore[no-untyped-def]
    from io import BytesIO

    return BytesIO(content)


def _with_attachment(packed: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_attachment("factur-x.xml", b"")
    stream = next(iter(writer.attachment_list)).pdf_object["/EF"]["/F"].get_object()
    assert isinstance(stream, DecodedStreamObject | StreamObject)
    stream._data = packed
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    return making.written(writer)
