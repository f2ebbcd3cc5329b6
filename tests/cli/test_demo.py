"""`nabor demo`: the account of one procedure, then a desk at which everybody can sign in."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from workflow.cli.demo import PASSWORD
from workflow.cli.main import app
from workflow.persistence.database import Database
from workflow.services.signing_in import right_password


def test_it_ends_by_itself_and_says_how_to_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NABOR_DATA", str(tmp_path))
    told = CliRunner().invoke(app, ["demo"])
    assert told.exit_code == 0, told.output
    assert "on a virtual clock that stands at 02.01.2024 12:00." in told.stdout
    assert "make demo-serve" in told.stdout
    assert PASSWORD in told.stdout
    for role in ("registrar", "coordinator", "head", "administrator", "auditor", "chair", "member"):
        assert f"\n{role} " in told.stdout
    from workflow.bootstrap import open_catalogue
    from workflow.clock import SystemClock
    from workflow.services.house import House

    house = House(Database.open(f"sqlite:///{tmp_path / 'demo' / 'nabor.db'}"), open_catalogue(), SystemClock())
    users = [line.split()[-1] for line in told.stdout.splitlines() if " stara_zagora." in line and "Like" not in line]
    assert len(users) == 8
    assert all(right_password(house, user, PASSWORD) for user in users)
    house.database.close()


def test_it_takes_away_nothing_that_is_no_demonstration(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    told = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path)])
    assert told.exit_code == 2
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"
