"""Acts on publications that were made: a second person approves a draft, an error is corrected in the open.

Never here: making a publication (publishing.py), pages.
"""

from __future__ import annotations

from workflow.engine.request import Reason, Refused
from workflow.persistence import tables
from workflow.services.acts import ApprovePublication, CorrectPublication, Outcome, Recording, known_as, unknown
from workflow.services.case import Case
from workflow.services.correcting import next_version, replaced, versions_of
from workflow.services.docket import Docket
from workflow.services.publishing import no_end, show, until_of


def approve_publication(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """A second person approves a draft, and it is shown from now on; the version before it is not any more."""
    act = known_as(r.act, ApprovePublication)
    versions = versions_of(docket, case, act.number)
    if not versions:
        return unknown(str(act.number))
    draft = versions[-1]
    if draft["version"] != act.version or draft["published_at"] is not None or draft["withdrawn_at"] is not None:
        return Refused((Reason("nothing_to_approve", {"number": str(act.number)}),))
    rule = case.book.process.publications[draft["name"]]
    reasons = []
    if not r.actor.roles.intersection(rule.approved_by):
        reasons.append(Reason("wrong_role", {"needs": ", ".join(rule.approved_by)}))
    if r.actor.user == draft["made_by"]:
        reasons.append(Reason("own_draft", {"number": str(act.number)}))
    if reasons:
        return Refused(tuple(reasons))
    if (missing := no_end(case, draft["name"])) is not None:
        return missing
    outcome = Outcome(parameters={"number": act.number, "version": act.version, "digest": draft["digest"]})
    row = {"institution": docket.institution, "id": draft["id"], "approved_by": r.actor.user}
    show(docket, case, row | {key: draft[key] for key in ("name", "number", "version", "digest")}, outcome.effects)
    shown = {**row, "published_at": docket.now, "until_at": until_of(docket, case, rule)}
    outcome.rows = [("update", tables.Publication, shown), *replaced(docket, versions[:-1])]
    return outcome


def correct_publication(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The next version of a publication, with a reason; the versions before it stay on record.

    Who stood in a list stands in it with the data of today. Who has come to a state of another of its lists stands
    there, and who has moved on to a state of none stays where it was: a later move is no error of the list.
    """
    act = known_as(r.act, CorrectPublication)
    versions = versions_of(docket, case, act.number)
    if not versions:
        return unknown(str(act.number))
    reason = (r.reason or "").strip()
    if not reason:
        return Refused((Reason("reason_missing"),))
    corrected = next_version(docket, case, versions, reason, r.actor.user)
    if isinstance(corrected, Refused):
        return corrected
    return Outcome(rows=corrected.rows, parameters=corrected.said, effects=corrected.effects)
