"""Results -> the ranking list of each position: selected, reserve, not approved.

Why: who gets a place must follow from the marks and the written rules alone, the same on every machine and for every
order of input, and a tie that the rules leave open must go back to the commission instead of being drawn in silence.
Never here: the chain that separates equals (tie_chain.py), the cut after an assessment (shortlisting.py), why a place
is what it is (standing.py: asked for one place, never made for all), moving applications, reading marks.

Which ties matter. People who are equal in the total and in every key of `ranking.ties` are tied.
- Wholly within the seats: all of them are selected, so they share the place and nothing hangs on their order.
- Not approved: likewise.
- Across the last seat, or in the reserve (it is called in order): somebody gains by the order. That is a `Tie`, and its
  position has no list until the commission has decided, or lots are drawn, whichever the rules name.
People who share a place are listed by register number, which says nothing about merit.

Speed. Results are put over one denominator, once, and compared as whole numbers: exact as fractions are, and fast
enough for a list of 100,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm
from types import MappingProxyType

from workflow.engine import bonus
from workflow.engine.priority import with_priority
from workflow.engine.process import Assessment, Priority, ProcessDefinition, Ranking, Rounding
from workflow.engine.request import Reason
from workflow.engine.scoring import compared, rounded
from workflow.engine.threshold import unfixed
from workflow.engine.tie_chain import (
    COMMISSION_DECISION,
    LOT,
    SHARED,
    TOTAL,
    Chain,
    Cluster,
    Entry,
    Scored,
    assessment_of,
    chain_of,
    register_order,
)

__all__ = [
    "COMMISSION_DECISION",
    "LOT",
    "SHARED",
    "TOTAL",
    "Entry",
    "Group",
    "Listed",
    "Place",
    "Ranked",
    "Scored",
    "Tie",
    "Totals",
    "by_position",
    "missing_result",
    "rank",
    "totals",
    "weights_held",
]


_NOTHING: Sequence[str] = ()


class Group(StrEnum):
    """The three groups of a ranking list. Source: Stara Zagora S18."""

    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_APPROVED = "not_approved"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application stands in the list of its position.

    `place` is one more than the number of applications that stand before it; those who share it count from the same
    number (1, 2, 2, 4) and it runs on through the groups. `total` is exact, `shown` rounded. `decided_by` is what
    settled the place: `total`, a key of the tie chain, `shared` or `priority`. `without_priority` is the place that it
    would be if the legal priority had moved nobody; None: it is this one.
    """

    id: str
    group: Group
    place: int
    total: Fraction
    shown: Decimal
    decided_by: str
    without_priority: int | None = None
    bonus: tuple[str, ...] = ()
    """The items of `ranking.bonus` that the total holds."""


@dataclass(frozen=True, slots=True)
class Tie:
    """An open tie that matters: its applications by register number, the place at stake and the seats left for them.

    `seats` is 0 for a tie in the reserve, otherwise less than the number of the applications. `waits_for`: the extra
    assessment that is to be held for them; '' when every one that the chain names is held.
    """

    position: str
    ids: tuple[str, ...]
    place: int
    seats: int
    total: Fraction
    shown: Decimal
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of one position with what it was made of: enough to say why each place is what it is."""

    position: str
    ranking: Ranking
    chain: Chain
    seats: int
    entries: Sequence[Entry]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The lists by position (names in order), or what stands against them: `reasons` is empty when all is decided.

    A position with an open tie or a missing result has no list in `places`. `lists` holds the same places with their
    origin, for `standing.explain`.
    """

    places: Mapping[str, tuple[Place, ...]]
    ties: tuple[Tie, ...]
    reasons: tuple[Reason, ...]
    lists: Mapping[str, Listed] = field(default_factory=dict, compare=False, repr=False)


