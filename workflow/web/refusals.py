"""Why a request is turned away before a page is made: each becomes a page in the person's language (web/errors.py).

Never here: refusals of the engine, which are values.
"""

from __future__ import annotations


class TurnedAway(Exception):
    """A request that no handler sees to its end. `status` is the HTTP status."""

    status = 400


class NotSignedIn(TurnedAway):
    """Nobody is signed in, and the page is not open."""

    status = 401


class NotYours(TurnedAway):
    """The person is known, and the page is somebody else's."""

    status = 403


class NotFound(TurnedAway):
    """There is no such thing, or it is not the person's to know of."""

    status = 404


class Forged(TurnedAway):
    """A form that did not come from a page of ours, or from a session that has ended since."""

    status = 403


class Garbled(TurnedAway):
    """A form that no browser would send."""

    status = 400


class TooMuch(TurnedAway):
    """More than a page can take: a form with too many fields, a file that is too large."""

    status = 413


class TooOften(TurnedAway):
    """Too many attempts; `seconds` until the next."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds
