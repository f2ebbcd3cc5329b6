"""What a step causes, carried out: an exhaustive match over the closed union of effects.

Why: effects are data of the definition; here each becomes rows of the same transaction, or moves of other subjects
through the same door. An effect that moves others is all or nothing: one refusal refuses the act and names them.
Never here: whether a move is permitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from workflow.catalogue.yaml_reader import dotted
from workflow.engine import journal, ranking, scoring, shortlisting, soundness
from workflow.engine.combining import function_of
from workflow.engine.decide import Step
from workflow.engine.effects import (
    AttestHours,
    CallNext,
    Certify,
    CheckOpeningRatio,
    Correct,
    Effect,
    GiveTasks,
    Move,
    OpenSheets,
    Pin,
    Publish,
    Rank,
    Shortlist,
    Withdraw,
)
from workflow.engine.errors import DefinitionError, Problem
from workflow.engine.facts import SheetFacts
from workflow.engine.process import KIND_OF, Kind
from workflow.engine.request import Reason, Refused, Request
from workflow.persistence.tables import Calendar, Definition, Place, Procedure, Result, Sheet
from workflow.services import calls, correcting, onboarding_effects, publishing, rankings, seats
from workflow.services.case import Case, Entry, Rows
from workflow.services.docket import Docket


def carry(docket: Docket, case: Case, step: Step, request: Request, entry: Entry) -> Rows | Refused:
    """The rows that the step's effects need, with what they do noted in the entry; or why they cannot happen."""
    rows: Rows = []
    for effect in step.effects:
        more = _one(docket, case, effect, step, request, entry)
        if isinstance(more, Refused):
            return more
        rows += more
    return rows


def _one(docket: Docket, case: Case, effect: Effect, step: Step, request: Request, entry: Entry) -> Rows | Refused:
    match effect:
        case Move():
            return _move(docket, case, effect, step, request, entry)
        case Rank():
            return _rank(docket, case, effect, step, request, entry)
        case Shortlist():
            return _shortlist(docket, case, effect, step, request, entry)
        case CallNext():
            return _call(docket, case, effect, step, request, entry)
        case CheckOpeningRatio():
            return _check_ratio(docket, case, effect, step, request, entry)
        case OpenSheets():
            return _open_sheets(docket, case, effect.assessment, entry)
        case Publish():
            return publishing.publish(docket, case, effect.publication, entry)
        case Withdraw():
            return publishing.withdraw(docket, case, effect.publication, entry)
        case Correct():
            return correcting.correct_list(docket, case, effect.publication, step, entry)
        case Pin():
            return _pin(docket, case, entry)
        case Certify():
            return onboarding_effects.certify(docket, case, entry)
        case AttestHours():
            return onboarding_effects.attest_hours(docket, case, entry)
        case GiveTasks():
            return onboarding_effects.give_tasks(docket, case, step.effective_at, entry)
        case _:
            assert_never(effect)


# --- moving others ----------------------------------------------------------------------------------------------------


def _move(docket: Docket, case: Case, effect: Move, step: Step, request: Request, entry: Entry) -> Rows | Refused:
    facts = case.facts
    ids = {"position": facts.position_id, "procedure": facts.procedure, "application": facts.application}
    if effect.subjects in ids:
        above = docket.case(ids[effect.subjects])
        others = [above] if not effect.states or above.facts.state in effect.states else []
    else:
        kind = KIND_OF[effect.subjects]
        lifecycle = case.book.process.lifecycles[kind]
        states = effect.states or tuple(dict.fromkeys(s for t in lifecycle.named(effect.transition) for s in t.sources))
        if effect.subjects == "others_of_candidate":
            others = docket.others_of_candidate(case, states)
        else:
            others = docket.children(case, kind, states)
    told = {"why": "released_by", "by": case.facts.register_number} if effect.subjects == "others_of_candidate" else {}
    return _push(docket, case, [(other, effect.transition, told) for other in others], step, request, entry)


def _push(
    docket: Docket,
    case: Case,
    pushed: Sequence[tuple[Case, str, Mapping[str, str]]],
    step: Step,
    request: Request,
    entry: Entry,
) -> Rows | Refused:
    """Moves others through the same door. They count at the same instant as the move that causes theirs."""
    from workflow.services.transitions import move_all

    if not pushed:
        return []
    cause = {"cause_subject": case.id, "cause_seq": str(case.seq + 1)}
    requests = [
        Request.model_construct(
            institution=docket.institution,
            subject=other.id,
            transition=transition,
            actor=request.actor,
            effective_at=None,
            expected_version=None,
            reason=request.reason,
            grounds=request.grounds,
            register_entry=None,
            parameters={**parameters, **cause},
            cause=case.facts.kind.value,
            due=step.effective_at,
            deadline=None,
        )
        for other, transition, parameters in pushed
    ]
    outcomes = move_all(docket, requests)
    refused = [(other, o) for (other, _, _), o in zip(pushed, outcomes, strict=True) if isinstance(o, Refused)]
    if refused:
        names = "; ".join(f"{other.facts.register_number or other.facts.position}" for other, _ in refused)
        reasons = dict.fromkeys((r.code, tuple(r.data.items())) for _, o in refused for r in o.reasons)
        first = Reason("moves_refused", {"transition": pushed[0][1], "names": names})
        return Refused((first, *(Reason(code, dict(data)) for code, data in reasons)))
    moved = entry.effects.setdefault("moved", {})
    for _, transition, _ in pushed:
        moved[transition] = moved.get(transition, 0) + 1
    return []


