"""Selects that are not on the way of a single transition: registers, people, lists, histories, checks of outcomes.

Why: they are compiled and run like the hot ones, but a reader of statements.py need not wade through them.
Never here: a write, a decision.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Select, String, Text, and_, bindparam, func, literal_column, or_, select, union_all
from sqlalchemy import cast as as_type

from notifications.outbox import Outbox
from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement, among
from workflow.persistence.tables import (
    Application,
    Candidate,
    Certificate,
    CommissionMember,
    Deadline,
    Document,
    Dossier,
    Institution,
    Journal,
    JournalText,
    Place,
    Position,
    Procedure,
    Residence,
    RoleGrant,
    Subject,
    User,
)


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


_application, _candidate, _certificate = _c(Application), _c(Candidate), _c(Certificate)
_member, _deadline, _dossier, _journal, _text = (
    _c(CommissionMember),
    _c(Deadline),
    _c(Dossier),
    _c(Journal),
    _c(JournalText),
)
_document = _c(Document)
_place, _position, _procedure = _c(Place), _c(Position), _c(Procedure)
_residence = _c(Residence)
_grant, _subject, _user, _outbox = _c(RoleGrant), _c(Subject), _c(User), _c(Outbox)


def _by_id(columns: Any, *shown: Any) -> Select[Any]:
    return select(*shown).where(_here(columns), columns.id == _param("id"))


candidate = Statement(
    "candidate",
    _by_id(
        _candidate, _candidate.name, _candidate.email, _candidate.phone, _candidate.address, _candidate.language
    ).with_for_update(),
)
"""(institution, id): who a candidate is and how to write to them; locked, so that nobody is registered for somebody who
is being merged with another."""

candidate_of = Statement("candidate_of", _by_id(_application, _application.candidate_id))
"""(institution, id): the candidate of an application."""

dossier = Statement(
    "dossier",
    select(_dossier.id, _document.name)
    .select_from(
        table_of(Dossier).outerjoin(
            table_of(Document),
            and_(
                _document.institution == _dossier.institution,
                _document.dossier_id == _dossier.id,
                _document.application_id == literal_column("''"),
            ),
        )
    )
    .where(_here(_dossier), _dossier.procedure_id == _param("procedure"), _dossier.candidate_id == _param("candidate")),
)
"""(institution, procedure, candidate): the candidate's document set in a procedure, a row for each shared document."""

register_last = Statement("register_last", _by_id(_procedure, _procedure.register_last))
"""(institution, id): the last register number that a procedure has given."""

last_certificate = Statement(
    "last_certificate",
    select(_certificate.number)
    .where(_here(_certificate), _certificate.number.like(_param("prefix")))
    .order_by(_certificate.number.desc())
    .limit(1),
)
"""(institution, prefix with %): the highest certificate number of that prefix."""

certificates = Statement(
    "certificates",
    select(_certificate.application_id, _certificate.number, _certificate.hours, _certificate.issued_at).where(
        _here(_certificate), among(_certificate.application_id, "ids")
    ),
)
"""(institution, ids): the certificates of those applications."""

grounds = Statement(
    "grounds",
    select(_journal.subject_id, _journal.seq, _journal.parameters, _text.field, _text.text)
    .select_from(
        table_of(Journal)
        .join(
            table_of(Subject),
            and_(
                _subject.institution == _journal.institution,
                _subject.id == _journal.subject_id,
                _subject.state == _journal.to_state,
            ),
        )
        .outerjoin(
            table_of(JournalText),
            and_(
                _text.institution == _journal.institution,
                _text.subject_id == _journal.subject_id,
                _text.seq == _journal.seq,
            ),
        )
    )
    .where(_here(_journal), among(_journal.subject_id, "ids"), _journal.kind == literal_column("'transition'"))
    .order_by(_journal.subject_id, _journal.seq),
)
"""(institution, ids): the entries by which subjects came to stand where they stand, with their texts."""

last_reasons = Statement(
    "last_reasons",
    select(_text.subject_id, _text.text)
    .select_from(
        table_of(JournalText).join(
            table_of(Journal),
            and_(
                _journal.institution == _text.institution,
                _journal.subject_id == _text.subject_id,
                _journal.seq == _text.seq,
            ),
        )
    )
    .where(
        _here(_text),
        among(_text.subject_id, "ids"),
        _text.field == literal_column("'reason'"),
        _journal.kind == literal_column("'transition'"),
    )
    .order_by(_text.subject_id, _text.seq),
)
"""(institution, ids): the reasons that were given with moves of those subjects, in order."""

