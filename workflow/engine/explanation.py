"""The account of a result, line by line: what was added, dropped, weighed and rounded, and what it was held against.

Why: whoever was scored, and a court, must be able to compute the result again with pencil and paper from these lines.
Never here: computing a result (scoring.py), sentences (workflow/wording), a float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from workflow.engine import answers
from workflow.engine.combining import is_trimmed, kept, middle, weights_of
from workflow.engine.process import Assessment
from workflow.engine.scoring import Line, Result, compared, criteria_below, part, plain, rounded, total_reached

_RULES = {
    "mean": "score_mean",
    "trimmed_mean": "score_mean",
    "median": "score_median",
    "weighted_mean": "score_weighted",
}


def explain(assessment: Assessment, outcome: Result) -> tuple[Line, ...]:
    """How the result came about, in the order in which it was computed. Numbers that a decimal cannot hold are
    fractions such as 35/3.

    Codes and data: `marks_missing` (criterion, members, mark) for each criterion that somebody left empty;
    `score_answers` (right, wrong, blank, formula) for each sheet of counted answers, and `score_floor` (total, floor)
    where it is lifted to the floor;
    `score_totals` (totals, spread); `score_parts` (places, totals) when the totals are rounded first; `score_dropped`
    (highest, lowest) or `score_kept` (members, at_least) of a trimmed mean, `score_ordered` (totals) of a median;
    `score_mean`, `score_median` or `score_weighted` (formula, shown); `threshold_met` or `threshold_missed`
    (compared, threshold, difference); `criterion_met` or `criterion_missed` (criterion and the same).
    """
    rule, parts = assessment.combine, _parts(assessment, outcome)
    spread = Fraction(max(outcome.totals)) - Fraction(min(outcome.totals))
    lines = [
        Line(
            "marks_missing",
            {"criterion": name, "members": str(members), "mark": str(assessment.criteria[name].missing)},
        )
        for name, members in outcome.missing.items()
    ]
    for counts in outcome.counts:
        lines.extend(_counted(assessment, counts))
    lines.append(Line("score_totals", {"totals": "; ".join(map(str, outcome.totals)), "spread": plain(spread)}))
    if assessment.rounding.parts is not None:
        lines.append(
            Line("score_parts", {"places": str(assessment.rounding.parts), "totals": "; ".join(map(str, parts))})
        )
    if rule.rule == "median":
        lines.append(Line("score_ordered", {"totals": _listed(sorted(parts))}))
    elif is_trimmed(rule, len(parts)):
        rising = sorted(parts)
        dropped = {"highest": _listed(rising[-rule.drop :][::-1]), "lowest": _listed(rising[: rule.drop])}
        lines.append(Line("score_dropped", dropped))
    elif rule.rule == "trimmed_mean":
        lines.append(Line("score_kept", {"members": str(len(parts)), "at_least": str(rule.at_least)}))
    lines.append(Line(_RULES[rule.rule], {"formula": formula(assessment, outcome), "shown": str(outcome.shown)}))
    if assessment.threshold is not None:
        code = "threshold_met" if total_reached(assessment, outcome.value) else "threshold_missed"
        lines.append(Line(code, _against(assessment, outcome.value, assessment.threshold)))
    below = criteria_below(assessment, outcome.criteria)
    for name, criterion in assessment.criteria.items():
        if criterion.threshold is not None:
            data = _against(assessment, outcome.criteria[name], criterion.threshold)
            lines.append(
                Line("criterion_missed" if criterion in below else "criterion_met", {"criterion": name, **data})
            )
    return tuple(lines)


def _counted(assessment: Assessment, counts: Mapping[str, Decimal]) -> list[Line]:
    """How the counts of one sheet become its points."""
    rule = assessment.answers
    assert rule is not None  # only such results hold counts
    data = {name: str(counts.get(name, 0)) for name in (answers.RIGHT, answers.WRONG)}
    data |= {"blank": str(answers.blank(rule, counts)), "formula": answers.formula(rule, counts)}
    # Where wrong answers are not counted, nobody knows how many were left blank.
    lines = [Line("score_answers" if answers.WRONG in assessment.criteria else "score_right", data)]
    total = answers.counted(rule, counts)
    if rule.floor is not None and total < rule.floor:
        lines.append(Line("score_floor", {"total": str(total), "floor": str(rule.floor)}))
    return lines


def shortfalls(assessment: Assessment, value: Fraction, criteria: Mapping[str, Fraction]) -> tuple[Line, ...]:
    """What the result lacks: `below_threshold` (assessment, result, threshold) and, for each criterion below its own,
    `criterion_below_threshold` (the same and criterion). Nothing when everything is reached."""
    places = assessment.rounding
    lines = []
    if not total_reached(assessment, value):
        data = {"assessment": assessment.name, "result": str(rounded(value, places))}
        lines.append(Line("below_threshold", {**data, "threshold": str(assessment.threshold)}))
    for criterion in criteria_below(assessment, criteria):
        data = {"assessment": assessment.name, "criterion": criterion.name}
        data |= {"result": str(rounded(criteria[criterion.name], places)), "threshold": str(criterion.threshold)}
        lines.append(Line("criterion_below_threshold", data))
    return tuple(lines)


def formula(assessment: Assessment, outcome: Result) -> str:
    """The arithmetic of the result, with its exact value: `(12 + 12 + 13) / 3 = 37/3`, `(2 × 12 + 9) / 3 = 11`."""
    rule, parts = assessment.combine, _parts(assessment, outcome)
    exact = plain(outcome.value)
    if rule.rule == "weighted_mean":
        weights = weights_of(rule, outcome.functions, len(parts))
        weighed = [f"{weight} × {value}" for weight, value in zip(weights, parts, strict=True)]
        return f"({' + '.join(weighed)}) / {plain(sum(map(Fraction, weights), Fraction(0)))} = {exact}"
    summed = middle(parts) if rule.rule == "median" else kept(rule, parts)
    if rule.rule == "median" and len(summed) == 1:
        return exact
    return f"({' + '.join(map(str, summed))}) / {len(summed)} = {exact}"


def _parts(assessment: Assessment, outcome: Result) -> list[Decimal]:
    return [part(total, assessment.rounding) for total in outcome.totals]


def _listed(values: Sequence[Decimal]) -> str:
    return "; ".join(map(str, values))


def _against(assessment: Assessment, value: Fraction, threshold: Decimal) -> dict[str, str]:
    held = compared(value, assessment.rounding)
    difference = abs(held - Fraction(threshold))
    return {"compared": plain(held), "threshold": str(threshold), "difference": plain(difference)}
