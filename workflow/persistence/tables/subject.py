"""Subjects: whatever has a lifecycle.

Why: one table holds the state, version and journal head of procedures, positions, applications and objections
alike, so that one compare-and-set moves any of them.
Never here: what only one kind has (procedure.py, position.py, application.py, objection.py).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, text
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.engine.process import Kind
from workflow.persistence.columns import CLUSTERED, belongs, check, index, institution, one_of, plain, reference


class Subject(SQLModel, table=True):
    """Where one procedure, position, application or objection stands."""

    __tablename__ = "subject"
    __table_args__ = (
        belongs("subject"),
        # To subject itself, not to procedure and position: those rows are written after all subjects of a unit.
        reference("subject", "procedure_id", "subject"),
        reference("subject", "position_id", "subject"),
        # Answers every count and every list of the applications of a position; those of a procedure go through its
        # positions, so that a move pays for one index and not for two.
        index("subject", "position_id", "state"),
        # Procedures and positions, of which there are few, by state: applications do not pay for it.
        Index(
            "ix_subject_above",
            "institution",
            "state",
            sqlite_where=text("kind <> 'application'"),
            postgresql_where=text("kind <> 'application'"),
        ),
        one_of("subject", "kind", Kind),
        check("subject", "procedure", "(kind = 'procedure') = (procedure_id IS NULL)"),
        check("subject", "position", "(kind = 'application') = (position_id IS NOT NULL)"),
        check("subject", "id", "length(id) = 36"),
        check("subject", "version", "version >= 1 AND seq >= 0"),
        check("subject", "head", "(seq = 0) = (head = '')"),
        CLUSTERED,
    )

    institution: str = institution()
    id: str = plain("names the subject", key=True)
    kind: str = plain("procedure, position, application or objection")
    procedure_id: str | None = plain("the procedure it is part of", default=None)
    position_id: str | None = plain(
        "the position applied for; of applications alone, so that lists of them hold nothing else", default=None
    )
    state: str = plain("state of its lifecycle")
    version: int = plain("raised by every change; what compare-and-set compares", type_=Integer)
    seq: int = plain("number of its last journal entry", type_=Integer)
    head: str = plain("hash of its last journal entry")
    entered_at: datetime = plain("since when it stands in its state", type_=Instant)
    created_at: datetime = plain("since when it exists; nothing takes effect before", type_=Instant)
