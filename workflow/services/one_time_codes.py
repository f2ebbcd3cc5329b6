"""The second proof: one-time codes by time, from an application on the person's telephone.

Why: a stolen password alone opens nothing. The shared secret is sealed with the installation's, so that a copy of the
database makes no codes; the last step used is kept, so that no code is taken twice.
Source: RFC 6238; OWASP ASVS 5.0, 6.5.
Never here: pages, how often a code may be tried (limits.py).
"""

from __future__ import annotations

import io

import pyotp
import segno

from workflow.persistence import access_reads
from workflow.persistence.tables import Credential
from workflow.persistence.unit_of_work import Unit
from workflow.services import sessions
from workflow.services.house import House
from workflow.services.sealed import opened, seal

ISSUER = "Nabor"
_PURPOSE = "one-time codes"
_STEP = 30
_AROUND = (0, -1, 1)
"""Steps that are taken beside the present one: clocks of telephones are a little off."""


def new_secret() -> str:
    """A shared secret, 160 random bits in base 32."""
    return pyotp.random_base32()


def address(secret: str, user: str) -> str:
    """What the telephone's application reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=ISSUER)


def picture(secret: str, user: str) -> bytes:
    """The same as a square of dots: SVG, dark on white with its quiet border."""
    out = io.BytesIO()
    segno.make(address(secret, user), error="m").save(out, kind="svg", scale=5, light="#ffffff", border=4)
    return out.getvalue()


def begin(house: House, sealing: bytes, user: str, secret: str, code: str, *, keep: str | None = None) -> bool:
    """Asks for codes of that secret from now on, if `code` is one of them; ends every session but `keep`."""
    now = house.clock.now()
    step = _step(secret, code, int(now.timestamp()), None)
    if step is None:
        return False
    values = {"totp_secret": seal(sealing, _PURPOSE, [user, secret], now), "totp_step": step}

    def work(unit: Unit) -> None:
        (row,) = unit.read(access_reads.credential, user=user)
        if dict(zip(access_reads.credential.columns, row, strict=True))["has_row"]:
            unit.update(Credential, {"user_id": user}, values)
        else:
            unit.insert(Credential, {"user_id": user, **values})
        sessions.end_within(unit, user, now, keep)

    house.run(work)
    return True


def right_code(house: House, sealing: bytes, user: str, code: str) -> bool:
    """Whether it is a code of now that was not used yet; it is used up by asking. Of two at once, one is right."""
    now = house.clock.now()

    def work(unit: Unit) -> bool:
        rows = unit.read(access_reads.credential_locked, user=user)
        if not rows:
            return False
        sealed, last, disabled_at = rows[0]
        known = opened(sealing, _PURPOSE, sealed or "", now)
        if known is None or known[0] != user or disabled_at is not None:
            return False
        step = _step(known[1], code, int(now.timestamp()), last)
        if step is None:
            return False
        unit.update(Credential, {"user_id": user}, {"totp_step": step})
        return True

    return house.run(work)


def end(house: House, user: str) -> None:
    """Asks the user for no code any more."""

    def work(unit: Unit) -> None:
        if unit.read(access_reads.credential_locked, user=user):
            unit.update(Credential, {"user_id": user}, {"totp_secret": None, "totp_step": None})

    house.run(work)


def _step(secret: str, code: str, at: int, last: int | None) -> int | None:
    """The time step whose code it is; None when it is none, or not later than the last one used."""
    given = "".join(code.split())
    if not (given.isascii() and given.isdigit() and len(given) == 6):
        return None
    codes = pyotp.TOTP(secret)
    for around in _AROUND:
        step = at // _STEP + around
        if (last is None or step > last) and pyotp.utils.strings_equal(codes.generate_otp(step), given):
            return step
    return None
