"""Selects of the page of one application: what was handed in, judged and checked, its journal, mails and neighbours.

Why: the page costs the same few statements whatever stands in the file, so what is many small lists comes as one.
Never here: a write, a decision, who may see it (engine/access.py).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, case, literal_column, null, or_, select, union_all
from sqlalchemy import cast as as_type

from notifications.instant import Instant
from notifications.outbox import Outbox
from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement, among
from workflow.persistence.tables import (
    Application,
    Candidate,
    Certificate,
    CheckResult,
    ConflictRow,
    Deadline,
    Document,
    DocumentFile,
    Journal,
    JournalText,
    PartDone,
    Residence,
    Result,
    Sheet,
    StoredFile,
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


_application, _candidate, _document, _verdict = _c(Application), _c(Candidate), _c(Document), _c(VerdictRow)
_check, _part, _result, _conflict, _sheet = _c(CheckResult), _c(PartDone), _c(Result), _c(ConflictRow), _c(Sheet)
_certificate, _file, _bytes = _c(Certificate), _c(DocumentFile), _c(StoredFile)
_journal, _text, _deadline, _subject, _user = _c(Journal), _c(JournalText), _c(Deadline), _c(Subject), _c(User)
_outbox, _residence = _c(Outbox), _c(Residence)


def _row(what: str, *, of: Any, name: Any, flag: Any = None, n: Any = None, at: Any = None, a: Any, b: Any) -> Any:
    """One line of `contents`: every list has its own meaning for the same seven columns."""
    yes = as_type(null(), Integer) if flag is None else case((flag, 1), else_=0)
    return select(
        literal_column(f"'{what}'").label("what"),
        as_type(name, Text).label("name"),
        yes.label("flag"),
        (as_type(null(), Integer) if n is None else n).label("n"),
        (as_type(null(), Instant()) if at is None else at).label("at"),
        as_type(a, Text).label("a"),
        as_type(b, Text).label("b"),
    ).select_from(of)


def _of_application(columns: Any) -> Any:
    return and_(_here(columns), columns.application_id == _param("id"))


def _by(model: Any, user: Any) -> Any:
    return table_of(model).outerjoin(table_of(User), _user.id == user)


contents = Statement(
    "application_contents",
    union_all(
        _row(
            "document",
            of=_by(Document, _document.seen_by),
            name=_document.name,
            n=_document.pages,
            at=_document.received_at,
            a=_user.name,
            b=_document.wording,
        ).where(
            _here(_document),
            _document.dossier_id == _param("dossier"),
            or_(_document.application_id == literal_column("''"), _document.application_id == _param("id")),
        ),
        _row(
            "verdict",
            of=_by(VerdictRow, _verdict.given_by),
            name=_verdict.item,
            flag=_verdict.ok,
            at=_verdict.given_at,
            a=_verdict.ground,
            b=_user.name,
        ).where(_of_application(_verdict)),
        _row(
            "check",
            of=table_of(CheckResult),
            name=_check.name,
            flag=_check.passed,
            at=_check.recorded_at,
            a=_check.valid_until,
            b=null(),
        ).where(_of_application(_check)),
        _row("part", of=table_of(PartDone), name=_part.part, a=_part.hours, b=_part.done_on).where(
            _of_application(_part)
        ),
        _row(
            "result", of=table_of(Result), name=_result.assessment, n=_result.members, a=_result.shown, b=null()
        ).where(_of_application(_result)),
        _row(
            "sheet",
            of=table_of(Sheet),
            name=_sheet.assessment,
            flag=_sheet.opened_at.is_not(None),
            at=_sheet.signed_at,
            a=_sheet.user_id,
            b=null(),
        ).where(_of_application(_sheet)),
        _row("conflict", of=_by(ConflictRow, _conflict.user_id), name=_conflict.user_id, a=_user.name, b=null()).where(
            _of_application(_conflict)
        ),
        _row(
            "certificate",
            of=table_of(Certificate),
            name=_certificate.number,
            at=_certificate.issued_at,
            a=_certificate.hours,
            b=null(),
        ).where(_of_application(_certificate)),
        _row(
            "person",
            of=table_of(Candidate).outerjoin(
                table_of(Residence),
                and_(_residence.institution == _candidate.institution, _residence.candidate_id == _candidate.id),
            ),
            name=_candidate.phone,
            at=_candidate.erased_at,
            a=_residence.town,
            b=null(),
        ).where(_here(_candidate), _candidate.id == _param("candidate")),
    ),  # type: ignore[arg-type]
)
"""(institution, id, dossier, candidate): all that lies in an application's file, a row for each thing.

