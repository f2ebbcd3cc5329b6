"""Values that leave the house and come back, or lie in the database, and that nobody else may read or change.

Why: one key for each purpose, all from the installation's secret, so that what was sealed for one use is worthless for
another. Fernet encrypts and authenticates, and the instant of sealing is part of it.
Never here: what is sealed, passwords (signing_in.py), tokens that are only compared (sessions.py).
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(secret: bytes, purpose: str, value: Any, now: datetime) -> str:
    """A JSON value as text that only `opened` with the same secret and purpose reads."""
    text = json.dumps(value, separators=(",", ":")).encode()
    return _key(secret, purpose).encrypt_at_time(text, int(now.timestamp())).decode()


def opened(secret: bytes, purpose: str, text: str, now: datetime, good_for: timedelta | None = None) -> Any:
    """What was sealed; None when it was not sealed here for that purpose, was changed, or is older than `good_for`."""
    if not text or not text.isascii():
        return None
    key = _key(secret, purpose)
    try:
        if good_for is None:
            return json.loads(key.decrypt(text.encode()))
        return json.loads(key.decrypt_at_time(text.encode(), int(good_for.total_seconds()), int(now.timestamp())))
    except InvalidToken:
        return None


@lru_cache(maxsize=32)
def _key(secret: bytes, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"nabor " + purpose.encode()).derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))
