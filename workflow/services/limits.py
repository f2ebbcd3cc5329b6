"""How often something may be tried: the generic cell rate algorithm, one row a key.

Why: a counter per hour lets twice as many through around the full hour; a theoretical arrival time is exact, needs one
number and one statement, and holds for several processes at once. Source: ITU-T I.371 annex A.
Never here: what is limited in a page, a name or an address in clear: only digests are stored.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from workflow.persistence import signing_reads
from workflow.persistence.unit_of_work import Unit
from workflow.services.house import House


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `period`, and then one more each `period / times`."""

    name: str
    times: int
    period: timedelta

    @property
    def window(self) -> int:
        """The period in milliseconds."""
        return int(self.period.total_seconds() * 1000)

    @property
    def gap(self) -> int:
        """Milliseconds that one attempt costs."""
        return self.window // self.times


ADDRESS = Limit("address", 20, timedelta(hours=1))
ACCOUNT = Limit("account", 10, timedelta(hours=1))
DEVICE = Limit("device", 10, timedelta(hours=1))
"""A device on which the person signed in before: nobody else's attempts use it up."""
PASSWORD = Limit("password", 20, timedelta(days=1))
"""One password tried on many accounts."""
CODE = Limit("code", 10, timedelta(hours=1))


def take(house: House, secret: bytes, tries: Iterable[tuple[Limit, str]]) -> int:
    """Takes one of each budget, or none at all: 0, else the seconds until the one that is used up has one again.

    `secret` is the installation's; `tries`: a limit and what it is about (an address, an account). Two attempts at once
    never both get the last.
    """
    wanted = sorted({(_key(secret, limit, what), limit) for limit, what in tries}, key=lambda w: w[0])
    now = int(house.clock.now().timestamp() * 1000)
    if secrets.randbelow(200) == 0:  # now and then, so that what nobody asks for any more does not pile up
        house.run(lambda unit: unit.read(signing_reads.forget, now=now))

    def work(unit: Unit) -> int:
        for done, (key, limit) in enumerate(wanted):
            if unit.read(signing_reads.take, key=key, now=now, gap=limit.gap, window=limit.window):
                continue
            for taken, other in wanted[:done]:
                unit.read(signing_reads.give_back, key=taken, gap=other.gap)
            ((arrival,),) = unit.read(signing_reads.arrival, key=key)
            return max(1, -(-(int(arrival) + limit.gap - limit.window - now) // 1000))
        return 0

    return house.run(work)


def give_back(house: House, secret: bytes, tries: Iterable[tuple[Limit, str]]) -> None:
    """Gives back what an attempt took that turned out to be right: only failures use a budget up."""
    given = sorted((_key(secret, limit, what), limit.gap) for limit, what in tries)

    def work(unit: Unit) -> None:
        for key, gap in given:
            unit.read(signing_reads.give_back, key=key, gap=gap)

    house.run(work)


def _key(secret: bytes, limit: Limit, what: str) -> str:
    # With the secret, because a bare digest of a mistyped password or of an address is soon guessed.
    return hmac.new(secret, f"limit\0{limit.name}\0{what}".encode(), "sha256").hexdigest()