document: name, n pages, at. verdict: item, flag ok, at, a ground, b who. check: name, flag passed, at, a valid until.
part: name, a hours, b day. result: assessment, n members, a shown. sheet: assessment, flag opened, at signed, a user.
conflict: user, a name. certificate: number, at, a hours. person: telephone, at of erasure, a town.
"""

files = Statement(
    "application_files",
    select(
        _file.id,
        _file.document,
        _file.name,
        _file.sha256,
        _bytes.size,
        _bytes.type,
        _file.added_at,
        _user.name.label("added_by"),
        _file.application_id,
    )
    .select_from(
        table_of(DocumentFile)
        .join(table_of(StoredFile), and_(_bytes.institution == _file.institution, _bytes.sha256 == _file.sha256))
        .outerjoin(table_of(User), _user.id == _file.added_by)
    )
    .where(_here(_file), _file.dossier_id == _param("dossier"))
    .order_by(_file.id.desc()),
)
"""(institution, dossier): the files of a dossier, newest first."""

dossier_documents = Statement(
    "dossier_documents",
    select(
        _document.dossier_id,
        _document.name,
        _document.application_id,
        _document.received_at,
        _document.pages,
        _document.seen_by,
        _document.wording,
    ).where(_here(_document), among(_document.dossier_id, "ids")),
)
"""(institution, ids): every document of those dossiers."""

dossier_files = Statement(
    "dossier_files", select(_file.id).where(_here(_file), _file.dossier_id == _param("id")).order_by(_file.id)
)
"""(institution, id): the files that lie in a dossier."""

file = Statement(
    "application_file",
    select(_file.document, _file.name, _file.sha256, _bytes.size, _bytes.type, _file.dossier_id, _file.application_id)
    .select_from(
        table_of(DocumentFile).join(
            table_of(StoredFile), and_(_bytes.institution == _file.institution, _bytes.sha256 == _file.sha256)
        )
    )
    .where(_here(_file), _file.id == _param("id")),
)
"""(institution, id): one file of a document."""

stored_file = Statement("stored_file", select(_bytes.size).where(_here(_bytes), _bytes.sha256 == _param("sha256")))
"""(institution, sha256): whether bytes are kept."""

_newest = (
    select(
        _journal.seq,
        _journal.kind,
        _journal.act,
        _journal.from_state,
        _journal.to_state,
        _journal.effective_at,
        _journal.recorded_at,
        _journal.actor,
        _user.name.label("name"),
        _journal.role,
        _journal.parameters,
        _journal.effects,
    )
    .select_from(table_of(Journal).outerjoin(table_of(User), _user.id == _journal.actor))
    .where(_here(_journal), _journal.subject_id == _param("id"), _journal.seq < bindparam("before", type_=Integer()))
    .order_by(_journal.seq.desc())
    .limit(bindparam("limit", type_=Integer()))
    .subquery("newest")
)
journal = Statement(
    "application_journal",
    select(*_newest.c, _text.field, _text.text)
    .select_from(
        _newest.outerjoin(
            table_of(JournalText),
            and_(_here(_text), _text.subject_id == _param("id"), _text.seq == _newest.c.seq),
        )
    )
    .order_by(_newest.c.seq.desc(), _text.id),
)
"""(institution, id, before, limit): the newest entries of a subject before a number, newest first, a row a text."""

mails = Statement(
    "application_mails",
    select(
        _outbox.id,
        _outbox.reference,
        _outbox.notice,
        _outbox.language,
        _outbox.channel,
        _outbox.name,
        _outbox.address,
        _outbox.subject,
        _outbox.body,
        _outbox.state,
        _outbox.created_at,
        _outbox.sent_at,
        _outbox.error,
        _outbox.recipient,
    )
    .where(_outbox.owner == _param("institution"), among(_outbox.reference, "references"))
    .order_by(_outbox.id),
)
"""(institution, references): what was written about those entries, each reference `subject/number`."""

deadlines = Statement(
    "application_deadlines",
    select(
        _deadline.id,
        _deadline.subject_id,
        _deadline.rule,
        _deadline.kind,
        _deadline.due_at,
        _deadline.derivation,
    )
    .where(_here(_deadline), among(_deadline.subject_id, "ids"), _deadline.status == literal_column("'armed'"))
    .order_by(_deadline.due_at, _deadline.id),
)
"""(institution, ids): what is armed on those subjects, the next first."""


def _neighbour(which: str, beyond: Any, order: Any) -> Any:
    found = (
        select(_application.id.label("id"), literal_column(f"'{which}'").label("side"))
        .select_from(
            table_of(Application).join(
                table_of(Subject),
                and_(_subject.institution == _application.institution, _subject.id == _application.id),
            )
        )
        .where(
            _here(_application),
            _application.procedure_id == _param("procedure"),
            beyond,
            _subject.state == _param("state"),
        )
        .order_by(order)
        .limit(1)
        .subquery(which)
    )
    return select(found.c.side, found.c.id)


_number = _application.register_number
neighbours = Statement(
    "application_neighbours",
    union_all(
        _neighbour("before", _number < _param("number"), _number.desc()),
        _neighbour("after", _number > _param("number"), _number),
    ),  # type: ignore[arg-type]
)
"""(institution, procedure, number, state): the applications of a procedure before and after this one in that state, by
register number."""
