"""The clock as a port: the only module that reads the wall clock.

Why: what counts is decided by an instant, so every instant must come from one place that a test, a scenario or the
demo can replace. `perform()` and a sweep ask it once per unit.
Never here: due instants (engine/deadlines.py), sleeping, local time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The present instant: an aware datetime in UTC."""
        ...


class SystemClock:
    """The machine's clock, for SQLite. It stands still rather than run backwards when the machine's clock is set back.

    A journal whose next entry is older than its last would look tampered with; the mark costs one comparison.
    One clock per process: the composition root makes it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The present instant in UTC, never before one that was answered already."""
        with self._lock:
            self._latest = max(self._latest, datetime.now(UTC))
            return self._latest


class DatabaseClock:
    """The database server's clock, for several processes on PostgreSQL: their own clocks may differ.

    `ask` returns the server's `clock_timestamp()` as an aware datetime. It is asked every `every` seconds; between two
    answers the machine's monotonic clock, which nobody sets, counts on. Asking each time would cost a round trip.
    """

    def __init__(self, ask: Callable[[], datetime], every: float = 10.0) -> None:
        self._ask = ask
        self._every = every
        self._lock = Lock()
        self._answer: datetime | None = None
        self._asked = 0.0
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The present instant in UTC, never before one answered already. Raises ValueError without a zone."""
        with self._lock:
            elapsed = monotonic() - self._asked
            if self._answer is None or elapsed > self._every:
                self._answer, self._asked, elapsed = _utc(self._ask()), monotonic(), 0.0
            self._latest = max(self._latest, self._answer + timedelta(seconds=elapsed))
            return self._latest


class VirtualClock:
    """A clock that moves only when it is told to: for the demo, scenarios and tests.

    `start` is an aware datetime; ValueError otherwise.
    """

    def __init__(self, start: datetime) -> None:
        self._now = _utc(start)

    def now(self) -> datetime:
        """The instant to which the clock was last set, in UTC."""
        return self._now

    def advance_to(self, instant: datetime) -> None:
        """Set the clock to an aware instant that is not before its present one.

        Raises ValueError for a naive instant, and for an earlier one: what was done cannot become the future.
        """
        later = _utc(instant)
        if later < self._now:
            raise ValueError(f"the clock stands at {self._now.isoformat()} and cannot go back to {later.isoformat()}")
        self._now = later


class RunningClock:
    """A clock that goes on in real time from a given instant: the served demonstration's, whenever it is looked at.

    `start` is an aware datetime; ValueError otherwise.
    """

    def __init__(self, start: datetime) -> None:
        self._start = _utc(start)
        self._began = monotonic()

    def now(self) -> datetime:
        """The start and what has passed since, in UTC."""
        return self._start + timedelta(seconds=monotonic() - self._began)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; give an aware datetime")
    return instant.astimezone(UTC)
