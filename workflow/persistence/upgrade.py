"""Brings a database to the newest revision, however many starters try at once.

Why: a program must not meet tables of another revision than its own; the first starter migrates, the others wait and
find it done. A database in memory starts as a copy of one that was migrated before, because tests open thousands.
Never here: what a revision does (workflow/migrations).
"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from workflow.engine.errors import DatabaseError, WrongSchema
from workflow.persistence.broken import error_for
from workflow.persistence.planner import advise

if TYPE_CHECKING:
    from workflow.persistence.database import Database

HEAD = "0011"
"""The newest revision. Known here without Alembic, because most starts find it and need nothing more."""

_LOCK = 5_061_636_270  # any number, the same for all starters
_SCRIPTS = "workflow:migrations"  # by name: the migrations stand on a higher floor

_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}

_template: list[bytes] = []
"""A migrated database, once there is one."""
_template_lock = threading.Lock()


def revision(database: Database) -> str | None:
    """The revision that the database stands at; None when it is empty.

    Raises WrongSchema when it holds tables, but not Nabor's.
    """
    with database.reading() as connection:
        return _revision(connection, database.where)


def migrate(database: Database) -> None:
    """Brings the database to HEAD, under a lock. Raises WrongSchema, or another DatabaseError."""
    if database.memory:
        _copy_template(database)
        return
    try:
        if revision(database) != HEAD:
            _upgrade(database)
    except DBAPIError as error:
        raise error_for(error, database.where) or error from error


def _revision(connection: Connection, where: str) -> str | None:
    tables = set(connection.scalars(text(_TABLES[connection.dialect.name])))
    if "alembic_version" in tables:
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found
    if tables:
        names = ", ".join(sorted(tables)[:3])
        raise WrongSchema(where, f"holds other tables ({names} ...)", "give Nabor a database of its own")
    return None


def _upgrade(database: Database) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    scripts = ScriptDirectory.from_config(config)
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            # A table that is rebuilt drops its old self; the keys are checked as a whole before the commit instead.
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if database.dialect == "postgresql":
                    connection.execute(text("SET LOCAL lock_timeout = 0"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                known = {script.revision for script in scripts.walk_revisions()}
                found = _revision(connection, database.where)
                if found is not None and found not in known:
                    raise WrongSchema(
                        database.where, f"is at revision {found}, newer than this program", "update Nabor"
                    )
                config.attributes["connection"] = connection
                with EnvironmentContext(
                    config, scripts, fn=lambda current, _: scripts._upgrade_revs("head", current), as_sql=False
                ):
                    scripts.run_env()
                if isinstance(raw, sqlite3.Connection):
                    advise(raw)
                    if broken := raw.execute("PRAGMA foreign_key_check").fetchone():
                        what = f"a row of {broken[0]} points nowhere"
                        raise DatabaseError(database.where, what, "report this; nothing was changed")
        finally:
            if isinstance(raw, sqlite3.Connection):
                raw.execute("PRAGMA foreign_keys=ON")


def _copy_template(database: Database) -> None:
    connection = database.connect()
    assert isinstance(connection, sqlite3.Connection)
    with database.gate:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return
        with _template_lock:
            if not _template:
                _upgrade(database)
                _template.append(connection.serialize())
                return
        connection.deserialize(_template[0])
        connection.execute("PRAGMA secure_delete=ON")
