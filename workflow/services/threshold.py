"""Recording the pass mark that a commission fixes.

Why: a mark that is fixed after the sheets were opened decides over people whose results are known, so it is fixed once,
with a reason, in the journal.
Never here: what a mark means (engine/threshold.py), what the commission sees before (threshold_desk.py).
"""

from __future__ import annotations

from workflow.engine import threshold
from workflow.engine.request import Reason, Refused
from workflow.engine.rulebook import scored_in
from workflow.persistence import scoring_reads as sql
from workflow.persistence.tables import FixedThreshold
from workflow.services.acts import FixThreshold, Outcome, Recording, known_as, unknown
from workflow.services.case import Case
from workflow.services.docket import Docket


def fix_threshold(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The mark as a row; refused without a reason, off the steps, fixed already, or while sheets are to be opened."""
    act = known_as(r.act, FixThreshold)
    rule = case.book.process.assessments.get(act.assessment)
    if rule is None:
        return unknown(act.assessment)
    wrong = threshold.against(rule, act.value)
    early = too_early(docket, case, act.assessment) if rule.fixing is not None else None
    reasons = [one for one in (wrong, early) if one is not None]
    if not (r.reason or "").strip():
        reasons.append(Reason("reason_missing"))
    if reasons:
        return Refused(tuple(reasons))
    assert rule.fixing is not None  # `against` has seen it
    value = next(mark for mark in threshold.marks(rule.fixing) if mark == act.value)  # 12.00 is kept as 12
    row = {
        "institution": docket.institution,
        "procedure_id": case.id,
        "assessment": act.assessment,
        "value": value,
        "fixed_at": docket.now,
    }
    # An insert: of two who fix at once, the second is refused by the key and decides anew on what the first left.
    return Outcome([("insert", FixedThreshold, row)], {"assessment": act.assessment, "value": str(value)})


def too_early(docket: Docket, case: Case, assessment: str) -> Reason | None:
    """`threshold_too_early` while somebody is still to be scored, or nothing was opened."""
    docket.load([case], {"counts"})
    waiting = sum(case.facts.counts.get(state, 0) for state in scored_in(case.book.process, assessment))
    here = {"institution": docket.institution, "procedure": case.id, "assessment": assessment}
    if waiting or not docket.unit.read(sql.all_results, **here):
        return Reason("threshold_too_early", {"assessment": assessment, "waiting": str(waiting)})
    return None
