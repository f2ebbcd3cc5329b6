"""The bare baseline: exactly the statements that `perform()` issued, with their values, through the driver alone.

Why: how much of a transition is ours and how much is the database's can only be said in one run on one machine. The
replay runs on a second database prepared identically: same schema, triggers and rows; same commits and round trips.
Never here: a statement written for the benchmark.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg.sql import Literal

from benchmarks.world import World
from workflow.engine.request import Refused
from workflow.persistence.database import Raw
from workflow.services.transitions import perform

Sent = tuple[str, Any]


class Trips(list[Sent]):
    """A trace that keeps what was sent together together: one list of statements for each round trip."""

    def __init__(self) -> None:
        super().__init__()
        self.trips: list[list[Sent]] = []

    def append(self, sent: Sent) -> None:
        self.trips.append([sent])

    def extend(self, sent: Iterable[Sent]) -> None:
        self.trips.append(list(sent))


def record(world: World, numbers: Sequence[int]) -> list[Trips]:
    """What each of those moves sends to the database. The moves are made."""
    traces = []
    for number in numbers:
        world.house.writer.trace = Trips()
        outcome = perform(world.house, world.request(number))
        if isinstance(outcome, Refused):
            raise SystemExit(f"refused: {outcome}")
        traces.append(world.house.writer.trace)
    world.house.writer.trace = None
    return traces


def replay(connection: Raw, traces: Sequence[Trips]) -> float:
    """Seconds that the same statements take through the driver. What can be made ready is, before the watch starts."""
    if isinstance(connection, sqlite3.Connection):
        began = time.perf_counter()
        for trace in traces:
            for trip in trace.trips:
                _sqlite(connection, trip)
        return time.perf_counter() - began
    queries = [[_query(connection, trip) for trip in trace.trips] for trace in traces]
    began = time.perf_counter()
    for trips in queries:
        for query in trips:
            _postgresql(connection, query)
    return time.perf_counter() - began


def _sqlite(connection: sqlite3.Connection, trip: Sequence[Sent]) -> None:
    for sql, values in trip:
        if values and isinstance(values, list) and isinstance(values[0], list):
            connection.executemany(sql, values)
        else:
            connection.execute(sql, values).fetchall()


def _query(connection: psycopg.Connection[Any], trip: Sequence[Sent]) -> bytes:
    """One round trip as text: its statements prepared on the connection, called with their values."""
    calls = []
    for sql, values in trip:
        if values is None:
            calls.append(sql.encode())
            continue
        name = b"s_" + hashlib.sha256(sql.encode()).hexdigest()[:16].encode()
        known = connection.execute("SELECT 1 FROM pg_prepared_statements WHERE name = $1", [name.decode()]).fetchone()
        if known is None:
            connection.execute(b"PREPARE %s AS %s" % (name, sql.encode()), prepare=False)
        literals = b",".join(Literal(value).as_bytes(connection) for value in values)
        calls.append(b"EXECUTE %s(%s)" % (name, literals) if values else b"EXECUTE " + name)
    return b";".join(calls)


def _postgresql(connection: psycopg.Connection[Any], query: bytes) -> None:
    cursor = connection.execute(query, prepare=False)
    while True:
        if cursor.description:
            cursor.fetchall()
        if not cursor.nextset():
            return
