"""What a move would cause, told from its definition and from kept counts: for lists of moves, which cost nothing.

Why: a page offers several moves at once; what exactly one of them would do is worked out only when it is looked at
(preview.py).
Never here: reading, deciding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow.engine.effects import Correct, Effect, Move, Publish, Rank, Shortlist, Withdraw
from workflow.engine.process import Kind, ProcessDefinition, Stage, Transition


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a move causes beside its own change of state, in the words of the definition and of the counts that are
    kept. `act`: `move`, `publish` or `withdraw`; `subjects` says of what; `count` how many, None when only the making
    of the move can tell."""

    act: str
    name: str
    subjects: str = ""
    count: int | None = None


def consequences(
    process: ProcessDefinition, transitions: Sequence[Transition], counts: Mapping[str, int]
) -> tuple[Consequence, ...]:
    """What the effects of a move would do, by the kept counts of the applications below it."""
    found: list[Consequence] = []
    for effect in dict.fromkeys(e for t in transitions for e in t.effects if not isinstance(e, Rank | Shortlist)):
        found += _consequence(process, effect, counts)
    for t in transitions:
        for e in t.effects:
            if isinstance(e, Rank | Shortlist):
                n = sum(counts.get(s, 0) for s in e.states)
                found.append(Consequence("rank", t.name, "applications", n))
    return tuple(dict.fromkeys(found))


def _consequence(process: ProcessDefinition, effect: Effect, counts: Mapping[str, int]) -> list[Consequence]:
    match effect:
        case Move(subjects="applications"):
            lifecycle = process.lifecycles[Kind.APPLICATION]
            states = effect.states or tuple(s for t in lifecycle.named(effect.transition) for s in t.sources)
            n = sum(counts.get(s, 0) for s in dict.fromkeys(states))
            return [Consequence("move", effect.transition, "applications", n)]
        case Move():
            return [Consequence("move", effect.transition, effect.subjects)]
        case Correct():
            return [Consequence("publish", effect.publication)]
        case Publish():
            return [Consequence("publish", effect.publication)]
        case Withdraw():
            return [Consequence("withdraw", effect.publication)]
        case _:
            return []


def by_stage(process: ProcessDefinition, counts: Mapping[str, int]) -> list[tuple[Stage, int]]:
    """How many applications stand in each stage, in the order of the stages; only those that the process has."""
    states = process.lifecycles[Kind.APPLICATION].states
    present = {state.stage for state in states.values()}
    totals: Counter[Stage] = Counter()
    for name, n in counts.items():
        if name in states:
            totals[states[name].stage] += n
    return [(stage, totals[stage]) for stage in Stage if stage in present]
