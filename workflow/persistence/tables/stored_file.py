"""Files as they were handed in: their bytes lie outside, named by their digest; here stands what they are.

Why: the exact bytes submitted stay retrievable, a replaced file keeps its predecessor, the same bytes are kept once.
Never here: the bytes (persistence/files.py), which documents are required (the definition).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import belongs, check, index, institution, personal, plain, reference


class StoredFile(SQLModel, table=True):
    """Bytes that an institution keeps, by their SHA-256."""

    __tablename__ = "stored_file"
    __table_args__ = (
        belongs("stored_file"),
        check("stored_file", "sha256", "length(sha256) = 64"),
        check("stored_file", "size", "size >= 1"),
    )

    institution: str = institution()
    sha256: str = plain("digest of the bytes, and their name in the store", key=True)
    size: int = plain("how many bytes", type_=Integer)
    type: str = plain("media type, by content")
    stored_at: datetime = plain("when they were first stored", type_=Instant)


class DocumentFile(SQLModel, table=True):
    """A file handed in as a document. Of several for one document the newest counts; the others stay."""

    __tablename__ = "document_file"
    __table_args__ = (
        reference("document_file", "dossier_id", "dossier"),
        reference("document_file", "application_id", "application"),
        ForeignKeyConstraint(
            ("institution", "sha256"), ("stored_file.institution", "stored_file.sha256"), name="fk_document_file_sha256"
        ),
        index("document_file", "dossier_id", "document"),
        check("document_file", "id", "length(id) = 36"),
    )

    institution: str = institution()
    id: str = plain("names the file in addresses; sorted by time", key=True)
    dossier_id: str = plain("the dossier it lies in")
    application_id: str = plain("the application with which it was handed in")
    document: str = plain("which document of the definition it is")
    sha256: str = plain("its bytes")
    name: str = personal("what its owner called it")
    added_by: str = plain("user who added it")
    added_at: datetime = plain("when it was added", type_=Instant)
