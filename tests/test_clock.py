"""The clocks: aware, in UTC, and never backwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from workflow import clock
from workflow.clock import Clock, DatabaseClock, RunningClock, SystemClock, VirtualClock

NOON = datetime(2022, 3, 31, 12, 0, tzinfo=UTC)
SOFIA_SUMMER = timezone(timedelta(hours=3))


class _Turned(datetime):
    """A machine's clock that answers what the test has laid out for it."""

    answers: list[datetime]

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.answers.pop(0)


def test_system_clock_says_now_in_utc(tmp_path: Path) -> None:
    said = SystemClock().now()
    assert said.tzinfo is UTC
    file = tmp_path / "written-now"
    file.touch()
    # The file system knows the time too, and was not asked through a clock of ours.
    assert abs(said.timestamp() - file.stat().st_mtime) < 60


def test_system_clock_set_back_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    later, after = NOON - timedelta(hours=1), NOON + timedelta(seconds=1)
    _Turned.answers = [NOON, later, after]
    monkeypatch.setattr(clock, "datetime", _Turned)
    system = SystemClock()
    assert [system.now() for _ in range(3)] == [NOON, NOON, after]


def test_database_clock_answers_in_utc() -> None:
    said = DatabaseClock(lambda: NOON.astimezone(SOFIA_SUMMER)).now()
    assert (said, said.tzinfo) == (NOON, UTC)


def test_database_clock_counts_on_between_two_answers_and_never_goes_back() -> None:
    answers = [NOON, NOON - timedelta(hours=1)]
    clock = DatabaseClock(lambda: answers.pop(0), every=3600)
    first, second = clock.now(), clock.now()
    assert NOON <= first <= second < NOON + timedelta(minutes=1)
    assert answers == [NOON - timedelta(hours=1)]
    impatient = DatabaseClock(lambda: answers.pop(0), every=-1)
    answers.insert(0, NOON)
    assert (impatient.now(), impatient.now()) == (NOON, NOON)


def test_virtual_clock_moves_only_when_told() -> None:
    virtual = VirtualClock(NOON.astimezone(SOFIA_SUMMER))
    assert (virtual.now(), virtual.now().tzinfo) == (NOON, UTC)
    virtual.advance_to(NOON)
    virtual.advance_to(NOON + timedelta(days=30))
    assert virtual.now() == NOON + timedelta(days=30)


def test_virtual_clock_refuses_to_go_back() -> None:
    virtual = VirtualClock(NOON)
    with pytest.raises(ValueError, match="cannot go back to 2022-03-31T11:59:59"):
        virtual.advance_to(NOON - timedelta(seconds=1))
    assert virtual.now() == NOON


@pytest.mark.parametrize(
    "ask",
    [
        VirtualClock,
        lambda naive: VirtualClock(NOON).advance_to(naive),
        lambda naive: DatabaseClock(lambda: naive).now(),
    ],
)
def test_naive_instant_is_refused(ask: Callable[[datetime], object]) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        ask(NOON.replace(tzinfo=None))


def test_every_clock_keeps_the_port() -> None:
    clocks: list[Clock] = [SystemClock(), DatabaseClock(lambda: NOON), VirtualClock(NOON)]
    assert [c.now().utcoffset() for c in clocks] == [timedelta(0)] * 3


def test_running_clock_goes_on_from_where_it_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = iter([100.0, 100.0, 190.5])
    monkeypatch.setattr(clock, "monotonic", lambda: next(passed))
    running = RunningClock(NOON.astimezone(SOFIA_SUMMER))
    assert [running.now(), running.now()] == [NOON, NOON + timedelta(seconds=90.5)]
    with pytest.raises(ValueError, match="no time zone"):
        RunningClock(NOON.replace(tzinfo=None))
