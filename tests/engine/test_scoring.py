"""Marks to results: exact, rounded as stated, compared as stated."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine import explanation, scoring
from workflow.engine.process import Assessment, Basis, Criterion, Rounding
from workflow.engine.scoring import Line

BASIS = Basis(assumption="a test")
D = Decimal


def criterion(name: str, low: str = "1", high: str = "5", step: str = "1", weight: str = "1") -> Criterion:
    return Criterion(name, {}, D(low), D(high), D(step), BASIS, D(weight))


INTERVIEW = Assessment(
    "interview",
    {},
    {name: criterion(name) for name in ("qualification", "skills", "qualities")},
    3,
    BASIS,
    threshold=D(12),
)


def sheet(*marks: int | str) -> dict[str, Decimal]:
    return dict(zip(INTERVIEW.criteria, map(D, marks), strict=True))


# --- marks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "mark", "code"),
    [
        (("1", "5", "1"), "1", None),
        (("1", "5", "1"), "5", None),
        (("1", "5", "1"), "4.000", None),
        (("1", "5", "1"), "0.4E1", None),
        (("1", "5", "1"), "0", "mark_out_of_range"),
        (("1", "5", "1"), "5.0000000001", "mark_out_of_range"),
        (("1", "5", "1"), "4.5", "mark_between_steps"),
        (("1", "5", "0.5"), "4.5", None),
        (("1", "5", "0.5"), "4.25", "mark_between_steps"),
        (("0.25", "5.25", "0.5"), "4.75", None),  # counted from the lowest mark, not from zero
        (("0.25", "5.25", "0.5"), "4.5", "mark_between_steps"),
        (("0", "100", "20"), "4E1", None),
        (("0", "100", "20"), "50", "mark_between_steps"),
        (("-2", "2", "1"), "-1", None),
        (("0", "100", "1"), "-0", None),
        (("0", "100", "1"), "NaN", "mark_out_of_range"),
        (("0", "100", "1"), "sNaN", "mark_out_of_range"),
        (("0", "100", "1"), "Infinity", "mark_out_of_range"),
        (("0", "100", "1"), "1E-999999", "mark_between_steps"),
        (("0", "100", "1"), "1E+999999", "mark_out_of_range"),
        (("0", "100", "1"), "0E+999999", None),
        (("0", "1", "0.1"), "0." + "1" * 5000, "mark_between_steps"),
    ],
)
def test_a_mark_is_on_the_scale_or_not(scale: tuple[str, str, str], mark: str, code: str | None) -> None:
    problem = scoring.check_mark(criterion("skills", *scale), D(mark))
    assert (problem.code if problem else None) == code


def test_a_refused_mark_says_what_would_do() -> None:
    problem = scoring.check_mark(criterion("skills", step="0.5"), D("4.2"))
    assert problem is not None
    assert problem.data == {"criterion": "skills", "mark": "4.2", "min": "1", "max": "5", "step": "0.5"}


@given(st.integers(-40, 40), st.integers(1, 60), st.integers(0, 30), st.integers(0, 3), st.integers(-50, 400))
def test_the_scale_is_what_counting_up_from_the_lowest_mark_gives(
    low: int, step: int, steps: int, places: int, mark: int
) -> None:
    scale = [low + step * k for k in range(steps + 1)]
    unit = D(1).scaleb(-places)
    rule = criterion("c", str(low * unit), str(scale[-1] * unit), str(step * unit))
    assert (scoring.check_mark(rule, mark * unit) is None) == (mark in scale)


def test_a_sheet_is_told_everything_at_once() -> None:
    marks = {"skills": D(6), "qualities": D("1.5"), "charm": D(3)}
    assert [(r.code, r.data["criterion"]) for r in scoring.check_sheet(INTERVIEW, marks)] == [
        ("mark_missing", "qualification"),
        ("mark_out_of_range", "skills"),
        ("mark_between_steps", "qualities"),
        ("unknown_criterion", "charm"),
    ]
    assert scoring.check_sheet(INTERVIEW, sheet(4, 4, 4)) == ()


# --- results --------------------------------------------------------------------------------------------------------


def test_the_result_is_the_mean_of_the_members_totals() -> None:
    outcome = scoring.result(INTERVIEW, [sheet(4, 4, 4), sheet(5, 4, 3), sheet(3, 4, 4)])
    assert outcome == scoring.Result(
        value=Fraction(35, 3),
        shown=D("11.67"),
        members=3,
        criteria={"qualification": Fraction(4), "skills": Fraction(4), "qualities": Fraction(11, 3)},
        totals=(D(12), D(12), D(11)),
    )


def test_twelve_is_enough_and_the_next_total_below_is_not() -> None:
    """Five members: the nearest total below 12 that the scale allows is 11.80; three members: 11.67."""
    twelve = sheet(4, 4, 4)
    for members, below in ((5, "11.80"), (3, "11.67")):
        full = scoring.result(INTERVIEW, [twelve] * members)
        short = scoring.result(INTERVIEW, [*[twelve] * (members - 1), sheet(4, 4, 3)])
        assert (full.shown, scoring.total_reached(INTERVIEW, full.value)) == (D("12.00"), True)
        assert (short.shown, scoring.total_reached(INTERVIEW, short.value)) == (D(below), False)


def test_a_hair_below_the_threshold_is_below_although_it_is_shown_as_twelve() -> None:
    hair = Fraction(12) - Fraction(1, 10**40)
    assert scoring.rounded(hair, INTERVIEW.rounding) == D("12.00")
    assert not scoring.total_reached(INTERVIEW, hair)
    assert scoring.total_reached(replace(INTERVIEW, rounding=Rounding(compare="rounded")), hair)
    assert not scoring.total_reached(replace(INTERVIEW, rounding=Rounding(mode="down", compare="rounded")), hair)


def test_without_a_threshold_everything_reaches_it() -> None:
    assert scoring.total_reached(replace(INTERVIEW, threshold=None), Fraction(-1))


def test_weights_count_in_the_total_and_not_in_the_means() -> None:
    rule = replace(
        INTERVIEW,
        criteria={"a": criterion("a", "0", "100", weight="0.6"), "b": criterion("b", "0", "100", weight=".4")},
    )
    outcome = scoring.result(rule, [{"a": D(80), "b": D(71)}, {"b": D(70), "a": D(81)}])
    assert outcome.totals == (D("76.4"), D("76.6"))
    assert outcome.value == Fraction(153, 2)
    assert outcome.criteria == {"a": Fraction(161, 2), "b": Fraction(141, 2)}


def test_the_context_of_the_thread_changes_nothing() -> None:
    rule = replace(INTERVIEW, criteria={"a": criterion("a", "0", "1", "0.0000001", "3.3333333333")})
    sheets = [{"a": D("0.1234567")}, {"a": D("0.7654321")}]
    plain = scoring.result(rule, sheets)
    with localcontext(Context(prec=3, rounding=ROUND_DOWN)):
        assert scoring.result(rule, sheets) == plain
    assert plain.value == Fraction(D("0.8888888")) * Fraction(D("3.3333333333")) / 2


@pytest.mark.parametrize("marks", [{}, {"skills": D(4)}, {**sheet(4, 4, 4), "charm": D(1)}])
def test_an_incomplete_sheet_is_a_bug_of_the_caller(marks: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match="interview asks for"):
        scoring.member_total(INTERVIEW, marks)


def test_there_is_no_result_without_sheets() -> None:
    with pytest.raises(ValueError, match="without a sheet"):
        scoring.result(INTERVIEW, [])


@given(st.lists(st.tuples(*[st.integers(1, 5)] * 3), min_size=1, max_size=9))
def test_the_order_of_the_members_is_nothing(rows: list[tuple[int, int, int]]) -> None:
    sheets = [sheet(*row) for row in rows]
    outcome = scoring.result(INTERVIEW, sheets)
    turned = scoring.result(INTERVIEW, sheets[::-1])
    assert (turned.value, turned.criteria) == (outcome.value, outcome.criteria)
    assert outcome.value == sum(outcome.criteria.values())  # equal weights: the mean of sums is the sum of means
    assert 3 <= outcome.value <= 15


# --- rounding -------------------------------------------------------------------------------------------------------

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}


@pytest.mark.parametrize(
    ("value", "half_up", "half_even", "down"),
    [
        ("1.005", "1.01", "1.00", "1.00"),
        ("1.015", "1.02", "1.02", "1.01"),
        ("-1.005", "-1.01", "-1.00", "-1.00"),
        ("35/3", "11.67", "11.67", "11.66"),
        ("12", "12.00", "12.00", "12.00"),
        ("-1/1000", "0.00", "0.00", "0.00"),
        ("0", "0.00", "0.00", "0.00"),
    ],
)
def test_rounding_is_as_stated(value: str, half_up: str, half_even: str, down: str) -> None:
    shown = [str(scoring.rounded(Fraction(value), Rounding(mode=mode))) for mode in MODES]
    assert shown == [half_up, half_even, down]


@given(st.decimals(-10000, 10000, places=6), st.sampled_from(sorted(MODES)), st.integers(0, 5))
def test_rounding_agrees_with_decimal(value: Decimal, mode: str, places: int) -> None:
    expected = value.quantize(D(1).scaleb(-places), rounding=MODES[mode])
    assert scoring.rounded(Fraction(value), Rounding(places, mode)) == expected


def test_an_unknown_mode_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="bankers"):
        scoring.rounded(Fraction(1), Rounding(mode="bankers"))


# --- explanation and text -------------------------------------------------------------------------------------------


def test_the_explanation_can_be_followed_with_a_pencil() -> None:
    outcome = scoring.result(INTERVIEW, [sheet(4, 4, 4), sheet(5, 4, 3), sheet(3, 4, 4)])
    assert explanation.explain(INTERVIEW, outcome) == (
        Line("score_totals", {"totals": "12; 12; 11", "spread": "1"}),
        Line("score_mean", {"formula": "(12 + 12 + 11) / 3 = 35/3", "shown": "11.67"}),
        Line("threshold_missed", {"compared": "35/3", "threshold": "12", "difference": "1/3"}),
    )


def test_the_explanation_says_what_was_compared() -> None:
    rule = replace(INTERVIEW, rounding=Rounding(places=0, compare="rounded"))
    outcome = scoring.result(rule, [sheet(4, 4, 4), sheet(4, 4, 4), sheet(4, 4, 3)])
    assert explanation.explain(rule, outcome)[-1] == Line(
        "threshold_met", {"compared": "12", "threshold": "12", "difference": "0"}
    )
    assert len(explanation.explain(replace(rule, threshold=None), outcome)) == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("118/10", "11.8"),
        ("12", "12"),
        ("-1/8", "-0.125"),
        ("1/3", "1/3"),
        ("1/20", "0.05"),
        ("0", "0"),
        ("7/6", "7/6"),
    ],
)
def test_plain_numbers_for_readers(value: str, text: str) -> None:
    assert scoring.plain(Fraction(value)) == text


@given(st.fractions())
def test_exact_text_comes_back(value: Fraction) -> None:
    assert scoring.from_text(scoring.as_text(value)) == value
    assert Fraction(scoring.plain(value)) == value


def test_exact_text_is_what_the_journal_shows() -> None:
    assert [scoring.as_text(Fraction(v)) for v in ("35/3", "24/2", "-2/4")] == ["35/3", "12", "-1/2"]


@pytest.mark.parametrize("text", ["", "1.5", "2/4", " 3", "3\n", "1/0", "1/1", "01", "-0", "٣", "1e3", "+1", "1/-2"])
def test_text_that_we_never_write_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an exact value"):
        scoring.from_text(text)
