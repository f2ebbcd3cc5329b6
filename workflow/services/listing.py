"""Lists of applications: a page of any filter and order out of a hundred thousand, its kept count, saved filters.

Why: a page must cost what it shows. The kept counts tell beforehand how many fit: few are gathered and sorted, many are
walked through in the order of an index, and an order that has none is then not offered.
Never here: SQL, labels, a page.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workflow.engine.process import ProcessDefinition, Stage
from workflow.persistence import listing_reads as sql
from workflow.persistence.listing_reads import Drive, Shape
from workflow.persistence.listing_reads import Sort as Sort  # noqa: PLC0414 - what a filter is made of
from workflow.persistence.tables import SavedFilter
from workflow.persistence.unit_of_work import instant
from workflow.services import rules_in_use, searching
from workflow.services.house import House

GATHERED = 5_000
"""So many applications are sorted for a page; more are walked through in the order of an index."""
FOUND = 1_000
"""So many people or numbers a text may find for a list."""
SIZES = (50, 100, 200)


@dataclass(frozen=True, slots=True)
class Filter:
    """What is listed, and in which order. `position` is an id; days are local to the institution, both included."""

    procedure: str | None = None
    position: str | None = None
    state: str | None = None
    stage: Stage | None = None
    received_from: date | None = None
    received_to: date | None = None
    text: str = ""
    sort: Sort = Sort.RECEIVED
    down: bool = True
    size: int = SIZES[0]


@dataclass(frozen=True, slots=True)
class Line:
    """One application in a list."""

    id: str
    procedure: str
    position_id: str
    position: str
    number: str
    received_at: datetime
    candidate: str
    name: str
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A page. `total` is the kept count, None where only looking would tell. `before`, `after`: cursors of the pages
    beside it. `sort`, `down`: the order it has, which is another than was asked for where there are too many to sort.
    `too_many`: the text found more than a list takes.
    """

    lines: tuple[Line, ...]
    total: int | None
    before: str | None
    after: str | None
    sort: Sort
    down: bool
    too_many: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    shape: Shape
    params: Mapping[str, Any]
    total: int | None
    too_many: bool = False


def page(
    house: House,
    institution: str,
    wanted: Filter,
    known: Sequence[ProcessDefinition],
    *,
    after: str | None = None,
    before: str | None = None,
) -> Listed:
    """The page after or before a cursor; without one the first. `known` are the institution's definitions
    (rules_in_use.definitions). A cursor that is none of ours is passed over."""
    plan = _plan(house, institution, wanted, known)
    if plan is None:
        return Listed((), 0, None, None, wanted.sort, wanted.down)
    shape = plan.shape
    keys = _keys(after or before, shape)
    back = keys is not None and after is None
    asked = replace(shape, down=shape.down != back, cursor=keys is not None)
    rows = house.database.read(sql.page(asked), institution=institution, **plan.params, **(keys or {}))
    more = len(rows) > wanted.size
    rows = rows[: wanted.size]
    if back:
        rows.reverse()
    return Listed(
        lines=tuple(_line(row) for row in rows),
        total=plan.total,
        before=_cursor(rows[0]) if rows and (more if back else keys is not None) else None,
        after=_cursor(rows[-1]) if rows and (back or more) else None,
        sort=shape.sort,
        down=shape.down,
        too_many=plan.too_many,
    )


def every(house: House, institution: str, wanted: Filter, known: Sequence[ProcessDefinition]) -> Iterator[Line]:
    """Every line of a filter, in its order, read a thousand at a time: for an export."""
    whole = replace(wanted, size=1000)
    after: str | None = None
    while True:
        found = page(house, institution, whole, known, after=after)
        yield from found.lines
        after = found.after
        if after is None:
            return


def of_ids(house: House, institution: str, kind: Drive, ids: Sequence[str], most: int) -> list[Line]:
    """The applications of those candidates, or those applications, by name."""
    if not ids:
        return []
    statement = sql.page(Shape(kind, Sort.NAME, down=False, limit=most))
    return [_line(row) for row in house.database.read(statement, institution=institution, ids=list(ids))]


def counts(house: House, institution: str, procedure: str) -> dict[tuple[str, str], int]:
    """(position id, state) -> how many applications of a procedure, as kept."""
    rows = house.database.read(sql.counts_of_procedure, institution=institution, procedure=procedure)
    return {(position, state): int(n) for position, state, n in rows if int(n)}


def procedures(house: House, institution: str) -> list[tuple[str, str]]:
    """(id, number) of the newest procedures, for a choice."""
    return [(r[0], r[1]) for r in house.database.read(sql.procedures_to_choose, institution=institution)]


def positions(house: House, institution: str, procedure: str) -> list[tuple[str, str]]:
    """(id, name) of a procedure's positions."""
    rows = house.database.read(sql.positions_to_choose, institution=institution, procedure=procedure)
    return [(r[0], r[1]) for r in rows]


# --- saved filters ----------------------------------------------------------------------------------------------------


def saved(house: House, institution: str, user: str) -> list[tuple[str, str]]:
    """(name, query of the address) of every filter that the user saved."""
    return [(r[0], r[1]) for r in house.database.read(sql.saved_filters, institution=institution, user=user)]


def save(house: House, institution: str, user: str, name: str, query: str) -> None:
    """Saves a filter under a name; one that has it already is replaced."""
    row = {"institution": institution, "user_id": user, "name": name, "query": query}
    house.run(lambda unit: unit.upsert(SavedFilter, row))


def forget(house: House, institution: str, user: str, name: str) -> None:
    """Deletes a saved filter, if there is one of that name."""
    key = {"institution": institution, "user_id": user, "name": name}
    house.run(lambda unit: unit.delete(SavedFilter, key))


