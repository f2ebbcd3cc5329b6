"""Working days: the four calendars line by line, and counting that neither guesses nor loses a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.engine.calendars import COUNTRIES, DAYS, FOLDER, calendar, days_of, document
from workflow.engine.errors import CalendarGap
from workflow.engine.workdays import Calendar

YEARS = [(country, year) for country in COUNTRIES for year in document(country)["years"]]


# --- the data ---------------------------------------------------------------------------------------------------------


def test_every_file_is_one_of_the_four_countries() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == list(COUNTRIES)


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_file_says_what_it_is(country: str) -> None:
    data = document(country)
    assert set(data) == {"format", "country", "weekend", "years"}
    assert (data["format"], data["country"]) == (1, country)
    assert set(data["weekend"]) < set(DAYS)


@pytest.mark.parametrize(("country", "year"), YEARS)
def test_every_line_has_a_source_and_a_date_of_its_year(country: str, year: int) -> None:
    block = document(country)["years"][year]
    assert set(block) == {"source", "days_off", "working_days"}
    assert block["source"].strip()
    for line in block["days_off"]:
        assert set(line) == {"date", "name", "source"}
        assert len(line["name"]) == 2
        assert "en" in line["name"]
        assert all(text.strip() for text in line["name"].values())
    for line in block["working_days"]:
        assert set(line) == {"date", "source"}
    for line in (*block["days_off"], *block["working_days"]):
        assert line["source"].strip(), line
        assert type(line["date"]) is date, line
        assert line["date"].year == year, line


@pytest.mark.parametrize(("country", "year"), YEARS)
def test_no_day_stands_twice_and_the_lines_are_in_order(country: str, year: int) -> None:
    block = document(country)["years"][year]
    off = [line["date"] for line in block["days_off"]]
    working = [line["date"] for line in block["working_days"]]
    assert off == sorted(set(off))
    assert working == sorted(set(working))
    assert not set(off) & set(working)


@pytest.mark.parametrize("country", COUNTRIES)
def test_worked_weekend_days_are_weekend_days(country: str) -> None:
    known = calendar(country)
    assert all(day.weekday() in known.weekend for day in known.working_days)


# Counted a second time from public calendar packages and, for Bulgaria, the press (sources in the files).
TOTALS = {
    ("BG", 2022): 248,
    ("BG", 2023): 248,
    ("BG", 2024): 251,
    ("BG", 2025): 248,
    ("BG", 2026): 248,
    ("BG", 2027): 249,
    ("CN", 2025): 248,
    ("CN", 2026): 248,
    ("PL", 2025): 251,
    ("PL", 2026): 253,
    ("PL", 2027): 253,
    ("RU", 2025): 247,
    ("RU", 2026): 247,
}


def test_the_totals_cover_every_year() -> None:
    assert sorted(TOTALS) == sorted(YEARS)


@pytest.mark.parametrize(("country", "year"), YEARS)
def test_working_days_of_the_year(country: str, year: int) -> None:
    assert sum(map(calendar(country).is_working_day, days_of(year))) == TOTALS[country, year]


# Weekdays that are off, and weekend days that are worked: the days on which a term turns out differently.
OFF_ON_WEEKDAYS = {
    ("BG", 2022): "01-03 03-03 04-22 04-25 05-02 05-06 05-24 09-06 09-22 12-26 12-27 12-28",
    ("BG", 2023): "01-02 03-03 04-14 04-17 05-01 05-08 05-24 09-06 09-22 12-25 12-26 12-27",
    ("BG", 2026): "01-01 01-02 03-03 04-10 04-13 05-01 05-06 05-25 09-07 09-22 12-24 12-25 12-28",
    ("CN", 2025): "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 "
    "10-07 10-08",
    ("CN", 2026): "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 "
    "10-05 10-06 10-07",
    ("PL", 2025): "01-01 01-06 04-21 05-01 06-19 08-15 11-11 12-24 12-25 12-26",
    ("PL", 2026): "01-01 01-06 04-06 05-01 06-04 11-11 12-24 12-25",
    ("RU", 2025): "01-01 01-02 01-03 01-06 01-07 01-08 05-01 05-02 05-08 05-09 06-12 06-13 11-03 11-04 12-31",
    ("RU", 2026): "01-01 01-02 01-05 01-06 01-07 01-08 01-09 02-23 03-09 05-01 05-11 06-12 11-04 12-31",
}
WORKED_WEEKENDS = {
    ("CN", 2025): "01-26 02-08 04-27 09-28 10-11",
    ("CN", 2026): "01-04 02-14 02-28 05-09 09-20 10-10",
    ("RU", 2025): "11-01",
}


@pytest.mark.parametrize(("country", "year"), OFF_ON_WEEKDAYS)
def test_weekdays_that_are_off(country: str, year: int) -> None:
    known = calendar(country)
    off = [f"{day:%m-%d}" for day in days_of(year) if day.weekday() < 5 and not known.is_working_day(day)]
    assert off == OFF_ON_WEEKDAYS[country, year].split()


@pytest.mark.parametrize(("country", "year"), YEARS)
def test_weekend_days_that_are_worked(country: str, year: int) -> None:
    known = calendar(country)
    worked = [f"{day:%m-%d}" for day in days_of(year) if day.weekday() >= 5 and known.is_working_day(day)]
    assert worked == WORKED_WEEKENDS.get((country, year), "").split()


# --- counting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "day", "next_one"),
    [
        ("BG", "2022-04-21", "2022-04-21"),  # Holy Thursday is worked
        ("BG", "2022-04-22", "2022-04-26"),  # Good Friday to Easter Monday
        ("BG", "2022-12-24", "2022-12-29"),  # two days in lieu after Christmas
        ("BG", "2026-12-31", "2026-12-31"),
        ("PL", "2025-12-24", "2025-12-29"),  # Christmas Eve is off since 2025, and the weekend follows
        ("PL", "2026-05-02", "2026-05-04"),
        ("CN", "2026-02-14", "2026-02-14"),  # a Saturday that is worked
        ("CN", "2026-02-15", "2026-02-24"),
        ("CN", "2025-10-01", "2025-10-09"),
        ("RU", "2026-01-01", "2026-01-12"),
        ("RU", "2025-11-01", "2025-11-01"),  # a Saturday that is worked
    ],
)
def test_next_working_day(country: str, day: str, next_one: str) -> None:
    assert calendar(country).next_working_day(date.fromisoformat(day)).isoformat() == next_one


@pytest.mark.parametrize(
    ("country", "start", "n", "end"),
    [
        ("BG", "2022-04-20", 3, "2022-04-27"),
        ("BG", "2022-04-27", -3, "2022-04-20"),
        ("BG", "2022-04-23", 0, "2022-04-23"),
        ("BG", "2022-04-23", 1, "2022-04-26"),
        ("BG", "2022-04-23", -1, "2022-04-21"),
        ("CN", "2026-02-12", 3, "2026-02-24"),  # Friday, the worked Saturday, and the Tuesday after the holiday
        ("CN", "2026-02-24", -2, "2026-02-13"),
        ("PL", "2026-12-23", 3, "2026-12-30"),
        ("RU", "2025-12-30", 1, "2026-01-12"),
    ],
)
def test_add_working_days(country: str, start: str, n: int, end: str) -> None:
    assert calendar(country).add_working_days(date.fromisoformat(start), n).isoformat() == end


def test_a_missing_year_is_an_error_that_names_file_and_year() -> None:
    known = calendar("CN")
    assert known.add_working_days(date(2026, 12, 30), 1) == date(2026, 12, 31)
    with pytest.raises(CalendarGap, match=r"year 2027; add it to definitions/_calendars/CN\.yaml") as caught:
        known.add_working_days(date(2026, 12, 30), 2)
    assert (caught.value.country, caught.value.year) == ("CN", 2027)
    with pytest.raises(CalendarGap, match="2024"):
        known.is_working_day(date(2024, 12, 31))
    with pytest.raises(CalendarGap, match="2027"):
        calendar("RU").next_working_day(date(2026, 12, 31))


_positions = st.tuples(st.sampled_from(COUNTRIES), st.dates(date(2025, 3, 1), date(2026, 10, 31)))


@given(_positions, st.integers(0, 25))
def test_as_many_working_days_lie_between_as_were_added(position: tuple[str, date], n: int) -> None:
    country, start = position
    known = calendar(country)
    end = known.add_working_days(start, n)
    between = [start + timedelta(days=k) for k in range(1, (end - start).days + 1)]
    assert sum(map(known.is_working_day, between)) == n
    assert n == 0 or known.is_working_day(end)


@given(_positions, st.integers(0, 25))
def test_going_back_undoes_going_forward(position: tuple[str, date], n: int) -> None:
    country, day = position
    known = calendar(country)
    start = known.next_working_day(day)
    assert known.add_working_days(known.add_working_days(start, n), -n) == start


@given(_positions, st.integers(1, 25), st.integers(0, 40))
def test_a_new_day_off_never_shortens_a_count(position: tuple[str, date], n: int, later: int) -> None:
    country, start = position
    known = calendar(country)
    extra = start + timedelta(days=later)
    assume(extra not in known.working_days)
    more = replace(known, days_off={**known.days_off, extra: "declared"})
    assert more.add_working_days(start, n) >= known.add_working_days(start, n)


# --- the value --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_stored_calendar_comes_back_as_it_was(country: str) -> None:
    known = calendar(country)
    text = known.as_text()
    assert Calendar.from_text(text) == known
    assert Calendar.from_text(text).as_text() == text


def test_the_version_follows_the_content() -> None:
    def made(off: dict[date, str], working: list[date]) -> Calendar:
        return Calendar.of("XX", weekend=[5, 6], days_off=off, working_days=working, years=[2026])

    first, second = {date(2026, 1, 1): "a", date(2026, 1, 2): "b"}, {date(2026, 1, 2): "b", date(2026, 1, 1): "a"}
    assert made(first, []).version == made(second, []).version
    versions = {
        made(first, []).version,
        made({date(2026, 1, 1): "a"}, []).version,
        made({**first, date(2026, 1, 2): "c"}, []).version,
        made(first, [date(2026, 1, 3)]).version,
    }
    assert len(versions) == 4
    assert len({calendar(country).version for country in COUNTRIES}) == 4


@pytest.mark.parametrize(
    ("off", "working", "weekend", "what"),
    [
        (["2027-01-01"], [], [5, 6], "2027-01-01 is not in a year"),
        ([], ["2027-01-02"], [5, 6], "2027-01-02 is not in a year"),
        (["2026-01-03"], ["2026-01-03"], [5, 6], "both a day off and a working day"),
        ([], ["2026-01-02"], [5, 6], "2026-01-02 is no weekend day"),
        ([], [], [0, 1, 2, 3, 4, 5, 6], "not all"),
        ([], [], [7], "Monday is 0"),
    ],
)
def test_a_calendar_that_contradicts_itself_cannot_be_made(
    off: list[str], working: list[str], weekend: list[int], what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        Calendar.of(
            "XX",
            weekend=weekend,
            days_off={date.fromisoformat(day): "x" for day in off},
            working_days=map(date.fromisoformat, working),
            years=[2026],
        )
