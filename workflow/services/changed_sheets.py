"""Changing a score sheet that was signed: for a coded reason, and so that everybody can see it afterwards.

Why: a member may have written 3 for 8, and a commission may correct itself after it has talked; but marks that change
after their signature weigh so much in court that who, when, why, and from what to what must stand in the journal.
Before the sheets are opened only their own member may change them, and the journal keeps a digest: no mark of a sealed
sheet enters it. After that old and new marks stand in the journal in clear, and the result follows by the same rule.
Never here: saving and signing (score_sheets.py), opening (effects.py), whether a mark is possible (engine.scoring).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workflow.engine import journal, scoring
from workflow.engine.combining import CHAIR
from workflow.engine.effects import OpenSheets
from workflow.engine.process import Assessment, Kind
from workflow.engine.request import Reason, Refused
from workflow.persistence import scoring_reads as sql
from workflow.persistence.tables import Mark, Result, Sheet
from workflow.services.acts import ChangeSheet, Outcome, Recording, known_as, unknown
from workflow.services.case import Case, Row, Rows
from workflow.services.docket import Docket


def change_sheet(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The new marks as rows, with the new result where the sheets are opened; or every reason against it."""
    act = known_as(r.act, ChangeSheet)
    process = case.book.process
    if act.assessment not in process.assessments:
        return unknown(act.assessment)
    docket.load([case], {"sheets", "marks", "places", "results", "signatures"})
    key = (act.assessment, act.member)
    is_open = key in case.opened
    rule = process.assessments[act.assessment]
    old = dict(case.marks.get(act.assessment, {}).get(act.member, {}))
    new = {c: m for c, m in {**old, **act.marks}.items() if m is not None}
    against = _against(case, r, act, is_open)
    if against:
        return Refused(against)
    reasons = scoring.check_sheet(rule, new)
    if reasons:
        return Refused(reasons)
    if new == old:
        return Refused((Reason("marks_unchanged"),))
    salt = journal.new_salt()
    digest = journal.sheet_digest(salt, new)
    case.marks.setdefault(act.assessment, {})[act.member] = new
    case.salts[key], case.digests[key], case.journaled[key] = salt, digest, digest
    sheet = {"institution": docket.institution, "id": case.sheets[key]}
    rows: Rows = [
        ("update", Sheet, {**sheet, "digest": digest, "salt": salt}),
        *_marks(docket, case.sheets[key], old, new),
    ]
    parameters: dict[str, Any] = {
        "assessment": act.assessment,
        "sheet": case.sheets[key],
        "user": act.member,
        "code": act.code,
        "digest": digest,
    }
    if not is_open:  # sealed: the journal says that it was changed, never to what
        return Outcome(rows, parameters)
    parameters |= {"old": _texts(old), "new": _texts(new), "salt": salt}
    result, row = _result(docket, case, rule)
    told = {"value": row["value"], "shown": str(result.shown), "members": result.members}
    return Outcome([*rows, ("upsert", Result, row)], parameters, effects={"result": told})


def _against(case: Case, r: Recording, act: ChangeSheet, is_open: bool) -> tuple[Reason, ...]:
    """Every reason that lies in who asks, whose sheet it is, why, and how far the case has come."""
    who = case.facts.sheets[act.assessment]
    reasons = []
    known = case.book.process.change_reasons
    if act.code not in known:
        reasons.append(Reason("unknown_change_reason", {"code": act.code, "known": ", ".join(known)}))
    if not r.reason:
        reasons.append(Reason("reason_missing"))
    if not is_open and act.member not in who.signed:
        reasons.append(Reason("sheet_not_signed"))
    if r.actor.user in who.recused or act.member in who.recused:
        reasons.append(Reason("has_conflict"))
    if r.actor.user != act.member and not (is_open and CHAIR in r.actor.roles):
        reasons.append(Reason("not_your_sheet"))
    if case.place is not None:
        reasons.append(Reason("ranking_stands"))
    return tuple(reasons)


def _marks(docket: Docket, sheet: str, old: Mapping[str, Decimal], new: Mapping[str, Decimal]) -> Rows:
    key = {"institution": docket.institution, "sheet_id": sheet}
    rows: Rows = [("delete", Mark, {**key, "criterion": c}) for c in old if c not in new]
    rows += [("upsert", Mark, {**key, "criterion": c, "value": m}) for c, m in new.items() if old.get(c) != m]
    return rows


def _result(docket: Docket, case: Case, rule: Assessment) -> tuple[scoring.Result, Row]:
    """The result of the sheets that were opened, by the rule and the functions by which they were opened."""
    users = sorted(user for assessment, user in case.opened if assessment == rule.name)
    functions = _functions(docket, case, rule)
    result = scoring.result(
        rule, [case.marks[rule.name].get(user, {}) for user in users], [functions[u] for u in users if u in functions]
    )
    case.take_result(rule.name, result.value, result.criteria, result.shown, result.dropped)
    means = {criterion: scoring.as_text(mean) for criterion, mean in result.criteria.items()}
    return result, {
        "institution": docket.institution,
        "application_id": case.id,
        "assessment": rule.name,
        "value": scoring.as_text(result.value),
        "shown": result.shown,
        "criteria": journal.canonical(means),
        "dropped": None if result.dropped is None else scoring.as_text(result.dropped),
        "members": result.members,
    }


def _functions(docket: Docket, case: Case, rule: Assessment) -> Mapping[str, str]:
    """As what each member's sheet counted when it was opened; empty where the rule weighs nobody."""
    if not rule.combine.weights:
        return {}
    lifecycle = case.book.process.lifecycles[Kind.APPLICATION]
    opening = OpenSheets(rule.name)
    acts = sorted({t.name for t in lifecycle.transitions if opening in t.effects})
    found: Mapping[str, str] = {}
    for _, text in docket.unit.read(sql.openings, institution=docket.institution, ids=[case.id], acts=acts):
        parameters = docket.house.parsed(text)
        if parameters.get("assessment") == rule.name:
            found = parameters.get("functions", found)
    return found


def _texts(marks: Mapping[str, Decimal]) -> dict[str, str]:
    return {criterion: str(mark) for criterion, mark in marks.items()}
