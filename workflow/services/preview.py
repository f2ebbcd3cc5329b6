"""What would happen: moves that are decided and staged like any others, and then not written.

Why: whoever presses a button must see the new states, the mails and the deadlines before, and a preview that follows
rules of its own would sooner or later show something else than what happens. So it is the act itself, without a commit.
Never here: rules, writing, sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifications.outbox import Outbox, OutboxState
from workflow.engine.process import Kind, ProcessDefinition
from workflow.engine.request import Reason, Refused, Request
from workflow.persistence.tables import Deadline, Journal, Publication
from workflow.persistence.unit_of_work import Unit
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.transitions import Done, move_all


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what a move is about, as a person knows it; `label` is a register number, or a name of the definition."""

    id: str
    kind: Kind
    label: str
    name: str
    position: str
    state: str
    version: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One of the moves that were asked for: where it leads, or every reason against it."""

    subject: Subject
    to_state: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """So many subjects go from one state to another by a transition. `asked`: it is what was asked for."""

    kind: Kind
    transition: str
    from_state: str
    to_state: str
    count: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """So many messages of one notice through one channel; the words of the first of them, exactly as they would go.

    `held`: they wait for a person's release.
    """

    notice: str
    channel: str
    count: int
    held: bool
    name: str
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that would be armed on so many subjects; the earliest and the latest of their due instants."""

    rule: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What the requests would come to, in their order, all together."""

    process: ProcessDefinition
    outcomes: tuple[Foreseen, ...]
    shifts: tuple[Shift, ...]
    mails: tuple[Mail, ...]
    deadlines: tuple[Due, ...]
    published: tuple[str, ...]
    withdrawn: tuple[int, ...]

    @property
    def possible(self) -> tuple[Foreseen, ...]:
        """The moves that would be made."""
        return tuple(one for one in self.outcomes if one.to_state is not None)

    @property
    def refused(self) -> tuple[Foreseen, ...]:
        """The moves that would not."""
        return tuple(one for one in self.outcomes if one.to_state is None)

    @property
    def mail_count(self) -> int:
        """How many messages would go out."""
        return sum(mail.count for mail in self.mails)


def foresee(house: House, requests: Sequence[Request]) -> Preview:
    """What would happen if these moves of one institution were made now, each for itself. Nothing is written or locked.

    A constant number of queries for one subject and for a thousand. Raises UnknownSubject, DefinitionError.
    """
    if not requests:
        raise ValueError("nothing is asked for")

    def work(unit: Unit) -> Preview:
        docket = Docket(house, unit, requests[0].institution, house.clock.now())
        before = [_subject(case) for case in docket.cases([request.subject for request in requests])]
        outcomes = move_all(docket, requests)
        return _told(docket, requests, before, outcomes)

    preview: Preview = house.glance(work)
    return preview


def _told(
    docket: Docket, requests: Sequence[Request], before: Sequence[Subject], outcomes: Sequence[Done | Refused]
) -> Preview:
    staged = docket.staged
    return Preview(
        process=docket.case(requests[0].subject).book.process,
        outcomes=tuple(
            Foreseen(subject, None, outcome.reasons)
            if isinstance(outcome, Refused)
            else Foreseen(subject, outcome.to_state, ())
            for subject, outcome in zip(before, outcomes, strict=True)
        ),
        shifts=_shifts(docket, [row for _, table, row in staged if table is Journal], requests),
        mails=_mails([row for _, table, row in staged if table is Outbox]),
        deadlines=_deadlines([row for operation, table, row in staged if table is Deadline and operation == "insert"]),
        published=tuple(
            row["name"] for operation, table, row in staged if table is Publication and operation == "insert"
        ),
        withdrawn=tuple(
            number
            for _, table, row in staged
            if table is Journal
            for number in docket.house.parsed(row["effects"]).get("withdrawn", ())
        ),
    )


def _subject(case: Case) -> Subject:
    facts = case.facts
    label = facts.register_number or (facts.position if facts.kind is Kind.POSITION else facts.number)
    return Subject(case.id, facts.kind, label, facts.candidate, facts.position, facts.state, facts.version)


def _shifts(docket: Docket, entries: Sequence[Mapping[str, Any]], requests: Sequence[Request]) -> tuple[Shift, ...]:
    asked = {(request.subject, request.transition) for request in requests}
    counted = Counter(
        (
            docket.case(entry["subject_id"]).facts.kind,
            entry["act"],
            entry["from_state"],
            entry["to_state"],
            (entry["subject_id"], entry["act"]) in asked,
        )
        for entry in entries
        if entry["kind"] == "transition"
    )
    shifts = [Shift(kind, act, left, entered, n, own) for (kind, act, left, entered, own), n in counted.items()]
    return tuple(sorted(shifts, key=lambda shift: not shift.asked))


def _mails(rows: Sequence[Mapping[str, Any]]) -> tuple[Mail, ...]:
    found: dict[tuple[str, str, bool], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["notice"], row["channel"], row["state"] == OutboxState.HELD.value), []).append(row)
    return tuple(
        Mail(
            notice,
            channel,
            len(alike),
            held,
            alike[0]["name"],
            alike[0]["language"],
            alike[0]["subject"],
            alike[0]["body"],
        )
        for (notice, channel, held), alike in found.items()
    )


def _deadlines(rows: Sequence[Mapping[str, Any]]) -> tuple[Due, ...]:
    found: dict[str, list[datetime]] = {}
    for row in rows:
        if row["kind"] == "due":
            at = row["due_at"]
            found.setdefault(row["rule"], []).append(at if isinstance(at, datetime) else datetime.fromisoformat(at))
    return tuple(Due(rule, len(dues), min(dues), max(dues)) for rule, dues in found.items())
