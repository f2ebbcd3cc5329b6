"""Selects for those who score: a member's own sheets, counts of signatures, and what stands on opened sheets.

Why: a seal must not depend on a page. Every select here that touches a mark or a note names whose it may be: the
member who asks, or sheets that were opened. No parameter widens that.
Never here: a write, a select of marks that are sealed and somebody else's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, func, literal_column, select

from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement, among
from workflow.persistence.tables import (
    Application,
    Candidate,
    CommissionMember,
    ConflictRow,
    FixedThreshold,
    Journal,
    JournalText,
    Mark,
    Position,
    Result,
    Sheet,
    SheetNote,
    StateCount,
    Subject,
    User,
    VerdictRow,
)


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


_application, _candidate, _position, _subject = _c(Application), _c(Candidate), _c(Position), _c(Subject)
_sheet, _mark, _note, _result = _c(Sheet), _c(Mark), _c(SheetNote), _c(Result)
_member, _conflict, _user, _count, _verdict, _journal = (
    _c(CommissionMember),
    _c(ConflictRow),
    _c(User),
    _c(StateCount),
    _c(VerdictRow),
    _c(Journal),
)

_journal_text = _c(JournalText)
_scores = _member.function.in_([literal_column("'chair'"), literal_column("'member'")])

_who = (
    table_of(Application)
    .join(table_of(Subject), and_(_subject.institution == _application.institution, _subject.id == _application.id))
    .join(
        table_of(Position),
        and_(_position.institution == _application.institution, _position.id == _application.position_id),
    )
    .join(
        table_of(Candidate),
        and_(_candidate.institution == _application.institution, _candidate.id == _application.candidate_id),
    )
)
_my_conflict = and_(
    _conflict.institution == _application.institution,
    _conflict.application_id == _application.id,
    _conflict.user_id == _param("user"),
)
_my_sheet = and_(
    _sheet.institution == _application.institution,
    _sheet.application_id == _application.id,
    _sheet.assessment == _param("assessment"),
    _sheet.user_id == _param("user"),
)
_given = (
    select(func.count())
    .select_from(table_of(Mark))
    .where(_mark.institution == _sheet.institution, _mark.sheet_id == _sheet.id, among(_mark.criterion, "asked"))
    .correlate(table_of(Sheet))
    .scalar_subquery()
)

own_grid = Statement(
    "own_grid",
    select(
        _application.id,
        _application.register_number,
        _candidate.name,
        _position.name.label("position"),
        _sheet.signed_at,
        _given.label("given"),
        _conflict.user_id.is_not(None).label("recused"),
    )
    .select_from(_who.outerjoin(table_of(Sheet), _my_sheet).outerjoin(table_of(ConflictRow), _my_conflict))
    .where(_here(_application), _application.procedure_id == _param("procedure"), among(_subject.state, "states"))
    .order_by(_application.register_number, _application.id),
)
"""(institution, procedure, states, assessment, user, asked): the applications to be scored, with how many marks of the
criteria `asked` the user gave each, and whether the user signed or is recused. Nothing of anybody else's sheets."""

own_marks = Statement(
    "own_marks",
    select(_sheet.application_id, _mark.criterion, _mark.value)
    .join_from(
        table_of(Sheet),
        table_of(Mark),
        and_(_mark.institution == _sheet.institution, _mark.sheet_id == _sheet.id),
    )
    .where(
        _here(_sheet),
        among(_sheet.application_id, "ids"),
        _sheet.assessment == _param("assessment"),
        _sheet.user_id == _param("user"),
    ),
)
"""(institution, ids, assessment, user): the marks on the user's own sheets."""

own_notes = Statement(
    "own_notes",
    select(_sheet.application_id, _note.note)
    .join_from(
        table_of(Sheet),
        table_of(SheetNote),
        and_(_note.institution == _sheet.institution, _note.sheet_id == _sheet.id),
    )
    .where(
        _here(_sheet),
        among(_sheet.application_id, "ids"),
        _sheet.assessment == _param("assessment"),
        _sheet.user_id == _param("user"),
    ),
)
"""(institution, ids, assessment, user): the notes on the user's own sheets."""

