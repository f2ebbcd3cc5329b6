"""Rows as plain dicts become SQL text and values, per table and database.

Why: the text of a write is made once per table and kept; the ORM's flush costs more than the commit.
Never here: running a statement (unit_of_work.py), a select (statements.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnDefault
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.engine.journal import canonical, instant_text
from workflow.persistence.columns import CanonicalJson, ExactDecimal, table_of
from workflow.persistence.tables import metadata

Row: TypeAlias = Mapping[str, Any]
Names: TypeAlias = tuple[str, ...]

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


# One unit writes the same instant into many columns.
_text = lru_cache(maxsize=512)(instant_text)


def _instant(value: Any) -> Any:
    return _text(value) if isinstance(value, datetime) else value


def _decimal(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _json(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else canonical(value)


_CONVERT: Mapping[type[Any], Callable[[Any], Any]] = {Instant: _instant, ExactDecimal: _decimal, CanonicalJson: _json}

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Shape:
    """How one table is written. `order` is its place among all tables: a table stands after those it points to."""

    def __init__(self, model: type[SQLModel]) -> None:
        table = table_of(model)
        self.name = table.name
        self.order = _order()[table.name]
        self.names: Names = tuple(c.name for c in table.columns)
        self.key: Names = tuple(c.name for c in table.primary_key.columns)
        self._known = frozenset(self.names)
        self._defaults = tuple(
            (c.name, c.default.arg if isinstance(c.default, ColumnDefault) and c.default.is_scalar else None)
            for c in table.columns
        )
        self._types = {c.name: c.type.compile(dialect=_POSTGRESQL) for c in table.columns}
        self._convert = {
            name: convert
            for name in self.names
            if (convert := _CONVERT.get(type(table.columns[name].type))) is not None
        }
        self._converted = tuple((self.names.index(name), convert) for name, convert in self._convert.items())
        self._quoted = f'"{self.name}"'

    def values(self, row: Row) -> list[Any]:
        """The row's values in the order of the columns; what is missing takes its default, else NULL.

        Raises KeyError for a name that is no column of the table.
        """
        if len(row) == len(self.names) and row.keys() == self._known:
            values = list(
                map(row.__getitem__, self.names)
            )  # a row that names every column, as most do, is read at one go
        elif row.keys() <= self._known:
            values = [row.get(name, default) for name, default in self._defaults]
        else:
            raise KeyError(f"{self.name} has no column {', '.join(sorted(row.keys() - self._known))}")
        for place, convert in self._converted:
            values[place] = convert(values[place])
        return values

    def some(self, row: Row, names: Names) -> list[Any]:
        """The values of these columns of the row, as they are stored."""
        convert = self._convert
        return [convert[n](row[n]) if n in convert else row[n] for n in names]

    @cache  # noqa: B019 - one Shape per table lives as long as the process
    def insert(self) -> str:
        """INSERT of one row, positional parameters as sqlite3 wants them."""
        return f"INSERT INTO {self._quoted} ({_list(self.names)}) VALUES ({', '.join('?' * len(self.names))})"

    @cache  # noqa: B019
    def upsert(self) -> str:
        """INSERT of one row that replaces the values of the one with its key."""
        return f"{self.insert()} {self._on_conflict()}"

    @cache  # noqa: B019
    def update(self, keys: Names, names: Names) -> str:
        """UPDATE of `names` (first) where `keys` (after them)."""
        return f"UPDATE {self._quoted} SET {_each(names, ', ')} WHERE {_each(keys, ' AND ')}"

    @cache  # noqa: B019
    def delete(self, keys: Names) -> str:
        """DELETE where `keys`."""
        return f"DELETE FROM {self._quoted} WHERE {_each(keys, ' AND ')}"

    @cache  # noqa: B019
    def insert_set(self, upsert: bool) -> str:
        """INSERT of any number of rows from one JSON array of objects (PostgreSQL)."""
        text = (
            f"INSERT INTO {self._quoted} SELECT * FROM jsonb_populate_recordset(NULL::{self._quoted}, $1::text::jsonb)"
        )
        return f"{text} {self._on_conflict()}" if upsert else text

    @cache  # noqa: B019
    def update_set(self, keys: Names, names: Names, checked: bool) -> str:
        """UPDATE from one JSON array of arrays' worth of objects (PostgreSQL); `checked` fails unless every row is hit.

        The failure is a division by zero: only an error inside the database stops a COMMIT already on its way.
        """
        old, new = _aliases(keys, names)
        typed = ", ".join(f"{a} {self._types[n]}" for a, n in zip(old + new, keys + names, strict=True))
        text = (
            f"UPDATE {self._quoted} AS t SET "
            + ", ".join(f'"{n}" = v.{a}' for a, n in zip(new, names, strict=True))
            + f" FROM jsonb_to_recordset($1::text::jsonb) AS v({typed}) WHERE "
            + " AND ".join(f't."{k}" = v.{a}' for a, k in zip(old, keys, strict=True))
        )
        return f"WITH hit AS ({text} RETURNING 1) SELECT 1 / (count(*) = $2)::int FROM hit" if checked else text

    @cache  # noqa: B019
    def delete_set(self, keys: Names) -> str:
        """DELETE of the rows with the keys of one JSON array of objects (PostgreSQL)."""
        old, _ = _aliases(keys, ())
        typed = ", ".join(f"{a} {self._types[n]}" for a, n in zip(old, keys, strict=True))
        where = " AND ".join(f't."{k}" = v.{a}' for a, k in zip(old, keys, strict=True))
        return f"DELETE FROM {self._quoted} AS t USING jsonb_to_recordset($1::text::jsonb) AS v({typed}) WHERE {where}"

    def rows_json(self, rows: Sequence[Sequence[Any]]) -> str:
        """What `insert_set` takes."""
        return _encode([dict(zip(self.names, row, strict=True)) for row in rows])

    @staticmethod
    def keyed_json(keys: Names, names: Names, rows: Sequence[Sequence[Any]]) -> str:
        """What `update_set` and `delete_set` take: per row the values of `names`, then those of `keys`."""
        old, new = _aliases(keys, names)
        return _encode([dict(zip(new + old, row, strict=True)) for row in rows])

    def _on_conflict(self) -> str:
        rest = [n for n in self.names if n not in self.key]
        change = "UPDATE SET " + ", ".join(f'"{n}" = excluded."{n}"' for n in rest) if rest else "NOTHING"
        return f"ON CONFLICT ({_list(self.key)}) DO {change}"


@cache
def shape(model: type[SQLModel]) -> Shape:
    """The shape of that table; made once."""
    return Shape(model)


@cache
def _order() -> Mapping[str, int]:
    return {table.name: place for place, table in enumerate(metadata.sorted_tables)}


def _list(names: Names) -> str:
    return ", ".join(f'"{n}"' for n in names)


def _each(names: Names, glue: str) -> str:
    return glue.join(f'"{n}" = ?' for n in names)


def _aliases(keys: Names, names: Names) -> tuple[Names, Names]:
    # A column may be both: the status that a row must have, and the one that it gets.
    return tuple(f"k{i}" for i in range(len(keys))), tuple(f"v{i}" for i in range(len(names)))
