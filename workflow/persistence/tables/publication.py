"""Publications: lists shown to the public.

Why: what was shown is frozen and numbered, and its digest outlives its content.
Never here: how a list is laid out.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import CanonicalJson, check, institution, personal, plain, reference, unique


class Publication(SQLModel, table=True):
    """One numbered publication of a procedure."""

    __tablename__ = "publication"
    __table_args__ = (
        reference("publication", "procedure_id", "procedure"),
        unique("publication", "procedure_id", "number"),
        check("publication", "id", "length(id) = 36"),
        check("publication", "number", "number >= 1"),
    )

    institution: str = institution()
    id: str = plain("names the publication in the journal", key=True)
    procedure_id: str = plain("whose publication it is")
    name: str = plain("which publication of the definition")
    number: int = plain("its number within the procedure", type_=Integer)
    content: str = personal("the lists as shown: names, register numbers, results", type_=CanonicalJson)
    digest: str = plain("salted digest of the content, as in the journal")
    published_at: datetime = plain("shown from", type_=Instant)
    withdrawn_at: datetime | None = plain("shown until", type_=Instant, default=None)
