"""The journal: what happened to each subject, for good.

Why: append-only in the database itself (triggers, migrations/), gap-free by its key, chained by its hashes.
Never here: personal data or free text, except in journal_text, which can be emptied.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.engine.journal import Entry
from workflow.persistence.columns import (
    CLUSTERED,
    CanonicalJson,
    check,
    index,
    institution,
    one_of,
    personal,
    plain,
    reference,
)


class Journal(SQLModel, table=True):
    """One entry: a transition, or an act that moved no state."""

    __tablename__ = "journal"
    __table_args__ = (
        reference("journal", "subject_id", "subject"),
        # Who did what when: the newest of an institution. Grows at its end only, so an entry costs little more.
        Index("ix_journal_recorded_at", "institution", "recorded_at", "subject_id", "seq"),
        one_of("journal", "kind", Entry),
        check("journal", "seq", "seq >= 1"),
        check("journal", "first", "(seq = 1) = (previous = '')"),
        check("journal", "moved", "(kind = 'transition') = (to_state IS NOT NULL)"),
        check("journal", "from", "from_state IS NULL OR to_state IS NOT NULL"),
        check("journal", "effective", "effective_at <= recorded_at"),
        check("journal", "hash", "length(hash) = 64"),
        CLUSTERED,
    )

    institution: str = institution()
    subject_id: str = plain("whose journal", key=True)
    seq: int = plain("number of the entry, from 1 without gaps", key=True, type_=Integer)
    kind: str = plain("transition or record")
    act: str = plain("transition or act")
    from_state: str | None = plain("state before", default=None)
    to_state: str | None = plain("state after", default=None)
    effective_at: datetime = plain("when it counts", type_=Instant)
    recorded_at: datetime = plain("when it was written", type_=Instant)
    actor: str = plain("user who acted")
    role: str = plain("role in which the user acted")
    rule: str = plain("key of the transition in the definition, or the act's rule")
    parameters: str = plain("ids, codes and salted digests", type_=CanonicalJson, default="{}")
    effects: str = plain("what it caused, by ids", type_=CanonicalJson, default="[]")
    definition_hash: str = plain("definition it was decided by")
    previous: str = plain("hash of the entry before; '' at the first")
    hash: str = plain("hash of this entry (engine.journal.entry_hash)")


class JournalText(SQLModel, table=True):
    """A free text of an entry, beside the chain: the entry holds its id and salted digest."""

    __tablename__ = "journal_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ("institution", "subject_id", "seq"),
            ("journal.institution", "journal.subject_id", "journal.seq"),
            name="fk_journal_text_entry",
        ),
        index("journal_text", "subject_id", "seq"),
        check("journal_text", "id", "length(id) = 36"),
        check("journal_text", "erased", "(salt = '') = (text = '')"),
    )

    institution: str = institution()
    id: str = plain("names the text in the entry's parameters", key=True)
    subject_id: str = plain("whose journal")
    seq: int = plain("number of the entry", type_=Integer)
    field: str = plain("which text of the entry: reason, remarks ...")
    salt: str = personal("salt of the digest; '' once erased")
    text: str = personal("what was written; '' once erased")
