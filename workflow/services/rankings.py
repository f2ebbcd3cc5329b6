"""Ranking lists as the engine made them, and how they would be made now: places, groups, ties, and what settled them.

Why: whoever asks why somebody stands third must be told by the same code that put them there.
Never here: deciding ties (records.py), moving anybody, sentences.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

from workflow.engine import bonus, ranking
from workflow.engine.effects import Rank
from workflow.engine.process import Kind, ProcessDefinition, Ranking
from workflow.engine.request import Reason
from workflow.engine.scoring import Line, plain
from workflow.persistence import procedure_reads as sql
from workflow.persistence import statements
from workflow.persistence.statement import Statement
from workflow.persistence.unit_of_work import Unit
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House


@dataclass(frozen=True, slots=True)
class Placed:
    """An application on a ranking list. `why` explains the place, when it is known what settled it."""

    application: str
    register_number: str
    name: str
    place: int
    group: str
    total: Decimal
    state: str
    why: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Tied:
    """Applications that no rule separates, for a place that somebody gains by; by register number."""

    place: int
    seats: int
    total: Decimal
    applications: tuple[tuple[str, str, str], ...]
    """(application, register number, name)"""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the list of a position would be made now. `placed` is empty while a tie is open or a result is missing."""

    placed: tuple[Placed, ...]
    ties: tuple[Tied, ...]
    reasons: tuple[Reason, ...]


def rankings(
    house: House,
    institution: str,
    process: ProcessDefinition,
    positions: Sequence[str],
    hidden: Collection[str] = (),
) -> dict[str, tuple[Placed, ...]]:
    """The list of each of those positions as it was made; empty for one that is not ranked yet.

    `hidden`: applications that the reader is shown nothing of (services/recusals.py); they are left out.
    """
    found: dict[str, list[Placed]] = {position: [] for position in positions}
    made = house.database.read(sql.rankings, institution=institution, ids=list(positions))
    rows = [row for row in made if row[1] not in hidden]
    settled, added = _settled(house, institution, process, [row[1] for row in rows])
    values = _values(house, institution, process, settled)
    for position, application, group, place, total, number, name, state in rows:
        why = _why(settled.get(application, ""), place, values.get(application))
        if process.ranking is not None:
            why = (*bonus.lines(process.ranking, added.get(application, ()), str(total)), *why)
        found[position].append(Placed(application, number, name or "", place, group, Decimal(total), state, why))
    return {position: tuple(placed) for position, placed in found.items()}


def outlook(house: House, institution: str, position: str) -> Outlook | None:
    """How the list of a position would be made of those who wait to be ranked; None when nobody does."""

    def work(unit: Unit) -> Outlook | None:
        docket = Docket(house, unit, institution, house.clock.now())
        case = docket.case(position)
        name = case.facts.position
        made = ranked_now(docket, case)
        if made is None:
            return None
        cases, ranked = made.cases, made.ranked
        return Outlook(
            placed=tuple(
                Placed(
                    p.id,
                    cases[p.id].facts.register_number,
                    cases[p.id].facts.candidate,
                    p.place,
                    p.group.value,
                    p.shown,
                    cases[p.id].facts.state,
                    p.why,
                )
                for p in ranked.places.get(name, ())
            ),
            ties=tuple(
                Tied(
                    tie.place,
                    tie.seats,
                    tie.shown,
                    tuple((i, cases[i].facts.register_number, cases[i].facts.candidate) for i in tie.ids),
                )
                for tie in ranked.ties
            ),
            reasons=ranked.reasons,
        )

    found: Outlook | None = house.glance(work)
    return found


@dataclass(frozen=True, slots=True)
class Made:
    """The list of a position as it would be made now, with those who wait to be ranked."""

    cases: Mapping[str, Case]
    ranked: ranking.Ranked


