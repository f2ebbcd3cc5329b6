"""Is what stands in the tables what the journal says? Verifying chains, and rebuilding state, deadlines and ranking.

Why: the journal is the evidence; everything else is a copy of it that can be computed again.
Never here: repairing anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workflow.engine import ranking, scoring
from workflow.engine.errors import CorruptJournal
from workflow.engine.journal import ChainLink, verify_chain
from workflow.engine.process import Assessment
from workflow.persistence import reads
from workflow.persistence import statements as sql
from workflow.services.house import House

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was verified, and every subject whose journal does not hold: what and where."""

    subjects: int
    entries: int
    broken: tuple[CorruptJournal, ...]


@dataclass(slots=True)
class Rebuilt:
    """What the journal of one subject says, and nothing else was read."""

    state: str = ""
    deadlines: dict[str, str] = field(default_factory=dict)  # id -> armed | fired | cancelled
    due: dict[str, str] = field(default_factory=dict)  # id -> due instant as text
    marks: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)  # assessment -> user -> criterion
    functions: dict[str, dict[str, str]] = field(default_factory=dict)  # assessment -> user, where the rule weighs them
    place: tuple[int, str, str] | None = None  # place, total, group
    bonus: tuple[str, ...] = ()


def verify(house: House, institution: str = "") -> Verified:
    """Verifies the journal of every subject (of one institution, or of all), a page at a time, in constant memory."""
    subjects = entries = 0
    broken: list[CorruptJournal] = []
    after = ""
    while page := house.database.read(reads.journals, institution=institution, after=after, limit=_PAGE):
        after = page[-1][1]
        by_institution: dict[str, dict[str, tuple[int, str]]] = {}
        for owner, subject, _, seq, head in page:
            by_institution.setdefault(owner, {})[subject] = (seq, head)
        for owner, heads in by_institution.items():
            chains: dict[str, list[ChainLink]] = {subject: [] for subject in heads}
            for row in house.database.read(sql.history, institution=owner, ids=sorted(heads)):
                values = dict(zip(sql.history.columns, row, strict=True))
                chains[values["subject_id"]].append(_link(values))
            for subject, links in chains.items():
                subjects += 1
                seq, head = heads[subject]
                try:
                    entries += verify_chain(subject, links, seq=seq, head=head)
                except CorruptJournal as error:
                    broken.append(error)
    return Verified(subjects, entries, tuple(broken))


def rebuild(house: House, institution: str, subjects: list[str]) -> dict[str, Rebuilt]:
    """What the journals of those subjects say about state, deadlines, opened marks and places."""
    rebuilt = {subject: Rebuilt() for subject in subjects}
    for row in house.database.read(sql.history, institution=institution, ids=sorted(subjects)):
        entry = dict(zip(sql.history.columns, row, strict=True))
        replay(
            rebuilt[entry["subject_id"]],
            entry,
            house.parsed(entry["parameters"]),
            house.parsed(entry["effects"]),
        )
    return rebuilt


def rebuild_ranking(house: House, institution: str, position: str, book: Any) -> dict[str, tuple[int, str, str]]:
    """The ranking list of a position computed anew from the marks that the journals opened: id -> place, total, group.

    `position` is the subject; only those ranked before (the journal says so) are ranked again.
    """
    states = sorted(book.process.lifecycles["application"].states)
    rows = house.database.read(sql.applications_of_position, institution=institution, parent=position, states=states)
    rebuilt = rebuild(house, institution, [row[0] for row in rows])
    ranked = {i: r for i, r in rebuilt.items() if r.place is not None}
    positions = house.database.read(sql.subjects, institution=institution, ids=[position])
    place = dict(zip(sql.subjects.columns, positions[0], strict=True))
    numbers = {
        r[0]: dict(zip(sql.subjects.columns, r, strict=True))["register_number"]
        for r in house.database.read(sql.subjects, institution=institution, ids=sorted(ranked))
    }
    decided = [
        application
        for application, _ in sorted(
            ((row[1], row[2]) for row in house.database.read(sql.ties, institution=institution, ids=[position])),
            key=lambda one: one[1],
        )
    ]
    entries = [
        ranking.Entry(
            i,
            place["position"],
            numbers[i],
            {name: result_of(r, book.process.assessments[name]) for name in r.marks},
            bonus=r.bonus,
        )
        for i, r in ranked.items()
    ]
    seats, order = {place["position"]: place["seats"]}, {place["position"]: decided}
    outcome = ranking.rank(book.process.ranking, book.process, entries, seats=seats, decided=order)
    return {p.id: (p.place, str(p.shown), p.group.value) for places in outcome.places.values() for p in places}


def result_of(rebuilt: Rebuilt, assessment: Assessment) -> scoring.Result:
    """The result computed anew from the marks that the journal opened. Raises KeyError when it opened none."""
    sheets, functions = rebuilt.marks[assessment.name], rebuilt.functions.get(assessment.name, {})
    users = sorted(sheets)
    return scoring.result(
        assessment,
        [{criterion: Decimal(mark) for criterion, mark in sheets[user].items()} for user in users],
        [functions[user] for user in users if user in functions],
    )


def replay(rebuilt: Rebuilt, entry: dict[str, Any], parameters: Any, effects: Any) -> None:
    """Takes in what one entry says."""
    if entry["kind"] == "transition":
        rebuilt.state = entry["to_state"]
    fired = parameters.get("deadline")
    if fired and effects.get("fired"):
        rebuilt.deadlines[fired] = "fired"
    for deadline in effects.get("cancelled", ()):
        rebuilt.deadlines[deadline] = "cancelled"
    for armed in effects.get("armed", ()):
        instants = [armed["due"], *(at for at, _ in armed["reminders"])]
        for deadline, at in zip(armed["ids"], instants, strict=True):
            rebuilt.deadlines[deadline] = "armed"
            rebuilt.due[deadline] = at
    if "marks" in parameters:
        rebuilt.marks[parameters["assessment"]] = parameters["marks"]
        rebuilt.functions[parameters["assessment"]] = parameters.get("functions", {})
    if entry["act"] == "change_sheet" and "new" in parameters:  # a sheet that was opened before
        rebuilt.marks[parameters["assessment"]][parameters["user"]] = parameters["new"]
    if "group" in parameters:
        rebuilt.place = (int(parameters["place"]), parameters["total"], parameters["group"])
        rebuilt.bonus = tuple(parameters.get("bonus", ()))


def _link(values: dict[str, Any]) -> ChainLink:
    return ChainLink(**values)


def subjects_of(house: House, institution: str) -> Iterator[tuple[str, str]]:
    """(id, kind) of every subject of an institution, a page at a time."""
    after = ""
    while page := house.database.read(reads.journals, institution=institution, after=after, limit=_PAGE):
        after = page[-1][1]
        for _, subject, kind, _, _ in page:
            yield subject, kind