def _call(docket: Docket, case: Case, effect: CallNext, step: Step, request: Request, entry: Entry) -> Rows | Refused:
    """One after the other, because each that moves may change who is next. Each is told why it was called; when nobody
    is, the entry says why the seat stays free."""
    rows: Rows = []
    position = docket.case(case.facts.position_id)
    against = calls.against(docket, case, effect, step.effective_at)
    if against is not None:
        if case.facts.kind is Kind.POSITION:  # whoever asks for a call is told why there is none
            return Refused((Reason(against.code, dict(against.data)),))
        entry.effects["seat_left_free"] = {"why": against.code, **against.data}
        return rows
    while True:
        if effect.until is not None:
            docket.load([position], {"counts"})
            if sum(position.facts.counts.get(state, 0) for state in effect.counting) >= effect.until:
                return rows
        line = docket.next_in_line(case, effect.states)
        if line is None:
            if effect.until is None:
                entry.effects["seat_left_free"] = {"why": calls.NOBODY}
            return rows
        was = line.facts.state
        told = {**_placed(line), **_told(calls.why(case, line, step))}
        more = _push(docket, case, [(line, effect.transition, told)], step, request, entry)
        if isinstance(more, Refused):
            return more
        rows += more
        if effect.until is None or line.facts.state == was:  # who stays where they are would be called for ever
            return rows


def _check_ratio(
    docket: Docket, case: Case, effect: CheckOpeningRatio, step: Step, request: Request, entry: Entry
) -> Rows | Refused:
    opened = seats.by_ratio(docket, case, effect, request.actor.user, step.effective_at)
    if opened.told:
        entry.effects["opening_ratio"] = opened.told
    refused = _push(docket, case, [(p, effect.end or "", {}) for p in opened.ended], step, request, entry)
    return refused if isinstance(refused, Refused) else opened.rows


def _placed(case: Case) -> dict[str, str]:
    return {} if case.place is None else {"place": str(case.place[0]), "total": case.place[1]}


def _rank(docket: Docket, case: Case, effect: Rank, step: Step, request: Request, entry: Entry) -> Rows | Refused:
    rule = case.book.process.ranking
    if rule is None:
        raise AssertionError("the loader accepts the effect `rank` only beside a `ranking`")
    applications = docket.children(case, Kind.APPLICATION, effect.states)
    positions = docket.cases(sorted({a.facts.position_id for a in applications}))
    ranked = ranking.rank(
        rule,
        case.book.process,
        rankings.entries_of(docket, rule, applications),
        seats={p.facts.position: p.facts.seats for p in positions},
        **rankings.orders(docket, rule, {p.id: p.facts.position for p in positions}),
        priority=rankings.in_force(rule, case.facts.details),
    )
    if ranked.reasons:
        return Refused(ranked.reasons)
    rows: Rows = []
    pushed = []
    for places in ranked.places.values():
        for place in places:
            application = docket.case(place.id)
            application.place = (place.place, str(place.shown))
            application.loaded.add("places")
            rows.append(
                (
                    "upsert",
                    Place,
                    {
                        "institution": docket.institution,
                        "application_id": place.id,
                        "position_id": application.facts.position_id,
                        "group_name": place.group.value,
                        "place": place.place,
                        "total": place.shown,
                    },
                )
            )
            parameters: dict[str, Any] = {**_placed(application), "group": place.group.value}
            parameters["decided_by"] = place.decided_by
            if place.bonus:  # a verdict may change; the list and its account do not
                parameters["bonus"] = list(place.bonus)
            if place.without_priority is not None:
                parameters["without_priority"] = str(place.without_priority)
            pushed.append((application, effect.moves[place.group.value], parameters))
    refused = _push(docket, case, pushed, step, request, entry)
    return refused if isinstance(refused, Refused) else rows


