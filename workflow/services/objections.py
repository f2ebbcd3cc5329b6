"""Lodging an objection: about one application, in words, received at an instant that decides whether it is in time.

Why: an objection is a subject of its own, with its register number, its deadline and its journal; it comes into being
through the same decision as an application, a transition from `new`. What follows are ordinary moves (transitions.py).
Never here: rules, what an upheld objection does (effects of the definition).
"""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from workflow.engine import journal
from workflow.engine.decide import decide, needs
from workflow.engine.process import NEW, Kind
from workflow.engine.request import Actor, Reason, Refused, Request
from workflow.identifiers import uuid7
from workflow.persistence import statements as sql
from workflow.persistence.tables import Objection
from workflow.persistence.unit_of_work import Unit
from workflow.services import effects, notices
from workflow.services.case import Case, Entry, Rows, actor_role
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.registration import new_case
from workflow.services.terms import arm
from workflow.services.transitions import Done

WORDS = "objection"
"""The field of the journal text that holds what is objected to."""


class NewObjection(BaseModel):
    """An objection as handed in. `words`: what is objected to, as written or as taken down.

    `received_at` (default: now) decides timeliness; earlier than now it needs a register entry or a reason, where the
    definition allows it at all. `number`: of the incoming register; None = the application's with the next ordinal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    institution: str
    application: str
    actor: Actor
    words: str = Field(max_length=20_000)
    transition: str = "lodge"
    number: str | None = Field(default=None, min_length=1, max_length=80)
    received_at: AwareDatetime | None = None
    register_entry: str | None = None
    reason: str | None = None
    channel: str | None = None


def lodge(house: House, new: NewObjection) -> Done | Refused:
    """Lodges one objection; the transition from `new` decides in which state it starts.

    Raises UnknownSubject for an application that the institution does not have.
    """

    def work(unit: Unit) -> Done | Refused:
        docket = Docket(house, unit, new.institution, house.clock.now())
        outcome = lodge_in(docket, new)
        if not isinstance(outcome, Refused):
            docket.write()
        return outcome

    outcome: Done | Refused = house.run(work)
    return outcome


def lodge_in(docket: Docket, new: NewObjection) -> Done | Refused:
    """Lodges one objection in a unit of work that is under way."""
    application = docket.case(new.application)
    procedure = docket.case(application.facts.procedure)  # locked: nothing is begun while an objection comes in
    reasons = _impossible(docket, application, new)
    if reasons:
        return Refused(tuple(reasons))
    case = _case(docket, application, new)
    facts, book = case.facts, case.book
    facts.procedure_state = procedure.facts.state
    request = Request(
        institution=docket.institution,
        subject=case.id,
        transition=new.transition,
        actor=new.actor,
        effective_at=None if new.received_at is None or new.received_at == docket.now else new.received_at,
        reason=new.reason,
        register_entry=new.register_entry,
    )
    docket.load([case], needs(book, Kind.OBJECTION, NEW, new.transition))
    step = decide(book, facts, request, docket.now)
    if isinstance(step, Refused):
        return step
    taken = _numbers(docket, procedure)
    if new.number in taken:
        return Refused((Reason("duplicate_objection_number", {"number": new.number or ""}),))
    number = facts.objection = new.number or _next_number(application, taken)
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
            "application": application.id,
            "number": number,
            "register_entry": new.register_entry,
            "received_at": journal.instant_text(facts.received_at or docket.now),
            **({"channel": facts.channel} if facts.channel else {}),
        },
        effects={"notices": list(step.transition.notices)},
        texts={WORDS: new.words.strip(), **({"reason": new.reason} if new.reason else {})},
    )
    row = {
        "institution": docket.institution,
        "id": case.id,
        "application_id": application.id,
        "procedure_id": procedure.id,
        "number": number,
        "received_at": facts.received_at,
        "channel": facts.channel or None,
        "register_entry": new.register_entry,
    }
    docket.adopt(case)
    mark = docket.mark()
    docket.enter(case, step.to_state, step.effective_at)
    rows: Rows = [("insert", Objection, row)]
    caused = effects.carry(docket, case, step, request, entry)
    if isinstance(caused, Refused):
        docket.unwind(mark)
        return caused
    facts.created_at = docket.now
    rows += [*caused, *arm(docket, case, step.arm, entry)]
    seq = docket.stage(case, entry, rows)
    docket.add_rows(notices.queue(docket, case, seq, step.transition.notices, request, step))
    return Done(case.id, new.transition, NEW, step.to_state, facts.version, seq, step.transition.notices)


def _impossible(docket: Docket, application: Case, new: NewObjection) -> list[Reason]:
    process = application.book.process
    if Kind.OBJECTION not in process.lifecycles or application.facts.kind is not Kind.APPLICATION:
        return [Reason("objections_not_foreseen")]
    reasons = []
    if not new.words.strip():
        reasons.append(Reason("objection_empty"))
    if new.channel is not None and new.channel not in process.channels:
        reasons.append(Reason("unknown_item", {"item": new.channel}))
    if new.received_at is not None and new.received_at > docket.now:
        data = {"effective_at": new.received_at.isoformat(), "now": docket.now.isoformat()}
        reasons.append(Reason("effective_in_future", data))
    return reasons


def _case(docket: Docket, application: Case, new: NewObjection) -> Case:
    """The objection before it is decided whether it may be lodged: its person and position are its application's."""
    above = application.facts
    case = new_case(docket, application.book, uuid7(), Kind.OBJECTION, above.procedure, application.process)
    facts = case.facts
    facts.number, facts.dates, facts.details = above.number, above.dates, above.details
    facts.position, facts.position_id, facts.seats = above.position, above.position_id, above.seats
    facts.candidate, facts.register_number = above.candidate, above.register_number
    facts.application, facts.application_state = application.id, above.state
    facts.received_at = new.received_at or docket.now
    facts.channel = new.channel or next(iter(case.book.process.channels), "")
    case.candidate_id, case.email, case.address = application.candidate_id, application.email, application.address
    case.language = application.language
    case.loaded |= {"armed", "grounds"}
    case.grounds = ()
    return case


def _numbers(docket: Docket, procedure: Case) -> frozenset[str]:
    rows = docket.unit.read(sql.objections_of_procedure, institution=docket.institution, procedure=procedure.id)
    return frozenset(row[1] for row in rows)


def _next_number(application: Case, taken: frozenset[str]) -> str:
    """The register number of the application, and the ordinal of the objection about it: `2026-4/0007!1`."""
    ordinal = 1
    while (number := f"{application.facts.register_number}!{ordinal}") in taken:
        ordinal += 1
    return number
