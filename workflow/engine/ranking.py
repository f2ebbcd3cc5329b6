"""Results -> the ranking list of each position: selected, reserve, not approved; and the shortlist of an assessment.

Why: who gets a place must follow from the marks and the written rules alone, the same on every machine and for every
order of input, and a tie that the rules leave open must go back to the commission instead of being drawn in silence.
Never here: moving applications, reading marks, sentences (workflow/wording).

Which ties matter. People who are equal in the total and in every key of `ranking.ties` are tied.
- Wholly within the seats: all of them are selected, so they share the place and nothing hangs on their order.
- Not approved: likewise.
- Across the last seat, or in the reserve (it is called in order): somebody gains by the order. That is a `Tie`, and its
  position has no list until the commission has decided, or lots are drawn, whichever the rules name.
People who share a place are listed by register number, which says nothing about merit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from math import ceil, floor, lcm
from operator import itemgetter
from types import MappingProxyType
from typing import Protocol

from workflow.engine import bonus
from workflow.engine.effects import Cut
from workflow.engine.explanation import shortfalls
from workflow.engine.process import Assessment, ProcessDefinition, Ranking, Rounding
from workflow.engine.request import Reason
from workflow.engine.scoring import Line, compared, plain, reached, rounded
from workflow.engine.threshold import unfixed

TOTAL = "total"
COMMISSION_DECISION = "commission_decision"
LOT = "lot"
SHARED = "shared"
_NOTHING: Sequence[str] = ()
_NO_ORDERS: Mapping[str, Mapping[str, int]] = MappingProxyType({})


class Group(StrEnum):
    """The three groups of a ranking list. Source: Stara Zagora S18."""

    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_APPROVED = "not_approved"


class Scored(Protocol):
    """What ranking reads of a result; `scoring.Result` is one."""

    @property
    def value(self) -> Fraction:
        """The exact result."""

    @property
    def criteria(self) -> Mapping[str, Fraction]:
        """The exact combined mark of each criterion."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An application to be ranked, with its results by assessment."""

    id: str
    position: str
    register_number: str
    results: Mapping[str, Scored]
    bonus: tuple[str, ...] = ()
    """The items of `ranking.bonus` that are proved."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application stands in the list of its position.

    `place` is one more than the number of applications that stand before it; those who share it count from the same
    number (1, 2, 2, 4) and it runs on through the groups. `total` is exact, `shown` rounded. `decided_by` is what
    settled the place: `total`, a key of the tie chain, or `shared`. `why` explains the group and the key.
    """

    id: str
    group: Group
    place: int
    total: Fraction
    shown: Decimal
    decided_by: str
    why: tuple[Line, ...]
    bonus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tie:
    """An open tie that matters: its applications by register number, the place at stake and the seats left for them.

    `seats` is 0 for a tie in the reserve, otherwise less than the number of the applications.
    """

    position: str
    ids: tuple[str, ...]
    place: int
    seats: int
    total: Fraction
    shown: Decimal


