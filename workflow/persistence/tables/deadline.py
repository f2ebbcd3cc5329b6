"""Deadlines and reminders armed on subjects.

Why: what must happen when is a row of ours, committed with the move that caused it; a ticker only looks for due ones.
Never here: how a due instant is computed (engine.deadlines).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import (
    CLUSTERED,
    CanonicalJson,
    check,
    index,
    institution,
    one_of,
    plain,
    reference,
    unique,
)


class Status(StrEnum):
    """What became of a deadline."""

    ARMED = "armed"
    SUSPENDED = "suspended"
    FIRED = "fired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class DeadlineKind(StrEnum):
    """The due instant itself, or a reminder before it."""

    DUE = "due"
    REMINDER = "reminder"


class Deadline(SQLModel, table=True):
    """A rule armed on a subject, with its due instant and how that was computed."""

    __tablename__ = "deadline"
    __table_args__ = (
        reference("deadline", "subject_id", "subject"),
        unique("deadline", "subject_id", "rule", "armed_seq", "due_at"),
        # Only armed ones, across institutions: a sweep costs what is due, not what ever was.
        index("deadline", "due_at", where="status = 'armed'"),
        one_of("deadline", "kind", DeadlineKind),
        one_of("deadline", "status", Status),
        check("deadline", "id", "length(id) = 36"),
        check("deadline", "fired", "(fired_at IS NOT NULL) = (status = 'fired')"),
        check("deadline", "attempts", "attempts >= 0"),
        CLUSTERED,
    )

    institution: str = institution()
    id: str = plain("names the deadline", key=True)
    subject_id: str = plain("whose deadline it is")
    rule: str = plain("which rule of the definition")
    kind: str = plain("due or reminder")
    due_at: datetime = plain("the due instant", type_=Instant)
    status: str = plain("armed, suspended, fired, cancelled or superseded", default=Status.ARMED.value)
    derivation: str = plain("how the due instant was computed, as codes", type_=CanonicalJson, default="{}")
    armed_seq: int = plain("journal entry that armed it", type_=Integer)
    fired_at: datetime | None = plain("when the clock recorded it", type_=Instant, default=None)
    attempts: int = plain("how often firing failed", type_=Integer, default=0)
    error: str | None = plain("why firing failed last", default=None)
