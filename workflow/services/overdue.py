"""One due deadline becomes a move, a notice, or a refusal that stands in the journal.

Why: a sweep fires what is due, and so does every act on a subject whose deadline has passed unnoticed: the truth is
`due_at` and the instant at which the act counts, so a sleeping scheduler neither lets anybody act late nor shuts a
timely one out.
Never here: which deadlines are due in a whole installation (enforcement.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.engine.guards import asked_by, outstanding
from workflow.engine.request import GivenGround, Refused, Request
from workflow.persistence.tables import Deadline
from workflow.persistence.unit_of_work import instant
from workflow.services import notices
from workflow.services.case import Case, Entry
from workflow.services.docket import Docket
from workflow.services.staff import THE_CLOCK


@dataclass(frozen=True, slots=True)
class Fired:
    """One due deadline and what became of it. `outcome`: fired | refused | failed."""

    institution: str
    deadline: str
    subject: str
    rule: str
    kind: str
    due_at: datetime
    outcome: str
    error: str = ""


def fire(docket: Docket, case: Case, effective_at: datetime | None) -> None:
    """Makes what fell due on a subject before the instant at which an act counts; the act is decided after it.

    An act that counts at the due instant or before is in time, whenever it is typed. An instant still to come fires
    nothing early: such an act is refused, and what it claims must not move the clock.
    """
    at = min(effective_at or docket.now, docket.now)
    if not case.book.deadlines_in(case.facts.kind, case.facts.state):
        return
    if "armed" not in case.loaded:
        docket.load([case], {"armed"})
    if all(due_at >= at for _, due_at in case.due.values()):
        return
    for deadline, (name, due_at) in sorted(case.due.items(), key=lambda item: item[1][1]):
        rule = case.book.process.deadlines[name]
        if due_at < at and rule.transition is not None and deadline in case.armed.get(name, ()):
            fire_one(docket, {"id": deadline, "subject_id": case.id, "rule": name, "kind": "due", "due_at": due_at})


def fire_one(docket: Docket, one: dict[str, Any]) -> Fired | None:
    """Makes the move of one due deadline; None when somebody else ended it since it was read."""
    case = docket.case(one["subject_id"])
    if one["id"] not in case.armed.get(one["rule"], ()):
        return None
    due_at = instant(one["due_at"])
    fired = Fired(docket.institution, one["id"], case.id, one["rule"], one["kind"], due_at, "fired")
    rule = case.book.process.deadlines[one["rule"]]
    if one["kind"] == "reminder" or rule.transition is None:
        reminder = docket.house.parsed(one["derivation"]).get("notice") if one["kind"] == "reminder" else rule.notice
        _remind(docket, one, str(reminder), due_at)
        return fired
    from workflow.services.transitions import move

    request = Request.model_construct(
        institution=docket.institution,
        subject=case.id,
        transition=rule.transition,
        actor=THE_CLOCK,
        grounds=_still_missing(docket, case, rule.transition),
        parameters={"rule": rule.name},
        due=due_at,
        deadline=one["id"],
    )
    outcome = move(docket, case, request)
    if not isinstance(outcome, Refused):
        if rule.name in case.armed and one["id"] in case.armed[rule.name]:
            _close(docket, one, None)  # the move stayed in a state of the deadline
        return fired
    # It fell due and could not act: that is a fact of the case, so it stands in the journal, and it ends here.
    error = "refused: " + ", ".join(outcome.codes)
    reasons = [[r.code, dict(r.data)] for r in outcome.reasons]
    docket.stage(case, _entry(one, "deadline_refused", due_at, {"reasons": reasons}, {}))
    _close(docket, one, error)
    return Fired(docket.institution, one["id"], case.id, one["rule"], one["kind"], due_at, "refused", error)


def _still_missing(docket: Docket, case: Case, transition: str) -> tuple[GivenGround, ...]:
    """The grounds of a move that ends a wait for papers: of those with which they were asked for, what did not come."""
    alternatives = case.book.starting.get((case.facts.kind, case.facts.state, transition), ())
    if not any(call.name == "supplement_incomplete" for t in alternatives for call in t.guards):
        return ()
    docket.load([case], {"documents", "asked"})
    missing = outstanding(case.book, case.facts)
    return tuple(g for g in case.grounds or () if any(item in missing for item in asked_by((g,))))


def _close(docket: Docket, one: dict[str, Any], error: str | None) -> None:
    case = docket.case(one["subject_id"])
    kept = tuple(i for i in case.armed[one["rule"]] if i != one["id"])
    case.armed = {**case.armed, one["rule"]: kept}
    key = {"institution": docket.institution, "id": one["id"]}
    row = {**key, "status": "fired", "fired_at": docket.now, "error": error}
    docket.add_rows([("update", Deadline, row)])


def _remind(docket: Docket, one: dict[str, Any], notice: str, due_at: datetime) -> None:
    """A reminder or a notice when due: an entry without a move, and the mail, once."""
    case = docket.case(one["subject_id"])
    seq = docket.stage(case, _entry(one, "remind", due_at, {"kind": one["kind"]}, {"notices": [notice]}))
    _close(docket, one, None)
    docket.add_rows(notices.queue(docket, case, seq, [notice], None, None))


def _entry(
    one: dict[str, Any], act: str, due_at: datetime, parameters: dict[str, Any], effects: dict[str, Any]
) -> Entry:
    """What the clock enters without moving anything, dated when it fell due."""
    return Entry(
        kind="record",
        act=act,
        from_state=None,
        to_state=None,
        effective_at=due_at,
        actor=THE_CLOCK.user,
        role=THE_CLOCK.user,
        rule=one["rule"],
        parameters={"deadline": one["id"], **parameters},
        effects={"fired": one["rule"], **effects},
    )
