"""Who acts: users, their roles in an institution, and the commission of a procedure.

Why: the engine checks roles, and this is where a user's roles come from; nobody holds one without a row.
Never here: passwords, sessions, pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from workflow.catalogue.references import BUILT_IN
from workflow.engine.errors import InvalidRequest, UnknownUser
from workflow.engine.process import CLOCK
from workflow.engine.request import Actor, Reason
from workflow.identifiers import uuid7
from workflow.persistence import oversight_reads, reads
from workflow.persistence.tables import Institution, RoleGrant, User
from workflow.persistence.unit_of_work import Unit
from workflow.services.house import House

THE_CLOCK = Actor(user=CLOCK, roles=frozenset({CLOCK}))
"""The actor of due deadlines: a reserved user that nobody can sign in as."""


_NAMING = frozenset({"quorum_recused", "sheets_not_signed", "sheet_not_as_signed"})
"""Reasons whose `missing` are ids of users."""


def actor(house: House, institution: str, user: str, procedure: str | None = None) -> Actor:
    """The user as actor: the roles granted in the institution, and those of the procedure's commission.

    Raises UnknownUser.
    """
    rows = house.database.read(reads.roles, institution=institution, user=user, procedure=procedure or "")
    if not rows and not house.database.read(reads.user, user=user):
        raise UnknownUser(user)
    roles = {row[0] for row in rows}
    if "chair" in roles or "member" in roles:
        roles.add("commission")
    return Actor(user=user, roles=frozenset(roles))


def named(house: House, reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons with people's names where they name users: the engine knows ids only."""
    ids = {one for r in reasons if r.code in _NAMING for one in r.data["missing"].split(", ") if one}
    if not ids:
        return list(reasons)
    names = dict(house.database.read(oversight_reads.actors, ids=sorted(ids)))
    return [
        Reason(r.code, {**r.data, "missing": ", ".join(names.get(one, one) for one in r.data["missing"].split(", "))})
        if r.code in _NAMING
        else r
        for r in reasons
    ]


def ensure_institution(house: House, institution: str) -> None:
    """Makes sure that the institution and the clock's reserved user have their rows. Idempotent."""
    house.catalogue.institution(institution)

    def work(unit: Unit) -> None:
        unit.upsert(Institution, {"id": institution})
        unit.upsert(User, {"id": CLOCK, "name": CLOCK, "email": None, "language": None})

    house.run(work)


def add_user(house: House, name: str, email: str | None, user: str | None = None, language: str | None = None) -> str:
    """Adds a person who works with the system; returns the id (given, or new)."""
    user = user or uuid7()

    def work(unit: Unit) -> str:
        unit.upsert(User, {"id": user, "name": name, "email": email, "language": language})
        return user

    return str(house.run(work))


def grant(house: House, institution: str, user: str, role: str) -> None:
    """Gives a user a role in an institution. Idempotent.

    Raises InvalidRequest for a built-in role: the clock's, a cascade's, a candidate's or a commission's.
    """
    if role in BUILT_IN:
        raise InvalidRequest(f"the role {role!r} cannot be granted; members of a commission are appointed")

    def work(unit: Unit) -> None:
        unit.upsert(RoleGrant, {"institution": institution, "user_id": user, "role": role})

    house.run(work)
