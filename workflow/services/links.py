"""Personal links: minted at delivery, signed, expiring; no live token is ever stored.

Why: a mail must open the right file without a password, and a copy of the database must open nothing.
Never here: pages that answer them, storing them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

LIFETIME = timedelta(days=180)


def mint(
    secret: bytes, base: str, *, institution: str, subject: str, recipient: str, purpose: str, now: datetime
) -> str:
    """The address of a personal link, good for 180 days: whom it is for, what it opens, until when, and a signature."""
    until = int((now + LIFETIME).timestamp())
    claim = json.dumps([institution, subject, recipient, purpose, until], separators=(",", ":")).encode()
    token = _text(claim) + "." + _text(_sign(secret, claim))
    return f"{base.rstrip('/')}/personal/{token}"


def read(secret: bytes, token: str, now: datetime) -> tuple[str, str, str, str] | None:
    """(institution, subject, recipient, purpose) of a token that is genuine and has not expired, else None."""
    claim_text, dot, signature = token.partition(".")
    try:
        claim, given = _bytes(claim_text), _bytes(signature)
    except ValueError:
        return None
    if not dot or not hmac.compare_digest(given, _sign(secret, claim)):
        return None
    institution, subject, recipient, purpose, until = json.loads(claim)
    if now >= datetime.fromtimestamp(until, UTC):
        return None
    return institution, subject, recipient, purpose


def _sign(secret: bytes, claim: bytes) -> bytes:
    return hmac.new(secret, b"nabor personal link\0" + claim, hashlib.sha256).digest()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
