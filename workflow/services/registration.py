"""New subjects: opening a procedure with its positions, and registering applications.

Why: a subject comes into being through the same decision and the same journal as every later move: a transition from
`new`. The instant of receipt decides timeliness, not the instant of typing.
Never here: reading files (an import hands over rows), rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveInt, field_validator

from workflow.engine import deadlines, journal
from workflow.engine.decide import arms_on_entry, decide, needs
from workflow.engine.errors import UnknownName
from workflow.engine.facts import Facts
from workflow.engine.process import NEW, Kind
from workflow.engine.request import Actor, Reason, Refused, Request
from workflow.engine.rulebook import Rulebook
from workflow.identifiers import uuid7
from workflow.persistence import reads
from workflow.persistence.tables import Application, Arrival, Candidate, Document, Dossier, Position, Procedure
from workflow.persistence.unit_of_work import Unit
from workflow.services import notices
from workflow.services.case import Case, Entry, Rows, actor_role
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.received import impossible
from workflow.services.received import row as document_row
from workflow.services.searching import part_rows, residence_rows
from workflow.services.terms import arm
from workflow.services.transitions import Done


class NewProcedure(BaseModel):
    """A procedure to open. `positions`: name -> seats (empty = all of the definition); dates are local texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    institution: str
    process: str
    number: str = Field(min_length=1, max_length=60)
    actor: Actor
    positions: Mapping[str, PositiveInt] = Field(default_factory=dict)
    dates: Mapping[str, str] = Field(default_factory=dict)
    details: Mapping[str, str] = Field(default_factory=dict)
    predecessor: str | None = None

    @field_validator("dates")
    @classmethod
    def _are_dates(cls, dates: Mapping[str, str]) -> Mapping[str, str]:
        for value in dates.values():
            deadlines.parse_date(value)
        return dates


class Person(BaseModel):
    """A candidate as entered: a name, perhaps an e-mail address, and the language to be written to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    email: str | None = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    phone: str | None = Field(default=None, max_length=60)
    address: str | None = Field(default=None, max_length=400)
    town: str | None = Field(default=None, max_length=100)
    language: str


class NewApplication(BaseModel):
    """An application as handed in. `candidate`: the id of a known person, or a new Person.

    `received_at` (default: now) decides timeliness; earlier than now it needs a register entry or a reason, where the
    definition allows it at all. `documents`: name -> pages (None when not counted). `channel`: how it came, None = in
    the usual way; `posted_on`: the day of the postmark, where that counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    institution: str
    procedure: str
    position: str
    actor: Actor
    candidate: str | Person
    transition: str = "register"
    documents: Mapping[str, int | None] = Field(default_factory=dict)
    register_number: str | None = Field(default=None, min_length=1, max_length=60)
    received_at: AwareDatetime | None = None
    register_entry: str | None = None
    reason: str | None = None
    channel: str | None = None
    posted_on: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")

    @field_validator("posted_on")
    @classmethod
    def _is_a_day(cls, value: str | None) -> str | None:
        return None if value is None else date.fromisoformat(value).isoformat()