@dataclass(frozen=True, slots=True)
class Ranked:
    """The lists by position (names in order), or what stands against them: `reasons` is empty when all is decided.

    A position with an open tie or a missing result has no list in `places`.
    """

    places: Mapping[str, tuple[Place, ...]]
    ties: tuple[Tie, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Shortlisted:
    """Who goes on and who does not, best first within each position, and what stands against it.

    `why` has one line for each who was compared; who goes on because the position skips the assessment has none.
    """

    enter: tuple[str, ...]
    leave: tuple[str, ...]
    reasons: tuple[Reason, ...]
    why: Mapping[str, Line]


@dataclass(frozen=True, slots=True)
class _Judged:
    """An entry with what the order is made of; `against` says why it is not approved."""

    entry: Entry
    total: Fraction
    compared: Fraction
    against: tuple[Line, ...]


def rank(
    ranking: Ranking,
    process: ProcessDefinition,
    applications: Iterable[Entry],
    seats: Mapping[str, int],
    decided: Mapping[str, Sequence[str]],
    drawn: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Ranked:
    """The ranking list of each position that has applications.

    The total is the weighted sum of the results, exact or each rounded first (`rounding.parts`); what the position
    skips is left out, and the other weights grow so that their sum stays. Not approved is who is below the threshold
    of the total, or of any assessment with a result or one of its criteria. `seats` are the free ones by position,
    `decided` the commission's recorded orders, `drawn` those of lots (application ids, best first): one settles a tie
    when it names everyone in it. A key separates a tie when everyone in it has its value.

    Reasons: `result_missing` (application, assessment), `tie_undecided` or, where lots have the last word,
    `tie_not_drawn` (position, place, applications); `threshold_not_fixed` (assessment), and then nothing else.
    Raises KeyError for a position without seats, ValueError when a position holds nothing that counts for the total.
    Source: Stara Zagora S15, S16, S18; SA5 and ZA5 of processes.md for ties.
    """
    entries_ = list(applications)
    if open_ := unfixed(process, sorted({name for entry in entries_ for name in entry.results})):
        return Ranked({}, (), open_)
    places: dict[str, tuple[Place, ...]] = {}
    ties: list[Tie] = []
    reasons: list[Reason] = []
    for position, entries in _by_position(entries_):
        held = _held(ranking, process, position)
        missing = [_missing(e, name) for e in entries for name in held if name not in e.results]
        reasons.extend(missing)
        if missing:
            continue
        judged = [_judge(ranking, process, held, entry) for entry in entries]
        chain = [key for key in ranking.ties if key.partition(".")[0] not in process.positions[position].skips]
        order = {
            COMMISSION_DECISION: _ranks(decided.get(position, _NOTHING)),
            LOT: _ranks(drawn.get(position, _NOTHING)),
        }
        clusters = [*_ordered(judged, process, chain, order, approved=True)]
        open_ties, listed = _list_approved(ranking, process, position, clusters, seats[position])
        ties.extend(open_ties)
        numbers = {e.id: e.register_number for e in entries} if open_ties else {}
        code = "tie_undecided" if COMMISSION_DECISION in chain or LOT not in chain else "tie_not_drawn"
        reasons.extend(_undecided(code, tie, numbers) for tie in open_ties)
        if open_ties:
            continue
        for cluster, by in _ordered(judged, process, chain, order, approved=False):
            place = len(listed) + 1
            listed.extend(_place(ranking, process, j, Group.NOT_APPROVED, place, by, j.against) for j in cluster)
        places[position] = tuple(listed)
    return Ranked(places, tuple(ties), tuple(reasons))


def shortlist(
    process: ProcessDefinition, applications: Iterable[Entry], seats: Mapping[str, int], cut: Cut, assessment: str
) -> Shortlisted:
    """The best of each position by that assessment, as many as the cut says; nobody passes over a better mark.

    Who is below the assessment's own threshold does not enter, and does not count among the best; a position that skips
    the assessment sends everyone on. A position without seats invites nobody by a ratio, nor does one that nobody
    passed.
    Reasons: `result_missing`, `threshold_not_fixed` (assessment).
    Source: practice Z7, Z12 of processes.md (ratio, last-place ties enter).
    """
    rule = process.assessments[assessment]
    if rule.is_unfixed:
        return Shortlisted((), (), unfixed(process, [assessment]), {})
    enter: list[str] = []
    leave: list[str] = []
    reasons: list[Reason] = []
    why: dict[str, Line] = {}
    for position, entries in _by_position(applications):
        if assessment in process.positions[position].skips:
            enter.extend(e.id for e in entries)
            continue
        missing = [_missing(e, assessment) for e in entries if assessment not in e.results]
        reasons.extend(missing)
        if missing:
            continue
        best = sorted(entries, key=lambda e: -_mark(rule, e))  # stable: register order among equals
        invited = invited_by(cut, seats[position])
        passed = [e for e in best if _reached(rule, e)]
        entering = _cut(rule, passed, invited, cut.last_mark)
        at_cut = _mark(rule, passed[invited - 1]) if 0 < invited <= len(passed) else None
        for number, entry in enumerate(passed, 1):
            if number <= entering:
                code = "shortlist_within" if number <= invited else "shortlist_last_mark"
            elif not invited:
                code = "shortlist_no_seat"
            else:
                code = "shortlist_none_fit" if _mark(rule, entry) == at_cut else "shortlist_beyond"
            why[entry.id] = Line(code, {"mark": _shown(rule, entry), "invited": str(invited)})
        below = [e for e in best if not _reached(rule, e)]
        for entry in below:
            why[entry.id] = shortfalls(rule, entry.results[assessment].value, entry.results[assessment].criteria)[0]
        enter.extend(e.id for e in passed[:entering])
        leave.extend(e.id for e in (*passed[entering:], *below))
    return Shortlisted(tuple(enter), tuple(leave), tuple(reasons), why)


def invited_by(cut: Cut, seats: int) -> int:
    """How many people the cut invites for that many seats: 13 at 1.1 are 14.3, rounded as the cut says."""
    if cut.at_most is not None:
        return cut.at_most
    assert cut.ratio is not None  # the loader demands exactly one of them
    exact = seats * Fraction(cut.ratio)
    match cut.round:
        case "up":
            return ceil(exact)
        case "down":
            return floor(exact)
        case "half_up":
            return floor(exact + Fraction(1, 2))
        case unknown:
            raise ValueError(f"unknown rounding of a number of people: {unknown}")


def _cut(rule: Assessment, passed: Sequence[Entry], invited: int, last_mark: str) -> int:
    """How many of those who passed, best first, enter."""
    if invited >= len(passed) or invited == 0:
        return min(invited, len(passed))
    last = _mark(rule, passed[invited - 1])
    above = sum(_mark(rule, e) > last for e in passed)
    upto = sum(_mark(rule, e) >= last for e in passed)
    if upto == invited or last_mark == "all_enter":
        return upto
    return above


# --- totals ---------------------------------------------------------------------------------------------------------


def _by_position(applications: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    entries = sorted(applications, key=lambda e: (e.position, *_register(e)))
    for position, group in groupby(entries, key=lambda e: e.position):
        yield position, list(group)


def _register(entry: Entry) -> tuple[object, str, str]:
    """Register order: numbers inside the register number count as numbers (9 before 10); then total by text and id."""
    parts = re.split(r"([0-9]+)", entry.register_number)
    natural = tuple((len(p.lstrip("0")), p.lstrip("0")) if i % 2 else (0, p) for i, p in enumerate(parts))
    return natural, entry.register_number, entry.id


def _held(ranking: Ranking, process: ProcessDefinition, position: str) -> dict[str, Fraction]:
    """The weights of the assessments that the position holds, raised so that they sum to all weights."""
    skips = process.positions[position].skips
    weights = {name: Fraction(weight) for name, weight in ranking.total.items()}
    held = {name: weight for name, weight in weights.items() if name not in skips}
    if not sum(held.values()):
        raise ValueError(f"{position}: it holds no assessment that counts for the total")
    scale = sum(weights.values(), Fraction(0)) / sum(held.values(), Fraction(0))
    return {name: weight * scale for name, weight in held.items()}


def _judge(ranking: Ranking, process: ProcessDefinition, held: Mapping[str, Fraction], entry: Entry) -> _Judged:
    marks = _total(ranking.rounding, held, entry)
    total = marks + Fraction(bonus.points(ranking, entry.bonus))
    value = compared(total, ranking.rounding)
    asked = compared(marks + Fraction(bonus.for_threshold(ranking, entry.bonus)), ranking.rounding)
    skips = process.positions[entry.position].skips
    against = [
        line
        for name, rule in process.assessments.items()
        if name in entry.results and name not in skips
        for line in shortfalls(rule, entry.results[name].value, entry.results[name].criteria)
    ]
    if ranking.threshold is not None and asked < Fraction(ranking.threshold):
        shown = str(rounded(asked, ranking.rounding))
        against.append(Line("total_below_threshold", {"total": shown, "threshold": str(ranking.threshold)}))
    return _Judged(entry, total, value, tuple(against))


def _reached(rule: Assessment, entry: Entry) -> bool:
    return reached(rule, entry.results[rule.name].value, entry.results[rule.name].criteria)


def _total(rounding: Rounding, held: Mapping[str, Fraction], entry: Entry) -> Fraction:
    """The weighted sum, put together from whole numbers: exact as fractions are, and reduced once instead of always."""
    places = None if rounding.parts is None else replace(rounding, places=rounding.parts)
    numerator, denominator = 0, 1
    for name, weight in held.items():
        value = entry.results[name].value
        if places is not None:
            value = Fraction(rounded(value, places))
        below = weight.denominator * value.denominator
        numerator = numerator * below + weight.numerator * value.numerator * denominator
        denominator *= below
    return Fraction(numerator, denominator)


def _mark(rule: Assessment, entry: Entry) -> Fraction:
    return compared(entry.results[rule.name].value, rule.rounding)


def _shown(rule: Assessment, entry: Entry) -> str:
    return str(rounded(entry.results[rule.name].value, rule.rounding))


# --- order ----------------------------------------------------------------------------------------------------------


def _ordered(
    judged: Sequence[_Judged],
    process: ProcessDefinition,
    chain: Sequence[str],
    decided: Mapping[str, Mapping[str, int]],
    *,
    approved: bool,
) -> Iterator[tuple[list[_Judged], str]]:
    """Those who are (not) approved, best first, in clusters of equals, each with the key that settled it."""
    listed = [j for j in judged if bool(j.against) != approved]
    best = sorted(zip(_scaled([j.compared for j in listed]), listed, strict=True), key=_first, reverse=True)
    for _, group in groupby(best, key=_first):
        yield from _separated([j for _, j in group], process, chain, decided, TOTAL)


_first = itemgetter(0)


def _separated(
    cluster: list[_Judged],
    process: ProcessDefinition,
    chain: Sequence[str],
    decided: Mapping[str, Mapping[str, int]],
    by: str,
) -> Iterator[tuple[list[_Judged], str]]:
    if len(cluster) == 1:
        yield cluster, by
    elif not chain:
        yield cluster, SHARED
    else:
        values = [_value(j, process, chain[0], decided) for j in cluster]
        known = [v for v in values if v is not None]
        whole = _scaled(known)
        if len(known) < len(cluster) or len(set(whole)) == 1:
            yield from _separated(cluster, process, chain[1:], decided, by)
            return
        # Stable, also in reverse: register order remains among equals.
        pairs = sorted(zip(whole, cluster, strict=True), key=_first, reverse=True)
        for _, group in groupby(pairs, key=_first):
            yield from _separated([j for _, j in group], process, chain[1:], decided, chain[0])


def _ranks(order: Sequence[str]) -> Mapping[str, int]:
    """A recorded order as values: higher is better."""
    return {one: -i for i, one in enumerate(order)}


def _scaled(values: Sequence[Fraction | int]) -> Sequence[int]:
    """The values times one number that makes them whole: the same order, exactly, and compared many times faster."""
    scale = lcm(*{v.denominator for v in values})
    return [v.numerator * (scale // v.denominator) for v in values]


def _value(
    judged: _Judged, process: ProcessDefinition, key: str, decided: Mapping[str, Mapping[str, int]]
) -> Fraction | int | None:
    """What the key says of one application (higher is better), None when it says nothing."""
    if key in decided:
        return decided[key].get(judged.entry.id)
    assessment, _, criterion = key.partition(".")
    scored = judged.entry.results.get(assessment)
    if scored is None:
        return None
    if criterion:
        return scored.criteria.get(criterion)
    return compared(scored.value, process.assessments[assessment].rounding)


# --- groups ---------------------------------------------------------------------------------------------------------


def _list_approved(
    ranking: Ranking,
    process: ProcessDefinition,
    position: str,
    clusters: Sequence[tuple[list[_Judged], str]],
    seats: int,
) -> tuple[list[Tie], list[Place]]:
    ties: list[Tie] = []
    listed: list[Place] = []
    before = 0
    for cluster, by in clusters:
        selected = before + len(cluster) <= seats
        if len(cluster) > 1 and not selected:
            first = cluster[0]
            ids = tuple(j.entry.id for j in cluster)
            shown = rounded(first.total, ranking.rounding)
            ties.append(Tie(position, ids, before + 1, max(0, seats - before), first.total, shown))
        code = "within_seats" if selected else "beyond_seats"
        why = (Line(code, {"place": str(before + 1), "seats": str(seats)}),)
        group = Group.SELECTED if selected else Group.RESERVE
        listed.extend(_place(ranking, process, j, group, before + 1, by, why) for j in cluster)
        before += len(cluster)
    return ties, listed


def _place(
    ranking: Ranking, process: ProcessDefinition, j: _Judged, group: Group, place: int, by: str, why: tuple[Line, ...]
) -> Place:
    if by == COMMISSION_DECISION:
        why = (*why, Line("tie_decided_by_commission"))
    elif by == LOT:
        why = (*why, Line("tie_decided_by_lot"))
    elif by not in (TOTAL, SHARED):
        value = _value(j, process, by, _NO_ORDERS)
        why = (*why, Line("tie_decided_by", {"key": by, "value": plain(Fraction(value or 0))}))
    elif by == SHARED:
        why = (*why, Line("place_shared", {"place": str(place)}))
    shown = rounded(j.total, ranking.rounding)
    why = (*bonus.lines(ranking, j.entry.bonus, str(shown)), *why)
    return Place(j.entry.id, group, place, j.total, shown, by, why, j.entry.bonus)


# --- reasons --------------------------------------------------------------------------------------------------------


def _missing(entry: Entry, assessment: str) -> Reason:
    return Reason("result_missing", {"application": entry.register_number, "assessment": assessment})


def _undecided(code: str, tie: Tie, numbers: Mapping[str, str]) -> Reason:
    named = ", ".join(numbers[one] for one in tie.ids)
    return Reason(code, {"position": tie.position, "place": str(tie.place), "applications": named})
