"""How many seats positions have: changed with a reason, cut when too few apply, never fewer than are held.

Why: how many people a position takes is announced, so each change of it is an act with a reason, in the journal of the
procedure and of the position; and it never goes below the seats that somebody holds.
Never here: who may change it and when (the definition), the act of moving seats (moved_seats.py), sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.engine import opening
from workflow.engine.effects import CheckOpeningRatio
from workflow.engine.process import Kind
from workflow.persistence import reads, seat_reads
from workflow.persistence.invariants import Breach
from workflow.persistence.tables import Position
from workflow.persistence.unit_of_work import Unit
from workflow.services.case import Case, Entry, Rows
from workflow.services.docket import Docket
from workflow.services.house import House

CHANGED = "seats_changed"
"""The entry of a position's own journal about its number of seats."""


NAME = "seats_held_within_seats"
"""This check beside the invariants that the database alone can tell (persistence.invariants)."""


@dataclass(frozen=True, slots=True)
class Overfull:
    """A position in which more seats are held than it has."""

    position: str
    seats: int
    held: int


def change(
    docket: Docket,
    position: Case,
    seats: int,
    why: Mapping[str, str],
    actor: str,
    at: datetime,
    texts: Mapping[str, str] | None = None,
) -> Rows:
    """The row of a position with that number of seats; the change is entered in the position's own journal."""
    before = position.facts.seats
    entry = Entry(
        kind="record",
        act=CHANGED,
        from_state=None,
        to_state=None,
        effective_at=at,
        actor=actor,
        role="procedure",
        rule=CHANGED,
        parameters={"before": before, "seats": seats, **why},
        texts=dict(texts or {}),
    )
    docket.stage(position, entry)
    position.facts.seats = seats
    return [("update", Position, {"institution": docket.institution, "id": position.id, "seats": seats})]


def taken(position: Case) -> int:
    """How many of a position's seats are held, once they are counted."""
    return sum(position.facts.counts.get(state, 0) for state in position.book.seat_states)


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of each position by the opening ratio: rows, what the journal says, and the positions to end."""

    rows: Rows
    told: list[dict[str, Any]]
    ended: list[Case]


def by_ratio(docket: Docket, case: Case, rule: CheckOpeningRatio, actor: str, at: datetime) -> Opened:
    """Applies the opening ratio to the procedure's positions that have not ended (or to the position itself)."""
    if case.facts.kind is Kind.POSITION:
        positions = [case]
    else:
        states = case.book.process.lifecycles[Kind.POSITION].states
        listed = docket.children(case, Kind.POSITION, None)
        positions = [p for p in listed if states[p.facts.state].final is None]
    docket.count_seats(positions)
    docket.load(positions, {"counts"})
    opened = Opened([], [], [])
    for position in positions:
        applications = sum(position.facts.counts.get(state, 0) for state in rule.states)
        before = position.facts.seats
        verdict = opening.by_ratio(before, applications, rule.ratio, rule.on_miss)
        if verdict.missed:
            told = {"position": position.facts.position, "seats": before, "left": verdict.seats}
            opened.told.append({**told, "applications": applications, "ratio": str(rule.ratio)})
        if verdict.seats == 0:
            opened.ended.append(position)
        elif verdict.seats < before:
            why = {"why": "seats_cut", "applications": str(applications), "ratio": str(rule.ratio)}
            opened.rows.extend(change(docket, position, verdict.seats, why, actor, at))
    return opened


def overfull(house: House, institution: str) -> tuple[Overfull, ...]:
    """Every position in which more seats are held than it has, by its rules; empty while all is well."""

    def work(unit: Unit) -> tuple[Overfull, ...]:
        held: dict[str, Overfull] = {}
        for position, seats, process, definition, calendar, state, n in unit.read(
            seat_reads.held, institution=institution
        ):
            book = house.rulebook(institution, process, definition, calendar, unit)
            if state in book.seat_states:
                before = held.get(position, Overfull(position, seats, 0))
                held[position] = Overfull(position, seats, before.held + n)
        return tuple(one for one in held.values() if one.held > one.seats)

    found: tuple[Overfull, ...] = house.glance(work)
    return found


def breach(house: House, *institutions: str) -> tuple[Breach, ...]:
    """The same as a breach, of those institutions (none named: of all); empty while all is well."""
    if not institutions:
        institutions = tuple(row[0] for row in house.database.read(reads.institutions))
    rows = tuple((at, one.position, one.seats, one.held) for at in institutions for one in overfull(house, at))
    return (Breach(NAME, "more seats of a position are held than it has", rows),) if rows else ()
