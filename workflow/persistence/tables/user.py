"""The people who act for an institution, and the roles they hold there.

Why: each journal entry names a user; a role is held at an institution, not in general.
Never here: candidates, commission members of one procedure (commission.py), secrets.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import belongs, check, index, institution, personal, plain


class User(SQLModel, table=True):
    """Somebody who acts, or `clock`, who makes the moves that fall due."""

    __tablename__ = "user"
    __table_args__ = (check("user", "id", "id <> ''"),)

    id: str = plain("names the user in the journal", key=True)
    name: str = personal("shown beside what the user did")
    email: str | None = personal("where staff notices go", default=None)
    language: str | None = plain("language of staff notices; none = the institution's own", default=None)


class RoleGrant(SQLModel, table=True):
    """A user holds a role at an institution."""

    __tablename__ = "role_grant"
    __table_args__ = (
        belongs("role_grant"),
        # The user is shared, so this key alone does not begin with the institution.
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_role_grant_user_id"),
        # Asked at every request: what the person behind a session may enter.
        index("role_grant", "user_id"),
    )

    institution: str = institution()
    user_id: str = plain("who holds the role", key=True)
    role: str = plain("the role, as definitions name it", key=True)
    granted_at: datetime | None = plain("since when", type_=Instant, default=None)
