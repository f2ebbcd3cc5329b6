"""What waits for a member of commissions: sheets to sign, papers to judge, moves of the chair, dates.

Why: the first page of somebody who comes once a month. It costs a fixed number of statements, whatever the commissions.
Never here: another member's marks, moving or recording anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from workflow.engine import deadlines
from workflow.engine.process import Assessment, Kind, ProcessDefinition, Words
from workflow.persistence import scoring_reads as sql
from workflow.persistence import statements
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.scoring_grid import SCORES, procedure_of, scored_in

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Scoring:
    """One assessment that the person scores: how many candidates now, and how many sheets are signed."""

    assessment: Assessment
    candidates: int
    signed: int

    @property
    def unsigned(self) -> int:
        """How many of the person's sheets are still to be signed."""
        return self.candidates - self.signed


@dataclass(frozen=True, slots=True)
class Duty:
    """One procedure in whose commission the person sits, and what waits there for this person."""

    procedure: Case
    function: str
    scoring: tuple[Scoring, ...]
    to_judge: int
    moves: tuple[tuple[str, Words], ...]
    dates: tuple[tuple[Words, date, time | None], ...]
    due: tuple[tuple[Words, datetime], ...]

    @property
    def process(self) -> ProcessDefinition:
        """The rules that the procedure runs by."""
        return self.procedure.book.process

    @property
    def is_over(self) -> bool:
        """Whether the procedure has come to its end."""
        return self.process.lifecycles[Kind.PROCEDURE].states[self.procedure.facts.state].final is not None

    @property
    def waits(self) -> bool:
        """Whether something is asked of the person now."""
        return bool(self.to_judge or self.moves or any(s.unsigned for s in self.scoring))


@dataclass(frozen=True, slots=True)
class ToJudge:
    """An application whose papers the commission judges: how many verdicts were given."""

    application: str
    number: str
    name: str
    position: str
    judged: int


def duties(house: House, institution: str, user: str, functions: Mapping[str, str]) -> tuple[Duty, ...]:
    """What waits for the user in those procedures (id -> function): where something waits first, what is over last."""
    ids = sorted(functions)
    if not ids:
        return ()
    here = {"institution": institution, "ids": ids}
    cases: list[Case] = house.glance(lambda unit: Docket(house, unit, institution, house.clock.now()).cases(ids))
    standing: dict[str, dict[tuple[str, str], int]] = {i: {} for i in ids}
    for procedure, position, state, n in house.database.read(sql.counts, **here):
        standing[procedure][position, state] = int(n)
    for procedure, position, state, n in house.database.read(sql.own_conflicts, **here, user=user):
        standing[procedure][position, state] -= n
    scored = {s for case in cases for name in case.book.process.assessments for s in scored_in(case.book.process, name)}
    found_signed = house.database.read(sql.own_signed, **here, user=user, states=sorted(scored))
    signed = {(p, a, s): n for p, a, s, n in found_signed if a is not None}
    due: dict[str, list[tuple[str, datetime]]] = {i: [] for i in ids}
    for _, procedure, rule, kind, due_at in house.database.read(statements.armed, **here):
        if kind == "due":
            due[procedure].append((rule, instant(due_at)))
    now = house.clock.now()
    found = []
    for case in cases:
        today = now.astimezone(ZoneInfo(case.book.process.institution.zone)).date()
        found.append(_duty(case, functions[case.id], standing[case.id], signed, due[case.id], today))
    return tuple(sorted(found, key=lambda d: (d.is_over, not d.waits, d.procedure.facts.number)))


def _duty(
    case: Case,
    function: str,
    standing: Mapping[tuple[str, str], int],
    signed: Mapping[tuple[str, str, str], int],
    due: list[tuple[str, datetime]],
    today: date,
) -> Duty:
    process, scoring = case.book.process, []
    if function in SCORES:
        for name, rule in process.assessments.items():
            states = scored_in(process, name)
            held = {p for p in process.positions if name not in process.positions[p].skips}
            candidates = sum(n for (p, state), n in standing.items() if state in states and p in held)
            if candidates:
                scoring.append(Scoring(rule, candidates, sum(signed.get((case.id, name, s), 0) for s in states)))
    judged_in = judged_by(process, function)
    moves = {
        name: alternatives[0].label
        for (kind, state, name), alternatives in case.book.starting.items()
        if kind is Kind.PROCEDURE and state == case.facts.state and any(moves_by(function, t.by) for t in alternatives)
    }
    return Duty(
        procedure=case,
        function=function,
        scoring=tuple(scoring),
        to_judge=sum(n for (_, state), n in standing.items() if state in judged_in),
        moves=tuple(moves.items()),
        dates=_ahead(case, {process.deadlines[rule].at for rule, _ in due}, today),
        due=tuple((process.deadlines[rule].label, at) for rule, at in sorted(due, key=lambda one: one[1])),
    )


def _ahead(case: Case, told: set[str | None], today: date) -> tuple[tuple[Words, date, time | None], ...]:
    """The dates still to come, without those that an armed deadline tells already."""
    found = []
    for name, rule in case.book.process.dates.items():
        if name in case.facts.dates and name not in told:
            day, at = deadlines.parse_date(case.facts.dates[name])
            if day >= today:
                found.append((rule.label, day, at))
    return tuple(sorted(found, key=lambda one: (one[1], one[2] or time.max)))


def moves_by(function: str, by: tuple[str, ...]) -> bool:
    """Whether somebody with that function in a commission is among those who may."""
    return function in by or (function in SCORES and "commission" in by)


def judged_by(process: ProcessDefinition, function: str) -> tuple[str, ...]:
    """The states in which somebody with that function judges papers; none where that is not the commission's task."""
    act = process.acts.get("give_verdict")
    return act.states if act is not None and moves_by(function, act.by) else ()


def to_judge(
    house: House, institution: str, procedure: str, user: str, function: str, after: str = ""
) -> tuple[tuple[ToJudge, ...], str]:
    """A page of the applications whose papers wait for the commission, by register number, and where the next begins
    ('' = that was all)."""
    case = procedure_of(house, institution, procedure)
    states = judged_by(case.book.process, function)
    if not states:
        return (), ""
    found = house.database.read(
        sql.to_judge,
        institution=institution,
        procedure=procedure,
        user=user,
        after=after,
        states=list(states),
        limit=A_PAGE + 1,
    )
    shown = tuple(ToJudge(*row) for row in found[:A_PAGE])
    return shown, shown[-1].number if len(found) > A_PAGE else ""
