"""Selects of the outbox for the pages: what waits, what was sent, what failed, and the letters to print.

Why: the outbox grows for ever, so every list here looks at one bounded window, newest first, and every count stops.
Ids are made in order, so they are both the key and the order.
Never here: a write, sending (notifications).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    Subquery,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from notifications.instant import Instant
from notifications.outbox import Outbox, OutboxState
from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement, among
from workflow.persistence.tables import Application, Procedure, Subject


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _number(name: str) -> Any:
    return bindparam(name, type_=Integer())


_outbox, _subject, _application, _procedure = _c(Outbox), _c(Subject), _c(Application), _c(Procedure)
_LISTED = (
    _outbox.id,
    _outbox.created_at,
    _outbox.sent_at,
    _outbox.not_before,
    _outbox.reference,
    _outbox.notice,
    _outbox.language,
    _outbox.channel,
    _outbox.name,
    _outbox.subject,
    _outbox.state,
    _outbox.hold_reason,
    _outbox.error,
)


def _matter(reference: Any) -> Any:
    # A reference is `subject/entry`, and a subject's id has 36 characters.
    return func.substr(reference, literal_column("1"), literal_column("36"), type_=String())


def _with_matter(rows: Any, columns: Any) -> Select[Any]:
    """The rows with what they are about: the subject's kind, its procedure with its number, its register number."""
    return select(
        *columns,
        _subject.id.label("about"),
        _subject.kind.label("about_kind"),
        _subject.state.label("about_state"),
        _procedure.id.label("procedure_id"),
        _procedure.number.label("procedure_number"),
        _application.register_number,
    ).select_from(
        rows.outerjoin(
            table_of(Subject),
            and_(_subject.institution == _param("institution"), _subject.id == _matter(columns.reference)),
        )
        .outerjoin(
            table_of(Procedure),
            and_(
                _procedure.institution == _param("institution"),
                _procedure.id == func.coalesce(_subject.procedure_id, _subject.id),
            ),
        )
        .outerjoin(
            table_of(Application),
            and_(_application.institution == _param("institution"), _application.id == _subject.id),
        )
    )


def _window(*conditions: Any) -> Subquery:
    return (
        select(*_LISTED)
        .where(_outbox.owner == _param("institution"), _outbox.id < _param("before"), *conditions)
        .order_by(_outbox.id.desc())
        .limit(_number("window"))
        .subquery("looked_at")
    )


def _any_or(param: str, column: Any) -> Any:
    return or_(_param(param) == literal_column("''"), column == _param(param))


def _page(window: Subquery) -> Select[Any]:
    return (
        _with_matter(window, window.c)
        .where(
            _any_or("notice", window.c.notice),
            _any_or("language", window.c.language),
            _any_or("channel", window.c.channel),
            _any_or("procedure", _procedure.id),
        )
        .order_by(window.c.id.desc())
        .limit(_number("limit"))
    )


def _edge(window: Subquery) -> Any:
    return select(func.min(window.c.id).label("oldest"), func.count().label("n")).select_from(window)


_all, _standing = _window(), _window(_outbox.state == _param("state"))

page = Statement("mail_page", _page(_all))
"""(institution, before, window, notice, language, channel, procedure, limit): a page of the newest `window` rows before
an id that match the filters ('' matches all), newest first."""

page_of_state = Statement("mail_page_of_state", _page(_standing))
"""The same (with state) of the rows that stand in one state."""

edge = Statement("mail_edge", _edge(_all))
"""(institution, before, window): how many rows such a window holds, and the id of its oldest."""

edge_of_state = Statement("mail_edge_of_state", _edge(_standing))
"""The same (with state) of the rows that stand in one state."""


def _bounded(state: OutboxState) -> Any:
    some = (
        select(literal_column("1"))
        .where(_outbox.owner == _param("institution"), _outbox.state == literal_column(f"'{state.value}'"))
        .limit(_number("most"))
        .subquery(f"some_{state.value}")
    )
    return select(literal_column(f"'{state.value}'").label("state"), func.count().label("n")).select_from(some)


counts = Statement("mail_counts", union_all(*(_bounded(state) for state in OutboxState)))  # type: ignore[arg-type]
"""(institution, most): how many rows stand in each state, counted no further than `most`."""

one = Statement(
    "mail",
    _with_matter(table_of(Outbox), _outbox).where(_outbox.owner == _param("institution"), _outbox.id == _param("id")),
)
"""(institution, id): a row with every column, and what it is about."""

repeated_by = Statement(
    "mail_repeated_by",
    select(_outbox.id, _outbox.state, _outbox.created_at).where(
        _outbox.owner == _param("institution"),
        _outbox.reference == _param("reference"),
        _outbox.notice == _param("notice"),
        _outbox.recipient == _param("recipient"),
        _outbox.repeats_key == _param("id"),
    ),
)
"""(institution, reference, notice, recipient, id): the row that says the same words once more."""

turning = Statement(
    "mail_turning",
    select(*(column for column in table_of(Outbox).c))
    .where(_outbox.owner == _param("institution"), among(_outbox.id, "ids"))
    .order_by(_outbox.id)
    .with_for_update(),
)
"""(institution, ids): those rows with every column, locked, for whoever is about to release or discard them."""

subjects = Statement(
    "mail_subjects", select(_subject.id).where(_subject.institution == _param("institution"), among(_subject.id, "ids"))
)
"""(institution, ids): which of those ids are subjects."""

chosen = Statement(
    "mail_chosen",
    _with_matter(table_of(Outbox), _outbox)
    .where(_outbox.owner == _param("institution"), among(_outbox.id, "ids"))
    .order_by(_outbox.id),
)
"""(institution, ids): those rows with what they are about, for the page that asks once more."""

_IS_LETTER = _outbox.channel == literal_column("'letter'")

letters = Statement(
    "mail_letters",
    _with_matter(table_of(Outbox), _outbox)
    .where(
        _outbox.owner == _param("institution"),
        _IS_LETTER,
        or_(
            _outbox.created_at < bindparam("at", type_=Instant()),
            and_(_outbox.created_at == bindparam("at", type_=Instant()), _outbox.id < _param("before")),
        ),
    )
    .order_by(_outbox.created_at.desc(), _outbox.id.desc())
    .limit(_number("limit")),
)
"""(institution, at, before, limit): the letters written before an instant, newest first."""

letters_of_day = Statement(
    "mail_letters_of_day",
    _with_matter(table_of(Outbox), _outbox)
    .where(
        _outbox.owner == _param("institution"),
        _IS_LETTER,
        _outbox.created_at >= bindparam("begins", type_=Instant()),
        _outbox.created_at < bindparam("ends", type_=Instant()),
        _outbox.state.not_in([literal_column("'held'"), literal_column("'cancelled'")]),
    )
    .order_by(_outbox.created_at, _outbox.id)
    .limit(_number("limit")),
)
"""(institution, begins, ends, limit): the letters of a day that may go out, oldest first."""

procedures = Statement(
    "mail_procedures",
    select(_procedure.id, _procedure.number)
    .where(_procedure.institution == _param("institution"))
    .order_by(_procedure.id.desc())
    .limit(_number("limit")),
)
"""(institution, limit): the newest procedures, to choose one from."""

about = Statement(
    "mail_about",
    _with_matter(table_of(Outbox), _outbox)
    .where(
        _outbox.owner == _param("institution"),
        _outbox.reference >= _param("first"),
        _outbox.reference < _param("beyond"),
    )
    .order_by(_outbox.id),
)
"""(institution, first, beyond): what was written about a subject, oldest first; `first` is `id/`, `beyond` is `id0`."""