_signers_conflict = and_(
    _conflict.institution == _sheet.institution,
    _conflict.application_id == _sheet.application_id,
    _conflict.user_id == _sheet.user_id,
)

_signers_seat = and_(
    _member.institution == _sheet.institution,
    _member.procedure_id == _application.procedure_id,
    _member.user_id == _sheet.user_id,
)

signed = Statement(
    "signed",
    select(_sheet.application_id, _sheet.assessment, func.count().label("n"))
    .select_from(
        table_of(Sheet)
        .join(
            table_of(Application),
            and_(_application.institution == _sheet.institution, _application.id == _sheet.application_id),
        )
        .join(table_of(CommissionMember), _signers_seat)
        .outerjoin(table_of(ConflictRow), _signers_conflict)
    )
    .where(
        _here(_sheet),
        among(_sheet.application_id, "ids"),
        _sheet.signed_at.is_not(None),
        _conflict.user_id.is_(None),
        _scores,
    )
    .group_by(_sheet.application_id, _sheet.assessment),
)
"""(institution, ids): how many members have signed each application's sheets; neither the recused nor those who
sit in the commission no more count."""

recused = Statement(
    "recused",
    select(_conflict.application_id, func.count().label("n"))
    .join_from(
        table_of(ConflictRow),
        table_of(CommissionMember),
        and_(
            _member.institution == _conflict.institution,
            _member.procedure_id == _conflict.procedure_id,
            _member.user_id == _conflict.user_id,
        ),
    )
    .where(_here(_conflict), among(_conflict.application_id, "ids"), _scores)
    .group_by(_conflict.application_id),
)
"""(institution, ids): how many scoring members are recused from each application."""

recused_members = Statement(
    "recused_members",
    select(_conflict.application_id, _conflict.user_id, _user.name)
    .join_from(
        table_of(ConflictRow),
        table_of(CommissionMember),
        and_(
            _member.institution == _conflict.institution,
            _member.procedure_id == _conflict.procedure_id,
            _member.user_id == _conflict.user_id,
        ),
    )
    .join(table_of(User), _user.id == _conflict.user_id)
    .where(_here(_conflict), among(_conflict.application_id, "ids"), _scores)
    .order_by(_conflict.application_id, _user.name),
)
"""(institution, ids): the scoring members who are recused from each application, by name."""

is_recused = Statement(
    "is_recused",
    select(_conflict.application_id).where(
        _here(_conflict), among(_conflict.application_id, "ids"), _conflict.user_id == _param("user")
    ),
)
"""(institution, ids, user): those of the applications from which the user is recused."""

recused_from = Statement(
    "recused_from",
    select(_conflict.application_id).where(
        _here(_conflict), _conflict.procedure_id == _param("procedure"), _conflict.user_id == _param("user")
    ),
)
"""(institution, procedure, user): the applications of the procedure from which the user is recused."""

opened_marks = Statement(
    "opened_marks",
    select(
        _sheet.application_id,
        _sheet.assessment,
        _sheet.user_id,
        _user.name,
        _sheet.signed_at,
        _mark.criterion,
        _mark.value,
    )
    .select_from(
        table_of(Sheet)
        .join(table_of(Mark), and_(_mark.institution == _sheet.institution, _mark.sheet_id == _sheet.id))
        .join(table_of(User), _user.id == _sheet.user_id)
    )
    .where(_here(_sheet), among(_sheet.application_id, "ids"), _sheet.opened_at.is_not(None))
    .order_by(_sheet.application_id, _sheet.assessment, _user.name, _sheet.user_id),
)
"""(institution, ids): every mark on opened sheets, with who gave it, by members' names."""

