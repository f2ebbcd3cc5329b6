"""What the scenarios of a definition have walked, and what they have not.

Why: a rule that no scenario walks is a rule that nobody has tried; `nabor definitions check` lists each.
Never here: playing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from workflow.engine.process import ProcessDefinition
from workflow.persistence import reads
from workflow.scenarios.player import Player


@dataclass(slots=True)
class Walked:
    """What was seen to happen. Notices with the language in which they were rendered."""

    states: set[tuple[str, str]] = field(default_factory=set)
    transitions: set[tuple[str, str]] = field(default_factory=set)
    deadlines: set[str] = field(default_factory=set)
    grounds: set[str] = field(default_factory=set)
    notices: set[tuple[str, str]] = field(default_factory=set)

    def add(self, other: Walked) -> None:
        """Takes in what another scenario has walked."""
        self.states |= other.states
        self.transitions |= other.transitions
        self.deadlines |= other.deadlines
        self.grounds |= other.grounds
        self.notices |= other.notices


def walked(player: Player) -> Walked:
    """What one played scenario has walked, read from its journal and outbox."""
    house, seen = player.house, Walked()
    for kind, act, state, rule, parameters, effects in house.database.read(
        reads.walked, institution=player.institution
    ):
        seen.states.add((kind, state))
        seen.transitions.add((kind, rule))
        if act == "open":
            seen.states.add((kind, state))
        for ground in house.parsed(parameters).get("grounds", ()):
            seen.grounds.add(ground["code"])
        if act == "give_verdict" and house.parsed(parameters).get("ground"):
            seen.grounds.add(house.parsed(parameters)["ground"])
        fired = house.parsed(effects).get("fired")
        if fired:
            seen.deadlines.add(fired)
    for _, notice, language, _ in house.database.read(reads.outbox_in_order, institution=player.institution):
        seen.notices.add((notice, language))
    return seen


def missing(process: ProcessDefinition, seen: Walked) -> list[str]:
    """Everything of the definition that was not walked, as readable lines, sorted by section."""
    return list(_missing(process, seen))


def _missing(process: ProcessDefinition, seen: Walked) -> Iterable[str]:
    for kind, lifecycle in process.lifecycles.items():
        for name in lifecycle.states:
            if (kind.value, name) not in seen.states:
                yield f"state {kind.value}.{name}"
    for kind, lifecycle in process.lifecycles.items():
        for t in lifecycle.transitions:
            if (kind.value, t.key) not in seen.transitions:
                yield f"transition {kind.value}.{t.key} ({' or '.join(t.sources)} -> {t.target})"
    for name in process.deadlines:
        if name not in seen.deadlines:
            yield f"deadline {name}"
    for name in process.grounds:
        if name not in seen.grounds:
            yield f"ground {name}"
    institution = process.institution
    for name, rule in process.notices.items():
        languages = institution.applicant_languages if rule.to == "candidate" else institution.languages
        for language in languages:
            if (name, language) not in seen.notices:
                yield f"notice {name} in {language}"
