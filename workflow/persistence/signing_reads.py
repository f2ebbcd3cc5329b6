"""Selects about links that are used once, identities at a provider, and the two statements of the rate limits.

Why: a limit is decided by one statement that takes and answers at once, so that no two attempts both take the last.
Never here: what a limit is, hashing, a decision.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, func, select, text
from sqlalchemy.sql.elements import TextClause

from workflow.persistence.columns import table_of
from workflow.persistence.statement import Statement
from workflow.persistence.tables import Credential, OneTimeLink, User


def _c(model: Any) -> Any:
    return table_of(model).c


def _param(name: str) -> Any:
    return bindparam(name, type_=Text())


class Written(Statement):
    """A statement that writes and answers what it wrote, in the SQL that both databases share."""

    def __init__(self, name: str, query: TextClause, columns: tuple[str, ...]) -> None:
        self.name = name
        self.columns = columns
        self._query: Any = query
        self._compiled = {}
        self._unlocked = None


_user, _credential, _link = _c(User), _c(Credential), _c(OneTimeLink)

_FROM = "CASE WHEN throttle.arrival_ms > CAST(:now AS BIGINT) THEN throttle.arrival_ms ELSE CAST(:now AS BIGINT) END"

take = Written(
    "take",
    text(
        "INSERT INTO throttle (key, arrival_ms) VALUES (:key, CAST(:now AS BIGINT) + CAST(:gap AS BIGINT))"
        f" ON CONFLICT (key) DO UPDATE SET arrival_ms = {_FROM} + CAST(:gap AS BIGINT)"
        f" WHERE {_FROM} + CAST(:gap AS BIGINT) <= CAST(:now AS BIGINT) + CAST(:window AS BIGINT)"
        " RETURNING arrival_ms"
    ),
    ("arrival_ms",),
)
"""(key, now, gap, window, in milliseconds): takes one of a budget and answers a row, or answers none."""

give_back = Written(
    "give_back",
    text("UPDATE throttle SET arrival_ms = arrival_ms - CAST(:gap AS BIGINT) WHERE key = :key RETURNING arrival_ms"),
    ("arrival_ms",),
)
"""(key, gap): gives one back."""

arrival = Statement("arrival", select(text("arrival_ms")).select_from(text("throttle")).where(text("key = :key")))
"""(key): when the budget is whole again."""

forget = Written(
    "forget",
    text(
        "DELETE FROM throttle WHERE key IN"
        " (SELECT key FROM throttle WHERE arrival_ms < CAST(:now AS BIGINT) ORDER BY key LIMIT 1000) RETURNING key"
    ),
    ("key",),
)
"""(now): takes away up to 1,000 budgets that are whole again, which are as good as none."""

link = Statement(
    "link",
    select(
        _link.id,
        _link.user_id,
        _link.purpose,
        _link.institution,
        _link.procedure_id,
        _link.expires_at,
        _link.used_at,
        _user.name,
        _credential.disabled_at,
    )
    .select_from(
        table_of(OneTimeLink)
        .join(table_of(User), _user.id == _link.user_id)
        .outerjoin(table_of(Credential), _credential.user_id == _link.user_id)
    )
    .where(_link.id == _param("id"))
    .with_for_update(of=table_of(OneTimeLink)),
)
"""(id): a link with whom it lets in; locked, so that two who open it at once do not both get in."""

links_of = Statement(
    "links_of",
    select(_link.id, _link.purpose, _link.institution, _link.procedure_id, _link.made_by, _link.expires_at)
    .where(_link.user_id == _param("user"), _link.used_at.is_(None))
    .order_by(_link.created_at.desc(), _link.id),
)
"""(user): the links of a user that were neither used nor withdrawn, newest first; some may have expired."""

by_identity = Statement(
    "by_identity",
    select(_credential.user_id, _credential.disabled_at).where(
        _credential.issuer == _param("issuer"), _credential.identity == _param("identity")
    ),
)
"""(issuer, identity): who that is at a provider."""

by_email = Statement(
    "by_email",
    select(_user.id, _credential.issuer, _credential.disabled_at, _credential.user_id.is_not(None).label("has_row"))
    .select_from(table_of(User).outerjoin(table_of(Credential), _credential.user_id == _user.id))
    .where(func.lower(_user.email) == _param("email")),
)
"""(email, in small letters): everybody with that address."""
