"""Applications, what was handed in with them and how it was judged.

Why: the register entry decides timeliness, the documents and verdicts decide admission.
Never here: states (subject.py), marks (sheet.py), the person (candidate.py).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import (
    CLUSTERED,
    CanonicalJson,
    check,
    index,
    institution,
    plain,
    reference,
    unique,
)


class Application(SQLModel, table=True):
    """One candidate's file for one position."""

    __tablename__ = "application"
    __table_args__ = (
        reference("application", "id", "subject"),
        reference("application", "procedure_id", "procedure"),
        reference("application", "position_id", "position"),
        reference("application", "candidate_id", "candidate"),
        reference("application", "dossier_id", "dossier"),
        unique("application", "procedure_id", "register_number"),
        unique("application", "position_id", "candidate_id"),
        index("application", "candidate_id"),
        # Lists by the day of receipt, of all procedures and of one; and what a register number begins with.
        Index("ix_application_received_at", "institution", "received_at", "id"),
        Index("ix_application_procedure_received_at", "institution", "procedure_id", "received_at", "id"),
        Index(
            "ix_application_register_number",
            "institution",
            "register_number",
            postgresql_ops={"register_number": "text_pattern_ops"},
        ),
        check("application", "register_number", "register_number <> ''"),
        CLUSTERED,
    )

    institution: str = institution()
    id: str = plain("the subject", key=True)
    procedure_id: str = plain("the procedure applied in")
    position_id: str = plain("the position applied for")
    candidate_id: str = plain("who applied")
    dossier_id: str = plain("the document set it shares with the candidate's other applications")
    register_number: str = plain("number in the incoming register; stands for the name in public")
    received_at: datetime = plain("when it was received: what decides timeliness", type_=Instant)
    register_entry: str | None = plain("entry of a register kept elsewhere", default=None)


class Arrival(SQLModel, table=True):
    """In which way an application came, where the definition tells ways apart."""

    __tablename__ = "arrival"
    __table_args__ = (reference("arrival", "application_id", "application"), CLUSTERED)

    institution: str = institution()
    application_id: str = plain("the application that came", key=True)
    channel: str = plain("the way: a channel of the definition")
    posted_on: str | None = plain("local day of the postmark, YYYY-MM-DD", default=None)


class Document(SQLModel, table=True):
    """A document that was handed in, shown, or declared."""

    __tablename__ = "document"
    __table_args__ = (
        reference("document", "dossier_id", "dossier"),
        check("document", "pages", "pages IS NULL OR pages >= 1"),
        CLUSTERED,
    )

    institution: str = institution()
    dossier_id: str = plain("the dossier it lies in", key=True)
    name: str = plain("which document of the definition", key=True)
    application_id: str = plain("the one application it was handed in for; '' = shared by the dossier", key=True)
    received_at: datetime = plain("when it was received", type_=Instant)
    pages: int | None = plain("how many pages", type_=Integer, default=None)
    seen_by: str | None = plain("user who saw what was only shown", default=None)
    wording: str | None = plain("SHA-256 of the text of a declaration, as it stood then", default=None)


class VerdictRow(SQLModel, table=True):
    """The commission's judgement of one document or requirement."""

    __tablename__ = "verdict"
    __table_args__ = (
        reference("verdict", "application_id", "application"),
        check("verdict", "ground", "ok = (ground IS NULL)"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("the application judged", key=True)
    item: str = plain("document or requirement", key=True)
    ok: bool = plain("whether it is in order", type_=Boolean)
    ground: str | None = plain("why not: a code of the catalogue of grounds", default=None)
    parameters: str = plain("values of the ground's placeholders", type_=CanonicalJson, default="{}")
    given_by: str = plain("user who gave it")
    given_at: datetime = plain("when it was given", type_=Instant)