def rank(
    ranking: Ranking,
    process: ProcessDefinition,
    applications: Iterable[Entry],
    seats: Mapping[str, int],
    decided: Mapping[str, Sequence[str]],
    drawn: Mapping[str, Sequence[str]] = MappingProxyType({}),
    *,
    priority: Sequence[Priority] = (),
) -> Ranked:
    """The ranking list of each position that has applications.

    The total is the weighted sum of the results, exact or each rounded first (`rounding.parts`), with the bonus; what
    the position skips is left out, and the other weights grow so that their sum stays. Not approved is who is below the
    threshold of the total, or of any assessment with a result or one of its criteria. `seats` are the free ones by
    position, `decided` the commission's recorded orders, `drawn` those of lots (application ids, best first): one
    settles a tie when it names everyone in it. A key separates a tie when everyone in it has its value. `priority`: the
    legal priorities that are in force.

    Reasons: `result_missing` (application, assessment); for an open tie (position, place, applications)
    `tie_needs_assessment` (and assessment) while an extra assessment is not held, `tie_undecided`, or `tie_not_drawn`
    where lots have the last word; `threshold_not_fixed` (assessment), and then nothing else.
    Raises KeyError for a position without seats, ValueError when a position holds nothing that counts for the total.
    Source: Stara Zagora S15, S16, S18; SA5 and ZA5 of processes.md for ties.
    """
    everybody = list(applications)
    if open_ := unfixed(process, sorted({name for entry in everybody for name in entry.results})):
        return Ranked({}, (), open_)
    lists: dict[str, Listed] = {}
    ties: list[Tie] = []
    reasons: list[Reason] = []
    for position, entries in by_position(everybody):
        held = weights_held(ranking, process, position)
        missing = [e for e in entries if not held.keys() <= e.results.keys()]
        if missing:
            missing.sort(key=register_order)
            reasons.extend(missing_result(e, name) for e in missing for name in held if name not in e.results)
            continue
        chain = chain_of(ranking, process, position, decided.get(position, _NOTHING), drawn.get(position, _NOTHING))
        sums = totals(ranking, held, entries)
        approved, others = _halves(ranking, process, position, entries, sums)
        listing = _Listing(ranking, position, chain, seats[position], sums)
        clusters = _clusters(approved, chain)
        open_ties = listing.open_ties(clusters)
        before: Mapping[str, int] = {}
        if not open_ties and priority:
            rules = [rule for rule in priority if position not in rule.not_for]
            clusters, before = with_priority(rules, clusters, seats[position])
            open_ties = listing.open_ties(clusters)  # a place shared within the seats may now lie across the last one
        if open_ties:
            ties.extend(open_ties)
            known = {e.id: e for e in entries}
            reasons.extend(_undecided(tie, [known[one] for one in tie.ids], chain) for tie in open_ties)
            continue
        places = listing.places(clusters, _clusters(others, chain), before)
        lists[position] = Listed(position, ranking, chain, seats[position], entries, places)
    return Ranked({name: listed.places for name, listed in lists.items()}, tuple(ties), tuple(reasons), lists)


# --- totals ---------------------------------------------------------------------------------------------------------


