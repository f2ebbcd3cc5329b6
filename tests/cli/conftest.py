"""The command line in this process: real commands on a real SQLite file, with a clock that stands still."""

from __future__ import annotations

import gc
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from workflow import bootstrap
from workflow.cli.main import main
from workflow.clock import VirtualClock

START = "2022-03-01 09:00"
OFFICE = {"reg": "registrar", "coo": "coordinator", "boss": "head"}
MEMBERS = {"kay": "chair", "lee": "member"}
NUMBER = "7/2022"


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document on stdout."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Everything that was printed, in one line: typer frames and wraps its messages."""
        return " ".join((self.out + self.err).replace("│", " ").split())


Nabor = Callable[..., Answer]


def sofia(text: str) -> datetime:
    """A local time of Sofia as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Sofia"))


def command(root: Path, clock: VirtualClock, arguments: tuple[str, ...]) -> Answer:
    """Runs one command with its data and definitions below `root`."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("NABOR_DATA", str(root / "data"))
        patch.setenv("NABOR_DEFINITIONS", str(root / "definitions"))
        patch.setenv("COLUMNS", "400")
        patch.setattr(bootstrap, "SystemClock", lambda: clock)
        patch.setattr(sys, "argv", ["nabor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return Answer(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def done(answer: Answer) -> Answer:
    """The answer, if the command did what was asked."""
    assert answer.code == 0, answer.out + answer.err
    return answer


def staff(nabor: Nabor, institution: str, users: dict[str, str]) -> None:
    """Adds users, each with a role."""
    for user, role in users.items():
        done(nabor("user", "add", institution, user.title(), "--role", role, "--id", user))


def announce(nabor: Nabor) -> None:
    """Announces a procedure of the town with a commission: open until 31 March 17:00."""
    dates = ("--date", "documents_close=2022-03-31 17:00", "--date", "interview_at=2022-04-20 10:00")
    done(nabor("procedure", "open", "town", "selection", "--number", NUMBER, "--as", "coo", *dates))
    for user, function in MEMBERS.items():
        done(nabor("procedure", "appoint", "town", NUMBER, user, function, "--as", "boss"))
    done(nabor("procedure", "advance", "town", NUMBER, "announce", "--as", "coo"))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(sofia(START))


@pytest.fixture
def nabor(tmp_path: Path, clock: VirtualClock) -> Iterator[Nabor]:
    """Runs one command; afterwards every invariant of the database must hold and every journal verify."""
    (tmp_path / "definitions").mkdir(exist_ok=True)

    def run(*arguments: str) -> Answer:
        return command(tmp_path, clock, arguments)

    yield run
    if (tmp_path / "data" / "nabor.db").exists():
        done(run("db", "check"))
        done(run("journal", "verify"))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`town`: a new institution with its office; `announced`: with an announced procedure. Made once, then copied."""
    root = tmp_path_factory.mktemp("cli")
    for name in ("town", "announced"):
        place = root / name
        (place / "definitions").mkdir(parents=True)
        clock = VirtualClock(sofia(START))

        def run(*arguments: str, place: Path = place, clock: VirtualClock = clock) -> Answer:
            return command(place, clock, arguments)

        done(run("definitions", "new", "town", "--folder", str(place / "definitions")))
        staff(run, "town", OFFICE | dict.fromkeys(MEMBERS, "registrar"))
        if name == "announced":
            announce(run)
    gc.collect()  # the commands' connections close with their houses
    return root


@pytest.fixture
def town(nabor: Nabor, templates: Path, tmp_path: Path) -> Path:
    """A new institution with its office; returns its folder."""
    shutil.copytree(templates / "town", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*-shm"))
    return tmp_path / "definitions" / "town"


@pytest.fixture
def announced(nabor: Nabor, templates: Path, tmp_path: Path) -> str:
    """The number of the town's announced procedure."""
    shutil.copytree(templates / "announced", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*-shm"))
    return NUMBER
