"""One database: opened, configured, migrated, closed.

Why: SQLite and PostgreSQL are told here, once, to keep every promise (durable commits, foreign keys, one writer), and a
file that cannot keep them is refused at the start with its name and a remedy.
Never here: a table, a statement of the services, a transaction of theirs (writer.py).
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool, StaticPool

from workflow.engine.errors import CorruptDatabase, DatabaseError
from workflow.persistence.broken import RESTORE, error_for

if TYPE_CHECKING:
    from workflow.persistence.statement import Statement

Raw: TypeAlias = "sqlite3.Connection | psycopg.Connection[Any]"
"""A connection of the driver, in autocommit: transactions are begun and ended by statement."""

BUSY_MS = 15_000
"""How long a writer waits for another process's lock."""

_PRAGMAS = (
    "PRAGMA synchronous=FULL",  # a commit that was answered survives a power failure
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is erased leaves no bytes behind
    "PRAGMA recursive_triggers=ON",  # or REPLACE would delete journal entries past their trigger
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16000",
)
# Plans that do not depend on statistics: a table that was empty at the first plan must not be scanned for ever after.
# One process for each question: they are small, and to start a second one takes longer than the answer.
_OPTIONS = (
    "-c timezone=UTC -c lock_timeout=15s -c enable_seqscan=off -c enable_hashjoin=off "
    "-c enable_mergejoin=off -c jit=off -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan "
    "-c synchronous_commit=on"
)
_HEADER = b"SQLite format 3\x00"
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"})


