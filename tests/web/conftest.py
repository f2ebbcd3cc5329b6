"""The pages through a test client: a real application on a real database, people signed in by sessions of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.services.conftest import SZ, Office, furnish
from workflow.bootstrap import open_catalogue
from workflow.catalogue.index import Catalogue
from workflow.persistence.database import Database
from workflow.scenarios.player import Player
from workflow.services import sessions, staff
from workflow.settings import Settings
from workflow.web.app import create_app

SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return open_catalogue()


@dataclass
class Browser:
    """One person's browser. `get` and `post` follow no redirects; `post` sends the form token along."""

    client: TestClient
    user: str | None

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, follow_redirects=False, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        headers = {**SAME, **more.pop("headers", {})}
        return self.client.post(
            path, data={"csrf": self.token(), **(data or {})}, headers=headers, follow_redirects=False, **more
        )

    def token(self) -> str:
        """The session's form token, as any page has it."""
        found = re.search(r'name="csrf" value="([0-9a-f]*)"', self.client.get("/accessibility").text)
        return found[1] if found else ""


@dataclass
class Town:
    """An office with its pages: `town.as_("coordinator")` is a browser in which that role is signed in."""

    office: Office
    app: Any

    def as_(self, who: str, *, institution: str = SZ) -> Browser:
        """A browser of somebody who holds that role, or sits in the commission under that name."""
        player = self.office.player
        if institution == player.institution:
            user = player.actor(who).user
            if who in ("administrator", "auditor"):
                staff.grant(self.office.house, institution, user, who)
        else:
            user = staff.add_user(self.office.house, who, None, f"{institution}.{who}")
            staff.ensure_institution(self.office.house, institution)
            staff.grant(self.office.house, institution, user, who)
        return self.browser(user)

    def browser(self, user: str | None) -> Browser:
        client = TestClient(self.app, raise_server_exceptions=False)
        # Tests name the sentences of the source; that each is said in every language is a test of its own.
        client.cookies.set("nabor-language", "en")
        if user is not None:
            client.cookies.set("nabor", sessions.begin(self.office.house, user, method="password"))
        return Browser(client, user)

    def url(self, *parts: str) -> str:
        return "/" + "/".join((self.office.player.institution, *parts))


@pytest.fixture
def kind() -> str:
    """Pages are tried on SQLite; services are tried on both."""
    return "sqlite"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("NABOR_DATA", str(tmp_path / "data"))
    return Settings.load()


@pytest.fixture
def town(database: Database, catalogue: Catalogue, settings: Settings) -> Town:
    """Stara Zagora receiving: a speech therapist and a stoker are sought, with a commission of three (K, L, M)."""
    return town_of(database, catalogue, settings)


def town_of(database: Database, catalogue: Catalogue, settings: Settings, *, therapists: int = 1) -> Town:
    """The same with so many speech therapists sought."""
    house, clock, post = furnish(database, catalogue)
    player = Player(house, clock, SZ, "staff_selection", "bg")
    player.open(
        number="T-1",
        positions={"speech_therapist": therapists, "stoker": 1},
        dates={},
        details={},
        commission={"K": "chair", "L": "member", "M": "member"},
    )
    office = Office(house, clock, player, post)
    office.does(("2022-02-28 10:00 coordinator", "announce"), ("2022-03-02 09:00 registrar", "wait"))
    return Town(office, create_app(house, settings))


@pytest.fixture
def checking(town: Town) -> Town:
    """The same after closing: A, B and C applied for speech therapist and stand in document check."""
    town.office.does(
        ("2022-03-03 10:00 registrar", "register A, B, C for speech_therapist"),
        ("2022-04-01 09:00 registrar", "wait"),
    )
    return town


@pytest.fixture
def interviewing(checking: Town) -> Town:
    """The same in the interview: A, B and C were admitted and invited for 18 April."""
    checking.office.does(
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-18 09:30 registrar", "wait"),
    )
    return checking


Opener = Callable[..., Town]
