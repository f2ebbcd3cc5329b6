"""How a table of this package is declared: columns that say whose data they hold, keys that begin with the institution.

Why: every column must say whether it is personal and what for, and no row may point across institutions. Both are
habits of this module's functions, so that a table file reads as a list of facts, and tests hold every table to them.
Never here: a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Table, Text, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

SHARED = frozenset(
    {"institution", "user", "calendar", "alembic_version", "credential", "user_session", "one_time_link", "throttle"}
)
"""The tables that belong to no institution."""

CLUSTERED = {"sqlite_with_rowid": False}
"""Table argument: SQLite keeps the rows in the primary key itself, so that an insert touches one tree and not two."""


class ExactDecimal(TypeDecorator[Decimal]):
    """TEXT in both databases, Decimal in Python: SQLite would make a float of a NUMERIC."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class CodeOrder(TypeDecorator[str]):
    """TEXT that sorts and compares by code point in both databases, so that what begins with a text is a range."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())


class CanonicalJson(TypeDecorator[str]):
    """TEXT holding canonical JSON (engine.journal.canonical), read and written as that text."""

    impl = Text
    cache_ok = True


def plain(purpose: str, *, key: bool = False, type_: type[Any] = Text, default: Any = ...) -> Any:
    """A column that holds nothing about a person, and what it is for."""
    return _column(purpose, personal=False, key=key, type_=type_, default=default)


def personal(purpose: str, *, type_: type[Any] = Text, default: Any = ...) -> Any:
    """A column that holds a person's data: erased with the person, so never part of a key or of the chain."""
    return _column(purpose, personal=True, key=False, type_=type_, default=default)


def _column(purpose: str, *, personal: bool, key: bool, type_: type[Any], default: Any) -> Any:
    return Field(
        default=default,
        primary_key=key,
        sa_type=type_,
        sa_column_kwargs={"info": {"personal": personal, "purpose": purpose}},
    )


def institution() -> Any:
    """The first column of every table that is not shared, and of each of its keys."""
    return plain("whose row it is", key=True)


def reference(table: str, column: str, target: str, remote: str = "id") -> ForeignKeyConstraint:
    """A foreign key inside the institution: (institution, column) -> target(institution, remote)."""
    return ForeignKeyConstraint(
        ("institution", column), (f"{target}.institution", f"{target}.{remote}"), name=f"fk_{table}_{column}"
    )


def belongs(table: str) -> ForeignKeyConstraint:
    """The foreign key to the institution itself: for tables that no other key ties to one."""
    return ForeignKeyConstraint(("institution",), ("institution.id",), name=f"fk_{table}_institution")


def unique(table: str, *columns: str) -> UniqueConstraint:
    """UNIQUE (institution, columns...)."""
    return UniqueConstraint("institution", *columns, name=f"uq_{table}_{'_'.join(columns)}")


def index(table: str, *columns: str, where: str | None = None) -> Index:
    """An index; `where` makes it hold only those rows, in both databases.

    It does not begin with the institution, as keys do: a planner without statistics would take one that does for
    selective, and read all rows of the one institution that there is.
    """
    condition = text(where) if where else None
    return Index(f"ix_{table}_{'_'.join(columns)}", *columns, sqlite_where=condition, postgresql_where=condition)


def check(table: str, name: str, condition: str) -> CheckConstraint:
    """A rule that the database keeps for every row."""
    return CheckConstraint(condition, name=f"ck_{table}_{name}")


def one_of(table: str, column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of a closed set of words."""
    words = ", ".join(f"'{v}'" for v in values)
    return check(table, column, f"{column} IN ({words})")


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a table class."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]
