"""Every hot select, compiled once per database.

Why: building a statement costs more than running it, and each of these must use an index (a test asks the planner).
All take sets: one call answers for one subject or a thousand. `ids` and `states` are lists; rows are tuples in the
order of `Statement.columns`; instants come as stored (`unit_of_work.instant` makes datetimes).
Never here: a write (rows.py), a decision, a statement that some page runs once (reads of their own).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement as Statement  # noqa: PLC0414 - reads are made with it too
from workflow.persistence.statement import among as among  # noqa: PLC0414
from workflow.persistence.tables import (
    Application,
    Arrival,
    Calendar,
    Candidate,
    CheckResult,
    CommissionMember,
    ConflictRow,
    Deadline,
    Definition,
    Document,
    DrawnLot,
    Journal,
    JournalText,
    Mark,
    Objection,
    PartDone,
    Place,
    Position,
    Procedure,
    Result,
    RoleGrant,
    Sheet,
    Subject,
    TieDecision,
    VerdictRow,
)

MOST_ATTEMPTS = 5
"""A deadline that failed to fire this often is no longer swept: it waits for a person, and does not block others."""


def _columns(model: type[SQLModel]) -> Any:
    return table_of(model).c


_subject = _columns(Subject)
_procedure = _columns(Procedure)
_position = _columns(Position)
_application = _columns(Application)
_objection = _columns(Objection)
_candidate = _columns(Candidate)
_document = _columns(Document)
_verdict = _columns(VerdictRow)
_member = _columns(CommissionMember)
_conflict = _columns(ConflictRow)
_sheet = _columns(Sheet)
_mark = _columns(Mark)
_result = _columns(Result)
_place = _columns(Place)
_tie = _columns(TieDecision)
_lot = _columns(DrawnLot)
_check = _columns(CheckResult)
_arrival = _columns(Arrival)
_part = _columns(PartDone)
_deadline = _columns(Deadline)
_definition = _columns(Definition)
_calendar = _columns(Calendar)
_grant = _columns(RoleGrant)
_journal = _columns(Journal)
_text = _columns(JournalText)


def _of(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column == bindparam("institution", type_=Text())


def _is(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column == bindparam(name, type_=Text())


def _by_application(columns: Any, *more: Any) -> Select[Any]:
    return select(columns.application_id, *more).where(_of(columns.institution), among(columns.application_id, "ids"))


_armed = _deadline.status == literal_column("'armed'")  # literal, so that the partial index is seen to fit
_joined = (
    table_of(Subject)
    .outerjoin(
        table_of(Procedure),
        and_(
            _procedure.institution == _subject.institution,
            _procedure.id == func.coalesce(_subject.procedure_id, _subject.id),
        ),
    )
    .outerjoin(
        table_of(Objection),
        and_(_objection.institution == _subject.institution, _objection.id == _subject.id),
    )
    .outerjoin(
        table_of(Application),
        and_(
            _application.institution == _subject.institution,
            _application.id == func.coalesce(_objection.application_id, _subject.id),
        ),
    )
    .outerjoin(
        table_of(Position),
        and_(
            _position.institution == _subject.institution,
            _position.id == func.coalesce(_application.position_id, _subject.id),
        ),
    )
    .outerjoin(
        table_of(Candidate),
        and_(_candidate.institution == _application.institution, _candidate.id == _application.candidate_id),
    )
    .outerjoin(
        table_of(Arrival),
        and_(_arrival.institution == _application.institution, _arrival.application_id == _application.id),
    )
)

subjects = Statement(
    "subjects",
    select(
        _subject.id,
        _subject.kind,
        _subject.state,
        _subject.version,
        _subject.seq,
        _subject.head,
        _subject.entered_at,
        _subject.created_at,
        func.coalesce(_subject.procedure_id, _subject.id).label("procedure_id"),
        _position.id.label("position_id"),
        _procedure.process,
        _procedure.number,
        _procedure.dates,
        _procedure.details,
        _procedure.definition_hash,
        _procedure.calendar_version,
        _position.name.label("position"),
        _position.seats,
        _application.candidate_id,
        _application.dossier_id,
        _application.register_number,
        _application.received_at,
        _candidate.name.label("candidate"),
        _candidate.email,
        _candidate.address,
        _candidate.language,
        _arrival.channel,
        _arrival.posted_on,
        _objection.application_id,
        _objection.number.label("objection"),
        _objection.received_at.label("objected_at"),
        _objection.channel.label("objected_through"),
    )
    .select_from(_joined)
    .where(_of(_subject.institution), among(_subject.id, "ids"))
    .order_by(_subject.id)
    .with_for_update(of=table_of(Subject)),
)
"""(institution, ids): each subject with its procedure, position, application and candidate; locked, in order of id."""

seats = Statement(
    "seats",
    select(_position.id, _position.seats).where(_of(_position.institution), among(_position.id, "ids")),
)
"""(institution, ids): how many people each position needs now."""

lock = Statement(
    "lock",
    select(_subject.id, _subject.version)
    .where(_of(_subject.institution), among(_subject.id, "ids"))
    .order_by(_subject.id)
    .with_for_update(),
)
"""(institution, ids): locks subjects on PostgreSQL before counting under them (a position whose seats are counted)."""

head = Statement(
    "head",
    select(_subject.id, _subject.seq, _subject.head).where(_of(_subject.institution), among(_subject.id, "ids")),
)
"""(institution, ids): number and hash of each subject's last journal entry."""

