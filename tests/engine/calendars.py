"""The calendars of `definitions/_calendars`, read plainly: the engine's tests must not depend on the catalogue."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workflow.engine.workdays import Calendar

FOLDER = Path(__file__).parents[2] / "definitions" / "_calendars"
COUNTRIES = ("BG", "CN", "PL", "RU")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def document(country: str) -> dict[str, Any]:
    """The file of a country as it stands."""
    data: dict[str, Any] = yaml.safe_load((FOLDER / f"{country}.yaml").read_text(encoding="utf-8"))
    return data


@cache
def calendar(country: str) -> Calendar:
    """The calendar of a country as the engine has it."""
    data = document(country)
    years = data["years"].values()
    return Calendar.of(
        data["country"],
        weekend=[DAYS.index(day) for day in data["weekend"]],
        days_off={line["date"]: line["name"] for year in years for line in year["days_off"]},
        working_days=[line["date"] for year in years for line in year["working_days"]],
        years=data["years"],
    )


def days_of(year: int) -> list[date]:
    """Every day of a year, in order."""
    first = date(year, 1, 1).toordinal()
    return [date.fromordinal(n) for n in range(first, date(year + 1, 1, 1).toordinal())]
