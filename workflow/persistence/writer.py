"""The one writer of a process: requests that arrive together share a transaction and its commit.

Why: SQLite lets one connection write at a time and makes the others wait unfairly, by seconds; and a commit costs the
disk's time once, however many moves it holds. So callers queue here in order. There is no writer thread: the caller
that finds nobody leading leads, carries out what waits, and hands the lead on as soon as its own request is done.
Never here: what a request means, SQL.
"""

from __future__ import annotations

import gc
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

import psycopg

from workflow.engine.errors import Unsettled
from workflow.persistence.broken import connection_lost
from workflow.persistence.database import Database, Raw
from workflow.persistence.planner import replan
from workflow.persistence.unit_of_work import Fault, PostgresUnit, SqliteUnit, Trace, Unit

Request = TypeVar("Request")
Result = TypeVar("Result")
Answer = TypeVar("Answer")

MOST = 64
"""Requests in one transaction: enough to share the commit, few enough to keep the next ones' wait short."""

REPLAN = 500
"""Rows written after which PostgreSQL plans anew; then after twice as many, and so on."""

LINGER = 0.0003
"""Seconds that a leader waits for as many as came last time: less than what their own commits would cost."""


@contextmanager
def _collector_resting() -> Iterator[None]:
    """What a unit makes lives until its commit: to search it for garbage again and again costs more than the commit."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Job:
    __slots__ = ("done", "error", "function", "request", "result", "turn")

    def __init__(self, request: Any, function: Callable[[Unit], Any] | None) -> None:
        self.request = request
        self.function = function
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.turn = threading.Lock()  # released when the job is done, or when its caller is to lead
        self.turn.acquire()


class Writer(Generic[Request, Result]):
    """Carries out requests on one held connection, in groups, first come first served.

    `carry_out(unit, requests)` returns one result per request, in order; it must not commit. `fault`, when set, is
    called before and after each statement. `trace`, when a list, collects every statement.
    """

    def __init__(
        self,
        database: Database,
        carry_out: Callable[[Unit, Sequence[Request]], Sequence[Result]] | None = None,
        *,
        most: int = MOST,
    ) -> None:
        self.fault: Fault | None = None
        self.trace: Trace | None = None
        self._database = database
        self._carry_out = carry_out
        self._most = most
        self._connection: Raw | None = None
        self._queue: deque[_Job] = deque()
        self._mutex = threading.Lock()
        self._leading = False
        self._leader = 0
        self._crowd = 1
        self._written = 0
        self._replan_at = REPLAN
        self._prepared: dict[str, bytes] = {}

    def submit(self, request: Request) -> Result:
        """The result of the request, committed. It may have shared its transaction with others.

        Raises what `carry_out` raises for this request alone, Conflict, or another DatabaseError.
        """
        if self._carry_out is None:
            raise TypeError("this writer has no carry_out; use run")
        return cast(Result, self._perform(_Job(request, None)))

    def run(self, function: Callable[[Unit], Answer]) -> Answer:
        """What the function answers, committed in a transaction of its own. Errors as `submit`."""
        return cast(Answer, self._perform(_Job(None, function)))

    def close(self) -> None:
        """Closes the connection. The next request opens it again."""
        with self._mutex:
            connection, self._connection = self._connection, None
        if connection is not None:
            self._database.discard(connection)

    def _perform(self, job: _Job) -> Any:
        if self._leader == threading.get_ident():
            raise RuntimeError("a request inside a unit of the same writer would wait for itself; use the unit")
        with self._mutex:
            self._queue.append(job)
            lead = not self._leading
            self._leading = True
        if not lead:
            job.turn.acquire()
        if not job.done:
            self._lead(job)
        if job.error is not None:
            try:
                raise job.error
            finally:
                job.error = None  # the traceback holds this frame, and the frame the job
        return job.result

    def _lead(self, job: _Job) -> None:
        self._leader = threading.get_ident()
        try:
            with self._database.gate:
                while not job.done:
                    self._linger()
                    self._settle(self._next_group(), job)
        finally:
            self._leader = 0
            with self._mutex:
                successor = self._queue[0] if self._queue else None
                self._leading = successor is not None
            if successor is not None:
                successor.turn.release()

    def _linger(self) -> None:
        # Those whose requests were just answered come back at once when there are many: without this every second group
        # would hold one request alone. A lone caller never waits here.
        if self._crowd > 1:
            end = time.perf_counter() + LINGER
            while len(self._queue) < self._crowd and time.perf_counter() < end:
                time.sleep(0)  # lets the others run

    def _next_group(self) -> list[_Job]:
        with self._mutex:
            queue = self._queue
            group = [queue.popleft()]
            if group[0].function is None:
                while queue and queue[0].function is None and len(group) < self._most:
                    group.append(queue.popleft())
            self._crowd = max(len(group), self._crowd - 1)
            return group

    def _settle(self, group: list[_Job], own: _Job) -> None:
        try:
            self._carry(group)
        except (
            BaseException
        ) as error:  # the leader itself is being stopped: what it has not done goes back in the queue
            own.error = error
            with self._mutex:
                self._queue.extendleft(job for job in reversed(group) if not job.done)
                if not own.done:
                    self._queue.remove(own)
                    own.done = True
        for job in group:
            if job.done and job is not own:
                job.turn.release()

    def _carry(self, group: list[_Job]) -> None:
        error = self._attempt(group)
        if error is None:
            return
        if len(group) == 1 or isinstance(error, Unsettled):
            for job in group:
                job.error, job.done = error, True
            return
        # One of them spoils the group, and nothing of it was saved: each alone, so that only that one fails.
        for job in group:
            job.error = self._attempt([job])
            job.done = True

    def _attempt(self, group: list[_Job], again: bool = True) -> Exception | None:
        """Carries out a group in one transaction; the error if there was one, with nothing saved, or an Unsettled."""
        unit: Unit | None = None
        try:
            unit = self._unit()
            with _collector_resting():
                if group[0].function is not None:
                    results: Sequence[Any] = [group[0].function(unit)]
                else:
                    assert self._carry_out is not None
                    results = self._carry_out(unit, [job.request for job in group])
                    if len(results) != len(group):
                        raise AssertionError(f"{len(group)} requests, but {len(results)} results")
                unit.commit()
            self._written += unit.written
        except Exception as error:
            return self._recover(unit, error, group, again)
        except BaseException:
            self._undo(unit)
            raise
        for job, result in zip(group, results, strict=True):
            job.result = result
            job.done = True
        return None

    def _recover(self, unit: Unit | None, error: Exception, group: list[_Job], again: bool) -> Exception | None:
        lost = connection_lost(error) or (error.__cause__ is not None and connection_lost(error.__cause__))
        settled = self._undo(unit)
        if lost:
            self.close()
            if unit is not None and unit.committing:
                return Unsettled(self._database.where, "the connection broke while committing", "look before repeating")
            if again:
                return self._attempt(group, again=False)
        if not settled:
            # The commit stands, and yet its caller saw an error (a fault after it): doing it again would do it twice.
            return Unsettled(self._database.where, f"failed after the commit: {error}", "look before repeating")
        return error

    def _undo(self, unit: Unit | None) -> bool:
        """Rolls back; False when there was nothing left to roll back because the commit had gone through."""
        if unit is None:
            return True
        if unit.committing and isinstance(self._connection, sqlite3.Connection) and not self._connection.in_transaction:
            return False
        if (
            unit.committing
            and isinstance(self._connection, psycopg.Connection)
            and not self._connection.closed
            and self._connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        ):
            return False
        try:
            unit.rollback()
        except Exception:  # the connection is unusable: the server or the lock's release undoes the rest
            self.close()
        return True

    def _unit(self) -> Unit:
        connection = self._connection
        if connection is None or (isinstance(connection, psycopg.Connection) and connection.closed):
            connection = self._connection = self._database.connect()
            self._prepared = {}
            if isinstance(connection, psycopg.Connection):
                connection.prepare_threshold = None  # the unit prepares; psycopg would drop it all at a rollback
        if isinstance(connection, sqlite3.Connection):
            return SqliteUnit(self._database, connection, self.trace, self.fault)
        if self._written >= self._replan_at:
            replan(connection)
            self._replan_at = 2 * self._written
        return PostgresUnit(self._database, connection, self._prepared, self.trace, self.fault)
