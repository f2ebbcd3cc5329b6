"""Several members' numbers -> one number: mean, median, trimmed mean, weighted mean. Exact, and blind to their order.

Why: institutions differ in how a commission's marks become one, and the same rule must hold for the totals and for the
marks of a single criterion.
Never here: float, rounding, what the numbers are (scoring.py), sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from workflow.engine.process import Combine

CHAIR = "chair"
MEMBER = "member"


def combined(rule: Combine, values: Sequence[Decimal], functions: Sequence[str] = ()) -> Fraction:
    """The one number of the members' numbers, exact; between the lowest and the highest of them.

    `functions` are the members' functions in the order of `values`; only a weighted mean reads them.
    Raises ValueError without values, or when a weighted mean lacks a function.
    """
    if not values:
        raise ValueError("nothing to combine")
    match rule.rule:
        case "mean" | "trimmed_mean":
            return mean(kept(rule, values))
        case "median":
            return mean(middle(values))
        case "weighted_mean":
            weights = [Fraction(weight) for weight in weights_of(rule, functions, len(values))]
            weighed = (weight * Fraction(value) for weight, value in zip(weights, values, strict=True))
            return sum(weighed, Fraction(0)) / sum(weights, Fraction(0))
        case unknown:
            raise ValueError(f"unknown rule: {unknown}")


def mean(values: Sequence[Decimal]) -> Fraction:
    """The exact arithmetic mean."""
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def is_trimmed(rule: Combine, sheets: int) -> bool:
    """Whether so many sheets are enough for the highest and the lowest to be dropped."""
    return rule.rule == "trimmed_mean" and sheets >= rule.at_least


def kept(rule: Combine, values: Sequence[Decimal]) -> list[Decimal]:
    """The values that a mean is taken of: all, or without the highest and the lowest, then in rising order."""
    return sorted(values)[rule.drop : len(values) - rule.drop] if is_trimmed(rule, len(values)) else list(values)


def left_out(rule: Combine, values: Sequence[Decimal]) -> list[Decimal]:
    """The values that a trimmed mean leaves out, in rising order; none where nothing is dropped."""
    rising = sorted(values)
    return [*rising[: rule.drop], *rising[len(rising) - rule.drop :]] if is_trimmed(rule, len(values)) else []


def middle(values: Sequence[Decimal]) -> list[Decimal]:
    """The one value in the middle, or the two."""
    half = (len(values) - 1) // 2
    return sorted(values)[half : len(values) - half]


def weights_of(rule: Combine, functions: Sequence[str], sheets: int) -> list[Decimal]:
    """The weight of each sheet. Raises ValueError when the functions do not belong to the sheets."""
    if len(functions) != sheets:
        raise ValueError(f"{sheets} sheets with the functions of {len(functions)} members")
    return [rule.weights[function] for function in functions]


def function_of(appointed: str | None) -> str:
    """As what a signed sheet counts: the chair's, or a member's, whatever became of the member since."""
    return CHAIR if appointed == CHAIR else MEMBER
