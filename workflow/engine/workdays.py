"""Working days of a country: its weekend, its days off, and the weekend days that it works.

Why: a term of law counts days of the country's calendar, and that calendar is data with a source for each line. A year
that nobody has entered is an error with a remedy, never a guess from the weekdays.
Never here: computed holidays, time zones, instants (deadlines), reading files (catalogue).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from workflow.engine.errors import CalendarGap
from workflow.engine.journal import canonical
from workflow.engine.process import Words

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a country in the years that somebody entered.

    `weekend`: days of the week, Monday is 0. `days_off`: day -> its name, as a text or in several languages; days off
    on a weekend are listed too. `working_days`: weekend days that are worked. `version`: changes whenever a day does;
    procedures are pinned to it. Raises ValueError when the parts contradict each other.
    """

    country: str
    version: str
    weekend: frozenset[int]
    days_off: Mapping[date, str | Words]
    working_days: frozenset[date]
    years: frozenset[int]

    def __post_init__(self) -> None:
        for day in (*self.days_off, *self.working_days):
            if day.year not in self.years:
                raise ValueError(f"{self.country}: {day} is not in a year of the calendar")
        for day in sorted(self.working_days):
            if day in self.days_off:
                raise ValueError(f"{self.country}: {day} is both a day off and a working day")
            if day.weekday() not in self.weekend:
                raise ValueError(f"{self.country}: {day} is no weekend day, so it needs no line to be a working day")
        if not self.weekend < frozenset(range(7)):
            raise ValueError(f"{self.country}: the weekend must be some days of the week (Monday is 0), and not all")

    # --- making and storing -------------------------------------------------------------------------------------------

    @classmethod
    def of(
        cls,
        country: str,
        *,
        weekend: Iterable[int],
        days_off: Mapping[date, str | Words],
        working_days: Iterable[date],
        years: Iterable[int],
    ) -> Calendar:
        """A calendar whose version is the digest of its content: equal content, equal version."""
        content = _content(country, frozenset(weekend), days_off, frozenset(working_days), frozenset(years))
        return cls._from_content(content, hashlib.sha256(canonical(content).encode()).hexdigest()[:16])

    @classmethod
    def from_text(cls, text: str) -> Calendar:
        """The calendar that `as_text` wrote."""
        content = json.loads(text)
        return cls._from_content(content, content["version"])

    def as_text(self) -> str:
        """The calendar as canonical JSON, for storing it with the procedures that are pinned to it."""
        content = _content(self.country, self.weekend, self.days_off, self.working_days, self.years)
        return canonical({**content, "version": self.version})

    @classmethod
    def _from_content(cls, content: Mapping[str, Any], version: str) -> Calendar:
        return cls(
            country=content["country"],
            version=version,
            weekend=frozenset(content["weekend"]),
            days_off=MappingProxyType({date.fromisoformat(day): name for day, name in content["days_off"].items()}),
            working_days=frozenset(map(date.fromisoformat, content["working_days"])),
            years=frozenset(content["years"]),
        )

    # --- asking -------------------------------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Whether the country works on that day. Raises CalendarGap for a year that the calendar does not have."""
        if day.year not in self.years:
            raise CalendarGap(self.country, day.year)
        if day.weekday() in self.weekend:
            return day in self.working_days
        return day not in self.days_off

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the first working day after it. Raises CalendarGap."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, start: date, n: int) -> date:
        """The n-th working day after `start`, which is not counted; before it when n is negative; `start` for 0.

        Raises CalendarGap when the counting reaches a year that the calendar does not have.
        """
        step = _DAY if n > 0 else -_DAY
        day, left = start, abs(n)
        while left:
            day += step
            if self.is_working_day(day):
                left -= 1
        return day


def _content(
    country: str,
    weekend: frozenset[int],
    days_off: Mapping[date, str | Words],
    working_days: frozenset[date],
    years: frozenset[int],
) -> dict[str, Any]:
    return {
        "country": country,
        "weekend": sorted(weekend),
        "days_off": {day.isoformat(): name if isinstance(name, str) else dict(name) for day, name in days_off.items()},
        "working_days": [day.isoformat() for day in sorted(working_days)],
        "years": sorted(years),
    }
