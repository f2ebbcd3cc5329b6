"""Wakes the sweep and the delivery: the only module that imports APScheduler.

Why: deadlines are rows and a sweep is stateless, so the scheduler is a replaceable metronome. One interval job in UTC,
coalesced, one at a time: a late tick is late, never lost; nothing legal lives in a job store.
Never here: what is due, what happens then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler

from workflow.services.delivery import deliver
from workflow.services.enforcement import sweep_all
from workflow.services.house import House

_log = logging.getLogger(__name__)


class Ticker:
    """Sweeps due deadlines and drains the outbox every `seconds`, in a thread, until stopped."""

    def __init__(self, house: House, seconds: int, *, on_tick: Callable[[int, int], None] | None = None) -> None:
        self._house = house
        self._on_tick = on_tick
        self._scheduler = BackgroundScheduler(timezone=UTC)
        for job in (self._sweep, self._deliver):
            self._scheduler.add_job(
                job,
                "interval",
                seconds=seconds,
                # At once, then every `seconds`. Never an instant long past: APScheduler lists every run since then.
                next_run_time=house.clock.now(),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self.stopped = Event()

    def start(self) -> None:
        """Starts ticking; the first tick is at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ends after the tick that is under way."""
        self._scheduler.shutdown(wait=True)
        self.stopped.set()

    def _sweep(self) -> None:
        # A tick never ends the scheduler: what failed is tried again at the next one, and stands in the log.
        try:
            fired = sweep_all(self._house)
        except Exception:
            _log.exception("the sweep failed; it is tried again at the next tick")
            return
        for one in fired:
            _log.info("%s %s of %s: %s", one.outcome, one.rule, one.subject, one.error or one.due_at.isoformat())
        if self._on_tick is not None and fired:
            self._on_tick(len(fired), 0)

    def _deliver(self) -> None:
        try:
            counts = deliver(self._house)
        except Exception:
            _log.exception("delivery failed; it is tried again at the next tick")
            return
        if self._on_tick is not None and counts.sent:
            self._on_tick(0, counts.sent)