residences = Statement(
    "residences",
    select(_residence.candidate_id, _residence.town).where(_here(_residence), among(_residence.candidate_id, "ids")),
)
"""(institution, ids): where those candidates live, as far as it is known."""

towns = Statement(
    "towns",
    select(_application.id, _residence.town)
    .select_from(
        table_of(Application).join(
            table_of(Residence),
            and_(
                _residence.institution == _application.institution,
                _residence.candidate_id == _application.candidate_id,
            ),
        )
    )
    .where(_here(_application), among(_application.id, "ids")),
)
"""(institution, ids): where the candidates of those applications live, as far as it is known."""

user = Statement("user", select(_user.id, _user.name, _user.email).where(_user.id == _param("user")))
"""(user): a user."""

roles = Statement(
    "roles_and_functions",
    union_all(
        select(_grant.role).where(_here(_grant), _grant.user_id == _param("user")),
        select(_member.function).where(
            _here(_member), _member.user_id == _param("user"), _member.procedure_id == _param("procedure")
        ),
    ),  # type: ignore[arg-type]
)
"""(institution, user, procedure): the roles a user holds there, and the functions in the procedure's commission."""

holders = Statement(
    "holders",
    select(_user.id, _user.name, _user.email, _user.language)
    .where(
        or_(
            _user.id.in_(select(_grant.user_id).where(_here(_grant), _grant.role == _param("role"))),
            _user.id.in_(
                select(_member.user_id).where(
                    _here(_member),
                    _member.procedure_id == _param("procedure"),
                    or_(
                        _member.function == _param("role"),
                        and_(
                            _param("role") == literal_column("'commission'"),
                            _member.function.in_([literal_column("'chair'"), literal_column("'member'")]),
                        ),
                    ),
                )
            ),
        )
    )
    .order_by(_user.id),
)
"""(institution, procedure, role): everybody who holds a role in the institution or in the procedure's commission."""

commission = Statement(
    "commission",
    select(_member.user_id, _member.function).where(_here(_member), _member.procedure_id == _param("procedure")),
)
"""(institution, procedure): the commission's members and their functions."""

positions = Statement(
    "positions",
    select(_position.id, _position.name, _position.seats, _subject.state)
    .join_from(
        table_of(Position),
        table_of(Subject),
        and_(_subject.institution == _position.institution, _subject.id == _position.id),
    )
    .where(_here(_position), _position.procedure_id == _param("procedure"))
    .order_by(_position.id),
)
"""(institution, procedure): the procedure's positions, in the order of the announcement."""

procedures = Statement(
    "procedures",
    select(
        _procedure.id,
        _procedure.number,
        _procedure.process,
        _subject.state,
        _procedure.definition_hash,
        _procedure.predecessor_id,
        _subject.created_at,
    )
    .join_from(
        table_of(Procedure),
        table_of(Subject),
        and_(_subject.institution == _procedure.institution, _subject.id == _procedure.id),
    )
    .where(_here(_procedure))
    .order_by(_procedure.id),
)
"""(institution): every procedure, oldest first."""

applications = Statement(
    "applications",
    select(
        _application.id,
        _application.register_number,
        _candidate.name,
        _position.name.label("position"),
        _subject.state,
        _application.received_at,
        _subject.entered_at,
    )
    .select_from(
        table_of(Application)
        .join(
            table_of(Subject),
            and_(_subject.institution == _application.institution, _subject.id == _application.id),
        )
        .join(
            table_of(Position),
            and_(_position.institution == _application.institution, _position.id == _application.position_id),
        )
        .join(
            table_of(Candidate),
            and_(_candidate.institution == _application.institution, _candidate.id == _application.candidate_id),
        )
    )
    .where(
        _here(_application),
        _application.procedure_id == _param("procedure"),
        _application.register_number > _param("after"),
    )
    .order_by(_application.register_number)
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, procedure, after, limit): a page of a procedure's applications by register number."""

state = Statement("state", _by_id(_subject, _subject.state, _subject.version))
"""(institution, id): where a subject stands."""

