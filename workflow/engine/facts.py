"""The typed snapshot that guards may read about one subject.

Why: guards see facts, never the database; the same guard therefore answers in a scenario, a page and a sweep.
A group of facts that no guard of a transition reads is not loaded for it (see `guards.Guard.reads`).
Never here: queries (persistence/facts.py), rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from workflow.engine.process import Kind

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The commission's judgement of one document or requirement."""

    ok: bool
    ground: str | None = None


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """Who must score, who is recused, and who has signed, by user id. Marks are never here while sealed."""

    members: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    signed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Facts:
    """What is known of one subject when a request is decided.

    Instants are aware UTC. `counts`: applications by state (of the position, or of the whole procedure for a
    procedure); `positions`: positions by state. `criteria`: the combined marks behind each of `results`. `tie`: the
    extra assessments that its open tie waits for. `handed_in`: when each document last came. `entered_by`: the user who
    moved it to where it stands. `asked`: what the move into the present state asked for, as ("document" |
    "requirement", name), since `asked_at`. `fired`: from when to when the deadlines ran that fell due, each the last
    time. `valid_until` and `checked_at`: the last local day of each check and when it was recorded; `re_examined`: how
    often a re-examination was asked for. `parts`: hours of completed parts of the training; `attended`: hours attended
    of parts that are not complete. `tasks`: each task that was given, with the local day it was done (None: not yet).
    `published`: publications of the procedure that were shown; `protocol_final`: its newest protocol was signed by all.
    `windows`: deadline -> (since when it ran, due instant), as last armed on the subject or on what it is part of;
    `open_objections`: numbers of those that wait for a decision.
    An objection has the fields of its application, its own receipt, and `application`, `application_state`, `objection`
    (its number).
    A position or procedure has the application's fields empty.
    """

    institution: str
    subject: str
    kind: Kind
    state: str
    version: int
    created_at: datetime | None
    procedure: str
    procedure_state: str = ""
    entered_by: str = ""
    number: str = ""
    dates: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    position: str = ""
    position_id: str = ""
    seats: int = 0
    candidate: str = ""
    register_number: str = ""
    received_at: datetime | None = None
    channel: str = ""
    posted_on: str | None = None
    documents: frozenset[str] = frozenset()
    handed_in: Mapping[str, datetime] = field(default_factory=dict)
    asked: tuple[tuple[str, str], ...] = ()
    asked_at: datetime | None = None
    fired: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    sheets: Mapping[str, SheetFacts] = field(default_factory=dict)
    results: Mapping[str, Fraction] = field(default_factory=dict)
    criteria: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    shown: Mapping[str, Decimal] = field(default_factory=dict)
    tie: frozenset[str] = frozenset()
    checks: Mapping[str, bool] = field(default_factory=dict)
    valid_until: Mapping[str, str] = field(default_factory=dict)
    checked_at: Mapping[str, datetime] = field(default_factory=dict)
    re_examined: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    attended: Mapping[str, Decimal] = field(default_factory=dict)
    tasks: Mapping[str, str | None] = field(default_factory=dict)
    members: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)
    published: frozenset[str] = frozenset()
    protocol_final: bool = False
    application: str = ""
    application_state: str = ""
    objection: str = ""
    windows: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    open_objections: tuple[str, ...] = ()
