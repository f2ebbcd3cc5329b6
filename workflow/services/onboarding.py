"""Acts between being selected and having begun: checks, training, tasks of the onboarding.

Why: hours, verdicts and days are what papers attest later, so nothing is recorded that the plan or the calendar
contradicts, and what is corrected says why.
Never here: rules (engine/checking.py, engine/training.py), sentences, effects (onboarding_effects.py).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from workflow.engine import checking, training
from workflow.engine.process import Kind, Training
from workflow.engine.request import Actor, Reason, Refused, Request
from workflow.persistence.tables import (
    Attendance,
    CheckItemRow,
    CheckResult,
    PartDone,
    ReExaminationRow,
    TaskRow,
    TrainingSession,
)
from workflow.services.acts import (
    CompletePart,
    CompleteTask,
    Outcome,
    RecordAttendance,
    RecordCheck,
    Recording,
    RequestReExamination,
    SetPart,
    known_as,
    unknown,
)
from workflow.services.case import Case, Rows
from workflow.services.docket import Docket

_DAY_HOURS = 24


# --- checks -----------------------------------------------------------------------------------------------------------


def record_check(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The verdict of a check: of its list where it has one. Its last day is computed where the rules say how long it
    holds, unless the paper itself names an earlier one."""
    act = known_as(r.act, RecordCheck)
    rule = case.book.process.checks.get(act.check)
    if rule is None:
        return unknown(act.check)
    passed = checking.verdict(rule, act.passed, act.items, act.notes)
    if isinstance(passed, Reason):
        return Refused((passed,))
    docket.load([case], {"checks"})
    until = act.valid_until
    computed = checking.holds_until(case.book, rule, r.effective_at or docket.now) if passed else None
    if computed is not None:
        until = computed if until is None else min(until, computed)
    facts = case.facts
    facts.checks = {**facts.checks, act.check: passed}
    facts.checked_at = {**facts.checked_at, act.check: docket.now}
    facts.valid_until = {n: d for n, d in facts.valid_until.items() if n != act.check}
    if until is not None:
        facts.valid_until = {**facts.valid_until, act.check: until}
    key = {"institution": docket.institution, "application_id": case.id}
    result = {**key, "name": act.check, "passed": passed, "valid_until": until, "recorded_at": docket.now}
    rows: Rows = [("upsert", CheckResult, result)]
    for item, good in act.items.items():
        line = {**key, "check_name": act.check, "item": item, "passed": good, "recorded_at": docket.now}
        rows.append(("upsert", CheckItemRow, line))
    parameters: dict[str, Any] = {"check": act.check, "passed": passed, "valid_until": until}
    if act.items:
        parameters["items"] = dict(act.items)
    notes = {f"note_{item}": words.strip() for item, words in act.notes.items() if words.strip() and item in act.items}
    return Outcome(rows, parameters, texts=notes)


