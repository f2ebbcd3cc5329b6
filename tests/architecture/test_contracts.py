"""The house stands as drawn: floors hold, and nothing names the place where it was written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

FLOORS = (
    "__main__", "cli", "web", "scheduler", "migrations", "scenarios", "bootstrap", "services", "persistence",
    "catalogue", "documents", "wording", "settings", "clock", "engine", "identifiers",
)  # fmt: skip


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def _broken(answer: subprocess.CompletedProcess[str]) -> list[str]:
    return re.findall(r"^(.*) BROKEN", answer.stdout, re.MULTILINE)


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A house of empty rooms that keeps every contract."""
    for floor in FLOORS:
        (tmp_path / "workflow" / floor).mkdir(parents=True)
        (tmp_path / "workflow" / floor / "__init__.py").touch()
    (tmp_path / "workflow" / "__init__.py").touch()
    (tmp_path / "notifications").mkdir()
    (tmp_path / "notifications" / "__init__.py").touch()
    (tmp_path / "workflow" / "engine" / "machine.py").write_text("import transitions\n", encoding="utf-8")
    (tmp_path / "workflow" / "scheduler" / "ticker.py").write_text("import apscheduler\n", encoding="utf-8")
    return tmp_path


def test_contracts_hold() -> None:
    answer = _lint(ROOT)
    assert (answer.returncode, _broken(answer)) == (0, []), answer.stdout + answer.stderr


def test_contracts_hold_in_an_empty_house(skeleton: Path) -> None:
    answer = _lint(skeleton)
    assert (answer.returncode, _broken(answer)) == (0, []), answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("place", "line", "broken"),
    [
        ("workflow/engine/__init__.py", "import sqlmodel", "The engine is pure"),
        ("workflow/engine/__init__.py", "import yaml", "The engine is pure"),
        ("workflow/engine/__init__.py", "import time", "The engine is pure"),
        ("workflow/engine/__init__.py", "import workflow.settings", "Floors"),
        ("workflow/clock/__init__.py", "import workflow.engine", "Floors"),
        ("workflow/persistence/__init__.py", "import workflow.services", "Floors"),
        ("workflow/persistence/__init__.py", "import workflow.catalogue", "Floors"),
        ("workflow/web/__init__.py", "import workflow.scheduler", "Floors"),
        ("workflow/documents/__init__.py", "import workflow.catalogue", "Floors"),
        ("notifications/__init__.py", "import workflow.clock", "Notifications know nothing"),
        ("workflow/cli/__init__.py", "import notifications", "Only persistence"),
        ("workflow/engine/decide.py", "import transitions", "`transitions` only"),
        ("workflow/bootstrap/__init__.py", "import apscheduler", "`apscheduler` only"),
    ],
)
def test_contract_notices_a_breach(skeleton: Path, place: str, line: str, broken: str) -> None:
    (skeleton / place).parent.mkdir(exist_ok=True)
    (skeleton / place).write_text(f"{line}\n", encoding="utf-8")
    answer = _lint(skeleton)
    assert answer.returncode == 1
    assert [name for name in _broken(answer) if name.startswith(broken)] != [], answer.stdout + answer.stderr


def test_new_floor_must_be_placed(skeleton: Path) -> None:
    (skeleton / "workflow" / "attic.py").touch()
    answer = _lint(skeleton)
    assert answer.returncode == 1
    assert "workflow.attic" in answer.stdout


# Absolute paths of a home or work folder, and addresses of package indexes: they are true on one machine only.
BANNED = re.compile(
    rb"(?<![\w.<{])/(?:home|root|work|opt|Users)/[\w.+-]+|file://(?:/|\w)\S*|https?://[^\s\"'<>]*/simple\b"
)


def _tracked() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    return [path for name in names if name and (path := ROOT / name.decode()).is_file()]


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group().decode(errors='replace')}"
        for path in _tracked()
        if path != Path(__file__) and path.suffix not in (".ttf", ".otf")
        for match in BANNED.finditer(path.read_bytes())
    ]
    assert found == []


@pytest.mark.parametrize("text", [b"cd /work/thing", b'"/home/me"', b"https://index.example/simple", b"file:///opt/x"])
def test_ban_notices(text: bytes) -> None:
    assert BANNED.search(text) is not None
