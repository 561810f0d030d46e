"""Setting up again is quick and silent, and a lock that changed is noticed."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_the_second_run_only_looks() -> None:
    start = time.monotonic()
    done = subprocess.run([ROOT / "script" / "setup", "--dev"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - start < 10


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A clone with the same environment, whose lock names nothing to install."""
    (tmp_path / "script").mkdir()
    shutil.copy(ROOT / "script" / "setup", tmp_path / "script" / "setup")
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "requirements-dev.lock").write_text("")
    return tmp_path


@pytest.mark.slow
def test_a_new_clone_gets_its_environment_and_a_changed_lock_is_installed_again(copy: Path) -> None:
    def run(**variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["script/setup"], cwd=copy, capture_output=True, text=True, check=False, env=os.environ | variables
        )

    first = run()
    assert first.returncode == 0, first.stderr
    assert "requirements.lock" in first.stderr
    assert (copy / ".venv" / "bin" / "python").exists()
    assert run().stderr == ""
    (copy / "requirements.lock").write_text("# changed\n")
    assert "requirements.lock" in run().stderr
    (copy / "requirements.lock").write_text("absent-package-of-relance==1 --hash=sha256:" + "0" * 64 + "\n")
    failed = run(PIP_NO_INDEX="1")
    assert failed.returncode == 1
    assert "n'ont pas pu être installées" in failed.stderr
    assert run(PIP_NO_INDEX="1").returncode == 1  # a failure leaves no mark of success
