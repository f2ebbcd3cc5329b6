"""A pass mark that the definition leaves to the commission: what may be fixed, and what each choice would mean.

Why: where a pass mark is set once the marks are known, who passes by which mark must be seen before it is chosen, and
it is chosen once. The rules read the mark where they read any other: a definition with the fixed marks in it is made
here, in one place, so that no reader has to ask whether a mark was given or fixed.
Never here: who may fix it and when (the definition's `acts`), storing it (services/threshold.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from workflow.engine.process import Assessment, Fixing, ProcessDefinition
from workflow.engine.request import Reason
from workflow.engine.scoring import compared, criteria_below

NOT_FIXED = "threshold_not_fixed"


@dataclass(frozen=True, slots=True)
class Reached:
    """A result as the desk weighs it: exact value, and the exact combined mark of each criterion."""

    id: str
    position: str
    value: Fraction
    criteria: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Choice:
    """A possible pass mark: how many would pass it, by position. `at`: who has exactly this much; `below`: the nearest
    who would miss it (all of them, where several have the same result). Ids, in the order in which they were given."""

    mark: Decimal
    passed: Mapping[str, int]
    at: tuple[str, ...]
    below: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many would pass in all positions together."""
        return sum(self.passed.values())


def with_thresholds(process: ProcessDefinition, fixed: Mapping[str, Decimal]) -> ProcessDefinition:
    """The definition with those marks as thresholds of the assessments that leave theirs open."""
    assessments = {
        name: replace(rule, threshold=fixed[name]) if rule.fixing is not None and name in fixed else rule
        for name, rule in process.assessments.items()
    }
    return replace(process, assessments=MappingProxyType(assessments))


def unfixed(process: ProcessDefinition, held: Sequence[str]) -> tuple[Reason, ...]:
    """`threshold_not_fixed` for each of those assessments whose pass mark must be fixed and is not."""
    return tuple(Reason(NOT_FIXED, {"assessment": name}) for name in held if process.assessments[name].is_unfixed)


def against(assessment: Assessment, value: Decimal) -> Reason | None:
    """Why the value cannot be fixed as pass mark, or None: `threshold_given` (the definition says it),
    `threshold_fixed` (value), `threshold_out_of_range` (min, max), `threshold_between_steps` (and step)."""
    rule, data = assessment.fixing, {"assessment": assessment.name, "value": str(value)}
    if rule is None:
        return Reason("threshold_given", {"assessment": assessment.name})
    if assessment.threshold is not None:
        return Reason("threshold_fixed", {**data, "value": str(assessment.threshold)})
    data |= {"min": str(rule.low), "max": str(rule.high)}
    if not value.is_finite() or not rule.low <= value <= rule.high:
        return Reason("threshold_out_of_range", data)
    if value not in marks(rule):
        return Reason("threshold_between_steps", {**data, "step": str(rule.step)})
    return None


def marks(rule: Fixing) -> tuple[Decimal, ...]:
    """Every pass mark that may be chosen, ascending."""
    return tuple(rule.low + rule.step * n for n in range(int((rule.high - rule.low) / rule.step) + 1))


def choices(assessment: Assessment, results: Sequence[Reached]) -> tuple[Choice, ...]:
    """What each possible pass mark would mean, ascending. Who misses a threshold of a criterion passes by none."""
    if assessment.fixing is None:
        return ()
    eligible = [
        (compared(one.value, assessment.rounding), one)
        for one in results
        if not criteria_below(assessment, one.criteria)
    ]
    positions = dict.fromkeys(one.position for one in results)
    found = []
    for mark in marks(assessment.fixing):
        least = Fraction(mark)
        passed = dict.fromkeys(positions, 0)
        for value, one in eligible:
            passed[one.position] += value >= least
        nearest = max((value for value, _ in eligible if value < least), default=None)
        found.append(
            Choice(
                mark,
                passed,
                tuple(one.id for value, one in eligible if value == least),
                tuple(one.id for value, one in eligible if value == nearest),
            )
        )
    return tuple(found)
