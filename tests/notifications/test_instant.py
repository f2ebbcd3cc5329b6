from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError

from notifications.errors import InstantError
from notifications.instant import Instant, instant_text, parse_instant

NAIVE = datetime(2022, 3, 31)  # noqa: DTZ001 - what must be refused
TIMES = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]),
)


@given(TIMES)
def test_text_reads_back(value: datetime) -> None:
    assert parse_instant(instant_text(value)) == value


@given(TIMES, TIMES)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (one < other)


def test_text_is_utc_with_six_digits() -> None:
    assert instant_text(datetime(2022, 3, 31, 17, 30, tzinfo=ZoneInfo("Europe/Sofia"))) == "2022-03-31T14:30:00.000000Z"


def test_text_refuses_naive() -> None:
    with pytest.raises(InstantError):
        instant_text(NAIVE)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "2022-03-31",
        "2022-03-31T14:30:00Z",
        "2022-03-31 14:30:00.000000Z",
        "2022-13-31T14:30:00.000000Z",
        "2022-03-31T14:30:00.000000+",
        "2022-03-31T14:30:00.000+03Z",
    ],
)
def test_parse_refuses_other_text(stored: str) -> None:
    with pytest.raises(InstantError):
        parse_instant(stored)


def test_column_gives_back_utc_and_refuses_naive(engine: Engine) -> None:
    table = Table("moment", MetaData(), Column("at", Instant))
    value = datetime(2022, 3, 31, 17, 30, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    table.drop(engine, checkfirst=True)
    table.create(engine)
    try:
        with engine.begin() as connection:
            connection.execute(insert(table), [{"at": value}, {"at": None}])
        with engine.connect() as connection:
            stored = connection.execute(select(table.c.at).where(table.c.at == value)).scalar_one()
            assert (stored, stored.tzinfo) == (value, UTC)
            assert connection.execute(select(table.c.at).where(table.c.at.is_(None))).scalar_one() is None
            if engine.dialect.name == "sqlite":
                raw = connection.execute(text("SELECT at FROM moment WHERE at IS NOT NULL")).scalar_one()
                assert raw == "2022-03-31T14:30:00.000005Z"
        with pytest.raises(StatementError, match="naive"), engine.begin() as connection:
            connection.execute(insert(table), {"at": NAIVE})
    finally:
        table.drop(engine)
