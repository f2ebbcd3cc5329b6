"""Ranking lists as the engine made them, and how they would be made now: places, groups, ties, and what settled them.

Why: whoever asks why somebody stands third must be told by the same code that put them there.
Never here: deciding ties (records.py), moving anybody, sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, TypedDict

from workflow.engine import bonus, ranking
from workflow.engine.effects import OpenSheets, Rank
from workflow.engine.facts import Verdict
from workflow.engine.process import Kind, Priority, ProcessDefinition, Ranking
from workflow.engine.request import Reason
from workflow.engine.scoring import Line
from workflow.engine.standing import Account
from workflow.engine.tie_chain import REQUIREMENT, chain_of
from workflow.persistence import procedure_reads as sql
from workflow.persistence import statements
from workflow.persistence.statement import Statement
from workflow.persistence.unit_of_work import Unit
from workflow.services.case import Case, Score
from workflow.services.docket import Docket
from workflow.services.house import House


class Read(Protocol):
    """Reads the rows of a statement: from a database, or within a unit."""

    def __call__(self, statement: Statement, /, **params: Any) -> Sequence[Any]:
        """The rows as tuples in the order of the columns."""


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

    `hidden`: applications that the reader is shown nothing of (services/recusals.py): they are left out, and so are
    the explanations that would name them as neighbours.
    """
    found: dict[str, list[Placed]] = {position: [] for position in positions}
    rows = house.database.read(sql.rankings, institution=institution, ids=list(positions))
    accounts = stored_accounts(house.database.read, house.parsed, institution, process, rows)
    some_hidden = {row[0] for row in rows if row[1] in hidden}
    for position, application, group, place, total, number, name, state in rows:
        if application in hidden:
            continue
        why = accounts[position].lines(application) if position in accounts and position not in some_hidden else ()
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
        account = Account(ranked.lists[name]) if name in ranked.lists else None
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
                    account.lines(p.id) if account else (),
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
    states = sorted({*(s for rank in _ranks(process) for s in rank.states), *_sitting(process)})
    if process.ranking is None or not states:
        return None
    applications = docket.children(position, Kind.APPLICATION, states)
    if not applications:
        return None
    name = position.facts.position
    ranked = ranking.rank(
        process.ranking,
        process,
        entries_of(docket, process.ranking, applications),
        seats={name: position.facts.seats},
        **orders(docket, process.ranking, {position.id: name}),
        priority=in_force(process.ranking, position.facts.details),
    )
    return Made({a.id: a for a in applications}, ranked)


def _sitting(process: ProcessDefinition) -> set[str]:
    """The states of those who sit an extra assessment: they wait to be ranked like the others of their tie."""
    return {
        state
        for t in process.lifecycles[Kind.APPLICATION].transitions
        for effect in t.effects
        if isinstance(effect, OpenSheets) and process.assessments[effect.assessment].for_ties
        for state in t.sources
    }


def entries_of(docket: Docket, rule: Ranking, applications: Sequence[Case]) -> list[ranking.Entry]:
    """The applications as ranking reads them: with their results, and what was proved where the rules ask for it."""
    docket.load(applications, {"results", "verdicts"} if requirements_read(rule) else {"results"})
    return [entry(rule, a) for a in applications]


def entry(rule: Ranking, case: Case) -> ranking.Entry:
    """One application as ranking reads it; its results, and the verdicts where the rules ask for them, are loaded."""
    proved, facts = _proved(case.facts.verdicts), case.facts
    return ranking.Entry(
        case.id, facts.position, facts.register_number, case.scores, proved, bonus.earned(rule, proved)
    )


def requirements_read(rule: Ranking) -> frozenset[str]:
    """The requirements that the order hangs on."""
    keys = (key.partition(".") for key in rule.ties)
    items = rule.bonus.items.values() if rule.bonus is not None else ()
    return frozenset(
        (
            *(part for name, _, part in keys if name == REQUIREMENT),
            *(p.requirement for p in rule.priority),
            *(item.requirement for item in items),
        )
    )


