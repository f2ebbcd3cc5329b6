"""Choosing many applications of a procedure: by their ids, or all that stand in a state.

Never here: moving them.
"""

from __future__ import annotations

from collections.abc import Sequence

from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Kind
from workflow.persistence import procedure_reads as sql
from workflow.persistence import statements
from workflow.persistence.unit_of_work import Unit
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House

MOST = 1000
"""How many are moved at once at most."""


def in_state(house: House, institution: str, procedure: Case, state: str, position: str = "") -> list[str]:
    """The ids of the procedure's applications (of one position, when given) that stand in a state, oldest first; at
    most one more than may be moved at once. Raises UnknownSubject for a position of another procedure."""
    rows = house.database.read(statements.positions_of_procedure, institution=institution, parent=procedure.id)
    positions = [row[0] for row in rows]
    if position:
        if position not in positions:
            raise UnknownSubject(position)
        positions = [position]
    found = house.database.read(sql.in_state, institution=institution, ids=positions, state=state, limit=MOST + 1)
    return [row[0] for row in found]


def applications(house: House, institution: str, procedure: str, ids: Sequence[str]) -> tuple[Case, ...]:
    """The cases of those applications, in order, as they stand. Raises UnknownSubject for one of another procedure."""

    def work(unit: Unit) -> tuple[Case, ...]:
        return tuple(Docket(house, unit, institution, house.clock.now()).cases(ids)) if ids else ()

    cases: tuple[Case, ...] = house.glance(work)
    for case in cases:
        if case.facts.kind is not Kind.APPLICATION or case.facts.procedure != procedure:
            raise UnknownSubject(case.id)
    return cases
