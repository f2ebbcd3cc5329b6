"""Dates and details of a procedure, and the deadlines that follow a date when it is moved.

Never here: when something is due (engine.deadlines).
"""

from __future__ import annotations

from collections.abc import Sequence

from workflow.engine import deadlines, journal
from workflow.engine.decide import Armed
from workflow.engine.process import DeadlineRule, Kind
from workflow.engine.request import Actor, Reason, Refused
from workflow.persistence import reads
from workflow.persistence.tables import (
    Procedure,
)
from workflow.services.acts import (
    Outcome,
    Recording,
    SetDate,
    SetDetail,
    known_as,
    unknown,
)
from workflow.services.case import Case, Entry, Rows
from workflow.services.docket import Docket
from workflow.services.terms import arm, disarm


def set_date(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, SetDate)
    if act.date not in case.book.process.dates:
        return unknown(act.date)
    hanging = {rule.name for rule in case.book.process.deadlines.values() if rule.at == act.date}
    stored = docket.unit.read(reads.deadlines_of, institution=docket.institution, subject=case.id)
    if any(row[1] in hanging and row[4] == "fired" and row[3] == "due" for row in stored):
        # What fell due has decided who was in time; changing the date would decide it again.
        return Refused((Reason("date_has_passed", {"date": act.date}),))
    before = case.facts.dates.get(act.date)
    case.facts.dates = {**case.facts.dates, act.date: act.value}
    row = {"institution": docket.institution, "id": case.id, "dates": journal.canonical(dict(case.facts.dates))}
    outcome = Outcome([("update", Procedure, row)], {"date": act.date, "value": act.value, "before": before})
    outcome.rows += _rearm(docket, case, act.date, outcome, r.actor)
    return outcome


def set_detail(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, SetDetail)
    if act.detail not in case.book.process.details:
        return unknown(act.detail)
    case.facts.details = {**case.facts.details, act.detail: act.value}
    row = {"institution": docket.institution, "id": case.id, "details": journal.canonical(dict(case.facts.details))}
    return Outcome([("update", Procedure, row)], {"detail": act.detail}, texts={"value": act.value})


def _rearm(docket: Docket, case: Case, date: str, outcome: Outcome, by: Actor) -> Rows:
    """The deadlines that hang on a date of the procedure follow it: those armed are cancelled and armed anew.

    Each subject whose deadline moves says so in its own journal.
    """
    rows: Rows = []
    hanging = [rule for rule in case.book.process.deadlines.values() if rule.at == date]
    for kind in Kind:
        rules = [rule for rule in hanging if rule.of is kind]
        if not rules:
            continue
        states = sorted({state for rule in rules for state in rule.states})
        cases = [case] if kind is Kind.PROCEDURE else docket.children(case, kind, states)
        docket.load(cases, {"armed"})
        for other in cases:
            own = [rule for rule in rules if other.facts.state in rule.states]
            if not own:
                continue
            other.facts.dates = case.facts.dates
            entry = Entry(
                kind="record",
                act="follow_date",
                from_state=None,
                to_state=None,
                effective_at=docket.now,
                actor=by.user,
                role=Kind.PROCEDURE.value,
                rule="set_date",
                parameters={"date": date, "procedure": case.id},
            )
            moved = _replace(docket, other, own, entry)
            if other is case:
                outcome.effects.update(entry.effects)
                rows += moved
            else:
                docket.stage(other, entry, moved)
    return rows


def _replace(docket: Docket, case: Case, rules: Sequence[DeadlineRule], entry: Entry) -> Rows:
    institution, calendar = case.book.process.institution, case.book.calendar
    rows = disarm(docket, case, [rule.name for rule in rules], None, entry)
    armed = []
    for rule in rules:
        due = deadlines.due(
            rule, start=case.entered_at, dates=case.facts.dates, institution=institution, calendar=calendar
        )
        reminders = [(deadlines.before(due.at, m.before, institution, calendar), m.notice) for m in rule.reminders]
        armed.append(Armed(rule, due, tuple((at, notice) for at, notice in reminders if at > docket.now)))
    return rows + arm(docket, case, armed, entry)
