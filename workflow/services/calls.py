"""Calls of the next in line: why this person, and why nobody.

Why: whoever is called, and whoever asks later why somebody else was not, must be able to read it in the journal.
Never here: who is next (docket.py), the call itself (effects.py), the phrases (wording).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from workflow.engine import deadlines
from workflow.engine.decide import Step
from workflow.engine.effects import CallNext
from workflow.engine.process import Basis, DeadlineRule, Kind, ProcessDefinition, Span, Transition
from workflow.engine.scoring import Line
from workflow.persistence import seat_reads
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.wording import LANGUAGES, say

NOBODY = "nobody_in_line"
APPROVAL = "second_person"
CALLED = frozenset({"called_after", "called_by_place", "released_by"})
"""Explanations that a journal entry gives of a move that another subject caused."""


def why(case: Case, called: Case, step: Step) -> Line:
    """Why that application is called: by its place, and after which other freed the seat by which move."""
    place = "" if called.place is None else str(called.place[0])
    if case.facts.kind is not Kind.APPLICATION:
        return Line("called_by_place", {"place": place})
    return Line(
        "called_after", {"place": place, "after": case.facts.register_number, "transition": step.transition.name}
    )


def against(docket: Docket, case: Case, effect: CallNext, at: datetime) -> Line | None:
    """Why nobody may be called for the seat that the case frees at that instant; None when somebody may be."""
    if effect.forbidden:
        return Line("call_forbidden")
    term = effect.within
    if term is None:
        return None
    start = case.facts.dates.get(term.of) if term.of is not None else _begun(docket, case, term.since)
    if start is None:
        return None
    book = case.book
    rule = DeadlineRule(
        name="call_next",
        of=case.facts.kind,
        states=(),
        basis=Basis(),
        label={},
        after=Span(term.amount, term.unit),
        roll=False,
    )
    begun = start if isinstance(start, datetime) else deadlines.first_instant_of(start, book.process.institution)
    last = deadlines.due(
        rule, start=begun, dates=case.facts.dates, institution=book.process.institution, calendar=book.calendar
    )
    if at <= last.at:
        return None
    return Line("call_too_late", {"until": last.derivation.last_day.isoformat()})


def said(parameters: Mapping[str, object]) -> Line | None:
    """The explanation of a call as a move's parameters or a journal entry keep it; None when there is none."""
    code = parameters.get("why")
    if code not in CALLED:
        return None
    names = ("place", "after", "transition", "by")
    return Line(str(code), {name: str(parameters[name]) for name in names if name in parameters})


def approves(transition: Transition) -> bool:
    """Whether the move is a second person's approval of what another move proposed."""
    return any(guard.name == APPROVAL for guard in transition.guards)


def proposed(docket: Docket, case: Case) -> Line | None:
    """Why the application whose call is being approved was proposed, by the entry before the approval's."""
    key = {"institution": docket.institution, "subject": case.id, "seq": case.seq - 1}
    rows = docket.unit.read(seat_reads.reason_of_call, **key)
    return said(docket.house.parsed(rows[0][0])) if rows else None


def sentence(process: ProcessDefinition, line: Line, language: str) -> str:
    """The explanation in words of that language; in the institution's own where the house has none of that."""
    institution = process.institution
    known = language if language in LANGUAGES else institution.languages[0]
    return say(line.code, named(process, line, known), known)


def named(process: ProcessDefinition, line: Line, language: str) -> dict[str, str]:
    """The data of an explanation with the move that it names called as the definition calls it."""
    data = dict(line.data)
    transitions = process.lifecycles[Kind.APPLICATION].named(data.get("transition", ""))
    if transitions:
        label = transitions[0].label
        data["transition"] = label.get(language) or label[process.institution.languages[0]]
    return data


def _begun(docket: Docket, case: Case, states: tuple[str, ...]) -> datetime | None:
    """When the application that frees the seat last came into those states; None when none was there and left.

    Of a position it is the one of its applications that left them last.
    """
    position = case.facts.kind is Kind.POSITION
    rows = docket.unit.read(
        seat_reads.stays,
        institution=docket.institution,
        position=case.facts.position_id,
        states=sorted(states),
    )
    came: dict[str, datetime] = {}
    found: datetime | None = None
    for subject, before, after, at in rows:
        if after in states and before not in states:
            came[subject] = instant(at)
        if subject == case.id or (position and before in states and after not in states):
            found = came.get(subject)
    return found
