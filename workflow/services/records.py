"""The sister door: acts that move no state enter the same journal through `record()`.

Why: a verdict, a mark or an appointment weighs as much in court as a move, so it is checked, journaled and committed
in the same way. Each act is one frozen value and one function here that turns it into rows.
Never here: moves (transitions), sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from workflow.engine import deadlines, journal, scoring
from workflow.engine.decide import Armed, may_record
from workflow.engine.process import DeadlineRule, Kind
from workflow.engine.request import Actor, GivenGround, Reason, Refused, Request
from workflow.identifiers import uuid7
from workflow.persistence import reads
from workflow.persistence import statements as sql
from workflow.persistence.tables import (
    Candidate,
    CheckResult,
    CommissionMember,
    ConflictRow,
    Definition,
    Document,
    Mark,
    PartDone,
    Procedure,
    Sheet,
    SurveyAnswer,
    TieDecision,
    VerdictRow,
)
from workflow.persistence.unit_of_work import Unit
from workflow.services import overdue
from workflow.services.case import Case, Entry, Rows, actor_role
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.registration import Person
from workflow.services.terms import arm, disarm

_T = TypeVar("_T")
_FROZEN = ConfigDict(frozen=True, extra="forbid")
_CORRECTABLE = ("name", "email", "phone", "address", "language")


class HandInDocument(BaseModel):
    """A document was handed in. `pages`: of paper, None when not counted."""

    model_config = _FROZEN
    document: str
    pages: int | None = Field(default=None, ge=1, le=100_000)


class GiveVerdict(BaseModel):
    """The judgement of one document or requirement; what is not in order needs a ground."""

    model_config = _FROZEN
    item: str
    ok: bool
    ground: GivenGround | None = None


class SaveSheet(BaseModel):
    """Marks of the actor's own sheet, criterion -> mark; not signed yet, and seen by nobody else."""

    model_config = _FROZEN
    assessment: str
    marks: Mapping[str, Decimal]


class SignSheet(BaseModel):
    """The actor signs the own sheet: from now on it is sealed and cannot be changed."""

    model_config = _FROZEN
    assessment: str


class RecordCheck(BaseModel):
    """The verdict of a medical or background check. `valid_until`: local date."""

    model_config = _FROZEN
    check: str
    passed: bool
    valid_until: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")


class CompletePart(BaseModel):
    """A part of the training plan was completed with so many hours."""

    model_config = _FROZEN
    part: str
    hours: Decimal = Field(ge=0, le=10_000)


class CorrectCandidate(BaseModel):
    """Corrected data of the candidate: name, email, phone, address, language."""

    model_config = _FROZEN
    values: Mapping[str, str | None]

    @field_validator("values")
    @classmethod
    def _are_possible(cls, values: Mapping[str, str | None]) -> Mapping[str, str | None]:
        known = {key: value for key, value in values.items() if key in _CORRECTABLE}
        Person.model_validate({"name": "-", "language": "-", **known})
        return values


class DecideTie(BaseModel):
    """The commission's order of equal applications of a position: ids, best first."""

    model_config = _FROZEN
    order: tuple[str, ...] = Field(min_length=2)

    @field_validator("order")
    @classmethod
    def _each_once(cls, order: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(order)) < len(order):
            raise ValueError("an application stands in the order twice")
        return order


class AppointMember(BaseModel):
    """A user becomes chair, member, secretary or substitute of the commission."""

    model_config = _FROZEN
    user: str
    function: str = Field(pattern="^(chair|member|secretary|substitute)$")
    order_number: str | None = None


class DeclareConflict(BaseModel):
    """The actor is recused from an application."""

    model_config = _FROZEN
    application: str


class SetDate(BaseModel):
    """A date of the procedure: local `YYYY-MM-DD` or `YYYY-MM-DD HH:MM`."""

    model_config = _FROZEN
    date: str
    value: str

    @field_validator("value")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        deadlines.parse_date(value)
        return value


class SetDetail(BaseModel):
    """A short fact of the procedure that notices name."""

    model_config = _FROZEN
    detail: str
    value: str = Field(min_length=1, max_length=400)


class AnswerSurvey(BaseModel):
    """One anonymous answer: question -> mark. Nothing ties it to a person or an application."""

    model_config = _FROZEN
    ratings: Mapping[str, int] = Field(min_length=1)


class AdoptWording(BaseModel):
    """The corrected wording of the definition's files is adopted for the running procedure. Rules never are."""

    model_config = _FROZEN


Act = (
    HandInDocument
    | GiveVerdict
    | SaveSheet
    | SignSheet
    | RecordCheck
    | CompletePart
    | CorrectCandidate
    | DecideTie
    | AppointMember
    | DeclareConflict
    | SetDate
    | SetDetail
    | AnswerSurvey
    | AdoptWording
)


