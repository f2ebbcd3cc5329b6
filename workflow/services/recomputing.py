"""Ranking lists computed anew from the journal alone, beside the places that are stored.

Why: a list is only as good as the proof that nobody turned it afterwards. Marks as they were opened, verdicts, decided
and drawn orders are read from the journals; the same rules must give the same places.
Never here: verifying the chains themselves (integrity.py), repairing anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workflow.engine import bonus, ranking
from workflow.engine.process import Kind, ProcessDefinition
from workflow.persistence import procedure_reads, reads
from workflow.persistence import statements as sql
from workflow.services.cases import look
from workflow.services.house import House
from workflow.services.integrity import Rebuilt, replay, result_of
from workflow.services.rankings import in_force

Standing = tuple[int, str, str]
"""Place, total as shown, group."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An application whose places disagree; None where one of the three has none."""

    position: str
    register_number: str
    stored: Standing | None
    journaled: Standing | None
    computed: Standing | None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many places were computed again, in how many positions, and where they disagree.

    `reasons`: per position, why the journal gives no list at all.
    """

    positions: int
    places: int
    differences: tuple[Difference, ...]
    reasons: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class _Told:
    """What the journal of an application says up to its last place on a list; later marks and verdicts changed
    nothing of that."""

    now: Rebuilt = field(default_factory=Rebuilt)
    proved: set[str] = field(default_factory=set)
    placed: Rebuilt | None = None
    proved_then: frozenset[str] = frozenset()
    act: tuple[str, str] = ("", "")


def recompute(house: House, institution: str, procedure: str) -> Recomputed:
    """The lists of a procedure anew. Raises UnknownSubject for one that is not there."""
    case = look(house, institution, procedure)
    process, here = case.book.process, {"institution": institution}
    positions: dict[str, tuple[str, int]] = {}
    found = [row[0] for row in house.database.read(reads.positions, **here, procedure=procedure)]
    for row in house.database.read(sql.subjects, **here, ids=found):
        one = dict(zip(sql.subjects.columns, row, strict=True))
        positions[one["id"]] = (one["position"], one["seats"])
    stored = house.database.read(procedure_reads.rankings, **here, ids=sorted(positions))
    differences: list[Difference] = []
    reasons: dict[str, tuple[str, ...]] = {}
    places = 0
    states = sorted(process.lifecycles[Kind.APPLICATION].states)
    for position, (name, seats) in sorted(positions.items(), key=lambda item: item[1][0]):
        rows = house.database.read(sql.applications_of_position, **here, parent=position, states=states)
        told = _told(house, institution, [row[0] for row in rows])
        numbers = {
            row[0]: dict(zip(sql.subjects.columns, row, strict=True))["register_number"]
            for row in house.database.read(sql.subjects, **here, ids=sorted(told))
        }
        kept = {row[1]: (row[3], str(row[4]), row[2]) for row in stored if row[0] == position}
        computed: dict[str, Standing] = {}
        for act in sorted({one.act for one in told.values() if one.placed is not None}):
            entries = [
                _entry(process, name, id_, numbers[id_], one)
                for id_, one in told.items()
                if one.placed is not None and one.act == act
            ]
            ranked = _ranked(process, entries, name, seats, _orders(house, institution, position), case.facts.details)
            if ranked.reasons:
                reasons[name] = tuple(reason.code for reason in ranked.reasons)
            computed |= {p.id: (p.place, str(p.shown), p.group.value) for p in ranked.places.get(name, ())}
        places += len(computed)
        for id_ in sorted({*kept, *computed}, key=lambda one: numbers.get(one, one)):
            placed = told[id_].placed if id_ in told else None
            journaled = None if placed is None else placed.place
            if not kept.get(id_) == journaled == computed.get(id_):
                number = numbers.get(id_, id_)
                differences.append(Difference(name, number, kept.get(id_), journaled, computed.get(id_)))
    return Recomputed(len(positions), places, tuple(differences), reasons)


def _told(house: House, institution: str, applications: Sequence[str]) -> dict[str, _Told]:
    told = {one: _Told() for one in applications}
    for row in house.database.read(sql.history, institution=institution, ids=sorted(told)):
        entry: dict[str, Any] = dict(zip(sql.history.columns, row, strict=True))
        one, parameters = told[entry["subject_id"]], house.parsed(entry["parameters"])
        if entry["act"] == "give_verdict":
            (one.proved.add if parameters["ok"] else one.proved.discard)(parameters["item"])
        replay(one.now, entry, parameters, house.parsed(entry["effects"]))
        if "group" in parameters:
            one.placed = replace(one.now, marks=dict(one.now.marks), functions=dict(one.now.functions))
            one.proved_then = frozenset(one.proved)
            one.act = (str(parameters.get("cause_subject", "")), str(parameters.get("cause_seq", "")))
    return told


def _entry(process: ProcessDefinition, position: str, id_: str, number: str, one: _Told) -> ranking.Entry:
    assert one.placed is not None  # only those who were placed are ranked again
    results = {name: result_of(one.placed, process.assessments[name]) for name in one.placed.marks}
    assert process.ranking is not None  # nobody is placed without a ranking
    return ranking.Entry(
        id_, position, number, results, one.proved_then, bonus.earned(process.ranking, one.proved_then)
    )


def _orders(house: House, institution: str, position: str) -> dict[str, list[str]]:
    """The orders that the journal of the position records, by act; of one application the last word counts."""
    ranks: dict[str, dict[str, int]] = {"decide_tie": {}, "draw_lot": {}}
    for row in house.database.read(sql.history, institution=institution, ids=[position]):
        entry = dict(zip(sql.history.columns, row, strict=True))
        if entry["act"] in ranks:
            order = house.parsed(entry["parameters"])["order"]
            ranks[entry["act"]].update({one: place for place, one in enumerate(order, 1)})
    return {act: sorted(one, key=lambda id_: (one[id_], id_)) for act, one in ranks.items()}


def _ranked(
    process: ProcessDefinition,
    entries: Sequence[ranking.Entry],
    position: str,
    seats: int,
    orders: Mapping[str, Sequence[str]],
    details: Mapping[str, str],
) -> ranking.Ranked:
    assert process.ranking is not None  # nobody is placed without a ranking
    return ranking.rank(
        process.ranking,
        process,
        entries,
        {position: seats},
        {position: orders["decide_tie"]},
        {position: orders["draw_lot"]} if ranking.LOT in process.ranking.ties else {},
        priority=in_force(process.ranking, details),
    )
