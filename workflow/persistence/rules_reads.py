"""Selects about definitions at work: how many subjects stand where, and which version each procedure is pinned to.

Never here: a write, what a definition says.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, and_, bindparam, func, select

from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement
from workflow.persistence.tables import Definition, Objection, Position, Procedure, StateCount, Subject


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


_procedure, _position, _objection, _subject, _count, _definition = (
    _c(Procedure),
    _c(Position),
    _c(Objection),
    _c(Subject),
    _c(StateCount),
    _c(Definition),
)


def _of_process(columns: Any) -> Any:
    return and_(columns.institution == _param("institution"), columns.process == _param("process"))


processes = Statement(
    "processes",
    select(_procedure.process, func.count().label("n"))
    .where(_procedure.institution == _param("institution"))
    .group_by(_procedure.process),
)
"""(institution): how many procedures of each process there are."""

applications_by_state = Statement(
    "applications_by_state",
    select(_count.state, func.sum(_count.n).label("n"))
    .join_from(
        table_of(Procedure),
        table_of(StateCount),
        and_(_count.procedure_id == _procedure.id, _count.institution == _procedure.institution),
    )
    .where(_of_process(_procedure))
    .group_by(_count.state),
)
"""(institution, process): how many applications stand in each state: kept counts, added up over positions."""

procedures_by_state = Statement(
    "procedures_by_state",
    select(_subject.state, func.count().label("n"))
    .join_from(
        table_of(Procedure),
        table_of(Subject),
        and_(_subject.institution == _procedure.institution, _subject.id == _procedure.id),
    )
    .where(_of_process(_procedure))
    .group_by(_subject.state),
)
"""(institution, process): how many procedures stand in each state."""

positions_by_state = Statement(
    "positions_by_state",
    select(_subject.state, func.count().label("n"))
    .select_from(
        table_of(Procedure)
        .join(
            table_of(Position),
            and_(_position.institution == _procedure.institution, _position.procedure_id == _procedure.id),
        )
        .join(
            table_of(Subject),
            and_(_subject.institution == _position.institution, _subject.id == _position.id),
        )
    )
    .where(_of_process(_procedure))
    .group_by(_subject.state),
)
"""(institution, process): how many positions stand in each state."""

objections_by_state = Statement(
    "objections_by_state",
    select(_subject.state, func.count().label("n"))
    .join_from(
        table_of(Objection),
        table_of(Subject),
        and_(_subject.institution == _objection.institution, _subject.id == _objection.id),
    )
    # In two steps: joined, a planner without statistics would read the objections of all procedures.
    .where(_objection.procedure_id.in_(select(_procedure.id).where(_of_process(_procedure))))
    .group_by(_subject.state),
)
"""(institution, process): how many objections stand in each state."""

versions = Statement(
    "versions",
    select(_definition.hash, _definition.rules_hash, _definition.stored_at)
    .where(_of_process(_definition))
    .order_by(_definition.stored_at.desc(), _definition.hash),
)
"""(institution, process): every version that a procedure was pinned to, newest first, without its text."""

pinned = Statement(
    "pinned",
    select(_procedure.definition_hash, _procedure.id, _procedure.number)
    .where(_of_process(_procedure))
    .order_by(_procedure.id.desc()),
)
"""(institution, process): the procedures with the version that each is pinned to (null: a draft), newest first."""

version = Statement(
    "version",
    select(_definition.text).where(_of_process(_definition), _definition.hash == _param("hash")),
)
"""(institution, process, hash): the text of one version."""
