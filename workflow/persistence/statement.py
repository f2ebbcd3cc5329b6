"""A select compiled once per database, and `among`, the one comparison that Core lacks.

Why: the same text must serve one id and a thousand, on SQLite and on PostgreSQL, or nothing is compiled once.
Never here: a statement (statements.py, reads.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, ColumnElement, Select, Text, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

from workflow.engine.journal import instant_text

_DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.psycopg.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
}


_Compiled: TypeAlias = tuple[str, Mapping[str, Any], tuple[str, ...], frozenset[str]]
"""SQL, parameters of its own, the order of all of them where it matters, and their names."""


class Statement:
    """A select with named parameters; its SQL is made once per database, and kept."""

    def __init__(self, name: str, query: Select[Any]) -> None:
        self.name = name
        self.columns: tuple[str, ...] = tuple(c.name for c in query.selected_columns)
        self._query = query
        self._compiled: dict[str, _Compiled] = {}
        self._unlocked: Statement | None = None

    def unlocked(self) -> Statement:
        """The same select without row locks: for who only looks. Made once."""
        if self._unlocked is None:
            query = self._query._generate()
            query._for_update_arg = None
            self._unlocked = Statement(self.name, query)
        return self._unlocked

    def sql(self, dialect: str) -> str:
        """The text for `sqlite` (`:name`) or `postgresql` (`$1`)."""
        return self._for(dialect)[0]

    def bound(self, dialect: str, params: Mapping[str, Any]) -> tuple[str, Any]:
        """The text with its parameters: by name for `sqlite`, in order for `postgresql`.

        A list becomes a JSON array on SQLite, an instant its stored text. Raises KeyError for a missing parameter.
        """
        text, own, order, names = self._for(dialect)
        in_order = dialect == "postgresql"
        values = {**own, **params} if own else dict(params)
        if not values.keys() >= names:
            raise KeyError(f"{self.name} needs {', '.join(sorted(names - values.keys()))}")
        for name, value in values.items():
            kind = type(value)
            if kind is str or kind is int:
                continue
            if isinstance(value, datetime):
                values[name] = instant_text(value)
            elif isinstance(value, list | tuple | set | frozenset):
                values[name] = list(value) if in_order else _array(value)
        return text, [values[name] for name in order] if in_order else values

    def _for(self, dialect: str) -> _Compiled:
        found = self._compiled.get(dialect)
        if found is None:
            compiled = self._query.compile(dialect=_DIALECTS[dialect])
            own = {name: value for name, value in compiled.params.items() if value is not None}
            order = tuple(dict.fromkeys(compiled.positiontup or ()))
            found = self._compiled[dialect] = (str(compiled), own, order, frozenset(compiled.params))
        return found


def _array(texts: Iterable[str]) -> str:
    # Lists are of texts: quoting each costs a third of what a JSON encoder costs for the list.
    return f"[{','.join(map(encode_basestring, texts))}]"


class among(ColumnElement[bool]):
    """The column's value is in the list given as parameter `name`, of any length in one compiled text."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.name = name


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: Any, **options: Any) -> str:
    value = compiler.process(bindparam(element.name, type_=Text()), **options)
    return f"{compiler.process(element.column, **options)} IN (SELECT value FROM json_each({value}))"


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **options: Any) -> str:
    value = compiler.process(bindparam(element.name, type_=ARRAY(Text())), **options)
    return f"{compiler.process(element.column, **options)} = ANY ({value})"
