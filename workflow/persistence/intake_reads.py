"""Selects for the register: who is known already, and what they applied for.

Never here: a write, searching by the beginning of a name.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, literal_column, select

from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement, among
from workflow.persistence.tables import Application, Candidate, NamePart, Position, Procedure, Subject


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


_application, _candidate, _position, _procedure, _subject = (
    _c(Application),
    _c(Candidate),
    _c(Position),
    _c(Procedure),
    _c(Subject),
)
_part = _c(NamePart)
_PERSON = (
    _candidate.id,
    _candidate.name,
    _candidate.email,
    _candidate.phone,
    _candidate.address,
    _candidate.language,
)
people = Statement(
    "people",
    select(*_PERSON).where(_candidate.institution == _param("institution"), among(_candidate.id, "ids")),
)
"""(institution, ids): candidates, with how they are reached."""

people_by_email = Statement(
    "people_by_email",
    select(*_PERSON)
    .where(_candidate.institution == _param("institution"), among(_candidate.email, "emails"))
    .order_by(_candidate.id.desc())
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, emails, limit): the newest candidates with one of those e-mail addresses, as written."""

people_by_name = Statement(
    "people_by_name",
    select(*_PERSON)
    .select_from(
        table_of(NamePart).join(
            table_of(Candidate),
            and_(_candidate.institution == _part.institution, _candidate.id == _part.candidate_id),
        )
    )
    .where(_part.institution == _param("institution"), among(_part.part, "names"), _part.number == literal_column("0"))
    .order_by(_part.candidate_id.desc())
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, names, limit): the newest candidates whose whole name, folded, is one of those."""

applications_of_people = Statement(
    "applications_of_people",
    select(
        _application.id,
        _application.candidate_id,
        _application.procedure_id,
        _application.position_id,
        _application.register_number,
        _application.received_at,
        _position.name.label("position"),
        _procedure.number.label("procedure"),
        _procedure.process,
        _subject.state,
    )
    .select_from(
        table_of(Application)
        .join(
            table_of(Position),
            and_(_position.institution == _application.institution, _position.id == _application.position_id),
        )
        .join(
            table_of(Procedure),
            and_(_procedure.institution == _application.institution, _procedure.id == _application.procedure_id),
        )
        .join(
            table_of(Subject),
            and_(_subject.institution == _application.institution, _subject.id == _application.id),
        )
    )
    .where(_application.institution == _param("institution"), among(_application.candidate_id, "ids"))
    .order_by(_application.id.desc())
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, ids, limit): the newest applications of those candidates, in all procedures."""