documents = Statement(
    "documents",
    select(_application.id.label("application_id"), _document.name, _document.received_at)
    .join_from(
        table_of(Application),
        table_of(Document),
        and_(
            _document.institution == _application.institution,
            _document.dossier_id == _application.dossier_id,
        ),
    )
    .where(
        _of(_application.institution),
        among(_application.id, "ids"),
        or_(_document.application_id == literal_column("''"), _document.application_id == _application.id),
    ),
)
"""(institution, ids): what was handed in for each application, its dossier's shared documents among it, and when."""

applications_of_dossier = Statement(
    "applications_of_dossier",
    select(_application.id)
    .where(_of(_application.institution), _is(_application.dossier_id, "dossier"))
    .where(_is(_application.candidate_id, "candidate"))
    .order_by(_application.id),
)
"""(institution, candidate, dossier): ids of the person's applications that share the dossier."""

verdicts = Statement(
    "verdicts", _by_application(_verdict, _verdict.item, _verdict.ok, _verdict.ground, _verdict.parameters)
)
"""(institution, ids): the verdicts of each application."""

sheets = Statement(
    "sheets",
    _by_application(
        _sheet,
        _sheet.id,
        _sheet.assessment,
        _sheet.user_id,
        _sheet.signed_at,
        _sheet.digest,
        _sheet.salt,
        _sheet.opened_at,
    ),
)
"""(institution, ids): the sheets of each application, without marks."""

marks = Statement(
    "marks",
    select(_sheet.application_id, _sheet.id.label("sheet_id"), _sheet.user_id, _mark.criterion, _mark.value)
    .join_from(
        table_of(Sheet),
        table_of(Mark),
        and_(_mark.institution == _sheet.institution, _mark.sheet_id == _sheet.id),
    )
    .where(
        _of(_sheet.institution),
        among(_sheet.application_id, "ids"),
        _is(_sheet.assessment, "assessment"),
        _sheet.signed_at.is_not(None),
    ),
)
"""(institution, ids, assessment): the marks of each application's signed sheets, one criterion a row."""

sheet_marks = Statement(
    "sheet_marks",
    select(_mark.sheet_id, _mark.criterion, _mark.value).where(_of(_mark.institution), among(_mark.sheet_id, "ids")),
)
"""(institution, ids of sheets): the marks on these sheets."""

results = Statement(
    "results",
    _by_application(
        _result,
        _result.assessment,
        _result.value,
        _result.shown,
        _result.criteria,
        _result.members,
        _result.dropped,
    ),
)
"""(institution, ids): the results of each application."""

places = Statement("places", _by_application(_place, _place.position_id, _place.group_name, _place.place, _place.total))
"""(institution, ids): the place of each application."""

ties = Statement(
    "ties",
    select(_tie.position_id, _tie.application_id, _tie.rank).where(
        _of(_tie.institution), among(_tie.position_id, "ids")
    ),
)
"""(institution, ids of positions): the orders decided for ties."""

lots = Statement(
    "lots",
    select(_lot.position_id, _lot.application_id, _lot.rank).where(
        _of(_lot.institution), among(_lot.position_id, "ids")
    ),
)
"""(institution, ids of positions): the orders drawn by lot."""

checks = Statement(
    "checks", _by_application(_check, _check.name, _check.passed, _check.valid_until, _check.recorded_at)
)
"""(institution, ids): the check results of each application."""

parts = Statement("parts", _by_application(_part, _part.part, _part.hours, _part.done_on))
"""(institution, ids): the completed training parts of each application."""

