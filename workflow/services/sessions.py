"""Who is signed in: sessions that can be listed and ended, and what the person behind one may enter.

Why: a cookie alone cannot be revoked, so a session is a row; the cookie holds a random token, the row its digest.
Never here: proving an identity (signing_in.py), pages.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow.persistence import access_reads, people_reads
from workflow.persistence.tables import User, UserSession
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services.house import House

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
"""How long a session lasts unused, and at most. Source: OWASP ASVS 5.0, 7.3.1 and 7.3.2."""
_SEEN_EVERY = timedelta(minutes=1)

ADMINISTRATOR = "administrator"
AUDITOR = "auditor"
OVERSEERS = frozenset({ADMINISTRATOR, AUDITOR})
"""The roles that every institution has, whatever its definitions say: who sets up, and who reads everything."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. `roles`: institution -> roles; `commissions`: institution -> procedure -> function.

    A session that a link opened reaches only the commission it was made for.
    """

    id: str
    user: str
    name: str
    language: str | None
    csrf: str
    method: str
    second: bool
    has_totp: bool
    roles: Mapping[str, frozenset[str]]
    commissions: Mapping[str, Mapping[str, str]]

    @property
    def institutions(self) -> tuple[str, ...]:
        """Where the person has any business, sorted."""
        return tuple(sorted({*self.roles, *self.commissions}))


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A device on which a person is signed in."""

    id: str
    method: str
    device: str
    began_at: datetime
    seen_at: datetime


def begin(
    house: House,
    user: str,
    *,
    method: str,
    device: str = "",
    second: bool = False,
    institution: str | None = None,
    procedure: str | None = None,
) -> str:
    """Signs a user in; returns the token for the cookie, which is stored nowhere. A new one at every sign-in."""
    token = secrets.token_urlsafe(32)
    now = house.clock.now()

    def work(unit: Unit) -> None:
        unit.insert(
            UserSession,
            {
                "id": digest(token),
                "user_id": user,
                "csrf": secrets.token_urlsafe(32),
                "method": method,
                "institution": institution,
                "procedure_id": procedure,
                "second": second,
                "device": device[:200],
                "created_at": now,
                "seen_at": now,
                "expires_at": now + LONGEST,
                "ended_at": None,
            },
        )

    house.run(work)
    return token


def find(house: House, token: str) -> Session | None:
    """The session of a token while it is good: known, not ended, not idle too long, its user not disabled."""
    if not token or len(token) > 100:
        return None
    rows = house.database.read(access_reads.session, id=digest(token))
    if not rows:
        return None
    row = dict(zip(access_reads.session.columns, rows[0], strict=True))
    now = house.clock.now()
    seen_at = instant(row["seen_at"])
    if row["ended_at"] is not None or row["disabled_at"] is not None:
        return None
    if now >= instant(row["expires_at"]) or now >= seen_at + IDLE:
        return None
    if now >= seen_at + _SEEN_EVERY:  # not at every request: a page would cost a commit
        _touch(house, row["id"], now)
    roles: dict[str, set[str]] = {}
    commissions: dict[str, dict[str, str]] = {}
    for place, kind, name, procedure in house.database.read(access_reads.grants, user=row["user_id"]):
        limited = row["institution"] is not None
        if limited and (kind == "role" or place != row["institution"] or procedure != row["procedure_id"]):
            continue
        if kind == "role":
            roles.setdefault(place, set()).add(name)
        else:
            commissions.setdefault(place, {})[procedure] = name
    return Session(
        id=row["id"],
        user=row["user_id"],
        name=row["name"],
        language=row["language"],
        csrf=row["csrf"],
        method=row["method"],
        second=bool(row["second"]),
        has_totp=row["totp_secret"] is not None,
        roles={place: frozenset(held) for place, held in roles.items()},
        commissions=commissions,
    )


def end(house: House, session: str) -> None:
    """Ends a session for good."""
    now = house.clock.now()
    house.run(lambda unit: unit.update(UserSession, {"id": session}, {"ended_at": now}))


def open_sessions(house: House, user: str) -> list[OpenSession]:
    """Every device on which the user is signed in, newest first."""
    now = house.clock.now()
    return [
        OpenSession(id_, method, device, instant(began_at), instant(seen_at))
        for id_, method, device, began_at, seen_at, expires_at in house.database.read(
            people_reads.sessions_of, user=user
        )
        if now < instant(expires_at) and now < instant(seen_at) + IDLE
    ]


def end_one_of(house: House, user: str, session: str) -> bool:
    """Ends a session of that user; whether there was one."""
    now = house.clock.now()

    def work(unit: Unit) -> bool:
        if session not in {row[0] for row in unit.read(people_reads.sessions_of, user=user)}:
            return False
        unit.update(UserSession, {"id": session}, {"ended_at": now})
        return True

    return house.run(work)


def end_others(house: House, user: str, keep: str) -> int:
    """Ends every session of the user but one; answers how many."""
    now = house.clock.now()
    return house.run(lambda unit: end_within(unit, user, now, keep))


def end_within(unit: Unit, user: str, now: datetime, keep: str | None) -> int:
    """The same within a unit, together with what makes it necessary; `keep` None: every one."""
    found = [row[0] for row in unit.read(people_reads.sessions_of, user=user) if row[0] != keep]
    for session in found:
        unit.update(UserSession, {"id": session}, {"ended_at": now})
    return len(found)


def choose_language(house: House, user: str, language: str | None) -> None:
    """Keeps the language in which the person reads pages and staff notices; None is the institution's own."""
    house.run(lambda unit: unit.update(User, {"id": user}, {"language": language}))


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _touch(house: House, session: str, now: datetime) -> None:
    house.run(lambda unit: unit.update(UserSession, {"id": session}, {"seen_at": now}))
