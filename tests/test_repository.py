"""The house keeps itself clean: what no single module's test can see."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from functools import lru_cache
from pathlib import Path

import pytest

from relance.rules import rates

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("server", "test", "setup", "check", "bench", "chaos")
LONGEST = {"relance": 300, "bench": 300, "tests": 600}  # lines of a Python file, by folder
# Files that are longer on purpose, each with its reason. The list only shrinks.
LONG: dict[str, str] = {
    "relance/casefile/verifier.py": "one file that whoever doubts a case file reads and runs alone",
}


@lru_cache(maxsize=1)
def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None  # fonts and images


def relative(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_no_file_names_a_package_registry_or_a_folder_of_this_machine() -> None:
    # In pieces, so that this file does not hold what it looks for.
    forbidden = re.compile("|".join(["python" + "hosted", "pypi" + r"\.org", "npm" + r"js\.(org|com)", "/wo" + "rk/"]))
    guilty = [path for path in tracked() if forbidden.search(text_of(path) or "")]
    assert relative(guilty) == []


def test_nothing_is_left_unfinished() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b|(?i:lo" + r"rem)")
    guilty = [
        path for path in tracked() if path.suffix in (".py", ".html", ".js", ".css") and "vendor" not in path.parts
    ]
    assert relative([path for path in guilty if words.search(text_of(path) or "")]) == []


def test_every_module_has_its_test() -> None:
    """relance/<layer>/<module>.py is tested by tests/<layer>/test_<module>.py."""
    missing = []
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        if parts[0] == "relance" and path.suffix == ".py" and path.name != "__init__.py" and "migrations" not in parts:
            layer = parts[1] if len(parts) > 2 else ""
            if not (ROOT / "tests" / layer / f"test_{path.name}").is_file():
                missing.append(path)
    assert relative(missing) == []


def test_python_files_stay_short() -> None:
    long = set()
    for path in tracked():
        folder = path.relative_to(ROOT).parts[0]
        if path.suffix == ".py" and "migrations" not in path.parts:
            lines = len((text_of(path) or "").splitlines())
            if lines > LONGEST.get(folder, 100):
                long.add(path.relative_to(ROOT).as_posix())
    assert long == set(LONG), "split what is new here, and take off the list what became short"


def test_the_licence_is_the_whole_agpl() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert 'license = "AGPL-3.0-or-later"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_everything_with_hashes_and_names_no_host(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
    assert len(entries) > 30
    assert [
        entry.split()[0] for entry in entries if not re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:", entry, re.S)
    ] == []
    assert "://" not in lock
    assert "--index" not in lock
    assert "--find-links" not in lock


def test_the_development_lock_holds_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[\w.\[\]-]+==[^\s;]+", (ROOT / name).read_text(encoding="utf-8"), re.M))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_scripts_can_be_run() -> None:
    scripts = [ROOT / ".ci" / "run", *(ROOT / "script" / name for name in SCRIPTS)]
    assert [script.name for script in scripts if not os.access(script, os.X_OK)] == []


def test_shell_scripts_have_no_syntax_error() -> None:
    scripts = [path for path in tracked() if (text_of(path) or "").startswith("#!/usr/bin/env bash")]
    assert len(scripts) >= 5
    for script in scripts:
        checked = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_every_rate_has_a_source_and_a_review_date() -> None:
    assert len(rates.TABLE) > 10
    unsourced = [row.label for row in rates.TABLE if not row.source or row.confidence not in "ABC"]
    assert unsourced == []
    assert all(row.reviewed_on >= row.starts_on for row in rates.TABLE)


def test_every_variable_of_the_settings_is_documented() -> None:
    config = (ROOT / "relance" / "config.py").read_text(encoding="utf-8")
    names = set(re.findall(r'\(env, "([A-Z_]+)"', config))
    assert len(names) > 10
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(name for name in names if f"`{name}`" not in readme and f"`RELANCE_{name}`" not in readme) == []


def test_every_library_imported_is_declared_and_every_declared_one_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["scale-out"]]
    declared = {normal(re.split(r"[\s<>=\[;]", requirement)[0]) for requirement in wanted}
    provided = importlib.metadata.packages_distributions()
    imported = set()
    for path in tracked():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("relance", "app.py", "huey_tasks.py"):
            for module in imports_of(path):
                imported |= {normal(name) for name in provided.get(module, ())} - {"relance"}
    # Chosen by a setting and loaded by name, by peewee, by gunicorn's command or by zoneinfo.
    by_name = {"psycopg", "gunicorn", "tzdata"}
    # Flask's own parts come with it.
    with_flask = {"werkzeug", "jinja2", "click", "markupsafe", "itsdangerous", "wtforms", "psycopg-binary"}
    assert sorted(imported - declared - with_flask) == []
    assert sorted(declared - imported - by_name) == []


def test_every_library_of_the_tests_is_declared() -> None:
    """A machine where something was installed by hand would hide a missing one."""
    parsed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = parsed["project"]
    wanted = [
        *project["dependencies"],
        *project["optional-dependencies"]["scale-out"],
        *parsed["dependency-groups"]["dev"],
    ]
    declared = {normal(re.split(r"[\s<>=\[;]", requirement)[0]) for requirement in wanted}
    provided = importlib.metadata.packages_distributions()
    with_flask = {"werkzeug", "jinja2", "click", "markupsafe", "itsdangerous", "wtforms"}
    missing = set()
    for path in tracked():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("tests", "bench"):
            for module in imports_of(path) - {"relance", "tests", "bench", "app", "huey_tasks"}:
                names = {normal(name) for name in provided.get(module, (module,))}
                if not names & (declared | with_flask):
                    missing.add(f"{path.relative_to(ROOT)}: {module}")
    assert sorted(missing) == []


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names)
