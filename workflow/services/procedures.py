"""What a person sees of procedures: the list of them, one with everything that belongs to it, its journal.

Why: a page asks once and gets values that are ready to be shown, in a fixed number of statements.
Never here: changing anything, sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow.engine.decide import MoveOption, moves
from workflow.engine.errors import UnknownSubject
from workflow.engine.guards import GUARDS
from workflow.engine.process import Kind, ProcessDefinition
from workflow.engine.request import Actor
from workflow.engine.rulebook import Rulebook
from workflow.persistence import procedure_reads as sql
from workflow.persistence import statements
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.publications import PublicationLine, publications

PAGE = 50
_ENTRIES = 30
_STAFF = 500


@dataclass(frozen=True, slots=True)
class PositionLine:
    """A position with how many of its applications stand in each state, as kept."""

    id: str
    name: str
    seats: int
    state: str
    counts: Mapping[str, int]
    seat_states: frozenset[str]

    @property
    def applications(self) -> int:
        """How many applications were registered for it."""
        return sum(self.counts.values())

    @property
    def filled(self) -> int:
        """How many of its seats are held."""
        return sum(n for state, n in self.counts.items() if state in self.seat_states)


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """A procedure in the list of procedures."""

    id: str
    number: str
    process: ProcessDefinition
    state: str
    created_at: datetime
    dates: Mapping[str, str]
    positions: tuple[PositionLine, ...]

    @property
    def applications(self) -> int:
        """How many applications were registered."""
        return sum(p.applications for p in self.positions)

    @property
    def seats(self) -> int:
        """How many people are sought."""
        return sum(p.seats for p in self.positions)

    @property
    def filled(self) -> int:
        """How many seats are held."""
        return sum(p.filled for p in self.positions)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the commission."""

    user: str
    name: str
    email: str | None
    function: str
    order_number: str | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A deadline that is armed on the procedure or on one of its positions (`position`: its name, else '')."""

    rule: str
    due_at: datetime
    position: str


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One entry of a journal with who made it by name; erased texts are missing."""

    seq: int
    kind: str
    act: str
    from_state: str | None
    to_state: str | None
    effective_at: datetime
    recorded_at: datetime
    actor: str
    name: str
    role: str
    rule: str
    parameters: Mapping[str, Any]
    effects: Mapping[str, Any]
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One procedure with everything that belongs to it."""

    case: Case
    positions: tuple[PositionLine, ...]
    ahead: tuple[Ahead, ...]
    options: tuple[MoveOption, ...]
    commission: tuple[Member, ...]
    publications: tuple[PublicationLine, ...]
    timeline: tuple[JournalLine, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many applications stand in each state."""
        total: Counter[str] = Counter()
        for position in self.positions:
            total.update(position.counts)
        return total


@dataclass(frozen=True, slots=True)
class PositionView:
    """One position with what belongs to it."""

    case: Case
    line: PositionLine
    ahead: tuple[Ahead, ...]
    options: tuple[MoveOption, ...]
    timeline: tuple[JournalLine, ...]


def listing(house: House, institution: str, before: str = "") -> tuple[list[ProcedureLine], str | None]:
    """A page of procedures, newest first, and where the next page begins (None: this is the last)."""
    found = house.database.read(sql.page, institution=institution, before=before or "~", limit=PAGE + 1)
    rows = [dict(zip(sql.page.columns, row, strict=True)) for row in found[:PAGE]]
    if not rows:
        return [], None

    def work(unit: Unit) -> list[Rulebook]:
        return [
            house.rulebook(institution, row["process"], row["definition_hash"], row["calendar_version"], unit)
            for row in rows
        ]

    books: list[Rulebook] = house.glance(work)
    seats = {row["id"]: book.seat_states for row, book in zip(rows, books, strict=True)}
    below = _positions(house, institution, seats)
    lines = [
        ProcedureLine(
            row["id"],
            row["number"],
            book.process,
            row["state"],
            instant(row["created_at"]),
            house.parsed(row["dates"]),
            below[row["id"]],
        )
        for row, book in zip(rows, books, strict=True)
    ]
    return lines, rows[-1]["id"] if len(found) > PAGE else None


