"""What the planners are told about the sizes of things.

Why: without statistics a planner takes a key that begins with the institution for selective, and reads all rows of the
one institution that there is. SQLite is told the sizes of a large office, once, by the migration: its plans are then
the same on the first day and in the tenth year. PostgreSQL measures by itself, but only after a minute; until it has,
the writer asks it to.
Never here: a query.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg

_ROWS = 1_000_000
_SHARING = {"institution": _ROWS, "owner": _ROWS, "procedure_id": 10_000, "position_id": 1_000, "state": 100}
"""How many rows share one value of a column, given those before it in the index; any other column: ten."""
_FEW = 10
_SMALL = {"position", "commission_member", "publication"}
"""Tables of which a procedure has few rows."""
_PARTIAL = 10_000
"""How many rows an index with a condition holds."""


def advise(connection: sqlite3.Connection) -> None:
    """Replaces the statistics of every index, within the caller's transaction."""
    connection.execute("ANALYZE")
    connection.execute("DELETE FROM sqlite_stat1")
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    for (table,) in tables:
        for _, index, unique, origin, partial in connection.execute(f'PRAGMA index_list("{table}")').fetchall():
            columns = [row[2] for row in connection.execute(f'PRAGMA index_info("{index}")').fetchall()]
            shared = [_PARTIAL if partial else _ROWS]
            for column in columns:
                few = table in _SMALL and column == "procedure_id"
                shared.append(min(shared[-1], _FEW if few else _SHARING.get(column, _FEW)))
            if unique:
                shared[-1] = 1
            # The key of a table WITHOUT ROWID goes by the table's name.
            keeps_rows = origin == "pk" and not _has_rowid(connection, table)
            figures = " ".join(str(n) for n in shared)
            connection.execute(
                "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, table if keeps_rows else index, figures)
            )
    connection.execute("ANALYZE sqlite_schema")  # read what was just written


def _has_rowid(connection: sqlite3.Connection, table: str) -> bool:
    (without,) = connection.execute("SELECT wr FROM pragma_table_list WHERE name = ?", (table,)).fetchone()
    return not without


def replan(connection: psycopg.Connection[Any]) -> None:
    """Has PostgreSQL measure its tables if it never did, and plan anew. Outside a transaction."""
    never = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        " AND relkind = 'r' AND reltuples < 0 AND pg_relation_size(oid) > 0"
    ).fetchall()
    for (table,) in never:
        connection.execute(f"ANALYZE {table}")
    connection.execute("DISCARD PLANS")
