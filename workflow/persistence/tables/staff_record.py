"""What administrators did to the people of an institution: added, granted, revoked, disabled, ended sessions.

Why: a person who works here is no subject of a lifecycle, so no journal tells who gave whom which role. This record
does; like the journal it is append-only in the database itself (triggers, migrations/).
Never here: names, addresses, free text: ids and codes alone, so that nothing in it ever has to be erased.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import CLUSTERED, CanonicalJson, belongs, check, institution, one_of, plain


class StaffAct(StrEnum):
    """What can be done to a person who works here."""

    ADD = "add"
    CORRECT = "correct"
    GRANT = "grant"
    REVOKE = "revoke"
    INVITE = "invite"
    DISABLE = "disable"
    ENABLE = "enable"
    END_SESSIONS = "end_sessions"


class StaffRecord(SQLModel, table=True):
    """One act upon a person, by whom and when. Newest last: ids are in the order of time."""

    __tablename__ = "staff_record"
    __table_args__ = (
        belongs("staff_record"),
        ForeignKeyConstraint(("actor",), ("user.id",), name="fk_staff_record_actor"),
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_staff_record_user_id"),
        # It begins with the institution, as its questions do: whom does it know, and what was done to them.
        Index("ix_staff_record_user_id", "institution", "user_id", "id"),
        one_of("staff_record", "act", StaffAct),
        check("staff_record", "id", "length(id) = 36"),
        CLUSTERED,
    )

    institution: str = institution()
    id: str = plain("names the record; in the order of time", key=True)
    at: datetime = plain("when it was done", type_=Instant)
    actor: str = plain("the administrator who did it")
    act: str = plain("what was done")
    user_id: str = plain("whom it was done to")
    what: str = plain("the role, or which details were corrected", type_=CanonicalJson, default="{}")