def procedure_of(house: House, institution: str, procedure: str) -> Case:
    """The case of a procedure. Raises UnknownSubject for anything else."""
    case: Case = house.glance(lambda unit: Docket(house, unit, institution, house.clock.now()).case(procedure))
    if case.facts.kind is not Kind.PROCEDURE:
        raise UnknownSubject(procedure)
    return case


def position_of(house: House, institution: str, procedure: str, position: str) -> Case:
    """The case of a position of that procedure. Raises UnknownSubject for anything else."""
    case: Case = house.glance(lambda unit: Docket(house, unit, institution, house.clock.now()).case(position))
    if case.facts.kind is not Kind.POSITION or case.facts.procedure != procedure:
        raise UnknownSubject(position)
    return case


def view(house: House, institution: str, procedure: str, actor: Actor, upto: int | None = None) -> ProcedureView:
    """A procedure with everything that belongs to it, and what the actor may do; its journal up to that entry.

    Raises UnknownSubject.
    """

    def work(unit: Unit) -> tuple[Case, list[Case], tuple[MoveOption, ...]]:
        docket = Docket(house, unit, institution, house.clock.now())
        case = docket.case(procedure)
        if case.facts.kind is not Kind.PROCEDURE:
            raise UnknownSubject(procedure)
        positions = docket.children(case, Kind.POSITION, None)
        docket.load([case, *positions], {"armed"})
        docket.load([case], _reads(case))
        return case, positions, moves(case.book, case.facts, actor, docket.now)

    case, positions, options = house.glance(work)
    counts = _counts(house, institution, [procedure])
    return ProcedureView(
        case=case,
        positions=tuple(
            PositionLine(
                p.id,
                p.facts.position,
                p.facts.seats,
                p.facts.state,
                counts.get(p.id, {}),
                p.book.seat_states,
            )
            for p in positions
        ),
        ahead=tuple(
            sorted(
                (Ahead(rule, due_at, c.facts.position) for c in (case, *positions) for rule, due_at in c.due.values()),
                key=lambda one: (one.due_at, one.rule, one.position),
            )
        ),
        options=options,
        commission=commission(house, institution, procedure),
        publications=publications(house, institution, procedure),
        timeline=timeline(house, institution, procedure, min(case.seq, upto or case.seq)),
    )


def position_view(
    house: House, institution: str, procedure: str, position: str, actor: Actor, upto: int | None = None
) -> PositionView:
    """A position of that procedure, and what the actor may do with it. Raises UnknownSubject for anything else."""

    def work(unit: Unit) -> tuple[Case, tuple[MoveOption, ...]]:
        docket = Docket(house, unit, institution, house.clock.now())
        case = docket.case(position)
        if case.facts.kind is not Kind.POSITION or case.facts.procedure != procedure:
            raise UnknownSubject(position)
        docket.load([case], _reads(case) | {"armed"})
        return case, moves(case.book, case.facts, actor, docket.now)

    case, options = house.glance(work)
    facts = case.facts
    counts = _counts(house, institution, [procedure]).get(position, {})
    return PositionView(
        case=case,
        line=PositionLine(position, facts.position, facts.seats, facts.state, counts, case.book.seat_states),
        ahead=tuple(sorted((Ahead(rule, at, "") for rule, at in case.due.values()), key=lambda one: one.due_at)),
        options=options,
        timeline=timeline(house, institution, position, min(case.seq, upto or case.seq)),
    )


def _reads(case: Case) -> set[str]:
    """The groups of facts that the moves from where the subject stands read."""
    reads: set[str] = set()
    for (kind, state, _), alternatives in case.book.starting.items():
        if kind is case.facts.kind and state == case.facts.state:
            reads |= {group for t in alternatives for call in t.guards for group in GUARDS[call.name].reads}
    return reads