class Recording(BaseModel):
    """An act to be recorded on a subject by an actor."""

    model_config = _FROZEN
    institution: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    actor: Actor
    act: Act
    effective_at: AwareDatetime | None = None
    expected_version: int | None = None
    reason: str | None = Field(default=None, max_length=4000)
    register_entry: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The act stands in the journal at this number."""

    subject: str
    act: str
    version: int
    seq: int


@dataclass(slots=True)
class _Outcome:
    """What an act comes to: rows, and what the journal says of it."""

    rows: Rows = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    effects: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def record(house: House, recording: Recording) -> Recorded | Refused:
    """Records one act, or says every reason why not. Returns when it is committed."""
    return record_many(house, [recording])[0]


def record_many(house: House, recordings: list[Recording]) -> list[Recorded | Refused]:
    """Records acts in one transaction; each is recorded or refused for itself."""

    def work(unit: Unit) -> list[Recorded | Refused]:
        dockets: dict[str, Docket] = {}
        outcomes = []
        for recording in recordings:
            if recording.institution not in dockets:
                dockets[recording.institution] = Docket(house, unit, recording.institution, house.clock.now())
            outcomes.append(_record(dockets[recording.institution], recording))
        for docket in dockets.values():
            docket.write()
        return outcomes

    outcomes: list[Recorded | Refused] = house.run(work)
    return outcomes


def name_of(act: Act) -> str:
    """The name under which definitions know the act."""
    return _NAMES[type(act)]


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
        grounds=(),
        register_entry=recording.register_entry,
        parameters={},
        cause=None,
        due=None,
        deadline=None,
    )
    overdue.fire(docket, case, recording.effective_at or docket.now)
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
    return Recorded(case.id, name, case.facts.version, seq)


# --- one function for each act ----------------------------------------------------------------------------------------


def _hand_in(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, HandInDocument)
    document = case.book.process.documents.get(act.document)
    if document is None:
        return _unknown(act.document)
    row = {
        "institution": docket.institution,
        "dossier_id": case.dossier_id,
        "name": act.document,
        "application_id": case.id if document.per == "position" else "",
        "received_at": r.effective_at or docket.now,
        "pages": act.pages,
    }
    docket.load([case], {"documents"})
    case.facts.documents |= {act.document}
    return _Outcome([("upsert", Document, row)], {"document": act.document, "pages": act.pages})


def _give_verdict(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, GiveVerdict)
    process = case.book.process
    if act.item not in process.documents and act.item not in process.requirements:
        return _unknown(act.item)
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
    return _Outcome([("upsert", VerdictRow, row)], parameters, texts={"detail": detail} if detail else {})


def _save_sheet(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, SaveSheet)
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
    return _Outcome(rows, {"assessment": act.assessment, "sheet": sheet, "criteria": sorted(act.marks)})


def _sign_sheet(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, SignSheet)
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
    return _Outcome([*rows, ("update", Sheet, row)], parameters)


def _own_sheet(docket: Docket, case: Case, r: Recording, assessment: str) -> tuple[str, Rows] | Refused:
    """The id of the actor's sheet, with the row that creates it if there is none; refused when it is not theirs."""
    if assessment not in case.book.process.assessments:
        return _unknown(assessment)
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


def _record_check(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, RecordCheck)
    if act.check not in case.book.process.checks:
        return _unknown(act.check)
    row = {
        "institution": docket.institution,
        "application_id": case.id,
        "name": act.check,
        "passed": act.passed,
        "valid_until": act.valid_until,
        "recorded_at": docket.now,
    }
    case.loaded.discard("checks")
    return _Outcome(
        [("upsert", CheckResult, row)], {"check": act.check, "passed": act.passed, "valid_until": act.valid_until}
    )


def _complete_part(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, CompletePart)
    plan = case.book.process.training
    if plan is None or act.part not in plan.parts:
        return _unknown(act.part)
    docket.load([case], {"parts"})
    missing = [p for p in plan.parts[act.part].after if p not in case.facts.parts]
    if missing:
        return Refused((Reason("part_blocked", {"part": act.part, "needs": ", ".join(missing)}),))
    case.facts.parts = {**case.facts.parts, act.part: act.hours}
    row = {
        "institution": docket.institution,
        "application_id": case.id,
        "part": act.part,
        "hours": act.hours,
        "done_on": docket.today(case),
    }
    return _Outcome([("upsert", PartDone, row)], {"part": act.part, "hours": str(act.hours)})


def _correct(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, CorrectCandidate)
    strange = [key for key in act.values if key not in _CORRECTABLE]
    if strange:
        return _unknown(strange[0])
    languages = case.book.process.institution.applicant_languages
    language = act.values.get("language")
    if "language" in act.values and language not in languages:
        return Refused((Reason("unknown_language", {"language": str(language), "known": ", ".join(languages)}),))
    row = {"institution": docket.institution, "id": case.candidate_id, **act.values}
    case.language = language or case.language
    case.email = act.values.get("email", case.email)
    case.facts.candidate = act.values.get("name") or case.facts.candidate
    # What was corrected stands in the chain, the new values beside it, where they can be erased.
    texts = {f"new_{key}": value for key, value in act.values.items() if value and key != "language"}
    return _Outcome([("update", Candidate, row)], {"corrected": sorted(act.values), "language": language}, texts=texts)


