"""Reads of the satisfaction survey. Nothing here knows who answered.

Never here: whether a report may be seen, how small a group may be.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, bindparam, exists, func, literal_column, select

from notifications.outbox import Outbox
from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement, among
from workflow.persistence.tables import Application, Procedure, Subject, SurveyAnswer


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


_answer, _application, _procedure, _subject = (
    table_of(model).c for model in (SurveyAnswer, Application, Procedure, Subject)
)
_outbox = table_of(Outbox).c
_of_group = (
    _answer.institution == _param("institution"),
    among(_answer.procedure_id, "procedures"),
    _answer.group_name == _param("group"),
)

replies = Statement("survey_replies", select(func.count(_answer.batch.distinct()).label("n")).where(*_of_group))
"""(institution, procedures, group): how many sheets came."""

last_shown = Statement(
    "survey_last_shown",
    select(_answer.batch)
    .where(*_of_group)
    .distinct()
    .order_by(_answer.batch)
    .limit(literal_column("1"))
    .offset(bindparam("position", type_=Integer())),
)
"""(institution, procedures, group, position): the sheet at that position, counted from 0, in the order they came."""

marks = Statement(
    "survey_marks",
    select(_answer.question, _answer.value, func.count().label("n"))
    .where(*_of_group, _answer.batch <= _param("last"))
    .group_by(_answer.question, _answer.value),
)
"""(institution, procedures, group, last): how often each mark was given to each question, up to that sheet."""

invited = Statement(
    "survey_invited",
    select(func.count().label("n"))
    .select_from(table_of(Application))
    .where(
        _application.institution == _param("institution"),
        among(_application.procedure_id, "procedures"),
        # A reference is `application/entry`: `/` and the sign after it bound all of one application.
        exists(
            select(literal_column("1")).where(
                _outbox.owner == _application.institution,
                _outbox.reference > _application.id.concat("/"),
                _outbox.reference < _application.id.concat("0"),
                _outbox.notice == _param("notice"),
            )
        ),
    ),
)
"""(institution, procedures, notice): how many applications that notice went out for, however often."""

reported = Statement(
    "survey_reported",
    select(_procedure.id)
    .join_from(
        table_of(Procedure),
        table_of(Subject),
        (_subject.institution == _procedure.institution) & (_subject.id == _procedure.id),
    )
    .where(
        _procedure.institution == _param("institution"),
        _procedure.process == _param("process"),
        among(_subject.state, "states"),
    )
    .order_by(_procedure.id.desc())
    .limit(200),
)
"""(institution, process, states): procedures of a process that stand in one of those states, the newest 200."""
