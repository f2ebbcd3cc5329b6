"""Hours of a training plan: what was attended, what is missing, whether the plan is complete.

Why: guards, the certificate, the statement of hours, pages and notices must count alike.
Never here: rows, papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from workflow.engine.process import Training

NONE = Decimal(0)


def hours_of(parts: Mapping[str, Decimal], attended: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Hours done of each part: of a completed part those it was completed with, of another those attended."""
    return {**attended, **parts}


def total(parts: Mapping[str, Decimal], attended: Mapping[str, Decimal]) -> Decimal:
    """All hours done."""
    return sum(hours_of(parts, attended).values(), NONE)


def complete(plan: Training, parts: Mapping[str, Decimal], attended: Mapping[str, Decimal]) -> bool:
    """Whether every part was completed and the hours of the plan were reached."""
    return plan.parts.keys() <= parts.keys() and total(parts, attended) >= plan.hours


def missing(plan: Training, parts: Mapping[str, Decimal], attended: Mapping[str, Decimal]) -> tuple[str, ...]:
    """The parts that are not completed, in the order of the plan."""
    return tuple(name for name in plan.parts if name not in parts)
