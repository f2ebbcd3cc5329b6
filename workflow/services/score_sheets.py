"""Score sheets: a member's own, saved as one goes, sealed by the signature; nobody else's marks are ever read here.

Never here: opening them (effects.py), computing a result (engine.scoring).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflow.engine import journal, scoring
from workflow.engine.request import Reason, Refused
from workflow.identifiers import uuid7
from workflow.persistence.tables import Mark, Sheet, SheetNote
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
    assessment = case.book.process.assessments[act.assessment]
    given = {criterion: value for criterion, value in act.marks.items() if value is not None}
    taken_back = [criterion for criterion in act.marks if criterion not in given]
    known = {criterion: rule.min for criterion, rule in assessment.criteria.items()}
    # A mark that is taken back lies on no scale; that its criterion is asked for is all there is to check.
    checked = given | {criterion: known.get(criterion, Decimal(0)) for criterion in taken_back}
    if assessment.answers is not None:  # counts are held against each other, so the stored ones too
        docket.load([case], {"marks"})
        checked = case.marks.get(act.assessment, {}).get(r.actor.user, {}) | checked
    reasons = tuple(r for r in scoring.check_sheet(assessment, checked) if r.code != "mark_missing")  # saved as you go
    if reasons:
        return Refused(reasons)
    if taken_back:
        docket.load([case], {"marks"})  # or a later reading in this unit would find them again
    case.sheets[act.assessment, r.actor.user] = sheet
    own = case.marks.setdefault(act.assessment, {}).setdefault(r.actor.user, {})
    key = {"institution": docket.institution, "sheet_id": sheet}
    for criterion in taken_back:
        own.pop(criterion, None)
        rows.append(("delete", Mark, {**key, "criterion": criterion}))
    for criterion, value in given.items():
        own[criterion] = value
        rows.append(("upsert", Mark, {**key, "criterion": criterion, "value": value}))
    parameters: dict[str, Any] = {"assessment": act.assessment, "sheet": sheet, "criteria": sorted(act.marks)}
    if act.note is not None:
        rows.append(("upsert", SheetNote, {**key, "note": act.note}) if act.note else ("delete", SheetNote, key))
        parameters["note"] = True
    # The journal says that the sheet was saved, never what stands in it.
    return Outcome(rows, parameters)


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
    if act.seen is not None and act.seen != marks:
        return Refused((Reason("sheet_changed"),))
    case.sheets[act.assessment, r.actor.user] = sheet
    salt = journal.new_salt()
    digest = journal.sheet_digest(salt, marks)
    case.salts[act.assessment, r.actor.user] = salt
    case.digests[act.assessment, r.actor.user] = digest
    case.journaled[act.assessment, r.actor.user] = digest
    row = {"institution": docket.institution, "id": sheet, "signed_at": docket.now}
    row |= {"digest": digest, "salt": salt}
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
