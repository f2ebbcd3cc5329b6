"""Selects for the pages of a procedure: lists of procedures, kept counts, its journal, commission, lists and figures.

Why: a page shows names beside ids, and costs what it shows; each of these is one statement with an index.
Never here: a write, a decision.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, func, literal_column, or_, select

from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement, among
from workflow.persistence.tables import (
    Application,
    Candidate,
    CommissionMember,
    Journal,
    JournalText,
    Place,
    Position,
    Procedure,
    RoleGrant,
    StateCount,
    Subject,
    User,
)


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _number(name: str) -> Any:
    return bindparam(name, type_=Integer())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


_procedure, _position, _subject, _count = _c(Procedure), _c(Position), _c(Subject), _c(StateCount)
_journal, _text, _user, _member, _grant = _c(Journal), _c(JournalText), _c(User), _c(CommissionMember), _c(RoleGrant)
_application, _candidate, _place = _c(Application), _c(Candidate), _c(Place)

page = Statement(
    "procedures_page",
    select(
        _procedure.id,
        _procedure.number,
        _procedure.process,
        _subject.state,
        _procedure.dates,
        _procedure.definition_hash,
        _procedure.calendar_version,
        _subject.created_at,
    )
    .join_from(
        table_of(Procedure),
        table_of(Subject),
        and_(_subject.institution == _procedure.institution, _subject.id == _procedure.id),
    )
    .where(_here(_procedure), _procedure.id < _param("before"))
    .order_by(_procedure.id.desc())
    .limit(_number("limit")),
)
"""(institution, before, limit): a page of procedures, newest first; `~` is before everything."""

numbers = Statement(
    "procedure_numbers",
    select(_procedure.id, _procedure.number).where(_here(_procedure), among(_procedure.id, "ids")),
)
"""(institution, ids): what procedures are called."""

positions = Statement(
    "positions_of_procedures",
    select(_position.procedure_id, _position.id, _position.name, _position.seats, _subject.state)
    .join_from(
        table_of(Position),
        table_of(Subject),
        and_(_subject.institution == _position.institution, _subject.id == _position.id),
    )
    .where(_here(_position), among(_position.procedure_id, "ids"))
    .order_by(_position.procedure_id, _position.id),
)
"""(institution, ids of procedures): their positions, in the order of the announcement."""

counts = Statement(
    "counts_kept",
    select(_count.procedure_id, _count.position_id, _count.state, func.sum(_count.n).label("n"))
    .where(_here(_count), among(_count.procedure_id, "ids"))
    .group_by(_count.procedure_id, _count.position_id, _count.state),
)
"""(institution, ids of procedures): how many applications of each position stand in each state, as kept."""

commission = Statement(
    "commission_with_names",
    select(_member.user_id, _user.name, _user.email, _member.function, _member.order_number)
    .join_from(table_of(CommissionMember), table_of(User), _user.id == _member.user_id)
    .where(_here(_member), _member.procedure_id == _param("procedure"))
    .order_by(_member.function, _user.name, _member.user_id),
)
"""(institution, procedure): the commission by name."""

staff = Statement(
    "staff_of_institution",
    select(_user.id, _user.name)
    .where(
        or_(
            _user.id.in_(select(_grant.user_id).where(_here(_grant))),
            _user.id.in_(select(_member.user_id).where(_here(_member))),
        )
    )
    .order_by(_user.name, _user.id)
    .limit(_number("limit")),
)
"""(institution, limit): everybody who holds a role there or sits in one of its commissions."""

entries = Statement(
    "journal_newest_first",
    select(
        _journal.seq,
        _journal.kind,
        _journal.act,
        _journal.from_state,
        _journal.to_state,
        _journal.effective_at,
        _journal.recorded_at,
        _journal.actor,
        _user.name,
        _journal.role,
        _journal.rule,
        _journal.parameters,
        _journal.effects,
        _text.field,
        _text.text,
    )
    .select_from(
        table_of(Journal)
        .outerjoin(table_of(User), _user.id == _journal.actor)
        .outerjoin(
            table_of(JournalText),
            and_(
                _text.institution == _journal.institution,
                _text.subject_id == _journal.subject_id,
                _text.seq == _journal.seq,
            ),
        )
    )
    .where(
        _here(_journal),
        _journal.subject_id == _param("subject"),
        _journal.seq > _number("after"),
        _journal.seq <= _number("upto"),
    )
    .order_by(_journal.seq.desc(), _text.field),
)
"""(institution, subject, after, upto): entries of a journal, newest first, a row for each of their texts."""

latest = Statement(
    "latest_entries",
    select(
        _journal.subject_id,
        _journal.act,
        _journal.from_state,
        _journal.to_state,
        _journal.rule,
        _journal.recorded_at,
        _journal.actor,
        _user.name,
    )
    .select_from(
        table_of(Subject)
        .join(
            table_of(Journal),
            and_(
                _journal.institution == _subject.institution,
                _journal.subject_id == _subject.id,
                _journal.seq == _subject.seq,
            ),
        )
        .outerjoin(table_of(User), _user.id == _journal.actor)
    )
    .where(_here(_subject), among(_subject.id, "ids")),
)
"""(institution, ids): the last entry of each subject's journal, with who made it."""

