"""An office at work: Stara Zagora's own definition, a real database, a virtual clock, a diary to act in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from notifications.channels.memory import MemoryChannel
from workflow.bootstrap import open_catalogue
from workflow.catalogue.index import Catalogue
from workflow.clock import VirtualClock
from workflow.persistence.database import Database
from workflow.scenarios.player import Player
from workflow.scenarios.sentence import parse
from workflow.services.house import House, Post

SZ = "stara_zagora"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return open_catalogue()


@dataclass
class Office:
    """One procedure in one house. `does("2022-03-02 10:00 coordinator", "announce")` plays a line of a diary."""

    house: House
    clock: VirtualClock
    player: Player
    post: MemoryChannel

    def does(self, *lines: tuple[str, str]) -> None:
        for when, what in lines:
            self.player.play(parse(when, what))

    def rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        from sqlalchemy import text

        with self.house.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(sql), params)]

    def one(self, sql: str, **params: Any) -> Any:
        return self.rows(sql, **params)[0][0]

    def subject(self, name: str) -> str:
        return self.player.subject(name)

    def state(self, name: str) -> str:
        return str(self.one("SELECT state FROM subject WHERE id = :id", id=self.subject(name)))


def furnish(
    database: Database, catalogue: Catalogue, start: str = "2022-02-28 09:00"
) -> tuple[House, VirtualClock, MemoryChannel]:
    """A house on that database with a virtual clock."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    clock = VirtualClock(datetime.fromisoformat(start).replace(tzinfo=ZoneInfo("Europe/Sofia")))
    house = House(database, catalogue, clock)
    post = MemoryChannel()
    house.post = Post(
        {"mail": post, "letter": MemoryChannel(mail=False)}, b"a secret of tests", None, "office@nabor.example"
    )
    return house, clock, post


@pytest.fixture
def opened(database: Database, catalogue: Catalogue) -> Callable[..., Office]:
    """Opens a procedure: `opened({"stoker": 1}, K="chair", L="member", M="member")`."""

    def open_(positions: dict[str, int], **commission: str) -> Office:
        house, clock, post = furnish(database, catalogue)
        player = Player(house, clock, SZ, "staff_selection", "bg")
        player.open(number="T-1", positions=positions, dates={}, details={}, commission=commission)
        return Office(house, clock, player, post)

    return open_


@pytest.fixture
def office(opened: Callable[..., Office]) -> Office:
    """A procedure for one speech therapist and one stoker, announced and receiving, with a commission of three."""
    office = opened({"speech_therapist": 1, "stoker": 1}, K="chair", L="member", M="member")
    office.does(("2022-02-28 10:00 coordinator", "announce"), ("2022-03-02 09:00 registrar", "wait"))
    return office


@pytest.fixture
def checking(office: Office) -> Office:
    """The same after closing: A, B and C applied for speech therapist and stand in document check."""
    office.does(
        ("2022-03-03 10:00 registrar", "register A, B, C for speech_therapist"),
        ("2022-04-01 09:00 registrar", "wait"),
    )
    return office


@pytest.fixture
def interviewing(checking: Office) -> Office:
    """The same in the interview: A, B and C were admitted and invited for 18 April."""
    checking.does(
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-18 09:30 registrar", "wait"),
    )
    return checking
