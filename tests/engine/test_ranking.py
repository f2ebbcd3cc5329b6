"""Who stands where, and who must be decided by the commission: by table, by property, and against a slow twin."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine.effects import Cut
from workflow.engine.process import (
    Assessment,
    Basis,
    Criterion,
    Institution,
    Position,
    ProcessDefinition,
    Ranking,
    Rounding,
)
from workflow.engine.ranking import Entry, Group, Place, Ranked, Scored, Tie, rank
from workflow.engine.scoring import Line
from workflow.engine.shortlisting import invited_by, shortlist
from workflow.engine.standing import explain

BASIS = Basis(assumption="a test")
D = Decimal
F = Fraction
SELECTED, RESERVE, NOT_APPROVED = Group


@dataclass(frozen=True)
class Score:
    value: Fraction
    criteria: Mapping[str, Fraction] = field(default_factory=dict)
    dropped: Fraction | None = None


def assessment(name: str, threshold: int | None = None, rounding: Rounding | None = None) -> Assessment:
    scale = Criterion("qualification", {}, D(0), D(100), D(1), BASIS)
    return Assessment(
        name,
        {},
        {"qualification": scale},
        3,
        BASIS,
        rounding or Rounding(),
        None if threshold is None else D(threshold),
    )


def process(*assessments: Assessment, skips: Mapping[str, tuple[str, ...]] | None = None) -> ProcessDefinition:
    skips = skips or {}
    institution = Institution("sample", {}, ("en",), ("en",), "UTC", "BG", time(8), time(17), "a@b.example", {}, BASIS)
    positions = {n: Position(n, {}, 1, BASIS, skips=skips.get(n, ())) for n in ("cook", "stoker")}
    return ProcessDefinition(
        1, "selection", institution, {}, BASIS, {}, {}, {}, positions, {}, {}, {},
        {a.name: a for a in assessments}, None, {}, None, None, {}, {}, {}, {}, {}, {},
    )  # fmt: skip


INTERVIEW = assessment("interview", 12)
PROCESS = process(INTERVIEW)
RANKING = Ranking({"interview": D(1)}, ("interview.qualification", "commission_decision"), BASIS)


def entry(name: str, value: object, qualification: object = 4, *, position: str = "cook", number: str = "") -> Entry:
    results: dict[str, Scored] = {"interview": Score(F(str(value)), {"qualification": F(str(qualification))})}
    return Entry(name, position, number or name, results)


def cooks(*entries: Entry, seats: int = 1, decided: Sequence[str] = (), ranking: Ranking = RANKING) -> Ranked:
    return rank(ranking, PROCESS, entries, {"cook": seats}, {"cook": decided})


def why(ranked: Ranked, at: int) -> tuple[Line, ...]:
    return explain(ranked, ranked.places["cook"][at].id)


def summary(ranked: Ranked, position: str = "cook") -> list[tuple[str, Group, int, str]]:
    return [(p.id, p.group, p.place, p.decided_by) for p in ranked.places[position]]


# --- groups ---------------------------------------------------------------------------------------------------------


def test_the_three_groups_of_a_list() -> None:
    ranked = cooks(entry("A", 13), entry("B", 15), entry("C", "35/3"), entry("D", 12))
    assert (ranked.reasons, ranked.ties) == ((), ())
    assert ranked.places["cook"] == (
        Place("B", SELECTED, 1, F(15), D("15.00"), "total"),
        Place("A", RESERVE, 2, F(13), D("13.00"), "total"),
        Place("D", RESERVE, 3, F(12), D("12.00"), "total"),
        Place(
            "C",
            NOT_APPROVED,
            4,
            F(35, 3),
            D("11.67"),
            "total",
        ),
    )
    assert explain(ranked, "C") == (
        Line("below_threshold", {"assessment": "interview", "result": "11.67", "threshold": "12"}),
    )
    by_total = {"place": "2", "total": "13.00", "other": "B", "other_place": "1", "other_total": "15.00"}
    assert explain(ranked, "A") == (
        Line("beyond_seats", {"place": "2", "seats": "1"}),
        Line("place_by_total", by_total),
    )


def test_each_position_has_its_own_list_in_order_of_names() -> None:
    entries = [entry("S", 14, position="stoker"), entry("A", 13), entry("T", 15, position="stoker")]
    ranked = rank(RANKING, PROCESS, entries, {"stoker": 2, "cook": 0}, {})
    assert list(ranked.places) == ["cook", "stoker"]
    assert summary(ranked) == [("A", RESERVE, 1, "total")]
    assert summary(ranked, "stoker") == [("T", SELECTED, 1, "total"), ("S", SELECTED, 2, "total")]


def test_nobody_applied_nothing_is_listed() -> None:
    assert rank(RANKING, PROCESS, [], {}, {}) == Ranked({}, (), ())


def test_the_total_has_a_threshold_of_its_own() -> None:
    ranked = cooks(
        entry("A", 60), entry("B", "59.999"), entry("C", 11), seats=5, ranking=replace(RANKING, threshold=D(60))
    )
    assert [(p.id, p.group) for p in ranked.places["cook"]] == [
        ("A", SELECTED),
        ("B", NOT_APPROVED),
        ("C", NOT_APPROVED),
    ]
    assert [line.code for line in why(ranked, 2)] == ["below_threshold", "total_below_threshold"]
    assert why(ranked, 1)[0].data == {"total": "60.00", "threshold": "60"}


def test_the_total_is_compared_as_stated() -> None:
    rounded = replace(RANKING, threshold=D(60), rounding=Rounding(compare="rounded"))
    ranked = cooks(entry("A", "59.999", 5), entry("B", 60, 4), ranking=rounded)
    assert summary(ranked) == [
        ("A", SELECTED, 1, "interview.qualification"),  # equal once rounded, so the chain decides
        ("B", RESERVE, 2, "interview.qualification"),
    ]


def test_a_good_total_does_not_heal_a_missed_floor() -> None:
    """Source: practice ZA3, a floor on one part."""
    both = process(assessment("written", 60), assessment("interview", 60))
    ranking = Ranking({"written": D("0.5"), "interview": D("0.5")}, ("written", "commission_decision"), BASIS)
    a = Entry("A", "cook", "1", {"written": Score(F(100)), "interview": Score(F(59))})
    b = Entry("B", "cook", "2", {"written": Score(F(60)), "interview": Score(F(60))})
    ranked = rank(ranking, both, [a, b], {"cook": 1}, {})
    assert [(p.id, p.group, p.total) for p in ranked.places["cook"]] == [
        ("B", SELECTED, F(60)),
        ("A", NOT_APPROVED, F(159, 2)),
    ]


def test_the_floor_of_a_criterion_keeps_a_good_result_out() -> None:
    floor = replace(INTERVIEW.criteria["qualification"], threshold=D(4))
    strict = process(replace(INTERVIEW, criteria={"qualification": floor}))
    entries = [entry("A", 15, "7/2"), entry("B", 13, 4)]
    ranked = rank(RANKING, strict, entries, {"cook": 1}, {})
    assert [(p.id, p.group) for p in ranked.places["cook"]] == [("B", SELECTED), ("A", NOT_APPROVED)]
    said = {"assessment": "interview", "criterion": "qualification", "result": "3.50", "threshold": "4"}
    assert why(ranked, 1) == (Line("criterion_below_threshold", said),)
    assert shortlist(strict, entries, {"cook": 1}, Cut(ratio=D(2)), "interview").leave == ("A",)


def test_parts_are_rounded_before_they_are_weighed() -> None:
    """12.345 is 12.35 as a part and 10.004 is 10.00; of it and 10.00 the half is 11.175, which stays exact."""
    both = process(assessment("interview"), assessment("written"))
    results = {"interview": Score(F("12.345")), "written": Score(F("10.004"))}
    half = Ranking({"interview": D("0.5"), "written": D("0.5")}, (), BASIS, Rounding(places=3, parts=2))
    (place,) = rank(half, both, [Entry("A", "cook", "A", results)], {"cook": 1}, {}).places["cook"]
    assert (place.total, place.shown) == (F("11.175"), D("11.175"))
    exact = replace(half, rounding=Rounding(places=3))
    (place,) = rank(exact, both, [Entry("A", "cook", "A", results)], {"cook": 1}, {}).places["cook"]
    assert place.total == F("11.1745")


def test_what_a_position_skips_is_left_out_and_the_weights_keep_their_sum() -> None:
    both = process(assessment("written", 60), assessment("interview"), skips={"stoker": ("written",)})
    ranking = Ranking({"written": D("0.6"), "interview": D("0.4")}, ("written", "commission_decision"), BASIS)
    stoker = Entry("A", "stoker", "1", {"interview": Score(F(71)), "written": Score(F(3))})  # a stray mark: ignored
    cook = Entry("B", "cook", "2", {"interview": Score(F(71)), "written": Score(F(80))})
    ranked = rank(ranking, both, [stoker, cook], {"cook": 1, "stoker": 1}, {})
    assert [(p.total, p.group) for p in ranked.places["stoker"]] == [(F(71), SELECTED)]
    assert ranked.places["cook"][0].total == F(382, 5)
    sums = replace(ranking, total={"written": D(1), "interview": D(1)})
    assert rank(sums, both, [stoker], {"stoker": 1}, {}).places["stoker"][0].total == 142


def test_a_position_without_anything_to_rank_by_is_a_broken_definition() -> None:
    none = process(INTERVIEW, skips={"cook": ("interview",)})
    with pytest.raises(ValueError, match="cook"):
        rank(RANKING, none, [entry("A", 12)], {"cook": 1}, {})


def test_a_missing_result_is_a_reason_and_only_its_position_waits() -> None:
    unscored = Entry("X", "cook", "17", {})
    ranked = rank(RANKING, PROCESS, [unscored, entry("S", 13, position="stoker")], {"cook": 1, "stoker": 1}, {})
    assert [(r.code, r.data) for r in ranked.reasons] == [
        ("result_missing", {"application": "17", "assessment": "interview"})
    ]
    assert list(ranked.places) == ["stoker"]


# --- ties -----------------------------------------------------------------------------------------------------------


def test_the_chain_separates_and_says_with_what() -> None:
    ranked = cooks(entry("A", 13, 4), entry("B", 13, 5), entry("C", 13, 4), decided=["C", "A"])
    assert summary(ranked) == [
        ("B", SELECTED, 1, "interview.qualification"),
        ("C", RESERVE, 2, "commission_decision"),
        ("A", RESERVE, 3, "commission_decision"),
    ]
    assert why(ranked, 0)[1] == Line(
        "place_before_by_key",
        {"other": "C", "other_place": "2", "key": "interview.qualification", "value": "5.00", "other_value": "4.00"},
    )
    assert [line.code for line in why(ranked, 1)] == [
        "beyond_seats",
        "place_after_by_key",
        "place_before_by_commission",
    ]
    assert why(ranked, 2)[1] == Line("place_after_by_commission", {"other": "C", "other_place": "2"})


def test_a_tie_across_the_last_seat_goes_back() -> None:
    ranked = cooks(entry("C", 13), entry("A", 14), entry("B", 13, number="9"), entry("D", 13, number="10"), seats=2)
    assert ranked.ties == (Tie("cook", ("B", "D", "C"), 2, 1, F(13), D("13.00")),)
    assert ranked.places == {}
    assert [(r.code, r.data) for r in ranked.reasons] == [
        ("tie_undecided", {"position": "cook", "place": "2", "applications": "9, 10, C"})
    ]


def test_a_tie_in_the_reserve_goes_back_because_the_reserve_is_called_in_order() -> None:
    ranked = cooks(entry("A", 14), entry("B", 13), entry("C", 13))
    assert ranked.ties == (Tie("cook", ("B", "C"), 2, 0, F(13), D("13.00")),)
    assert ranked.places == {}


def test_a_tie_within_the_seats_shares_the_place() -> None:
    ranked = cooks(entry("B", 13), entry("A", 13), entry("C", 12), seats=2)
    assert summary(ranked) == [("A", SELECTED, 1, "shared"), ("B", SELECTED, 1, "shared"), ("C", RESERVE, 3, "total")]
    assert why(ranked, 0)[1] == Line("place_shared_with", {"place": "1", "others": "B"})


def test_a_tie_among_those_not_approved_shares_the_place() -> None:
    ranked = cooks(entry("B", 11), entry("A", 11), entry("C", 12))
    assert summary(ranked) == [
        ("C", SELECTED, 1, "total"),
        ("A", NOT_APPROVED, 2, "shared"),
        ("B", NOT_APPROVED, 2, "shared"),
    ]


def test_several_open_ties_are_told_together() -> None:
    ranked = cooks(*(entry(n, v) for n, v in zip("ABCDE", (14, 14, 13, 13, 11), strict=True)))
    assert [(t.ids, t.place, t.seats) for t in ranked.ties] == [(("A", "B"), 1, 1), (("C", "D"), 3, 0)]
    assert [r.code for r in ranked.reasons] == ["tie_undecided", "tie_undecided"]


def test_a_decision_must_name_everyone_in_the_tie() -> None:
    three = [entry("A", 13), entry("B", 13), entry("C", 13)]
    assert [t.ids for t in cooks(*three, decided=["B", "A"]).ties] == [("A", "B", "C")]
    assert [p.id for p in cooks(*three, decided=["B", "X", "C", "A"]).places["cook"]] == ["B", "C", "A"]


def test_a_decision_cannot_lift_anybody_over_a_better_total() -> None:
    ranked = cooks(entry("A", 14), entry("B", 13), decided=["B", "A"])
    assert summary(ranked) == [("A", SELECTED, 1, "total"), ("B", RESERVE, 2, "total")]


def lots(
    *entries: Entry, drawn: Sequence[str] = (), ties: Sequence[str] = ("interview.qualification", "lot")
) -> Ranked:
    return rank(replace(RANKING, ties=tuple(ties)), PROCESS, entries, {"cook": 1}, {}, {"cook": drawn})


def test_a_lot_separates_those_among_whom_it_was_drawn() -> None:
    equal = [entry(name, 15) for name in "ABC"]
    open_ = lots(*equal)
    assert [(r.code, r.data["applications"]) for r in open_.reasons] == [("tie_not_drawn", "A, B, C")]
    ranked = lots(*equal, drawn=["B", "C", "A"])
    assert summary(ranked) == [("B", SELECTED, 1, "lot"), ("C", RESERVE, 2, "lot"), ("A", RESERVE, 3, "lot")]
    assert why(ranked, 0)[-1] == Line("place_before_by_lot", {"other": "C", "other_place": "2"})
    assert lots(*equal, drawn=["B", "A"]).ties == open_.ties  # drawn without C, it says nothing of C


def test_a_lot_is_asked_in_its_turn_and_only_where_the_rules_know_it() -> None:
    better = [entry("A", 15, 4), entry("B", 15, 5)]
    assert summary(lots(*better, drawn=["A", "B"]))[0] == ("B", SELECTED, 1, "interview.qualification")
    equal = [entry("A", 15), entry("B", 15)]
    unknown = lots(*equal, drawn=["A", "B"], ties=["interview.qualification", "commission_decision"])
    assert [r.code for r in unknown.reasons] == ["tie_undecided"]
    either = lots(*equal, ties=["lot", "commission_decision"])
    assert [r.code for r in either.reasons] == ["tie_undecided"]


def test_an_extra_test_separates_only_when_everyone_in_the_tie_sat_it() -> None:
    """Source: practice ZA5, an extra interview for the equal ones."""
    extra = process(assessment("written"), assessment("extra"))
    ranking = Ranking({"written": D(1)}, ("extra", "commission_decision"), BASIS)

    def sat(name: str, mark: int | None) -> Entry:
        results: dict[str, Scored] = {"written": Score(F(70))}
        if mark is not None:
            results["extra"] = Score(F(mark))
        return Entry(name, "cook", name, results)

    some = rank(ranking, extra, [sat("A", 3), sat("B", None)], {"cook": 1}, {})
    assert [t.ids for t in some.ties] == [("A", "B")]
    both = rank(ranking, extra, [sat("A", 3), sat("B", 4)], {"cook": 1}, {})
    assert summary(both) == [("B", SELECTED, 1, "extra"), ("A", RESERVE, 2, "extra")]


def test_a_result_in_the_chain_is_compared_as_its_assessment_says() -> None:
    ranking = Ranking({"a": D(1), "b": D(1)}, ("a", "commission_decision"), BASIS)
    entries = [
        Entry("A", "cook", "1", {"a": Score(F(1001, 1000)), "b": Score(F(999, 1000))}),
        Entry("B", "cook", "2", {"a": Score(F(1)), "b": Score(F(1))}),
    ]
    exact = rank(ranking, process(assessment("a"), assessment("b")), entries, {"cook": 1}, {})
    assert [p.id for p in exact.places["cook"]] == ["A", "B"]
    coarse = process(assessment("a", rounding=Rounding(compare="rounded")), assessment("b"))
    assert [t.ids for t in rank(ranking, coarse, entries, {"cook": 1}, {}).ties] == [("A", "B")]


def test_the_register_is_read_like_a_person_reads_it() -> None:
    numbers = ["SZ-10", "SZ-9", "SZ-010", "A-100", "SZ-9/2"]
    ranked = cooks(*(entry(f"id{i}", 13, number=n) for i, n in enumerate(numbers)), seats=5)
    listed = [numbers[int(p.id[2:])] for p in ranked.places["cook"]]
    assert listed == ["A-100", "SZ-9", "SZ-9/2", "SZ-010", "SZ-10"]


# --- properties -----------------------------------------------------------------------------------------------------

MARKS = st.tuples(st.sampled_from([F(11), F(35, 3), F(12), F(25, 2), F(13)]), st.integers(1, 3))
FIELDS = st.lists(MARKS, max_size=9)
SEATS = st.integers(0, 5)


def applications(marks: Sequence[tuple[Fraction, int]]) -> list[Entry]:
    return [entry(f"id{i}", value, q, number=str(100 - i)) for i, (value, q) in enumerate(marks)]


def slow(
    entries: Sequence[Entry], seats: int, decided: Sequence[str]
) -> tuple[set[frozenset[str]], dict[str, tuple[Group, int]]]:
    """The same rules, pair by pair: open ties, and group and place by application."""

    def approved(e: Entry) -> bool:
        return e.results["interview"].value >= 12

    def beats(a: Entry, b: Entry) -> bool:
        if approved(a) != approved(b):
            return approved(a)
        one, other = a.results["interview"], b.results["interview"]
        if one.value != other.value:
            return one.value > other.value
        if one.criteria["qualification"] != other.criteria["qualification"]:
            return one.criteria["qualification"] > other.criteria["qualification"]
        return bool(decided) and decided.index(a.id) < decided.index(b.id)

    ties, places = set(), {}
    for e in entries:
        before = sum(beats(o, e) for o in entries)
        equals = frozenset(o.id for o in entries if not beats(o, e) and not beats(e, o))
        inside = before + len(equals) <= seats
        if approved(e) and len(equals) > 1 and not inside:
            ties.add(equals)
        places[e.id] = (NOT_APPROVED if not approved(e) else SELECTED if inside else RESERVE, before + 1)
    return ties, places


@given(FIELDS, SEATS, st.one_of(st.none(), st.randoms(use_true_random=False)))
def test_a_slow_twin_agrees(marks: list[tuple[Fraction, int]], seats: int, lot: random.Random | None) -> None:
    entries = applications(marks)
    decided = [e.id for e in entries] if lot else []
    if lot:
        lot.shuffle(decided)
    ranked = cooks(*entries, seats=seats, decided=decided)
    ties, places = slow(entries, seats, decided)
    assert {frozenset(t.ids) for t in ranked.ties} == ties
    if entries and not ties:
        assert {p.id: (p.group, p.place) for p in ranked.places["cook"]} == places
        assert ranked.reasons == ()
    else:
        assert ranked.places == {}


@given(FIELDS, SEATS, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_input_is_nothing(
    marks: list[tuple[Fraction, int]], seats: int, chance: random.Random, lots: bool
) -> None:
    entries = applications(marks)
    decided = [e.id for e in entries] if lots else []
    turned = list(entries)
    chance.shuffle(turned)
    assert cooks(*turned, seats=seats, decided=decided) == cooks(*entries, seats=seats, decided=decided)


@given(FIELDS.filter(bool), SEATS)
def test_a_decided_list_is_whole_in_order_and_within_the_seats(marks: list[tuple[Fraction, int]], seats: int) -> None:
    entries = applications(marks)
    listed = cooks(*entries, seats=seats, decided=[e.id for e in entries]).places["cook"]
    assert sorted(p.id for p in listed) == sorted(e.id for e in entries)
    groups = [p.group for p in listed]
    assert groups == sorted(groups, key=list(Group).index)
    assert groups.count(SELECTED) == min(seats, sum(value >= 12 for value, _ in marks))
    assert [p.place for p in listed] == list(range(1, len(listed) + 1))
    for group in Group:
        totals = [p.total for p in listed if p.group is group]
        assert totals == sorted(totals, reverse=True)


@given(FIELDS.filter(bool), SEATS, st.data())
def test_a_better_result_never_costs_a_place(
    marks: list[tuple[Fraction, int]], seats: int, data: st.DataObject
) -> None:
    entries = applications(marks)
    decided = [e.id for e in entries]
    who = data.draw(st.sampled_from(entries))
    more = data.draw(st.fractions(0, 3, max_denominator=6))
    was = who.results["interview"]
    better = replace(who, results={"interview": Score(was.value + more, was.criteria)})

    def standing(field_: Sequence[Entry]) -> tuple[int, int]:
        listed = cooks(*field_, seats=seats, decided=decided).places["cook"]
        found = next(p for p in listed if p.id == who.id)
        return found.place, list(Group).index(found.group)

    before = standing(entries)
    after = standing([better if e is who else e for e in entries])
    assert after[0] <= before[0]
    assert after[1] <= before[1]


@given(FIELDS.filter(bool), SEATS, st.integers(0, 11))
def test_who_is_below_the_threshold_changes_nobody_elses_place(
    marks: list[tuple[Fraction, int]], seats: int, low: int
) -> None:
    field_, order = applications(marks), [e.id for e in applications(marks)]
    before = cooks(*field_, seats=seats, decided=order).places["cook"]
    after = cooks(*field_, entry("late", low, 5, number="0"), seats=seats, decided=order).places["cook"]
    others = [p for p in after if p.id != "late"]
    assert [(p.id, p.group) for p in others] == [(p.id, p.group) for p in before]
    approved = [p for p in before if p.group is not NOT_APPROVED]
    assert others[: len(approved)] == approved
    assert next(p.group for p in after if p.id == "late") is NOT_APPROVED


@given(st.lists(st.integers(1, 5), min_size=2, max_size=6), st.data())
def test_a_key_that_one_of_a_cluster_lacks_separates_nobody(marks: list[int], data: st.DataObject) -> None:
    lacking = data.draw(st.integers(0, len(marks) - 1))
    entries = [entry(str(i), 15, mark) for i, mark in enumerate(marks)]
    entries[lacking] = replace(entries[lacking], results={"interview": Score(F(15))})
    (tie,) = cooks(*entries, seats=1).ties
    assert tie.ids == tuple(e.id for e in entries)


# --- shortlist ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seats", "ratio", "marks", "enter"),
    [
        (1, "3", [90, 80, 70, 60], "ABC"),
        (1, "3", [90, 80, 70, 70, 70, 60], "ABCDE"),  # all with the last mark enter
        (1, "3", [90, 90, 90, 90, 60], "ABCD"),
        (1, "3", [90, 80], "AB"),
        (3, "1.5", [90, 80, 70, 60, 50, 40], "ABCDE"),  # 4.5 is rounded up
        (1, "1.1", [90, 80, 70], "AB"),
        (0, "3", [90, 80], ""),
    ],
)
def test_the_best_of_the_ratio_enter(seats: int, ratio: str, marks: list[int], enter: str) -> None:
    written = process(assessment("written"))
    names = "ABCDEF"[: len(marks)]
    entries = [Entry(n, "cook", n, {"written": Score(F(m))}) for n, m in zip(names, marks, strict=True)]
    short = shortlist(written, reversed(entries), {"cook": seats}, Cut(D(ratio)), "written")
    assert ("".join(short.enter), "".join(short.leave)) == (enter, names[len(enter) :])
    assert short.reasons == ()


def test_a_floor_of_the_assessment_holds_for_the_shortlist() -> None:
    written = process(assessment("written", 60))
    entries = [Entry(n, "cook", n, {"written": Score(F(m))}) for n, m in (("A", 60), ("B", 59), ("C", 58))]
    short = shortlist(written, entries, {"cook": 1}, Cut(D(3)), "written")
    assert (short.enter, short.leave) == (("A",), ("B", "C"))


def test_each_position_shortlists_for_itself_and_who_skips_goes_on() -> None:
    written = process(assessment("written"), skips={"stoker": ("written",)})
    entries = [Entry(n, "cook", n, {"written": Score(F(m))}) for n, m in (("A", 10), ("B", 20))]
    stokers = [Entry("S2", "stoker", "2", {}), Entry("S1", "stoker", "1", {})]
    short = shortlist(written, [*entries, *stokers], {"cook": 1, "stoker": 1}, Cut(D(1)), "written")
    assert (short.enter, short.leave) == (("B", "S1", "S2"), ("A",))


def test_equal_marks_are_equal_as_they_are_compared() -> None:
    entries = [Entry(n, "cook", n, {"written": Score(F(m))}) for n, m in (("A", "70.001"), ("B", "70.002"))]
    exact = shortlist(process(assessment("written")), entries, {"cook": 1}, Cut(D(1)), "written")
    assert exact.enter == ("B",)
    rounded = process(assessment("written", rounding=Rounding(compare="rounded")))
    assert shortlist(rounded, entries, {"cook": 1}, Cut(D(1)), "written").enter == ("A", "B")


def test_nobody_is_left_out_for_a_mark_that_is_not_there_yet() -> None:
    entries = [Entry("A", "cook", "7", {}), Entry("B", "cook", "8", {"written": Score(F(70))})]
    short = shortlist(process(assessment("written")), entries, {"cook": 1}, Cut(D(1)), "written")
    assert (short.enter, short.leave) == ((), ())
    assert [(r.code, r.data) for r in short.reasons] == [
        ("result_missing", {"application": "7", "assessment": "written"})
    ]


@pytest.mark.parametrize(
    ("cut", "seats", "invited"),
    [
        # 13 seats at 1:1.1 are 14.3 (processes.md, practice Z7: a ratio of the posts).
        (Cut(D("1.1")), 13, 15),
        (Cut(D("1.1"), round="down"), 13, 14),
        (Cut(D("1.1"), round="half_up"), 13, 14),
        (Cut(D("1.5"), round="half_up"), 3, 5),  # 4.5
        (Cut(D("1.5"), round="half_up"), 1, 2),
        (Cut(D("1.1")), 10, 11),  # exact: a binary fraction would give 12
        (Cut(D(3)), 13, 39),  # 1:3 (Z11)
        (Cut(D(2)), 0, 0),
        (Cut(at_most=20), 13, 20),
        (Cut(at_most=5), 13, 5),
    ],
)
def test_how_many_a_cut_invites(cut: Cut, seats: int, invited: int) -> None:
    assert invited_by(cut, seats) == invited


def test_an_unknown_rounding_of_people_is_a_broken_definition() -> None:
    with pytest.raises(ValueError, match="sideways"):
        invited_by(Cut(D(1), round="sideways"), 1)


NONE = "none_enter"
WITHIN, LAST, NONE_FIT, BEYOND, NO_SEAT = (
    f"shortlist_{code}" for code in ("within", "last_mark", "none_fit", "beyond", "no_seat")
)


@pytest.mark.parametrize(
    ("cut", "seats", "marks", "codes"),
    [
        # last-place ties enter (practice Z7, Z12): places 1 and 2 of 1:2, and the third with the second's mark
        (Cut(D(2)), 1, [90, 80, 80, 70], [WITHIN, WITHIN, LAST, BEYOND]),
        (Cut(D(2), last_mark=NONE), 1, [90, 80, 80, 70], [WITHIN, NONE_FIT, NONE_FIT, BEYOND]),
        # they fit exactly: nobody is shut out by the stricter rule
        (Cut(D(3), last_mark=NONE), 1, [90, 80, 80, 70], [WITHIN, WITHIN, WITHIN, BEYOND]),
        # all share the best mark and do not fit: nobody enters, also not the worse ones
        (Cut(at_most=2, last_mark=NONE), 1, [80, 80, 80, 70], [NONE_FIT, NONE_FIT, NONE_FIT, BEYOND]),
        (Cut(at_most=2), 9, [80, 80, 80, 70], [WITHIN, WITHIN, LAST, BEYOND]),
        # fewer than the number: everybody who passed
        (Cut(at_most=9, last_mark=NONE), 1, [80, 80], [WITHIN, WITHIN]),
        # a position without seats invites nobody by a ratio; below the threshold is told first
        (Cut(D(3)), 0, [80, 50], [NO_SEAT, "below_threshold"]),
        # nobody passed
        (Cut(D(3)), 2, [59, 50], ["below_threshold", "below_threshold"]),
        # who did not pass takes no place among the best
        (Cut(D(1)), 3, [60, 59, 58], [WITHIN, "below_threshold", "below_threshold"]),
    ],
)
def test_everybody_is_told_why_they_enter_or_not(cut: Cut, seats: int, marks: list[int], codes: list[str]) -> None:
    written = process(assessment("written", 60))
    names = "ABCD"[: len(marks)]
    entries = [Entry(n, "cook", n, {"written": Score(F(m))}) for n, m in zip(names, marks, strict=True)]
    short = shortlist(written, reversed(entries), {"cook": seats}, cut, "written")
    assert [short.why[name].code for name in names] == codes
    entered = {name for name, code in zip(names, codes, strict=True) if code in (WITHIN, LAST)}
    assert (set(short.enter), set(short.leave)) == (entered, set(names) - entered)


@given(
    st.lists(st.integers(55, 65), max_size=12),
    st.integers(0, 6),
    st.builds(
        Cut,
        st.sampled_from([D(1), D("1.1"), D("1.5"), D(3)]),
        round=st.sampled_from(["up", "down", "half_up"]),
        last_mark=st.sampled_from(["all_enter", NONE]),
    ),
)
def test_a_shortlist_never_passes_over_a_better_mark(marks: list[int], seats: int, cut: Cut) -> None:
    written = process(assessment("written", 60))
    entries = [Entry(str(i), "cook", str(i), {"written": Score(F(m))}) for i, m in enumerate(marks)]
    short = shortlist(written, entries, {"cook": seats}, cut, "written")
    entered = [marks[int(i)] for i in short.enter]
    left = [marks[int(i)] for i in short.leave]
    assert sorted(entered + left) == sorted(marks)
    assert not entered or min(entered) >= 60
    assert not entered or not left or min(entered) > max(left)  # equals are treated as equals
    assert cut.last_mark != NONE or len(entered) <= invited_by(cut, seats)
    passed = sum(mark >= 60 for mark in marks)
    assert cut.last_mark == NONE or len(entered) >= min(passed, invited_by(cut, seats))
