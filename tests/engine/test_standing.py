"""Why a place is what it is, against the neighbours: every claim is checked against the data; the chain's other keys;
the legal priority."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_ranking import BASIS, NOT_APPROVED, PROCESS, RANKING, RESERVE, SELECTED, Score, process
from tests.engine.test_ranking import assessment as plain_assessment
from workflow.engine.process import Combine, Priority, Ranking
from workflow.engine.ranking import Entry, Ranked, rank
from workflow.engine.scoring import Line, result
from workflow.engine.standing import Account, explain

D = Decimal
F = Fraction
CERTIFICATE = "disability_certificate"
FIVE = Priority(CERTIFICATE, 5, BASIS)
CHAIN = ("interview.qualification", "requirement.experience", "dropped.interview", "lot")


def one(
    name: str, value: int, qualification: int = 3, *, proved: Sequence[str] = (), dropped: int | None = None
) -> Entry:
    score = Score(F(value), {"qualification": F(qualification)}, None if dropped is None else F(dropped))
    return Entry(name, "cook", name, {"interview": score}, frozenset(proved))


def cooks(
    entries: Sequence[Entry],
    seats: int = 1,
    *,
    ties: Sequence[str] = CHAIN,
    drawn: Sequence[str] = (),
    priority: Sequence[Priority] = (),
) -> Ranked:
    ranking = replace(RANKING, ties=tuple(ties), priority=tuple(priority))
    return rank(ranking, PROCESS, entries, {"cook": seats}, {}, {"cook": drawn}, priority=priority)


def order(ranked: Ranked) -> str:
    return "".join(place.id for place in ranked.places["cook"])


# --- keys -----------------------------------------------------------------------------------------------------------


def test_who_has_proved_a_further_requirement_comes_before_who_has_not() -> None:
    ranked = cooks([one("A", 13), one("B", 13, proved=["experience"]), one("C", 13)], drawn=["C", "A"])
    assert order(ranked) == "BCA"
    assert [p.decided_by for p in ranked.places["cook"]] == ["requirement.experience", "lot", "lot"]
    said = {"other": "C", "other_place": "2", "requirement": "experience"}
    assert explain(ranked, "B")[1:] == (Line("place_before_by_requirement", said),)
    assert [line.code for line in explain(ranked, "C")[1:]] == ["place_after_by_requirement", "place_before_by_lot"]


def test_what_was_left_out_separates_when_it_was_left_out_of_everybody() -> None:
    ranked = cooks([one("A", 13, dropped=20), one("B", 13, dropped=25)])
    assert order(ranked) == "BA"
    said = {"other": "B", "other_place": "1", "assessment": "interview", "value": "20.00", "other_value": "25.00"}
    assert explain(ranked, "A")[1] == Line("place_after_by_dropped", said)
    assert [t.ids for t in cooks([one("A", 13, dropped=20), one("B", 13)]).ties] == [("A", "B")]


def test_a_trimmed_mean_knows_what_it_left_out() -> None:
    trimmed = replace(plain_assessment("interview"), combine=Combine("trimmed_mean", drop=1, at_least=4))
    marks = [{"qualification": D(mark)} for mark in (9, 2, 6, 8)]
    assert result(trimmed, marks).dropped == F(11, 2)
    assert result(trimmed, marks[:3]).dropped is None
    assert result(plain_assessment("interview"), marks).dropped is None


def test_an_extra_assessment_is_held_for_the_tied_alone() -> None:
    extra = process(plain_assessment("written"), replace(plain_assessment("extra"), for_ties=True))
    ranking = Ranking({"written": D(1)}, ("extra", "commission_decision"), BASIS)

    def sat(name: str, written: int, mark: int | None = None) -> Entry:
        scores = {"written": Score(F(written))} | ({} if mark is None else {"extra": Score(F(mark))})
        return Entry(name, "cook", name, dict(scores))

    best, low = sat("A", 90), sat("D", 50)
    before = rank(ranking, extra, [best, sat("B", 70), sat("C", 70), low], {"cook": 2}, {})
    (reason,) = before.reasons
    assert (reason.code, reason.data["assessment"]) == ("tie_needs_assessment", "extra")
    assert reason.data["applications"] == "B, C"
    equal = rank(ranking, extra, [best, sat("B", 70, 5), sat("C", 70, 5), low], {"cook": 2}, {})
    assert [r.code for r in equal.reasons] == ["tie_undecided"]
    held = rank(ranking, extra, [best, sat("B", 70, 5), sat("C", 70, 6), low], {"cook": 2}, {})
    assert order(held) == "ACBD"


# --- the legal priority ---------------------------------------------------------------------------------------------


def test_one_of_the_five_best_goes_first_for_the_seat() -> None:
    """Source: art. 13a(2) of the Polish act on local government employees."""
    entries = [one(name, 30 - i, proved=[CERTIFICATE] if name == "E" else []) for i, name in enumerate("ABCDEF")]
    assert order(cooks(entries)) == "ABCDEF"
    ranked = cooks(entries, priority=[FIVE])
    assert [(p.id, p.group, p.place, p.decided_by) for p in ranked.places["cook"]][:3] == [
        ("E", SELECTED, 1, "priority"),
        ("A", RESERVE, 2, "total"),
        ("B", RESERVE, 3, "total"),
    ]
    moved = {"place": "1", "without": "5", "requirement": CERTIFICATE}
    assert explain(ranked, "E")[1:] == (Line("priority_first", moved),)
    assert explain(ranked, "A")[1] == Line("priority_behind", {"place": "2", "without": "1"})
    assert [line.code for line in explain(ranked, "F")] == ["beyond_seats", "place_by_total"]


@pytest.mark.parametrize(
    ("who", "seats", "rule", "listed"),
    [
        ("F", 1, FIVE, "ABCDEF"),  # not among the five best
        ("B", 2, FIVE, "ABCDEF"),  # has a seat by merit
        ("E", 1, replace(FIVE, not_for=("cook",)), "ABCDEF"),
        ("DE", 1, FIVE, "DABCEF"),  # one seat, one person
        ("DE", 3, FIVE, "DEABCF"),
        ("BD", 2, FIVE, "BDACEF"),  # who had a seat by merit keeps it
        ("E", 0, FIVE, "ABCDEF"),
    ],
)
def test_whom_the_priority_moves(who: str, seats: int, rule: Priority, listed: str) -> None:
    entries = [one(name, 30 - i, proved=[CERTIFICATE] if name in who else []) for i, name in enumerate("ABCDEF")]
    assert order(cooks(entries, seats, priority=[rule])) == listed


def test_a_shared_place_that_the_priority_pushes_across_the_last_seat_is_an_open_tie() -> None:
    entries = [one("A", 15), one("B", 15), one("C", 14, proved=[CERTIFICATE])]
    assert cooks(entries, 2).reasons == ()
    ranked = cooks(entries, 2, priority=[FIVE])
    assert [(t.ids, t.place, t.seats) for t in ranked.ties] == [(("A", "B"), 2, 1)]
    assert order(cooks(entries, 2, priority=[FIVE], drawn=["B", "A"])) == "CBA"


# --- properties -----------------------------------------------------------------------------------------------------

PEOPLE = st.lists(
    st.tuples(st.integers(10, 15), st.integers(1, 2), st.booleans(), st.integers(0, 2), st.booleans()), max_size=12
)


def people(drawn: Sequence[tuple[int, int, bool, int, bool]]) -> list[Entry]:
    return [
        one(
            f"N{i}",
            value,
            qualification,
            proved=[*(["experience"] if experienced else []), *([CERTIFICATE] if entitled else [])],
            dropped=dropped or None,
        )
        for i, (value, qualification, experienced, dropped, entitled) in enumerate(drawn)
    ]


@given(PEOPLE.filter(bool), st.integers(0, 6), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_is_total_and_of_the_input_independent(
    drawn: list[tuple[int, int, bool, int, bool]], seats: int, has_priority: bool, chance: random.Random
) -> None:
    entries = people(drawn)
    lots = [e.id for e in entries]
    priority = [FIVE] if has_priority else []
    ranked = cooks(entries, seats, drawn=lots, priority=priority)
    assert ranked.reasons == ()
    assert [p.place for p in ranked.places["cook"]] == list(range(1, len(entries) + 1))
    turned = chance.sample(entries, len(entries))
    assert cooks(turned, seats, drawn=lots, priority=priority) == ranked


@given(PEOPLE.filter(bool), st.integers(0, 6), st.integers(1, 6))
def test_priority_seats_nobody_beyond_the_seats_and_takes_no_seat_from_the_entitled(
    drawn: list[tuple[int, int, bool, int, bool]], seats: int, among: int
) -> None:
    entries = people(drawn)
    lots = [e.id for e in entries]
    merit = cooks(entries, seats, drawn=lots).places["cook"]
    listed = cooks(entries, seats, drawn=lots, priority=[replace(FIVE, among=among)]).places["cook"]
    approved = [p.id for p in merit if p.group is not NOT_APPROVED]
    seated = {p.id for p in listed if p.group is SELECTED}
    entitled = [p for p in approved[:among] if CERTIFICATE in next(e for e in entries if e.id == p).proved]
    assert len(seated) == min(seats, len(approved))
    assert set(entitled[:seats]) <= seated
    lifted = [p.id for p in listed if p.decided_by == "priority"]
    assert len(lifted) <= seats
    assert set(lifted) <= set(entitled)
    assert [p.id for p in listed if p.id not in entitled[:seats]] == [
        p.id for p in merit if p.id not in entitled[:seats]
    ]
    assert [p.id for p in merit if p.group is NOT_APPROVED] == [p.id for p in listed if p.group is NOT_APPROVED]


@given(PEOPLE.filter(bool), st.integers(0, 6), st.booleans())
def test_who_fails_the_floor_changes_nobodys_explanation(
    drawn: list[tuple[int, int, bool, int, bool]], seats: int, has_priority: bool
) -> None:
    entries = people(drawn)
    lots = [e.id for e in entries]
    priority = [FIVE] if has_priority else []
    before = cooks(entries, seats, drawn=lots, priority=priority)
    low = one("late", 3, 9, proved=["experience", CERTIFICATE])
    after = cooks([*entries, low], seats, drawn=lots, priority=priority)
    for e in entries:
        assert explain(before, e.id) == explain(after, e.id)


def eager(entries: Sequence[Entry], lots: Sequence[str], above: Entry, below: Entry) -> str:
    """Which key sets two apart, found the slow way: the chain is walked with everybody who is still equal to them."""
    cluster = [e for e in entries if e.results["interview"].value == above.results["interview"].value]

    def value(key: str, e: Entry) -> object:
        match key:
            case "interview.qualification":
                return e.results["interview"].criteria["qualification"]
            case "requirement.experience":
                return "experience" in e.proved
            case "dropped.interview":
                return e.results["interview"].dropped
            case _:
                return -lots.index(e.id) if e.id in lots else None

    for key in CHAIN:
        values = [value(key, e) for e in cluster]
        if None in values:
            continue
        mine, theirs = value(key, above), value(key, below)
        if mine != theirs:
            assert mine > theirs  # type: ignore[operator]
            return key
        cluster = [e for e, v in zip(cluster, values, strict=True) if v == mine]
    return "shared"


_CODES = {
    "interview.qualification": "key",
    "requirement.experience": "requirement",
    "dropped.interview": "dropped",
    "lot": "lot",
}


@given(PEOPLE.filter(bool), st.integers(0, 6), st.booleans(), st.booleans())
def test_every_line_is_true(
    drawn: list[tuple[int, int, bool, int, bool]], seats: int, with_lots: bool, has_priority: bool
) -> None:
    entries = people(drawn)
    lots = [e.id for e in entries] if with_lots else []
    ranked = cooks(entries, seats, drawn=lots, priority=[FIVE] if has_priority else [])
    if ranked.reasons:
        return
    by_id = {e.id: e for e in entries}
    places = {p.id: p for p in ranked.places["cook"]}
    account = Account(ranked.lists["cook"])
    for place in places.values():
        said = {line.code: line.data for line in account.lines(place.id)}
        assert ("within_seats" in said) == (place.group is SELECTED)
        assert ("beyond_seats" in said) == (place.group is RESERVE)
        assert ("below_threshold" in said) == (place.group is NOT_APPROVED)
        if place.group is NOT_APPROVED:
            assert set(said) == {"below_threshold"}
        assert ("priority_first" in said) == (place.decided_by == "priority" and place.without_priority is not None)
        for code, data in said.items():
            others = [places[name] for name in data.get("other", data.get("others", "")).split(", ") if name]
            for other in others:
                assert data.get("other_place", str(other.place)) == str(other.place)
                mine, theirs = by_id[place.id], by_id[other.id]
                if code == "place_by_total":
                    assert (place.total > other.total) == (place.place < other.place)
                    assert (data["total"], data["other_total"]) == (str(place.shown), str(other.shown))
                elif code == "place_shared_with":
                    assert place.place == other.place
                    assert eager(entries, lots, mine, theirs) == "shared"
                else:
                    is_before = code.startswith("place_before_by_")
                    assert is_before == (place.place < other.place)
                    pair = (mine, theirs) if is_before else (theirs, mine)
                    assert _CODES[eager(entries, lots, *pair)] == code.rpartition("_")[2]
        if place.group is not NOT_APPROVED and place.decided_by != "priority" and len(places) > 1:
            alone = sum(p.group is not NOT_APPROVED and p.decided_by != "priority" for p in places.values()) == 1
            assert alone or any(code.startswith("place_") for code in said)
