"""XML of strangers: no definition, no entity, no network, no bomb."""

import socket
import time

import pytest

from relance.imports import xml
from relance.imports.values import RefusedError, UnsafeError

LAUGHS = "<!DOCTYPE a [<!ENTITY l0 'ha'>" + "".join(
    f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12)
) + "]><a>&l11;</a>"  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS.encode(),
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'><a/>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>".encode("utf-16"),
        b"<!DOCTYPE a><a/>",
    ],
)
def test_a_definition_is_refused_at_once_and_nothing_is_fetched(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *args, **kwargs: pytest.fail("the network was used"))
    started = time.monotonic()
    with pytest.raises(UnsafeError, match="DOCTYPE"):
        xml.parse(content)
    assert time.monotonic() - started < 2


def test_more_than_five_megabytes_is_refused_before_parsing() -> None:
    with pytest.raises(UnsafeError, match="5 Mo"):
        xml.parse(b"<a>" + b" " * xml.MAX_XML_BYTES + b"</a>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    declared = "" if encoding.startswith("utf") else f'<?xml version="1.0" encoding="{encoding}"?>'
    assert xml.parse(f"{declared}<a>Malaucène</a>".encode(encoding)).text == "Malaucène"


@pytest.mark.parametrize("before", [b"\r\n  ", b"\xef\xbb\xbf\n", b"\xef\xbb\xbf"])
def test_blanks_before_the_declaration_do_not_matter(before: bytes) -> None:
    assert xml.parse(before + b'<?xml version="1.0" encoding="UTF-8"?><a>x</a>').text == "x"


def test_deep_nesting_does_not_exhaust_the_stack() -> None:
    depth = xml.MAX_MARKS // 2
    started = time.monotonic()
    root = xml.parse(b"<a>" * depth + b"</a>" * depth)
    assert xml.local_name(root) == "a"
    del root  # taken down level by level too
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "content",
    [b"<a/>" * 400_001, b"<a " + b" ".join(b'a%d=""' % n for n in range(400_001)) + b"/>"],
    ids=["tags", "attributes"],
)
def test_more_tags_or_attributes_than_any_invoice_is_refused_before_parsing(content: bytes) -> None:
    with pytest.raises(UnsafeError, match="complexes"):
        xml.parse(content)


def test_a_hundred_thousand_attributes_are_read_at_once() -> None:
    started = time.monotonic()
    assert len(xml.parse(b"<a " + b" ".join(b'a%d=""' % n for n in range(100_000)) + b"/>").keys()) == 100_000
    assert time.monotonic() - started < 5


def test_elements_are_found_by_local_name_with_alternatives() -> None:
    root = xml.parse(b'<r xmlns="urn:x" xmlns:y="urn:y"><y:old><v> 1  2 </v></y:old><new><v/><v>3</v></new></r>')
    assert xml.text(root, "new|old", "v") == "1 2"
    assert list(xml.texts(root, "new", "v")) == ["3"]
    assert xml.child(root, "absent") is None
    assert xml.text(None, "v") == ""


def test_the_envelope_of_peppol_is_opened() -> None:
    inside = "<StandardBusinessDocument><StandardBusinessDocumentHeader/><Invoice/></StandardBusinessDocument>"
    assert xml.local_name(xml.envelope(xml.parse(inside.encode()))) == "Invoice"
    assert xml.local_name(xml.envelope(xml.parse(b"<StandardBusinessDocument/>"))) == "StandardBusinessDocument"
    assert xml.local_name(xml.envelope(xml.parse(b"<Invoice/>"))) == "Invoice"


def test_what_is_not_xml_is_refused() -> None:
    with pytest.raises(RefusedError, match="abîmées"):
        xml.parse(b"\x00\x01")
