"""Reads of checks, training and tasks: for what acts and guards need, for pages, for the register of certificates.

Never here: SQL of other things, writing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, case, literal_column, null, select, union_all
from sqlalchemy import cast as as_type

from notifications.instant import Instant
from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement, among
from workflow.persistence.tables import (
    Application,
    Attendance,
    Candidate,
    Certificate,
    CheckItemRow,
    HoursStatement,
    PartDone,
    ReExaminationRow,
    Subject,
    TaskRow,
    TrainingSession,
)


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


_application, _candidate, _subject, _part = (table_of(m).c for m in (Application, Candidate, Subject, PartDone))
_item, _again, _attendance, _session, _task, _certificate, _statement = (
    table_of(m).c
    for m in (CheckItemRow, ReExaminationRow, Attendance, TrainingSession, TaskRow, Certificate, HoursStatement)
)


def _by_application(columns: Any, *more: Any) -> Any:
    return select(columns.application_id, *more).where(_here(columns), among(columns.application_id, "ids"))


re_examinations = Statement("re_examinations", _by_application(_again, _again.check_name, _again.times))
"""(institution, ids): how often each check was asked to be looked at again."""

check_items = Statement("check_items", _by_application(_item, _item.check_name, _item.item, _item.passed))
"""(institution, ids): the verdicts of the lines of checks."""

attendance = Statement("attendance", _by_application(_attendance, _attendance.part, _attendance.day, _attendance.hours))
"""(institution, ids): hours attended, by part and day."""

tasks = Statement("onboarding_tasks", _by_application(_task, _task.task, _task.due_at, _task.done_on))
"""(institution, ids): the tasks that were given."""

statements = Statement(
    "hours_statements", _by_application(_statement, _statement.number, _statement.hours, _statement.issued_at)
)
"""(institution, ids): the statements of hours of those applications."""

last_statement = Statement(
    "last_hours_statement",
    select(_statement.number)
    .where(_here(_statement), _statement.number.like(_param("prefix")))
    .order_by(_statement.number.desc())
    .limit(literal_column("1")),
)
"""(institution, prefix with %): the highest statement number of that prefix."""

sessions = Statement(
    "training_sessions",
    select(_session.part, _session.held_on, _session.place, _session.host, _session.mentor).where(
        _here(_session), _session.procedure_id == _param("procedure")
    ),
)
"""(institution, procedure): when and where each part of the training is held, and who leads it."""

trainees = Statement(
    "trainees",
    select(_application.id, _application.register_number, _candidate.name, _subject.state, _application.position_id)
    .select_from(
        table_of(Application)
        .join(table_of(Subject), (_subject.institution == _application.institution) & (_subject.id == _application.id))
        .join(
            table_of(Candidate),
            (_candidate.institution == _application.institution) & (_candidate.id == _application.candidate_id),
        )
    )
    .where(_here(_application), _application.procedure_id == _param("procedure"), among(_subject.state, "states"))
    .order_by(_application.register_number),
)
"""(institution, procedure, states): who stands in one of these states, by register number."""


def _row(what: str, columns: Any, *, name: Any, flag: Any = None, at: Any = None, a: Any = None, b: Any = None) -> Any:
    return select(
        columns.application_id,
        literal_column(f"'{what}'").label("what"),
        as_type(name, Text).label("name"),
        as_type(null() if flag is None else case((flag, "1"), else_="0"), Text).label("flag"),
        (as_type(null(), Instant()) if at is None else at).label("at"),
        as_type(null() if a is None else a, Text).label("a"),
        as_type(null() if b is None else b, Text).label("b"),
    ).where(_here(columns), among(columns.application_id, "ids"))


def _of_procedure(what: str, *, a: Any, b: Any) -> Any:
    same = (_session.institution == _application.institution) & (_session.procedure_id == _application.procedure_id)
    return (
        select(
            _application.id,
            literal_column(f"'{what}'"),
            as_type(_session.part, Text),
            as_type(null(), Text),
            as_type(null(), Instant()),
            as_type(a, Text),
            as_type(b, Text),
        )
        .select_from(table_of(Application).join(table_of(TrainingSession), same))
        .where(_here(_application), among(_application.id, "ids"))
    )


_recorded = (
    _row("item", _item, name=_item.check_name, flag=_item.passed, at=_item.recorded_at, a=_item.item),
    _row("again", _again, name=_again.check_name, at=_again.asked_at, a=_again.times),
    _row("part", _part, name=_part.part, a=_part.hours, b=_part.done_on),
    _row("attendance", _attendance, name=_attendance.part, a=_attendance.hours, b=_attendance.day),
    _row("task", _task, name=_task.task, at=_task.due_at, a=_task.done_on),
    _row("certificate", _certificate, name=_certificate.number, at=_certificate.issued_at, a=_certificate.hours),
    _row("statement", _statement, name=_statement.number, at=_statement.issued_at, a=_statement.hours),
)

contents = Statement("onboarding_contents", union_all(*_recorded))  # type: ignore[arg-type]
"""(institution, ids): what was recorded of checks, training and tasks of each application, a row for each thing.

item: name of the check, flag in order, a line of its list. again: check, at, a how often. part: name, a hours, b day.
attendance: part, a hours, b day. task: name, at due, a day done. certificate and statement: number, at, a hours.
"""

with_sessions = Statement(
    "onboarding_with_sessions",
    union_all(
        *_recorded,
        _of_procedure("session", a=_session.held_on, b=_session.place),
        _of_procedure("leaders", a=_session.host, b=_session.mentor),
    ),  # type: ignore[arg-type]
)
"""(institution, ids): the same, and of each application's procedure who leads the parts of its training.

session: part, a day, b place. leaders: part, a host, b mentor.
"""