def open_procedure(house: House, new: NewProcedure) -> str | Refused:
    """Opens a procedure in its first state, with its positions; returns its id.

    It is not pinned yet: until it is announced it follows the definition as the files have it.
    """

    def work(unit: Unit) -> str | Refused:
        docket = Docket(house, unit, new.institution, house.clock.now())
        book = house.rulebook(new.institution, new.process, None, None, unit)
        lifecycle = book.process.lifecycles[Kind.PROCEDURE]
        openers = tuple(
            dict.fromkeys(role for t in lifecycle.transitions if lifecycle.initial in t.sources for role in t.by)
        )
        if new.predecessor is not None:
            docket.case(new.predecessor)  # raises UnknownSubject
        reasons = []
        if not new.actor.roles.intersection(openers):
            reasons.append(Reason("wrong_role", {"needs": ", ".join(openers)}))
        reasons += [Reason("unknown_item", {"item": p}) for p in new.positions if p not in book.process.positions]
        reasons += [Reason("unknown_item", {"item": d}) for d in new.dates if d not in book.process.dates]
        reasons += [Reason("unknown_item", {"item": d}) for d in new.details if d not in book.process.details]
        if reasons:
            return Refused(tuple(reasons))
        seats = new.positions or {p.name: p.seats for p in book.process.positions.values()}
        procedure = uuid7()
        dates = {d.name: d.default for d in book.process.dates.values() if d.default is not None} | dict(new.dates)
        case = new_case(docket, book, procedure, Kind.PROCEDURE, procedure, new.process)
        case.facts.number, case.facts.dates, case.facts.details = new.number, dates, dict(new.details)
        row = {
            "institution": new.institution,
            "id": procedure,
            "process": new.process,
            "number": new.number,
            "dates": journal.canonical(dates),
            "details": journal.canonical(dict(new.details)),
            "definition_hash": None,
            "calendar_version": None,
            "predecessor_id": new.predecessor,
            "register_last": 0,
        }
        _create(
            docket, case, "open", new.actor, openers, {"predecessor": new.predecessor}, [("insert", Procedure, row)]
        )
        for name, number in seats.items():
            position = uuid7()
            place = new_case(docket, book, position, Kind.POSITION, procedure, new.process)
            place.facts.position, place.facts.position_id, place.facts.seats = name, position, number
            place.facts.number, place.facts.dates = new.number, dates
            row = {"institution": new.institution, "id": position, "procedure_id": procedure}
            rows: Rows = [("insert", Position, {**row, "name": name, "seats": number})]
            _create(docket, place, "open", new.actor, openers, {"position": name, "seats": number}, rows)
        docket.write()
        return procedure

    opened: str | Refused = house.run(work)
    return opened


def register(house: House, application: NewApplication) -> Done | Refused:
    """Registers one application; the transition from `new` decides in which state it starts."""
    return register_many(house, [application])[0]


def register_many(house: House, applications: Sequence[NewApplication]) -> list[Done | Refused]:
    """Registers applications in one transaction; each is registered or refused for itself."""

    def work(unit: Unit) -> list[Done | Refused]:
        dockets: dict[str, Docket] = {}
        outcomes = []
        for new in applications:
            if new.institution not in dockets:
                dockets[new.institution] = Docket(house, unit, new.institution, house.clock.now())
            outcomes.append(register_in(dockets[new.institution], new))
        for docket in dockets.values():
            docket.write()
        return outcomes

    outcomes: list[Done | Refused] = house.run(work)
    return outcomes


