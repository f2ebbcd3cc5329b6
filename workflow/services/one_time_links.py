"""Links that let a person in once: to set a password, or as an outside member of one commission.

Why: whoever has the link is the person, so it works once, runs out, can be withdrawn, and only its digest is stored.
To look at it changes nothing: programs that scan mail open every address.
Never here: pages, who may make a link for whom (people.py, the page of a procedure).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from workflow.persistence import signing_reads
from workflow.persistence.tables import OneTimeLink
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services.house import House
from workflow.services.sessions import digest

LIFETIME = timedelta(days=7)


class Purpose(StrEnum):
    """What a link does."""

    SET_PASSWORD = "set_password"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is still good."""

    user: str
    name: str
    purpose: Purpose
    institution: str | None
    procedure: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that was made and neither used nor withdrawn. `id` is its digest: it opens nothing."""

    id: str
    purpose: Purpose
    institution: str | None
    procedure: str | None
    made_by: str
    expires_at: datetime


def invite(house: House, user: str, made_by: str) -> str:
    """Makes a link to set a password; the token is stored nowhere. An earlier one for the same user works no more."""
    now = house.clock.now()

    def work(unit: Unit, token: str) -> str:
        for id_, purpose, *_ in unit.read(signing_reads.links_of, user=user):
            if purpose == Purpose.SET_PASSWORD:
                unit.update(OneTimeLink, {"id": id_}, {"used_at": now})
        return _made(unit, token, user, Purpose.SET_PASSWORD, made_by, now)

    return house.run(lambda unit: work(unit, secrets.token_urlsafe(32)))


def make_link(house: House, *, user: str, institution: str, procedure: str, made_by: str) -> str:
    """Makes a link that signs a member of the commission in, for that procedure only; answers its token."""
    now = house.clock.now()
    token = secrets.token_urlsafe(32)
    return house.run(lambda unit: _made(unit, token, user, Purpose.SIGN_IN, made_by, now, institution, procedure))


def path(token: str) -> str:
    """The address of a link on this site."""
    return f"/welcome/{token}"


def look(house: House, token: str) -> Link | None:
    """The link of a token, if it is still good. Changes nothing."""
    return house.glance(lambda unit: _good(unit, token, house.clock.now()))


def use(house: House, token: str) -> Link | None:
    """Uses the link up; None when it was not good any more. Of two at once, one gets it."""
    now = house.clock.now()

    def work(unit: Unit) -> Link | None:
        link = _good(unit, token, now)
        if link is not None:
            unit.update(OneTimeLink, {"id": digest(token)}, {"used_at": now})
        return link

    return house.run(work)


def open_links(house: House, user: str) -> list[OpenLink]:
    """The links of a user that still work, newest first."""
    now = house.clock.now()
    return [
        OpenLink(id_, Purpose(purpose), institution, procedure, made_by, instant(expires_at))
        for id_, purpose, institution, procedure, made_by, expires_at in house.database.read(
            signing_reads.links_of, user=user
        )
        if now < instant(expires_at)
    ]


def withdraw(house: House, institution: str, procedure: str, user: str) -> int:
    """Withdraws every link of a user for a procedure; answers how many there were."""
    now = house.clock.now()

    def work(unit: Unit) -> int:
        found = [row for row in unit.read(signing_reads.links_of, user=user) if row[2:4] == (institution, procedure)]
        for row in found:
            unit.update(OneTimeLink, {"id": row[0]}, {"used_at": now})
        return len(found)

    return house.run(work)


def _made(
    unit: Unit,
    token: str,
    user: str,
    purpose: Purpose,
    made_by: str,
    now: datetime,
    institution: str | None = None,
    procedure: str | None = None,
) -> str:
    row: dict[str, Any] = {
        "id": digest(token),
        "user_id": user,
        "purpose": purpose.value,
        "institution": institution,
        "procedure_id": procedure,
        "made_by": made_by,
        "created_at": now,
        "expires_at": now + LIFETIME,
        "used_at": None,
    }
    unit.insert(OneTimeLink, row)
    return token


def _good(unit: Unit, token: str, now: datetime) -> Link | None:
    rows = unit.read(signing_reads.link, id=digest(token)) if 0 < len(token) <= 100 else []
    if not rows:
        return None
    row = dict(zip(signing_reads.link.columns, rows[0], strict=True))
    if row["used_at"] is not None or row["disabled_at"] is not None or now >= instant(row["expires_at"]):
        return None
    return Link(
        row["user_id"],
        row["name"],
        Purpose(row["purpose"]),
        row["institution"],
        row["procedure_id"],
        instant(row["expires_at"]),
    )