def timeline(house: House, institution: str, subject: str, upto: int) -> tuple[JournalLine, ...]:
    """The entries of a journal up to that number, newest first, at most 30."""
    found: dict[int, JournalLine] = {}
    rows = house.database.read(
        sql.entries, institution=institution, subject=subject, after=max(0, upto - _ENTRIES), upto=upto
    )
    for row in rows:
        r = dict(zip(sql.entries.columns, row, strict=True))
        line = found.get(r["seq"])
        if line is None:
            line = found[r["seq"]] = JournalLine(
                seq=r["seq"],
                kind=r["kind"],
                act=r["act"],
                from_state=r["from_state"],
                to_state=r["to_state"],
                effective_at=instant(r["effective_at"]),
                recorded_at=instant(r["recorded_at"]),
                actor=r["actor"],
                name=r["name"] or r["actor"],
                role=r["role"],
                rule=r["rule"],
                parameters=house.parsed(r["parameters"]),
                effects=house.parsed(r["effects"]),
            )
        if r["field"] and r["text"]:  # empty once erased
            line.texts[r["field"]] = r["text"]
    return tuple(found.values())


def latest(house: House, institution: str, subjects: Sequence[str]) -> dict[str, JournalLine]:
    """The last entry of each subject's journal: who was faster, when and with what."""
    found = {}
    for row in house.database.read(sql.latest, institution=institution, ids=list(subjects)):
        r = dict(zip(sql.latest.columns, row, strict=True))
        at = instant(r["recorded_at"])
        found[r["subject_id"]] = JournalLine(
            seq=0,
            kind="transition" if r["to_state"] else "record",
            act=r["act"],
            from_state=r["from_state"],
            to_state=r["to_state"],
            effective_at=at,
            recorded_at=at,
            actor=r["actor"],
            name=r["name"] or r["actor"],
            role="",
            rule=r["rule"],
            parameters={},
            effects={},
        )
    return found


def commission(house: House, institution: str, procedure: str) -> tuple[Member, ...]:
    """The commission of a procedure by name."""
    rows = house.database.read(sql.commission, institution=institution, procedure=procedure)
    return tuple(Member(*row) for row in rows)


def number_taken(house: House, institution: str, number: str) -> bool:
    """Whether a procedure of the institution carries that number."""
    return bool(house.database.read(statements.procedure_by_number, institution=institution, number=number))


def staff_names(house: House, institution: str) -> list[tuple[str, str]]:
    """(user, name) of everybody who works there, by name; the first 500."""
    rows = house.database.read(sql.staff, institution=institution, limit=_STAFF)
    return [(row[0], row[1]) for row in rows]


def positions(house: House, institution: str, case: Case) -> tuple[PositionLine, ...]:
    """The positions of a procedure with their kept counts, in the order of the announcement."""
    return _positions(house, institution, {case.id: case.book.seat_states})[case.id]


def _positions(
    house: House, institution: str, seat_states: Mapping[str, frozenset[str]]
) -> dict[str, tuple[PositionLine, ...]]:
    procedures = list(seat_states)
    counts = _counts(house, institution, procedures)
    found: dict[str, list[PositionLine]] = {procedure: [] for procedure in procedures}
    for procedure, position, name, seats, state in house.database.read(
        sql.positions, institution=institution, ids=procedures
    ):
        line = PositionLine(position, name, seats, state, counts.get(position, {}), seat_states[procedure])
        found[procedure].append(line)
    return {procedure: tuple(lines) for procedure, lines in found.items()}


def _counts(house: House, institution: str, procedures: Sequence[str]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for _, position, state, n in house.database.read(sql.counts, institution=institution, ids=list(procedures)):
        if n:
            counts.setdefault(position, {})[state] = int(n)
    return counts