openings = Statement(
    "openings",
    select(_journal.subject_id, _journal.parameters)
    .where(
        _here(_journal),
        among(_journal.subject_id, "ids"),
        among(_journal.act, "acts"),
        _journal.kind == literal_column("'transition'"),
    )
    .order_by(_journal.subject_id, _journal.seq),
)
"""(institution, ids, acts): the entries by which those acts opened sheets, with the functions that counted."""

signatures = Statement(
    "signatures",
    select(_journal.subject_id, _journal.act, _journal.actor, _journal.parameters)
    .where(
        _here(_journal),
        among(_journal.subject_id, "ids"),
        _journal.act.in_([literal_column("'sign_sheet'"), literal_column("'change_sheet'")]),
        _journal.kind == literal_column("'record'"),
    )
    .order_by(_journal.subject_id, _journal.seq),
)
"""(institution, ids): the entries by which sheets were signed or changed, in their order; of sealed ones the digest."""

changes = Statement(
    "changes",
    select(_journal.effective_at, _journal.actor, _user.name, _journal.parameters, _journal_text.text)
    .select_from(
        table_of(Journal)
        .outerjoin(table_of(User), _user.id == _journal.actor)
        .outerjoin(
            table_of(JournalText),
            and_(
                _journal_text.institution == _journal.institution,
                _journal_text.subject_id == _journal.subject_id,
                _journal_text.seq == _journal.seq,
                _journal_text.field == literal_column("'reason'"),
            ),
        )
    )
    .where(
        _here(_journal),
        among(_journal.subject_id, "ids"),
        _journal.act == literal_column("'change_sheet'"),
        _journal.kind == literal_column("'record'"),
    )
    .order_by(_journal.subject_id, _journal.seq),
)
"""(institution, ids): how signed sheets were changed, in order, with who did it and why; no marks of sealed ones."""

opened_notes = Statement(
    "opened_notes",
    select(_sheet.application_id, _sheet.assessment, _sheet.user_id, _note.note)
    .join_from(
        table_of(Sheet),
        table_of(SheetNote),
        and_(_note.institution == _sheet.institution, _note.sheet_id == _sheet.id),
    )
    .where(_here(_sheet), among(_sheet.application_id, "ids"), _sheet.opened_at.is_not(None)),
)
"""(institution, ids): the notes on opened sheets."""

