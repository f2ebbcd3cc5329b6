"""The definitions that an institution's procedures run by: the present ones, and those that were pinned.

Why: a list over all procedures names states and stages, and a state of last year's rules is still somebody's.
Never here: a decision, words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflow.catalogue.snapshot import restore
from workflow.engine.process import Kind, ProcessDefinition, Stage, State
from workflow.engine.rulebook import Rulebook
from workflow.persistence import listing_reads as sql
from workflow.persistence import statements
from workflow.persistence.unit_of_work import Unit
from workflow.services.house import House


@dataclass(frozen=True, slots=True)
class Running:
    """A procedure with the rules it runs by."""

    id: str
    number: str
    book: Rulebook

    @property
    def process(self) -> ProcessDefinition:
        """Its definition."""
        return self.book.process


def definitions(house: House, institution: str) -> list[ProcessDefinition]:
    """The present definition of each process, then those that are stored because a procedure is pinned to them."""
    found = {}
    for process in house.catalogue.processes(institution):
        snapshot = house.catalogue.snapshot(institution, process)
        found[snapshot.hash] = snapshot.process
    for hash_, _ in house.database.read(sql.definition_hashes, institution=institution):
        if hash_ not in found:
            found[hash_] = _stored(house, institution, hash_)
    return list(found.values())


def states(known: Iterable[ProcessDefinition], kind: Kind) -> list[tuple[ProcessDefinition, State]]:
    """Every state of that kind in the order of the definitions, each name once."""
    seen: dict[str, tuple[ProcessDefinition, State]] = {}
    for process in known:
        for name, state in process.lifecycles[kind].states.items():
            seen.setdefault(name, (process, state))
    return list(seen.values())


def states_of_stage(known: Iterable[ProcessDefinition], stage: Stage) -> frozenset[str]:
    """The application states that belong to a stage in any of the definitions."""
    return frozenset(
        name
        for process in known
        for name, state in process.lifecycles[Kind.APPLICATION].states.items()
        if state.stage is stage
    )


def running(house: House, institution: str, ids: Iterable[str]) -> Mapping[str, Running]:
    """Those procedures by id, each with its rules: one statement, and one more for rules not met before."""
    wanted = sorted(set(ids))
    rows = house.database.read(sql.procedures_by_id, institution=institution, ids=wanted) if wanted else []
    return books(house, institution, rows)


def books(
    house: House, institution: str, rows: Iterable[tuple[str, str, str, str | None, str | None]]
) -> dict[str, Running]:
    """Procedures with their rules, from rows of id, number, process, definition's hash and calendar's version."""

    def work(unit: Unit) -> dict[str, Running]:
        return {
            row[0]: Running(row[0], row[1], house.rulebook(institution, row[2], row[3], row[4], unit)) for row in rows
        }

    found: dict[str, Running] = house.glance(work)
    return found


_kept: dict[tuple[str, str], ProcessDefinition] = {}


def _stored(house: House, institution: str, hash_: str) -> ProcessDefinition:
    # A hash names one text for ever, whatever house it is asked in.
    key = (institution, hash_)
    if key not in _kept:
        (row,) = house.database.read(statements.definition, institution=institution, hash=hash_)
        _kept[key] = restore(row[3])
    return _kept[key]