def register_in(docket: Docket, new: NewApplication) -> Done | Refused:
    """Registers one application in a unit of work that is under way."""
    procedure = docket.case(new.procedure)
    book = procedure.book
    received = new.received_at or docket.now
    positions = {c.facts.position: c for c in docket.places_of(procedure)}
    reasons = list(_impossible(docket, book, positions, new))
    if reasons:
        return Refused(tuple(reasons))
    position = positions[new.position]
    language = new.candidate.language if isinstance(new.candidate, Person) else ""
    known = None if isinstance(new.candidate, Person) else _candidate(docket, new.candidate)
    case = new_case(docket, book, uuid7(), Kind.APPLICATION, procedure.id, procedure.process)
    facts = case.facts
    facts.number, facts.dates, facts.details = procedure.facts.number, procedure.facts.dates, procedure.facts.details
    facts.position, facts.position_id, facts.seats = new.position, position.id, position.facts.seats
    facts.received_at = received
    facts.channel, facts.posted_on = new.channel or next(iter(book.process.channels), ""), new.posted_on
    facts.verdicts, facts.checks = {}, {}
    case.loaded |= {
        "documents",
        "verdicts",
        "sheets",
        "results",
        "checks",
        "parts",
        "armed",
        "places",
        "certificates",
        "statements",
        "re_examinations",
        "attended",
        "tasks",
    }
    rows: Rows = []
    if isinstance(new.candidate, Person):
        case.candidate_id = uuid7()
        facts.candidate, case.email, case.address = new.candidate.name, new.candidate.email, new.candidate.address
        case.language = language
        person = new.candidate.model_dump(exclude={"town"})
        row = {"institution": docket.institution, "id": case.candidate_id, **person, "erased_at": None}
        rows.append(("insert", Candidate, row))
        rows += part_rows(docket.institution, case.candidate_id, new.candidate.name)
        if new.candidate.town:
            rows += residence_rows(docket.institution, case.candidate_id, new.candidate.town)
    elif known is not None:
        case.candidate_id, facts.candidate, case.email, case.address, case.language = known
    duplicate = docket.twin(procedure.id, position.id, case.candidate_id or "", new.register_number or "")
    if duplicate is not None:
        return Refused((duplicate,))
    case.dossier_id, new_dossier, shared = docket.dossier(procedure.id, case.candidate_id or "")
    shared = shared | {name for name in new.documents if book.process.documents[name].per != "position"}
    facts.documents = frozenset(new.documents) | shared
    if new_dossier:
        row = {"institution": docket.institution, "id": case.dossier_id, "procedure_id": procedure.id}
        rows.append(("insert", Dossier, {**row, "candidate_id": case.candidate_id}))
    came = [document_row(case, n, pages, received, new.actor.user) for n, pages in new.documents.items()]
    rows += [("upsert", Document, document) for document, _ in came]
    request = Request(
        institution=docket.institution,
        subject=case.id,
        transition=new.transition,
        actor=new.actor,
        effective_at=None if new.received_at is None or new.received_at == docket.now else new.received_at,
        reason=new.reason,
        register_entry=new.register_entry,
    )
    facts.procedure_state = procedure.facts.state
    docket.load([case], needs(book, Kind.APPLICATION, NEW, new.transition) - {"documents"})
    step = decide(book, facts, request, docket.now)
    if isinstance(step, Refused):
        return step
    # Only now, so that no number is lost to a refusal.
    number = facts.register_number = new.register_number or _next_register_number(docket, procedure)
    row = {
        "institution": docket.institution,
        "id": case.id,
        "procedure_id": procedure.id,
        "position_id": position.id,
        "candidate_id": case.candidate_id,
        "dossier_id": case.dossier_id,
        "register_number": number,
        "received_at": received,
        "register_entry": new.register_entry,
    }
    rows.append(("insert", Application, row))
    way = {"channel": facts.channel, **({"posted_on": new.posted_on} if new.posted_on else {})} if facts.channel else {}
    if way:
        key = {"institution": docket.institution, "application_id": case.id}
        rows.append(("insert", Arrival, {**key, "channel": facts.channel, "posted_on": new.posted_on}))
    docket.adopt(case)
    docket.keep_dossier(procedure.id, case.candidate_id or "", case.dossier_id, shared)
    docket.enter(case, step.to_state, step.effective_at)
    facts.created_at = docket.now
    entry = Entry(
        kind="transition",
        act=new.transition,
        from_state=NEW,
        to_state=step.to_state,
        effective_at=step.effective_at,
        actor=new.actor.user,
        role=actor_role(new.actor, step.transition.by),
        rule=step.transition.key,
        parameters={
            "procedure": procedure.id,
            "position": position.id,
            "candidate": case.candidate_id,
            "register_number": number,
            "register_entry": new.register_entry,
            "received_at": journal.instant_text(received),
            **way,
            "documents": sorted(new.documents),
            **_kinds(dict(zip(new.documents, (said for _, said in came), strict=True))),
        },
        effects={"notices": list(step.transition.notices)},
        texts={"reason": new.reason} if new.reason else {},
    )
    rows += arm(docket, case, step.arm, entry)
    seq = docket.stage(case, entry, rows)
    docket.add_rows(notices.queue(docket, case, seq, step.transition.notices, request, step))
    return Done(case.id, new.transition, NEW, step.to_state, facts.version, seq, step.transition.notices)


