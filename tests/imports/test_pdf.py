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


@pytest.mark.parametrize("action", ["/URI", "/SubmitForm", "/GoTo"])
def test_what_a_person_clicks_on_may_lead_elsewhere(action: str) -> None:
    assert pdf.inspect(making.pdf_with_action({"/S": action, "/URI": "https://exemple.fr"}, "annotation")).pages == 1


PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]%s>>"
# What hides: (sentence, catalogue, page, further objects from number 4 on)
HIDDEN = {
    "a script named elsewhere": ("JavaScript", "/OpenAction 4 0 R", "", ["<</S 5 0 R>>", "/JavaScript"]),
    "a program named elsewhere": ("lance un programme", "/OpenAction 4 0 R", "", ["<</S 5 0 R>>", "/Launch"]),
    "a name in figures": ("lance un programme", "/OpenAction<</S/L#61unch>>", "", []),
    "the parent of a widget": (
        "JavaScript",
        "",
        "/Annots[4 0 R]",
        ["<</Subtype/Widget/Parent 5 0 R>>", "<</Kids[4 0 R]/AA<</E<</S/JavaScript/JS(1)>>>>>>"],
    ),
    "a 3D scene": ("JavaScript", "", "/Annots[4 0 R]", ["<</Subtype/3D/3DD<</OnInstantiate 5 0 R>>>>", "<<>>"]),
    "XFA": ("XFA", "/AcroForm<</Fields[]/XFA[]>>", "", []),
    "a site": ("tout seul", "/OpenAction<</S/URI/URI(http://a)>>", "", []),
    "a form that leaves": ("tout seul", "/OpenAction 4 0 R", "", ["<</S/SubmitForm/F(http://a)>>"]),
    "an attached file": ("tout seul", "/OpenAction<</S/GoToE>>", "", []),
    "data": ("tout seul", "/OpenAction<</S/ImportData/F(a.fdf)>>", "", []),
    "another file": ("tout seul", "", "/AA<</O 4 0 R>>", ["<</S/GoToR/F(a.pdf)>>"]),
    "a second action": ("tout seul", "/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[4 0 R]>>", "", ["<</S/URI>>"]),
    "a list of occasions that says it is an action": ("tout seul", "/AA<</S/GoTo/WC<</S/URI>>>>", "", []),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_what_acts_by_itself_is_refused_however_it_is_written(case: str) -> None:
    sentence, catalogue, page, others = HIDDEN[case]
    with pytest.raises(RefusedError, match=sentence):
        pdf.inspect(_written_by_hand(catalogue, page, *others))


@pytest.mark.parametrize(
    "catalogue",
    [
        "/OpenAction[3 0 R/Fit]",
        "/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next 4 0 R>>",
        "/AA<<>>/AcroForm<</Fields[]>>",
    ],
)
def test_what_only_moves_inside_the_file_is_accepted(catalogue: str) -> None:
    follows = "<</S/Named/N/Print/Next 4 0 R>>"  # for ever
    link = "/Annots[<</Subtype/Link/A<</S/URI/URI(http://a)>>>>]"
    assert pdf.inspect(_written_by_hand(catalogue, link, follows)).pages == 1


@pytest.mark.parametrize("name", ["a.exe", "A.EXE. ", "facture.pdf.scr", "a.lnk\u200b", "a\u202efdp.js", "\xe9.bat"])
def test_a_program_attached_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(RefusedError, match="Un programme est joint"):
        pdf.inspect(making.pdf({name: b"MZ"}))


def test_an_ordinary_attachment_is_accepted() -> None:
    names = ["factur-x.xml", "exe.pdf", "bon.xlsx", "photo.jpg", "conditions"]
    assert len(pdf.inspect(making.pdf(dict.fromkeys(names, b"x"))).attachments) == len(names)


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


def _written_by_hand(catalogue: str, page: str, *others: str) -> bytes:
    """A PDF of one empty page, with these words in its catalogue and its page, and these objects from 4 on."""
    first = [f"<</Type/Catalog/Pages 2 0 R{catalogue}>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE % page]
    content, places = b"%PDF-1.7\n", []
    for number, text in enumerate([*first, *others], 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(places) + 1
    end = f"trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{len(content)}\n%%EOF"
    return content + f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()
