"""Selects for the papers of a procedure: its publications with their versions, its protocol with its signatures.

Never here: a write, a decision.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, exists, literal_column, select, union

from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement, among
from workflow.persistence.tables import CommissionMember, Journal, Protocol, ProtocolSignature, Publication, User


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _number(name: str) -> Any:
    return bindparam(name, type_=Integer())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


_publication, _protocol, _signature = _c(Publication), _c(Protocol), _c(ProtocolSignature)
_journal, _member, _user = _c(Journal), _c(CommissionMember), _c(User)

_SHOWN = (
    _publication.number,
    _publication.version,
    _publication.name,
    _publication.digest,
    _publication.made_at,
    _publication.made_by,
    _publication.approved_by,
    _publication.published_at,
    _publication.until_at,
    _publication.withdrawn_at,
)

publications = Statement(
    "publications",
    select(*_SHOWN)
    .where(_here(_publication), _publication.procedure_id == _param("procedure"))
    .order_by(_publication.number, _publication.version),
)
"""(institution, procedure): every version of its publications, in order, without what they show."""

publication = Statement(
    "publication",
    select(*_SHOWN, _publication.id, _publication.content, _publication.entry_subject, _publication.entry_seq)
    .where(
        _here(_publication),
        _publication.procedure_id == _param("procedure"),
        _publication.number == _number("number"),
    )
    .order_by(_publication.version),
)
"""(institution, procedure, number): every version of one publication as it was shown, the first one first."""

last_publication = Statement(
    "last_publication",
    select(_publication.number)
    .where(_here(_publication), _publication.procedure_id == _param("id"))
    .order_by(_publication.number.desc())
    .limit(1),
)
"""(institution, id of a procedure): the number of its last publication."""

standing = Statement(
    "standing_publications",
    select(_publication.id, _publication.number, _publication.until_at).where(
        _here(_publication),
        _publication.procedure_id == _param("procedure"),
        _publication.name == _param("name"),
        _publication.withdrawn_at.is_(None),
    ),
)
"""(institution, procedure, name): the publications of that name that nobody has taken down."""

entry = Statement(
    "entry_of_a_paper",
    select(_journal.effects, _journal.parameters).where(
        _here(_journal), _journal.subject_id == _param("subject"), _journal.seq == _number("seq")
    ),
)
"""(institution, subject, seq): what one entry of a journal says."""


protocols = Statement(
    "protocols",
    select(
        _protocol.version,
        _protocol.id,
        _protocol.digest,
        _protocol.entry_seq,
        _protocol.drawn_up_by,
        _protocol.drawn_up_at,
        _protocol.final_at,
        _user.name,
    )
    .select_from(table_of(Protocol).outerjoin(table_of(User), _user.id == _protocol.drawn_up_by))
    .where(_here(_protocol), _protocol.procedure_id == _param("procedure"))
    .order_by(_protocol.version),
)
"""(institution, procedure): every version of its protocol, in order, without what it says."""

protocol_content = Statement(
    "protocol_content",
    select(_protocol.content).where(_here(_protocol), _protocol.id == _param("id")),
)
"""(institution, id): what one version of a protocol says."""

signatures = Statement(
    "protocol_signatures",
    select(_signature.user_id, _signature.signed_at, _signature.remark)
    .where(_here(_signature), _signature.protocol_id == _param("id"))
    .order_by(_signature.signed_at, _signature.user_id),
)
"""(institution, id): who has signed a version of a protocol, when, with which remark."""

_later = table_of(Protocol).alias("later")

papers = Statement(
    "papers",
    union(
        select(_publication.procedure_id, _publication.name).where(
            _here(_publication), among(_publication.procedure_id, "ids"), _publication.published_at.is_not(None)
        ),
        select(_protocol.procedure_id, literal_column("''")).where(
            _here(_protocol),
            among(_protocol.procedure_id, "ids"),
            _protocol.final_at.is_not(None),
            ~exists().where(
                _later.c.institution == _protocol.institution,
                _later.c.procedure_id == _protocol.procedure_id,
                _later.c.version > _protocol.version,
            ),
        ),
    ),  # type: ignore[arg-type]
)
"""(institution, ids): the publications of each procedure that were shown; '' when its newest protocol is final."""

commission = Statement(
    "commission_by_name",
    select(_member.user_id, _user.name, _member.function, _member.order_number)
    .select_from(table_of(CommissionMember).outerjoin(table_of(User), and_(_user.id == _member.user_id)))
    .where(_here(_member), _member.procedure_id == _param("procedure"))
    .order_by(_member.function, _user.name, _member.user_id),
)
"""(institution, procedure): the commission with names and order numbers."""


def every() -> tuple[Statement, ...]:
    """All statements of this module, for the test that asks the planner."""
    return tuple(v for v in globals().values() if isinstance(v, Statement))