# --- how it is read ---------------------------------------------------------------------------------------------------


def _plan(house: House, institution: str, wanted: Filter, known: Sequence[ProcessDefinition]) -> _Plan | None:
    """How the list is read; None when nothing can fit."""
    shape = Shape(Drive.WALK, wanted.sort, wanted.down, wanted.size + 1, procedure=wanted.procedure is not None)
    params: dict[str, Any] = {} if wanted.procedure is None else {"procedure": wanted.procedure}
    shape, days = _days(house, institution, wanted, shape)
    params |= days
    states = _states(wanted, known)
    if states is not None and not states:
        return None
    if wanted.text.strip():
        found = searching.find(house, institution, wanted.text, FOUND)
        if found is None or not found.ids:
            return None
        params["ids"] = list(found.ids)
        shape = replace(shape, drive=found.kind)
        return _Plan(*_residual(shape, params, wanted, states), None, found.more)
    cells, whole = _cells(house, institution, wanted, states)
    if cells is not None and not cells:
        return None
    count = sum(cells.values()) if cells is not None else None
    total = count if not days else None
    if cells is None:
        total = _all(house, institution) if not days else None
    narrowed = wanted.position is not None or states is not None
    unsorted = wanted.sort in (Sort.NAME, Sort.SINCE)
    # Where one in ten of a procedure fits, fifty are sooner met on the way than all are sorted.
    frequent = wanted.procedure is not None and count is not None and count * 10 >= whole > 10 * wanted.size
    gathers = unsorted or (narrowed and not frequent)
    if cells is not None and count is not None and count <= GATHERED and gathers:
        params |= {"positions": sorted({p for p, _ in cells}), "states": sorted({s for _, s in cells})}
        return _Plan(replace(shape, drive=Drive.CELLS), params, total)
    # By name there is an index to walk, unless days would make it a long walk; by the time in a state there is none.
    if wanted.sort is Sort.SINCE or (wanted.sort is Sort.NAME and days):
        shape = replace(shape, sort=Sort.RECEIVED, down=True)
    return _Plan(*_residual(shape, params, wanted, states), total)


def _residual(
    shape: Shape, params: dict[str, Any], wanted: Filter, states: frozenset[str] | None
) -> tuple[Shape, dict[str, Any]]:
    if wanted.position is not None:
        shape, params["positions"] = replace(shape, positions=True), [wanted.position]
    if states is not None:
        shape, params["states"] = replace(shape, states=True), sorted(states)
    return shape, params


def _states(wanted: Filter, known: Sequence[ProcessDefinition]) -> frozenset[str] | None:
    """The states that fit, None for any."""
    of_stage = None if wanted.stage is None else rules_in_use.states_of_stage(known, wanted.stage)
    if wanted.state is None:
        return of_stage
    one = frozenset({wanted.state})
    return one if of_stage is None else one & of_stage


def _cells(
    house: House, institution: str, wanted: Filter, states: frozenset[str] | None
) -> tuple[dict[tuple[str, str], int] | None, int]:
    """(position, state) -> kept count of what fits, None where that is everything; and the count of all looked at."""
    if wanted.procedure is not None:
        found = counts(house, institution, wanted.procedure)
    elif states is not None:
        rows = house.database.read(sql.counts_in_states, institution=institution, states=sorted(states))
        found = {(position, state): int(n) for position, state, n in rows if int(n)}
    else:
        return None, 0
    fitting = {
        (position, state): n
        for (position, state), n in found.items()
        if (wanted.position is None or position == wanted.position) and (states is None or state in states)
    }
    return fitting, sum(found.values())


def _all(house: House, institution: str) -> int:
    return int(house.database.read(sql.count_of_all, institution=institution)[0][0] or 0)


def _days(house: House, institution: str, wanted: Filter, shape: Shape) -> tuple[Shape, dict[str, datetime]]:
    zone = ZoneInfo(house.catalogue.institution(institution).zone)
    params = {}
    if wanted.received_from is not None:
        shape = replace(shape, received_from=True)
        params["received_from"] = datetime.combine(wanted.received_from, time(), zone)
    if wanted.received_to is not None and wanted.received_to < date.max:
        shape = replace(shape, received_before=True)
        params["received_before"] = datetime.combine(wanted.received_to + timedelta(days=1), time(), zone)
    return shape, params


def _line(row: tuple[Any, ...]) -> Line:
    (id_, procedure, position_id, position, number, received_at, candidate, name, state, since, *_) = row
    return Line(
        id_, procedure, position_id, position, number, instant(received_at), candidate, name, state, instant(since)
    )


# --- cursors ----------------------------------------------------------------------------------------------------------


def _cursor(row: tuple[Any, ...]) -> str:
    """The keys of a row, for an address."""
    keys = [k.isoformat() if isinstance(k, datetime) else k for k in row[len(sql.COLUMNS) :]]
    return base64.urlsafe_b64encode(json.dumps(keys, ensure_ascii=False).encode()).decode().rstrip("=")


def _keys(cursor: str | None, shape: Shape) -> dict[str, Any] | None:
    if not cursor:
        return None
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(keys, list) or len(keys) != shape.keys or not all(isinstance(k, str) for k in keys):
            return None
        found: dict[str, Any] = {f"key_{n}": key.replace("\0", "") for n, key in enumerate(keys)}
        if shape.sort in (Sort.RECEIVED, Sort.SINCE):
            found["key_0"] = instant(keys[0])
            if found["key_0"].tzinfo is None:
                return None
    except ValueError:
        return None
    return found
