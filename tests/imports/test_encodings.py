"""Which characters the bytes of a file stand for."""

import pytest

from relance.imports import encodings
from relance.imports.values import RefusedError

TEXT = "Numéro;Client;Échéance\r\n1;L’Été à Besançon – où ça ?;12 €\r\n"


@pytest.mark.parametrize(
    ("codec", "found", "warning"),
    [
        ("utf-8", "utf-8", ()),
        ("utf-8-sig", "utf-8", ()),
        ("utf-16", "utf-16-le", ()),
        ("utf-16-le", "utf-16-le", ()),
        ("utf-16-be", "utf-16-be", ()),
        ("cp1252", "cp1252", (encodings.OLD_ENCODING,)),
        ("mac-roman", "mac-roman", (encodings.MAC_ENCODING,)),
    ],
)
def test_the_encoding_is_found_and_what_is_old_is_told(codec: str, found: str, warning: tuple[str, ...]) -> None:
    content = TEXT.encode(codec)
    assert encodings.detect(content) == (found, warning)
    with encodings.opened(content, found) as text:
        assert text.read() == TEXT


def test_utf16_with_its_mark_in_the_other_order_and_latin1_are_read() -> None:
    assert encodings.detect(b"\xfe\xff" + TEXT.encode("utf-16-be"))[0] == "utf-16-be"
    assert encodings.detect("é;à\n".encode("latin-1"))[0] == "cp1252"


def test_another_encoding_may_be_chosen_and_what_it_cannot_read_is_shown() -> None:
    with encodings.opened(b"\xa4 \xff", "iso8859-15") as text:
        assert text.read() == "€ ÿ"
    with encodings.opened(b"caf\xe9", "utf-8") as text:
        assert text.read() == "caf\ufffd"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vide"),
        (b" \r\n\r\n", "vide"),
        (b"PK\x03\x04....", "classeur"),
        (b"\xd0\xcf\x11\xe0....", "classeur"),
        (b"%PDF-1.4", "autre chose que du texte"),
        (b"a;b\n\x00\x01\x02", "autre chose que du texte"),
        (b"a;b\n\x81\x8d", "autre chose que du texte"),
        (b"a\n" + b"1" * encodings.MAX_FILE_BYTES, "10 Mo"),
    ],
)
def test_what_is_no_text_of_a_table_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        encodings.detect(content)
