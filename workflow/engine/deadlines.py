"""Deadlines: a rule, the day something happened and a calendar give the due instant, with how it was computed.

Why: when a term ends is law, so it is computed in one pure place, on dates and a calendar, and each result carries its
derivation, so that anybody can check it years later without this program.

The due instant is the last instant that is in time: `received <= due.at` decides, always. An act received exactly at
17:30:00 for "by 17:30" is in time. The end of a day (24:00) is therefore its last microsecond, 23:59:59.999999 local.

Local time becomes an instant through the zone: a time that the clocks skip moves forward by what they skip, and a time
that comes twice is taken as the later one, so that nobody is shut out early.

Never here: the wall clock, arming and firing (services), sentences (wording).
"""

from __future__ import annotations

import calendar as _months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from workflow.engine.errors import InvalidRequest
from workflow.engine.journal import canonical
from workflow.engine.process import DeadlineRule, Institution, Span, Words
from workflow.engine.workdays import Calendar

_DAY = timedelta(days=1)
_DAY_ENDS = time(23, 59, 59, 999999)

SKIPPED_SHOWN = 24
"""How many passed-over days a derivation lists; the rest is counted in `skipped_more`."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day that did not count: `name` is that of the day off, None on an ordinary weekend."""

    day: date
    name: str | Words | None


@dataclass(frozen=True)
class Derivation:
    """How a due instant was computed, as plain data.

    `start_date` is the local day of the event, which is not counted, and `counted_from` the day after it; None for a
    deadline at a date of the procedure, whose name and announced value are `date_name` and `date_value`. `skipped` are
    the days passed over, in counting or in rolling (`rolled_from`: the last day before it was moved to a working day),
    `made_up` the weekend days that counted because the country works on them. `ends` says which rule gave the time:
    `end_of_day`, `office_hours` or `exact`; `closes` is the local time on `last_day`, None for its end (24:00).
    `calendar` and `calendar_version` are None when no calendar was needed.
    """

    start_date: date | None
    counted_from: date | None
    date_name: str | None
    date_value: str | None
    amount: int | None
    unit: str | None
    skipped: tuple[Skipped, ...]
    skipped_more: int
    made_up: tuple[date, ...]
    rolled_from: date | None
    last_day: date
    ends: str
    closes: time | None
    zone: str
    calendar: str | None
    calendar_version: str | None

    def as_data(self) -> dict[str, Any]:
        """The derivation for JSON: dates `YYYY-MM-DD`, times `HH:MM` (longer when they have seconds), None kept.

        Made once, so not to be changed.
        """
        return self._data

    @cached_property
    def text(self) -> str:
        """The same as canonical JSON."""
        return canonical(self._data)

    @cached_property
    def _data(self) -> dict[str, Any]:
        return {
            "start_date": _iso(self.start_date),
            "counted_from": _iso(self.counted_from),
            "date_name": self.date_name,
            "date_value": self.date_value,
            "amount": self.amount,
            "unit": self.unit,
            "skipped": [{"day": s.day.isoformat(), "name": _name(s.name)} for s in self.skipped],
            "skipped_more": self.skipped_more,
            "made_up": [day.isoformat() for day in self.made_up],
            "rolled_from": _iso(self.rolled_from),
            "last_day": self.last_day.isoformat(),
            "ends": self.ends,
            "closes": None if self.closes is None else _clock(self.closes),
            "zone": self.zone,
            "calendar": self.calendar,
            "calendar_version": self.calendar_version,
        }


@dataclass(frozen=True, slots=True)
class Due:
    """The last instant that is in time (aware UTC: in time means `received <= at`), and how it was computed."""

    at: datetime
    derivation: Derivation


# --- the three questions --------------------------------------------------------------------------------------------


