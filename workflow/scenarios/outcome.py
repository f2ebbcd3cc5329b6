"""What came out of a scenario, held against what must hold: readable differences, nothing else.

Never here: playing, printing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from workflow.persistence import paper_reads, reads
from workflow.persistence.unit_of_work import instant
from workflow.scenarios.player import Player
from workflow.services.recomputing import recompute
from workflow.services.seats import overfull

_END_OF_DAY = timedelta(microseconds=1)
"""A term ends with the last moment of its day; people may write the midnight that follows."""


class Expectation(BaseModel):
    """The outcome that must hold. What is not said does not matter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    states: Mapping[str, str] = Field(default_factory=dict, description="who or what -> state")
    rankings: Mapping[str, Mapping[str, tuple[str, ...]]] = Field(
        default_factory=dict, description="position -> group -> ['A 12.00', ...] in order"
    )
    notices: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="person or role -> every notice, in order; '-' alone: none"
    )
    due: Mapping[str, str] = Field(
        default_factory=dict, description="deadline of the procedure, or A.deadline -> due instant with offset or Z"
    )
    fired: tuple[str, ...] | None = Field(default=None, description="what the clock did by itself, in order")
    publications: tuple[str, ...] | None = Field(default=None, description="publications made, in order")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise: where, what should have been, what is."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, found {self.found}"


def differences(player: Player, expected: Expectation) -> list[Difference]:
    """Everything that came out otherwise than expected, in the order of the sections."""
    return [
        *_states(player, expected.states),
        *_rankings(player, expected.rankings),
        *_notices(player, expected.notices),
        *_due(player, expected.due),
        *_fired(player, expected.fired),
        *_publications(player, expected.publications),
        *_seats(player),
        *_recomputed(player),
    ]


def _seats(player: Player) -> Iterator[Difference]:
    """No scenario may end with more seats held than a position has, whatever it expects."""
    for one in overfull(player.house, player.institution):
        yield Difference(f"seats.{name_of(player, one.position)}", f"at most {one.seats} held", str(one.held))


def name_of(player: Player, subject: str) -> str:
    """The scenario's name for a subject: `A`, `A/position` when A has several, a position, `procedure`."""
    for letter, person in player.people.items():
        for position, application in person.applications.items():
            if application == subject:
                return letter if len(person.applications) == 1 else f"{letter}/{position}"
    for application, several in player.objections.items():
        if subject in several:
            return f"{name_of(player, application)}!{several.index(subject) + 1}"
    for position, identifier in player.positions.items():
        if identifier == subject:
            return position
    return {player.procedure: "procedure", player.predecessor: "predecessor"}.get(
        subject, "a subject of the predecessor"
    )


def _states(player: Player, expected: Mapping[str, str]) -> Iterator[Difference]:
    for name, state in expected.items():
        rows = player.house.database.read(reads.state, institution=player.institution, id=player.subject(name))
        if rows[0][0] != state:
            yield Difference(f"states.{name}", state, rows[0][0])


def _rankings(player: Player, expected: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[Difference]:
    for position, groups in expected.items():
        found: dict[str, list[str]] = {"selected": [], "reserve": [], "not_approved": []}
        rows = player.house.database.read(
            reads.ranking, institution=player.institution, position=player.subject(position)
        )
        for application, group, _, total, *_ in rows:
            found[group].append(f"{name_of(player, application).partition('/')[0]} {total}")
        for group, people in groups.items():
            if list(people) != found.get(group):
                yield Difference(f"rankings.{position}.{group}", _listed(people), _listed(found.get(group, [])))


def _recomputed(player: Player) -> Iterator[Difference]:
    """In every scenario: the lists that the journal alone gives are those that are stored."""
    if player.procedure:
        found = recompute(player.house, player.institution, player.procedure)
        for one in found.differences:
            yield Difference(f"recomputed.{one.position}.{one.register_number}", str(one.stored), str(one.computed))
        for position, codes in found.reasons.items():
            yield Difference(f"recomputed.{position}", "a list", ", ".join(codes))


def _notices(player: Player, expected: Mapping[str, Sequence[str]]) -> Iterator[Difference]:
    sent: dict[str, list[str]] = {}
    for recipient, notice, _, _ in player.house.database.read(reads.outbox_in_order, institution=player.institution):
        sent.setdefault(recipient, []).append(notice)
    for name, notices in expected.items():
        person = player.people.get(name)
        recipient = (person.candidate or "") if person else player.members.get(name, f"{player.institution}.{name}")
        found = sent.get(recipient, [])
        if [n for n in notices if n != "-"] != found:
            yield Difference(f"notices.{name}", _listed(notices), _listed(found))


def _due(player: Player, expected: Mapping[str, str]) -> Iterator[Difference]:
    for name, text in expected.items():
        who, _, rule = name.rpartition(".")
        subject = player.subject(who) if who else player.procedure
        rows = player.house.database.read(reads.deadlines_of, institution=player.institution, subject=subject)
        found = [instant(row[2]) for row in rows if row[1] == rule and row[3] == "due"]
        if not found:
            yield Difference(f"due.{name}", text, "never armed")
        elif instant(text) - found[-1] not in (timedelta(0), _END_OF_DAY):
            yield Difference(f"due.{name}", text, found[-1].isoformat().replace("+00:00", "Z"))


def _fired(player: Player, expected: Sequence[str] | None) -> Iterator[Difference]:
    if expected is None:
        return
    found = []
    for one in player.fired:
        if one.kind == "due":
            name = name_of(player, one.subject)
            found.append(one.rule if name == "procedure" else f"{name}.{one.rule}")
    if list(expected) != found:
        yield Difference("fired", _listed(expected), _listed(found))


def _publications(player: Player, expected: Sequence[str] | None) -> Iterator[Difference]:
    if expected is None:
        return
    rows = player.house.database.read(
        paper_reads.publications, institution=player.institution, procedure=player.procedure
    )
    # A correction is a further version of the same publication.
    found = [row[2] for row in rows if row[1] == 1]
    if list(expected) != found:
        yield Difference("publications", _listed(expected), _listed(found))


def _listed(items: Sequence[str]) -> str:
    return "[" + ", ".join(items) + "]"
