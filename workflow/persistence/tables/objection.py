"""Objections: what is objected about an application, as the register has it.

Why: when it was received decides whether it is in time, and its number is what lists, minutes and letters call it.
Never here: states (subject.py), the words (beside the journal: journal.py), who decides (the definition).
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import CLUSTERED, check, index, institution, plain, reference, unique


class Objection(SQLModel, table=True):
    """One objection about one application."""

    __tablename__ = "objection"
    __table_args__ = (
        reference("objection", "id", "subject"),
        reference("objection", "application_id", "application"),
        reference("objection", "procedure_id", "procedure"),
        unique("objection", "procedure_id", "number"),
        index("objection", "application_id"),
        index("objection", "procedure_id"),
        check("objection", "number", "number <> ''"),
        CLUSTERED,
    )

    institution: str = institution()
    id: str = plain("the subject", key=True)
    application_id: str = plain("the application it is about")
    procedure_id: str = plain("the procedure of the application")
    number: str = plain("its number in the incoming register")
    received_at: datetime = plain("when it was received: what decides timeliness", type_=Instant)
    channel: str | None = plain("in which way it came", default=None)
    register_entry: str | None = plain("entry of a register kept elsewhere", default=None)
