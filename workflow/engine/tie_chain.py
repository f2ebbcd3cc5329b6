"""Equals -> the order among them, by the written chain of keys; and what of an application a key reads.

Why: the same chain puts people in order and, long after, tells one of them what set them apart from a neighbour.
Never here: totals, floors and seats (ranking.py), sentences (standing.py has the codes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple, Protocol

from workflow.engine.process import ProcessDefinition, Ranking
from workflow.engine.scoring import compared

TOTAL = "total"
COMMISSION_DECISION = "commission_decision"
LOT = "lot"
SHARED = "shared"
PRIORITY = "priority"
REQUIREMENT = "requirement"
DROPPED = "dropped"

_DIGITS = re.compile(r"([0-9]+)")
_NOTHING: Sequence[str] = ()


class Scored(Protocol):
    """What ranking reads of a result; `scoring.Result` is one."""

    @property
    def value(self) -> Fraction:
        """The exact result."""

    @property
    def criteria(self) -> Mapping[str, Fraction]:
        """The exact combined mark of each criterion."""

    @property
    def dropped(self) -> Fraction | None:
        """The exact mean of the totals that a trimmed mean left out; None when none was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An application to be ranked, with its results by assessment, the requirements that are proved, and the items of
    `ranking.bonus` that it gets."""

    id: str
    position: str
    register_number: str
    results: Mapping[str, Scored]
    proved: frozenset[str] = frozenset()
    bonus: tuple[str, ...] = ()


class Cluster(NamedTuple):
    """Equals by register number. `by` settled that they stand together; `parted` set them apart from those before."""

    entries: list[Entry]
    by: str
    parted: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The keys of one position in order, and the recorded orders that two of them read (key -> id -> higher is
    better)."""

    process: ProcessDefinition
    keys: tuple[str, ...]
    orders: Mapping[str, Mapping[str, int]]

    def separated(self, equals: list[Entry]) -> list[Cluster]:
        """Those who are equal in the total, best first; alike in everything they stay together."""
        found: list[Cluster] = []
        self._separate(equals, 0, TOTAL, TOTAL, found)
        return found

    def value(self, key: str, entry: Entry) -> Fraction | int | None:
        """What a key says of an application (higher is better), exact; None when it says nothing."""
        if key in self.orders:
            return self.orders[key].get(entry.id)
        name, _, part = key.partition(".")
        if name == REQUIREMENT:
            return int(part in entry.proved)
        scored = entry.results.get(part if name == DROPPED else name)
        if scored is None:
            return None
        if name == DROPPED:
            return scored.dropped
        if part:
            return scored.criteria.get(part)
        return compared(scored.value, self.process.assessments[name].rounding)

    def _separate(self, equals: list[Entry], at: int, by: str, parted: str, found: list[Cluster]) -> None:
        while len(equals) > 1 and at < len(self.keys):
            whole = self._values(self.keys[at], equals)
            if whole is not None:
                groups: dict[int, list[Entry]] = {}
                for value, entry in zip(whole, equals, strict=True):
                    groups.setdefault(value, []).append(entry)
                if len(groups) > 1:
                    key = self.keys[at]
                    for value in sorted(groups, reverse=True):
                        self._separate(groups[value], at + 1, key, parted, found)
                        parted = key
                    return
            at += 1
        if len(equals) > 1:
            found.append(Cluster(sorted(equals, key=register_order), SHARED, parted))
        else:
            found.append(Cluster(equals, by, parted))

    def _values(self, key: str, equals: Sequence[Entry]) -> Sequence[int] | None:
        """What the key says of each, over one denominator; None unless it says something of everyone."""
        found = []
        for entry in equals:
            value = self.value(key, entry)
            if value is None:
                return None
            found.append(value)
        return whole_numbers(found)[0]


def chain_of(
    ranking: Ranking, process: ProcessDefinition, position: str, decided: Sequence[str], drawn: Sequence[str]
) -> Chain:
    """The chain as it holds for a position: without the keys of what it skips; a recorded order names ids, best
    first."""
    skips = process.positions[position].skips
    keys = tuple(key for key in ranking.ties if assessment_of(key) not in skips)
    orders = {COMMISSION_DECISION: decided or _NOTHING, LOT: drawn or _NOTHING}
    return Chain(
        process, keys, {key: {one: -place for place, one in enumerate(order)} for key, order in orders.items()}
    )


def assessment_of(key: str) -> str:
    """The assessment that a key reads; '' when it reads none."""
    name, _, part = key.partition(".")
    if name == DROPPED:
        return part
    return "" if name in (REQUIREMENT, COMMISSION_DECISION, LOT) else name


def whole_numbers(values: Iterable[Fraction | int]) -> tuple[list[int], int]:
    """The values times one number that makes them whole, and that number: the same order, compared many times
    faster."""
    pairs = [(v.numerator, v.denominator) for v in values]
    below = {denominator for _, denominator in pairs}
    scale = lcm(*below)
    if scale == 1:
        return [numerator for numerator, _ in pairs], 1
    factors = {denominator: scale // denominator for denominator in below}
    return [numerator * factors[denominator] for numerator, denominator in pairs], scale


def register_order(entry: Entry) -> tuple[object, str, str]:
    """Register order: numbers inside the register number count as numbers (9 before 10); then total by text and id."""
    parts = _DIGITS.split(entry.register_number)
    natural = tuple((len(p.lstrip("0")), p.lstrip("0")) if i % 2 else (0, p) for i, p in enumerate(parts))
    return natural, entry.register_number, entry.id
