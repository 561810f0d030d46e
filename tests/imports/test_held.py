"""How a child that is held ends, said in words (tests/imports/test_guard.py holds real ones)."""

import signal

import pytest

from relance.imports import held


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("os._exit(0)", held.UNREADABLE),
        ("os._exit(3)", held.TOO_MUCH_MEMORY),  # it counts its memory by itself, where the system does not
        (
            f"os.kill(os.getpid(), {int(signal.SIGKILL)})",
            held.TOO_MUCH_MEMORY,
        ),  # the system's own way, when short of it
        (f"os.kill(os.getpid(), {int(signal.SIGXCPU)})", held.TOO_LONG),
        ("os.write(1, bytes([255]) * 8)", held.UNREADABLE),
    ],
)
def test_each_end_has_its_sentence(monkeypatch, tmp_path, code, sentence):
    (tmp_path / "short_child.py").write_text(
        "import os\nfrom relance.imports import wire\nos.write(1, wire.pack({'ready': True}))\nos.read(0, 8)\n" + code
    )
    monkeypatch.setitem(held.SAID, "PYTHONPATH", f"{held.ROOT}:{tmp_path}")
    child = held.Child("short_child")
    try:
        with pytest.raises(held.EndedError) as ended:
            list(child.call(b"\x00" * 64, 5))
        assert ended.value.sentence == sentence
    finally:
        child.end()
    with pytest.raises(held.EndedError):
        list(child.call(b"", 1))
