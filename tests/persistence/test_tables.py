"""What every table owes: declared columns, keys inside the institution, a migration that makes exactly it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, ForeignKeyConstraint, Table, UniqueConstraint, text

from workflow.persistence.columns import SHARED
from workflow.persistence.database import Database
from workflow.persistence.tables import metadata
from workflow.persistence.upgrade import HEAD

TABLES = metadata.sorted_tables
OWN = [t for t in TABLES if t.name not in SHARED]
FIRST = {"outbox": "owner"}
"""Notifications call the institution their owner."""


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_column_says_whose_data_it_holds_and_what_for(table: Table) -> None:
    undeclared = [
        c.name for c in table.columns if not isinstance(c.info.get("personal"), bool) or not c.info.get("purpose")
    ]
    assert undeclared == []


def test_personal_data_is_in_no_key() -> None:
    keyed = [
        f"{table.name}.{column.name}"
        for table in TABLES
        for constraint in table.constraints
        for column in getattr(constraint, "columns", [])
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint) or column.primary_key
        if column.info["personal"]
    ]
    assert keyed == []


def test_the_chain_holds_no_personal_data() -> None:
    assert [c.name for c in metadata.tables["journal"].columns if c.info["personal"]] == []


def test_shared_tables_are_few() -> None:
    assert {t.name for t in TABLES if t.name in SHARED} == {
        "institution",
        "user",
        "calendar",
        "credential",
        "user_session",
        "one_time_link",
        "throttle",
    }


@pytest.mark.parametrize("table", OWN, ids=lambda t: t.name)
def test_every_key_begins_with_the_institution(table: Table) -> None:
    first = FIRST.get(table.name, "institution")
    assert next(iter(table.primary_key.columns)).name == first
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            assert next(iter(constraint.columns)).name == first, constraint.name
        if isinstance(constraint, ForeignKeyConstraint) and constraint.referred_table.name not in SHARED:
            pairs = [(e.parent.name, e.column.name) for e in constraint.elements]
            assert pairs[0] == ("institution", "institution"), constraint.name


@pytest.mark.parametrize("table", OWN, ids=lambda t: t.name)
def test_every_row_belongs_to_an_institution_that_exists(table: Table) -> None:
    """By a key of its own or of what it points to. The outbox knows no institution; it has an invariant instead."""
    seen: set[str] = set()

    def reached(name: str) -> bool:
        if name in seen:
            return False
        seen.add(name)
        keys = [e.column.table.name for e in metadata.tables[name].foreign_keys if e.parent.name == "institution"]
        return "institution" in keys or any(reached(k) for k in keys)

    assert reached(table.name) or table.name == "outbox"


def test_newest_revision_is_the_one_that_the_program_expects() -> None:
    config = Config()
    config.set_main_option("script_location", "workflow:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_migrations_make_the_tables(database: Database, new_url: Callable[[bool], str]) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        migrated = set(_spelled_out(connection))
    with Database.open(new_url(False)) as other:
        with other.writing() as connection:
            metadata.create_all(connection)
        with other.reading() as connection:
            assert set(_spelled_out(connection)) == migrated


def _spelled_out(connection: Connection) -> Iterator[tuple[str, ...]]:
    """Every line of every table and index: CHECKs too, which Alembic does not compare."""
    if connection.dialect.name == "sqlite":
        for name, sql in connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all():
            if (
                name.startswith(("alembic_version", "sqlite_", "journal_", "staff_record_", "state_count_"))
                and name not in metadata.tables
            ):
                continue  # Alembic's own, the statistics, the triggers
            yield from ((name, line.strip().rstrip(",")) for line in sql.splitlines() if line.strip())
        return
    query = """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace AND conrelid <> 0
        UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
    """
    for table, name, definition in connection.execute(text(query)).all():
        if table != "alembic_version":
            yield table, name, definition


def test_documents_that_were_there_outlive_the_migration_of_intake(new_url: Callable[[bool], str]) -> None:
    """The table is made anew: every row is in it again, with nothing said of what was not recorded then."""
    from importlib import import_module

    from alembic.operations import Operations

    old = "institution, dossier_id, name, application_id, received_at, pages"
    with Database.open(new_url(False)) as database, database.writing() as connection:
        for table in ("dossier", "application"):
            connection.execute(text(f"CREATE TABLE {table} (institution TEXT, id TEXT, PRIMARY KEY (institution, id))"))
        connection.execute(
            text(
                "CREATE TABLE document (institution TEXT, dossier_id TEXT, name TEXT, application_id TEXT,"
                " received_at TIMESTAMP, pages INTEGER)"
                if connection.dialect.name == "sqlite"
                else "CREATE TABLE document (institution TEXT, dossier_id TEXT, name TEXT, application_id TEXT,"
                " received_at TIMESTAMPTZ, pages INTEGER)"
            )
        )
        connection.execute(text("INSERT INTO dossier VALUES ('i', 'd')"))
        for row in (
            "'i', 'd', 'cv', '', '2022-03-01 10:00:00', 3",
            "'i', 'd', 'form', 'a', '2022-03-02 10:00:00', NULL",
        ):
            connection.execute(text(f"INSERT INTO document ({old}) VALUES ({row})"))
        before = connection.execute(text(f"SELECT {old} FROM document ORDER BY name")).all()
        with Operations.context(MigrationContext.configure(connection)):
            import_module("workflow.migrations.versions.0004_intake").upgrade()
        assert connection.execute(text(f"SELECT {old} FROM document ORDER BY name")).all() == before
        assert connection.execute(text("SELECT seen_by, wording FROM document")).all() == [(None, None)] * 2
