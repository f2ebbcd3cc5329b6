"""Score sheets: a member's own, saved as one goes, sealed by the signature; nobody else's marks are ever read here.

Never here: opening them (effects.py), computing a result (engine.scoring).
"""

from __future__ import annotations

from workflow.engine import journal, scoring
from workflow.engine.request import Reason, Refused
from workflow.identifiers import uuid7
from workflow.persistence.tables import (
    Mark,
    Sheet,
)
from workflow.services.acts import (
    Outcome,
    Recording,
    SaveSheet,
    SignSheet,
    known_as,
    unknown,
)
from workflow.services.case import Case, Rows
from workflow.services.docket import Docket


def save_sheet(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, SaveSheet)
    opened = _own_sheet(docket, case, r, act.assessment)
    if isinstance(opened, Refused):
        return opened
    sheet, rows = opened
    reasons = scoring.check_sheet(case.book.process.assessments[act.assessment], act.marks)
    reasons = tuple(reason for reason in reasons if reason.code != "mark_missing")  # saved as you go
    if reasons:
        return Refused(reasons)
    case.sheets[act.assessment, r.actor.user] = sheet
    own = case.marks.setdefault(act.assessment, {}).setdefault(r.actor.user, {})
    for criterion, value in act.marks.items():
        own[criterion] = value
        row = {"institution": docket.institution, "sheet_id": sheet, "criterion": criterion, "value": value}
        rows.append(("upsert", Mark, row))
    # The journal says that the sheet was saved, never what stands in it.
    return Outcome(rows, {"assessment": act.assessment, "sheet": sheet, "criteria": sorted(act.marks)})


def sign_sheet(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, SignSheet)
    opened = _own_sheet(docket, case, r, act.assessment)
    if isinstance(opened, Refused):
        return opened
    sheet, rows = opened
    docket.load([case], {"marks"})
    marks = case.marks.get(act.assessment, {}).get(r.actor.user, {})
    reasons = scoring.check_sheet(case.book.process.assessments[act.assessment], marks)
    if reasons:
        return Refused(reasons)
    case.sheets[act.assessment, r.actor.user] = sheet
    salt = journal.new_salt()
    digest = journal.text_digest(salt, journal.canonical({c: str(m) for c, m in marks.items()}))
    row = {"institution": docket.institution, "id": sheet, "signed_at": docket.now, "digest": digest, "salt": salt}
    who = case.facts.sheets[act.assessment]
    signed = type(who)(who.members, who.recused, who.signed | {r.actor.user})
    case.facts.sheets = {**case.facts.sheets, act.assessment: signed}
    parameters = {"assessment": act.assessment, "sheet": sheet, "digest": digest}
    return Outcome([*rows, ("update", Sheet, row)], parameters)


def _own_sheet(docket: Docket, case: Case, r: Recording, assessment: str) -> tuple[str, Rows] | Refused:
    """The id of the actor's sheet, with the row that creates it if there is none; refused when it is not theirs."""
    if assessment not in case.book.process.assessments:
        return unknown(assessment)
    docket.load([case], {"sheets"})
    who = case.facts.sheets[assessment]
    user = r.actor.user
    if user not in who.members:
        return Refused((Reason("not_a_member"),))
    if user in who.recused:
        return Refused((Reason("has_conflict"),))
    if user in who.signed:
        return Refused((Reason("already_signed"),))
    if assessment in case.book.process.positions[case.facts.position].skips:
        return Refused((Reason("assessment_not_held", {"assessment": assessment}),))
    known = case.sheets.get((assessment, user))
    if known is not None:
        return known, []
    sheet = uuid7()
    row = {
        "institution": docket.institution,
        "id": sheet,
        "application_id": case.id,
        "assessment": assessment,
        "user_id": user,
        "signed_at": None,
        "digest": None,
        "salt": None,
        "opened_at": None,
    }
    return sheet, [("insert", Sheet, row)]
