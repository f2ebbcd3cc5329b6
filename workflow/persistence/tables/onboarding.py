"""Checks, training and certificates.

Why: what stands between being selected and having begun.
Never here: the training plan itself (the pinned definition), findings of a check.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Boolean
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import CLUSTERED, ExactDecimal, check, institution, plain, reference, unique

_DAY = "LIKE '____-__-__'"


class CheckResult(SQLModel, table=True):
    """The verdict of a medical or background check, without its findings."""

    __tablename__ = "check_result"
    __table_args__ = (
        reference("check_result", "application_id", "application"),
        check("check_result", "valid_until", f"valid_until IS NULL OR valid_until {_DAY}"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("the application checked", key=True)
    name: str = plain("which check of the definition", key=True)
    passed: bool = plain("whether it was passed", type_=Boolean)
    valid_until: str | None = plain("last day it holds, YYYY-MM-DD", default=None)
    recorded_at: datetime = plain("when it was recorded", type_=Instant)


class PartDone(SQLModel, table=True):
    """A part of the training plan that was completed."""

    __tablename__ = "part_done"
    __table_args__ = (
        reference("part_done", "application_id", "application"),
        check("part_done", "done_on", f"done_on {_DAY}"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("who was trained", key=True)
    part: str = plain("which part of the plan", key=True)
    hours: Decimal = plain("hours credited", type_=ExactDecimal)
    done_on: str = plain("the day it was completed, YYYY-MM-DD")


class Certificate(SQLModel, table=True):
    """The numbered paper at the end of a training plan."""

    __tablename__ = "certificate"
    __table_args__ = (
        reference("certificate", "application_id", "application"),
        unique("certificate", "number"),
        unique("certificate", "application_id"),
        check("certificate", "id", "length(id) = 36"),
    )

    institution: str = institution()
    id: str = plain("names the certificate", key=True)
    application_id: str = plain("who was trained")
    number: str = plain("number of the paper")
    hours: Decimal = plain("hours it attests", type_=ExactDecimal)
    issued_at: datetime = plain("when it was issued", type_=Instant)