def _impossible(docket: Docket, book: Rulebook, positions: Mapping[str, Case], new: NewApplication) -> Sequence[Reason]:
    reasons = []
    if new.position not in positions:
        reasons.append(Reason("unknown_item", {"item": new.position}))
    reasons += [Reason("unknown_item", {"item": d}) for d in new.documents if d not in book.process.documents]
    reasons += impossible(book, new.documents)
    reasons += _came_otherwise(docket, book, new)
    languages = book.process.institution.applicant_languages
    if isinstance(new.candidate, Person) and new.candidate.language not in languages:
        data = {"language": new.candidate.language, "known": ", ".join(languages)}
        reasons.append(Reason("unknown_language", data))
    if new.received_at is not None and new.received_at > docket.now:
        data = {"effective_at": new.received_at.isoformat(), "now": docket.now.isoformat()}
        reasons.append(Reason("effective_in_future", data))
    return reasons


def _came_otherwise(docket: Docket, book: Rulebook, new: NewApplication) -> list[Reason]:
    """Why it cannot have come in the way that is given."""
    channels = book.process.channels
    name = new.channel or next(iter(channels), "")
    if new.channel is not None and new.channel not in channels:
        return [Reason("unknown_item", {"item": new.channel})]
    if new.posted_on is None:
        return []
    if name not in channels or channels[name].counts != "postmark":
        return [Reason("postmark_not_counted", {"channel": name})]
    arrived = (new.received_at or docket.now).astimezone(ZoneInfo(book.process.institution.zone)).date().isoformat()
    if new.posted_on > arrived:
        return [Reason("posted_after_receipt", {"posted_on": new.posted_on, "day": arrived})]
    return []


def _kinds(said: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    """What the journal says of documents that were shown, and of declarations: which, and in which wording."""
    seen = sorted(name for name, one in said.items() if "seen_by" in one)
    wordings = {name: one["wording"] for name, one in said.items() if "wording" in one}
    return {**({"seen": seen} if seen else {}), **({"wordings": wordings} if wordings else {})}


def _candidate(docket: Docket, candidate: str) -> tuple[str, str, str | None, str | None, str]:
    rows = docket.unit.read(reads.candidate, institution=docket.institution, id=candidate)
    row = dict(zip(reads.candidate.columns, rows[0], strict=True)) if rows else {}
    if not row.get("name"):  # nobody, or erased, or merged with another meanwhile
        raise UnknownName(candidate)
    return candidate, row["name"], row["email"], row["address"], row["language"]


def _next_register_number(docket: Docket, procedure: Case) -> str:
    while True:
        ordinal = docket.next_number("register", reads.register_last, id=procedure.id)
        number = f"{procedure.facts.number}/{ordinal:04d}"
        if docket.twin(procedure.id, "", "", number) is None:  # else the office gave it by hand
            break
    docket.add_rows(
        [("update", Procedure, {"institution": docket.institution, "id": procedure.id, "register_last": ordinal})]
    )
    return number


def new_case(docket: Docket, book: Rulebook, subject: str, kind: Kind, procedure: str, process: str) -> Case:
    """A subject that is about to come into being."""
    facts = Facts(
        institution=docket.institution,
        subject=subject,
        kind=kind,
        state=NEW,
        version=0,
        created_at=None,
        procedure=procedure,
    )
    return Case(
        facts=facts,
        book=book,
        seq=0,
        head="",
        entered_at=docket.now,
        process=process,
        calendar_version=None,
    )


def _create(
    docket: Docket,
    case: Case,
    act: str,
    actor: Actor,
    by: Sequence[str],
    parameters: Mapping[str, object],
    rows: Rows,
) -> None:
    """Stages the birth of a procedure or position in the first state of its lifecycle."""
    state = case.book.process.lifecycles[case.facts.kind].initial
    docket.adopt(case)
    docket.enter(case, state, docket.now)
    entry = Entry(
        kind="transition",
        act=act,
        from_state=NEW,
        to_state=state,
        effective_at=docket.now,
        actor=actor.user,
        role=actor_role(actor, by),
        rule=act,
        parameters={**parameters, "procedure": case.facts.procedure},
    )
    armed = arm(docket, case, arms_on_entry(case.book, case.facts, state, docket.now), entry)
    docket.stage(case, entry, [*rows, *armed])
    case.facts.created_at = docket.now
