"""Deadlines as the law counts them: table by table per country, over clock changes, and for every date there is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.engine.calendars import calendar
from workflow.engine.deadlines import SKIPPED_SHOWN, before, due, first_instant_of, instant_of, parse_date
from workflow.engine.errors import CalendarGap, InvalidRequest
from workflow.engine.journal import canonical
from workflow.engine.process import Basis, DeadlineRule, Institution, Kind, Span
from workflow.engine.workdays import Calendar

MICROSECOND = timedelta(microseconds=1)
ZONES = {"BG": "Europe/Sofia", "PL": "Europe/Warsaw", "CN": "Asia/Shanghai", "RU": "Europe/Moscow"}


def institution(zone: str, country: str = "BG") -> Institution:
    return Institution(
        name="office",
        title={"en": "Office"},
        languages=("en",),
        applicant_languages=("en",),
        zone=zone,
        calendar=country,
        opens=time(8, 30),
        closes=time(17, 30),
        email="office@example.org",
        address={"en": "1 Main Street"},
        basis=Basis(assumption="a test"),
    )


def rule(
    *, after: Span | None = None, at: str | None = None, ends: str = "end_of_day", roll: bool = True
) -> DeadlineRule:
    return DeadlineRule(
        name="answer",
        of=Kind.APPLICATION,
        states=("offered",),
        basis=Basis(assumption="a test"),
        label={"en": "Answer"},
        at=at,
        after=after,
        ends=ends,
        roll=roll,
    )


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def span(text: str) -> Span:
    amount, unit = text.split()
    return Span(int(amount), unit)


def due_day(country: str, start: str, term: str, *, roll: bool = True) -> str:
    """The local last day of a term, asserted to end with the day."""
    zone = ZONES[country]
    found = due(
        rule(after=span(term), roll=roll),
        start=local(start, zone),
        dates={},
        institution=institution(zone, country),
        calendar=calendar(country),
    )
    last = (found.at + MICROSECOND).astimezone(ZoneInfo(zone))
    assert last.timetz().replace(tzinfo=None) == time(0)
    day = last.date() - timedelta(days=1)
    assert found.derivation.last_day == day
    return day.isoformat()


# --- announced dates --------------------------------------------------------------------------------------------------


def closing(value: str, *, ends: str = "exact", roll: bool = False, zone: str = "Europe/Sofia") -> datetime:
    return due(
        rule(at="documents_close", ends=ends, roll=roll),
        start=local("2022-03-01 09:00", zone),
        dates={"documents_close": value},
        institution=institution(zone),
        calendar=calendar("BG"),
    ).at


def test_the_announced_closing_of_the_intake() -> None:
    """Stara Zagora, 31.03.2022 17:30: in summer time by four days, so 14:30 UTC. At 17:30 sharp is in time."""
    at = closing("2022-03-31 17:30")
    assert at == datetime(2022, 3, 31, 14, 30, tzinfo=UTC)
    assert local("2022-03-31 17:29:59", "Europe/Sofia") <= at
    assert local("2022-03-31 17:30:00", "Europe/Sofia") <= at
    assert not local("2022-03-31 17:30:00.000001", "Europe/Sofia") <= at
    assert instant_of("2022-03-31 17:30", institution("Europe/Sofia")) == at


@pytest.mark.parametrize(
    ("value", "ends", "roll", "expected"),
    [
        ("2022-03-31", "end_of_day", True, "2022-03-31T20:59:59.999999+00:00"),
        ("2022-03-31", "exact", True, "2022-03-31T20:59:59.999999+00:00"),
        ("2022-03-31", "office_hours", True, "2022-03-31T14:30:00+00:00"),
        ("2022-03-31 12:00", "end_of_day", True, "2022-03-31T09:00:00+00:00"),  # what was announced stands
        ("2022-03-31 12:00", "office_hours", True, "2022-03-31T09:00:00+00:00"),
        ("2022-04-22 12:00", "exact", True, "2022-04-26T09:00:00+00:00"),  # Good Friday, rolled at the same time
        ("2022-04-22 12:00", "exact", False, "2022-04-22T09:00:00+00:00"),
        ("2022-04-22", "office_hours", True, "2022-04-26T14:30:00+00:00"),
        ("2022-03-26", "end_of_day", False, "2022-03-26T21:59:59.999999+00:00"),
        ("2022-03-27", "end_of_day", False, "2022-03-27T20:59:59.999999+00:00"),  # the 23-hour day
    ],
)
def test_dates_with_and_without_a_time(value: str, ends: str, roll: bool, expected: str) -> None:
    assert closing(value, ends=ends, roll=roll).isoformat() == expected


def test_the_end_of_a_day_is_the_last_instant_before_midnight() -> None:
    at = closing("2022-03-31", ends="end_of_day")
    midnight = local("2022-04-01 00:00", "Europe/Sofia")
    assert midnight - MICROSECOND <= at
    assert not midnight <= at
    assert instant_of("2022-03-31", institution("Europe/Sofia")) == at
    assert first_instant_of("2022-04-01", institution("Europe/Sofia")) == midnight


def test_a_date_may_lie_beyond_the_calendar_when_it_does_not_roll() -> None:
    assert closing("2031-05-05 10:00") == datetime(2031, 5, 5, 7, 0, tzinfo=UTC)
    with pytest.raises(CalendarGap, match=r"2031; add it to definitions/_calendars/BG\.yaml"):
        closing("2031-05-05 10:00", roll=True)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "31.03.2022",
        "2022-3-31",
        "20220331",
        "2022-W13-4",
        "2022-02-30",
        "2022-03-31T17:30",
        "2022-03-31 24:00",
        "2022-03-31 17:3",
        "2022-03-31 1730",
        "2022-03-31 17:30:00",
        "2022-03-31 17:30Z",
        "2022-03-31  7:30",
    ],
)
def test_what_is_no_local_date(value: str) -> None:
    with pytest.raises(InvalidRequest, match="YYYY-MM-DD"):
        parse_date(value)


def test_local_dates() -> None:
    assert parse_date("2024-02-29") == (date(2024, 2, 29), None)
    assert parse_date("2022-03-31 07:05") == (date(2022, 3, 31), time(7, 5))


# --- terms per country ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "start", "term", "last"),
    [
        # BG: the day of the event is not counted (чл. 72, ал. 1 ЗЗД); Easter 2022 is 22-25 April.
        ("BG", "2022-04-01 00:00", "7 days", "2022-04-08"),
        ("BG", "2022-04-01 23:59", "7 days", "2022-04-08"),
        ("BG", "2022-04-14 10:00", "7 days", "2022-04-21"),
        ("BG", "2022-04-15 10:00", "7 days", "2022-04-26"),
        ("BG", "2022-04-18 10:00", "7 days", "2022-04-26"),
        ("BG", "2022-04-18 10:00", "8 days", "2022-04-26"),
        ("BG", "2022-04-18 10:00", "5 working_days", "2022-04-27"),
        ("BG", "2022-04-29 16:00", "5 working_days", "2022-05-10"),  # 2 May in lieu of the 1st, 6 May
        ("BG", "2022-12-22 16:00", "3 working_days", "2022-12-30"),
        ("BG", "2023-05-05 09:00", "1 days", "2023-05-09"),  # 6 May is a Saturday, the 8th is in lieu of it
        ("BG", "2025-12-30 09:00", "2 working_days", "2026-01-06"),
        ("BG", "2026-12-18 09:00", "14 days", "2027-01-04"),
        # PL: neither a day off nor a Saturday (art. 115 KC); Christmas Eve since 2025.
        ("PL", "2026-03-27 12:00", "7 days", "2026-04-03"),
        ("PL", "2026-03-28 12:00", "7 days", "2026-04-07"),
        ("PL", "2026-05-28 12:00", "7 days", "2026-06-05"),  # Corpus Christi
        ("PL", "2026-05-28 12:00", "5 working_days", "2026-06-05"),
        ("PL", "2025-12-17 12:00", "7 days", "2025-12-29"),
        ("PL", "2025-12-17 12:00", "5 working_days", "2025-12-29"),
        ("PL", "2026-08-08 12:00", "1 weeks", "2026-08-17"),
        # CN: the holiday moves the end, and make-up Saturdays and Sundays are working days (第二百零三条).
        ("CN", "2026-02-07 09:00", "7 days", "2026-02-14"),  # the last day is a worked Saturday
        ("CN", "2026-02-08 09:00", "7 days", "2026-02-24"),
        ("CN", "2026-02-12 09:00", "5 working_days", "2026-02-26"),
        ("CN", "2026-02-27 09:00", "1 working_days", "2026-02-28"),
        ("CN", "2026-09-18 09:00", "5 working_days", "2026-09-24"),  # Sunday the 20th counts
        ("CN", "2026-09-24 09:00", "7 days", "2026-10-08"),
        ("CN", "2026-10-08 09:00", "2 days", "2026-10-10"),
        ("CN", "2025-09-26 09:00", "3 working_days", "2025-09-30"),
        # RU: moved days off (ст. 193 ГК РФ, ст. 112 ТК РФ).
        ("RU", "2025-12-24 09:00", "7 days", "2026-01-12"),
        ("RU", "2026-02-27 09:00", "10 days", "2026-03-10"),
        ("RU", "2025-10-31 09:00", "1 days", "2025-11-01"),
        ("RU", "2025-10-31 09:00", "2 working_days", "2025-11-05"),
        ("RU", "2026-05-08 09:00", "1 working_days", "2026-05-12"),
    ],
)
def test_terms(country: str, start: str, term: str, last: str) -> None:
    assert due_day(country, start, term) == last


@pytest.mark.parametrize(
    ("country", "start", "term", "last"),
    [
        ("BG", "2022-01-31 09:00", "1 months", "2022-02-28"),
        ("BG", "2024-01-31 09:00", "1 months", "2024-02-29"),
        ("BG", "2024-01-29 09:00", "1 months", "2024-02-29"),
        ("BG", "2024-02-29 09:00", "12 months", "2025-02-28"),
        ("BG", "2024-02-29 09:00", "1 months", "2024-03-29"),  # not the end of March: the corresponding day
        ("BG", "2022-11-30 09:00", "3 months", "2023-02-28"),
        ("BG", "2022-12-15 09:00", "1 months", "2023-01-15"),
        ("PL", "2026-05-31 09:00", "6 months", "2026-11-30"),
        ("CN", "2026-08-31 09:00", "1 months", "2026-09-30"),
        ("RU", "2026-10-31 09:00", "2 months", "2026-12-31"),
        ("BG", "2022-04-22 09:00", "1 weeks", "2022-04-29"),
        ("BG", "2024-02-22 09:00", "1 weeks", "2024-02-29"),
    ],
)
def test_months_and_weeks_end_on_the_corresponding_day(country: str, start: str, term: str, last: str) -> None:
    assert due_day(country, start, term, roll=False) == last


def test_months_roll_like_days() -> None:
    assert due_day("BG", "2022-12-15 09:00", "1 months") == "2023-01-16"  # 15 January 2023 is a Sunday
    assert due_day("PL", "2026-01-31 09:00", "1 months") == "2026-03-02"  # 28 February 2026 is a Saturday


def test_the_day_of_the_event_is_the_local_day() -> None:
    """At 22:30 UTC it is already tomorrow in Sofia, and in Shanghai since 16:00."""
    start = datetime(2022, 4, 4, 21, 30, tzinfo=UTC)
    found = due(
        rule(after=Span(1, "days")),
        start=start,
        dates={},
        institution=institution("Europe/Sofia"),
        calendar=calendar("BG"),
    )
    assert (found.derivation.start_date, found.derivation.last_day) == (date(2022, 4, 5), date(2022, 4, 6))


def test_the_same_start_in_another_zone_is_the_same_start() -> None:
    start = datetime(2022, 4, 4, 21, 30, tzinfo=UTC)
    office, known = institution("Europe/Sofia"), calendar("BG")
    answers = [
        due(rule(after=span(term)), start=start.astimezone(zone), dates={}, institution=office, calendar=known)
        for term in ("1 days", "36 hours")
        for zone in (UTC, ZoneInfo("Asia/Tokyo"))
    ]
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]
    assert answers[2].at.tzinfo is UTC


def test_a_missing_year_fails_only_where_it_is_needed() -> None:
    assert due_day("CN", "2026-12-20 09:00", "30 days", roll=False) == "2027-01-19"
    with pytest.raises(CalendarGap, match=r"no year 2027; add it to definitions/_calendars/CN\.yaml"):
        due_day("CN", "2026-12-20 09:00", "30 days")
    with pytest.raises(CalendarGap, match="2027"):
        due_day("RU", "2026-12-25 09:00", "7 working_days")


def test_what_cannot_be_computed() -> None:
    office, known = institution("Europe/Sofia"), calendar("BG")
    start = datetime(2022, 4, 4, tzinfo=UTC)
    with pytest.raises(InvalidRequest, match="naive"):
        due(rule(after=Span(1, "days")), start=start.replace(tzinfo=None), dates={}, institution=office, calendar=known)
    with pytest.raises(InvalidRequest, match="'years' is no unit"):
        due(rule(after=Span(1, "years")), start=start, dates={}, institution=office, calendar=known)
    with pytest.raises(InvalidRequest, match="neither a date nor a span"):
        due(rule(), start=start, dates={}, institution=office, calendar=known)
    with pytest.raises(KeyError):
        due(rule(at="interview_at"), start=start, dates={}, institution=office, calendar=known)


# --- how a term ends --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "ends", "expected"),
    [
        ("5 working_days", "office_hours", "2022-04-27T14:30:00+00:00"),
        ("5 working_days", "end_of_day", "2022-04-27T20:59:59.999999+00:00"),
        ("5 working_days", "exact", "2022-04-27T06:15:00+00:00"),  # the local time of the start
        ("7 days", "office_hours", "2022-04-26T14:30:00+00:00"),
        ("96 hours", "end_of_day", "2022-04-22T06:15:00+00:00"),  # Good Friday: hours do not roll
        ("96 hours", "office_hours", "2022-04-22T06:15:00+00:00"),
    ],
)
def test_ends(term: str, ends: str, expected: str) -> None:
    found = due(
        rule(after=span(term), ends=ends),
        start=local("2022-04-18 09:15", "Europe/Sofia"),
        dates={},
        institution=institution("Europe/Sofia"),
        calendar=calendar("BG"),
    )
    assert found.at.isoformat() == expected


# --- clock changes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "value", "expected"),
    [
        # skipped times move forward by what the clocks skip
        ("Europe/Sofia", "2026-03-29 03:30", "2026-03-29T01:30:00+00:00"),  # 04:30 summer time
        ("Europe/Warsaw", "2026-03-29 02:30", "2026-03-29T01:30:00+00:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:45:00+00:00"),  # a change of half an hour: 02:45
        ("Asia/Beirut", "2026-03-29 00:30", "2026-03-28T22:30:00+00:00"),
        ("America/Asuncion", "2024-10-06 00:00", "2024-10-06T04:00:00+00:00"),
        # times that come twice are the later ones
        ("Europe/Sofia", "2026-10-25 03:30", "2026-10-25T01:30:00+00:00"),
        ("Europe/Warsaw", "2026-10-25 02:30", "2026-10-25T01:30:00+00:00"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T15:15:00+00:00"),
        ("America/Asuncion", "2024-03-23 23:30", "2024-03-24T03:30:00+00:00"),
        # the days end when they end: midnight is skipped, or comes after a repeated hour
        ("Asia/Beirut", "2026-03-28", "2026-03-28T21:59:59.999999+00:00"),
        ("Asia/Beirut", "2026-10-24", "2026-10-24T21:59:59.999999+00:00"),
        ("America/Asuncion", "2024-10-05", "2024-10-06T03:59:59.999999+00:00"),
        ("America/Asuncion", "2024-03-23", "2024-03-24T03:59:59.999999+00:00"),
        ("Europe/Sofia", "2026-03-29", "2026-03-29T20:59:59.999999+00:00"),
        ("Europe/Sofia", "2026-10-25", "2026-10-25T21:59:59.999999+00:00"),
        ("Europe/Warsaw", "2026-10-25", "2026-10-25T22:59:59.999999+00:00"),
    ],
)
def test_local_times_on_days_when_the_clocks_change(zone: str, value: str, expected: str) -> None:
    assert closing(value, zone=zone).isoformat() == expected
    assert instant_of(value, institution(zone)).isoformat() == expected


def test_the_first_instant_of_a_day_without_midnight() -> None:
    assert first_instant_of("2026-03-29", institution("Asia/Beirut")) == datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert first_instant_of("2026-03-29 09:00", institution("Asia/Beirut")) == datetime(2026, 3, 29, 6, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Sofia", "Europe/Warsaw"])
@pytest.mark.parametrize(("start", "hours"), [("2026-03-27 12:00", 71), ("2026-10-23 12:00", 73)])
def test_days_are_days_and_hours_are_hours_over_a_clock_change(zone: str, start: str, hours: int) -> None:
    office, known, entered = institution(zone), calendar("BG"), local(start, zone)
    days = due(
        rule(after=Span(3, "days"), ends="exact"), start=entered, dates={}, institution=office, calendar=known
    ).at
    assert days - entered == timedelta(hours=hours)
    exact = due(rule(after=Span(72, "hours")), start=entered, dates={}, institution=office, calendar=known).at
    assert exact - entered == timedelta(hours=72)


# --- reminders --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "at", "term", "expected"),
    [
        ("BG", "2022-03-31 17:30", "1 days", "2022-03-30 17:30"),
        ("BG", "2022-03-31 17:30", "7 days", "2022-03-24 17:30"),  # winter time then: the same local time
        ("BG", "2022-03-31 17:30", "24 hours", "2022-03-30 17:30"),
        ("BG", "2022-04-27 17:30", "2 working_days", "2022-04-21 17:30"),
        ("BG", "2022-04-23 17:30", "1 working_days", "2022-04-21 17:30"),
        ("BG", "2022-04-23 17:30", "1 days", "2022-04-22 17:30"),
        ("CN", "2026-03-02 12:00", "1 working_days", "2026-02-28 12:00"),
        ("PL", "2026-04-07 15:00", "1 working_days", "2026-04-03 15:00"),
        ("RU", "2026-01-12 18:00", "1 working_days", "2025-12-30 18:00"),
        ("BG", "2024-03-31 10:00", "1 months", "2024-02-29 10:00"),
        ("BG", "2024-01-15 10:00", "1 months", "2023-12-15 10:00"),
        ("BG", "2024-03-14 10:00", "2 weeks", "2024-02-29 10:00"),
    ],
)
def test_reminders(country: str, at: str, term: str, expected: str) -> None:
    zone = ZONES[country]
    found = before(local(at, zone), span(term), institution(zone, country), calendar(country))
    assert found == local(expected, zone)
    assert found.tzinfo is UTC


def test_a_reminder_before_the_end_of_a_day_is_at_the_end_of_a_day() -> None:
    office = institution("Europe/Sofia")
    end = instant_of("2022-03-31", office)
    assert before(end, Span(7, "days"), office, calendar("BG")) == instant_of("2022-03-24", office)


def test_a_reminder_needs_the_calendar_only_for_working_days() -> None:
    office, at = institution("Asia/Shanghai", "CN"), datetime(2027, 1, 4, tzinfo=UTC)
    assert before(at, Span(3, "days"), office, calendar("CN")) == datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(CalendarGap, match="2027"):
        before(at, Span(3, "working_days"), office, calendar("CN"))


# --- derivations ------------------------------------------------------------------------------------------------------


def test_a_derivation_says_how_a_term_was_counted() -> None:
    found = due(
        rule(after=Span(3, "working_days"), ends="office_hours"),
        start=local("2022-04-20 11:00", "Europe/Sofia"),
        dates={},
        institution=institution("Europe/Sofia"),
        calendar=calendar("BG"),
    )
    assert found.derivation.as_data() == {
        "start_date": "2022-04-20",
        "counted_from": "2022-04-21",
        "date_name": None,
        "date_value": None,
        "amount": 3,
        "unit": "working_days",
        "skipped": [
            {"day": "2022-04-22", "name": {"bg": "Велики петък", "en": "Good Friday"}},
            {"day": "2022-04-23", "name": {"bg": "Велика събота", "en": "Holy Saturday"}},
            {"day": "2022-04-24", "name": {"bg": "Великден", "en": "Easter Sunday"}},
            {"day": "2022-04-25", "name": {"bg": "Великден, понеделник", "en": "Easter Monday"}},
        ],
        "skipped_more": 0,
        "made_up": [],
        "rolled_from": None,
        "last_day": "2022-04-27",
        "ends": "office_hours",
        "closes": "17:30",
        "zone": "Europe/Sofia",
        "calendar": "BG",
        "calendar_version": calendar("BG").version,
    }


def test_a_derivation_says_from_where_the_last_day_was_rolled() -> None:
    found = due(
        rule(after=Span(8, "days")),
        start=local("2022-04-22 11:00", "Europe/Sofia"),
        dates={},
        institution=institution("Europe/Sofia"),
        calendar=calendar("BG"),
    ).derivation
    assert (found.rolled_from, found.last_day) == (date(2022, 4, 30), date(2022, 5, 3))
    assert [(s.day.day, s.name and dict(s.name)["en"]) for s in found.skipped if not isinstance(s.name, str)] == [
        (30, None),  # an ordinary Saturday
        (1, "Labour Day"),
        (2, "in lieu of Labour Day, 1 May"),
    ]
    assert (found.ends, found.closes) == ("end_of_day", None)


def test_a_derivation_names_the_announced_date() -> None:
    found = due(
        rule(at="documents_close", ends="exact", roll=False),
        start=local("2022-03-01 09:00", "Europe/Sofia"),
        dates={"documents_close": "2022-03-31 17:30"},
        institution=institution("Europe/Sofia"),
        calendar=calendar("BG"),
    ).derivation
    assert (found.date_name, found.date_value) == ("documents_close", "2022-03-31 17:30")
    assert (found.start_date, found.counted_from, found.amount, found.unit) == (None, None, None, None)
    assert (found.last_day, found.ends, found.closes) == (date(2022, 3, 31), "exact", time(17, 30))
    assert (found.calendar, found.calendar_version) == (None, None)


def test_a_derivation_lists_the_worked_weekend_days() -> None:
    def derived(after: Span, start: str) -> tuple[date, ...]:
        return due(
            rule(after=after),
            start=local(start, "Asia/Shanghai"),
            dates={},
            institution=institution("Asia/Shanghai", "CN"),
            calendar=calendar("CN"),
        ).derivation.made_up

    assert derived(Span(12, "working_days"), "2026-02-12 09:00") == (date(2026, 2, 14), date(2026, 2, 28))
    assert derived(Span(1, "working_days"), "2026-02-13 09:00") == (date(2026, 2, 14),)
    assert derived(Span(7, "days"), "2026-02-07 09:00") == (date(2026, 2, 14),)
    assert derived(Span(6, "days"), "2026-02-07 09:00") == ()


def test_a_long_derivation_lists_the_first_days_and_counts_the_rest() -> None:
    found = due(
        rule(after=Span(120, "working_days")),
        start=local("2026-01-05 09:00", "Europe/Warsaw"),
        dates={},
        institution=institution("Europe/Warsaw", "PL"),
        calendar=calendar("PL"),
    ).derivation
    passed = (found.last_day - date(2026, 1, 5)).days
    assert len(found.skipped) == SKIPPED_SHOWN
    assert len(found.skipped) + found.skipped_more + 120 == passed


def test_hours_are_derived_without_a_calendar() -> None:
    found = due(
        rule(after=Span(48, "hours")),
        start=local("2031-04-18 09:15:30", "Europe/Sofia"),
        dates={},
        institution=institution("Europe/Sofia"),
        calendar=calendar("BG"),
    ).derivation
    data = found.as_data()
    assert (data["start_date"], data["last_day"], data["closes"]) == ("2031-04-18", "2031-04-20", "09:15:30")
    assert (data["ends"], data["calendar"], data["counted_from"]) == ("exact", None, None)


# --- for every date ---------------------------------------------------------------------------------------------------

_zones = st.sampled_from(
    [
        *("Europe/Sofia", "Europe/Warsaw", "Asia/Shanghai", "Europe/Moscow", "UTC"),
        *("Asia/Beirut", "America/Asuncion", "Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns"),
    ]
)
# The calendar has 2022-2027; the longest term below stays inside it.
_FIRST = datetime(2022, 1, 1, tzinfo=UTC)
_starts = st.builds(
    lambda days, rest: _FIRST + timedelta(days=days, microseconds=rest),
    st.integers(1, 5 * 365),
    st.integers(0, 86_400_000_000 - 1),
)
_terms = st.one_of(
    st.builds(Span, st.integers(1, 60), st.sampled_from(["days", "working_days"])),
    st.builds(Span, st.integers(1, 8), st.just("weeks")),
    st.builds(Span, st.integers(1, 6), st.just("months")),
    st.builds(Span, st.integers(1, 500), st.just("hours")),
)
_ends = st.sampled_from(["end_of_day", "office_hours", "exact"])


@given(_starts, _terms, _ends, st.booleans(), _zones)
def test_no_term_ends_before_it_begins(start: datetime, after: Span, ends: str, roll: bool, zone: str) -> None:
    office, known = institution(zone), calendar("BG")
    found = due(rule(after=after, ends=ends, roll=roll), start=start, dates={}, institution=office, calendar=known)
    assert found.at >= start
    assert found.at.tzinfo is UTC
    there = found.at.astimezone(ZoneInfo(zone))
    # Only an `exact` time that the clocks skip can move, and by no more than they skip.
    assert there.date() == found.derivation.last_day or ends == "exact"
    if roll and after.unit != "hours":
        assert known.is_working_day(found.derivation.last_day)
    data = found.derivation.as_data()
    assert json.loads(canonical(data)) == data


@given(_starts, _terms, _ends, _zones, st.integers(0, 120))
def test_a_new_day_off_never_shortens_a_term(start: datetime, after: Span, ends: str, zone: str, later: int) -> None:
    office, known = institution(zone), calendar("BG")
    extra = start.date() + timedelta(days=later)
    assume(extra.year in known.years)
    more = replace(known, days_off={**known.days_off, extra: "declared"})
    asked = rule(after=after, ends=ends)

    def at(with_calendar: Calendar) -> datetime:
        return due(asked, start=start, dates={}, institution=office, calendar=with_calendar).at

    assert at(more) >= at(known)


@given(_starts, st.integers(1, 30), st.sampled_from(["days", "working_days", "weeks", "hours"]), _zones)
def test_a_longer_term_ends_no_earlier(start: datetime, amount: int, unit: str, zone: str) -> None:
    office, known = institution(zone), calendar("BG")
    amount = min(amount, 20) if unit == "weeks" else amount
    shorter, longer = (
        due(rule(after=Span(n, unit)), start=start, dates={}, institution=office, calendar=known).at
        for n in (amount, amount + 1)
    )
    assert shorter <= longer


@given(
    _starts, st.builds(Span, st.integers(1, 20), st.sampled_from(["days", "working_days", "weeks", "hours"])), _zones
)
def test_a_reminder_comes_before_its_deadline(start: datetime, ahead: Span, zone: str) -> None:
    assume(start.year > 2022)
    office, known = institution(zone), calendar("BG")
    reminder = before(start, ahead, office, known)
    assert reminder < start
    there, here = reminder.astimezone(ZoneInfo(zone)), start.astimezone(ZoneInfo(zone))
    if ahead.unit == "working_days":
        assert known.is_working_day(there.date())
    if ahead.unit in {"days", "weeks"}:
        assert abs((here.replace(tzinfo=None) - there.replace(tzinfo=None)) % timedelta(days=1)) in {
            timedelta(0),
            timedelta(hours=23),  # the reminder's time was skipped and moved forward by an hour
            timedelta(hours=23, minutes=30),  # or by half an hour
        }


@given(st.dates(date(1975, 1, 1), date(2037, 12, 31)), _zones)
def test_a_day_ends_where_the_next_begins(day: date, zone: str) -> None:
    """Whatever the clocks do: the last instant of a day is of that day, and the one after it is not."""
    end = instant_of(day.isoformat(), institution(zone))
    there = ZoneInfo(zone)
    assert end.astimezone(there).date() == day
    assert (end + MICROSECOND).astimezone(there).date() == day + timedelta(days=1)
