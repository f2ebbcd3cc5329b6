"""A small process for tests of the engine: one position, one assessment, every kind of guard that decisions need.

Invented; no institution has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal

from workflow.engine.effects import Effect
from workflow.engine.facts import Facts
from workflow.engine.process import (
    ActRule,
    Assessment,
    Basis,
    Channel,
    Check,
    Criterion,
    DeadlineRule,
    Document,
    Ground,
    GuardCall,
    Institution,
    Kind,
    Lifecycle,
    NamedDate,
    Position,
    ProcessDefinition,
    ReExamination,
    Reminder,
    Requirement,
    Role,
    Span,
    Stage,
    State,
    Task,
    Training,
    TrainingPart,
    Transition,
)
from workflow.engine.request import Actor, Request
from workflow.engine.rulebook import Rulebook
from workflow.engine.workdays import Calendar

BASIS = Basis(assumption="a test")
NOW = datetime(2022, 4, 1, 9, 0, tzinfo=UTC)


def words(text: str) -> dict[str, str]:
    """The same text in the two languages of the small institution."""
    return {"bg": text, "en": text}


def state(name: str, **more: object) -> State:
    """A state with its name for every label."""
    return State(name, Stage.INTAKE, words(name), words(name), words(name), BASIS, **more)  # type: ignore[arg-type]


def transition(
    key: str,
    sources: str,
    target: str,
    by: str,
    guards: Sequence[GuardCall] = (),
    *,
    effects: Sequence[Effect] = (),
    backdated: bool = False,
) -> Transition:
    """A silent transition; the key is its name, with `#n` for an alternative."""
    return Transition(
        key=key.replace("#", "_"),
        name=key.partition("#")[0],
        sources=tuple(sources.split()),
        target=target,
        by=tuple(by.split()),
        guards=tuple(guards),
        effects=tuple(effects),
        notices=(),
        silent="a test",
        label=words(key),
        basis=BASIS,
        backdated=backdated,
    )


INSTITUTION = Institution(
    "small",
    words("Small"),
    ("bg", "en"),
    ("bg", "en"),
    "Europe/Sofia",
    "BG",
    time(8, 30),
    time(17, 30),
    "office@small.example",
    words("1 Street"),
    BASIS,
)

APPLICATION = Lifecycle(
    Kind.APPLICATION,
    "submitted",
    {
        s.name: s
        for s in (
            state("submitted", owner="registrar"),
            state("late", owner="registrar"),
            state("document_check", owner="commission"),
            state("admitted", owner="commission"),
            state("rejected", final="rejected"),
            state("selected", holds_seat=True, owner="coordinator"),
            state("hired", holds_seat=True, final="hired"),
        )
    },
    (
        transition(
            "register#1", "new", "submitted", "registrar", [GuardCall("received_by", ("closing",))], backdated=True
        ),
        transition(
            "register#2", "new", "late", "registrar", [GuardCall("received_after", ("closing",))], backdated=True
        ),
        transition("begin_check", "submitted", "document_check", "procedure clock"),
        transition(
            "admit",
            "document_check",
            "admitted",
            "commission",
            [GuardCall("documents_complete"), GuardCall("requirements_proved")],
        ),
        transition("reject", "document_check", "rejected", "commission", [GuardCall("ground_given")], backdated=True),
        transition("reinstate", "rejected", "document_check", "coordinator", [GuardCall("reason_given")]),
        transition("select", "admitted", "selected", "coordinator", [GuardCall("seats_free")]),
        transition("hire", "selected", "hired", "coordinator", [GuardCall("checks_passed", ("medical", "record"))]),
    ),
)
POSITION = Lifecycle(
    Kind.POSITION,
    "open",
    {s.name: s for s in (state("open", owner="coordinator"), state("filled", final="filled"))},
    (transition("settle", "open", "filled", "application", [GuardCall("seats_filled")]),),
)
PROCEDURE = Lifecycle(
    Kind.PROCEDURE,
    "draft",
    {
        s.name: s
        for s in (
            state("draft", owner="coordinator"),
            state("receiving", owner="registrar"),
            state("closed", final="closed"),
        )
    },
    (
        transition("announce", "draft", "receiving", "coordinator", [GuardCall("has_positions")]),
        transition("close_intake", "receiving", "closed", "clock", [GuardCall("date_reached", ("closing",))]),
    ),
)

PROCESS = ProcessDefinition(
    format=1,
    name="selection",
    institution=INSTITUTION,
    title=words("Selection"),
    basis=BASIS,
    roles={name: Role(name, words(name)) for name in ("registrar", "coordinator", "head")},
    dates={"closing": NamedDate("closing", words("closing"), BASIS, "2022-03-31 17:30")},
    details={},
    positions={
        "clerk": Position("clerk", words("Clerk"), 1, BASIS, ("degree",)),
        "porter": Position("porter", words("Porter"), 1, BASIS, (), ("interview",)),
    },
    channels={
        "in_person": Channel("in_person", words("in person"), BASIS),
        "by_post": Channel("by_post", words("by post"), BASIS, "postmark"),
    },
    requirements={"degree": Requirement("degree", words("degree"), BASIS)},
    documents={
        "cv": Document("cv", "original", "dossier", words("CV"), BASIS),
        "diploma": Document("diploma", "copy", "dossier", words("Diploma"), BASIS, proves=("degree",)),
        "letter": Document("letter", "copy", "dossier", words("Letter"), BASIS, optional=True),
        "licence": Document("licence", "copy", "dossier", words("Licence"), BASIS, only_for=("stoker",)),
    },
    grounds={"document_missing": Ground("document_missing", words("Missing: {document}"), BASIS)},
    assessments={
        "interview": Assessment(
            "interview",
            words("Interview"),
            {c: Criterion(c, words(c), Decimal(1), Decimal(5), Decimal(1), BASIS) for c in ("skill", "manner", "will")},
            2,
            BASIS,
            threshold=Decimal(12),
            threshold_basis=BASIS,
        )
    },
    ranking=None,
    checks={
        **{name: Check(name, words(name), BASIS) for name in ("medical", "record")},
        "again": Check("again", words("again"), BASIS, re_examination=ReExamination(Span(7, "days"), 1, BASIS)),
    },
    tasks={
        name: Task(
            name,
            words(name),
            "registrar",
            DeadlineRule(name, Kind.APPLICATION, (), BASIS, words(name), after=Span(5, "working_days")),
            BASIS,
            required=name == "contract",
        )
        for name in ("contract", "coffee")
    },
    training=Training(
        words("Plan"),
        Decimal(10),
        {
            "theory": TrainingPart("theory", "theory", Decimal(6), words("theory"), BASIS),
            "practice": TrainingPart("practice", "practice", Decimal(4), words("practice"), BASIS, ("theory",)),
        },
        BASIS,
    ),
    survey=None,
    notices={},
    texts={},
    publications={},
    acts={"give_verdict": ActRule("give_verdict", Kind.APPLICATION, ("commission",), ("document_check",), BASIS)},
    lifecycles={Kind.APPLICATION: APPLICATION, Kind.POSITION: POSITION, Kind.PROCEDURE: PROCEDURE},
    deadlines={
        "check_overdue": DeadlineRule(
            "check_overdue",
            Kind.APPLICATION,
            ("document_check",),
            BASIS,
            words("check"),
            after=Span(7, "days"),
            transition="begin_check",
            reminders=(Reminder(Span(2, "days"), "remind"),),
        ),
        "close": DeadlineRule(
            "close",
            Kind.PROCEDURE,
            ("receiving",),
            BASIS,
            words("close"),
            at="closing",
            ends="exact",
            transition="close_intake",
        ),
    },
)
CALENDAR = Calendar.of(
    "BG", weekend=frozenset({5, 6}), days_off={}, working_days=frozenset(), years=frozenset({2022, 2023})
)
BOOK = Rulebook(PROCESS, CALENDAR, "0" * 64)


def facts(**changes: object) -> Facts:
    """An application in document check with everything in order, changed as asked."""
    known = Facts(
        institution="small",
        subject="a",
        kind=Kind.APPLICATION,
        state="document_check",
        version=3,
        created_at=datetime(2022, 3, 30, 8, 0, tzinfo=UTC),
        procedure="p",
        dates={"closing": "2022-03-31 17:30"},
        position="clerk",
        position_id="c",
        seats=1,
        received_at=datetime(2022, 3, 30, 8, 0, tzinfo=UTC),
        documents=frozenset({"cv", "diploma"}),
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def request(name: str, *roles: str, **more: object) -> Request:
    """A request by somebody with those roles."""
    actor = Actor(user="u", roles=frozenset(roles))
    return Request(institution="small", subject="a", transition=name, actor=actor, **more)  # type: ignore[arg-type]