def in_force(rule: Ranking, details: Mapping[str, str]) -> tuple[Priority, ...]:
    """The legal priorities that hold in a procedure with those details."""
    return tuple(p for p in rule.priority if p.when is None or _same(details.get(p.when.detail, ""), p.when.says))


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _proved(verdicts: Mapping[str, Verdict]) -> frozenset[str]:
    return frozenset(item for item, verdict in verdicts.items() if verdict.ok)


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


@dataclass(frozen=True, slots=True)
class Settled:
    """How a place came about, as the journal of the application has it."""

    by: str
    without_priority: int | None
    bonus: tuple[str, ...]


def _settled(
    read: Read, parsed: Callable[[Any], Any], institution: str, process: ProcessDefinition, ids: Sequence[str]
) -> dict[str, Settled]:
    """What settled the place of each application: the last word counts."""
    acts = sorted({name for rank in _ranks(process) for name in rank.moves.values()})
    if not ids or not acts:
        return {}
    rows = read(sql.placed, institution=institution, ids=list(ids), acts=acts)
    settled = {}
    for subject, _, text in rows:
        parameters = parsed(text)
        if parameters.get("decided_by"):
            without = parameters.get("without_priority")
            added = tuple(map(str, parameters.get("bonus", ())))
            settled[subject] = Settled(str(parameters["decided_by"]), None if without is None else int(without), added)
    return settled


def stored_accounts(
    read: Read, parsed: Callable[[Any], Any], institution: str, process: ProcessDefinition, rows: Sequence[Any]
) -> dict[str, Account]:
    """The account of each stored list (rows of `procedure_reads.rankings`), by position id; `read` as of a database or
    of a unit, `parsed` as of the house.

    A list is not explained while a result that it was made of is missing, as after an erasure.
    """
    rule = process.ranking
    if rule is None or not rows:
        return {}
    ids, here = [row[1] for row in rows], {"institution": institution}
    settled = _settled(read, parsed, institution, process, ids)
    results: dict[str, dict[str, Score]] = {one: {} for one in ids}
    for one, assessment, value, _, criteria, _, dropped in read(statements.results, **here, ids=ids):
        means = {c: Fraction(mean) for c, mean in parsed(criteria).items()}
        results[one][assessment] = Score(Fraction(value), means, None if dropped is None else Fraction(dropped))
    proved: dict[str, set[str]] = {one: set() for one in ids}
    if requirements_read(rule):
        for one, item, ok, _, _ in read(statements.verdicts, **here, ids=ids):
            if ok:
                proved[one].add(item)
    positions = sorted({row[0] for row in rows})
    known = {
        row[0]: dict(zip(statements.subjects.columns, row, strict=True))
        for row in read(statements.subjects, **here, ids=positions)
    }
    recorded = {
        key: read(statement, **here, ids=positions)
        for key, statement in ((ranking.COMMISSION_DECISION, statements.ties), (ranking.LOT, statements.lots))
        if key in rule.ties
    }
    accounts = {}
    for position in positions:
        name, seats = known[position]["position"], known[position]["seats"]
        order = {
            key: [a for p, a, _ in sorted(found, key=lambda row: row[2]) if p == position]
            for key, found in recorded.items()
        }
        chain = chain_of(rule, process, name, order.get(ranking.COMMISSION_DECISION, ()), order.get(ranking.LOT, ()))
        entries = [
            ranking.Entry(
                row[1],
                name,
                row[5],
                results[row[1]],
                frozenset(proved[row[1]]),
                settled[row[1]].bonus if row[1] in settled else (),
            )
            for row in rows
            if row[0] == position
        ]
        held = ranking.weights_held(rule, process, name)
        if any(not held.keys() <= entry.results.keys() for entry in entries):
            continue
        sums = ranking.totals(rule, held, entries)
        places = tuple(
            ranking.Place(
                row[1],
                ranking.Group(row[2]),
                row[3],
                sums.exact(row[1]),
                Decimal(row[4]),
                settled[row[1]].by if row[1] in settled else "",
                settled[row[1]].without_priority if row[1] in settled else None,
                settled[row[1]].bonus if row[1] in settled else (),
            )
            for row in rows
            if row[0] == position
        )
        accounts[position] = Account(ranking.Listed(name, rule, chain, seats, entries, places))
    return accounts
