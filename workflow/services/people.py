"""Who works for an institution, and what its administrator does to them: every act leaves a record that stays.

Why: a user is shared among institutions while a role is not. What touches the person as a whole (password, disabling)
is for whoever works nowhere else: an administrator never reaches into another institution.
Never here: what a role allows (definitions), proving an identity (signing_in.py), pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflow.catalogue.references import BUILT_IN
from workflow.engine.errors import DefinitionError
from workflow.engine.process import Words
from workflow.identifiers import uuid7
from workflow.persistence import access_reads, people_reads
from workflow.persistence.tables import (
    Credential,
    Institution,
    RoleGrant,
    StaffAct,
    StaffRecord,
    User,
    UserSession,
)
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services.house import House
from workflow.services.sessions import ADMINISTRATOR, AUDITOR, IDLE

__all__ = ["OpenSession", "Person", "Recorded", "Seat", "StaffAct", "WhyNot"]

PAGE = 100
LAST = "\uffff"
"""Beyond every id: where a list that goes backwards begins."""
_SIGN_IN_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}\Z")


class WhyNot(StrEnum):
    """Why an act upon a person was not done. Nothing was changed then."""

    UNKNOWN = "unknown"
    """The institution does not know the person."""
    TAKEN = "taken"
    """Somebody has that sign-in name already."""
    NOT_A_NAME = "not_a_name"
    """A sign-in name must be short and plain, and not that of a built-in role."""
    NO_ROLE = "no_role"
    """Without a role a person has nothing to do here."""
    UNKNOWN_ROLE = "unknown_role"
    """No definition of the institution has that role."""
    LAST_ADMINISTRATOR = "last_administrator"
    """Nobody would be left who could undo it."""
    ONESELF = "oneself"
    """Another administrator must do that."""
    WORKS_ELSEWHERE = "works_elsewhere"
    """The person works for another institution too: here only roles are given and taken."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the commission of a procedure."""

    procedure: str
    number: str
    function: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the institution knows. `last_seen` is not told of whoever works elsewhere too."""

    id: str
    name: str
    email: str | None
    language: str | None
    roles: tuple[str, ...]
    seats: tuple[Seat, ...]
    last_seen: datetime | None
    disabled_at: datetime | None
    password_at: datetime | None
    has_totp: bool
    has_provider: bool
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A device on which the person is signed in."""

    method: str
    device: str
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """One act upon a person. `what`: `role`, `roles` or `fields`, as codes."""

    id: str
    at: datetime
    actor: str
    actor_name: str
    act: StaffAct
    user: str
    name: str
    what: Mapping[str, Any]


# --- looking --------------------------------------------------------------------------------------------------------


def roles(house: House, institution: str) -> dict[str, Words]:
    """Every role that can be granted there, with its labels: of all its processes, then administrator and auditor.

    The two have no labels (`{}`) unless a definition gives them some. A process that cannot be read adds none.
    """
    found: dict[str, Words] = {}
    for name in house.catalogue.processes(institution):
        try:
            process = house.catalogue.snapshot(institution, name).process
        except DefinitionError:
            continue
        for role in process.roles.values():
            found.setdefault(role.name, role.label)
    for role_name in (ADMINISTRATOR, AUDITOR):
        found[role_name] = found.pop(role_name, {})
    return found


def people(house: House, institution: str, after: str = "") -> tuple[list[Person], bool]:
    """A page of the people whom the institution knows, by name, and whether there are more."""
    rows = house.database.read(people_reads.people, institution=institution, after=after, limit=PAGE + 1)
    return _persons(house, institution, rows[:PAGE]), len(rows) > PAGE


def person(house: House, institution: str, user: str) -> Person | None:
    """One of them; None for anybody whom the institution does not know."""
    rows = house.database.read(people_reads.person, institution=institution, user=user)
    return next(iter(_persons(house, institution, rows)), None)


def open_sessions(house: House, user: str) -> list[OpenSession]:
    """Where a user is signed in now, newest first."""
    now = house.clock.now()
    found = []
    for _, method, device, began_at, seen_at, expires_at in house.database.read(people_reads.sessions_of, user=user):
        if now < instant(expires_at) and now < instant(seen_at) + IDLE:
            found.append(OpenSession(method, device, instant(began_at), instant(seen_at)))
    return found


