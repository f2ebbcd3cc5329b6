"""Counted answers become points: exact, with what a wrong answer costs, explained line by line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine import answers, divergence, explanation, scoring
from workflow.engine.process import Answers, Assessment, Basis, Criterion
from workflow.engine.scoring import Line

D = Decimal
BASIS = Basis(assumption="a test")
RULE = Answers(60, D(1), D("-0.25"), floor=D(0))


def assessment(rule: Answers = RULE, *names: str) -> Assessment:
    counts = {n: Criterion(n, {}, D(0), D(rule.questions), D(1), BASIS) for n in names or ("right", "wrong")}
    return Assessment("written", {}, counts, 1, BASIS, answers=rule)


def counts(right: int, wrong: int = 0) -> dict[str, Decimal]:
    return {"right": D(right), "wrong": D(wrong)}


@pytest.mark.parametrize(
    ("rule", "given", "points", "formula"),
    [
        (RULE, (52, 8), "50", "52 × 1 - 8 × 0.25 = 50.00"),
        (RULE, (60, 0), "60", "60 × 1 - 0 × 0.25 = 60.00"),
        (RULE, (1, 7), "0", "1 × 1 - 7 × 0.25 = -0.75"),
        (Answers(60, D(1), D("-0.25")), (1, 7), "-0.75", "1 × 1 - 7 × 0.25 = -0.75"),
        (Answers(30, D(4), D("-1"), D("0.5")), (20, 6), "76", "20 × 4 - 6 × 1 + 4 × 0.5 = 76.0"),
        (Answers(45, D("0.10"), start=D("0.50")), (35, 0), "4", "0.50 + 35 × 0.10 = 4.00"),
        (Answers(45, D("0.10"), start=D("0.50")), (45, 0), "5", "0.50 + 45 × 0.10 = 5.00"),
    ],
)
def test_points_follow_from_the_counts(rule: Answers, given: tuple[int, int], points: str, formula: str) -> None:
    sheet = counts(*given)
    assert scoring.member_total(assessment(rule), sheet) == D(points)
    assert answers.formula(rule, sheet) == formula


def test_more_answers_than_questions_are_refused() -> None:
    rule = assessment()
    assert scoring.check_sheet(rule, counts(52, 8)) == ()
    (reason,) = scoring.check_sheet(rule, counts(52, 9))
    assert (reason.code, dict(reason.data)) == ("answers_too_many", {"counted": "61", "questions": "60"})
    assert [r.code for r in scoring.check_sheet(rule, counts(61))] == ["mark_out_of_range"]
    assert [r.code for r in scoring.check_sheet(rule, {"right": D(3)})] == ["mark_missing"]


def test_the_account_is_told_line_by_line() -> None:
    rule = assessment()
    lines = explanation.explain(rule, scoring.result(rule, [counts(52, 8), counts(1, 7)]))
    told = {"right": "52", "wrong": "8", "blank": "0", "formula": "52 × 1 - 8 × 0.25 = 50.00"}
    assert lines == (
        Line("score_answers", told),
        Line("score_answers", {"right": "1", "wrong": "7", "blank": "52", "formula": "1 × 1 - 7 × 0.25 = -0.75"}),
        Line("score_floor", {"total": "-0.75", "floor": "0"}),
        Line("score_totals", {"totals": "50.00; 0", "spread": "50"}),
        Line("score_mean", {"formula": "(50.00 + 0) / 2 = 25", "shown": "25.00"}),
    )


def test_where_wrong_answers_are_not_counted_nothing_is_said_of_them() -> None:
    rule = assessment(Answers(30, D(1)), "right")
    line = explanation.explain(rule, scoring.result(rule, [{"right": D(29)}]))[0]
    assert (line.code, line.data["right"], line.data["formula"]) == ("score_right", "29", "29 × 1 = 29")


def test_the_scale_reaches_from_the_worst_to_the_best_test() -> None:
    assert divergence.scale(assessment()) == (D(0), D(60))
    assert divergence.scale(assessment(Answers(60, D(1), D("-0.25")))) == (D(-15), D(60))
    assert divergence.scale(assessment(Answers(10, D(2), D(-1), D(3)))) == (D(-10), D(30))


@given(st.integers(1, 200), st.data())
def test_no_test_lies_outside_the_scale_and_a_wrong_answer_never_helps(questions: int, data: st.DataObject) -> None:
    cost = data.draw(st.decimals(D(-2), D(0), places=2))
    rule = Answers(questions, D(1), cost, floor=data.draw(st.sampled_from([None, D(0)])))
    right = data.draw(st.integers(0, questions))
    wrong = data.draw(st.integers(0, questions - right))
    low, high = answers.scale(rule)
    points = answers.points(rule, counts(right, wrong))
    assert low <= points <= high
    if wrong:
        assert points <= answers.points(rule, counts(right, wrong - 1))
