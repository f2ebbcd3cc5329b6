"""Marks of commission members -> the result of an assessment, exactly.

Why: a result of 35/3 must be below 12 on every machine and after every reload, so marks are `Decimal`, means are
`Fraction`, and rounding happens only where the definition states it.
Never here: float, how members are combined (combining.py), the account of it (explanation.py), who may score (guards),
sealing (services), sentences (workflow/wording).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal, Inexact
from fractions import Fraction

from workflow.engine import answers
from workflow.engine.combining import combined, left_out, mean
from workflow.engine.process import Assessment, Criterion, Rounding
from workflow.engine.request import Reason

_EXACT = Context(prec=500, traps=[Inexact])
"""Sums and products of marks are finite decimals: with this many digits they are exact, or it is an error."""

_FRACTION = re.compile(r"-?[0-9]+(/[0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: a code for `workflow/wording` and the numbers of the sentence."""

    code: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one application in one assessment.

    `value` is exact and is what is compared and summed; `shown` is rounded for the eye. `criteria` holds the exact
    combined mark of each criterion, `totals` each member's total in the order of the sheets, exact, and `functions`
    the members' functions in that order where the rule weighs them. `missing` says how many members left a criterion
    empty; `counts` are the sheets themselves where answers were counted. `dropped` is the exact mean of the totals that
    a trimmed mean left out, None when none was.
    """

    value: Fraction
    shown: Decimal
    members: int
    criteria: Mapping[str, Fraction]
    totals: tuple[Decimal, ...]
    functions: tuple[str, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)
    counts: tuple[Mapping[str, Decimal], ...] = ()
    dropped: Fraction | None = None


# --- marks ----------------------------------------------------------------------------------------------------------


def check_mark(criterion: Criterion, value: Decimal) -> Reason | None:
    """Why the mark is not on the criterion's scale, or None. `4.0` and `4` are the same mark."""
    data = {"criterion": criterion.name, "mark": str(value), "min": str(criterion.min), "max": str(criterion.max)}
    if not value.is_finite() or not criterion.min <= value <= criterion.max:
        return Reason("mark_out_of_range", data)
    # The exponent first: a mark such as 1E-999999999 must be refused without being written out as a fraction.
    finest = min(_exponent(criterion.min), _exponent(criterion.step))
    if _exponent(value) < finest or (Fraction(value) - Fraction(criterion.min)) % Fraction(criterion.step):
        return Reason("mark_between_steps", {**data, "step": str(criterion.step)})
    return None


def check_sheet(assessment: Assessment, marks: Mapping[str, Decimal]) -> tuple[Reason, ...]:
    """Everything that is wrong with a sheet to be signed: marks missing, not asked for, or off the scale."""
    reasons: list[Reason] = []
    for name, criterion in assessment.criteria.items():
        if name not in marks:
            if criterion.missing is None:
                reasons.append(Reason("mark_missing", {"criterion": name}))
        elif (wrong := check_mark(criterion, marks[name])) is not None:
            reasons.append(wrong)
    reasons.extend(
        Reason("unknown_criterion", {"criterion": n, "known": ", ".join(assessment.criteria)})
        for n in marks
        if n not in assessment.criteria
    )
    too_many = None if assessment.answers is None else answers.check(assessment.answers, marks)
    return tuple(reasons) if too_many is None or reasons else (too_many,)


def _exponent(value: Decimal) -> int:
    """The place of the last digit that is not zero: -2 for 4.250."""
    digits = len(value.as_tuple().digits)
    exponent = value.normalize(Context(prec=digits)).as_tuple().exponent
    assert isinstance(exponent, int)  # NaN and infinities were refused before
    return exponent


# --- results --------------------------------------------------------------------------------------------------------


def member_total(assessment: Assessment, marks: Mapping[str, Decimal]) -> Decimal:
    """One member's total: the weighted sum of the criteria, or what the counted answers give; exact, in points.

    A criterion that may be left empty counts as the definition says. Raises ValueError when the sheet lacks another,
    or holds one that is not asked for: `check_sheet` comes first.
    """
    if not marks.keys() <= assessment.criteria.keys() or any(name not in marks for name in assessment.required):
        raise ValueError(f"the sheet has {sorted(marks)}, {assessment.name} asks for {sorted(assessment.criteria)}")
    if assessment.answers is not None:
        return answers.points(assessment.answers, marks)
    total = Decimal(0)
    for criterion in assessment.criteria.values():
        total = _EXACT.add(total, _EXACT.multiply(criterion.weight, counted(criterion, marks)))
    return total


def counted(criterion: Criterion, marks: Mapping[str, Decimal]) -> Decimal:
    """What the sheet counts in the criterion: its mark, or what the definition counts for a missing one."""
    mark = marks.get(criterion.name, criterion.missing)
    assert mark is not None  # `member_total` has seen that nothing required is missing
    return mark


