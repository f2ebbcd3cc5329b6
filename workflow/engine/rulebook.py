"""A process definition compiled for deciding: look-ups made once per definition hash and calendar version.

Why: a decision must cost microseconds, so what can be known beforehand is; and a pinned procedure carries one value
with everything that its decisions read.
Never here: the decision itself, anything of a subject.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from workflow.engine import deadlines, journal
from workflow.engine.effects import OpenSheets
from workflow.engine.machine import StateMachine
from workflow.engine.process import DeadlineRule, Kind, ProcessDefinition, Transition
from workflow.engine.workdays import Calendar

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_KEPT_DUES = 4096


@dataclass(frozen=True, eq=False)
class Rulebook:
    """The rules one procedure runs by: its definition, the definition's hash, and the calendar."""

    process: ProcessDefinition
    calendar: Calendar
    hash: str = ""
    machines: Mapping[Kind, StateMachine] = field(init=False)

    def __post_init__(self) -> None:
        machines = {kind: StateMachine(lifecycle) for kind, lifecycle in self.process.lifecycles.items()}
        object.__setattr__(self, "machines", machines)

    @cached_property
    def starting(self) -> Mapping[tuple[Kind, str, str], tuple[Transition, ...]]:
        """(kind, state, transition name) -> the alternatives, in order."""
        table: dict[tuple[Kind, str, str], tuple[Transition, ...]] = {}
        for kind, lifecycle in self.process.lifecycles.items():
            for t in lifecycle.transitions:
                for source in t.sources:
                    key = (kind, source, t.name)
                    table[key] = (*table.get(key, ()), t)
        return table

    @cached_property
    def by_key(self) -> Mapping[tuple[Kind, str], Transition]:
        """(kind, key) -> transition."""
        return {(kind, t.key): t for kind, lc in self.process.lifecycles.items() for t in lc.transitions}

    @cached_property
    def seat_states(self) -> frozenset[str]:
        """The application states that hold a seat of the position."""
        states = self.process.lifecycles[Kind.APPLICATION].states
        return frozenset(s.name for s in states.values() if s.holds_seat)

    @cached_property
    def ground_values(self) -> Mapping[str, frozenset[str]]:
        """Ground code -> the values that its text names in any language."""
        return {
            g.name: frozenset(name for text in g.text.values() for name in _PLACEHOLDER.findall(text))
            for g in self.process.grounds.values()
        }

    @cached_property
    def _required(self) -> Mapping[str, tuple[str, ...]]:
        return {name: self.process.required_documents(name) for name in self.process.positions}

    @cached_property
    def _necessary(self) -> Mapping[str, tuple[str, ...]]:
        return {name: self.process.necessary_requirements(name) for name in self.process.positions}

    def required_documents(self, position: str) -> tuple[str, ...]:
        """Names of the documents that an application for the position must have."""
        return self._required[position]

    def necessary_requirements(self, position: str) -> tuple[str, ...]:
        """Names of the requirements that an application for the position must prove."""
        return self._necessary[position]

    def following(self, state: str, act: str) -> tuple[str, ...]:
        """The moves that an application in that state makes by itself once the act is recorded, in order."""
        lifecycle = self.process.lifecycles[Kind.APPLICATION]
        return tuple(dict.fromkeys(t.name for t in lifecycle.transitions if t.follows == act and state in t.sources))

    @cached_property
    def wordings(self) -> Mapping[str, str]:
        """Declaration -> SHA-256 of the text that is declared (of its label, where the definition has no text)."""
        return {
            d.name: hashlib.sha256(journal.canonical(dict(d.text or d.label)).encode()).hexdigest()
            for d in self.process.documents.values()
            if d.kind == "declaration"
        }

    @cached_property
    def _deadlines(self) -> Mapping[tuple[Kind, str], tuple[DeadlineRule, ...]]:
        table: dict[tuple[Kind, str], tuple[DeadlineRule, ...]] = {}
        for rule in self.process.deadlines.values():
            for state in rule.states:
                table[rule.of, state] = (*table.get((rule.of, state), ()), rule)
        return table

    def due(self, rule: DeadlineRule, start: datetime, dates: Mapping[str, str]) -> deadlines.Due:
        """`deadlines.due` under these rules; what depends on the day alone is counted once a day."""
        if rule.after is None:
            key = (rule.name, dates[rule.at or ""])
        elif rule.after.unit == "hours" or rule.ends == "exact" or start.tzinfo is None:
            return self._due(rule, start, dates)
        else:
            key = (rule.name, start.astimezone(self._zone).date().isoformat())
        known = self._dues.get(key)
        if known is None:
            if len(self._dues) >= _KEPT_DUES:
                self._dues.clear()
            known = self._dues[key] = self._due(rule, start, dates)
        return known

    def _due(self, rule: DeadlineRule, start: datetime, dates: Mapping[str, str]) -> deadlines.Due:
        institution = self.process.institution
        return deadlines.due(rule, start=start, dates=dates, institution=institution, calendar=self.calendar)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.process.institution.zone)

    @cached_property
    def _dues(self) -> dict[tuple[str, str], deadlines.Due]:
        return {}

    def deadlines_in(self, kind: Kind, state: str) -> tuple[DeadlineRule, ...]:
        """The deadlines armed while a subject of that kind stands in that state."""
        return self._deadlines.get((kind, state), ())


def scored_in(process: ProcessDefinition, assessment: str) -> tuple[str, ...]:
    """The states in which an application is scored in that assessment: sheets may be saved there, and are opened by
    leaving it."""
    act = process.acts.get("save_sheet")
    if act is None:
        return ()
    lifecycle = process.lifecycles[Kind.APPLICATION]
    left = {
        state
        for t in lifecycle.transitions
        for effect in t.effects
        if isinstance(effect, OpenSheets) and effect.assessment == assessment
        for state in t.sources
    }
    return tuple(state for state in lifecycle.states if state in left and (not act.states or state in act.states))
