"""One transaction: reads, buffered rows, one write of everything, one commit.

Why: services say what shall stand in the database; how that takes the fewest statements (SQLite) or round trips
(PostgreSQL) is decided here, for one subject and for a thousand alike.
Never here: who shares a transaction with whom (writer.py), the text of a statement (statements.py, rows.py).
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import psycopg
from sqlmodel import SQLModel

from workflow.engine.errors import Conflict, InvalidRequest
from workflow.persistence.broken import error_for
from workflow.persistence.database import Database
from workflow.persistence.rows import Names, Row, Shape, shape
from workflow.persistence.statement import Statement
from workflow.persistence.tables import Subject

Rows: TypeAlias = list[tuple[Any, ...]]
Trace: TypeAlias = list[tuple[str, Any]]
Fault: TypeAlias = Callable[[str, int, str], None]
"""Called with `before` or `after`, the number of the statement in its transaction (from 1), and its text."""

_MOVED: Names = ("state", "version", "seq", "head", "entered_at")
_WAS: Names = ("institution", "id", "seq")
# By the journal's number and not by the version, because every entry advances it, and a saved sheet raises no version.


def instant(value: datetime | str) -> datetime:
    """A stored instant as an aware UTC datetime, from either database."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if value.tzinfo is UTC else value.astimezone(UTC)


class Unit(ABC):
    """One transaction. The first statement begins it; the writer commits it or rolls it back.

    Rows are dicts by column name; a missing column takes its default, else NULL. Instants are aware datetimes or their
    stored text, decimals Decimal or text, JSON columns values or canonical text. `trace`, when a list, collects
    (sql, parameters) of every statement, BEGIN and COMMIT too; a list of rows as parameters means executemany.
    """

    def __init__(self, database: Database, trace: Trace | None = None, fault: Fault | None = None) -> None:
        self.trace = trace
        self.begun = False
        self.committing = False
        self.written = 0
        self._fault = fault
        self._where = database.where
        self._number = 0
        self._inserts: dict[tuple[Shape, bool], dict[Any, list[Any]]] = {}
        self._deletes: dict[tuple[Shape, Names], list[list[Any]]] = {}
        self._updates: dict[tuple[Shape, Names, tuple[Any, ...]], dict[str, Any]] = {}
        self._moves: dict[tuple[str, str], dict[str, Any]] = {}
        self._created: dict[tuple[str, str], list[Any]] = {}
        self._moved: set[str] = set()
        self._unkeyed = 0

    def read(self, statement: Statement, /, **params: Any) -> Rows:
        """The rows of one statement, as tuples in the order of its columns. What is buffered is not seen."""
        return self.read_many([(statement, params)])[0]

    @abstractmethod
    def read_many(self, wanted: Sequence[tuple[Statement, Mapping[str, Any]]]) -> list[Rows]:
        """The rows of several statements: one round trip on PostgreSQL."""

    def insert(self, table: type[SQLModel], row: Row) -> None:
        """Buffers a new row. A key that is taken is a Conflict when it is written."""
        form = shape(table)
        values = form.values(row)
        self._unkeyed += 1
        self._inserts.setdefault((form, False), {})[self._unkeyed] = values
        if table is Subject:
            self._created[row["institution"], row["id"]] = values

    def upsert(self, table: type[SQLModel], row: Row) -> None:
        """Buffers a row that replaces the one with its primary key, if there is one. Of several, the last counts."""
        form = shape(table)
        self._inserts.setdefault((form, True), {})[tuple(row[k] for k in form.key)] = form.values(row)

    def update(self, table: type[SQLModel], key: Row, values: Row) -> None:
        """Buffers new values for the rows that the key's columns name.

        A key that holds the whole primary key must hit its row, else it is a Conflict: further columns in it are
        conditions (`status: armed`). Any other key may hit any number of rows. One key given again adds its values.
        """
        form = shape(table)
        names = tuple(key)
        known = self._updates.setdefault((form, names, tuple(form.some(key, names))), {})
        known.update(zip(values, form.some(values, tuple(values)), strict=True))

    def delete(self, table: type[SQLModel], key: Row) -> None:
        """Buffers the deletion of the rows that the key's columns name. Deletions are written before new rows."""
        form = shape(table)
        names = tuple(key)
        self._deletes.setdefault((form, names), []).append(form.some(key, names))

    def move(self, row: Row) -> None:
        """Buffers the compare-and-set of a subject.

        `row`: institution, id, seq_was, and the new state, version, seq, head, entered_at. Raises Conflict when it
        does not start from what this unit itself made of the subject; a lost race is a Conflict when it is written.
        """
        subject = row["institution"], row["id"]
        values = {name: row[name] for name in _MOVED}
        values["entered_at"] = shape(Subject).some(values, ("entered_at",))[0]
        created = self._created.get(subject)
        known = self._moves.get(subject)
        if created is not None:
            names = shape(Subject).names
            if created[names.index("seq")] != row["seq_was"]:
                raise Conflict([row["id"]])
            for name, value in values.items():
                created[names.index(name)] = value
        elif known is not None:
            if known["seq"] != row["seq_was"]:
                raise Conflict([row["id"]])
            self._moves[subject] = {**values, "seq_was": known["seq_was"]}
        else:
            self._moves[subject] = {**values, "seq_was": row["seq_was"]}

    @property
    def pending(self) -> bool:
        """Whether something is buffered."""
        return bool(self._moves or self._inserts or self._updates or self._deletes)

    def flush(self) -> None:
        """Writes everything buffered, each table's rows at once, those pointed to before those that point.

        Raises Conflict, BrokenRule or another DatabaseError; the transaction must then be rolled back.
        """
        try:
            self._flush()
        except Exception as error:
            raise self.failure(error) from error

    def commit(self) -> None:
        """Writes everything buffered and commits. Errors as `flush`; `committing` says that a commit was on its way."""
        try:
            self._commit()
        except Exception as error:
            raise self.failure(error) from error
        self.begun = False

    @abstractmethod
    def rollback(self) -> None:
        """Undoes everything. Harmless when nothing was begun."""

    @abstractmethod
    def _flush(self) -> None: ...

    @abstractmethod
    def _commit(self) -> None: ...

    def failure(self, error: Exception) -> Exception:
        """The error of this package that it means, or the error itself."""
        return error_for(error, self._where, sorted(self._moved)) or error

    def _take(self) -> list[tuple[str, Shape, tuple[Any, ...], list[list[Any]], bool]]:
        """What is buffered as writes in order: (verb, table, keys and names, rows, whether each row must be hit)."""
        writes: list[tuple[str, Shape, tuple[Any, ...], list[list[Any]], bool]] = []
        if self._moves:
            rows = [[*(v[n] for n in _MOVED), *subject, v["seq_was"]] for subject, v in sorted(self._moves.items())]
            self._moved.update(id_ for _, id_ in self._moves)
            writes.append(("update", shape(Subject), (_WAS, _MOVED), rows, True))
        for (form, keys), rows in sorted(self._deletes.items(), key=lambda d: -d[0][0].order):
            writes.append(("delete", form, (keys,), rows, False))
        for (form, replace), kept in sorted(self._inserts.items(), key=lambda i: i[0][0].order):
            writes.append(("upsert" if replace else "insert", form, (), list(kept.values()), False))
        groups: dict[tuple[Shape, Names, Names], list[list[Any]]] = {}
        for (form, keys, key), values in self._updates.items():
            groups.setdefault((form, keys, tuple(values)), []).append([*values.values(), *key])
        for (form, keys, names), rows in groups.items():
            writes.append(("update", form, (keys, names), rows, set(form.key) <= set(keys)))
        self.written += sum(len(write[3]) for write in writes)
        self._moved.update(id_ for _, id_ in self._created)
        for buffer in (self._moves, self._deletes, self._inserts, self._updates, self._created):
            buffer.clear()
        return writes