in_state = Statement(
    "applications_in_state",
    select(_subject.id)
    .where(_here(_subject), among(_subject.position_id, "ids"), _subject.state == _param("state"))
    .order_by(_subject.id)
    .limit(_number("limit")),
)
"""(institution, ids of positions, state, limit): the oldest applications that stand in a state."""

rankings = Statement(
    "rankings",
    select(
        _place.position_id,
        _place.application_id,
        _place.group_name,
        _place.place,
        _place.total,
        _application.register_number,
        _candidate.name,
        _subject.state,
    )
    .select_from(
        table_of(Place)
        .join(
            table_of(Application),
            and_(_application.institution == _place.institution, _application.id == _place.application_id),
        )
        .join(
            table_of(Candidate),
            and_(_candidate.institution == _application.institution, _candidate.id == _application.candidate_id),
        )
        .join(
            table_of(Subject),
            and_(_subject.institution == _place.institution, _subject.id == _place.application_id),
        )
    )
    .where(_here(_place), among(_place.position_id, "ids"))
    .order_by(_place.position_id, _place.place, _application.register_number),
)
"""(institution, ids of positions): the ranking list of each position, in order."""

placed = Statement(
    "placing_entries",
    select(_journal.subject_id, _journal.seq, _journal.parameters)
    .where(
        _here(_journal),
        among(_journal.subject_id, "ids"),
        among(_journal.act, "acts"),
        _journal.kind == literal_column("'transition'"),
    )
    .order_by(_journal.subject_id, _journal.seq),
)
"""(institution, ids, acts): the entries by which applications got their place."""

received = Statement(
    "applications_by_receipt",
    select(_application.received_at, func.count().label("n"))
    .where(_here(_application), _application.procedure_id == _param("procedure"))
    .group_by(_application.received_at),
)
"""(institution, procedure): how many applications were received at each instant."""

_latest = (
    select(_subject.institution, _subject.id)
    .where(_here(_subject), among(_subject.position_id, "ids"))
    .order_by(_subject.id.desc())
    .limit(_number("limit"))
    .subquery()
)

stays = Statement(
    "stays",
    select(_journal.subject_id, _journal.to_state, _journal.effective_at)
    .select_from(
        _latest.join(
            table_of(Journal),
            and_(_journal.institution == _latest.c.institution, _journal.subject_id == _latest.c.id),
        )
    )
    .where(_journal.kind == literal_column("'transition'"))
    .order_by(_journal.subject_id, _journal.seq),
)
"""(institution, ids of positions, limit): when the newest applications entered each state, in order."""


def every() -> tuple[Statement, ...]:
    """All statements of this module, for the test that asks the planner."""
    return tuple(v for v in globals().values() if isinstance(v, Statement))