def due(
    rule: DeadlineRule, *, start: datetime, dates: Mapping[str, str], institution: Institution, calendar: Calendar
) -> Due:
    """The due instant of a rule, with its derivation.

    `start`: when the state was entered (aware). `dates`: the dates of the procedure, local `YYYY-MM-DD` or
    `YYYY-MM-DD HH:MM`; a deadline `at` a date with a time falls due at that time whatever `ends` says, without a time
    at the end of the day, or at closing time with `office_hours`. A span in hours is exact and never rolls. A span in
    days or longer with `ends: exact` falls due at the local time of the start.
    Raises CalendarGap when a year is needed that the calendar does not have, InvalidRequest for a malformed date, a
    naive start or an unknown unit, KeyError when the date of the rule is not set.
    Source: BG чл. 72 ЗЗД; PL art. 111, 112, 115 KC; CN 民法典 第二百零一至二百零三条; RU ст. 191-194 ГК РФ.
    """
    if start.tzinfo is None:
        raise InvalidRequest("a naive datetime is no instant; give it a time zone")
    path = _Path(calendar)
    zone = institution.zone
    started: datetime | None = None
    value: str | None = None
    given: time | None = None
    if rule.after is None:
        if rule.at is None:
            raise InvalidRequest(f"the deadline {rule.name} has neither a date nor a span")
        value = dates[rule.at]
        last, given = parse_date(value)
    else:
        started = start.astimezone(_zone(zone))
        if rule.after.unit == "hours":
            return _hours_later(rule.after, start, started, zone)
        last = path.forward(started.date(), rule.after)
        if rule.ends == "exact":
            given = started.time()
    # Counting working days ends on one, so only the other spans and announced dates can have to roll.
    rolls = rule.roll and (rule.after is None or rule.after.unit != "working_days")
    rolled_from = path.roll(last) if rolls else None
    if rolled_from is not None:
        last = path.day
    if given is not None:
        ends, closes = "exact", given
    elif rule.ends == "office_hours":
        ends, closes = "office_hours", institution.closes
    else:
        ends, closes = "end_of_day", None
    first = None if started is None else started.date()
    at = _instant(last, _DAY_ENDS if closes is None else closes, zone)
    return Due(
        at,
        Derivation(
            start_date=first,
            counted_from=None if first is None else first + _DAY,
            date_name=rule.at if first is None else None,
            date_value=value,
            amount=None if rule.after is None else rule.after.amount,
            unit=None if rule.after is None else rule.after.unit,
            skipped=tuple(path.skipped),
            skipped_more=path.skipped_more,
            made_up=tuple(path.made_up),
            rolled_from=rolled_from,
            last_day=last,
            ends=ends,
            closes=closes,
            zone=zone,
            calendar=calendar.country if path.asked else None,
            calendar_version=calendar.version if path.asked else None,
        ),
    )


def before(at: datetime, span: Span, institution: Institution, calendar: Calendar) -> datetime:
    """The instant (UTC) that lies a span before `at`: for reminders.

    Hours are exact. Days, weeks and months go back on the calendar to the same local time (of a day that the shorter
    month does not have: its last); working days go back over working days only. Raises CalendarGap and InvalidRequest.
    """
    if span.unit == "hours":
        return at.astimezone(UTC) - timedelta(hours=span.amount)
    local = at.astimezone(_zone(institution.zone))
    if span.unit == "working_days":
        day = calendar.add_working_days(local.date(), -span.amount)
    else:
        day = _shift(local.date(), -span.amount, span.unit)
    return _instant(day, local.time(), institution.zone)


def instant_of(value: str, institution: Institution) -> datetime:
    """The last instant (UTC) of a local date of the procedure: its time, or the end of the day when it has none.

    No rolling and no office hours: a date that was announced stands as announced. Raises InvalidRequest.
    """
    day, clock = parse_date(value)
    return _instant(day, _DAY_ENDS if clock is None else clock, institution.zone)


def first_instant_of(value: str, institution: Institution) -> datetime:
    """The instant (UTC) at which a local date of the procedure has come: its time, or the start of the day."""
    day, clock = parse_date(value)
    return _instant(day, time(0) if clock is None else clock, institution.zone)