def part(total: Decimal, rounding: Rounding) -> Decimal:
    """A member's total as it goes into the result: exact, or rounded to `rounding.parts` places."""
    return total if rounding.parts is None else rounded(Fraction(total), replace(rounding, places=rounding.parts))


def result(assessment: Assessment, sheets: Sequence[Mapping[str, Decimal]], functions: Sequence[str] = ()) -> Result:
    """The members' totals combined as the definition says, and by the same rule the marks of each criterion.

    `sheets` are the signed sheets of the members who are not recused, criterion -> mark; `functions` those members'
    functions in the same order, which only a weighted mean reads. Raises ValueError without any sheet.
    By the same rule means: a trimmed mean drops the highest and lowest marks of each criterion, not the sheets whose
    totals were dropped, because of equal totals it would be chance whose sheet goes.
    Source: Stara Zagora S14 (the final mark is the arithmetic mean of the points given by the members).
    """
    if not sheets:
        raise ValueError(f"{assessment.name}: no result without a sheet")
    totals = tuple(member_total(assessment, marks) for marks in sheets)
    rule = assessment.combine
    parts = [part(total, assessment.rounding) for total in totals]
    value = combined(rule, parts, functions)
    dropped = left_out(rule, parts)
    return Result(
        value=value,
        shown=rounded(value, assessment.rounding),
        members=len(sheets),
        criteria={
            name: combined(rule, [counted(criterion, marks) for marks in sheets], functions)
            for name, criterion in assessment.criteria.items()
        },
        totals=totals,
        functions=tuple(functions) if rule.rule == "weighted_mean" else (),
        missing={name: empty for name in assessment.criteria if (empty := sum(name not in marks for marks in sheets))},
        counts=() if assessment.answers is None else tuple(sheets),
        dropped=mean(dropped) if dropped else None,
    )


def rounded(value: Fraction, rounding: Rounding) -> Decimal:
    """The value with `rounding.places` decimals (always all of them: 12 is 12.00).

    half_up rounds a half away from zero, half_even to the even neighbour, down cuts off towards zero.
    """
    # Whole numbers throughout: a fraction for every step costs more than all the rest.
    denominator = value.denominator
    whole, rest = divmod(abs(value.numerator) * 10**rounding.places, denominator)
    twice = 2 * rest
    match rounding.mode:
        case "half_up":
            up = twice >= denominator
        case "half_even":
            up = twice > denominator or (twice == denominator and whole % 2 == 1)
        case "down":
            up = False
        case unknown:
            raise ValueError(f"unknown rounding mode: {unknown}")
    whole += up
    # Put together from digits, because arithmetic would round to the context of the thread.
    return Decimal(f"{'-' if value.numerator < 0 and whole else ''}{whole}E-{rounding.places}")


def compared(value: Fraction, rounding: Rounding) -> Fraction:
    """What stands in comparisons: the value itself, or the rounded value, as the definition says."""
    return Fraction(rounded(value, rounding)) if rounding.compare == "rounded" else value


def reached(assessment: Assessment, value: Fraction, criteria: Mapping[str, Fraction]) -> bool:
    """Whether the result reaches the threshold and each criterion its own, where there are any (inclusive).

    Source: Stara Zagora S15 (below 12 is not approved: 12 is, 11.99 is not).
    """
    return total_reached(assessment, value) and not criteria_below(assessment, criteria)


def total_reached(assessment: Assessment, value: Fraction) -> bool:
    """Whether the result reaches the assessment's threshold, compared as stated. True when there is none."""
    return assessment.threshold is None or compared(value, assessment.rounding) >= Fraction(assessment.threshold)


def criteria_below(assessment: Assessment, criteria: Mapping[str, Fraction]) -> tuple[Criterion, ...]:
    """The criteria whose combined mark lies below their own threshold, compared as the result is."""
    return tuple(
        criterion
        for name, criterion in assessment.criteria.items()
        if criterion.threshold is not None
        and compared(criteria[name], assessment.rounding) < Fraction(criterion.threshold)
    )


# --- exact text -----------------------------------------------------------------------------------------------------


def as_text(value: Fraction) -> str:
    """The one text of an exact value, for storage and hashes: `35/3`, `12`, `-1/2` (lowest terms)."""
    return str(value)


def from_text(text: str) -> Fraction:
    """The value of `as_text`. Raises ValueError for anything that `as_text` does not write (`1.5`, `2/4`, ` 3`)."""
    if _FRACTION.fullmatch(text) and not text.endswith("/0"):
        value = Fraction(text)
        if str(value) == text:
            return value
    raise ValueError(f"not an exact value: {text!r}")


def plain(value: Fraction) -> str:
    """The value for a reader: a decimal when one can hold it (`11.8`), else the fraction (`35/3`)."""
    places, rest = 0, value.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        places = max(places, power)
    if rest != 1:
        return str(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
