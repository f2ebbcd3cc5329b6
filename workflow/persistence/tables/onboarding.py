"""Checks, training and certificates.

Why: what stands between being selected and having begun.
Never here: the training plan itself (the pinned definition), findings of a check.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Boolean, Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import CLUSTERED, ExactDecimal, check, institution, personal, plain, reference, unique

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


class CheckItemRow(SQLModel, table=True):
    """The verdict of one line of a check's list, without its findings."""

    __tablename__ = "check_item"
    __table_args__ = (reference("check_item", "application_id", "application"), CLUSTERED)

    institution: str = institution()
    application_id: str = plain("the application checked", key=True)
    check_name: str = plain("which check of the definition", key=True)
    item: str = plain("which line of its list", key=True)
    passed: bool = plain("whether it is in order", type_=Boolean)
    recorded_at: datetime = plain("when it was recorded", type_=Instant)


class ReExaminationRow(SQLModel, table=True):
    """How often a failed check was asked to be looked at again."""

    __tablename__ = "re_examination"
    __table_args__ = (
        reference("re_examination", "application_id", "application"),
        check("re_examination", "times", "times >= 1"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("the application checked", key=True)
    check_name: str = plain("which check of the definition", key=True)
    times: int = plain("how often it was asked for", type_=Integer)
    asked_at: datetime = plain("when it was asked for, the last time", type_=Instant)


class Attendance(SQLModel, table=True):
    """Hours of a part of the training that somebody attended on one day."""

    __tablename__ = "attendance"
    __table_args__ = (
        reference("attendance", "application_id", "application"),
        check("attendance", "day", f"day {_DAY}"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("who was trained", key=True)
    part: str = plain("which part of the plan", key=True)
    day: str = plain("the day attended, YYYY-MM-DD", key=True)
    hours: Decimal = plain("hours attended on that day", type_=ExactDecimal)
    recorded_at: datetime = plain("when it was recorded", type_=Instant)


class TrainingSession(SQLModel, table=True):
    """When and where a part of the training is held, and who leads it."""

    __tablename__ = "training_session"
    __table_args__ = (
        reference("training_session", "procedure_id", "procedure"),
        check("training_session", "held_on", f"held_on IS NULL OR held_on {_DAY}"),
        CLUSTERED,
    )

    institution: str = institution()
    procedure_id: str = plain("whose training it is", key=True)
    part: str = plain("which part of the plan", key=True)
    held_on: str | None = plain("first day, YYYY-MM-DD", default=None)
    place: str = plain("where it is held")
    host: str = personal("who receives the participants")
    mentor: str = personal("who leads them")


class HoursStatement(SQLModel, table=True):
    """The numbered statement of the hours that somebody did who has not completed the plan."""

    __tablename__ = "hours_statement"
    __table_args__ = (
        reference("hours_statement", "application_id", "application"),
        unique("hours_statement", "number"),
        unique("hours_statement", "application_id"),
        check("hours_statement", "id", "length(id) = 36"),
    )

    institution: str = institution()
    id: str = plain("names the statement", key=True)
    application_id: str = plain("who was trained")
    number: str = plain("number of the paper")
    hours: Decimal = plain("hours it attests", type_=ExactDecimal)
    issued_at: datetime = plain("when it was issued", type_=Instant)


class TaskRow(SQLModel, table=True):
    """A task of the onboarding that was given for an application."""

    __tablename__ = "onboarding_task"
    __table_args__ = (
        reference("onboarding_task", "application_id", "application"),
        check("onboarding_task", "done_on", f"done_on IS NULL OR done_on {_DAY}"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("who begins", key=True)
    task: str = plain("which task of the definition", key=True)
    due_at: datetime | None = plain("when it is due; none: its date is not set", type_=Instant, default=None)
    done_on: str | None = plain("the day it was done, YYYY-MM-DD", default=None)
    done_by: str | None = plain("who recorded it", default=None)
