"""Definitions as procedures were pinned to them.

Why: a running procedure keeps the rules and words it was announced with, whatever becomes of the files.
Never here: reading YAML, deciding.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import belongs, institution, plain


class Definition(SQLModel, table=True):
    """The canonical text of one process definition, by its hash. Never changed, never deleted."""

    __tablename__ = "definition"
    __table_args__ = (belongs("definition"),)

    institution: str = institution()
    hash: str = plain("SHA-256 of the text", key=True)
    process: str = plain("name of the process")
    format: int = plain("grammar that the text is written in", type_=Integer)
    rules_hash: str = plain("SHA-256 of the text without its wording: equal while only words were corrected")
    text: str = plain("canonical text: rules, labels, grounds, notices")
    stored_at: datetime = plain("when it was first pinned", type_=Instant)
