"""Selects for who oversees an installation: what hangs, and who did what when.

Why: the journal is the largest table there is. Every select here is served by an index and looks at a bounded number of
entries, whatever is asked; a search that finds little says how far back it has looked.
Never here: a write, marks, anything of another institution.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, func, literal_column, or_, select, tuple_

from notifications.instant import Instant
from notifications.outbox import Outbox
from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement, among
from workflow.persistence.tables import (
    Application,
    Deadline,
    Journal,
    JournalText,
    Position,
    Procedure,
    Subject,
    User,
)


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


def _text(value: str) -> Any:
    return literal_column(f"'{value}'")


_journal, _texts, _subject, _user = _c(Journal), _c(JournalText), _c(Subject), _c(User)
_deadline, _outbox = _c(Deadline), _c(Outbox)
_application, _position, _procedure = _c(Application), _c(Position), _c(Procedure)

# --- what hangs -----------------------------------------------------------------------------------------------------

overdue = Statement(
    "overdue",
    select(
        _deadline.id,
        _deadline.subject_id,
        _subject.kind,
        _subject.procedure_id,
        _deadline.rule,
        _deadline.kind.label("what"),
        _deadline.due_at,
        _deadline.attempts,
        _deadline.error,
    )
    .join_from(
        table_of(Deadline),
        table_of(Subject),
        and_(_subject.institution == _deadline.institution, _subject.id == _deadline.subject_id),
    )
    .where(
        _here(_deadline),
        _deadline.status == _text("armed"),
        _deadline.due_at < bindparam("now", type_=Instant()),
    )
    .order_by(_deadline.due_at)
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, now, limit): the deadlines there that are due and still armed, longest overdue first."""


def _waiting(state: str) -> Any:
    rows: Any = select(literal_column("1")).where(_outbox.owner == _param("institution"), _outbox.state == _text(state))
    counted = rows.limit(bindparam("most", type_=Integer())).subquery()
    return select(func.count()).select_from(counted).scalar_subquery().label(state)


WAITING = ("queued", "held", "sending", "failed", "dead")
"""The states of the outbox that ask for somebody. What was sent is not counted: it is the whole past."""

outbox_waiting = Statement("outbox_waiting", select(*(_waiting(state) for state in WAITING)))
"""(institution, most): how many notices there stand in each of those states; `most` of a state at most."""

# --- who did what when ----------------------------------------------------------------------------------------------

_SHOWN = (
    _journal.subject_id,
    _journal.seq,
    _journal.kind,
    _journal.act,
    _journal.from_state,
    _journal.to_state,
    _journal.effective_at,
    _journal.recorded_at,
    _journal.actor,
    _journal.role,
)

_window = (
    select(*_SHOWN)
    .where(
        _here(_journal),
        tuple_(_journal.recorded_at, _journal.subject_id, _journal.seq)
        < tuple_(bindparam("at", type_=Instant()), _param("subject"), bindparam("seq", type_=Integer())),
        _journal.recorded_at >= bindparam("since", type_=Instant()),
    )
    .order_by(_journal.recorded_at.desc(), _journal.subject_id.desc(), _journal.seq.desc())
    .limit(bindparam("window", type_=Integer()))
)
_looked = _window.subquery()

entries = Statement(
    "entries",
    select(*_looked.c)
    .where(
        or_(_param("actor") == _text(""), _looked.c.actor == _param("actor")),
        or_(_param("act") == _text(""), _looked.c.act == _param("act")),
    )
    .order_by(_looked.c.recorded_at.desc(), _looked.c.subject_id.desc(), _looked.c.seq.desc())
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, at, subject, seq, since, window, actor, act, limit): what was done before that entry and not before
`since`, newest first, by that actor and act ('' = any), among the next `window` entries."""

furthest = Statement(
    "furthest",
    select(_journal.recorded_at, _journal.subject_id, _journal.seq)
    .where(
        _here(_journal),
        tuple_(_journal.recorded_at, _journal.subject_id, _journal.seq)
        < tuple_(bindparam("at", type_=Instant()), _param("subject"), bindparam("seq", type_=Integer())),
        _journal.recorded_at >= bindparam("since", type_=Instant()),
    )
    .order_by(_journal.recorded_at.desc(), _journal.subject_id.desc(), _journal.seq.desc())
    .limit(1)
    .offset(bindparam("skipped", type_=Integer())),
)
"""(institution, at, subject, seq, since, skipped): the last entry of such a window, if there are that many."""

entries_of = Statement(
    "entries_of",
    select(*_SHOWN)
    .where(
        _here(_journal),
        _journal.subject_id == _param("of"),
        _journal.seq < bindparam("seq", type_=Integer()),
        _journal.recorded_at >= bindparam("since", type_=Instant()),
        _journal.recorded_at < bindparam("at", type_=Instant()),
        or_(_param("actor") == _text(""), _journal.actor == _param("actor")),
        or_(_param("act") == _text(""), _journal.act == _param("act")),
    )
    .order_by(_journal.seq.desc())
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, of, seq, since, at, actor, act, limit): the same of one subject, by the key of its journal."""

named = Statement(
    "named",
    select(
        _subject.id,
        _subject.kind,
        func.coalesce(_subject.procedure_id, _subject.id).label("procedure_id"),
        _procedure.number,
        _procedure.process,
        _procedure.definition_hash,
        _position.name.label("position"),
        _application.register_number,
    )
    .select_from(
        table_of(Subject)
        .join(
            table_of(Procedure),
            and_(
                _procedure.institution == _subject.institution,
                _procedure.id == func.coalesce(_subject.procedure_id, _subject.id),
            ),
        )
        .outerjoin(
            table_of(Position),
            and_(
                _position.institution == _subject.institution,
                _position.id == func.coalesce(_subject.position_id, _subject.id),
            ),
        )
        .outerjoin(
            table_of(Application),
            and_(_application.institution == _subject.institution, _application.id == _subject.id),
        )
    )
    .where(_here(_subject), among(_subject.id, "ids")),
)
"""(institution, ids): what those subjects are called, without the name of any person."""

actors = Statement(
    "actors",
    select(_user.id, _user.name).where(among(_user.id, "ids")),
)
"""(ids): what those users are called."""

texts_of = Statement(
    "texts_of",
    select(_texts.subject_id, _texts.seq, _texts.field, _texts.text).where(
        _here(_texts), among(_texts.subject_id, "ids"), _texts.text != _text("")
    ),
)
"""(institution, ids): the texts beside the entries of those subjects that were not erased."""

procedure_by_number = Statement(
    "procedure_by_number",
    select(_procedure.id).where(_here(_procedure), _procedure.number == _param("number")),
)
"""(institution, number): the procedure that people call so."""
