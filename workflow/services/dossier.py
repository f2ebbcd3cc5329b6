"""What lies in the file of one application, as one reader may see it: for the page of the application.

Why: one call, a fixed number of statements, and what the reader may not see is never read into the page.
Never here: sentences, changing anything, who may see what (engine/access.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from workflow.engine import checking
from workflow.engine.access import Sight, sight
from workflow.engine.decide import MoveOption, may_record, moves, needs
from workflow.engine.errors import UnknownSubject
from workflow.engine.facts import SheetFacts
from workflow.engine.guards import outstanding
from workflow.engine.process import Kind, ProcessDefinition, Stage, State, Transition
from workflow.engine.request import Actor, GivenGround, Refused, Request
from workflow.persistence import application_reads as rows
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services import handing_in, timeline, trainees
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.timeline import Happened
from workflow.services.trainees import Progress, Session


@dataclass(frozen=True, slots=True)
class FileRow:
    """One version of a document's file. `name` is as its owner called it, cleaned when it came."""

    id: str
    document: str
    name: str
    sha256: str
    size: int
    type: str
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class Item:
    """A document or a requirement: whether it is required, was handed in, and how it was judged (None: not yet).

    `kind` and `wording`: of a document, see the definition. `seen_by`: who saw what was only shown. `judges`: the roles
    that alone may judge it. `asked`: it is asked for and has not come since.
    """

    name: str
    is_document: bool
    required: bool
    received_at: datetime | None = None
    pages: int | None = None
    ok: bool | None = None
    ground: GivenGround | None = None
    judged_by: str = ""
    judged_at: datetime | None = None
    files: tuple[FileRow, ...] = ()
    kind: str = ""
    seen_by: str = ""
    wording: str = ""
    judges: tuple[str, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A medical or background check; `passed` None: not recorded yet."""

    name: str
    passed: bool | None = None
    valid_until: str | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the training plan; `hours` None: not completed; `waits_for`: parts that come first and are not done."""

    name: str
    hours: Decimal | None = None
    done_on: str | None = None
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """The result of an assessment whose sheets were opened."""

    assessment: str
    shown: Decimal
    members: int


@dataclass(frozen=True, slots=True)
class Term:
    """An armed deadline (`is_reminder`: a reminder before one) of the application or of what it belongs to."""

    rule: str
    subject: str
    due_at: datetime
    is_reminder: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """The file of one application. Lists that the reader may not see are empty; `sight` says which those are."""

    case: Case
    sight: Sight
    phone: str
    town: str
    documents: tuple[Item, ...] = ()
    requirements: tuple[Item, ...] = ()
    checks: tuple[Checked, ...] = ()
    parts: tuple[Part, ...] = ()
    results: tuple[Scored, ...] = ()
    certificate: tuple[str, datetime] | None = None
    recused: Mapping[str, str] = field(default_factory=dict)
    signed: frozenset[str] = frozenset()
    next: Term | None = None
    terms: tuple[Term, ...] = ()
    moves: tuple[MoveOption, ...] = ()
    acts: Mapping[str, Refused | None] = field(default_factory=dict)
    can_declare_conflict: bool = False
    entries: tuple[Happened, ...] = ()
    older: int | None = None
    roles: frozenset[str] = frozenset()
    progress: Progress = field(default_factory=Progress)
    sessions: Mapping[str, Session] = field(default_factory=dict)

    @property
    def process(self) -> ProcessDefinition:
        """The rules the application runs by."""
        return self.case.book.process

    @property
    def state(self) -> State:
        """Where the application stands."""
        return self.process.lifecycles[Kind.APPLICATION].states[self.case.facts.state]

    @property
    def items(self) -> tuple[Item, ...]:
        """All that is judged: documents, then requirements."""
        return self.documents + self.requirements

    @property
    def to_judge(self) -> tuple[Item, ...]:
        """What must be judged, by the reader among others, and is not: required documents that were handed in, and
        the position's requirements."""
        return tuple(
            i
            for i in self.items
            if i.required and i.ok is None and (i.received_at is not None or not i.is_document) and self._judges(i)
        )

    @property
    def missing(self) -> tuple[Item, ...]:
        """The required documents that were not handed in."""
        return tuple(i for i in self.documents if i.required and i.received_at is None)

    @property
    def asked(self) -> tuple[Item, ...]:
        """What the person was asked to supplement and has not handed in since."""
        return tuple(i for i in self.items if i.asked)

    def may_judge(self, item: Item) -> bool:
        """Whether the reader may give a verdict on it now."""
        return self.may("give_verdict") and self._judges(item)

    def _judges(self, item: Item) -> bool:
        return not item.judges or bool(self.roles.intersection(item.judges))

    @property
    def objections(self) -> tuple[GivenGround, ...]:
        """The grounds of what was found not in order, and of what was not handed in: what a rejection would name."""
        return tuple(i.ground for i in self.items if i.ok is False and i.ground is not None)

    def ask_until(self, check: str) -> datetime | None:
        """Until when a re-examination of that failed check may be asked for; None: there is none (left)."""
        return checking.ask_until(self.case.book, self.case.facts, check) if self.sight.checks else None

    def expired(self, check: str, now: datetime) -> bool:
        """Whether the check holds no longer."""
        return self.sight.checks and checking.expired(self.case.book, self.case.facts, check, now)

    def may(self, act: str) -> bool:
        """Whether the reader may record that act now."""
        return act in self.acts and self.acts[act] is None


def view(
    house: House, institution: str, procedure: str, application: str, actor: Actor, *, before: int | None = None
) -> Dossier:
    """The file of an application of that procedure as the actor may see it.

    `before`: show the journal from the entry before that number. Raises UnknownSubject.
    """
    dossier: Dossier = house.glance(
        lambda unit: _view(house, unit, institution, procedure, application, actor, before or timeline.NEWEST)
    )
    return dossier


def find(house: House, institution: str, procedure: str, application: str, actor: Actor) -> tuple[Case, Sight]:
    """The application's case and what the actor may see of it, without its contents. Raises UnknownSubject."""

    def work(unit: Unit) -> tuple[Case, Sight]:
        docket = Docket(house, unit, institution, house.clock.now())
        case = _case(docket, procedure, application)
        docket.load([case], {"conflicts"})
        recused = case.facts.sheets[""].recused if "" in case.facts.sheets else frozenset()
        return case, _sight(case, actor, recused)

    found: tuple[Case, Sight] = house.glance(work)
    return found


def neighbours(house: House, case: Case) -> tuple[str | None, str | None]:
    """The applications of the procedure before and after this one, by register number, that stand in its state."""
    key = {
        "institution": case.facts.institution,
        "procedure": case.facts.procedure,
        "number": case.facts.register_number,
        "state": case.facts.state,
    }
    found = dict(house.database.read(rows.neighbours, **key))
    return found.get("before"), found.get("after")


def undoing(case: Case, transition: Transition) -> tuple[str, ...]:
    """The moves from where that move leads which take it back, by the definition."""
    lifecycle = case.book.process.lifecycles[case.facts.kind]
    return tuple(
        dict.fromkeys(
            t.name for t in lifecycle.transitions if t.undoes == transition.name and transition.target in t.sources
        )
    )


def _case(docket: Docket, procedure: str, application: str) -> Case:
    case = docket.case(application)
    if case.facts.kind is not Kind.APPLICATION or case.facts.procedure != procedure:
        raise UnknownSubject(application)
    return case


def _sight(case: Case, actor: Actor, recused: Iterable[str]) -> Sight:
    state = case.book.process.lifecycles[Kind.APPLICATION].states[case.facts.state]
    return sight(case.book.process, state.stage, actor.roles, recused=actor.user in set(recused))


def _view(
    house: House, unit: Unit, institution: str, procedure: str, application: str, actor: Actor, before: int
) -> Dossier:
    now = house.clock.now()
    docket = Docket(house, unit, institution, now)
    case = _case(docket, procedure, application)
    key = {"institution": institution, "id": case.id, "dossier": case.dossier_id or ""}
    things: dict[str, list[dict[str, Any]]] = {}
    for row in unit.read(rows.contents, **key, candidate=case.candidate_id or ""):
        thing = dict(zip(rows.contents.columns, row, strict=True))
        things.setdefault(thing["what"], []).append(thing)
    recused = {t["name"]: t["a"] or t["name"] for t in things.get("conflict", [])}
    seen = _sight(case, actor, recused)
    case.facts.sheets = {"": SheetFacts(frozenset(), frozenset(recused))}
    case.loaded.add("conflicts")  # read with the rest
    files: dict[str, list[FileRow]] = {}
    if seen.documents:
        for row in unit.read(rows.files, institution=institution, dossier=case.dossier_id or ""):
            one = dict(zip(rows.files.columns, row, strict=True))
            if _is_here(case, one["document"], one["application_id"]):
                files.setdefault(one["document"], []).append(_file(one))
    entries, older = timeline.page(house, case, seen, before)
    if case.book.following(case.facts.state, handing_in.ACT):
        docket.load([case], {"documents", "asked"})
    terms = _terms(house, case)
    progress, sessions = _onboarding(house, case, things, seen)
    return Dossier(
        case=case,
        sight=seen,
        phone=next((t["name"] or "" for t in things.get("person", [])), "") if seen.contact else "",
        town=next((t["a"] or "" for t in things.get("person", [])), "") if seen.contact else "",
        documents=_documents(case, things, files, entries) if seen.documents else (),
        requirements=_requirements(case, things, entries) if seen.documents else (),
        checks=_checks(case, things) if seen.checks else (),
        parts=_parts(case, things) if seen.training else (),
        results=tuple(
            Scored(t["name"], Decimal(t["a"]), t["n"])
            for name in case.book.process.assessments
            for t in things.get("result", [])
            if t["name"] == name
        )
        if seen.results
        else (),
        certificate=next(((t["name"], instant(t["at"])) for t in things.get("certificate", [])), None)
        if seen.training
        else None,
        recused=recused,
        # Only whether the reader's own sheet is signed: who else has signed stands on the page of the scores.
        signed=frozenset(t["name"] for t in things.get("sheet", []) if t["a"] == actor.user and t["at"] is not None),
        next=_next(case, terms),
        terms=terms,
        moves=_moves(docket, case, actor, now),
        acts=_acts(case, actor, now),
        can_declare_conflict=actor.user not in recused and _may_declare(docket, case, actor, now),
        entries=entries,
        older=older,
        roles=actor.roles,
        progress=progress,
        sessions=sessions,
    )


def _moves(docket: Docket, case: Case, actor: Actor, now: datetime) -> tuple[MoveOption, ...]:
    names = {name for kind, state, name in case.book.starting if kind is Kind.APPLICATION and state == case.facts.state}
    groups = frozenset[str]().union(*(needs(case.book, Kind.APPLICATION, case.facts.state, n) for n in names))
    docket.load([case], groups)
    return moves(case.book, case.facts, actor, now)


def _acts(case: Case, actor: Actor, now: datetime) -> dict[str, Refused | None]:
    """Every act of the definition on applications: open to the actor now (None), or why not."""
    acts: dict[str, Refused | None] = {}
    for rule in case.book.process.acts.values():
        if rule.of is not Kind.APPLICATION:
            continue
        asked = Request(institution=case.facts.institution, subject=case.id, transition=rule.name, actor=actor)
        outcome = may_record(case.book, case.facts, rule.name, asked, now)
        acts[rule.name] = outcome if isinstance(outcome, Refused) else None
    return acts


def _may_declare(docket: Docket, case: Case, actor: Actor, now: datetime) -> bool:
    """Whether the actor may declare a conflict with the candidate: an act on the procedure."""
    rule = case.book.process.acts.get("declare_conflict")
    if rule is None or not actor.roles.intersection(rule.by):
        return False
    facts = docket.case(case.facts.procedure).facts
    asked = Request(institution=facts.institution, subject=facts.subject, transition=rule.name, actor=actor)
    return not isinstance(may_record(case.book, facts, rule.name, asked, now), Refused)


def _is_here(case: Case, document: str, application: str) -> bool:
    """Whether a file of the dossier belongs to this application: shared ones do, another position's do not."""
    rule = case.book.process.documents.get(document)
    return application == case.id or (rule is not None and rule.per == "dossier")


def _file(one: Mapping[str, Any]) -> FileRow:
    return FileRow(
        id=one["id"],
        document=one["document"],
        name=one["name"],
        sha256=one["sha256"],
        size=one["size"],
        type=one["type"],
        added_at=instant(one["added_at"]),
        added_by=one["added_by"] or "",
    )


def _judged(
    case: Case, things: Mapping[str, list[dict[str, Any]]], entries: tuple[Happened, ...]
) -> dict[str, dict[str, Any]]:
    details = {}
    for entry in reversed(entries):
        if entry.act == "give_verdict":
            item = entry.parameters.get("item")
            values = {**(entry.parameters.get("values") or {}), "detail": entry.texts.get("detail", "-")}
            details[item] = values
    judged = {}
    for t in things.get("verdict", []):
        ground = None
        if t["a"] is not None and t["a"] in case.book.process.grounds:
            ground = GivenGround(code=t["a"], values={k: str(v) for k, v in details.get(t["name"], {}).items()})
        judged[t["name"]] = {
            "ok": bool(t["flag"]),
            "ground": ground,
            "judged_by": t["b"] or "",
            "judged_at": instant(t["at"]),
        }
    return judged


def _documents(
    case: Case,
    things: Mapping[str, list[dict[str, Any]]],
    files: Mapping[str, list[FileRow]],
    entries: tuple[Happened, ...],
) -> tuple[Item, ...]:
    position = case.facts.position
    required = case.book.required_documents(position)
    handed = {t["name"]: t for t in things.get("document", [])}
    asked = outstanding(case.book, case.facts)
    judged = _judged(case, things, entries)
    return tuple(
        Item(
            name=name,
            is_document=True,
            required=name in required,
            received_at=instant(handed[name]["at"]) if name in handed else None,
            pages=handed[name]["n"] if name in handed else None,
            files=tuple(files.get(name, ())),
            kind=rule.kind,
            seen_by=handed[name]["a"] or "" if name in handed else "",
            wording=handed[name]["b"] or "" if name in handed else "",
            judges=rule.judged_by,
            asked=("document", name) in asked,
            **_of_this_paper(judged.get(name, {}), handed.get(name)),
        )
        for name, rule in case.book.process.documents.items()
        if not rule.only_for or position in rule.only_for
    )


def _of_this_paper(judged: dict[str, Any], handed: Mapping[str, Any] | None) -> dict[str, Any]:
    """A judgement that something is not in order speaks of what was there then: what came since is to be judged."""
    if handed is None or judged.get("ok") is not False or instant(handed["at"]) <= judged["judged_at"]:
        return judged
    return {**judged, "ok": None}


def _requirements(
    case: Case, things: Mapping[str, list[dict[str, Any]]], entries: tuple[Happened, ...]
) -> tuple[Item, ...]:
    process, judged = case.book.process, _judged(case, things, entries)
    asked = outstanding(case.book, case.facts)
    return tuple(
        Item(
            name=name,
            is_document=False,
            required=process.requirements[name].necessary,
            judges=process.requirements[name].judged_by,
            asked=("requirement", name) in asked,
            **judged.get(name, {}),
        )
        for name in process.positions[case.facts.position].requires
    )


_LATE = (Stage.CHECKS, Stage.OUTCOME, Stage.ONBOARDING)
"""Stages in which checks, training or tasks may have been recorded; before them nothing is looked for."""


def _onboarding(
    house: House, case: Case, things: Mapping[str, list[dict[str, Any]]], seen: Sight
) -> tuple[Progress, Mapping[str, Session]]:
    """What was recorded of checks, training and tasks, without what the reader may not see."""
    process, facts = case.book.process, case.facts
    stage = process.lifecycles[Kind.APPLICATION].states[facts.state].stage
    begun = stage in _LATE or "check" in things or "part" in things
    if not begun or not (process.checks or process.training or process.tasks) or not (seen.checks or seen.training):
        return Progress(), {}
    found, sessions = trainees.of_one(house, facts.institution, case.id, process)
    if seen.checks:
        done = things.get("check", [])
        facts.checks = {t["name"]: bool(t["flag"]) for t in done}
        facts.checked_at = {t["name"]: instant(t["at"]) for t in done}
        facts.valid_until = {t["name"]: t["a"] for t in done if t["a"] is not None}
        facts.re_examined = found.again
    else:
        found = replace(found, items={}, again={})
    if not seen.training:
        return replace(found, parts={}, done_on={}, days={}, tasks=(), papers=()), {}
    return found, sessions


def _checks(case: Case, things: Mapping[str, list[dict[str, Any]]]) -> tuple[Checked, ...]:
    done = {t["name"]: t for t in things.get("check", [])}
    return tuple(
        Checked(name, bool(done[name]["flag"]), done[name]["a"], instant(done[name]["at"]))
        if name in done
        else Checked(name)
        for name in case.book.process.checks
    )


def _parts(case: Case, things: Mapping[str, list[dict[str, Any]]]) -> tuple[Part, ...]:
    plan = case.book.process.training
    done = {t["name"]: t for t in things.get("part", [])}
    return tuple(
        Part(name, Decimal(done[name]["a"]), done[name]["b"])
        if name in done
        else Part(name, waits_for=tuple(first for first in part.after if first not in done))
        for name, part in (plan.parts.items() if plan else ())
    )


def _terms(house: House, case: Case) -> tuple[Term, ...]:
    ids = [case.id, case.facts.position_id, case.facts.procedure]
    found = house.database.read(rows.deadlines, institution=case.facts.institution, ids=ids)
    return tuple(
        Term(rule, subject, instant(due_at), kind == "reminder") for _, subject, rule, kind, due_at, _ in found
    )


def _next(case: Case, terms: tuple[Term, ...]) -> Term | None:
    """The deadline that ends the present wait: the application's own, else the one its state names of its parents."""
    own = [t for t in terms if t.subject == case.id and not t.is_reminder]
    until = case.book.process.lifecycles[Kind.APPLICATION].states[case.facts.state].until
    return next(iter(own or [t for t in terms if t.rule == until and not t.is_reminder]), None)
