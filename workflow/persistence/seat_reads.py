"""Reads of the calls for seats that became free, and of how many seats are held.

Why: the page of a position says why each person was called; the check of the whole counts every position at once.
Never here: writing, which states hold a seat (the definition says so).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, func, literal_column, or_, select

from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement, among
from workflow.persistence.tables import Application, Candidate, Journal, Position, Procedure, Subject


def _c(model: Any) -> Any:
    return table_of(model).c


_application, _candidate, _journal, _position = _c(Application), _c(Candidate), _c(Journal), _c(Position)
_procedure, _subject = _c(Procedure), _c(Subject)


def _here(columns: Any) -> Any:
    return columns.institution == bindparam("institution", type_=Text())


calls = Statement(
    "calls_of_position",
    select(
        _journal.subject_id,
        _application.register_number,
        func.coalesce(_candidate.name, "").label("name"),
        _journal.to_state,
        _journal.effective_at,
        _journal.parameters,
        _journal.effects,
        _subject.state,
    )
    .select_from(
        table_of(Subject)
        .join(
            table_of(Journal),
            and_(_journal.institution == _subject.institution, _journal.subject_id == _subject.id),
        )
        .join(
            table_of(Application),
            and_(_application.institution == _subject.institution, _application.id == _subject.id),
        )
        .outerjoin(
            table_of(Candidate),
            and_(_candidate.institution == _application.institution, _candidate.id == _application.candidate_id),
        )
    )
    .where(
        _here(_subject),
        _subject.position_id == bindparam("position", type_=Text()),
        _journal.kind == literal_column("'transition'"),
        or_(
            _journal.parameters.like(literal_column("""'%"why":"called_after"%'""")),
            _journal.effects.like(literal_column("""'%"seat_left_free":%'""")),
        ),
    )
    .order_by(_journal.effective_at.desc(), _journal.subject_id, _journal.seq.desc())
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, position, limit): who was called for a seat that became free, and which stayed free; newest first."""

entered = Statement(
    "entered",
    select(_journal.subject_id, _journal.seq, _journal.actor)
    .join_from(
        table_of(Journal),
        table_of(Subject),
        and_(_subject.institution == _journal.institution, _subject.id == _journal.subject_id),
    )
    .where(
        _here(_journal),
        among(_journal.subject_id, "ids"),
        _journal.kind == literal_column("'transition'"),
        _journal.to_state == _subject.state,
        func.coalesce(_journal.from_state, literal_column("''")) != _journal.to_state,
    )
    .order_by(_journal.subject_id, _journal.seq),
)
"""(institution, ids): who moved each subject to where it stands; of several times the last is the present one."""

reason_of_call = Statement(
    "reason_of_call",
    select(_journal.parameters).where(
        _here(_journal),
        _journal.subject_id == bindparam("subject", type_=Text()),
        _journal.seq == bindparam("seq", type_=Integer()),
    ),
)
"""(institution, subject, seq): what one entry of a journal says."""

stays = Statement(
    "stays_in_states",
    select(_journal.subject_id, _journal.from_state, _journal.to_state, _journal.effective_at)
    .join_from(
        table_of(Subject),
        table_of(Journal),
        and_(_journal.institution == _subject.institution, _journal.subject_id == _subject.id),
    )
    .where(
        _here(_subject),
        _subject.position_id == bindparam("position", type_=Text()),
        _journal.kind == literal_column("'transition'"),
        or_(among(_journal.to_state, "states"), among(_journal.from_state, "states")),
    )
    .order_by(_journal.recorded_at, _journal.subject_id, _journal.seq),
)
"""(institution, position, states): every move of the position's applications into or out of those states, in order."""

held = Statement(
    "seats_held",
    select(
        _position.id,
        _position.seats,
        _procedure.process,
        _procedure.definition_hash,
        _procedure.calendar_version,
        _subject.state,
        func.count().label("n"),
    )
    .select_from(
        table_of(Position)
        .join(
            table_of(Procedure),
            and_(_procedure.institution == _position.institution, _procedure.id == _position.procedure_id),
        )
        .join(
            table_of(Subject),
            and_(
                _subject.institution == _position.institution,
                _subject.position_id == _position.id,
                _subject.kind == literal_column("'application'"),
            ),
        )
    )
    .where(_here(_position))
    .group_by(
        _position.id,
        _position.seats,
        _procedure.process,
        _procedure.definition_hash,
        _procedure.calendar_version,
        _subject.state,
    )
    .order_by(_position.id),
)
"""(institution): how many applications of each position stand in each state, with its seats and its rules."""
