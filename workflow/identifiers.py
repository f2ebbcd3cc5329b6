"""Ids: UUID version 7, sortable by the time they were made.

Why: ids made in order keep the primary keys' pages warm and tell nothing of counts; text in canonical form is the same
in both databases, in JSON and in a URL.
Never here: numbers that people read (a register number is given by its procedure).
"""

from __future__ import annotations

import os
import threading
import time

_RANDOM = (1 << 62) - 1


class _Ticks:
    """Milliseconds since 1970 in 48 bits, then a counter of 12; each greater than the one before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        with self._lock:
            now = time.time_ns() // 1_000_000 << 12  # noqa: TID251 - it orders keys; no rule reads it
            self._last = now if now > self._last else self._last + 1
            return self._last


_ticks = _Ticks()


def uuid7() -> str:
    """A new UUIDv7, 36 characters, greater than every one made before in this process.

    Milliseconds since 1970 in 48 bits, then a counter of 12 bits within the millisecond, then 62 random bits; when the
    clock stands still or goes back, the counter carries into the milliseconds. Source: RFC 9562, section 6.2, method 1.
    """
    tick = _ticks.next()
    random = int.from_bytes(os.urandom(8), "big") & _RANDOM
    # 48 bits of milliseconds, version 7, 12 bits of counter, variant 10, 62 random bits.
    value = (tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0x2 << 62 | random
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