class Database:
    """A database that is open. `dialect` is `sqlite` or `postgresql`; `where` names it without its password."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.dialect = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
        self.path = (
            Path(url.database) if self.dialect == "sqlite" and url.database not in (None, "", ":memory:") else None
        )
        self.memory = self.dialect == "sqlite" and self.path is None
        self.where = str(self.path) if self.path else "memory" if self.memory else url.render_as_string()
        # In this process one writer at a time: SQLite's own wait between connections is unfair by seconds.
        self.gate = threading.RLock()
        self._idle: deque[Raw] = deque()
        self._opened: list[Raw] = []
        self._shared: sqlite3.Connection | None = None
        self._engine: Engine | None = None

    @classmethod
    def open(cls, url: str) -> Self:
        """The database at `sqlite:///path`, `sqlite://` (memory) or `postgresql://...`, reached once to be sure.

        Raises DatabaseError (CorruptDatabase for a damaged or foreign file) naming the place and the remedy.
        """
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise DatabaseError(
                url.rsplit("@", maxsplit=1)[-1], "is no database URL", "write sqlite:///path or postgresql://..."
            ) from error
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise DatabaseError(
                parsed.render_as_string(), "is of no known kind", "write sqlite:///path or postgresql://..."
            )
        database = cls(parsed)
        if database.path:
            _check_file(database.path)
        database._give_back(database.connect())
        return database

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for rare things. On SQLite it begins IMMEDIATE; see `reading`, `writing`."""
        if self._engine is None:
            self._engine = self._make_engine()
        return self._engine

    def connect(self) -> Raw:
        """A new connection of the driver, configured; of a memory database, the one that there is."""
        if self._shared is not None:
            return self._shared
        try:
            connection = self._connect_sqlite() if self.dialect == "sqlite" else self._connect_postgresql()
        except (sqlite3.Error, psycopg.Error, OSError) as error:
            raise error_for(error, self.where) or DatabaseError(self.where, str(error)) from error
        self._opened.append(connection)
        if self.memory:
            assert isinstance(connection, sqlite3.Connection)
            self._shared = connection
        return connection

    def discard(self, connection: Raw) -> None:
        """Closes a connection got from `connect`. A memory database lives on until `close`."""
        if connection is self._shared:
            return
        if connection in self._opened:
            self._opened.remove(connection)
        connection.close()

    def read(self, statement: Statement, /, **params: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement, outside any unit: for pages and commands. Instants come as stored."""
        sql, values = statement.bound(self.dialect, params)
        with self._hold():
            for attempt in (1, 2):
                connection = self._idle.pop() if self._idle else self.connect()
                try:
                    rows: list[tuple[Any, ...]] = connection.execute(sql, values).fetchall()
                except Exception as error:
                    self.discard(connection)
                    # An idle connection may have been cut since; a fresh one tells whether the server is there.
                    if attempt == 1 and isinstance(error, psycopg.OperationalError):
                        self._idle.clear()
                        continue
                    raise error_for(error, self.where) or error from error
                self._give_back(connection)
                return rows
        raise AssertionError("unreachable")

    def now(self) -> datetime:
        """The server's instant (PostgreSQL)."""
        with self.reading() as connection:
            asked: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return asked

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A SQLAlchemy connection for reads that see one state of the database."""
        with self._hold(), self.engine.connect() as connection:
            yield connection.execution_options(deferred=True)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A SQLAlchemy connection in a transaction, committed at the end: for rare writes that are no transition."""
        with self.gate if self.dialect == "sqlite" else nullcontext(), self.engine.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Brings the tables to the newest revision; several starters may call it at once. See `migrations`."""
        from workflow.persistence.upgrade import migrate

        migrate(self)

    def close(self) -> None:
        """Closes every connection; of a memory database that is its end."""
        if self._engine is not None:
            self._engine.dispose()
        self._idle.clear()
        while self._opened:
            self._opened.pop().close()
        self._shared = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hold(self) -> Any:
        # A memory database has one connection: nobody may read between another thread's writes.
        return self.gate if self.memory else nullcontext()

    def _give_back(self, connection: Raw) -> None:
        if connection is not self._shared:
            self._idle.append(connection)

    def _connect_sqlite(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            str(self.path) if self.path else ":memory:",
            timeout=BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        try:
            if self.path:
                _to_wal(connection)
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect_postgresql(self) -> psycopg.Connection[Any]:
        url = self.url.set(drivername="postgresql+psycopg")
        _, arguments = url.get_dialect()().create_connect_args(url)
        options = f"{arguments.pop('options', '')} {_OPTIONS}".strip()
        connection = psycopg.connect(**arguments, options=options, autocommit=True, cursor_factory=psycopg.RawCursor)
        connection.prepare_threshold = 0
        connection.prepared_max = 500
        return connection

    def _make_engine(self) -> Engine:
        if self.dialect == "postgresql":
            url = self.url.set(drivername="postgresql+psycopg")
            return create_engine(
                url, pool_pre_ping=True, connect_args={"options": "-c timezone=UTC -c lock_timeout=15s"}
            )
        pool = StaticPool if self.memory else QueuePool
        engine = create_engine("sqlite://", creator=self.connect, poolclass=pool)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # sqlite3 would begin late and deferred, and a read that then writes fails at once when another has written.
            deferred = connection.get_execution_options().get("deferred")
            connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")

        return engine


def _check_file(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise DatabaseError(str(path), f"there is no folder {folder}", "make it, or correct the path")
    if path.is_dir():
        raise DatabaseError(str(path), "is a folder", "name a file in it")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise DatabaseError(str(path), "is not writable", "make the file and its folder writable for this user")
    kind = _filesystem(folder)
    if kind in _REMOTE:
        raise DatabaseError(str(path), f"lies on a network file system ({kind})", "use a local disk, or PostgreSQL")
    if path.exists() and path.stat().st_size > 0:
        with path.open("rb") as file:
            if file.read(len(_HEADER)) != _HEADER:
                raise CorruptDatabase(str(path), "is damaged or no SQLite database", RESTORE)


def _filesystem(folder: Path) -> str:
    """The type of file system that the folder lies on; '' where the system does not say."""
    best, kind = "", ""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    real = str(folder.resolve())
    for line in mounts.splitlines():
        _, point, type_, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, type_
    return kind


def _to_wal(connection: sqlite3.Connection) -> None:
    # Changing the journal mode does not wait for other starters by itself.
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal":
                return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        time.sleep(0.01)
        if time.monotonic() > end:
            raise sqlite3.OperationalError("cannot switch to write-ahead logging")
