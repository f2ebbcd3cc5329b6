"""Selects about who is signed in and where they may go.

Never here: a write, hashing, a decision.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, literal_column, select, union_all

from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement
from workflow.persistence.tables import CommissionMember, Credential, Procedure, RoleGrant, User, UserSession


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


_session, _user, _credential = _c(UserSession), _c(User), _c(Credential)
_grant, _member, _procedure = _c(RoleGrant), _c(CommissionMember), _c(Procedure)

session = Statement(
    "session",
    select(
        _session.id,
        _session.user_id,
        _session.csrf,
        _session.method,
        _session.institution,
        _session.procedure_id,
        _session.second,
        _session.seen_at,
        _session.expires_at,
        _session.ended_at,
        _user.name,
        _user.language,
        _credential.disabled_at,
        _credential.totp_secret,
    )
    .select_from(
        table_of(UserSession)
        .join(table_of(User), _user.id == _session.user_id)
        .outerjoin(table_of(Credential), _credential.user_id == _session.user_id)
    )
    .where(_session.id == _param("id")),
)
"""(id): a session with its user."""

grants = Statement(
    "grants",
    union_all(
        select(_grant.institution, literal_column("'role'").label("kind"), _grant.role, literal_column("''")).where(
            _grant.user_id == _param("user")
        ),
        select(
            _member.institution, literal_column("'function'").label("kind"), _member.function, _member.procedure_id
        ).where(_member.user_id == _param("user")),
    ),  # type: ignore[arg-type]
)
"""(user): every role that a user holds and every commission the user sits in: institution, kind, name, procedure."""

credential = Statement(
    "credential",
    select(
        _user.id,
        _user.name,
        _user.email,
        _credential.password_hash,
        _credential.password_at,
        _credential.totp_secret,
        _credential.totp_step,
        _credential.disabled_at,
        _credential.user_id.is_not(None).label("has_row"),
    )
    .select_from(table_of(User).outerjoin(table_of(Credential), _credential.user_id == _user.id))
    .where(_user.id == _param("user")),
)
"""(user): a user with what they prove their identity with."""

credential_locked = Statement(
    "credential_locked",
    select(_credential.totp_secret, _credential.totp_step, _credential.disabled_at)
    .where(_credential.user_id == _param("user"))
    .with_for_update(),
)
"""(user): what one-time codes are checked with; locked, so that one code does not let two in."""

identity = Statement("identity", select(_credential.issuer).where(_credential.user_id == _param("user")))
"""(user): the provider where the user is known."""
