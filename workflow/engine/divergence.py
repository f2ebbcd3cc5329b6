"""How far apart the members of a commission are: the spread of their totals, and who lies far from the others.

Why: a commission must see where it disagrees before it signs a ranking list. It is shown; nothing is refused by it.
Never here: who may see marks, sentences, float.
Source: design, features E10 (divergence shown); the quarter of the scale is this product's own choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from workflow.engine import answers
from workflow.engine.process import Assessment
from workflow.engine.scoring import member_total

FAR = Fraction(1, 4)
"""How far is far: this part of the scale of totals, measured from the median of all totals."""

FEWEST = 3
"""Of two totals neither is the one that stands out."""


def scale(assessment: Assessment) -> tuple[Decimal, Decimal]:
    """The lowest and the highest total that a member can give, in points, exact; an empty mark among them."""
    if assessment.answers is not None:
        return answers.scale(assessment.answers)
    return (
        member_total(
            assessment,
            {c.name: c.min if c.missing is None else min(c.min, c.missing) for c in assessment.criteria.values()},
        ),
        member_total(assessment, {c.name: c.max for c in assessment.criteria.values()}),
    )


def spread(totals: Sequence[Decimal]) -> Decimal:
    """The highest total less the lowest, in points. Raises ValueError without any."""
    return max(totals) - min(totals)


def outliers(assessment: Assessment, totals: Sequence[Decimal]) -> tuple[int, ...]:
    """The places in `totals` that lie more than a quarter of the scale from the median; none of fewer than three."""
    if len(totals) < FEWEST:
        return ()
    lowest, highest = scale(assessment)
    limit = FAR * Fraction(highest - lowest)
    ordered = sorted(map(Fraction, totals))
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return tuple(i for i, total in enumerate(totals) if abs(Fraction(total) - median) > limit)