def records(
    house: House, institution: str, *, before: str = "", user: str = "", limit: int = PAGE
) -> tuple[list[Recorded], bool]:
    """What was done to the people there (or to one of them), newest first, and whether there is more before that."""
    given: dict[str, Any] = {"institution": institution, "before": before or LAST, "limit": limit + 1}
    if user:
        rows = house.database.read(people_reads.staff_records_of, user=user, **given)
    else:
        rows = house.database.read(people_reads.staff_records, **given)
    told = [
        Recorded(id, instant(at), actor, actor_name, StaffAct(act), whom, name, house.parsed(what))
        for id, at, actor, actor_name, act, whom, name, what in rows[:limit]
    ]
    return told, len(rows) > limit


# --- acting ---------------------------------------------------------------------------------------------------------


def add_person(
    house: House,
    institution: str,
    actor: str,
    *,
    user: str,
    name: str,
    email: str | None,
    language: str | None,
    roles: Iterable[str],
) -> WhyNot | None:
    """Adds somebody who works for the institution, with the roles given. `user` is the sign-in name, for good."""
    granted = sorted(set(roles))
    if not _SIGN_IN_NAME.match(user) or user in BUILT_IN:
        return WhyNot.NOT_A_NAME
    if not granted:
        return WhyNot.NO_ROLE
    if not set(granted) <= set(_grantable(house, institution)):
        return WhyNot.UNKNOWN_ROLE
    now = house.clock.now()

    def work(unit: Unit) -> WhyNot | None:
        if unit.read(access_reads.credential, user=user):
            return WhyNot.TAKEN
        unit.upsert(Institution, {"id": institution})
        unit.insert(User, {"id": user, "name": name, "email": email, "language": language})
        for role in granted:
            unit.insert(RoleGrant, {"institution": institution, "user_id": user, "role": role, "granted_at": now})
        _record(unit, now, institution, actor, StaffAct.ADD, user, {"roles": granted})
        return None

    return house.run(work)


def correct(
    house: House, institution: str, actor: str, user: str, *, name: str, email: str | None, language: str | None
) -> WhyNot | None:
    """Corrects how somebody is called and written to."""
    wanted = {"name": name, "email": email, "language": language}

    def work(unit: Unit, known: dict[str, Any], now: datetime) -> WhyNot | None:
        changed = {field: value for field, value in wanted.items() if known[field] != value}
        if changed:
            unit.update(User, {"id": user}, changed)
            _record(unit, now, institution, actor, StaffAct.CORRECT, user, {"fields": sorted(changed)})
        return None

    return _upon(house, institution, user, work, whole=True)


def grant(house: House, institution: str, actor: str, user: str, role: str) -> WhyNot | None:
    """Gives somebody a role. Idempotent: what was granted already leaves no second record."""
    if role not in _grantable(house, institution):
        return WhyNot.UNKNOWN_ROLE

    def work(unit: Unit, known: dict[str, Any], now: datetime) -> WhyNot | None:
        if role not in _held(unit, institution, user):
            unit.insert(RoleGrant, {"institution": institution, "user_id": user, "role": role, "granted_at": now})
            _record(unit, now, institution, actor, StaffAct.GRANT, user, {"role": role})
        return None

    return _upon(house, institution, user, work)


def revoke(house: House, institution: str, actor: str, user: str, role: str) -> WhyNot | None:
    """Takes a role from somebody, from the next page that they open. Idempotent."""

    def work(unit: Unit, known: dict[str, Any], now: datetime) -> WhyNot | None:
        if role not in _held(unit, institution, user):
            return None
        if role == ADMINISTRATOR and not _others_administer(unit, institution, user):
            return WhyNot.LAST_ADMINISTRATOR
        unit.delete(RoleGrant, {"institution": institution, "user_id": user, "role": role})
        _record(unit, now, institution, actor, StaffAct.REVOKE, user, {"role": role})
        return None

    return _upon(house, institution, user, work)


def disable(house: House, institution: str, actor: str, user: str) -> WhyNot | None:
    """Lets somebody sign in no longer, and ends all their sessions. Roles stay, for the day they come back."""
    if user == actor:
        return WhyNot.ONESELF

    def work(unit: Unit, known: dict[str, Any], now: datetime) -> WhyNot | None:
        if known["disabled_at"] is not None:
            return None
        if ADMINISTRATOR in _held(unit, institution, user) and not _others_administer(unit, institution, user):
            return WhyNot.LAST_ADMINISTRATOR
        if known["has_row"]:
            unit.update(Credential, {"user_id": user}, {"disabled_at": now})
        else:
            unit.insert(Credential, {"user_id": user, "disabled_at": now})
        _end_sessions(unit, user, now)
        _record(unit, now, institution, actor, StaffAct.DISABLE, user, {})
        return None

    return _upon(house, institution, user, work, whole=True)


