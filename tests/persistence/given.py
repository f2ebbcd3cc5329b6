"""A small world of rows: one institution, one procedure, one position, any number of applications."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from notifications.outbox import Outbox
from workflow.engine.journal import entry_hash
from workflow.identifiers import uuid7
from workflow.persistence import statements
from workflow.persistence.database import Database
from workflow.persistence.tables import (
    Application,
    Calendar,
    Candidate,
    Deadline,
    Definition,
    Dossier,
    Institution,
    Journal,
    Position,
    Procedure,
    Subject,
    User,
)
from workflow.persistence.unit_of_work import Unit
from workflow.persistence.writer import Writer

INSTITUTION = "stara_zagora"
START = datetime(2022, 3, 1, 7, 0, tzinfo=UTC)
_HASH = hashlib.sha256(b"definition").hexdigest()


@dataclass(frozen=True)
class World:
    """Ids of what `build` made."""

    procedure: str
    position: str
    applications: tuple[str, ...]


def entry(subject: str, seq: int, previous: str, **changed: Any) -> dict[str, Any]:
    """A journal entry with a true hash: a transition from submitted to admitted, unless `changed` says otherwise."""
    row: dict[str, Any] = {
        "institution": INSTITUTION,
        "subject_id": subject,
        "seq": seq,
        "kind": "transition",
        "act": "admit",
        "from_state": "submitted",
        "to_state": "admitted",
        "effective_at": START + timedelta(seconds=seq),
        "recorded_at": START + timedelta(seconds=seq),
        "actor": "k.ivanova",
        "role": "coordinator",
        "rule": "admit",
        "parameters": "{}",
        "effects": "[]",
        "definition_hash": _HASH,
        "previous": previous,
        **changed,
    }
    return {**row, "hash": entry_hash(**row)}


def begin(unit: Unit, subject: dict[str, Any], state: str) -> None:
    """Inserts a subject with its first journal entry."""
    first = entry(subject["id"], 1, "", act="create", from_state=None, to_state=state)
    times = {"entered_at": START, "created_at": START}
    unit.insert(
        Subject,
        {"institution": INSTITUTION, "state": state, "version": 1, "seq": 1, "head": first["hash"], **times, **subject},
    )
    unit.insert(Journal, first)


def build(writer: Writer[Any, Any], applications: int = 1) -> World:
    """One procedure with one position of two seats and some applications in `submitted`."""
    world = World(uuid7(), uuid7(), tuple(uuid7() for _ in range(applications)))

    def make(unit: Unit) -> None:
        mine = {"institution": INSTITUTION}
        unit.insert(Institution, {"id": INSTITUTION})
        unit.insert(Calendar, {"country": "BG", "version": "v1", "text": "{}"})
        unit.insert(User, {"id": "k.ivanova", "name": "К. Иванова"})
        pinned = {"process": "staff_selection", "format": 1, "rules_hash": _HASH, "text": "{}", "stored_at": START}
        unit.insert(Definition, {**mine, "hash": _HASH, **pinned})
        begin(unit, {"id": world.procedure, "kind": "procedure"}, "receiving")
        unit.insert(
            Procedure,
            {
                **mine,
                "id": world.procedure,
                "process": "staff_selection",
                "number": "10-00-1",
                "definition_hash": _HASH,
                "calendar_version": "v1",
            },
        )
        begin(unit, {"id": world.position, "kind": "position", "procedure_id": world.procedure}, "open")
        unit.insert(
            Position, {**mine, "id": world.position, "procedure_id": world.procedure, "name": "logopedist", "seats": 2}
        )
        for number, application in enumerate(world.applications, 1):
            candidate, dossier = uuid7(), uuid7()
            unit.insert(Candidate, {**mine, "id": candidate, "name": f"Кандидат {number}", "language": "bg"})
            unit.insert(Dossier, {**mine, "id": dossier, "procedure_id": world.procedure, "candidate_id": candidate})
            place = {"procedure_id": world.procedure, "position_id": world.position}
            begin(unit, {"id": application, "kind": "application", **place}, "submitted")
            unit.insert(
                Application,
                {
                    **mine,
                    **place,
                    "id": application,
                    "candidate_id": candidate,
                    "dossier_id": dossier,
                    "register_number": str(number),
                    "received_at": START,
                },
            )

    writer.run(make)
    return world


def notice(reference: str, recipient: str) -> dict[str, Any]:
    """A queued mail."""
    return {
        "owner": INSTITUTION,
        "id": uuid7(),
        "reference": reference,
        "notice": "application_admitted",
        "recipient": recipient,
        "channel": "mail",
        "language": "bg",
        "address": "a@example.org",
        "name": "Кандидат",
        "subject": "Допуснат",
        "body": "Уважаеми кандидате, ...",
        "html": "<p>Уважаеми кандидате, ...</p>",
        "not_before": START,
        "created_at": START,
    }


def armed(subject: str, seq: int, **changed: Any) -> dict[str, Any]:
    """An armed deadline."""
    return {
        "institution": INSTITUTION,
        "id": uuid7(),
        "subject_id": subject,
        "rule": "offer_answer",
        "kind": "due",
        "due_at": START + timedelta(days=30),
        "derivation": {"rule": "offer_answer"},
        "armed_seq": seq,
        **changed,
    }


def transition(unit: Unit, ids: list[str], to_state: str = "admitted") -> list[int]:
    """One move of each subject as services make it: reads, compare-and-set, journal, deadline, notice. The versions."""
    wanted = [
        (statements.subjects, {"institution": INSTITUTION, "ids": ids}),
        (statements.documents, {"institution": INSTITUTION, "ids": ids}),
        (statements.verdicts, {"institution": INSTITUTION, "ids": ids}),
        (statements.armed, {"institution": INSTITUTION, "ids": ids}),
    ]
    found, _, _, deadlines = unit.read_many(wanted)
    columns = statements.subjects.columns
    for line in deadlines:
        key = {"institution": INSTITUTION, "id": line[0], "status": "armed"}
        unit.update(Deadline, key, {"status": "cancelled"})
    versions = []
    for row in found:
        s = dict(zip(columns, row, strict=True))
        move(unit, s, to_state)
        versions.append(s["version"] + 1)
    return versions


def move(unit: Unit, s: dict[str, Any], to_state: str) -> None:
    """The writes of one transition of a subject that was loaded."""
    subject, seq = s["id"], s["seq"] + 1
    row = entry(subject, seq, s["head"], from_state=s["state"], to_state=to_state)
    unit.move(
        {
            "institution": INSTITUTION,
            "id": subject,
            "seq_was": s["seq"],
            "state": to_state,
            "version": s["version"] + 1,
            "seq": seq,
            "head": row["hash"],
            "entered_at": row["effective_at"],
        }
    )
    unit.insert(Journal, row)
    unit.insert(Deadline, armed(subject, seq))
    unit.insert(Outbox, notice(f"{subject}/{seq}", s["candidate_id"] or "-"))


def subject(database: Database, subject: str) -> dict[str, Any]:
    """The subject as it is stored."""
    (row,) = database.read(statements.subjects, institution=INSTITUTION, ids=[subject])
    return dict(zip(statements.subjects.columns, row, strict=True))
