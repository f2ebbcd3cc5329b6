"""`nabor user`: the first administrator gets in."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from workflow.bootstrap import open_house
from workflow.cli.main import app
from workflow.services import one_time_links
from workflow.services.signing_in import right_password
from workflow.settings import Settings


@pytest.fixture(autouse=True)
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABOR_DATA", str(tmp_path / "data"))
    given = ["user", "add", "stara_zagora", "Ada Reed", "--role", "administrator", "--id", "ada"]
    assert CliRunner().invoke(app, given).exit_code == 0


def test_a_password_is_asked_for_and_held_to_the_rules() -> None:
    weak = CliRunner().invoke(app, ["user", "password", "ada"], input="password1234\npassword1234\n")
    assert (weak.exit_code, "thief" in weak.output) == (2, True)
    good = "copper lantern drifts"
    done = CliRunner().invoke(app, ["user", "password", "ada"], input=f"{good}\n{good}\n")
    assert done.exit_code == 0
    assert good not in done.output
    house = open_house(Settings.load())
    assert right_password(house, "ada", good)
    house.database.close()


def test_a_link_is_printed_that_works_once() -> None:
    path = CliRunner().invoke(app, ["user", "password", "ada", "--link"]).output.strip()
    token = path.removeprefix("/welcome/")
    house = open_house(Settings.load())
    assert one_time_links.use(house, token) is not None
    assert one_time_links.use(house, token) is None
    house.database.close()


@pytest.mark.parametrize("who", ["clock", "nobody"])
def test_nobody_else_gets_one(who: str) -> None:
    assert CliRunner().invoke(app, ["user", "password", who, "--link"]).exit_code != 0
