"""Instants, days and numbers as the reader writes them, with weekday, zone and distance where a deadline is shown.

Never here: what an instant means.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_decimal

LOCALES = {"en": "en_GB", "pl": "pl", "bg": "bg", "zh": "zh_Hans_CN", "ru": "ru"}
"""Language -> locale. Plain `en` would print Nov 23, 2026, 2:05 PM."""

OWN_NAMES = {"en": "English", "pl": "Polski", "bg": "Български", "zh": "中文", "ru": "Русский"}
"""What each language calls itself."""


@lru_cache(maxsize=len(LOCALES) + 1)
def locale(language: str) -> Locale:
    """The locale of a language of the interface."""
    return Locale.parse(LOCALES.get(language, "en_GB"))


@lru_cache(maxsize=4096)
def day(value: date, language: str) -> str:
    """A day with its weekday: `Wed, 18 Mar 2026`."""
    return format_skeleton("yMMMEd", datetime(value.year, value.month, value.day, tzinfo=UTC), locale=locale(language))


@lru_cache(maxsize=4096)
def short_day(value: date, language: str) -> str:
    """A day in digits: `18/03/2026`, `18.03.2026`, `2026/3/18`."""
    return format_date(
        value,
        "short" if language == "zh" else "dd/MM/yyyy" if language == "en" else "dd.MM.yyyy",
        locale=locale(language),
    )


def clock(value: datetime, zone: str) -> str:
    """The time of day there, to the minute; the last instant of a day as 24:00."""
    return _clock(value.astimezone(ZoneInfo(zone)))


def _clock(there: datetime) -> str:
    if (there.hour, there.minute, there.second) == (23, 59, 59):
        return "24:00"
    return f"{there.hour:02}:{there.minute:02}"  # in every language of the interface


def moment(value: datetime, zone: str, language: str) -> str:
    """An instant as local day and time: `Wed, 18 Mar 2026, 17:30`."""
    there = value.astimezone(ZoneInfo(zone))
    return f"{day(there.date(), language)}, {_clock(there)}"


def short_moment(value: datetime, zone: str, language: str) -> str:
    """An instant in digits: `18/03/2026 17:30`."""
    there = value.astimezone(ZoneInfo(zone))
    return f"{short_day(there.date(), language)} {_clock(there)}"


def distance(value: datetime, now: datetime, language: str) -> str:
    """How far an instant is from now: `in 3 hours`, `2 days ago`."""
    return _distance(round((value - now).total_seconds()), language)


@lru_cache(maxsize=4096)
def _distance(seconds: int, language: str) -> str:
    return format_timedelta(timedelta(seconds=seconds), add_direction=True, threshold=1.5, locale=locale(language))


def number(value: int | Decimal, language: str) -> str:
    """A number as written there; of a decimal every place is kept."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    places = -exponent if isinstance(exponent, int) else 0
    pattern = "#,##0" + ("." + "0" * places if places > 0 else "")
    return format_decimal(value, format=pattern, locale=locale(language), decimal_quantization=False)
