"""Replacing a member of the commission in the middle of a procedure: one leaves, another takes over the function.

Why: people fall ill and leave office, and the procedure goes on. What the leaving member gave to results that stand
remains, because everybody has seen it; what is still sealed is nobody's judgement any more, and the successor scores.
So sheets that were opened stay with their result, and sheets that are not opened no longer count: the quorum, and among
how many it is taken, are of those who now sit (services/gathering.py). A substitute scores only from then on.
Never here: appointing (records.py), links.
"""

from __future__ import annotations

from workflow.engine.request import Reason, Refused
from workflow.persistence import reads
from workflow.persistence.tables import CommissionMember
from workflow.services.acts import Outcome, Recording, ReplaceMember, known_as, unknown
from workflow.services.case import Case, Rows
from workflow.services.docket import Docket

SUBSTITUTE = "substitute"
_SCORE = ("chair", "member")


def replace_member(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The commission with the successor as rows; refused for whom it cannot concern, and without a reason."""
    act = known_as(r.act, ReplaceMember)
    docket.load([case], {"members"})
    function = case.functions.get(act.leaving)
    reasons = []
    if function in (None, SUBSTITUTE):
        reasons.append(Reason("not_in_commission", {"user": act.leaving}))
    if case.functions.get(act.user, SUBSTITUTE) != SUBSTITUTE:
        reasons.append(Reason("already_in_commission", {"user": act.user}))
    if not r.reason:
        reasons.append(Reason("reason_missing"))
    if reasons:
        return Refused(tuple(reasons))
    if not docket.unit.read(reads.user, user=act.user):
        return unknown(act.user)
    key = {"institution": docket.institution, "procedure_id": case.id}
    successor = {**key, "user_id": act.user, "function": function, "order_number": act.order_number}
    rows: Rows = [
        ("delete", CommissionMember, {**key, "user_id": act.leaving}),
        ("upsert", CommissionMember, successor),
    ]
    others = {user: known for user, known in case.functions.items() if user != act.leaving}
    case.functions = {**others, act.user: str(function)}
    case.facts.members = frozenset(user for user, known in case.functions.items() if known in _SCORE)
    parameters = {"leaving": act.leaving, "user": act.user, "function": function, "order_number": act.order_number}
    return Outcome(rows, parameters)
