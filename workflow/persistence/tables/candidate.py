"""Candidates and their dossiers.

Why: all that is known of a person stands in one row that can be emptied; the dossier is the one document set that the
person's applications in a procedure share.
Never here: what happened to an application (subject, journal).
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import (
    CLUSTERED,
    belongs,
    check,
    index,
    institution,
    personal,
    plain,
    reference,
    unique,
)


class Candidate(SQLModel, table=True):
    """A person who applied to an institution. After erasure the id and language remain."""

    __tablename__ = "candidate"
    __table_args__ = (
        belongs("candidate"),
        index("candidate", "email", where="email IS NOT NULL"),
        check("candidate", "id", "length(id) = 36"),
        check(
            "candidate",
            "erased",
            "erased_at IS NULL OR (name = '' AND email IS NULL AND phone IS NULL AND address IS NULL)",
        ),
    )

    institution: str = institution()
    id: str = plain("names the candidate in keys and in the journal", key=True)
    name: str = personal("addresses the candidate; stands on lists; '' once erased")
    email: str | None = personal("where notices go; without one they go by letter", default=None)
    phone: str | None = personal("urgent calls", default=None)
    address: str | None = personal("where letters go", default=None)
    language: str = plain("language of notices to the candidate")
    erased_at: datetime | None = plain("when the personal data was erased", type_=Instant, default=None)


class Residence(SQLModel, table=True):
    """Where a candidate lives, for procedures whose result must say so. Without a row it is not known."""

    __tablename__ = "residence"
    __table_args__ = (reference("residence", "candidate_id", "candidate"), CLUSTERED)

    institution: str = institution()
    candidate_id: str = plain("who lives there", key=True)
    town: str = personal("stands beside the name in a published result")


class Dossier(SQLModel, table=True):
    """The document set of one candidate in one procedure."""

    __tablename__ = "dossier"
    __table_args__ = (
        reference("dossier", "procedure_id", "procedure"),
        reference("dossier", "candidate_id", "candidate"),
        unique("dossier", "procedure_id", "candidate_id"),
        check("dossier", "id", "length(id) = 36"),
    )

    institution: str = institution()
    id: str = plain("names the dossier", key=True)
    procedure_id: str = plain("the procedure it was handed in for")
    candidate_id: str = plain("whose documents they are")
