"""Deadlines as rows: armed with their derivation when a state is entered, cancelled or fired when it is left.

Why: what the law attaches to time must survive any scheduler, so it is a row in the same transaction as the move.
Never here: when a deadline is due (engine.deadlines), firing (enforcement).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workflow.engine import journal
from workflow.engine.decide import Armed
from workflow.identifiers import uuid7
from workflow.persistence.tables import Deadline
from workflow.services.case import Case, Entry, Rows
from workflow.services.docket import Docket


def arm(docket: Docket, case: Case, armed: Iterable[Armed], entry: Entry) -> Rows:
    """The rows of deadlines to arm, with their reminders; the entry says how each was computed."""
    rows: Rows = []
    for one in armed:
        derivation = one.due.derivation.as_data()
        key = {"institution": docket.institution, "subject_id": case.id, "rule": one.rule.name}
        common = {**key, "status": "armed", "armed_seq": case.seq + 1, "fired_at": None, "attempts": 0, "error": None}
        instants = [("due", one.due.at, one.due.derivation.text)]
        instants += [("reminder", at, journal.canonical({"notice": notice})) for at, notice in one.reminders]
        ids = []
        for kind, at, data in instants:
            ids.append(uuid7())
            row = {**common, "id": ids[-1], "kind": kind, "due_at": at, "derivation": data}
            rows.append(("insert", Deadline, row))
        case.armed = {**case.armed, one.rule.name: (*case.armed.get(one.rule.name, ()), *ids)}
        entry.effects.setdefault("armed", []).append(
            {
                "rule": one.rule.name,
                "ids": ids,
                "due": journal.instant_text(one.due.at),
                "reminders": [[journal.instant_text(at), notice] for at, notice in one.reminders],
                "derivation": derivation,
            }
        )
    return rows


def disarm(docket: Docket, case: Case, rules: Sequence[str], fired: str | None, entry: Entry) -> Rows:
    """The rows of deadlines that end with the move: the one that fired, and those of the states that were left."""
    rows: Rows = []
    for rule in [r for r, ids in case.armed.items() if r in rules or fired in ids]:
        kept = []
        for deadline in case.armed[rule]:
            key = {"institution": docket.institution, "id": deadline}
            if deadline == fired:
                rows.append(("update", Deadline, {**key, "status": "fired", "fired_at": docket.now}))
                entry.effects["fired"] = rule
            elif rule in rules:
                rows.append(("update", Deadline, {**key, "status": "cancelled", "fired_at": None}))
                entry.effects.setdefault("cancelled", []).append(deadline)
            else:
                kept.append(deadline)
        case.armed = {**case.armed, rule: tuple(kept)}
    return rows
