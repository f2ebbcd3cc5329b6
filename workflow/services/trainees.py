"""How far people are between being selected and having begun: hours, tasks, papers; of one, or of a whole procedure.

Why: a page of everybody costs as many statements as a page of one.
Never here: sentences, who may see it, changing anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from workflow.engine import training
from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Kind, ProcessDefinition, Stage, Task
from workflow.persistence import onboarding_reads as reads
from workflow.persistence.statement import Statement
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case
from workflow.services.house import House
from workflow.services.procedures import procedure_of

_ACTS = ("record_attendance", "complete_part", "complete_task")


@dataclass(frozen=True, slots=True)
class Issued:
    """A paper about a training: `kind` certificate | statement."""

    kind: str
    number: str
    hours: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """A task that was given: the instant it is due (None: its date is not set) and the local day it was done."""

    task: Task
    due_at: datetime | None
    done_on: str | None

    def is_late(self, now: datetime) -> bool:
        """Whether it is not done and was due."""
        return self.done_on is None and self.due_at is not None and now > self.due_at


@dataclass(frozen=True, slots=True)
class Progress:
    """What was recorded of one application. `items`: (check, line) -> in order; `again`: check -> times asked for."""

    items: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    again: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    done_on: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    tasks: tuple[Given, ...] = ()
    papers: tuple[Issued, ...] = ()

    @property
    def attended(self) -> dict[str, Decimal]:
        """Hours attended of each part."""
        sums: dict[str, Decimal] = {}
        for (part, _), hours in self.days.items():
            sums[part] = sums.get(part, Decimal(0)) + hours
        return sums

    @property
    def hours(self) -> dict[str, Decimal]:
        """Hours done of each part."""
        return training.hours_of(self.parts, self.attended)

    @property
    def total(self) -> Decimal:
        """All hours done."""
        return training.total(self.parts, self.attended)

    def first_and_last(self) -> tuple[str, str] | None:
        """The first and the last day on which something of the training was done."""
        days = sorted([*self.done_on.values(), *(day for _, day in self.days)])
        return (days[0], days[-1]) if days else None


@dataclass(frozen=True, slots=True)
class Session:
    """When and where a part is held, and who leads it; '' = not said."""

    day: str | None = None
    place: str = ""
    host: str = ""
    mentor: str = ""


@dataclass(frozen=True, slots=True)
class Trainee:
    """One person of a procedure's onboarding."""

    id: str
    number: str
    name: str
    state: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Overview:
    """Everybody in the onboarding of a procedure, by register number, and who leads the parts of the training."""

    case: Case
    people: tuple[Trainee, ...]
    sessions: Mapping[str, Session]


_One: TypeAlias = tuple[Progress, Mapping[str, Session]]


def progress(house: House, institution: str, ids: Sequence[str], process: ProcessDefinition) -> dict[str, Progress]:
    """What was recorded of each of these applications, in one statement."""
    return {i: _progress(t, process) for i, t in _things(house, institution, ids, reads.contents).items()}


def of_one(house: House, institution: str, application: str, process: ProcessDefinition) -> _One:
    """What was recorded of an application, and who leads the parts of its training, in one statement."""
    things = _things(house, institution, [application], reads.with_sessions)[application]
    leaders = {t["name"]: (t["a"], t["b"]) for t in things.get("leaders", [])}
    held = {t["name"]: Session(t["a"], t["b"], *leaders[t["name"]]) for t in things.get("session", [])}
    return _progress(things, process), held


def _things(
    house: House, institution: str, ids: Sequence[str], statement: Statement
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    things: dict[str, dict[str, list[dict[str, Any]]]] = {i: {} for i in ids}
    for row in house.database.read(statement, institution=institution, ids=list(ids)) if ids else ():
        one = dict(zip(reads.contents.columns, row, strict=True))
        things[one["application_id"]].setdefault(one["what"], []).append(one)
    return things


def _progress(things: Mapping[str, list[dict[str, Any]]], process: ProcessDefinition) -> Progress:
    given = {t["name"]: t for t in things.get("task", [])}
    return Progress(
        items={(t["name"], t["a"]): t["flag"] == "1" for t in things.get("item", [])},
        again={t["name"]: int(t["a"]) for t in things.get("again", [])},
        parts={t["name"]: Decimal(t["a"]) for t in things.get("part", [])},
        done_on={t["name"]: t["b"] for t in things.get("part", [])},
        days={(t["name"], t["b"]): Decimal(t["a"]) for t in things.get("attendance", [])},
        tasks=tuple(
            Given(task, None if given[name]["at"] is None else instant(given[name]["at"]), given[name]["a"])
            for name, task in process.tasks.items()
            if name in given
        ),
        papers=tuple(
            Issued(kind, t["name"], Decimal(t["a"]), instant(t["at"]))
            for kind in ("certificate", "statement")
            for t in things.get(kind, [])
        ),
    )


def states_of(process: ProcessDefinition) -> tuple[str, ...]:
    """The application states of an onboarding: those of its stage, and those in which its acts are recorded."""
    acts = {state for name in _ACTS if name in process.acts for state in process.acts[name].states}
    states = process.lifecycles[Kind.APPLICATION].states.values()
    return tuple(s.name for s in states if s.stage is Stage.ONBOARDING or s.name in acts)


def sessions(house: House, institution: str, procedure: str) -> dict[str, Session]:
    """Who leads the parts of a procedure's training."""
    rows = house.database.read(reads.sessions, institution=institution, procedure=procedure)
    return {part: Session(day, place, host, mentor) for part, day, place, host, mentor in rows}


def overview(house: House, institution: str, procedure: str) -> Overview:
    """Everybody in the onboarding of that procedure. Raises UnknownSubject."""
    case = procedure_of(house, institution, procedure)
    process = case.book.process
    states = list(states_of(process))
    rows = house.database.read(reads.trainees, institution=institution, procedure=procedure, states=states)
    found = progress(house, institution, [row[0] for row in rows], process)
    people = tuple(Trainee(i, number, name or "", state, found[i]) for i, number, name, state, _ in rows)
    return Overview(case, people, sessions(house, institution, procedure))


def paper_of(found: Progress, kind: str) -> Issued:
    """The certificate or the statement that was issued. Raises UnknownSubject when there is none."""
    for paper in found.papers:
        if paper.kind == kind:
            return paper
    raise UnknownSubject(kind)