ranking = Statement(
    "ranking",
    select(
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
    .where(_here(_place), _place.position_id == _param("position"))
    .order_by(_place.place, _application.register_number),
)
"""(institution, position): the ranking list of a position, in order."""

deadlines_of = Statement(
    "deadlines_of",
    select(
        _deadline.id,
        _deadline.rule,
        _deadline.due_at,
        _deadline.kind,
        _deadline.status,
        _deadline.derivation,
        _deadline.fired_at,
        _deadline.error,
    )
    .where(_here(_deadline), _deadline.subject_id == _param("subject"))
    .order_by(_deadline.armed_seq, _deadline.due_at, _deadline.id),
)
"""(institution, subject): every deadline of a subject, as armed one after another."""

deadlines_armed = Statement(
    "deadlines_armed",
    select(
        _deadline.institution,
        _deadline.id,
        _deadline.subject_id,
        _deadline.rule,
        _deadline.kind,
        _deadline.due_at,
        _deadline.attempts,
        _deadline.error,
    )
    .where(_deadline.status == literal_column("'armed'"))
    .order_by(_deadline.due_at, _deadline.id)
    .limit(bindparam("limit", type_=Integer())),
)
"""(limit): the armed deadlines that fall due next, of all institutions."""

deadlines_given_up = Statement(
    "deadlines_given_up",
    select(_deadline.institution, _deadline.id).where(
        _deadline.status == literal_column("'armed'"), _deadline.attempts >= bindparam("tries", type_=Integer())
    ),
)
"""(tries): the armed deadlines that failed so often that they are no longer swept."""

outbox_in_order = Statement(
    "outbox_in_order",
    select(_outbox.recipient, _outbox.notice, _outbox.language, _outbox.channel)
    .where(_outbox.owner == _param("institution"))
    .order_by(_outbox.id),
)
"""(institution): every notice, in the order in which they were written."""

outbox_page = Statement(
    "outbox_page",
    select(
        _outbox.owner,
        _outbox.id,
        _outbox.created_at,
        _outbox.notice,
        _outbox.language,
        _outbox.channel,
        _outbox.name,
        _outbox.subject,
        _outbox.state,
        _outbox.attempts,
        _outbox.error,
    )
    .where(among(_outbox.state, "states"), _outbox.id > _param("after"))
    .order_by(_outbox.id)
    .limit(bindparam("limit", type_=Integer())),
)
"""(states, after, limit): a page of the outbox of all institutions, oldest first."""

outbox_counts = Statement(
    "outbox_counts",
    select(_outbox.notice, _outbox.language, _outbox.channel, _outbox.state, func.count().label("n"))
    .where(_outbox.owner == _param("institution"))
    .group_by(_outbox.notice, _outbox.language, _outbox.channel, _outbox.state)
    .order_by(_outbox.notice, _outbox.language),
)
"""(institution): how many notices of each kind, language, channel and state."""

states = Statement(
    "states",
    select(_subject.state, func.count().label("n"))
    .where(
        _here(_subject), _subject.procedure_id == _param("procedure"), _subject.kind == literal_column("'application'")
    )
    .group_by(_subject.state),
)
"""(institution, procedure): how many of its applications stand in each state."""

walked = Statement(
    "walked",
    select(_subject.kind, _journal.act, _journal.to_state, _journal.rule, _journal.parameters, _journal.effects)
    .join_from(
        table_of(Journal),
        table_of(Subject),
        and_(_subject.institution == _journal.institution, _subject.id == _journal.subject_id),
    )
    .where(_here(_journal)),
)
"""(institution): every journal entry with the kind of its subject."""

journals = Statement(
    "journals",
    select(_subject.institution, _subject.id, _subject.kind, _subject.seq, _subject.head)
    .where(
        or_(_param("institution") == literal_column("''"), _subject.institution == _param("institution")),
        _subject.id > _param("after"),
    )
    .order_by(_subject.id)
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution or '', after, limit): a page of subjects with the heads of their journals."""

subject_ids = Statement(
    "subject_ids",
    select(_subject.id, _subject.kind, _subject.state, _subject.procedure_id)
    .where(_here(_subject), as_type(_subject.id, String).like(_param("prefix")))
    .order_by(_subject.id)
    .limit(2),
)
"""(institution, prefix with %): the subjects whose id begins so (two are enough to know that it is ambiguous)."""

applications_by_number = Statement(
    "applications_by_number",
    select(_application.id, _application.procedure_id).where(
        _here(_application), _application.register_number == _param("number")
    ),
)
"""(institution, number): the applications that carry a register number, in all procedures."""

institutions = Statement("institutions", select(_c(Institution).id).order_by(_c(Institution).id))
"""(): every institution that has rows."""