opened_results = Statement(
    "opened_results",
    select(
        _application.id,
        _application.register_number,
        _candidate.name,
        _position.name.label("position"),
        _result.shown,
    )
    .select_from(
        _who.join(
            table_of(Result),
            and_(
                _result.institution == _application.institution,
                _result.application_id == _application.id,
                _result.assessment == _param("assessment"),
            ),
        ).outerjoin(table_of(ConflictRow), _my_conflict)
    )
    .where(
        _here(_application),
        _application.procedure_id == _param("procedure"),
        _application.register_number > _param("after"),
        _conflict.user_id.is_(None),
    )
    .order_by(_application.register_number)
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, procedure, assessment, user, after, limit): a page of results by register number; those from which the
user is recused are left out. A result exists only once the sheets are opened."""

_fixed = _c(FixedThreshold)

fixed_thresholds = Statement(
    "fixed_thresholds",
    select(_fixed.assessment, _fixed.value, _fixed.fixed_at).where(
        _here(_fixed), _fixed.procedure_id == _param("procedure")
    ),
)
"""(institution, procedure): the pass marks that its commission has fixed."""

all_results = Statement(
    "all_results",
    select(
        _application.id,
        _application.register_number,
        _candidate.name,
        _position.name.label("position"),
        _result.value,
        _result.shown,
        _result.criteria,
    )
    .select_from(
        _who.join(
            table_of(Result),
            and_(
                _result.institution == _application.institution,
                _result.application_id == _application.id,
                _result.assessment == _param("assessment"),
            ),
        )
    )
    .where(_here(_application), _application.procedure_id == _param("procedure"))
    .order_by(_application.register_number, _application.id),
)
"""(institution, procedure, assessment): every result of an assessment. A result exists only once sheets are opened."""

threshold_entries = Statement(
    "threshold_entries",
    select(_journal.effective_at, _user.name, _journal.parameters, _journal_text.text)
    .select_from(
        table_of(Journal)
        .outerjoin(table_of(User), _user.id == _journal.actor)
        .outerjoin(
            table_of(JournalText),
            and_(
                _journal_text.institution == _journal.institution,
                _journal_text.subject_id == _journal.subject_id,
                _journal_text.seq == _journal.seq,
                _journal_text.field == literal_column("'reason'"),
            ),
        )
    )
    .where(
        _here(_journal),
        _journal.subject_id == _param("procedure"),
        _journal.act == literal_column("'fix_threshold'"),
    )
    .order_by(_journal.seq),
)
"""(institution, procedure): when pass marks were fixed, by whom, which, and why."""

counts = Statement(
    "counts",
    select(_count.procedure_id, _position.name.label("position"), _count.state, func.sum(_count.n).label("n"))
    .join_from(
        table_of(StateCount),
        table_of(Position),
        and_(_position.institution == _count.institution, _position.id == _count.position_id),
    )
    .where(_here(_count), among(_count.procedure_id, "ids"))
    .group_by(_count.procedure_id, _position.name, _count.state),
)
"""(institution, ids of procedures): how many applications stand in each state, by position; from the kept counts."""

_in_state = table_of(Application).join(
    table_of(Subject), and_(_subject.institution == _application.institution, _subject.id == _application.id)
)

own_signed = Statement(
    "own_signed",
    select(_application.procedure_id, _sheet.assessment, _subject.state, func.count(_sheet.signed_at).label("n"))
    .select_from(
        # An outer join, because a planner may otherwise begin with every sheet of the institution.
        _in_state.outerjoin(
            table_of(Sheet),
            and_(
                _sheet.institution == _application.institution,
                _sheet.application_id == _application.id,
                _sheet.user_id == _param("user"),
            ),
        ).outerjoin(table_of(ConflictRow), _my_conflict)
    )
    .where(
        _here(_application),
        among(_application.procedure_id, "ids"),
        among(_subject.state, "states"),
        _conflict.user_id.is_(None),
    )
    .group_by(_application.procedure_id, _sheet.assessment, _subject.state),
)
"""(institution, ids of procedures, states, user): how many sheets the user has signed, by assessment and state of the
application; a row without an assessment stands for applications without a sheet."""

own_conflicts = Statement(
    "own_conflicts",
    select(_application.procedure_id, _position.name.label("position"), _subject.state, func.count().label("n"))
    .select_from(
        _in_state.join(
            table_of(Position),
            and_(_position.institution == _application.institution, _position.id == _application.position_id),
        ).join(table_of(ConflictRow), _my_conflict)
    )
    .where(_here(_application), among(_application.procedure_id, "ids"))
    .group_by(_application.procedure_id, _position.name, _subject.state),
)
"""(institution, ids of procedures, user): from how many applications the user is recused, by position and state."""

to_judge = Statement(
    "to_judge",
    select(
        _application.id,
        _application.register_number,
        _candidate.name,
        _position.name.label("position"),
        select(func.count())
        .select_from(table_of(VerdictRow))
        .where(_verdict.institution == _application.institution, _verdict.application_id == _application.id)
        .correlate(table_of(Application))
        .scalar_subquery()
        .label("judged"),
    )
    .select_from(_who.outerjoin(table_of(ConflictRow), _my_conflict))
    .where(
        _here(_application),
        _application.procedure_id == _param("procedure"),
        _application.register_number > _param("after"),
        among(_subject.state, "states"),
        _conflict.user_id.is_(None),
    )
    .order_by(_application.register_number)
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, procedure, states, user, after, limit): a page of applications whose papers are to be judged, with how
many verdicts were given; those from which the user is recused are left out."""
