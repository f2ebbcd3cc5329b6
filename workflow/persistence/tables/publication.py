"""Publications: lists shown to the public.

Why: what was shown is frozen and numbered, and its digest outlives its content. A corrected list is a further version
of the same number; the one before it stays.
Never here: how a list is laid out.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import CanonicalJson, check, index, institution, personal, plain, reference, unique


class Publication(SQLModel, table=True):
    """One version of a numbered publication of a procedure. Without `published_at` it is a draft, shown to nobody."""

    __tablename__ = "publication"
    __table_args__ = (
        reference("publication", "procedure_id", "procedure"),
        unique("publication", "procedure_id", "number", "version"),
        # The drafts that wait for approval: the queue costs what waits, not what ever was published.
        index("publication", "published_at", where="published_at IS NULL AND withdrawn_at IS NULL"),
        check("publication", "id", "length(id) = 36"),
        check("publication", "number", "number >= 1"),
        check("publication", "version", "version >= 1"),
        check("publication", "approved", "approved_by IS NULL OR published_at IS NOT NULL"),
        check("publication", "second_person", "approved_by <> made_by"),
    )

    institution: str = institution()
    id: str = plain("names the publication in the journal", key=True)
    procedure_id: str = plain("whose publication it is")
    name: str = plain("which publication of the definition")
    number: int = plain("its number within the procedure", type_=Integer)
    version: int = plain("1, and one more for each correction", type_=Integer)
    content: str = personal("the lists as shown: names, register numbers, results", type_=CanonicalJson)
    digest: str = plain("salted digest of the content, as in the journal")
    entry_subject: str | None = plain("whose journal holds the digest", default=None)
    entry_seq: int | None = plain("in which entry", type_=Integer, default=None)
    made_at: datetime = plain("when its content was frozen", type_=Instant)
    made_by: str | None = plain("user who made it", default=None)
    approved_by: str | None = plain("second person who approved it", default=None)
    published_at: datetime | None = plain("shown from; none: waits for approval", type_=Instant, default=None)
    until_at: datetime | None = plain("shown until, if nobody takes it down before", type_=Instant, default=None)
    withdrawn_at: datetime | None = plain("taken down, or replaced by the next version", type_=Instant, default=None)
