"""The outbox: one row per notice to one recipient through one channel, written in the commit that causes it.

Why: a crash leaves the decision and its notices, or neither; the row is also the record of what was said.
Never here: sending (delivery does), or a live link (rows hold markers; delivery mints).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from notifications.instant import Instant
from notifications.notice import Rendered

MAIL = "mail"
LETTER = "letter"


class OutboxState(StrEnum):
    """Where a row stands. failed: the last attempt failed and another follows; dead: nobody will try again."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


def _column(purpose: str, *, personal: bool = False, type_: Any = Text, **field: Any) -> Any:
    return Field(sa_type=type_, sa_column_kwargs={"info": {"personal": personal, "purpose": purpose}}, **field)


_STATES = ", ".join(f"'{state}'" for state in OutboxState)


class Outbox(SQLModel, table=True):
    """A notice on its way. `owner` and `reference` are opaque here: whose notice it is, and what it is about."""

    __tablename__ = "outbox"
    __table_args__ = (
        PrimaryKeyConstraint("owner", "id"),
        UniqueConstraint("owner", "reference", "notice", "recipient", "channel", "repeats_key", name="outbox_once"),
        CheckConstraint(f"state IN ({_STATES})", name="outbox_state"),
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="outbox_lease"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="outbox_sent"),
        CheckConstraint("state <> 'held' OR hold_reason IS NOT NULL", name="outbox_held"),
        CheckConstraint("repeats_key = coalesce(repeats, '')", name="outbox_repeats"),
        CheckConstraint("attempts >= 0 AND lease_token >= 0", name="outbox_counters"),
        # Across owners, because one sweep drains for all of them.
        Index("outbox_due", "state", "not_before"),
        # What people look at: one state of one owner, newest first; and letters by the day on which they were written.
        Index("outbox_shown", "state", "owner", "id"),
        Index(
            "outbox_letters",
            "created_at",
            "id",
            sqlite_where=text("channel = 'letter'"),
            postgresql_where=text("channel = 'letter'"),
        ),
    )

    owner: str = _column("whose notice it is; keeps institutions apart")
    id: str = _column("names the row and, through it, the message")
    reference: str = _column("what the notice is about: `matter` or `matter/act`; mails of one matter form one thread")
    notice: str = _column("which notice it is")
    recipient: str = _column("who is told, as a key of the owner's")
    channel: str = _column("how it is carried")
    language: str = _column("the reader's language")
    address: str | None = _column("where it goes", personal=True, default=None)
    name: str = _column("whom it greets", personal=True)
    subject: str = _column("what was said", personal=True)
    body: str = _column("what was said, as plain text with markers for links", personal=True)
    html: str | None = _column("what was said, as HTML with markers for links", personal=True, default=None)
    state: str = _column("where the row stands", default=OutboxState.QUEUED.value)
    hold_reason: str | None = _column("why it waits for a person's release", default=None)
    not_before: datetime = _column("the earliest instant of the next attempt", type_=Instant)
    attempts: int = Field(
        default=0, sa_column_kwargs={"info": {"personal": False, "purpose": "how often sending was begun"}}
    )
    lease_until: datetime | None = _column("until when one drainer has it", type_=Instant, default=None)
    lease_token: int = Field(
        default=0, sa_column_kwargs={"info": {"personal": False, "purpose": "fences off a drainer that lost its lease"}}
    )
    error: str | None = _column("why the last attempt failed; addresses are struck out", default=None)
    created_at: datetime = _column("when it was written", type_=Instant)
    sent_at: datetime | None = _column("when the channel took it", type_=Instant, default=None)
    message_id: str | None = _column("the Message-ID it went out under", default=None)
    repeats: str | None = _column("the row whose words it sends once more", default=None)
    repeats_key: str = _column("lets each row be repeated once, so that a double click sends one", default="")


TABLE: Table = SQLModel.metadata.tables["outbox"]


def outbox_row(
    *,
    owner: str,
    id: str,
    reference: str,
    notice: str,
    recipient: str,
    channel: str,
    language: str,
    name: str,
    address: str | None,
    rendered: Rendered,
    created_at: datetime,
    not_before: datetime | None = None,
    hold_reason: str | None = None,
    repeats: str | None = None,
) -> dict[str, Any]:
    """The complete row of a new notice, every column named, to be inserted in the caller's transaction.

    Held when `hold_reason` is given, else queued for `not_before` (default: `created_at`).
    """
    return {
        "owner": owner,
        "id": id,
        "reference": reference,
        "notice": notice,
        "recipient": recipient,
        "channel": channel,
        "language": language,
        "address": address,
        "name": name,
        "subject": rendered.subject,
        "body": rendered.text,
        "html": rendered.html,
        "state": (OutboxState.QUEUED if hold_reason is None else OutboxState.HELD).value,
        "hold_reason": hold_reason,
        "not_before": created_at if not_before is None else not_before,
        "attempts": 0,
        "lease_until": None,
        "lease_token": 0,
        "error": None,
        "created_at": created_at,
        "sent_at": None,
        "message_id": None,
        "repeats": repeats,
        "repeats_key": repeats or "",
    }
