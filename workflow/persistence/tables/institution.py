"""Institutions, and the calendars that they share.

Why: every other row belongs to one institution; a country's calendar belongs to none.
Never here: what an institution is like (its definition folder says), a working day.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from workflow.persistence.columns import check, plain


class Institution(SQLModel, table=True):
    """A public body that recruits."""

    __tablename__ = "institution"
    __table_args__ = (check("institution", "id", "id <> ''"),)

    id: str = plain("the name of its folder of definitions", key=True)


class Calendar(SQLModel, table=True):
    """One version of a country's working days, as procedures were pinned to it."""

    __tablename__ = "calendar"

    country: str = plain("country code", key=True)
    version: str = plain("hash of the text", key=True)
    text: str = plain("canonical text of the calendar")
