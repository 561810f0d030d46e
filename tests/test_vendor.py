"""The vendored files are the published ones."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _check(root):
    return subprocess.run(
        [sys.executable, str(root / "script" / "vendor"), "--check"], capture_output=True, text=True, check=False
    )


def test_every_vendored_file_is_the_recorded_one():
    done = _check(ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_changed_or_added_file_is_named(tmp_path):
    for folder in ("script", "static/vendor", "static/fonts", "tests/vendor"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    vendor = tmp_path / "static" / "vendor"
    with (vendor / "htmx-2.0.11.min.js").open("ab") as file:
        file.write(b"//")
    (vendor / "extra.js").write_bytes(b"")
    (tmp_path / "static" / "fonts" / "spectral-latin-400-normal.woff2").write_bytes(b"wOF2")
    (tmp_path / "tests" / "vendor" / "axe-core-4.14.1.min.js").write_bytes(b"")
    done = _check(tmp_path)
    assert done.returncode == 1
    assert "htmx-2.0.11.min.js" in done.stderr
    assert "static/vendor/extra.js" in done.stderr
    assert "static/fonts/spectral-latin-400-normal.woff2" in done.stderr
    assert "tests/vendor/axe-core-4.14.1.min.js" in done.stderr
