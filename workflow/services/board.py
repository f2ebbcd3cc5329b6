"""The board of a procedure: its applications by state, the first of each, with what the reader may do with them.

Why: cards move by buttons that know the guards, and thirty cards must cost as many statements as one.
Never here: labels, a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflow.engine.decide import decide
from workflow.engine.guards import GUARDS
from workflow.engine.process import Kind, ProcessDefinition, State, Words
from workflow.engine.request import Actor, Refused, Request
from workflow.persistence import listing_reads as sql
from workflow.persistence.unit_of_work import Unit
from workflow.services import listing
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House

_INPUT = frozenset({"ground_missing", "reason_missing"})
"""Reasons that go away when the form of the move is filled in."""


@dataclass(frozen=True, slots=True)
class OpenMove:
    """A move that is open to the reader now; `asks`: its form wants a ground or a reason."""

    name: str
    label: Words
    asks: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One application on the board."""

    id: str
    number: str
    name: str
    position: str
    due: datetime | None
    moves: tuple[OpenMove, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One state: the kept count, and the first cards. Of a final state there are none: nothing is done there."""

    state: State
    count: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A procedure's applications by state, in the order of the definition. States where nobody stands are left out."""

    number: str
    state: str
    process: ProcessDefinition
    columns: tuple[Column, ...]


def look(house: House, institution: str, procedure: str, actor: Actor, *, first: int = 10) -> Board:
    """The board as the actor sees it. Raises UnknownSubject for a procedure that the institution does not have."""

    def work(unit: Unit) -> Board:
        docket = Docket(house, unit, institution, house.clock.now())
        whole = docket.case(procedure)
        process = whole.book.process
        counts: dict[str, int] = {}
        kept = listing.counts(house, institution, procedure)
        for (_, state), n in kept.items():
            counts[state] = counts.get(state, 0) + n
        states = process.lifecycles[Kind.APPLICATION].states
        shown = [name for name, state in states.items() if counts.get(name) and state.final is None]
        ids: list[str] = []
        if shown:
            positions = sorted({position for position, _ in kept})
            asked = {f"state_{n}": name for n, name in enumerate(shown)}
            statement = sql.first_of_states(len(shown), first)
            rows = house.database.read(statement, institution=institution, positions=positions, **asked)
            ids = [row[0] for row in rows]
        cases = docket.cases(ids) if ids else []
        moves = moves_of_many(docket, cases, actor)
        cards: dict[str, list[Card]] = {}
        for case in cases:
            facts = case.facts
            due = min((at for _, at in case.due.values()), default=None)
            card = Card(facts.subject, facts.register_number, facts.candidate, facts.position, due, moves[case.id])
            cards.setdefault(facts.state, []).append(card)
        return Board(
            number=whole.facts.number,
            state=whole.facts.state,
            process=process,
            columns=tuple(
                Column(state, counts[name], tuple(cards.get(name, ())))
                for name, state in states.items()
                if counts.get(name)
            ),
        )

    board: Board = house.glance(work)
    return board


def moves_of_many(docket: Docket, cases: Sequence[Case], actor: Actor) -> Mapping[str, tuple[OpenMove, ...]]:
    """What the actor may do with each of those cases now: one statement for each group of facts, however many cases.

    Only moves of the actor's roles are looked at, so that nothing is read which could not make a difference.
    """
    mine: dict[str, list[str]] = {}
    groups = {"armed"}
    for case in cases:
        names = []
        for (kind, state, name), alternatives in case.book.starting.items():
            if kind is case.facts.kind and state == case.facts.state:
                theirs = [t for t in alternatives if actor.roles.intersection(t.by)]
                if theirs:
                    names.append(name)
                    groups |= {group for t in theirs for call in t.guards for group in GUARDS[call.name].reads}
        mine[case.id] = names
    docket.load(cases, groups)
    return {case.id: tuple(_open(docket, case, mine[case.id], actor)) for case in cases}


def _open(docket: Docket, case: Case, names: Sequence[str], actor: Actor) -> list[OpenMove]:
    found = []
    for name in names:
        request = Request(institution=docket.institution, subject=case.id, transition=name, actor=actor)
        outcome = decide(case.book, case.facts, request, docket.now)
        if not isinstance(outcome, Refused):
            found.append(OpenMove(name, outcome.transition.label, asks=False))
        elif {reason.code for reason in outcome.reasons} <= _INPUT:
            label = case.book.starting[case.facts.kind, case.facts.state, name][0].label
            found.append(OpenMove(name, label, asks=True))
    return found
