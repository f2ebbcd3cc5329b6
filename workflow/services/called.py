"""Who was called for the seats of a position that became free, which stayed free, and which calls wait for approval.

Why: the office, and whoever waits in the reserve, must see at one place why each seat went to whom.
Never here: calling (effects.py), sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflow.engine.process import Kind
from workflow.engine.scoring import Line
from workflow.persistence import seat_reads
from workflow.persistence.unit_of_work import instant
from workflow.services import calls
from workflow.services.case import Case
from workflow.services.house import House

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Called:
    """A call, or a seat that stayed free (then of whom it became free). `state`: where the application stands now.

    `approval`: the move with which a second person approves the call that waits for it; None when none does.
    """

    application: str
    register_number: str
    name: str
    at: datetime
    why: Line
    state: str
    free: bool
    approval: str | None


def of_position(house: House, institution: str, position: Case) -> tuple[Called, ...]:
    """The calls of a position, newest first, at most 50; one statement."""
    book = position.book
    approvals = {
        state: t.name
        for t in book.process.lifecycles[Kind.APPLICATION].transitions
        if calls.approves(t)
        for state in t.sources
    }
    found = []
    rows = house.database.read(seat_reads.calls, institution=institution, position=position.id, limit=_SHOWN)
    for application, number, name, entered, at, parameters, effects, state in rows:
        told = calls.said(house.parsed(parameters))
        if told is not None and told.code == "called_after":
            waits = approvals.get(state) if state == entered else None
            found.append(Called(application, number, name, instant(at), told, state, free=False, approval=waits))
        left = house.parsed(effects).get("seat_left_free")
        if left:
            why = Line(left["why"], {k: str(v) for k, v in left.items() if k != "why"})
            found.append(Called(application, number, name, instant(at), why, state, free=True, approval=None))
    return tuple(found)
