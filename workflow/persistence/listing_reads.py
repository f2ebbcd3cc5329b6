"""Selects behind lists of applications: a page of any filter and order, what is found by name or number, kept counts.

Why: a page of 100,000 applications must cost what it shows. So a statement either walks an index in the order that is
asked for, or gathers what the kept counts have told to be few; services/listing.py says which.
Never here: a write, which of both it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.compiler import compiles

from notifications.instant import Instant
from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement, among
from workflow.persistence.tables import (
    Application,
    Candidate,
    Definition,
    NamePart,
    Position,
    Procedure,
    SavedFilter,
    StateCount,
    Subject,
)

LAST = "\U0010ffff"
"""What begins with a text sorts before that text followed by this."""


class Drive(StrEnum):
    """What is read first."""

    WALK = "walk"
    """The index of the order, passing over what does not fit."""
    CELLS = "cells"
    """The applications of some positions in some states, sorted then: they are few."""
    CANDIDATES = "candidates"
    """The applications of some candidates."""
    APPLICATIONS = "applications"
    """Some applications."""


class Sort(StrEnum):
    """What a list goes by."""

    RECEIVED = "received"
    NUMBER = "number"
    NAME = "name"
    SINCE = "since"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement of a page depends on. `down`: the greatest first. `cursor`: beyond given keys."""

    drive: Drive
    sort: Sort
    down: bool
    limit: int
    cursor: bool = False
    procedure: bool = False
    positions: bool = False
    states: bool = False
    received_from: bool = False
    received_before: bool = False

    @property
    def keys(self) -> int:
        """How many values make a cursor: `key_0` ..."""
        return 3 if self.sort is Sort.NAME else 1 if self.sort is Sort.NUMBER and self.procedure else 2