def request_re_examination(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """Puts a failed check back to open: asked for in time, and as often as the rules give it."""
    act = known_as(r.act, RequestReExamination)
    if act.check not in case.book.process.checks:
        return unknown(act.check)
    docket.load([case], {"checks", "re_examinations"})
    facts, at = case.facts, r.effective_at or docket.now
    against = checking.against_asking(case.book, facts, act.check, at)
    if against is not None:
        return Refused((against,))
    times = facts.re_examined.get(act.check, 0) + 1
    facts.re_examined = {**facts.re_examined, act.check: times}
    facts.checks = {n: passed for n, passed in facts.checks.items() if n != act.check}
    key = {"institution": docket.institution, "application_id": case.id}
    rows: Rows = [
        ("upsert", ReExaminationRow, {**key, "check_name": act.check, "times": times, "asked_at": at}),
        ("delete", CheckResult, {**key, "name": act.check}),
    ]
    lines = case.book.process.checks[act.check].items
    rows += [("delete", CheckItemRow, {**key, "check_name": act.check, "item": item}) for item in lines]
    return Outcome(rows, {"check": act.check, "times": times})


def go_on(docket: Docket, case: Case, actor: Actor, seq: int, at: datetime) -> None:
    """Makes the move that follows the request of a re-examination, in the same unit, if one is open."""
    from workflow.services.transitions import move

    for transition in case.book.following(case.facts.state, "request_re_examination"):
        request = Request.model_construct(
            institution=docket.institution,
            subject=case.id,
            transition=transition,
            actor=actor,
            effective_at=None,
            expected_version=None,
            reason=None,
            grounds=(),
            register_entry=None,
            parameters={"cause_subject": case.id, "cause_seq": str(seq)},
            cause=Kind.APPLICATION.value,
            due=at,
            deadline=None,
        )
        if not isinstance(move(docket, case, request), Refused):
            break


# --- training ---------------------------------------------------------------------------------------------------------


def _open_part(docket: Docket, case: Case, name: str) -> Training | Refused:
    """The plan, when that part of it can be worked on: the parts before it are complete."""
    plan = case.book.process.training
    if plan is None or name not in plan.parts:
        return unknown(name)
    docket.load([case], {"parts", "attended"})
    missing = [p for p in plan.parts[name].after if p not in case.facts.parts]
    return Refused((Reason("part_blocked", {"part": name, "needs": ", ".join(missing)}),)) if missing else plan


def complete_part(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """A part was completed with so many hours, at once: never more than it has, nor fewer than were attended."""
    act = known_as(r.act, CompletePart)
    plan = _open_part(docket, case, act.part)
    if isinstance(plan, Refused):
        return plan
    if act.hours <= 0:
        return Refused((Reason("hours_not_positive"),))
    if act.hours > plan.parts[act.part].hours:
        return Refused((_too_many(plan, act.part, act.hours),))
    return Outcome([_done(docket, case, act.part, act.hours, docket.today(case))], _said(act.part, act.hours))


def record_attendance(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """Hours of a part attended on a day; the part is complete when its hours are reached.

    What was recorded for the day already is corrected with a reason, also to 0, which takes it back.
    """
    act = known_as(r.act, RecordAttendance)
    plan = _open_part(docket, case, act.part)
    if isinstance(plan, Refused):
        return plan
    facts, part = case.facts, plan.parts[act.part]
    reasons: list[Reason] = []
    before = case.attendance.get((act.part, act.day))
    if act.day > docket.today(case):
        reasons.append(Reason("day_in_future", {"day": act.day}))
    if before is None and act.hours <= 0:
        reasons.append(Reason("hours_not_positive"))
    if act.hours > _DAY_HOURS:
        reasons.append(Reason("hours_over_day", {"hours": str(act.hours)}))
    corrects = before is not None and before != act.hours
    if corrects and not (r.reason or "").strip():
        reasons.append(Reason("reason_missing"))
    others = facts.attended.get(act.part, training.NONE) - (before or training.NONE)
    hours = others + act.hours
    lump = act.part in facts.parts and facts.parts[act.part] != facts.attended.get(act.part)
    if hours > part.hours or (lump and not corrects):
        reasons.append(_too_many(plan, act.part, (facts.parts[act.part] if lump else others) + act.hours))
    if reasons:
        return Refused(tuple(reasons))
    key = {"institution": docket.institution, "application_id": case.id, "part": act.part}
    row = {**key, "day": act.day, "hours": act.hours, "recorded_at": docket.now}
    rows: Rows
    if act.hours == 0:
        case.attendance.pop((act.part, act.day), None)
        rows = [("delete", Attendance, {**key, "day": act.day})]
    else:
        case.attendance[act.part, act.day] = act.hours
        rows = [("upsert", Attendance, row)]
    case.count_attendance()
    if hours >= part.hours:
        last = max(day for (name, day) in case.attendance if name == act.part)
        rows.append(_done(docket, case, act.part, hours, last))
    elif act.part in facts.parts and not lump:
        facts.parts = {name: done for name, done in facts.parts.items() if name != act.part}
        rows.append(("delete", PartDone, key))
    said = {**_said(act.part, act.hours), "day": act.day}
    return Outcome(rows, said | ({"before": str(before)} if corrects else {}))


def _done(docket: Docket, case: Case, part: str, hours: Decimal, day: str) -> tuple[str, type, dict[str, Any]]:
    case.facts.parts = {**case.facts.parts, part: hours}
    row = {
        "institution": docket.institution,
        "application_id": case.id,
        "part": part,
        "hours": hours,
        "done_on": day,
    }
    return ("upsert", PartDone, row)


def _said(part: str, hours: Decimal) -> dict[str, Any]:
    return {"part": part, "hours": str(hours)}


def _too_many(plan: Training, part: str, hours: Decimal) -> Reason:
    data = {"part": part, "hours": str(hours), "required": str(plan.parts[part].hours)}
    return Reason("hours_over_part", data)


def set_part(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """When and where a part of the training is held, and who leads it."""
    act = known_as(r.act, SetPart)
    plan = case.book.process.training
    if plan is None or act.part not in plan.parts:
        return unknown(act.part)
    row = {
        "institution": docket.institution,
        "procedure_id": case.id,
        "part": act.part,
        "held_on": act.day,
        "place": act.place,
        "host": act.host,
        "mentor": act.mentor,
    }
    # Who leads is a person's name: it stands beside the chain, where it can be erased.
    texts = {name: value for name, value in (("host", act.host), ("mentor", act.mentor)) if value}
    return Outcome(
        [("upsert", TrainingSession, row)], {"part": act.part, "day": act.day, "place": act.place}, texts=texts
    )


# --- tasks ------------------------------------------------------------------------------------------------------------


def complete_task(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """A task of the onboarding was done on a day, recorded by the role that owns it."""
    act = known_as(r.act, CompleteTask)
    task = case.book.process.tasks.get(act.task)
    if task is None:
        return unknown(act.task)
    docket.load([case], {"tasks"})
    given, day = case.facts.tasks, act.day or docket.today(case)
    reasons: list[Reason] = []
    if task.owner not in r.actor.roles:
        reasons.append(Reason("task_of_others", {"task": task.name, "owner": task.owner}))
    if task.name not in given:
        reasons.append(Reason("task_not_given", {"task": task.name}))
    elif given[task.name] is not None:
        reasons.append(Reason("task_done_already", {"task": task.name, "day": str(given[task.name])}))
    missing = [name for name in task.after_tasks if given.get(name) is None]
    if missing:
        reasons.append(Reason("task_blocked", {"task": task.name, "needs": ", ".join(missing)}))
    if day > docket.today(case):
        reasons.append(Reason("day_in_future", {"day": day}))
    if reasons:
        return Refused(tuple(reasons))
    case.facts.tasks = {**given, task.name: day}
    key = {"institution": docket.institution, "application_id": case.id, "task": task.name}
    return Outcome(
        [("update", TaskRow, {**key, "done_on": day, "done_by": r.actor.user})], {"task": task.name, "day": day}
    )
