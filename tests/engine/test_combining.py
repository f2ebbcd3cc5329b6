"""Members to one result: each rule against a plain model, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine import divergence, explanation, scoring
from workflow.engine.combining import combined, function_of
from workflow.engine.process import Assessment, Basis, Combine, Criterion, Rounding
from workflow.engine.scoring import Line

BASIS = Basis(assumption="a test")
D = Decimal
MEAN = Combine()
MEDIAN = Combine("median")
TRIMMED = Combine("trimmed_mean", drop=1, at_least=5)
WEIGHTED = Combine("weighted_mean", weights={"chair": D(2), "member": D(1)})
RULES = (MEAN, MEDIAN, TRIMMED, Combine("trimmed_mean", drop=2, at_least=6), WEIGHTED)


def criterion(name: str, weight: str = "1") -> Criterion:
    return Criterion(name, {}, D(0), D(10), D("0.25"), BASIS, D(weight))


TALK = Assessment("talk", {}, {"wit": criterion("wit"), "calm": criterion("calm", "0.3")}, 3, BASIS)

marks = st.integers(0, 40).map(lambda n: D(n) / 4)
sheets = st.lists(st.fixed_dictionaries({"wit": marks, "calm": marks}), min_size=1, max_size=9)
functions = st.sampled_from(["chair", "member"])
signed = sheets.flatmap(
    lambda some: st.tuples(st.just(some), st.lists(functions, min_size=len(some), max_size=len(some)))
)


def model(rule: Combine, values: Sequence[Fraction], who: Sequence[str]) -> Fraction:
    """The rules once more, as one would write them who knows no other code."""
    if rule.rule == "median":
        return Fraction(median(values))
    if rule.rule == "weighted_mean":
        counted = [v for v, f in zip(values, who, strict=True) for _ in range(2 if f == "chair" else 1)]
        return sum(counted, Fraction(0)) / len(counted)
    rest = list(values)
    if rule.rule == "trimmed_mean" and len(rest) >= rule.at_least:
        for _ in range(rule.drop):
            rest.remove(max(rest))
            rest.remove(min(rest))
    return sum(rest, Fraction(0)) / len(rest)


@given(signed, st.sampled_from(RULES), st.sampled_from([None, 0, 1, 2]))
def test_every_rule_is_what_the_plain_model_says(
    given_: tuple[list[dict[str, Decimal]], list[str]], rule: Combine, parts: int | None
) -> None:
    some, who = given_
    rounding = Rounding(parts=parts)
    outcome = scoring.result(replace(TALK, combine=rule, rounding=rounding), some, who)
    totals = [Fraction(s["wit"]) + Fraction(3, 10) * Fraction(s["calm"]) for s in some]
    if parts is not None:  # half up, and no total is negative
        totals = [Fraction((total * 10**parts + Fraction(1, 2)).__floor__(), 10**parts) for total in totals]
    assert outcome.value == model(rule, totals, who)
    for name in TALK.criteria:
        assert outcome.criteria[name] == model(rule, [Fraction(s[name]) for s in some], who)


@given(signed, st.sampled_from(RULES), st.randoms())
def test_the_order_of_the_sheets_changes_nothing(
    given_: tuple[list[dict[str, Decimal]], list[str]], rule: Combine, random: object
) -> None:
    some, who = given_
    shuffled = list(zip(some, who, strict=True))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    judged = replace(TALK, combine=rule)
    one = scoring.result(judged, some, who)
    other = scoring.result(judged, [s for s, _ in shuffled], [f for _, f in shuffled])
    assert (one.value, one.shown, one.criteria) == (other.value, other.shown, other.criteria)


@given(signed, st.sampled_from(RULES))
def test_the_result_lies_between_the_lowest_and_the_highest_total(
    given_: tuple[list[dict[str, Decimal]], list[str]], rule: Combine
) -> None:
    some, who = given_
    outcome = scoring.result(replace(TALK, combine=rule), some, who)
    assert min(outcome.totals) <= outcome.value <= max(outcome.totals)
    for name in TALK.criteria:
        assert min(s[name] for s in some) <= outcome.criteria[name] <= max(s[name] for s in some)


@given(st.lists(marks, min_size=1, max_size=4))
def test_below_its_number_of_sheets_a_trimmed_mean_is_the_mean(few: list[Decimal]) -> None:
    assert combined(TRIMMED, few) == combined(MEAN, few)


@given(st.lists(marks, min_size=5, max_size=9), st.integers(0, 40).map(lambda n: D(10) + D(n)))
def test_one_judge_alone_cannot_move_a_trimmed_mean_by_going_further(some: list[Decimal], beyond: Decimal) -> None:
    """Whoever already gave the most may give as much more as they like."""
    highest = sorted(some)
    assert combined(TRIMMED, [*highest[:-1], highest[-1] + beyond]) == combined(TRIMMED, some)


@given(st.lists(st.integers(0, 5).map(D), min_size=4, max_size=4), st.sampled_from(RULES))
def test_equals_are_equal_in_every_order(values: list[Decimal], rule: Combine) -> None:
    who = ["member"] * 4
    assert len({combined(rule, list(order), who) for order in permutations(values)}) == 1


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        (MEAN, (12, 12, 13), "37/3"),
        (MEDIAN, (15, 8, 12), "12"),
        (MEDIAN, (15, 8, 12, 13), "25/2"),
        (TRIMMED, (8, 12, 12, 13, 15), "37/3"),
        (TRIMMED, (15, 15, 15, 8, 8), "38/3"),
        (TRIMMED, (8, 12, 13, 15), "12"),
        (WEIGHTED, (12, 9, 9), "21/2"),
    ],
)
def test_the_rules_by_example(rule: Combine, values: tuple[int, ...], expected: str) -> None:
    who = ["chair", *["member"] * (len(values) - 1)]
    assert combined(rule, [D(v) for v in values], who) == Fraction(expected)


def test_a_weighted_mean_of_sheets_without_functions_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="3 sheets with the functions of 0 members"):
        combined(WEIGHTED, [D(1), D(2), D(3)])
    with pytest.raises(ValueError, match="nothing to combine"):
        combined(MEAN, [])
    with pytest.raises(ValueError, match="unknown rule: mode"):
        combined(Combine("mode"), [D(1)])


def test_whoever_signed_and_is_not_the_chair_counts_as_a_member() -> None:
    said = [function_of(function) for function in ("chair", "member", "substitute", None)]
    assert said == ["chair", "member", "member", "member"]


# --- marks left empty -----------------------------------------------------------------------------------------------

LENIENT = replace(TALK, criteria={**TALK.criteria, "calm": replace(TALK.criteria["calm"], missing=D(-1))})


def test_an_empty_mark_counts_what_the_definition_says() -> None:
    assert LENIENT.required == ("wit",)
    assert scoring.check_sheet(LENIENT, {"wit": D(4)}) == ()
    assert [r.code for r in scoring.check_sheet(LENIENT, {"calm": D(4)})] == ["mark_missing"]
    outcome = scoring.result(LENIENT, [{"wit": D(4)}, {"wit": D(4), "calm": D(10)}])
    assert outcome.totals == (D("3.7"), D("7.0"))
    assert outcome.criteria == {"wit": 4, "calm": Fraction(9, 2)}
    assert outcome.missing == {"calm": 1}
    assert explanation.explain(LENIENT, outcome)[0] == Line(
        "marks_missing", {"criterion": "calm", "members": "1", "mark": "-1"}
    )
    assert divergence.scale(LENIENT) == (D("-0.3"), D("13.0"))


def test_a_required_mark_that_is_missing_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="asks for"):
        scoring.result(LENIENT, [{"calm": D(4)}])


# --- floors of criteria ---------------------------------------------------------------------------------------------

STRICT = replace(
    TALK, threshold=D(5), criteria={**TALK.criteria, "calm": replace(TALK.criteria["calm"], threshold=D(4))}
)


@pytest.mark.parametrize(
    ("calm", "compare", "met"), [("4", "exact", True), ("3.999", "exact", False), ("3.999", "rounded", True)]
)
def test_a_criterion_has_a_floor_of_its_own(calm: str, compare: str, met: bool) -> None:
    rule = replace(STRICT, rounding=Rounding(compare=compare))
    combined_marks = {"wit": Fraction(9), "calm": Fraction(calm)}
    assert scoring.total_reached(rule, Fraction(9))
    assert scoring.reached(rule, Fraction(9), combined_marks) == met
    assert [line.code for line in explanation.shortfalls(rule, Fraction(9), combined_marks)] == (
        [] if met else ["criterion_below_threshold"]
    )


def test_everything_that_falls_short_is_said() -> None:
    assert explanation.shortfalls(STRICT, Fraction(14, 3), {"wit": Fraction(4), "calm": Fraction(2)}) == (
        Line("below_threshold", {"assessment": "talk", "result": "4.67", "threshold": "5"}),
        Line(
            "criterion_below_threshold",
            {"assessment": "talk", "criterion": "calm", "result": "2.00", "threshold": "4"},
        ),
    )


# --- the account ----------------------------------------------------------------------------------------------------


def account(rule: Combine, totals: Sequence[str], rounding: Rounding = Rounding()) -> list[tuple[str, dict[str, str]]]:  # noqa: B008
    plain = Assessment("talk", {}, {"wit": criterion("wit")}, 3, BASIS, rounding, combine=rule)
    who = ["chair", *["member"] * (len(totals) - 1)]
    outcome = scoring.result(plain, [{"wit": D(total)} for total in totals], who)
    return [(line.code, dict(line.data)) for line in explanation.explain(plain, outcome)]


def test_a_trimmed_mean_says_what_was_dropped() -> None:
    assert account(TRIMMED, ["8", "13", "12", "15", "12"]) == [
        ("score_totals", {"totals": "8; 13; 12; 15; 12", "spread": "7"}),
        ("score_dropped", {"highest": "15", "lowest": "8"}),
        ("score_mean", {"formula": "(12 + 12 + 13) / 3 = 37/3", "shown": "12.33"}),
    ]
    assert account(Combine("trimmed_mean", drop=2, at_least=5), ["1", "2", "3", "4", "5"])[1:] == [
        ("score_dropped", {"highest": "5; 4", "lowest": "1; 2"}),
        ("score_mean", {"formula": "(3) / 1 = 3", "shown": "3.00"}),
    ]


def test_a_trimmed_mean_of_too_few_says_why_nothing_was_dropped() -> None:
    assert account(TRIMMED, ["8", "13", "12"])[1:] == [
        ("score_kept", {"members": "3", "at_least": "5"}),
        ("score_mean", {"formula": "(8 + 13 + 12) / 3 = 11", "shown": "11.00"}),
    ]


def test_a_median_says_the_order_and_the_middle() -> None:
    assert account(MEDIAN, ["15", "8", "12"])[1:] == [
        ("score_ordered", {"totals": "8; 12; 15"}),
        ("score_median", {"formula": "12", "shown": "12.00"}),
    ]
    assert account(MEDIAN, ["15", "8", "12", "13"])[2][1]["formula"] == "(12 + 13) / 2 = 12.5"


def test_a_weighted_mean_says_the_weights() -> None:
    assert account(WEIGHTED, ["12", "9", "8"])[1:] == [
        ("score_weighted", {"formula": "(2 × 12 + 1 × 9 + 1 × 8) / 4 = 10.25", "shown": "10.25"}),
    ]


def test_rounded_parts_are_said_before_they_are_combined() -> None:
    assert account(MEAN, ["8.25", "8.75"], Rounding(parts=1)) == [
        ("score_totals", {"totals": "8.25; 8.75", "spread": "0.5"}),
        ("score_parts", {"places": "1", "totals": "8.3; 8.8"}),
        ("score_mean", {"formula": "(8.3 + 8.8) / 2 = 8.55", "shown": "8.55"}),
    ]
    assert account(MEAN, ["8.25", "8.75"], Rounding(mode="down", parts=1))[2][1]["shown"] == "8.45"


def test_each_floor_has_its_line() -> None:
    outcome = scoring.result(STRICT, [{"wit": D(5), "calm": D(3)}, {"wit": D(6), "calm": D(4)}])
    assert [(line.code, dict(line.data)) for line in explanation.explain(STRICT, outcome)][-2:] == [
        ("threshold_met", {"compared": "6.55", "threshold": "5", "difference": "1.55"}),
        ("criterion_missed", {"criterion": "calm", "compared": "3.5", "threshold": "4", "difference": "0.5"}),
    ]
    outcome = scoring.result(STRICT, [{"wit": D(5), "calm": D(5)}])
    assert explanation.explain(STRICT, outcome)[-1].code == "criterion_met"