class _passed_over(ColumnElement[Any]):
    """A column whose index is not to be taken: SQLite would begin with what is asked about last."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column
        self.type = column.type


@compiles(_passed_over, "sqlite")
def _passed_over_sqlite(element: _passed_over, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.column, **options)}"


@compiles(_passed_over, "postgresql")
def _passed_over_postgresql(element: _passed_over, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.column, **options))


class _begins(ColumnElement[bool]):
    """The column begins with parameter `name`, as a range of its index: `name` and `name_end`.

    `coded`: the column sorts by code point itself (columns.CodeOrder).
    """

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str, *, coded: bool = False) -> None:
        self.column = column
        self.coded = coded
        self.low, self.high = bindparam(name, type_=Text()), bindparam(f"{name}_end", type_=Text())


@compiles(_begins, "sqlite")
def _begins_sqlite(element: _begins, compiler: Any, **options: Any) -> str:
    column, low, high = (compiler.process(e, **options) for e in (element.column, element.low, element.high))
    return f"{column} >= {low} AND {column} < {high}"


@compiles(_begins, "postgresql")
def _begins_postgresql(element: _begins, compiler: Any, **options: Any) -> str:
    column, low, high = (compiler.process(e, **options) for e in (element.column, element.low, element.high))
    if element.coded:
        return f"{column} >= {low} AND {column} < {high}"
    # Code point by code point whatever the collation: what an index with text_pattern_ops answers.
    return f"{column} ~>=~ {low} AND {column} ~<~ {high}"


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


def _same(one: Any, other: Any, key: str, column: str) -> Any:
    return and_(one.institution == other.institution, getattr(one, key) == getattr(other, column))


_application, _subject, _candidate, _position = _c(Application), _c(Subject), _c(Candidate), _c(Position)
_part, _count, _procedure, _filter = _c(NamePart), _c(StateCount), _c(Procedure), _c(SavedFilter)
_WHOLE = _part.number == literal_column("0")
COLUMNS = (
    "id",
    "procedure_id",
    "position_id",
    "position",
    "register_number",
    "received_at",
    "candidate_id",
    "name",
    "state",
    "entered_at",
)


@lru_cache(maxsize=512)
def page(shape: Shape) -> Statement:
    """The statement of a page: COLUMNS, then the keys of each row. Its parameters are what the shape says."""
    keys = _keys(shape)
    chosen = _driven(shape, keys)
    chosen = chosen.where(*_conditions(shape, keys))
    chosen = chosen.order_by(*(k.desc() if shape.down else k for k in keys)).limit(literal_column(str(shape.limit)))
    inner = chosen.subquery("chosen")
    ordered = [inner.c[f"k{n}"] for n in range(shape.keys)]
    # Names and labels are read for what is shown only, not for what is sorted.
    shown = (
        select(
            _application.id,
            _application.procedure_id,
            _application.position_id,
            _position.name.label("position"),
            _application.register_number,
            _application.received_at,
            _application.candidate_id,
            _candidate.name,
            _subject.state,
            _subject.entered_at,
            *ordered,
        )
        .select_from(
            inner.join(
                table_of(Application), and_(_application.institution == inner.c.place, _application.id == inner.c.id)
            )
            .join(table_of(Subject), _same(_subject, _application, "id", "id"))
            .join(table_of(Candidate), _same(_candidate, _application, "id", "candidate_id"))
            .join(table_of(Position), _same(_position, _application, "id", "position_id"))
        )
        .order_by(*(k.desc() if shape.down else k for k in ordered))
    )
    return Statement(f"list_{shape.drive}_{shape.sort}", shown)


def _keys(shape: Shape) -> list[Any]:
    match shape.sort:
        case Sort.RECEIVED:
            return [_application.received_at, _application.id]
        case Sort.NUMBER if shape.procedure:
            return [_application.register_number]
        case Sort.NUMBER:
            return [_application.procedure_id, _application.register_number]
        case Sort.NAME:
            return [_part.part, _part.candidate_id, _application.id]
        case Sort.SINCE:
            return [_subject.entered_at, _subject.id]


def _driven(shape: Shape, keys: list[Any]) -> Any:
    """FROM what is read first, to what the filter and the order need beside it."""
    names = shape.sort is Sort.NAME
    whole = and_(_same(_part, _application, "candidate_id", "candidate_id"), _WHOLE)
    labelled = [key.label(f"k{n}") for n, key in enumerate(keys)]
    applications, subjects = table_of(Application), table_of(Subject)
    if shape.drive is Drive.CELLS:
        source = subjects.join(applications, _same(_application, _subject, "id", "id"))
        if names:
            source = source.join(table_of(NamePart), whole)
        return select(_subject.institution.label("place"), _subject.id, *labelled).select_from(source)
    if shape.drive is Drive.WALK and names:
        source = table_of(NamePart).join(applications, _same(_application, _part, "candidate_id", "candidate_id"))
    else:
        source = applications.join(table_of(NamePart), whole) if names else applications  # type: ignore[assignment]
    if shape.states or shape.sort is Sort.SINCE:
        source = source.join(subjects, _same(_subject, _application, "id", "id"))
    return select(_application.institution.label("place"), _application.id, *labelled).select_from(source)


def _conditions(shape: Shape, keys: list[Any]) -> list[Any]:
    walks_received = shape.drive is Drive.WALK and shape.sort is Sort.RECEIVED
    received = _application.received_at if walks_received else _passed_over(_application.received_at)
    conditions: list[Any] = []
    match shape.drive:
        case Drive.CELLS:
            conditions += [_here(_subject), among(_subject.position_id, "positions"), among(_subject.state, "states")]
        case Drive.CANDIDATES:
            conditions += [_here(_application), among(_application.candidate_id, "ids")]
        case Drive.APPLICATIONS:
            conditions += [_here(_application), among(_application.id, "ids")]
        case Drive.WALK if shape.sort is Sort.NAME:
            conditions += [_here(_part), _WHOLE]
        case Drive.WALK:
            conditions.append(_here(_application))
    if shape.procedure:
        indexed = shape.drive is Drive.WALK and shape.sort in (Sort.RECEIVED, Sort.NUMBER)
        column = _application.procedure_id if indexed else _passed_over(_application.procedure_id)
        conditions.append(column == _param("procedure"))
    if shape.drive is not Drive.CELLS:
        if shape.positions:
            conditions.append(among(_passed_over(_application.position_id), "positions"))
        if shape.states:
            conditions.append(among(_passed_over(_subject.state), "states"))
    if shape.received_from:
        conditions.append(received >= bindparam("received_from", type_=Instant()))
    if shape.received_before:
        conditions.append(received < bindparam("received_before", type_=Instant()))
    if shape.cursor:
        given = [bindparam(f"key_{n}", type_=_type_of(key)) for n, key in enumerate(keys)]
        compared = keys if shape.drive is Drive.WALK else [_passed_over(key) for key in keys]
        left, right = (compared[0], given[0]) if len(keys) == 1 else (tuple_(*compared), tuple_(*given))
        conditions.append(left < right if shape.down else left > right)
    return conditions


def _type_of(key: Any) -> Any:
    return Instant() if isinstance(key.type, Instant) else Text()


@lru_cache(maxsize=32)
def named(words: int, limit: int) -> Statement:
    """(institution, word_0, word_0_end, ...): candidates with, for each word, a part that begins so; in order of the
    part that the first word found, so that somebody may come twice."""
    conditions = [_here(_part), _begins(_part.part, "word_0", coded=True)]
    for number in range(1, words):
        other = table_of(NamePart).alias(f"other_{number}")
        conditions.append(
            exists(
                select(literal_column("1")).where(
                    other.c.institution == _part.institution,
                    other.c.candidate_id == _part.candidate_id,
                    _begins(_passed_over(other.c.part), f"word_{number}", coded=True),
                )
            )
        )
    found = select(_part.candidate_id).where(*conditions).order_by(_part.part.asc(), _part.candidate_id)
    return Statement(f"named_{words}", found.limit(literal_column(str(limit))))


@lru_cache(maxsize=8)
def numbered(limit: int) -> Statement:
    """(institution, number, number_end, exact): applications whose register number begins so, or is one of those."""
    begins = select(_application.id).where(_here(_application), _begins(_application.register_number, "number"))
    exact = select(_application.id).where(_here(_application), among(_application.register_number, "exact"))
    both = union_all(exact, begins.limit(literal_column(str(limit))).subquery("begins").select())
    return Statement("numbered", both)  # type: ignore[arg-type]


procedure_numbers = Statement("procedure_numbers", select(_procedure.number).where(_here(_procedure)))
"""(institution): the number of every procedure."""

procedures_by_id = Statement(
    "procedures_by_id",
    select(
        _procedure.id, _procedure.number, _procedure.process, _procedure.definition_hash, _procedure.calendar_version
    ).where(_here(_procedure), among(_procedure.id, "ids")),
)
"""(institution, ids): those procedures with the rules they run by."""

procedures_to_choose = Statement(
    "procedures_to_choose",
    select(_procedure.id, _procedure.number).where(_here(_procedure)).order_by(_procedure.id.desc()).limit(200),
)
"""(institution): the newest procedures, for a choice."""

positions_to_choose = Statement(
    "positions_to_choose",
    select(_position.id, _position.name)
    .where(_here(_position), _position.procedure_id == _param("procedure"))
    .order_by(_position.id),
)
"""(institution, procedure): the positions of a procedure."""

counts_of_procedure = Statement(
    "counts_of_procedure",
    select(_count.position_id, _count.state, func.sum(_count.n).label("n"))
    .where(_here(_count), _count.procedure_id == _param("procedure"))
    .group_by(_count.position_id, _count.state),
)
"""(institution, procedure): how many applications of each position stand in each state, as kept."""

counts_in_states = Statement(
    "counts_in_states",
    select(_count.position_id, _count.state, func.sum(_count.n).label("n"))
    .where(_here(_count), among(_count.state, "states"), _count.n != literal_column("0"))
    .group_by(_count.position_id, _count.state),
)
"""(institution, states): the same of all procedures, for some states."""

count_of_all = Statement("count_of_all", select(func.sum(_count.n).label("n")).where(_here(_count)))
"""(institution): how many applications there are, as kept."""

definition_hashes = Statement(
    "definition_hashes",
    select(_c(Definition).hash, _c(Definition).process).where(_here(_c(Definition))).order_by(_c(Definition).hash),
)
"""(institution): every definition that is stored."""

saved_filters = Statement(
    "saved_filters",
    select(_filter.name, _filter.query)
    .where(_here(_filter), _filter.user_id == _param("user"))
    .order_by(_filter.name)
    .limit(100),
)
"""(institution, user): the filters that a user has saved."""

_IN_CELL = and_(_here(_subject), among(_subject.position_id, "positions"))


@lru_cache(maxsize=64)
def first_of_states(states: int, limit: int) -> Statement:
    """(institution, positions, state_0 ...): the first applications in each of so many states, oldest first."""
    each = [
        select(_subject.id)
        .where(_IN_CELL, _subject.state == _param(f"state_{n}"))
        .order_by(_subject.id)
        .limit(literal_column(str(limit)))
        .subquery(f"s{n}")
        .select()
        for n in range(states)
    ]
    return Statement(f"first_of_{states}_states", each[0] if states == 1 else union_all(*each))  # type: ignore[arg-type]