def _shortlist(
    docket: Docket, case: Case, effect: Shortlist, step: Step, request: Request, entry: Entry
) -> Rows | Refused:
    applications = docket.children(case, Kind.APPLICATION, effect.states)
    docket.load(applications, {"results"})
    positions = docket.cases(sorted({a.facts.position_id for a in applications}))
    listed = shortlisting.shortlist(
        case.book.process,
        [_scored(a) for a in applications],
        seats={p.facts.position: p.facts.seats for p in positions},
        cut=effect.cut,
        assessment=effect.assessment,
    )
    if listed.reasons:
        return Refused(listed.reasons)
    pushed = [(docket.case(i), effect.enter, _told(listed.why.get(i))) for i in listed.enter]
    pushed += [(docket.case(i), effect.leave, _told(listed.why.get(i))) for i in listed.leave]
    return _push(docket, case, pushed, step, request, entry)


def _told(line: scoring.Line | None) -> Mapping[str, str]:
    """A line of an explanation as the journal keeps it, so that it can be said in words years later."""
    return {} if line is None else {"why": line.code, **line.data}


def _scored(case: Case) -> ranking.Entry:
    return ranking.Entry(case.id, case.facts.position, case.facts.register_number, case.scores)


# --- the subject's own ------------------------------------------------------------------------------------------------


def _open_sheets(docket: Docket, case: Case, assessment: str, entry: Entry) -> Rows | Refused:
    """Opens the signed sheets: only now do the marks enter the journal in clear, and the result is computed.

    Refused with `sheet_not_as_signed` when the marks of a sheet are not those that were signed; no result is computed.
    """
    earlier = {"results"} if len(case.book.process.assessments) > 1 else set()
    docket.load([case], {"marks", "sheets", "signatures"} | earlier)
    rule = case.book.process.assessments[assessment]
    who = case.facts.sheets.get(assessment, SheetFacts())
    users = sorted(who.signed - who.recused)
    # A sheet may have lost every mark since; then its user has no entry here.
    marks = {user: case.marks.get(assessment, {}).get(user, {}) for user in users}
    changed = [
        u
        for u in users
        # Against the journal, because whoever can change a mark in the tables can change the digest beside it.
        if journal.sheet_digest(case.salts[assessment, u], marks[u]) != case.journaled.get((assessment, u))
        or case.digests[assessment, u] != case.journaled.get((assessment, u))
    ]
    if changed:
        data = {"assessment": assessment, "application": case.facts.register_number, "missing": ", ".join(changed)}
        return Refused((Reason("sheet_not_as_signed", data),))
    functions = {user: function_of(case.functions.get(user)) for user in users}
    result = scoring.result(rule, [marks[user] for user in users], [functions[user] for user in users])
    means = {criterion: scoring.as_text(mean) for criterion, mean in result.criteria.items()}
    row = {
        "institution": docket.institution,
        "application_id": case.id,
        "assessment": assessment,
        "value": scoring.as_text(result.value),
        "shown": result.shown,
        "criteria": journal.canonical(means),
        "members": result.members,
        "dropped": None if result.dropped is None else scoring.as_text(result.dropped),
    }
    entry.parameters["assessment"] = assessment
    entry.parameters["marks"] = {u: {c: str(m) for c, m in sheet.items()} for u, sheet in marks.items()}
    entry.parameters["salts"] = {user: case.salts[assessment, user] for user in users}
    if rule.combine.weights:
        entry.parameters["functions"] = functions  # a commission changes; the result must be computable for ever
    entry.effects["result"] = {"value": row["value"], "shown": str(result.shown), "members": result.members}
    case.take_result(assessment, result.value, result.criteria, result.shown, result.dropped)
    case.loaded.add("results")
    opened: Rows = [
        (
            "update",
            Sheet,
            {"institution": docket.institution, "id": case.sheets[assessment, user], "opened_at": docket.now},
        )
        for user in users
    ]
    return [*opened, ("upsert", Result, row)]


def _pin(docket: Docket, case: Case, entry: Entry) -> Rows:
    """Stores what the procedure will run by, and ties the procedure to it by hash and version."""
    current = docket.house.catalogue.snapshot(docket.institution, case.process)
    unsound = soundness.check(current.process)
    if unsound:
        # The last moment at which rules that lead nowhere can be kept from people who will depend on them.
        raise DefinitionError(
            Problem(f"{docket.institution}/{case.process}.yaml", 0, 0, dotted(f.place), f.what, f.remedy)
            for f in unsound
        )
    calendar = case.book.calendar
    entry.effects["pinned"] = {"definition": current.hash, "calendar": f"{calendar.country} {calendar.version}"}
    definition = {
        "institution": docket.institution,
        "hash": current.hash,
        "process": case.process,
        "format": current.process.format,
        "rules_hash": current.rules_hash,
        "text": current.text,
        "stored_at": docket.now,
    }
    pinned = {"definition_hash": current.hash, "calendar_version": calendar.version}
    return [
        ("upsert", Definition, definition),
        (
            "upsert",
            Calendar,
            {"country": calendar.country, "version": calendar.version, "text": calendar.as_text()},
        ),
        ("update", Procedure, {"institution": docket.institution, "id": case.facts.procedure, **pinned}),
    ]
