"""Selects about the people who work for an institution, and the record of what was done to them.

Why: a user is shared among institutions, so every select here asks through a row of the institution's own.
Never here: a write, secrets, candidates.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, func, literal_column, or_, select, union
from sqlalchemy.sql.expression import exists

from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement, among
from workflow.persistence.tables import (
    CommissionMember,
    Credential,
    Institution,
    Procedure,
    RoleGrant,
    StaffRecord,
    User,
    UserSession,
)


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


def _here(columns: Any) -> Any:
    return columns.institution == _param("institution")


_user, _credential, _session = _c(User), _c(Credential), _c(UserSession)
_grant, _member, _record, _procedure = _c(RoleGrant), _c(CommissionMember), _c(StaffRecord), _c(Procedure)
_actor = table_of(User).alias("actor_user")

_known_here = union(
    select(_grant.user_id).where(_here(_grant)),
    select(_member.user_id).where(_here(_member)),
    select(_record.user_id).where(_here(_record)),
)
"""Who has, had or was given any business at the institution."""

_elsewhere = or_(
    exists().where(_grant.user_id == _user.id, _grant.institution != _param("institution")),
    exists().where(_member.user_id == _user.id, _member.institution != _param("institution")),
)

_person = (
    select(
        _user.id,
        _user.name,
        _user.email,
        _user.language,
        _credential.disabled_at,
        _credential.password_at,
        _credential.totp_secret.is_not(None).label("has_totp"),
        _credential.issuer.is_not(None).label("has_provider"),
        _credential.user_id.is_not(None).label("has_row"),
        select(func.max(_session.seen_at)).where(_session.user_id == _user.id).scalar_subquery().label("seen_at"),
        _elsewhere.label("elsewhere"),
    )
    .select_from(table_of(User).outerjoin(table_of(Credential), _credential.user_id == _user.id))
    .where(_user.id.in_(_known_here))
)

_after_name = select(_user.name).where(_user.id == _param("after")).scalar_subquery()

people = Statement(
    "people",
    _person.where(
        or_(
            _param("after") == literal_column("''"),
            _user.name > _after_name,
            and_(_user.name == _after_name, _user.id > _param("after")),
        )
    )
    .order_by(_user.name, _user.id)
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, after, limit): a page of the people whom the institution knows, by name; `after` is the last's id."""

person = Statement("person", _person.where(_user.id == _param("user")))
"""(institution, user): one of them, in the same columns; no row for anybody whom the institution does not know."""

roles_of = Statement(
    "roles_of",
    select(_grant.user_id, _grant.role, _grant.granted_at)
    .where(_here(_grant), among(_grant.user_id, "ids"))
    .order_by(_grant.user_id, _grant.role),
)
"""(institution, ids): the roles that those people hold there."""

seats_of = Statement(
    "seats_of",
    select(_member.user_id, _member.procedure_id, _procedure.number, _member.function)
    .join_from(
        table_of(CommissionMember),
        table_of(Procedure),
        and_(_procedure.institution == _member.institution, _procedure.id == _member.procedure_id),
    )
    .where(_here(_member), among(_member.user_id, "ids"))
    .order_by(_member.user_id, _member.procedure_id.desc()),
)
"""(institution, ids): the commissions there in which those people sit, newest procedure first."""

sessions_of = Statement(
    "sessions_of",
    select(_session.id, _session.method, _session.device, _session.created_at, _session.seen_at, _session.expires_at)
    .where(_session.user_id == _param("user"), _session.ended_at.is_(None))
    .order_by(_session.created_at.desc(), _session.id),
)
"""(user): the sessions of a user that nobody has ended; some may have run out by themselves."""

administrators = Statement(
    "administrators",
    select(_grant.user_id)
    .select_from(table_of(RoleGrant).outerjoin(table_of(Credential), _credential.user_id == _grant.user_id))
    .where(_here(_grant), _grant.role == literal_column("'administrator'"), _credential.disabled_at.is_(None)),
)
"""(institution): who can administer it now."""

one_at_a_time = Statement(
    "one_at_a_time",
    select(_c(Institution).id).where(_c(Institution).id == _param("institution")).with_for_update(),
)
"""(institution): locks the institution's row, so that two administrators cannot take each other's role at once."""

staff_records = Statement(
    "staff_records",
    select(
        _record.id,
        _record.at,
        _record.actor,
        _actor.c.name.label("actor_name"),
        _record.act,
        _record.user_id,
        _user.name,
        _record.what,
    )
    .select_from(
        table_of(StaffRecord)
        .join(table_of(User), _user.id == _record.user_id)
        .join(_actor, _actor.c.id == _record.actor)
    )
    .where(_here(_record), _record.id < _param("before"))
    .order_by(_record.id.desc())
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, before, limit): a page of what was done to people there, newest first."""

staff_records_of = Statement(
    "staff_records_of",
    select(
        _record.id,
        _record.at,
        _record.actor,
        _actor.c.name.label("actor_name"),
        _record.act,
        _record.user_id,
        _user.name,
        _record.what,
    )
    .select_from(
        table_of(StaffRecord)
        .join(table_of(User), _user.id == _record.user_id)
        .join(_actor, _actor.c.id == _record.actor)
    )
    .where(_here(_record), _record.user_id == _param("user"), _record.id < _param("before"))
    .order_by(_record.id.desc())
    .limit(bindparam("limit", type_=Integer())),
)
"""(institution, user, before, limit): the same of one person."""
