"""What the clock does by itself: due deadlines become moves through the same door, with `clock` as the actor.

Why: the truth is `due_at <= now` in the table. A sweep is stateless, so any number of them on any number of nodes,
late or restarted, make each due move once, dated when it fell due.
Never here: a scheduler (scheduler.ticker calls `sweep`), rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from workflow.engine import journal
from workflow.engine.errors import Conflict, NaborError
from workflow.persistence import reads
from workflow.persistence import statements as sql
from workflow.persistence.tables import Deadline
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.overdue import Fired, fire_one

BATCH = 50
TRIES = 5
"""A deadline whose move fails that often (an error, not a refusal) is left to a person: `deadlines list` shows it."""


def next_due(house: House) -> datetime | None:
    """The earliest due instant of an armed deadline, for a clock that can jump to it."""
    rows = house.database.read(sql.next_due)
    return None if not rows or rows[0][0] is None else instant(rows[0][0])


def sweep(house: House, *, batch: int = BATCH) -> list[Fired]:
    """Fires up to `batch` deadlines that are due now, in order of their due instant; call again while it returns any.

    A batch is one transaction. When something in it raises, it is rolled back and each deadline is tried alone: the
    poison case counts its failures and never stops the others.
    """
    rows = house.database.read(sql.due, now=journal.instant_text(house.clock.now()), limit=batch)
    due = [dict(zip(sql.due.columns, row, strict=True)) for row in rows]
    if not due:
        return []
    try:
        return _fire(house, due)
    except NaborError:
        fired: list[Fired] = []
        for one in due:
            try:
                fired += _fire(house, [one])
            except Conflict:
                continue  # another node has it in hand; what is left of it is due at the next sweep
            except NaborError as alone:
                fired.append(_failed(house, one, alone))
        return fired


def sweep_all(house: House) -> list[Fired]:
    """Sweeps until nothing is due any more."""
    fired: list[Fired] = []
    while some := sweep(house):
        fired += some
        if all(one.outcome == "failed" for one in some):
            break
    return fired


def retry(house: House) -> int:
    """Lets every deadline that was given up be tried again, once its cause is mended; returns how many."""
    rows = house.database.read(reads.deadlines_given_up, tries=TRIES)

    def work(unit: Unit) -> None:
        for institution, deadline in rows:
            unit.update(Deadline, {"institution": institution, "id": deadline}, {"attempts": 0})

    house.run(work)
    return len(rows)


def _fire(house: House, due: Sequence[dict[str, Any]]) -> list[Fired]:
    def work(unit: Unit) -> list[Fired]:
        now = house.clock.now()
        fired: list[Fired] = []
        for institution in dict.fromkeys(one["institution"] for one in due):
            docket = Docket(house, unit, institution, now)
            own = [one for one in due if one["institution"] == institution]
            docket.load(docket.cases([one["subject_id"] for one in own]), {"armed"})
            for one in own:
                done = fire_one(docket, one)
                if done is not None:
                    fired.append(done)
            docket.write()
        return fired

    outcome: list[Fired] = house.run(work)
    return outcome


def _failed(house: House, one: dict[str, Any], error: NaborError) -> Fired:
    def work(unit: Unit) -> None:
        key = {"institution": one["institution"], "id": one["id"]}
        unit.update(Deadline, key, {"attempts": one["attempts"] + 1, "error": str(error)[:1000]})

    house.run(work)
    due_at = instant(one["due_at"])
    return Fired(
        one["institution"], one["id"], one["subject_id"], one["rule"], one["kind"], due_at, "failed", str(error)
    )
