"""The ticker wakes the sweep at once and on the real clock, and a failing tick never ends it."""

from __future__ import annotations

import queue
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from notifications.channels.memory import MemoryChannel
from workflow.bootstrap import open_catalogue
from workflow.clock import SystemClock
from workflow.engine.request import Actor, Request
from workflow.persistence import reads
from workflow.persistence.database import Database
from workflow.scheduler import ticker
from workflow.scheduler.ticker import Ticker
from workflow.services import staff
from workflow.services.house import House, Post
from workflow.services.registration import NewProcedure, open_procedure
from workflow.services.transitions import Done, perform

SZ = "stara_zagora"
COORDINATOR = Actor(user="coordinator", roles=frozenset({"coordinator"}))


@pytest.fixture
def announced(database: Database) -> tuple[House, str]:
    """A procedure whose intake opened a minute ago and that nobody has swept since."""
    house = House(database, open_catalogue(), SystemClock())
    house.post = Post(
        {"mail": MemoryChannel(), "letter": MemoryChannel(mail=False)}, b"secret", None, "a@nabor.example"
    )
    staff.ensure_institution(house, SZ)
    staff.add_user(house, "Somebody", "somebody@nabor.example", user="coordinator")
    staff.grant(house, SZ, "coordinator", "registrar")
    now = house.clock.now().astimezone(ZoneInfo("Europe/Sofia"))
    dates = {
        "intake_opens": f"{now - timedelta(minutes=1):%Y-%m-%d %H:%M}",
        "documents_close": f"{now + timedelta(days=30):%Y-%m-%d} 17:30",
    }
    new = NewProcedure(institution=SZ, process="staff_selection", number="T", actor=COORDINATOR, dates=dates)
    procedure = open_procedure(house, new)
    assert isinstance(procedure, str)
    done = perform(house, Request(institution=SZ, subject=procedure, transition="announce", actor=COORDINATOR))
    assert isinstance(done, Done)
    return house, procedure


def test_it_ticks_at_once_and_both_sweeps_and_sends(announced: tuple[House, str]):
    house, procedure = announced
    told: queue.Queue[tuple[int, int]] = queue.Queue()
    running = Ticker(house, 3600, on_tick=lambda fired, sent: told.put((fired, sent)))
    running.start()
    try:
        first = {told.get(timeout=30), told.get(timeout=30)}
    finally:
        running.stop()
    assert (1, 0) in first
    assert any(sent for _, sent in first)
    assert house.database.read(reads.state, institution=SZ, id=procedure)[0][0] == "receiving"


def test_a_failing_tick_is_logged_and_does_not_end_the_ticker(
    announced: tuple[House, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    house, _ = announced

    def broken(house: House) -> None:
        raise RuntimeError("no database")

    monkeypatch.setattr(ticker, "sweep_all", broken)
    told: queue.Queue[tuple[int, int]] = queue.Queue()
    running = Ticker(house, 3600, on_tick=lambda fired, sent: told.put((fired, sent)))
    running.start()
    try:
        assert told.get(timeout=30)[1] > 0  # delivery went on
    finally:
        running.stop()
    assert "the sweep failed" in caplog.text
