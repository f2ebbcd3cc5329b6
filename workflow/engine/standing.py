"""Why a place is what it is: the group's ground, and what sets it apart from the neighbours on the list, by number.

Why: "4th, because 71.50 in total; the 3rd has 72.00" can be checked by the person it concerns; a bare place cannot.
Nothing is made in advance: of a list of 100,000 only the places that somebody looks at are explained.
Never here: making a list (ranking.py), names of people (neighbours are register numbers), sentences (workflow/wording).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from workflow.engine import bonus
from workflow.engine.explanation import shortfalls
from workflow.engine.process import Assessment
from workflow.engine.ranking import Group, Listed, Place, Ranked, Totals, totals, weights_held
from workflow.engine.scoring import Line, compared, plain, rounded
from workflow.engine.tie_chain import (
    COMMISSION_DECISION,
    DROPPED,
    LOT,
    PRIORITY,
    REQUIREMENT,
    Entry,
    assessment_of,
)


def explain(ranked: Ranked, id_: str) -> tuple[Line, ...]:
    """Why that application has its place, see `Account.lines`. Raises KeyError when it is on no list."""
    for listed in ranked.lists.values():
        account = Account(listed)
        if id_ in account:
            return account.lines(id_)
    raise KeyError(id_)


class Account:
    """The explanations of one list, each made when it is asked for."""

    def __init__(self, listed: Listed) -> None:
        self._listed = listed
        self._partings: dict[int, Mapping[str, tuple[int, list[int]]]] = {}

    def __contains__(self, id_: str) -> bool:
        return id_ in self._index

    def lines(self, id_: str) -> tuple[Line, ...]:
        """Why that application stands where it stands: first the ground of its group, then the neighbours.

        Codes and data: those of `bonus.lines`;
        `within_seats` or `beyond_seats` (place, seats), or what was not reached (`below_threshold`,
        `criterion_below_threshold`, `total_below_threshold`). `priority_first` (place, without, requirement) for whom
        the legal priority moved up, `priority_behind` (place, without) for whom it moved down.
        `place_by_total` (place, total, other, other_place, other_total) against the one before, or after the first;
        `place_before_by_<what>` or `place_after_by_<what>` (other and values) against one with an equal total, where
        what is key, dropped, requirement, lot or commission; `place_shared_with` (place, others).
        Neighbours are approved, and no priority has moved them; who is not approved is told the ground alone.
        Raises KeyError for an application that is not listed.
        """
        at = self._index[id_]
        place = self._listed.places[at]
        listed = self._listed
        lines = [*bonus.lines(listed.ranking, place.bonus, str(place.shown)), *self._ground(place)]
        if place.without_priority is not None:
            lines.append(self._moved(place))
        if place.decided_by == PRIORITY or place.group is Group.NOT_APPROVED:
            return tuple(lines)  # nobody's place among those not approved hangs on the order
        above, below = self._neighbour(at, -1), self._neighbour(at, 1)
        shared = [other for other in (above, below) if other is not None and other.place == place.place]
        if above is not None and above not in shared:
            lines.append(self._against(place, above, is_before=False))
        if below is not None and below not in shared and (above is None or self._total(below) == self._total(place)):
            lines.append(self._against(place, below, is_before=True))
        if shared:
            others = ", ".join(self._number(other) for other in shared)
            lines.append(Line("place_shared_with", {"place": str(place.place), "others": others}))
        return tuple(lines)

    # --- the group ----------------------------------------------------------------------------------------------------

    def _ground(self, place: Place) -> Sequence[Line]:
        if place.group is not Group.NOT_APPROVED:
            code = "within_seats" if place.group is Group.SELECTED else "beyond_seats"
            return [Line(code, {"place": str(place.place), "seats": str(self._listed.seats)})]
        entry, process = self._entries[place.id], self._listed.chain.process
        skips = process.positions[self._listed.position].skips
        lines = [
            line
            for name, rule in process.assessments.items()
            if name in entry.results and name not in skips
            for line in shortfalls(rule, entry.results[name].value, entry.results[name].criteria)
        ]
        threshold = self._listed.ranking.threshold
        rounding = self._listed.ranking.rounding
        asked = Fraction(self._sums.asked[place.id], self._sums.scale)
        if threshold is not None and compared(asked, rounding) < Fraction(threshold):
            shown = str(rounded(asked, rounding))
            lines.append(Line("total_below_threshold", {"total": shown, "threshold": str(threshold)}))
        return lines

    def _moved(self, place: Place) -> Line:
        data = {"place": str(place.place), "without": str(place.without_priority)}
        if place.decided_by != PRIORITY:
            return Line("priority_behind", data)
        proved = self._entries[place.id].proved
        rule = next((rule for rule in self._listed.ranking.priority if rule.requirement in proved), None)
        return Line("priority_first", {**data, "requirement": rule.requirement if rule else ""})

    # --- neighbours ---------------------------------------------------------------------------------------------------

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {place.id: at for at, place in enumerate(self._listed.places)}

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        return {entry.id: entry for entry in self._listed.entries}

    @cached_property
    def _sums(self) -> Totals:
        listed = self._listed
        held = weights_held(listed.ranking, listed.chain.process, listed.position)
        return totals(listed.ranking, held, listed.entries)

    @cached_property
    def _equals(self) -> Mapping[int, list[Entry]]:
        """The approved whose totals are equal as they are compared."""
        found: dict[int, list[Entry]] = {}
        for place in self._listed.places:
            if place.group is not Group.NOT_APPROVED:
                found.setdefault(self._total(place), []).append(self._entries[place.id])
        return found

    def _total(self, place: Place) -> int:
        return self._sums.compared[place.id]

    def _neighbour(self, at: int, step: int) -> Place | None:
        """The nearest of the approved on that side whom no priority has moved."""
        places = self._listed.places
        at += step
        while 0 <= at < len(places) and places[at].group is not Group.NOT_APPROVED:
            if places[at].decided_by != PRIORITY:
                return places[at]
            at += step
        return None

    def _number(self, place: Place) -> str:
        return self._entries[place.id].register_number

    def _against(self, place: Place, other: Place, *, is_before: bool) -> Line:
        named = {"other": self._number(other), "other_place": str(other.place)}
        if self._total(place) != self._total(other):
            total, other_total = str(place.shown), str(other.shown)
            if total == other_total:  # told apart only by what rounding hides
                total, other_total = plain(place.total), plain(other.total)
            return Line(
                "place_by_total", {"place": str(place.place), "total": total, **named, "other_total": other_total}
            )
        key = self._parted(place, other) if is_before else self._parted(other, place)
        side = "before" if is_before else "after"
        if key in (COMMISSION_DECISION, LOT):
            return Line(f"place_{side}_by_{'lot' if key == LOT else 'commission'}", named)
        name, _, part = key.partition(".")
        if name == REQUIREMENT:
            return Line(f"place_{side}_by_requirement", {**named, "requirement": part})
        if not key:  # the results were changed after the list was made
            return Line("place_beside", named)
        values = {"value": self._shown(key, place), "other_value": self._shown(key, other)}
        if values["value"] == values["other_value"]:
            values = {"value": self._exact(key, place), "other_value": self._exact(key, other)}
        if name == DROPPED:
            return Line(f"place_{side}_by_dropped", {**named, "assessment": part, **values})
        return Line(f"place_{side}_by_key", {**named, "key": key, **values})

    def _shown(self, key: str, place: Place) -> str:
        value = self._listed.chain.value(key, self._entries[place.id])
        return str(rounded(Fraction(value or 0), self._rule(key).rounding))

    def _exact(self, key: str, place: Place) -> str:
        return plain(Fraction(self._listed.chain.value(key, self._entries[place.id]) or 0))

    def _rule(self, key: str) -> Assessment:
        return self._listed.chain.process.assessments[assessment_of(key)]

    def _parted(self, above: Place, below: Place) -> str:
        """The first key of the chain that sets the one before the other; '' when none does."""
        total, keys = self._total(above), self._listed.chain.keys
        if total not in self._partings:
            clusters = self._listed.chain.separated(self._equals[total])
            steps = [keys.index(cluster.parted) if cluster.parted in keys else len(keys) for cluster in clusters]
            self._partings[total] = {e.id: (i, steps) for i, c in enumerate(clusters) for e in c.entries}
        upper, steps = self._partings[total][above.id]
        lower, _ = self._partings[total][below.id]
        step = min(steps[upper + 1 : lower + 1], default=len(keys))
        return keys[step] if step < len(keys) else ""
