"""Proving who one is: passwords. (One-time codes, links and providers stand beside it.)

Why: argon2id with little memory each and two at a time, so that twenty people signing in at once do not fill the
machine. Source: OWASP Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1.
Never here: sessions (sessions.py), what a password must be (password_rules.py), pages.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from workflow.engine.errors import NaborError
from workflow.persistence import access_reads
from workflow.persistence.tables import Credential
from workflow.persistence.unit_of_work import Unit
from workflow.services import sessions
from workflow.services.house import House
from workflow.services.password_rules import LONGEST

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = Semaphore(2)
# What is verified when there is no such user: the answer takes as long, so that it does not tell who exists.
_NOBODY = _HASHER.hash("nobody")


def set_password(house: House, user: str, password: str, *, keep: str | None = None) -> None:
    """Sets a user's password, and ends every session but `keep`: whoever knew the old one is out."""
    with _AT_ONCE:
        hashed = _HASHER.hash(password)
    now = house.clock.now()
    values = {"password_hash": hashed, "password_at": now}

    def work(unit: Unit) -> None:
        (row,) = unit.read(access_reads.credential, user=user)
        known = dict(zip(access_reads.credential.columns, row, strict=True))
        if known["has_row"]:
            unit.update(Credential, {"user_id": user}, values)
        else:
            unit.insert(Credential, {"user_id": user, **values})
        sessions.end_within(unit, user, now, keep)

    house.run(work)


def right_password(house: House, user: str, password: str) -> bool:
    """Whether it is the user's password. Takes as long for a user that does not exist."""
    rows = house.database.read(access_reads.credential, user=user)
    row = dict(zip(access_reads.credential.columns, rows[0], strict=True)) if rows else None
    hashed = row["password_hash"] if row else None
    with _AT_ONCE:
        try:
            _HASHER.verify(hashed or _NOBODY, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return row is not None and hashed is not None and row["disabled_at"] is None


def account(house: House, user: str) -> tuple[bool, str]:
    """Whether the user must give a one-time code, and a mark that changes whenever the password does."""
    rows = house.database.read(access_reads.credential, user=user)
    if not rows:
        return False, ""
    row = dict(zip(access_reads.credential.columns, rows[0], strict=True))
    return row["totp_secret"] is not None, str(row["password_at"] or "")


def own_names(house: House, user: str) -> list[str]:
    """What a password must not be made of: the person's name, sign-in name, address, and their institutions' names."""
    rows = house.database.read(access_reads.credential, user=user)
    row = dict(zip(access_reads.credential.columns, rows[0], strict=True)) if rows else {}
    found = [user, str(row.get("name") or ""), str(row.get("email") or "").partition("@")[0]]
    for place in sorted({str(grant[0]) for grant in house.database.read(access_reads.grants, user=user)}):
        found.append(place)
        with suppress(NaborError):  # a folder that is gone has no title
            found += house.catalogue.institution(place).title.values()
    return found
