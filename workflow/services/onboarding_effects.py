"""Effects of the onboarding: tasks that are given, the certificate, the statement of hours.

Why: what stands on a paper is counted when it is issued, from the same hours as every guard.
Never here: acts (onboarding.py), how a paper looks (training_paper.py).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from workflow.engine import journal, training
from workflow.engine.request import Reason, Refused
from workflow.identifiers import uuid7
from workflow.persistence.tables import Certificate, HoursStatement, TaskRow
from workflow.services.case import Case, Entry, Rows
from workflow.services.docket import Docket


def give_tasks(docket: Docket, case: Case, at: datetime, entry: Entry) -> Rows:
    """The tasks of the onboarding, each with the instant it is due, counted from when they are given."""
    docket.load([case], {"tasks"})
    key = {"institution": docket.institution, "application_id": case.id}
    rows: Rows = []
    dues: dict[str, str | None] = {}
    for task in case.book.process.tasks.values():
        if task.name in case.facts.tasks:
            continue
        known = task.due.at is None or task.due.at in case.facts.dates
        due = case.book.due(task.due, at, case.facts.dates).at if known else None
        dues[task.name] = None if due is None else journal.instant_text(due)
        rows.append(("insert", TaskRow, {**key, "task": task.name, "due_at": due, "done_on": None, "done_by": None}))
    case.facts.tasks = {**dict.fromkeys(dues), **case.facts.tasks}
    entry.effects["tasks"] = dues
    return rows


# --- papers -----------------------------------------------------------------------------------------------------------


def certify(docket: Docket, case: Case, entry: Entry) -> Rows | Refused:
    """The numbered certificate, for who completed the plan."""
    docket.load([case], {"parts", "attended"})
    plan = case.book.process.training
    if plan is None or plan.certificate is None:
        raise AssertionError("the loader accepts the effect `certify` only beside a training plan with a certificate")
    parts, attended = case.facts.parts, case.facts.attended
    hours = training.total(parts, attended)
    if not training.complete(plan, parts, attended):
        missing = ", ".join(training.missing(plan, parts, attended))
        data = {"hours": str(hours), "required": str(plan.hours)}
        return Refused((Reason("training_incomplete", {**data, **({"parts": missing} if missing else {})}),))
    number = docket.next_certificate(plan.certificate)
    case.training |= {"number": number, "issued_at": journal.instant_text(docket.now)}
    return [("insert", Certificate, _paper(docket, case, entry, "certificate", number, hours))]


def attest_hours(docket: Docket, case: Case, entry: Entry) -> Rows:
    """The numbered statement of the hours that were done, for who has not completed the plan."""
    docket.load([case], {"parts", "attended"})
    plan = case.book.process.training
    if plan is None or plan.statement is None:
        raise AssertionError("the loader accepts `attest_hours` only beside a training plan with a statement")
    hours = training.total(case.facts.parts, case.facts.attended)
    number = docket.next_statement(plan.statement)
    case.training |= {"statement": number}
    return [("insert", HoursStatement, _paper(docket, case, entry, "statement", number, hours))]


def _paper(docket: Docket, case: Case, entry: Entry, kind: str, number: str, hours: Decimal) -> dict[str, Any]:
    entry.effects[kind] = {"number": number, "hours": str(hours)}
    return {
        "institution": docket.institution,
        "id": uuid7(),
        "application_id": case.id,
        "number": number,
        "hours": hours,
        "issued_at": docket.now,
    }
