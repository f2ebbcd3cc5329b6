"""Score sheets, their marks, and the results they give.

Why: marks lie in a table of their own and nowhere else in clear, sealed until the quorum has signed.
Never here: rounding and thresholds (engine.scoring), who may see which sheet (engine.access).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import (
    CLUSTERED,
    CanonicalJson,
    ExactDecimal,
    check,
    institution,
    personal,
    plain,
    reference,
    unique,
)


class Sheet(SQLModel, table=True):
    """One member's form for one application in one assessment. The journal holds only the digest of its marks."""

    __tablename__ = "sheet"
    __table_args__ = (
        reference("sheet", "application_id", "application"),
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_sheet_user_id"),
        unique("sheet", "application_id", "assessment", "user_id"),
        check("sheet", "id", "length(id) = 36"),
        check("sheet", "signed", "(signed_at IS NULL) = (digest IS NULL)"),
        check("sheet", "salted", "(digest IS NULL) = (salt IS NULL)"),
        check("sheet", "opened", "opened_at IS NULL OR signed_at IS NOT NULL"),
    )

    institution: str = institution()
    id: str = plain("names the sheet in the journal", key=True)
    application_id: str = plain("the application scored")
    assessment: str = plain("the exercise scored")
    user_id: str = plain("the member who scores")
    signed_at: datetime | None = plain("when the member signed it", type_=Instant, default=None)
    digest: str | None = plain("salted digest of the marks, as in the journal", default=None)
    salt: str | None = plain("salt of the digest; goes into the journal when the sheet is opened", default=None)
    opened_at: datetime | None = plain("when it was opened", type_=Instant, default=None)


class Mark(SQLModel, table=True):
    """One score on a sheet."""

    __tablename__ = "mark"
    __table_args__ = (reference("mark", "sheet_id", "sheet"), CLUSTERED)

    institution: str = institution()
    sheet_id: str = plain("the sheet it stands on", key=True)
    criterion: str = plain("what is judged", key=True)
    value: Decimal = plain("the score", type_=ExactDecimal)


class SheetNote(SQLModel, table=True):
    """What the member noted on a sheet: sealed and opened with the marks, and erased with the person.

    In a table of its own, and not under the digest: a note can be erased, and what is signed must stay provable.
    """

    __tablename__ = "sheet_note"
    __table_args__ = (reference("sheet_note", "sheet_id", "sheet"), CLUSTERED)

    institution: str = institution()
    sheet_id: str = plain("the sheet it stands on", key=True)
    note: str = personal("what the member noted about the candidate")


class Result(SQLModel, table=True):
    """What the opened sheets of one application in one assessment give."""

    __tablename__ = "result"
    __table_args__ = (
        reference("result", "application_id", "application"),
        check("result", "members", "members >= 1"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("the application scored", key=True)
    assessment: str = plain("the exercise scored", key=True)
    value: str = plain("the exact result, as a decimal or as numerator/denominator")
    shown: Decimal = plain("the result as rounded for people", type_=ExactDecimal)
    criteria: str = plain("criterion -> combined mark, for ties and floors", type_=CanonicalJson)
    members: int = plain("how many sheets it is made of", type_=Integer)
    dropped: str | None = plain("the exact mean of what a trimmed mean left out, for ties", default=None)