def _decide_tie(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, DecideTie)
    applications = docket.cases(act.order)
    strangers = [a.facts.register_number for a in applications if a.facts.position_id != case.id]
    if strangers:
        return _unknown(strangers[0])
    key = {"institution": docket.institution, "position_id": case.id}
    rows: Rows = [("upsert", TieDecision, {**key, "application_id": a, "rank": i}) for i, a in enumerate(act.order, 1)]
    return _Outcome(rows, {"order": list(act.order)})


def _appoint(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, AppointMember)
    if not docket.unit.read(reads.user, user=act.user):
        return _unknown(act.user)
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
    return _Outcome([("upsert", CommissionMember, row)], parameters)


def _declare_conflict(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, DeclareConflict)
    application = docket.case(act.application)
    if application.facts.procedure != case.id or application.facts.kind is not Kind.APPLICATION:
        return _unknown(act.application)
    row = {
        "institution": docket.institution,
        "procedure_id": case.id,
        "user_id": r.actor.user,
        "application_id": act.application,
    }
    application.loaded -= {"conflicts", "sheets"}
    return _Outcome([("upsert", ConflictRow, row)], {"application": act.application, "user": r.actor.user})


def _set_date(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, SetDate)
    if act.date not in case.book.process.dates:
        return _unknown(act.date)
    hanging = {rule.name for rule in case.book.process.deadlines.values() if rule.at == act.date}
    stored = docket.unit.read(reads.deadlines_of, institution=docket.institution, subject=case.id)
    if any(row[1] in hanging and row[4] == "fired" and row[3] == "due" for row in stored):
        # What fell due has decided who was in time; changing the date would decide it again.
        return Refused((Reason("date_has_passed", {"date": act.date}),))
    before = case.facts.dates.get(act.date)
    case.facts.dates = {**case.facts.dates, act.date: act.value}
    row = {"institution": docket.institution, "id": case.id, "dates": journal.canonical(dict(case.facts.dates))}
    outcome = _Outcome([("update", Procedure, row)], {"date": act.date, "value": act.value, "before": before})
    outcome.rows += _rearm(docket, case, act.date, outcome, r.actor)
    return outcome


def _rearm(docket: Docket, case: Case, date: str, outcome: _Outcome, by: Actor) -> Rows:
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


def _set_detail(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, SetDetail)
    if act.detail not in case.book.process.details:
        return _unknown(act.detail)
    case.facts.details = {**case.facts.details, act.detail: act.value}
    row = {"institution": docket.institution, "id": case.id, "details": journal.canonical(dict(case.facts.details))}
    return _Outcome([("update", Procedure, row)], {"detail": act.detail}, texts={"value": act.value})


def _answer_survey(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
    act = _as(r.act, AnswerSurvey)
    survey = case.book.process.survey
    if survey is None:
        return _unknown("survey")
    for question, value in act.ratings.items():
        if question not in survey.questions:
            return _unknown(question)
        if not 1 <= value <= survey.scale:
            data = {"criterion": question, "min": "1", "max": str(survey.scale), "step": "1"}
            return Refused((Reason("mark_out_of_range", data),))
    batch = uuid7()
    key = {"institution": docket.institution, "procedure_id": case.id, "batch": batch}
    rows: Rows = [
        ("insert", SurveyAnswer, {**key, "id": uuid7(), "question": q, "value": v}) for q, v in act.ratings.items()
    ]
    return _Outcome(rows, {"answered": sorted(act.ratings)})


def _adopt_wording(docket: Docket, case: Case, r: Recording) -> _Outcome | Refused:
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
    return _Outcome(rows, parameters)


_HANDLERS: Mapping[type, Callable[[Docket, Case, Recording], _Outcome | Refused]] = {
    HandInDocument: _hand_in,
    GiveVerdict: _give_verdict,
    SaveSheet: _save_sheet,
    SignSheet: _sign_sheet,
    RecordCheck: _record_check,
    CompletePart: _complete_part,
    CorrectCandidate: _correct,
    DecideTie: _decide_tie,
    AppointMember: _appoint,
    DeclareConflict: _declare_conflict,
    SetDate: _set_date,
    SetDetail: _set_detail,
    AnswerSurvey: _answer_survey,
    AdoptWording: _adopt_wording,
}

_NAMES: Mapping[type, str] = {
    HandInDocument: "hand_in_document",
    GiveVerdict: "give_verdict",
    SaveSheet: "save_sheet",
    SignSheet: "sign_sheet",
    RecordCheck: "record_check",
    CompletePart: "complete_part",
    CorrectCandidate: "correct_candidate",
    DecideTie: "decide_tie",
    AppointMember: "appoint_member",
    DeclareConflict: "declare_conflict",
    SetDate: "set_date",
    SetDetail: "set_detail",
    AnswerSurvey: "answer_survey",
    AdoptWording: "adopt_wording",
}


def _as(act: object, kind: type[_T]) -> _T:
    if not isinstance(act, kind):
        raise TypeError(f"{type(act).__name__} is not {kind.__name__}")
    return act


def _unknown(item: str) -> Refused:
    return Refused((Reason("unknown_item", {"item": item}),))