members = Statement(
    "members",
    select(_member.procedure_id, _member.user_id, _member.function).where(
        _of(_member.institution), among(_member.procedure_id, "ids")
    ),
)
"""(institution, ids of procedures): the commission of each procedure."""

conflicts = Statement("conflicts", _by_application(_conflict, _conflict.user_id))
"""(institution, ids): the members recused from each application."""

counts_by_position = Statement(
    "counts_by_position",
    select(_subject.position_id, _subject.state, func.count().label("n"))
    .where(_of(_subject.institution), among(_subject.position_id, "ids"), among(_subject.state, "states"))
    .group_by(_subject.position_id, _subject.state),
)
"""(institution, ids of positions, states): how many applications of each position stand in each of the states."""

_under = table_of(Subject).alias("under")
_children = table_of(Position).join(
    _under, and_(_under.c.institution == _position.institution, _under.c.position_id == _position.id)
)
_own = table_of(Position).join(
    table_of(Subject), and_(_subject.institution == _position.institution, _subject.id == _position.id)
)

counts_by_procedure = Statement(
    "counts_by_procedure",
    select(_position.procedure_id, _under.c.state, func.count().label("n"))
    .select_from(_children)
    .where(_of(_position.institution), among(_position.procedure_id, "ids"), among(_under.c.state, "states"))
    .group_by(_position.procedure_id, _under.c.state),
)
"""(institution, ids of procedures, states): how many applications of each procedure stand in each of the states."""

positions_by_state = Statement(
    "positions_by_state",
    select(_position.procedure_id, _subject.state, func.count().label("n"))
    .select_from(_own)
    .where(_of(_position.institution), among(_position.procedure_id, "ids"))
    .group_by(_position.procedure_id, _subject.state),
)
"""(institution, ids of procedures): how many positions of each procedure stand in each state."""

applications_of_procedure = Statement(
    "applications_of_procedure",
    select(_under.c.id)
    .select_from(_children)
    .where(_of(_position.institution), _is(_position.procedure_id, "parent"), among(_under.c.state, "states"))
    .order_by(_under.c.id),
)
"""(institution, parent, states): ids of the procedure's applications in those states, oldest first."""

applications_of_position = Statement(
    "applications_of_position",
    select(_subject.id)
    .where(_of(_subject.institution), _is(_subject.position_id, "parent"), among(_subject.state, "states"))
    .order_by(_subject.id),
)
"""(institution, parent, states): ids of the position's applications in those states, oldest first."""

objections_of_procedure = Statement(
    "objections_of_procedure",
    select(_objection.id, _objection.number, _objection.application_id, _application.position_id, _subject.state)
    .join_from(
        table_of(Objection),
        table_of(Application),
        and_(_application.institution == _objection.institution, _application.id == _objection.application_id),
    )
    .join(table_of(Subject), and_(_subject.institution == _objection.institution, _subject.id == _objection.id))
    .where(_of(_objection.institution), _is(_objection.procedure_id, "procedure"))
    .order_by(_objection.id),
)
"""(institution, procedure): every objection about the procedure's applications: id, number, whose, and where it stands,
oldest first. There are few: one in so many applications."""

windows = Statement(
    "windows",
    select(_deadline.subject_id, _deadline.rule, _journal.effective_at, _deadline.due_at)
    .join_from(
        table_of(Deadline),
        table_of(Journal),
        and_(
            _journal.institution == _deadline.institution,
            _journal.subject_id == _deadline.subject_id,
            _journal.seq == _deadline.armed_seq,
        ),
    )
    .where(
        _of(_deadline.institution),
        among(_deadline.subject_id, "ids"),
        _deadline.kind == literal_column("'due'"),
    )
    .order_by(_deadline.subject_id, _deadline.rule, _deadline.armed_seq),
)
"""(institution, ids): since when and until when each deadline of the subjects ran, whatever became of it; newest
last."""

positions_of_procedure = Statement(
    "positions_of_procedure",
    select(_subject.id, _position.name, _position.seats, _subject.state)
    .select_from(_own)
    .where(_of(_position.institution), _is(_position.procedure_id, "parent"))
    .order_by(_subject.id),
)
"""(institution, parent): id, name, seats and state of the procedure's positions, oldest first."""

