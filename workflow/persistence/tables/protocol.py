"""The protocol of a procedure: what was drawn up, and who has signed it.

Why: members sign a text that no longer changes; a correction is a further version, and the one before it stays.
Never here: what a protocol says (services/protocol.py).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import CanonicalJson, check, institution, personal, plain, reference, unique


class Protocol(SQLModel, table=True):
    """One version of the protocol of a procedure, its content frozen. With `final_at` everybody has signed."""

    __tablename__ = "protocol"
    __table_args__ = (
        reference("protocol", "procedure_id", "procedure"),
        unique("protocol", "procedure_id", "version"),
        check("protocol", "id", "length(id) = 36"),
        check("protocol", "version", "version >= 1"),
    )

    institution: str = institution()
    id: str = plain("names the protocol in the journal", key=True)
    procedure_id: str = plain("whose protocol it is")
    version: int = plain("1, and one more for each correction", type_=Integer)
    content: str = personal("what it says: names, results, grounds, reasons", type_=CanonicalJson)
    digest: str = plain("salted digest of the content, as in the journal")
    entry_seq: int = plain("entry of the procedure's journal that holds the digest", type_=Integer)
    drawn_up_by: str = plain("user who drew it up")
    drawn_up_at: datetime = plain("when its content was frozen", type_=Instant)
    final_at: datetime | None = plain("when the last who must sign had signed", type_=Instant, default=None)


class ProtocolSignature(SQLModel, table=True):
    """Somebody has signed a version of a protocol."""

    __tablename__ = "protocol_signature"
    __table_args__ = (reference("protocol_signature", "protocol_id", "protocol"),)

    institution: str = institution()
    protocol_id: str = plain("which version", key=True)
    user_id: str = plain("who signed", key=True)
    signed_at: datetime = plain("when", type_=Instant)
    remark: str = personal("the signer's own opinion; '' for none", default="")
