"""What somebody who oversees an institution looks at: what hangs, whether the evidence holds, who did what when.

Why: an auditor finds what happened without asking anybody, and changes nothing by looking.
Never here: changing or repairing anything, another institution's rows, sealed marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from workflow.engine.process import Kind
from workflow.persistence import oversight_reads, reads
from workflow.persistence.invariants import Breach, breaches
from workflow.persistence.unit_of_work import instant
from workflow.persistence.upgrade import revision
from workflow.services import integrity, seats
from workflow.services.house import House
from workflow.services.integrity import Verified

PAGE = 50
WINDOW = 5000
"""How many entries a search looks at, at most, before it shows what it has found."""
MOST = 1000
"""Up to how many of a state are counted."""
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)
_LAST_SUBJECT = "\uffff"
_LAST_SEQ = (1 << 31) - 1

_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Database:
    """The database without what opens it: its kind, its place, its revision."""

    kind: str
    where: str
    revision: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """A deadline that is due and still armed. `attempts` > 0: the clock tried and failed, `error` says how."""

    subject: str
    kind: Kind
    procedure: str
    rule: str
    reminder: bool
    due_at: datetime
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a verification found: the chains of the institution's journals, and the invariants that do not hold."""

    verified: Verified
    breaches: tuple[Breach, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the journal. `subject` is an id; `since` and `until` are instants; '' and None: any."""

    subject: str = ""
    actor: str = ""
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the journal as a place from which a search goes on."""

    at: datetime
    subject: str
    seq: int


@dataclass(frozen=True, slots=True)
class Named:
    """What a subject is called, without the name of any person."""

    id: str
    kind: Kind
    procedure: str
    number: str
    process: str
    definition_hash: str | None
    position: str | None
    register_number: str | None


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry: who did what when, upon what, with the texts that were not erased."""

    subject: Named
    seq: int
    is_move: bool
    act: str
    from_state: str | None
    to_state: str | None
    effective_at: datetime
    recorded_at: datetime
    actor: str
    actor_name: str
    role: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of the journal, newest first. `before`: where the next page begins; `back_to`: how far it has looked when
    it has not looked at everything."""

    deeds: tuple[Deed, ...]
    before: Place | None
    back_to: datetime | None


# --- what hangs -----------------------------------------------------------------------------------------------------


def database(house: House) -> Database:
    """What the installation stores in."""
    return Database(house.database.dialect, house.database.where, revision(house.database) or "")


def overdue(house: House, institution: str, limit: int = PAGE) -> tuple[list[Overdue], bool]:
    """The deadlines there that are due and still armed, longest overdue first; and whether there are more."""
    rows = house.database.read(oversight_reads.overdue, institution=institution, now=house.clock.now(), limit=limit + 1)
    return [
        Overdue(
            subject=subject,
            kind=Kind(kind),
            procedure=procedure or subject,
            rule=rule,
            reminder=what == "reminder",
            due_at=instant(due_at),
            attempts=attempts,
            error=error,
        )
        for _, subject, kind, procedure, rule, what, due_at, attempts, error in rows[:limit]
    ], len(rows) > limit


def outbox_waiting(house: House, institution: str) -> dict[str, int]:
    """How many notices there wait in each state that asks for somebody; MOST of a state at most."""
    (row,) = house.database.read(oversight_reads.outbox_waiting, institution=institution, most=MOST)
    return dict(zip(oversight_reads.WAITING, map(int, row), strict=True))


# --- whether the evidence holds ---------------------------------------------------------------------------------------


def verify(house: House, institution: str) -> Proof | None:
    """Verifies the journals of the institution and asks the invariants; None while somebody else is at it.

    Reads everything there is, so one at a time. Of the invariants only rows of this institution are told, and what is
    wrong with the database as a whole.
    """
    if not _one_at_a_time.acquire(blocking=False):
        return None
    try:
        began = house.clock.now()
        verified = integrity.verify(house, institution)
        found = []
        for breach in breaches(house.database):
            rows = tuple(row for row in breach.rows if row[0] == institution)
            if breach.name in ("foreign_keys", "integrity"):
                found.append(replace(breach, rows=()))
            elif rows:
                found.append(replace(breach, rows=rows))
        found += seats.breach(house, institution)
        return Proof(verified, tuple(found), (house.clock.now() - began).total_seconds())
    finally:
        _one_at_a_time.release()


# --- who did what when ------------------------------------------------------------------------------------------------


def subject_of(house: House, institution: str, text: str) -> str | None:
    """The subject that somebody means by an id, a register number or the number of a procedure; None: none of these."""
    for statement, params in (
        (oversight_reads.procedure_by_number, {"number": text}),
        (reads.applications_by_number, {"number": text}),
        (oversight_reads.named, {"ids": [text]}),
    ):
        rows = house.database.read(statement, institution=institution, **params)
        if rows:
            return str(rows[0][0])
    return None


def journal(house: House, institution: str, question: Question, before: Place | None = None) -> Answer:
    """A page of the institution's journal, newest first: PAGE entries of the WINDOW looked at, at most."""
    since, until = question.since or BEGINNING, question.until or END
    start = before if before is not None and before.at <= until else Place(until, "", 0)
    given: dict[str, Any] = {"institution": institution, "since": since, "actor": question.actor, "act": question.act}
    back_to: datetime | None = None
    if question.subject:
        seq = before.seq if before is not None else _LAST_SEQ
        rows = house.database.read(
            oversight_reads.entries_of, of=question.subject, seq=seq, at=until, limit=PAGE + 1, **given
        )
        more = len(rows) > PAGE
        following = _place(rows[PAGE - 1]) if more else None
    else:
        at = {"at": start.at, "subject": start.subject, "seq": start.seq}
        rows = house.database.read(oversight_reads.entries, **at, window=WINDOW, limit=PAGE + 1, **given)
        more = len(rows) > PAGE
        following = _place(rows[PAGE - 1]) if more else None
        if not more and (question.actor or question.act):
            last = house.database.read(
                oversight_reads.furthest, institution=institution, since=since, **at, skipped=WINDOW - 1
            )
            if last:
                following = Place(instant(last[0][0]), last[0][1], last[0][2])
                back_to = following.at
    return Answer(tuple(_deeds(house, institution, rows[:PAGE])), following, back_to)


def named(house: House, institution: str, ids: list[str]) -> dict[str, Named]:
    """What those subjects are called."""
    found = {}
    for id, kind, procedure, number, process, pinned, position, register in house.database.read(
        oversight_reads.named, institution=institution, ids=ids
    ):
        found[id] = Named(id, Kind(kind), procedure, number, process, pinned, position, register)
    return found


def _deeds(house: House, institution: str, rows: list[tuple[Any, ...]]) -> list[Deed]:
    if not rows:
        return []
    entries = [dict(zip(oversight_reads.entries.columns, row, strict=True)) for row in rows]
    ids = sorted({e["subject_id"] for e in entries})
    subjects = named(house, institution, ids)
    names = dict(house.database.read(oversight_reads.actors, ids=sorted({e["actor"] for e in entries})))
    texts: dict[tuple[str, int], dict[str, str]] = {}
    for subject, seq, field, text in house.database.read(oversight_reads.texts_of, institution=institution, ids=ids):
        texts.setdefault((subject, seq), {})[field] = text
    return [
        Deed(
            subject=subjects[e["subject_id"]],
            seq=e["seq"],
            is_move=e["kind"] == "transition",
            act=e["act"],
            from_state=e["from_state"],
            to_state=e["to_state"],
            effective_at=instant(e["effective_at"]),
            recorded_at=instant(e["recorded_at"]),
            actor=e["actor"],
            actor_name=names.get(e["actor"], e["actor"]),
            role=e["role"],
            texts=texts.get((e["subject_id"], e["seq"]), {}),
        )
        for e in entries
    ]


def _place(row: tuple[Any, ...]) -> Place:
    values = dict(zip(oversight_reads.entries.columns, row, strict=True))
    return Place(instant(values["recorded_at"]), values["subject_id"], values["seq"])
