"""Moving seats from one position of a procedure to another: an act with a reason, journaled with both positions.

Why: where one position finds nobody and another has more good people than seats, the quota is moved in the open.
Never here: who may and when (the definition's `acts`), the change itself (seats.py).
"""

from __future__ import annotations

from workflow.engine.process import Kind
from workflow.engine.request import Reason, Refused
from workflow.services import seats as seats_of
from workflow.services.acts import MoveSeats, Outcome, Recording, known_as
from workflow.services.case import Case, Rows
from workflow.services.docket import Docket


def move_seats(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The seats of both positions as rows; refused below the seats that are held, below one, and without a reason."""
    act = known_as(r.act, MoveSeats)
    # All positions are locked, in one order, before their seats are counted: no call is made meanwhile.
    positions = {p.facts.position: p for p in docket.children(case, Kind.POSITION, None)}
    for name in (act.source, act.target):
        if name not in positions:
            return Refused((Reason("unknown_position", {"position": name, "known": ", ".join(positions)}),))
    source, target = positions[act.source], positions[act.target]
    docket.count_seats([source, target])
    reasons = []
    if not (r.reason or "").strip():
        reasons.append(Reason("reason_missing"))
    if source is target:
        reasons.append(Reason("seats_same_position", {"position": act.source}))
    states = case.book.process.lifecycles[Kind.POSITION].states
    for name in dict.fromkeys((act.source, act.target)):
        if states[positions[name].facts.state].final is not None:
            reasons.append(Reason("position_ended", {"position": name}))
    held, seats = seats_of.taken(source), source.facts.seats
    if seats - act.seats < max(1, held):
        data = {"position": act.source, "seats": str(seats), "taken": str(held), "wanted": str(act.seats)}
        reasons.append(Reason("seats_held", data))
    if reasons:
        return Refused(tuple(reasons))
    rows: Rows = []
    at, texts = r.effective_at or docket.now, {"reason": r.reason or ""}
    told: dict[str, list[int]] = {}
    for place, by, other in ((source, -act.seats, target), (target, act.seats, source)):
        told[place.facts.position] = [place.facts.seats, place.facts.seats + by]
        why = {"why": "seats_moved_out" if by < 0 else "seats_moved_in", "other": other.facts.position}
        rows += seats_of.change(docket, place, place.facts.seats + by, why, r.actor.user, at, texts)
    return Outcome(rows, {"source": act.source, "target": act.target, "seats": act.seats}, {"seats": told})
