"""The commission of a procedure, and its members' conflicts.

Why: who must score, and who may not.
Never here: marks (sheet.py), roles held at the institution (user.py).
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import SQLModel

from workflow.persistence.columns import CLUSTERED, index, institution, one_of, plain, reference


class Function(StrEnum):
    """What a person is in the commission."""

    CHAIR = "chair"
    MEMBER = "member"
    SECRETARY = "secretary"
    SUBSTITUTE = "substitute"


class CommissionMember(SQLModel, table=True):
    """A user sits in the commission of a procedure."""

    __tablename__ = "commission_member"
    __table_args__ = (
        reference("commission_member", "procedure_id", "procedure"),
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_commission_member_user_id"),
        # Asked at every request: in which commissions the person behind a session sits.
        index("commission_member", "user_id"),
        one_of("commission_member", "function", Function),
        CLUSTERED,
    )

    institution: str = institution()
    procedure_id: str = plain("whose commission", key=True)
    user_id: str = plain("who sits in it", key=True)
    function: str = plain("chair, member, secretary or substitute")
    order_number: str | None = plain("number of the order that appointed the member", default=None)


class ConflictRow(SQLModel, table=True):
    """A member declared a conflict with an application, and is recused from it."""

    __tablename__ = "conflict"
    __table_args__ = (
        reference("conflict", "procedure_id", "procedure"),
        reference("conflict", "application_id", "application"),
        # Asked at every page of a member: from whom the person is recused.
        index("conflict", "user_id", "procedure_id"),
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_conflict_user_id"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("the application that the member may not score", key=True)
    user_id: str = plain("the member", key=True)
    procedure_id: str = plain("the procedure in which the member sits")