next_in_line = Statement(
    "next_in_line",
    select(_place.application_id, _place.place)
    .join_from(
        table_of(Place),
        table_of(Subject),
        and_(_subject.institution == _place.institution, _subject.id == _place.application_id),
    )
    .where(_of(_place.institution), _is(_place.position_id, "position"), among(_subject.state, "states"))
    .order_by(_place.place, _place.application_id)
    .limit(literal_column("1")),
)
"""(institution, position, states): the best placed application of the position that stands in one of the states."""

armed = Statement(
    "armed",
    select(_deadline.id, _deadline.subject_id, _deadline.rule, _deadline.kind, _deadline.due_at).where(
        _of(_deadline.institution),
        among(_deadline.subject_id, "ids"),
        _armed,
    ),
)
"""(institution, ids): the armed deadlines and reminders of each subject."""

fired = Statement(
    "fired",
    select(_deadline.subject_id, _deadline.rule, _journal.effective_at, _deadline.due_at)
    .join_from(
        table_of(Deadline),
        table_of(Journal),
        and_(
            _journal.institution == _deadline.institution,
            _journal.subject_id == _deadline.subject_id,
            _journal.seq == _deadline.armed_seq,
        ),
    )
    .where(
        _of(_deadline.institution),
        among(_deadline.subject_id, "ids"),
        _deadline.kind == literal_column("'due'"),
        _deadline.status == literal_column("'fired'"),
    )
    .order_by(_deadline.due_at),
)
"""(institution, ids): from when to when the deadlines of each subject ran that fell due."""

due = Statement(
    "due",
    select(
        _deadline.institution,
        _deadline.id,
        _deadline.subject_id,
        _deadline.rule,
        _deadline.kind,
        _deadline.due_at,
        _deadline.derivation,
        _deadline.attempts,
    )
    .where(
        _armed,
        _deadline.due_at <= bindparam("now", type_=Instant()),
        _deadline.attempts < literal_column(str(MOST_ATTEMPTS)),
    )
    .order_by(_deadline.due_at)
    .limit(bindparam("limit", type_=Integer())),
)
"""(now, limit): armed deadlines of all institutions that are due, earliest first; those given up are left out."""

next_due = Statement(
    "next_due",
    select(_deadline.due_at)
    .where(_armed, _deadline.attempts < literal_column(str(MOST_ATTEMPTS)))
    .order_by(_deadline.due_at)
    .limit(literal_column("1")),
)
"""(): the earliest armed due instant of all, if there is one."""

definition = Statement(
    "definition",
    select(_definition.process, _definition.format, _definition.rules_hash, _definition.text).where(
        _of(_definition.institution), _is(_definition.hash, "hash")
    ),
)
"""(institution, hash): a stored definition."""

calendar = Statement(
    "calendar",
    select(_calendar.text).where(_is(_calendar.country, "country"), _is(_calendar.version, "version")),
)
"""(country, version): the canonical text of a stored calendar."""

roles = Statement(
    "roles", select(_grant.role).where(_of(_grant.institution), _is(_grant.user_id, "user")).order_by(_grant.role)
)
"""(institution, user): the roles that the user holds there."""

procedure_by_number = Statement(
    "procedure_by_number",
    select(_procedure.id).where(_of(_procedure.institution), _is(_procedure.number, "number")),
)
"""(institution, number): the id of a procedure."""

application_by_number = Statement(
    "application_by_number",
    select(_application.id).where(
        _of(_application.institution),
        _is(_application.procedure_id, "procedure"),
        _is(_application.register_number, "number"),
    ),
)
"""(institution, procedure, number): the id of an application by its register number."""

applications_of_candidate = Statement(
    "applications_of_candidate",
    select(_application.id, _application.procedure_id, _application.position_id, _application.dossier_id).where(
        _of(_application.institution), _is(_application.candidate_id, "candidate")
    ),
)
"""(institution, candidate): the applications of a candidate in all procedures."""

history = Statement(
    "history",
    select(*[_journal[c] for c in Journal.model_fields])
    .where(_of(_journal.institution), among(_journal.subject_id, "ids"))
    .order_by(_journal.subject_id, _journal.seq),
)
"""(institution, ids): every entry of each subject's journal, all columns, in order of seq."""

texts = Statement(
    "texts",
    select(_text.id, _text.subject_id, _text.seq, _text.field, _text.salt, _text.text)
    .where(_of(_text.institution), among(_text.subject_id, "ids"))
    .order_by(_text.subject_id, _text.seq),
)
"""(institution, ids): the free texts beside each subject's journal."""


def every() -> tuple[Statement, ...]:
    """All statements of this module, for the test that asks the planner."""
    return tuple(v for v in globals().values() if isinstance(v, Statement))