def by_position(applications: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """The applications of each position, positions in order of their names."""
    found: dict[str, list[Entry]] = {}
    for entry in applications:
        found.setdefault(entry.position, []).append(entry)
    for position in sorted(found):
        yield position, found[position]


def weights_held(ranking: Ranking, process: ProcessDefinition, position: str) -> dict[str, Fraction]:
    """The weights of the assessments that the position holds, raised so that they sum to all weights."""
    skips = process.positions[position].skips
    weights = {name: Fraction(weight) for name, weight in ranking.total.items()}
    held = {name: weight for name, weight in weights.items() if name not in skips}
    if not sum(held.values()):
        raise ValueError(f"{position}: it holds no assessment that counts for the total")
    scale = sum(weights.values(), Fraction(0)) / sum(held.values(), Fraction(0))
    return {name: weight * scale for name, weight in held.items()}


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of applications by id: whole numbers over one denominator `scale`, and what is compared, likewise
    over one that only comparisons need. `asked`: what the threshold is held against, over `scale`: the total, without
    a bonus that does not count for it."""

    whole: Mapping[str, int]
    scale: int
    compared: Mapping[str, int]
    asked: Mapping[str, int]

    def exact(self, id_: str) -> Fraction:
        """The exact total of an application."""
        return Fraction(self.whole[id_], self.scale)


def totals(ranking: Ranking, held: Mapping[str, Fraction], entries: Sequence[Entry]) -> Totals:
    """The weighted sums of the results with the bonus, exact, each result rounded first where the rounding says so."""
    rounding, columns = ranking.rounding, []
    parts = None if rounding.parts is None else replace(rounding, places=rounding.parts)
    for name, weight in held.items():
        values: list[Fraction] = [entry.results[name].value for entry in entries]
        if parts is not None:
            values = [Fraction(rounded(value, parts)) for value in values]
        pairs = [(value.numerator, value.denominator) for value in values]
        columns.append((weight, pairs, {below for _, below in pairs}))
    added = [Fraction(bonus.points(ranking, entry.bonus)) for entry in entries] if ranking.bonus else []
    scale = lcm(*(weight.denominator * below for weight, _, belows in columns for below in belows))
    scale = lcm(scale, *{points.denominator for points in added})
    sums = [0] * len(entries)
    for weight, pairs, belows in columns:
        factors = {below: weight.numerator * (scale // (weight.denominator * below)) for below in belows}
        sums = [total + above * factors[below] for total, (above, below) in zip(sums, pairs, strict=True)]
    asked = sums
    if ranking.bonus:
        more = [points.numerator * (scale // points.denominator) for points in added]
        sums = [total + points for total, points in zip(sums, more, strict=True)]
        asked = sums if ranking.bonus.counts_for_threshold else asked
    ids = [entry.id for entry in entries]
    whole = dict(zip(ids, sums, strict=True))
    threshold = whole if asked is sums else dict(zip(ids, asked, strict=True))
    if rounding.compare != "rounded":
        return Totals(whole, scale, whole, threshold)
    steps = {total: int(rounded(Fraction(total, scale), rounding).scaleb(rounding.places)) for total in set(sums)}
    return Totals(whole, scale, {id_: steps[total] for id_, total in whole.items()}, threshold)


def _halves(
    ranking: Ranking, process: ProcessDefinition, position: str, entries: Sequence[Entry], sums: Totals
) -> tuple[dict[int, list[Entry]], dict[int, list[Entry]]]:
    """Those who are approved and those who are not, by what is compared of their totals."""
    below: set[str] = set()
    skips = process.positions[position].skips
    for name, rule in process.assessments.items():
        if name not in skips and rule.has_floor:
            below.update(_below(rule, entries))
    if ranking.threshold is not None:
        low = _low(ranking.rounding, ranking.threshold, sums)
        below.update(id_ for id_, total in sums.asked.items() if total in low)
    halves: tuple[dict[int, list[Entry]], dict[int, list[Entry]]] = ({}, {})
    for entry in entries:
        halves[entry.id in below].setdefault(sums.compared[entry.id], []).append(entry)
    return halves


def _low(rounding: Rounding, threshold: Decimal, sums: Totals) -> frozenset[int]:
    """The totals that miss the threshold, each looked at once."""
    least = Fraction(threshold)
    different = frozenset(sums.asked.values())
    if rounding.compare != "rounded":
        floor = least * sums.scale
        return frozenset(total for total in different if total < floor)
    return frozenset(total for total in different if compared(Fraction(total, sums.scale), rounding) < least)


def _below(rule: Assessment, entries: Sequence[Entry]) -> Iterator[str]:
    """Who has a result of the assessment that misses its threshold, or that of a criterion."""
    floors = {name: c.threshold for name, c in rule.criteria.items() if c.threshold is not None}
    seen: dict[tuple[str, int, int], bool] = {}

    def misses(criterion: str, value: Fraction, floor: Decimal) -> bool:
        key = (criterion, value.numerator, value.denominator)
        found = seen.get(key)
        if found is None:
            found = seen[key] = compared(value, rule.rounding) < Fraction(floor)
        return found

    for entry in entries:
        scored = entry.results.get(rule.name)
        if scored is None:
            continue
        is_low = rule.threshold is not None and misses("", scored.value, rule.threshold)
        if is_low or any(misses(name, scored.criteria[name], floor) for name, floor in floors.items()):
            yield entry.id


# --- order and groups -----------------------------------------------------------------------------------------------


def _clusters(half: Mapping[int, list[Entry]], chain: Chain) -> list[Cluster]:
    """Best first, in clusters of equals."""
    found = []
    for total in sorted(half, reverse=True):
        equals = half[total]
        if len(equals) == 1:
            found.append(Cluster(equals, TOTAL, TOTAL))
        else:
            found.extend(chain.separated(equals))
    return found


@dataclass(frozen=True, slots=True)
class _Listing:
    ranking: Ranking
    position: str
    chain: Chain
    seats: int
    sums: Totals

    def open_ties(self, clusters: Sequence[Cluster]) -> list[Tie]:
        """The ties by which somebody gains: across the last seat, or in the reserve."""
        ties: list[Tie] = []
        before = 0
        for cluster in clusters:
            after = before + len(cluster.entries)
            if after - before > 1 and after > self.seats:
                ids = tuple(e.id for e in cluster.entries)
                total = self.sums.exact(ids[0])
                shown = rounded(total, self.ranking.rounding)
                left, waits = max(0, self.seats - before), _waits_for(self.chain, cluster.entries)
                ties.append(Tie(self.position, ids, before + 1, left, total, shown, waits))
            before = after
        return ties

    def places(
        self, approved: Sequence[Cluster], others: Sequence[Cluster], before: Mapping[str, int]
    ) -> tuple[Place, ...]:
        """The places of all; `before`: those that the legal priority changed."""
        made: dict[int, tuple[Fraction, Decimal]] = {}  # many share a total: made once
        listed: list[Place] = []
        for half, clusters in enumerate((approved, others)):
            for entries, by, _ in clusters:
                place = len(listed) + 1
                inside = len(listed) + len(entries) <= self.seats
                group = Group.NOT_APPROVED if half else Group.SELECTED if inside else Group.RESERVE
                for entry in entries:
                    whole = self.sums.whole[entry.id]
                    if whole not in made:
                        total = Fraction(whole, self.sums.scale)
                        made[whole] = (total, rounded(total, self.ranking.rounding))
                    listed.append(Place(entry.id, group, place, *made[whole], by, before.get(entry.id), entry.bonus))
        return tuple(listed)


# --- reasons --------------------------------------------------------------------------------------------------------


def missing_result(entry: Entry, assessment: str) -> Reason:
    """That there is no list because this result is not there."""
    return Reason("result_missing", {"application": entry.register_number, "assessment": assessment})


def _undecided(tie: Tie, entries: Sequence[Entry], chain: Chain) -> Reason:
    named = ", ".join(entry.register_number for entry in entries)
    data = {"position": tie.position, "place": str(tie.place), "applications": named}
    if tie.waits_for:
        return Reason("tie_needs_assessment", {**data, "assessment": tie.waits_for})
    undrawn = LOT in chain.keys and COMMISSION_DECISION not in chain.keys
    return Reason("tie_not_drawn" if undrawn else "tie_undecided", data)


def _waits_for(chain: Chain, entries: Sequence[Entry]) -> str:
    """The first extra assessment of the chain that somebody has not sat; '' when there is none."""
    rules = (chain.process.assessments.get(assessment_of(key)) for key in chain.keys)
    extra = (rule.name for rule in rules if rule is not None and rule.for_ties)
    return next((name for name in extra if any(name not in entry.results for entry in entries)), "")
