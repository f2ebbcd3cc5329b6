"""The sister door: acts that move no state enter the same journal through `record()`.

Why: a verdict, a mark or an appointment weighs as much in court as a move, so it is checked, journaled and committed
in the same way. Each act is one frozen value and one function here that turns it into rows.
Never here: moves (transitions), sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workflow.engine import journal
from workflow.engine.decide import may_record
from workflow.engine.process import Kind
from workflow.engine.request import Reason, Refused, Request
from workflow.identifiers import uuid7
from workflow.persistence import reads
from workflow.persistence import statements as sql
from workflow.persistence.tables import (
    Candidate,
    CommissionMember,
    ConflictRow,
    Definition,
    Procedure,
    SurveyAnswer,
    TieDecision,
    VerdictRow,
)
from workflow.persistence.unit_of_work import Unit
from workflow.services import (
    changed_sheets,
    handing_in,
    lots,
    merging,
    moved_seats,
    onboarding,
    overdue,
    procedure_dates,
    protocol,
    publication_acts,
    replacing,
    score_sheets,
    threshold,
)
from workflow.services.acts import (
    CORRECTABLE,
    AdoptWording,
    AnswerSurvey,
    AppointMember,
    ApprovePublication,
    ChangeSheet,
    CompletePart,
    CompleteTask,
    CorrectCandidate,
    CorrectPublication,
    DecideTie,
    DeclareConflict,
    DrawLot,
    DrawUpProtocol,
    FixThreshold,
    GiveVerdict,
    HandInDocument,
    MergeCandidate,
    MoveSeats,
    Outcome,
    RecordAttendance,
    RecordCheck,
    Recording,
    ReplaceMember,
    RequestReExamination,
    SaveSheet,
    SetDate,
    SetDetail,
    SetPart,
    SignProtocol,
    SignSheet,
    known_as,
    name_of,
    unknown,
)
from workflow.services.case import Case, Entry, Rows, actor_role
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.searching import renamed_rows, residence_rows


@dataclass(frozen=True, slots=True)
class Recorded:
    """The act stands in the journal at this number."""

    subject: str
    act: str
    version: int
    seq: int


def record(house: House, recording: Recording) -> Recorded | Refused:
    """Records one act, or says every reason why not. Returns when it is committed."""
    return record_many(house, [recording])[0]


def record_many(house: House, recordings: list[Recording], *, together: bool = False) -> list[Recorded | Refused]:
    """Records acts in one transaction; each is recorded or refused for itself.

    `together`: all or nothing: the answers hold the refusals alone when there is one.
    """

    def work(unit: Unit) -> list[Recorded | Refused]:
        dockets: dict[str, Docket] = {}
        outcomes = []
        for recording in recordings:
            if recording.institution not in dockets:
                dockets[recording.institution] = Docket(house, unit, recording.institution, house.clock.now())
        for institution, docket in dockets.items():
            _read_ahead(docket, [r for r in recordings if r.institution == institution])
        for recording in recordings:
            outcomes.append(_record(dockets[recording.institution], recording))
        if together and (refused := [outcome for outcome in outcomes if isinstance(outcome, Refused)]):
            for docket in dockets.values():
                docket.unwind(0)
            return [*refused]
        for docket in dockets.values():
            docket.write()
        return outcomes

    outcomes: list[Recorded | Refused] = house.run(work)
    return outcomes


def _read_ahead(docket: Docket, recordings: list[Recording]) -> None:
    """What a page of sheets needs, at once: thirty candidates cost as many statements as one."""
    if len(recordings) < 2:
        return
    cases = docket.cases([r.subject for r in recordings])
    scored = [(case, r.act) for case, r in zip(cases, recordings, strict=True) if case.facts.kind is Kind.APPLICATION]
    docket.load([c for c, act in scored if isinstance(act, SaveSheet | SignSheet)], {"armed", "sheets"})
    docket.load([c for c, act in scored if isinstance(act, SignSheet)], {"marks"})


def _record(docket: Docket, recording: Recording) -> Recorded | Refused:
    case = docket.case(recording.subject)
    name = name_of(recording.act)
    request = Request.model_construct(
        institution=recording.institution,
        subject=recording.subject,
        transition=name,
        actor=recording.actor,
        effective_at=recording.effective_at,
        expected_version=recording.expected_version,
        reason=recording.reason,
        register_entry=recording.register_entry,
    )
    overdue.fire(docket, case, recording.effective_at)
    effective_at = may_record(case.book, case.facts, name, request, docket.now)
    if isinstance(effective_at, Refused):
        return effective_at
    outcome = _HANDLERS[type(recording.act)](docket, case, recording)
    if isinstance(outcome, Refused):
        return outcome
    role = actor_role(recording.actor, case.book.process.acts[name].by)
    if recording.reason:
        outcome.texts["reason"] = recording.reason
    if recording.register_entry:
        outcome.parameters["register_entry"] = recording.register_entry
    entry = Entry(
        kind="record",
        act=name,
        from_state=None,
        to_state=None,
        effective_at=effective_at,
        # Who answers a survey stays unsaid: the instant of the entry would lead from the person to the answers.
        actor=role if isinstance(recording.act, AnswerSurvey) else recording.actor.user,
        role=role,
        rule=name,
        parameters=outcome.parameters,
        effects=outcome.effects,
        texts=outcome.texts,
    )
    seq = docket.stage(case, entry, outcome.rows)
    if isinstance(recording.act, HandInDocument):
        handing_in.go_on(docket, case, recording.act.document, recording.actor, seq, effective_at)
    elif isinstance(recording.act, RequestReExamination):
        onboarding.go_on(docket, case, recording.actor, seq, effective_at)
    return Recorded(case.id, name, case.facts.version, seq)


# --- one function for each act ----------------------------------------------------------------------------------------


def _give_verdict(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, GiveVerdict)
    process = case.book.process
    if act.item not in process.documents and act.item not in process.requirements:
        return unknown(act.item)
    alone = process.judged_by(act.item)
    if alone and not r.actor.roles.intersection(alone):
        return Refused((Reason("judged_by_others", {"item": act.item, "needs": ", ".join(alone)}),))
    if not act.ok and act.ground is None:
        return Refused((Reason("ground_missing"),))
    if act.ground is not None and act.ground.code not in process.grounds:
        return Refused((Reason("unknown_ground", {"ground": act.ground.code, "known": ", ".join(process.grounds)}),))
    values = dict(act.ground.values) if act.ground and not act.ok else {}
    detail = values.pop("detail", None)
    row = {
        "institution": docket.institution,
        "application_id": case.id,
        "item": act.item,
        "ok": act.ok,
        "ground": act.ground.code if act.ground and not act.ok else None,
        "parameters": journal.canonical(values),
        "given_by": r.actor.user,
        "given_at": docket.now,
    }
    case.loaded.discard("verdicts")
    parameters = {"item": act.item, "ok": act.ok, "ground": row["ground"], "values": values}
    return Outcome([("upsert", VerdictRow, row)], parameters, texts={"detail": detail} if detail else {})


def _correct(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, CorrectCandidate)
    strange = [key for key in act.values if key not in CORRECTABLE]
    if strange:
        return unknown(strange[0])
    languages = case.book.process.institution.applicant_languages
    language = act.values.get("language")
    if "language" in act.values and language not in languages:
        return Refused((Reason("unknown_language", {"language": str(language), "known": ", ".join(languages)}),))
    key = {"institution": docket.institution, "id": case.candidate_id}
    row = {**key, **{name: value for name, value in act.values.items() if name != "town"}}
    case.language = language or case.language
    case.email = act.values.get("email", case.email)
    case.facts.candidate = act.values.get("name") or case.facts.candidate
    # What was corrected stands in the chain, the new values beside it, where they can be erased.
    texts = {f"new_{key}": value for key, value in act.values.items() if value and key != "language"}
    rows: Rows = [("update", Candidate, row)] if row.keys() > key.keys() else []
    if "town" in act.values:
        rows += residence_rows(docket.institution, str(case.candidate_id), act.values["town"])
    if "name" in act.values:
        rows += renamed_rows(docket.institution, str(case.candidate_id), act.values["name"] or "")
    return Outcome(rows, {"corrected": sorted(act.values), "language": language}, texts=texts)


def _decide_tie(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, DecideTie)
    applications = docket.cases(act.order)
    strangers = [a.facts.register_number for a in applications if a.facts.position_id != case.id]
    if strangers:
        return unknown(strangers[0])
    key = {"institution": docket.institution, "position_id": case.id}
    rows: Rows = [("upsert", TieDecision, {**key, "application_id": a, "rank": i}) for i, a in enumerate(act.order, 1)]
    return Outcome(rows, {"order": list(act.order)})


def _appoint(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, AppointMember)
    if not docket.unit.read(reads.user, user=act.user):
        return unknown(act.user)
    row = {
        "institution": docket.institution,
        "procedure_id": case.id,
        "user_id": act.user,
        "function": act.function,
        "order_number": act.order_number,
    }
    if act.function in ("chair", "member"):
        docket.load([case], {"members"})
        case.facts.members |= {act.user}
    parameters = {"user": act.user, "function": act.function, "order_number": act.order_number}
    return Outcome([("upsert", CommissionMember, row)], parameters)


def _declare_conflict(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, DeclareConflict)
    application = docket.case(act.application)
    if application.facts.procedure != case.id or application.facts.kind is not Kind.APPLICATION:
        return unknown(act.application)
    row = {
        "institution": docket.institution,
        "procedure_id": case.id,
        "user_id": r.actor.user,
        "application_id": act.application,
    }
    application.loaded -= {"conflicts", "sheets"}
    return Outcome([("upsert", ConflictRow, row)], {"application": act.application, "user": r.actor.user})


def _answer_survey(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    act = known_as(r.act, AnswerSurvey)
    survey = case.book.process.survey
    if survey is None:
        return unknown("survey")
    for question, value in act.ratings.items():
        if question not in survey.questions:
            return unknown(question)
        if not 1 <= value <= survey.scale:
            data = {"criterion": question, "min": "1", "max": str(survey.scale), "step": "1"}
            return Refused((Reason("mark_out_of_range", data),))
    open_to = [name for name, rule in survey.groups.items() if r.actor.roles.intersection(rule.by)]
    if act.group is not None and act.group not in survey.groups:
        return unknown(act.group)
    if act.group not in (*open_to, None) or not open_to:
        asked = survey.groups[act.group].by if act.group else [role for g in survey.groups.values() for role in g.by]
        return Refused((Reason("wrong_role", {"needs": ", ".join(dict.fromkeys(asked))}),))
    group = act.group or open_to[0]
    batch = uuid7()
    key = {"institution": docket.institution, "procedure_id": case.id, "batch": batch, "group_name": group}
    rows: Rows = [
        ("insert", SurveyAnswer, {**key, "id": uuid7(), "question": q, "value": v}) for q, v in act.ratings.items()
    ]
    return Outcome(rows, {"answered": sorted(act.ratings), "group": group})


def _adopt_wording(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    current = docket.house.catalogue.snapshot(docket.institution, case.process)
    stored = docket.unit.read(sql.definition, institution=docket.institution, hash=case.book.hash)
    if not stored or case.calendar_version is None:  # a draft follows the files anyway
        return Refused((Reason("procedure_not_open"),))
    differences = docket.house.wording_differences(stored[0][3], current)
    if differences is None:
        return Refused((Reason("wording_changes_rules"),))
    row = {
        "institution": docket.institution,
        "hash": current.hash,
        "process": case.process,
        "format": current.process.format,
        "rules_hash": current.rules_hash,
        "text": current.text,
        "stored_at": docket.now,
    }
    rows: Rows = [
        ("upsert", Definition, row),
        ("update", Procedure, {"institution": docket.institution, "id": case.id, "definition_hash": current.hash}),
    ]
    parameters = {"from": case.book.hash, "to": current.hash, "differences": differences}
    return Outcome(rows, parameters)


_HANDLERS: Mapping[type, Callable[[Docket, Case, Recording], Outcome | Refused]] = {
    HandInDocument: handing_in.hand_in,
    GiveVerdict: _give_verdict,
    SaveSheet: score_sheets.save_sheet,
    SignSheet: score_sheets.sign_sheet,
    ChangeSheet: changed_sheets.change_sheet,
    RecordCheck: onboarding.record_check,
    CompletePart: onboarding.complete_part,
    RequestReExamination: onboarding.request_re_examination,
    RecordAttendance: onboarding.record_attendance,
    SetPart: onboarding.set_part,
    CompleteTask: onboarding.complete_task,
    CorrectCandidate: _correct,
    MergeCandidate: merging.merge,
    DecideTie: _decide_tie,
    DrawLot: lots.draw_lot,
    AppointMember: _appoint,
    ReplaceMember: replacing.replace_member,
    DeclareConflict: _declare_conflict,
    SetDate: procedure_dates.set_date,
    SetDetail: procedure_dates.set_detail,
    FixThreshold: threshold.fix_threshold,
    MoveSeats: moved_seats.move_seats,
    AnswerSurvey: _answer_survey,
    AdoptWording: _adopt_wording,
    ApprovePublication: publication_acts.approve_publication,
    CorrectPublication: publication_acts.correct_publication,
    DrawUpProtocol: protocol.draw_up_protocol,
    SignProtocol: protocol.sign_protocol,
}
