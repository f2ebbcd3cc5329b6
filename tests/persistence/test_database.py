"""Opening a database: configured to keep its promises, or refused with its name and a remedy."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from workflow.engine.errors import CorruptDatabase, DatabaseError, WrongSchema
from workflow.persistence import statements
from workflow.persistence.database import Database
from workflow.persistence.invariants import breaches
from workflow.persistence.tables import Institution
from workflow.persistence.upgrade import HEAD, revision
from workflow.persistence.writer import Writer


def test_sqlite_keeps_its_promises(tmp_path: Path) -> None:
    with Database.open(f"sqlite:///{tmp_path / 'nabor.db'}") as database:
        connection = database.connect()
        asked = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        found = [connection.execute(f"PRAGMA {name}").fetchone() for name in asked]
        assert found == [("wal",), (2,), (1,), (1,), (15000,)]


def test_postgresql_commits_to_disk(postgresql_server: str) -> None:
    with Database.open(postgresql_server) as database:
        asked = ("synchronous_commit", "TimeZone", "standard_conforming_strings")
        found = [database.connect().execute(f"SHOW {name}").fetchone() for name in asked]
        assert found == [("on",), ("UTC",), ("on",)]


def test_memory_is_one_database_for_all_its_readers() -> None:
    with Database.open("sqlite://") as database:
        database.migrate()
        Writer[None, None](database).run(lambda unit: unit.insert(Institution, {"id": "x"}))
        with database.reading() as connection:
            assert connection.execute(text("SELECT id FROM institution")).all() == [("x",)]
        assert database.read(statements.roles, institution="x", user="nobody") == []
        assert breaches(database) == ()


def test_memory_databases_are_apart_and_closed_for_change() -> None:
    with Database.open("sqlite://") as one, Database.open("sqlite://") as other:
        one.migrate()
        other.migrate()
        Writer[None, None](one).run(lambda unit: unit.insert(Institution, {"id": "x"}))
        with other.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM institution")).scalar() == 0
            triggers = connection.execute(text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")).scalar()
        assert triggers == 8


def test_damaged_file_is_refused_by_name_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "nabor.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(CorruptDatabase, match=r"nabor\.db: is damaged or no SQLite database; restore a backup"):
        Database.open(f"sqlite:///{path}")


def test_file_damaged_inside_is_found(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "nabor.db"
    whole = bytearray(sqlite_template.read_bytes())
    whole[100:1100] = b"\xff" * 1000
    path.write_bytes(whole)
    with pytest.raises(CorruptDatabase, match="malformed"):
        Database.open(f"sqlite:///{path}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///{tmp}/missing/nabor.db", "there is no folder .*missing; make it"),
        ("sqlite:///{tmp}", "is a folder; name a file in it"),
        ("mysql://u:secret@host/db", r"mysql://u:\*\*\*@host/db: is of no known kind"),
        ("nonsense", "is no database URL"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", r"postgresql://nobody:\*\*\*@127.* server runs"),
    ],
)
def test_what_cannot_be_opened_is_refused(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=said):
        Database.open(url.format(tmp=tmp_path))


def test_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.persistence.database._filesystem", lambda folder: "nfs4")
    with pytest.raises(DatabaseError, match=r"network file system \(nfs4\); use a local disk, or PostgreSQL"):
        Database.open(f"sqlite:///{tmp_path / 'nabor.db'}")


def test_tables_of_others_are_left_alone(new_url: Callable[[bool], str]) -> None:
    with Database.open(new_url(False)) as database:
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE invoice (id INTEGER)"))
        with pytest.raises(WrongSchema, match=r"holds other tables \(invoice .*database of its own"):
            database.migrate()


def test_newer_revision_is_refused(new_url: Callable[[bool], str]) -> None:
    with Database.open(new_url(True)) as database:
        with database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(WrongSchema, match="is at revision 9999, newer than this program; update Nabor"):
            database.migrate()


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert revision(database) == HEAD
    database.migrate()
    assert revision(database) == HEAD


_START = "import sys; from workflow.persistence.database import Database; Database.open(sys.argv[1]).migrate()"


def test_four_simultaneous_starters_migrate_once(new_url: Callable[[bool], str]) -> None:
    url = new_url(False)
    started = [
        subprocess.Popen([sys.executable, "-c", _START, url], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in started]
    assert ended == [("", 0)] * 4
    with Database.open(url) as database:
        assert revision(database) == HEAD
        assert breaches(database) == ()


def test_four_starters_in_one_process(new_url: Callable[[bool], str]) -> None:
    url = new_url(False)

    def start(_: int) -> str | None:
        with Database.open(url) as database:
            database.migrate()
            return revision(database)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, range(4))) == [HEAD] * 4


@pytest.mark.parametrize("kind", ["postgresql"])  # a file is not cut off
def test_reads_survive_a_cut_connection(new_url: Callable[[bool], str], postgresql_server: str) -> None:
    with Database.open(new_url(True)) as database:
        assert database.read(statements.roles, institution="x", user="y") == []
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(query, [database.url.database])
        assert database.read(statements.roles, institution="x", user="y") == []


def test_busy_file_says_who_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nabor.db"
    monkeypatch.setattr("workflow.persistence.database.BUSY_MS", 20)
    with Database.open(f"sqlite:///{path}") as database:
        database.migrate()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="another process holds the write lock"):
            Writer[None, None](database).run(lambda unit: unit.insert(Institution, {"id": "x"}))
        other.close()