def enable(house: House, institution: str, actor: str, user: str) -> WhyNot | None:
    """Lets somebody sign in again."""

    def work(unit: Unit, known: dict[str, Any], now: datetime) -> WhyNot | None:
        if known["disabled_at"] is not None:
            unit.update(Credential, {"user_id": user}, {"disabled_at": None})
            _record(unit, now, institution, actor, StaffAct.ENABLE, user, {})
        return None

    return _upon(house, institution, user, work, whole=True)


def end_sessions(house: House, institution: str, actor: str, user: str) -> WhyNot | None:
    """Signs somebody out on every device: a lost telephone is no matter of one institution."""

    def work(unit: Unit, known: dict[str, Any], now: datetime) -> WhyNot | None:
        _end_sessions(unit, user, now)
        _record(unit, now, institution, actor, StaffAct.END_SESSIONS, user, {})
        return None

    return _upon(house, institution, user, work)


def invited(house: House, institution: str, actor: str, user: str) -> WhyNot | None:
    """Records that a link to set a password is made for somebody. Whoever has the link is that person, so nobody makes
    one for a person who works elsewhere too."""

    def work(unit: Unit, known: dict[str, Any], now: datetime) -> WhyNot | None:
        _record(unit, now, institution, actor, StaffAct.INVITE, user, {})
        return None

    return _upon(house, institution, user, work, whole=True)


# --- inside a unit --------------------------------------------------------------------------------------------------


def _upon(
    house: House,
    institution: str,
    user: str,
    work: Callable[[Unit, dict[str, Any], datetime], WhyNot | None],
    *,
    whole: bool = False,
) -> WhyNot | None:
    """An act upon a person whom the institution knows; `whole`: it touches more than the roles here."""
    now = house.clock.now()

    def act(unit: Unit) -> WhyNot | None:
        unit.read(people_reads.one_at_a_time, institution=institution)
        rows = unit.read(people_reads.person, institution=institution, user=user)
        if not rows:
            return WhyNot.UNKNOWN
        known = dict(zip(people_reads.person.columns, rows[0], strict=True))
        if whole and known["elsewhere"]:
            return WhyNot.WORKS_ELSEWHERE
        return work(unit, known, now)

    return house.run(act)


def _record(
    unit: Unit, now: datetime, institution: str, actor: str, act: StaffAct, user: str, what: Mapping[str, Any]
) -> None:
    unit.insert(
        StaffRecord,
        {
            "institution": institution,
            "id": uuid7(),
            "at": now,
            "actor": actor,
            "act": act.value,
            "user_id": user,
            "what": dict(what),
        },
    )


def _held(unit: Unit, institution: str, user: str) -> set[str]:
    return {role for _, role, _ in unit.read(people_reads.roles_of, institution=institution, ids=[user])}


def _others_administer(unit: Unit, institution: str, user: str) -> bool:
    return any(row[0] != user for row in unit.read(people_reads.administrators, institution=institution))


def _end_sessions(unit: Unit, user: str, now: datetime) -> None:
    for session, *_ in unit.read(people_reads.sessions_of, user=user):
        unit.update(UserSession, {"id": session}, {"ended_at": now})


def _grantable(house: House, institution: str) -> Mapping[str, Words]:
    return {role: label for role, label in roles(house, institution).items() if role not in BUILT_IN}


def _persons(house: House, institution: str, rows: list[tuple[Any, ...]]) -> list[Person]:
    known = [dict(zip(people_reads.person.columns, row, strict=True)) for row in rows]
    ids = [one["id"] for one in known]
    held: dict[str, list[str]] = {}
    seats: dict[str, list[Seat]] = {}
    if ids:
        for user, role, _ in house.database.read(people_reads.roles_of, institution=institution, ids=ids):
            held.setdefault(user, []).append(role)
        for user, procedure, number, function in house.database.read(
            people_reads.seats_of, institution=institution, ids=ids
        ):
            seats.setdefault(user, []).append(Seat(procedure, number, function))

    def at(value: Any) -> datetime | None:
        return None if value is None else instant(value)

    return [
        Person(
            id=one["id"],
            name=one["name"],
            email=one["email"],
            language=one["language"],
            roles=tuple(held.get(one["id"], ())),
            seats=tuple(seats.get(one["id"], ())),
            last_seen=None if one["elsewhere"] else at(one["seen_at"]),
            disabled_at=at(one["disabled_at"]),
            password_at=at(one["password_at"]),
            has_totp=bool(one["has_totp"]),
            has_provider=bool(one["has_provider"]),
            elsewhere=bool(one["elsewhere"]),
        )
        for one in known
    ]