def ranked_now(docket: Docket, position: Case) -> Made | None:
    """How the list of a position would be made of those who wait to be ranked; None when nobody does."""
    process = position.book.process
    states = sorted({s for rank in _ranks(process) for s in rank.states})
    if process.ranking is None or not states:
        return None
    applications = docket.children(position, Kind.APPLICATION, states)
    if not applications:
        return None
    docket.load(applications, {"results", "verdicts"} if process.ranking.bonus else {"results"})
    name = position.facts.position
    ranked = ranking.rank(
        process.ranking,
        process,
        [entry(process.ranking, a) for a in applications],
        seats={name: position.facts.seats},
        **orders(docket, process.ranking, {position.id: name}),
    )
    return Made({a.id: a for a in applications}, ranked)


def entry(rule: Ranking, case: Case) -> ranking.Entry:
    """An application as it is ranked, with the bonus it has proved; results and verdicts are loaded."""
    return ranking.Entry(
        case.id,
        case.facts.position,
        case.facts.register_number,
        case.scores,
        bonus.earned(rule, case.facts.verdicts),
    )


class Orders(TypedDict):
    """Recorded orders of applications by position, as `engine.ranking.rank` takes them."""

    decided: Mapping[str, Sequence[str]]
    drawn: Mapping[str, Sequence[str]]


def orders(docket: Docket, rule: Ranking, positions: Mapping[str, str]) -> Orders:
    """The orders recorded for positions (id -> name): the commission's, and those of lots where the rules have them."""
    return {
        "decided": _recorded(docket, statements.ties, positions),
        "drawn": _recorded(docket, statements.lots, positions) if ranking.LOT in rule.ties else {},
    }


def _recorded(docket: Docket, statement: Statement, positions: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in positions.values()}
    rows = docket.unit.read(statement, institution=docket.institution, ids=sorted(positions))
    for position, application, _ in sorted(rows, key=lambda row: (row[0], row[2])):
        found[positions[position]].append(application)
    return found


def _ranks(process: ProcessDefinition) -> list[Rank]:
    return [e for lc in process.lifecycles.values() for t in lc.transitions for e in t.effects if isinstance(e, Rank)]


def _settled(
    house: House, institution: str, process: ProcessDefinition, ids: Sequence[str]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """What settled the place of each application and what bonus it got, as its journal has it: the last word counts."""
    acts = sorted({name for rank in _ranks(process) for name in rank.moves.values()})
    if not ids or not acts:
        return {}, {}
    rows = house.database.read(sql.placed, institution=institution, ids=list(ids), acts=acts)
    settled: dict[str, str] = {}
    added: dict[str, tuple[str, ...]] = {}
    for subject, _, parameters in rows:
        told = house.parsed(parameters)
        if told.get("decided_by"):
            settled[subject] = str(told["decided_by"])
            added[subject] = tuple(map(str, told.get("bonus", ())))
    return settled, added


def _values(
    house: House, institution: str, process: ProcessDefinition, settled: Mapping[str, str]
) -> dict[str, Fraction]:
    """The values of the keys that separated equal totals, for those applications where one did."""
    keys = {
        application: by.partition(".")
        for application, by in settled.items()
        if by.partition(".")[0] in process.assessments
    }
    if not keys:
        return {}
    values = {}
    for row in house.database.read(statements.results, institution=institution, ids=sorted(keys)):
        application, assessment, value, _, criteria, _ = row
        wanted, _, criterion = keys[application]
        if assessment != wanted:
            continue
        if not criterion:
            values[application] = Fraction(value)
        elif (mean := house.parsed(criteria).get(criterion)) is not None:
            values[application] = Fraction(mean)
    return values


def _why(by: str, place: int, value: Fraction | None) -> tuple[Line, ...]:
    if by == ranking.SHARED:
        return (Line("place_shared", {"place": str(place)}),)
    if by == ranking.COMMISSION_DECISION:
        return (Line("tie_decided_by_commission"),)
    if by == ranking.LOT:
        return (Line("tie_decided_by_lot"),)
    if value is not None:
        return (Line("tie_decided_by", {"key": by, "value": plain(value)}),)
    return ()
