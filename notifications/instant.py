"""The column type of instants: aware UTC in Python, sortable in every database.

Why: SQLite has no type for instants and drops offsets silently; one type refuses what is naive and writes what sorts.
Never here: reading the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import TIMESTAMP, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from notifications.errors import InstantError


def instant_text(value: datetime) -> str:
    """The instant as `YYYY-MM-DDTHH:MM:SS.ffffffZ` in UTC: 27 characters that sort as time does.

    Raises InstantError for a naive datetime.
    """
    if value.tzinfo is not UTC:
        # utcoffset, not tzinfo: a zone may answer None, and astimezone would then take the machine's own zone.
        if value.utcoffset() is None:
            raise InstantError("a naive datetime is no instant; give it a time zone")
        value = value.astimezone(UTC)
    # Not strftime: its %Y does not pad years before 1000 on every platform, and isoformat is faster.
    return value.isoformat(timespec="microseconds")[:26] + "Z"


def parse_instant(text: str) -> datetime:
    """The aware UTC datetime written by `instant_text`.

    Raises InstantError for any other text.
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    # fromisoformat reads many spellings; only the one that sorts may be stored.
    if value is None or value.tzinfo is not UTC or instant_text(value) != text:
        raise InstantError(f"not an instant: {text!r}; expected YYYY-MM-DDTHH:MM:SS.ffffffZ")
    return value


class Instant(TypeDecorator[datetime]):
    """TIMESTAMPTZ on PostgreSQL, TEXT `YYYY-MM-DDTHH:MM:SS.ffffffZ` elsewhere; aware UTC datetime in Python.

    Raises InstantError for a naive datetime and for stored text that is no instant.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name != "postgresql":
            return instant_text(value)
        if value.utcoffset() is None:
            raise InstantError("a naive datetime is no instant; give it a time zone")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return parse_instant(value)
        assert isinstance(value, datetime)
        # The driver answers in the session's zone; readers rely on UTC.
        return value.astimezone(UTC)
