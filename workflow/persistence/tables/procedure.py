"""Procedures and their positions.

Why: what a procedure was announced with, and how many each position needs.
Never here: states (subject.py), rules (the pinned definition).
"""

from __future__ import annotations

from sqlalchemy import Integer
from sqlmodel import SQLModel

from workflow.persistence.columns import CLUSTERED, CanonicalJson, check, institution, plain, reference, unique


class Procedure(SQLModel, table=True):
    """One recruitment."""

    __tablename__ = "procedure"
    __table_args__ = (
        reference("procedure", "id", "subject"),
        reference("procedure", "definition_hash", "definition", "hash"),
        reference("procedure", "predecessor_id", "procedure"),
        unique("procedure", "number"),
        check("procedure", "pinned", "(definition_hash IS NULL) = (calendar_version IS NULL)"),
        check("procedure", "number", "number <> ''"),
        check("procedure", "register_last", "register_last >= 0"),
    )

    institution: str = institution()
    id: str = plain("the subject", key=True)
    process: str = plain("name of the process definition")
    number: str = plain("what people call it by")
    dates: str = plain("date name -> local date or time", type_=CanonicalJson, default="{}")
    details: str = plain("detail name -> text, or language -> text", type_=CanonicalJson, default="{}")
    definition_hash: str | None = plain("the definition it is pinned to, from its announcement on", default=None)
    calendar_version: str | None = plain("the calendar it is pinned to", default=None)
    predecessor_id: str | None = plain("the procedure that this one runs again", default=None)
    register_last: int = plain("last register number given", type_=Integer, default=0)


class Position(SQLModel, table=True):
    """A post in a procedure."""

    __tablename__ = "position"
    __table_args__ = (
        reference("position", "id", "subject"),
        reference("position", "procedure_id", "procedure"),
        unique("position", "procedure_id", "name"),
        check("position", "seats", "seats >= 1"),
        CLUSTERED,
    )

    institution: str = institution()
    id: str = plain("the subject", key=True)
    procedure_id: str = plain("the procedure that announces it")
    name: str = plain("its name in the definition")
    seats: int = plain("how many people it needs", type_=Integer)
