"""Selects behind the queue: what waits, for whom and until when; what the clock will do; mail and sheets.

Never here: a write, roles, labels.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, and_, bindparam, case, func, literal_column, select, union_all

from notifications.instant import Instant
from notifications.outbox import Outbox
from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement, among
from workflow.persistence.tables import (
    Application,
    Candidate,
    CommissionMember,
    ConflictRow,
    Deadline,
    Position,
    Procedure,
    Publication,
    Sheet,
    Subject,
)

MOST = 50
"""Lines of cases with deadlines of their own; the rest is in the counts of the groups."""


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


_subject, _procedure, _position, _deadline = _c(Subject), _c(Procedure), _c(Position), _c(Deadline)
_application, _candidate, _outbox = _c(Application), _c(Candidate), _c(Outbox)
_publication = _c(Publication)
_member, _conflict, _sheet = _c(CommissionMember), _c(ConflictRow), _c(Sheet)
_ARMED = _deadline.status == literal_column("'armed'")  # literal, so that the partial index is seen to fit
_RULES = (_procedure.number, _procedure.process, _procedure.definition_hash, _procedure.calendar_version)
_of_procedure = and_(
    _procedure.institution == _subject.institution, _procedure.id == func.coalesce(_subject.procedure_id, _subject.id)
)

above = Statement(
    "above",
    select(_subject.id, _subject.kind, _subject.state, _procedure.id.label("procedure_id"), *_RULES, _position.name)
    .select_from(
        table_of(Subject)
        .join(table_of(Procedure), _of_procedure)
        .outerjoin(table_of(Position), and_(_position.institution == _subject.institution, _position.id == _subject.id))
    )
    .where(
        _here(_subject),
        among(_subject.state, "states"),
        _subject.kind != literal_column("'application'"),
        _subject.kind != literal_column("'objection'"),
    ),
)
"""(institution, states): the procedures and positions in those states, with the rules they run by."""

positions = Statement(
    "positions_of_cells",
    select(_position.id, _position.name, _position.procedure_id, *_RULES)
    .join_from(
        table_of(Position),
        table_of(Procedure),
        and_(_procedure.institution == _position.institution, _procedure.id == _position.procedure_id),
    )
    .where(_here(_position), among(_position.id, "ids")),
)
"""(institution, ids): those positions, with the rules they run by."""

dues = Statement(
    "dues",
    select(_deadline.subject_id, _deadline.rule, func.min(_deadline.due_at).label("due_at"))
    .where(_here(_deadline), among(_deadline.subject_id, "ids"), _ARMED, _deadline.kind == literal_column("'due'"))
    .group_by(_deadline.subject_id, _deadline.rule),
)
"""(institution, ids): the armed due instants of those subjects."""

own = Statement(
    "own_deadlines",
    select(
        _subject.id,
        _subject.position_id,
        _subject.state,
        func.min(_deadline.due_at).label("due_at"),
        _application.register_number,
        _candidate.name,
    )
    .select_from(
        table_of(Subject)
        .join(
            table_of(Deadline),
            and_(_deadline.institution == _subject.institution, _deadline.subject_id == _subject.id),
        )
        .join(
            table_of(Application),
            and_(_application.institution == _subject.institution, _application.id == _subject.id),
        )
        .join(
            table_of(Candidate),
            and_(_candidate.institution == _application.institution, _candidate.id == _application.candidate_id),
        )
    )
    .where(
        _here(_subject),
        among(_subject.position_id, "positions"),
        among(_subject.state, "states"),
        _ARMED,
        _deadline.kind == literal_column("'due'"),
    )
    .group_by(_subject.id, _subject.position_id, _subject.state, _application.register_number, _candidate.name)
    .order_by(func.min(_deadline.due_at), _subject.id)
    .limit(literal_column(str(MOST))),
)
"""(institution, positions, states): the applications there whose own deadlines are due first."""

clock = Statement(
    "clock_today",
    select(
        _subject.kind,
        _procedure.id.label("procedure_id"),
        *_RULES,
        _deadline.rule,
        _deadline.kind.label("deadline_kind"),
        func.count().label("n"),
        func.min(_deadline.due_at).label("first"),
        func.sum(case((_deadline.attempts > literal_column("0"), 1), else_=0)).label("failed"),
        func.min(_deadline.subject_id).label("one"),
    )
    .select_from(
        table_of(Deadline)
        .join(
            table_of(Subject),
            and_(_subject.institution == _deadline.institution, _subject.id == _deadline.subject_id),
        )
        .join(table_of(Procedure), _of_procedure)
    )
    .where(_here(_deadline), _ARMED, _deadline.due_at < bindparam("before", type_=Instant()))
    .group_by(_subject.kind, _procedure.id, *_RULES, _deadline.rule, _deadline.kind)
    .order_by(func.min(_deadline.due_at), _deadline.rule),
)
"""(institution, before): the armed deadlines and reminders until then, by procedure and rule; those that failed too."""

mail = Statement(
    "mail_counts",
    select(_outbox.state, func.count().label("n"))
    .where(_outbox.owner == _param("institution"), among(_outbox.state, "states"))
    .group_by(_outbox.state),
)
"""(institution, states): how many notices are in each of those states."""

drafts = Statement(
    "drafts",
    select(
        _procedure.id,
        *_RULES,
        _publication.number.label("publication"),
        _publication.version,
        _publication.name,
        _publication.made_at,
    )
    .select_from(
        table_of(Publication).join(
            table_of(Procedure),
            and_(_procedure.institution == _publication.institution, _procedure.id == _publication.procedure_id),
        )
    )
    .where(_here(_publication), _publication.published_at.is_(None), _publication.withdrawn_at.is_(None))
    .order_by(_publication.made_at, _publication.id)
    .limit(literal_column(str(MOST))),
)
"""(institution): the drafts of publications that wait for a second person, the oldest first."""

_scored = table_of(Subject).join(
    table_of(Sheet), and_(_sheet.institution == _subject.institution, _sheet.application_id == _subject.id)
)
_recused = table_of(Subject).join(
    table_of(ConflictRow), and_(_conflict.institution == _subject.institution, _conflict.application_id == _subject.id)
)
_IN_CELLS = (_here(_subject), among(_subject.position_id, "positions"), among(_subject.state, "states"))

sheets = Statement(
    "sheets_outstanding",
    union_all(
        select(literal_column("'signed'").label("what"), _subject.position_id.label("whose"), func.count().label("n"))
        .select_from(_scored)
        .where(*_IN_CELLS, _sheet.signed_at.is_not(None))
        .group_by(_subject.position_id),
        select(literal_column("'recused'"), _subject.position_id, func.count())
        .select_from(_recused)
        .where(*_IN_CELLS)
        .group_by(_subject.position_id),
        select(literal_column("'members'"), _member.procedure_id, func.count())
        .where(
            _here(_member),
            among(_member.procedure_id, "procedures"),
            _member.function.in_([literal_column("'chair'"), literal_column("'member'")]),
        )
        .group_by(_member.procedure_id),
    ),  # type: ignore[arg-type]
)
"""(institution, positions, states, procedures): sheets signed and members recused by position, members by procedure."""


def every() -> tuple[Statement, ...]:
    """All statements of this module, for the test that asks the planner."""
    return tuple(v for v in globals().values() if isinstance(v, Statement))