@lru_cache(maxsize=1024)
def parse_date(value: str) -> tuple[date, time | None]:
    """A local `YYYY-MM-DD` or `YYYY-MM-DD HH:MM` as its day and time. Raises InvalidRequest for anything else."""
    try:
        # The lengths keep out the other ISO forms (20220331, 2022-W13-4), which fromisoformat reads as well.
        if len(value) == 10:
            day, clock = date.fromisoformat(value), None
            if value == day.isoformat():
                return day, clock
        elif len(value) == 16 and value[10] == " ":
            day, clock = date.fromisoformat(value[:10]), time.fromisoformat(value[11:])
            if value == f"{day.isoformat()} {_clock(clock)}":
                return day, clock
    except ValueError:
        pass
    raise InvalidRequest(f"{value!r} is no local date; write YYYY-MM-DD or YYYY-MM-DD HH:MM")


# --- counting days ----------------------------------------------------------------------------------------------------


class _Path:
    """One walk over the calendar, which remembers what it passed over."""

    __slots__ = ("asked", "calendar", "day", "made_up", "skipped", "skipped_more")

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.day: date = date.min
        self.asked = False
        self.skipped: list[Skipped] = []
        self.skipped_more = 0
        self.made_up: list[date] = []

    def forward(self, start: date, span: Span) -> date:
        """The last day of a span of days or longer that begins with an event on `start`."""
        if span.unit != "working_days":
            return _shift(start, span.amount, span.unit)
        self.day = start
        left = span.amount
        while left > 0:
            self.day += _DAY
            if self._works():
                left -= 1
        return self.day

    def roll(self, last: date) -> date | None:
        """Leaves `day` at the first working day from `last` on; the given day if that moved it, else None."""
        self.day = last
        while not self._works():
            self.day += _DAY
        return last if self.day != last else None

    def _works(self) -> bool:
        calendar, day = self.calendar, self.day
        self.asked = True
        if calendar.is_working_day(day):
            if day in calendar.working_days:
                self.made_up.append(day)
            return True
        if len(self.skipped) < SKIPPED_SHOWN:
            self.skipped.append(Skipped(day, calendar.days_off.get(day)))
        else:
            self.skipped_more += 1
        return False


def _shift(day: date, amount: int, unit: str) -> date:
    if unit == "days":
        return day + timedelta(days=amount)
    if unit == "weeks":
        return day + timedelta(weeks=amount)
    if unit == "months":
        year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
        return day.replace(year, month + 1, min(day.day, _months.monthrange(year, month + 1)[1]))
    raise InvalidRequest(f"{unit!r} is no unit of time; use days, working_days, weeks, months or hours")


# --- local time -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def _instant(day: date, clock: time, zone: str) -> datetime:
    """The instant (UTC) of a local time: of its two readings, where there are two, the later.

    For a time that comes twice these are the two times; for one that is skipped they are the readings by the clock
    before and after the change, and the later one lies behind the gap.
    """
    local = datetime.combine(day, clock, _zone(zone))
    return max(local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC))


def _hours_later(span: Span, start: datetime, started: datetime, zone: str) -> Due:
    at = start.astimezone(UTC) + timedelta(hours=span.amount)
    local = at.astimezone(_zone(zone))
    return Due(
        at,
        Derivation(
            start_date=started.date(),
            counted_from=None,
            date_name=None,
            date_value=None,
            amount=span.amount,
            unit=span.unit,
            skipped=(),
            skipped_more=0,
            made_up=(),
            rolled_from=None,
            last_day=local.date(),
            ends="exact",
            closes=local.time(),
            zone=zone,
            calendar=None,
            calendar_version=None,
        ),
    )


# --- plain data -------------------------------------------------------------------------------------------------------


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _name(name: str | Words | None) -> Any:
    return name if name is None or isinstance(name, str) else dict(name)


def _clock(value: time) -> str:
    return value.isoformat("auto" if value.second or value.microsecond else "minutes")
