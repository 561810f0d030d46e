"""Frames cross as they were made, and what is no frame is told from one."""

import pytest

from relance.imports import tables, wire
from relance.imports.canonical_csv import SAMPLE


@pytest.mark.parametrize("header", [{}, {"object": "é 🧾 \ud800 \x00"}, {"rows": [[1, {"numero": "F-1"}, 0]]}])
def test_a_frame_is_what_it_was(header):
    frame = wire.pack(header, b"\x00\xff")
    n_json, n_raw = wire.lengths(frame[: wire.HEAD.size])
    words = frame[wire.HEAD.size :]
    assert wire.unpack(words[:n_json]) == header
    assert words[n_json:] == b"\x00\xff"
    assert n_raw == 2


@pytest.mark.parametrize("words", [b"", b"[1]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_garbage(words):
    with pytest.raises(wire.GarbageError):
        wire.unpack(words)


def test_no_frame_is_longer_than_what_is_read():
    assert wire.lengths(wire.HEAD.pack(wire.MAX_JSON_BYTES, wire.MAX_RAW_BYTES))
    for lengths in ((wire.MAX_JSON_BYTES + 1, 0), (0, wire.MAX_RAW_BYTES + 1)):
        with pytest.raises(wire.GarbageError):
            wire.lengths(wire.HEAD.pack(*lengths))


def test_how_a_table_is_read_crosses():
    found = tables.recognise(SAMPLE.encode(), "csv", None)
    assert wire.recognised_from_json(wire.unpack(wire.pack(wire.recognised_to_json(found))[wire.HEAD.size :])) == found
