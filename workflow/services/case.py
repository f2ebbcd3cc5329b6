"""One subject in a unit of work, and what its journal entry will say: the values that services hand each other.

Never here: reading (gathering.py), staging (docket.py), rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from workflow.engine.facts import Facts
from workflow.engine.request import Actor, GivenGround
from workflow.engine.rulebook import Rulebook

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = list[tuple[str, type, Row]]
"""What is to be written: (`insert`, `upsert`, `update` or `delete`, table, row).
An update's row holds key and new values, a deletion's the key."""


@dataclass(frozen=True, slots=True)
class Score:
    """A stored result as ranking reads it: exact value, exact mark of each criterion, and what was left out."""

    value: Fraction
    criteria: Mapping[str, Fraction]
    dropped: Fraction | None = None


@dataclass(slots=True)
class Case:
    """One subject in this unit: its facts, the rules it runs by, and the head of its journal."""

    facts: Facts
    book: Rulebook
    seq: int
    head: str
    entered_at: datetime
    process: str
    calendar_version: str | None
    candidate_id: str | None = None
    dossier_id: str | None = None
    email: str | None = None
    address: str | None = None
    town: str = ""
    last_reason: str = ""
    language: str = ""
    place: tuple[int, str] | None = None
    training: dict[str, str] = field(default_factory=dict)
    attendance: dict[tuple[str, str], Decimal] = field(default_factory=dict)  # (part, day) -> hours
    loaded: set[str] = field(default_factory=set)
    armed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    due: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # armed deadline -> (rule, due instant)
    grounds: tuple[GivenGround, ...] | None = None
    marks: dict[str, dict[str, dict[str, Decimal]]] = field(default_factory=dict)  # assessment -> user -> criterion
    sheets: dict[tuple[str, str], str] = field(default_factory=dict)  # (assessment, user) -> sheet id
    salts: dict[tuple[str, str], str] = field(default_factory=dict)  # (assessment, user) -> salt of the signed digest
    functions: Mapping[str, str] = field(default_factory=dict)  # user -> function in the commission
    digests: dict[tuple[str, str], str] = field(default_factory=dict)  # (assessment, user) -> the signed digest
    opened: set[tuple[str, str]] = field(default_factory=set)  # (assessment, user) of the sheets that were opened
    journaled: dict[tuple[str, str], str] = field(default_factory=dict)  # (assessment, user) -> digest in the journal

    scores: dict[str, Score] = field(default_factory=dict)

    def take_result(
        self,
        name: str,
        value: Fraction,
        criteria: Mapping[str, Fraction],
        shown: Decimal,
        dropped: Fraction | None = None,
    ) -> None:
        """Takes in the result of an assessment, for guards, ranking and notices."""
        self.scores = {**self.scores, name: Score(value, criteria, dropped)}
        self.facts.results = {**self.facts.results, name: value}
        self.facts.criteria = {**self.facts.criteria, name: criteria}
        self.facts.shown = {**self.facts.shown, name: shown}

    def count_attendance(self) -> None:
        """Sums up the hours attended of each part, for guards and notices."""
        sums: dict[str, Decimal] = {}
        for (part, _), hours in self.attendance.items():
            sums[part] = sums.get(part, Decimal(0)) + hours
        self.facts.attended = sums

    @property
    def id(self) -> str:
        """The subject's id."""
        return self.facts.subject


@dataclass(slots=True)
class Entry:
    """What a journal entry will say. Texts are stored beside the chain, salted, so that they can be erased."""

    kind: str
    act: str
    from_state: str | None
    to_state: str | None
    effective_at: datetime
    actor: str
    role: str
    rule: str
    parameters: dict[str, Any] = field(default_factory=dict)
    effects: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def actor_role(actor: Actor, by: Sequence[str]) -> str:
    """The role in which somebody acts: the first that the rule names and the actor holds."""
    return next((role for role in by if role in actor.roles), "")
