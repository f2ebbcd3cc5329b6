"""The bare baseline: exactly the statements that `perform()` issued, with their values, through the driver alone.

Why: how much of a transition is ours and how much is the database's can only be said in one run on one machine. The
replay runs on a second database prepared identically: same schema, triggers and rows; same commits and round trips.
Never here: a statement written for the benchmark.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

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
    """Seconds that the same statements take through the driver."""
    began = time.perf_counter()
    for trace in traces:
        for trip in trace.trips:
            if isinstance(connection, sqlite3.Connection):
                _sqlite(connection, trip)
            else:
                _postgresql(connection, trip)
    return time.perf_counter() - began


def _sqlite(connection: sqlite3.Connection, trip: Sequence[Sent]) -> None:
    for sql, values in trip:
        if values and isinstance(values, list) and isinstance(values[0], list):
            connection.executemany(sql, values)
        else:
            connection.execute(sql, values).fetchall()


def _postgresql(connection: psycopg.Connection[Any], trip: Sequence[Sent]) -> None:
    if len(trip) == 1:
        connection.execute(*trip[0])
        return
    with connection.pipeline():
        cursors = [connection.execute(sql, values) for sql, values in trip]
    for cursor in cursors:
        if cursor.description:
            cursor.fetchall()