class Glance(Unit):
    """A unit that only looks: no transaction, no locks, and nothing can be written through it.

    Each statement sees the database as it is then: right for a page, which is older than the database anyway when it
    is read. What is decided on it is decided anew, under a lock, when somebody acts.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    def read_many(self, wanted: Sequence[tuple[Statement, Mapping[str, Any]]]) -> list[Rows]:
        return [self._database.read(statement.unlocked(), **params) for statement, params in wanted]

    def rollback(self) -> None:
        """There is nothing to undo."""

    def _flush(self) -> None:
        raise AssertionError("a glance writes nothing")

    def _commit(self) -> None:
        raise AssertionError("a glance writes nothing")


class SqliteUnit(Unit):
    """A unit on SQLite: BEGIN IMMEDIATE, one prepared statement per row kind, executemany."""

    def __init__(
        self, database: Database, connection: sqlite3.Connection, trace: Trace | None = None, fault: Fault | None = None
    ) -> None:
        super().__init__(database, trace, fault)
        self._connection = connection

    def read_many(self, wanted: Sequence[tuple[Statement, Mapping[str, Any]]]) -> list[Rows]:
        if not wanted:
            return []
        try:
            self._begin()
            return [self._run(*statement.bound("sqlite", params)).fetchall() for statement, params in wanted]
        except sqlite3.Error as error:
            raise self.failure(error) from error

    def rollback(self) -> None:
        self.begun = False
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _begin(self) -> None:
        if not self.begun:
            self._run("BEGIN IMMEDIATE")
            self.begun = True

    def _flush(self) -> None:
        writes = self._take()
        if not writes:
            return
        self._begin()
        for verb, form, names, rows, checked in writes:
            sql = getattr(form, verb)(*names)
            cursor = self._run(sql, rows[0]) if len(rows) == 1 else self._run(sql, rows, many=True)
            if checked and cursor.rowcount != len(rows):
                raise Conflict(sorted(self._moved))

    def _commit(self) -> None:
        self._flush()
        if self.begun:
            self.committing = True
            self._run("COMMIT")

    def _run(self, sql: str, params: Any = (), many: bool = False) -> sqlite3.Cursor:
        run = self._connection.executemany if many else self._connection.execute
        if self.trace is not None:
            self.trace.append((sql, params))
        if self._fault is None:
            return run(sql, params)
        self._number += 1
        number = self._number
        self._fault("before", number, sql)
        cursor = run(sql, params)
        self._fault("after", number, sql)
        return cursor


class PostgresUnit(Unit):
    """A unit on PostgreSQL: two round trips in all, [BEGIN, reads] and [writes, COMMIT].

    A round trip is one simple query of EXECUTEs of prepared statements: libpq's pipeline costs the client twice as
    much. `prepared` holds what this connection has prepared, by SQL.
    """

    def __init__(
        self,
        database: Database,
        connection: psycopg.Connection[Any],
        prepared: dict[str, bytes],
        trace: Trace | None = None,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(database, trace, fault)
        self._connection = connection
        self._prepared = prepared
        self._literal = psycopg.pq.Escaping(connection.pgconn).escape_literal

    def read_many(self, wanted: Sequence[tuple[Statement, Mapping[str, Any]]]) -> list[Rows]:
        if not wanted:
            return []
        bound = [statement.bound("postgresql", params) for statement, params in wanted]
        try:
            return self._send(self._beginning(bound))[-len(bound) :]
        except psycopg.Error as error:
            raise self.failure(error) from error

    def rollback(self) -> None:
        begun, self.begun = self.begun, False
        if begun and not self._connection.closed:
            self._connection.execute("ROLLBACK")

    def _beginning(self, statements: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
        if self.begun:
            return list(statements)
        self.begun = True
        return [("BEGIN", None), *statements]

    def _writes(self) -> list[tuple[str, Any]]:
        statements: list[tuple[str, Any]] = []
        for verb, form, names, rows, checked in self._take():
            if verb == "update":
                keys, values = names
                payload = form.keyed_json(keys, values, rows)
                params = [payload, len(rows)] if checked else [payload]
                statements.append((form.update_set(keys, values, checked), params))
            elif verb == "delete":
                statements.append((form.delete_set(names[0]), [form.keyed_json(names[0], (), rows)]))
            else:
                statements.append((form.insert_set(verb == "upsert"), [form.rows_json(rows)]))
        return statements

    def _flush(self) -> None:
        if statements := self._writes():
            self._send(self._beginning(statements))

    def _commit(self) -> None:
        statements = self._writes()
        if statements or self.begun:
            self.committing = True
            self._send([*self._beginning(statements), ("COMMIT", None)])

    def _send(self, statements: Sequence[tuple[str, Any]]) -> list[Rows]:
        if self.trace is not None:
            self.trace.extend(statements)
        if self._fault is not None:
            return [self._alone(self._fault, sql, params) for sql, params in statements]
        new = [sql for sql, params in statements if params is not None and sql not in self._prepared]
        if new:
            self._prepare(new)
        cursor = self._connection.execute(b";".join([self._call(*s) for s in statements]), prepare=False)
        answers = []
        while True:
            # Not `description`, which would make an object for each column of each answer.
            result = cursor.pgresult
            answers.append(cursor.fetchall() if result is not None and result.nfields else [])
            if not cursor.nextset():
                return answers

    def _prepare(self, statements: Iterable[str]) -> None:
        for sql in dict.fromkeys(statements):
            name = b"s%d" % len(self._prepared)
            self._connection.execute(b"PREPARE %s AS %s" % (name, sql.encode()), prepare=False)
            self._prepared[sql] = name

    def _call(self, sql: str, params: Sequence[Any] | None) -> bytes:
        if params is None:
            return sql.encode()
        name = self._prepared[sql]
        return b"EXECUTE %s(%s)" % (name, b",".join(map(self._quoted, params))) if params else b"EXECUTE " + name

    def _quoted(self, value: Any) -> bytes:
        if isinstance(value, str):
            if "\0" in value:
                raise InvalidRequest("a text holds a NUL character")
            return self._literal(value.encode())
        if isinstance(value, list):
            return b"ARRAY[%s]::text[]" % b",".join(map(self._quoted, value))
        if value is None:
            return b"NULL"
        return b"%d" % value

    def _alone(self, fault: Fault, sql: str, params: Sequence[Any] | None) -> Rows:
        # A fault "after" a statement means that it was executed, so under a fault each makes its own way.
        self._number += 1
        number = self._number
        fault("before", number, sql)
        cursor = self._connection.execute(sql, params)
        fault("after", number, sql)
        return cursor.fetchall() if cursor.description else []
