"""Drawing lots among equal candidates: by the system, or on paper and recorded.

Why: a lot is the last word over a post, so it is drawn once, among exactly those whom no other rule separates, by a
source that nobody can foresee or repeat; the order stands in the journal, and the list is made by it.
Never here: what a tie is (engine.ranking), who may draw (the definition's `acts`).
"""

from __future__ import annotations

from secrets import SystemRandom

from workflow.engine.request import Reason, Refused
from workflow.persistence.tables import DrawnLot
from workflow.services import rankings
from workflow.services.acts import DrawLot, Outcome, Recording, known_as, unknown
from workflow.services.case import Case, Rows
from workflow.services.docket import Docket


def draw_lot(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The drawn order as rows; refused when those named are not all of one open tie, so that nothing is drawn twice."""
    act = known_as(r.act, DrawLot)
    strangers = [a.facts.register_number for a in docket.cases(act.applications) if a.facts.position_id != case.id]
    if strangers:
        return unknown(strangers[0])
    if act.by_hand and not r.reason:
        return Refused((Reason("reason_missing"),))
    made = rankings.ranked_now(docket, case)
    ties = [] if made is None else [set(tie.ids) for tie in made.ranked.ties]
    if set(act.applications) not in ties:
        missing = [] if made is None else [one for one in made.ranked.reasons if one.code == "result_missing"]
        return Refused((Reason("no_open_tie"), *missing))
    order = list(act.applications)
    if not act.by_hand:
        SystemRandom().shuffle(order)
    key = {"institution": docket.institution, "position_id": case.id}
    rows: Rows = [("upsert", DrawnLot, {**key, "application_id": a, "rank": i}) for i, a in enumerate(order, 1)]
    return Outcome(rows, {"order": order, "by_hand": act.by_hand})
