"""A ZIP of strangers: within limits, in memory, and none of its names is followed."""

import struct
import zipfile
from io import BytesIO

import pytest

from relance.imports import archives
from relance.imports.values import MAX_FILE_BYTES, RefusedError
from tests.data import making
from tests.imports import real_data


def refusal(content: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        list(archives.members(content))
    return str(refused.value)


def test_members_come_with_their_bare_name_and_their_bytes() -> None:
    content = making.zipped({"a/b/c.csv": b"x", "d.pdf": b"y", "a/": b""})
    assert [(member.name, member.content, member.error) for member in archives.members(content)] == [
        ("c.csv", b"x", ""),
        ("d.pdf", b"y", ""),
    ]


def test_an_archive_with_a_password_is_refused() -> None:
    content = bytearray(making.zipped({"a.csv": b"x"}))
    content[6] |= 1  # the mark of a password, in the file's header…
    content[content.index(b"PK\x01\x02") + 8] |= 1  # … and in the directory
    assert refusal(bytes(content)) == archives.LOCKED


def test_another_way_of_packing_is_refused_before_it_is_unpacked() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", b"x" * 100)
    assert refusal(target.getvalue()) == archives.METHOD


def test_more_than_500_files_are_refused_and_500_are_not() -> None:
    names = {f"{number}.csv": b"" for number in range(501)}
    assert refusal(making.zipped(names)) == archives.TOO_MANY
    del names["0.csv"]
    assert len(list(archives.members(making.zipped(names)))) == 500


def test_an_archive_of_thousands_of_entries_is_refused_before_its_directory_is_read() -> None:
    assert refusal(making.zipped({f"{number}/": b"" for number in range(5_001)})) == archives.TOO_MANY


def test_a_file_of_more_than_10_megabytes_is_left_out_and_the_others_are_not() -> None:
    found = list(archives.members(making.zipped({"big.csv": b"x" * (MAX_FILE_BYTES + 1), "a.csv": b"x"})))
    assert [(member.name, len(member.content), bool(member.error)) for member in found] == [
        ("big.csv", 0, True),
        ("a.csv", 1, False),
    ]


def test_what_a_member_declares_is_not_believed() -> None:
    """A size that lies is an archive that is damaged: no more than the limit is ever unpacked."""
    content = bytearray(making.zipped({"a.csv": b"x" * (MAX_FILE_BYTES * 2)}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 10)
    assert refusal(bytes(content)) == archives.DAMAGED


@pytest.mark.parametrize("cut", [10, 40, 80])
def test_a_torn_archive_is_refused(cut: int) -> None:
    content = making.zipped({"a.csv": b"numero;total" * 20})
    assert refusal(content[:-cut]) == archives.DAMAGED


def test_damaged_data_are_refused() -> None:
    content = bytearray(making.zipped({"a.csv": b"numero;total" * 20}))
    content[40:50] = b"\xff" * 10
    assert refusal(bytes(content)) == archives.DAMAGED


def test_an_archive_without_a_file_says_so() -> None:
    assert refusal(making.zipped({"dossier/": b"", ".DS_Store": b"x"})) == archives.NO_FILE


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a/b/c.pdf", "c.pdf"), ("..\\..\\c.pdf", "c.pdf"), ("", "sans nom"), ("dossier/", "sans nom"),
     ("a\u202efdp.exe", "afdp.exe"), ("c\x00\n.pdf", "c.pdf"), ("x" * 300, "x" * 150)],
)  # fmt: skip
def test_a_name_is_shown_bare(name: str, shown: str) -> None:
    assert archives.plain_name(name) == shown


@real_data.needs_data
def test_a_real_archive_with_a_path_of_escape_gives_two_bare_names() -> None:
    found = archives.members(real_data.content("hostile/zip_path_traversal_camt.zip"))
    assert [member.name for member in found] == ["evil.xml", "releve.xml"]
