"""A move of a procedure or of one of its positions: what it would do, and doing it.

Why: what moves a hundred cases and sends their mails is looked at before it is done, and never done twice.
Never here: moves of applications, many at once (bulk.py), rules.
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.engine.errors import CalendarGap, DefinitionError
from workflow.engine.process import Kind
from workflow.engine.request import Reason, Refused
from workflow.services.case import Case
from workflow.services.procedures import latest, position_of, procedure_of
from workflow.services.transitions import perform
from workflow.web import foreseen
from workflow.web.access import Access
from workflow.web.asking import Asks, asks, given, ground_fields
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()


@pages.get("/{institution}/procedures/{procedure}/moves/{transition}", may=Access.CASE_ACT)
def look_at_move(desk: Here, procedure: str, transition: str) -> Response:
    """What a move of the procedure would do."""
    return _sheet(desk, procedure_of(desk.house, desk.at, procedure), transition)


@pages.post("/{institution}/procedures/{procedure}/moves/{transition}", may=Access.CASE_ACT)
def make_move(desk: Here, procedure: str, transition: str, form: Typed) -> Response:
    """Moves the procedure."""
    return _move(desk, procedure_of(desk.house, desk.at, procedure), transition, form)


@pages.get("/{institution}/procedures/{procedure}/positions/{position}/moves/{transition}", may=Access.CASE_ACT)
def look_at_position_move(desk: Here, procedure: str, position: str, transition: str) -> Response:
    """What a move of a position would do."""
    return _sheet(desk, position_of(desk.house, desk.at, procedure, position), transition)


@pages.post("/{institution}/procedures/{procedure}/positions/{position}/moves/{transition}", may=Access.CASE_ACT)
def make_position_move(desk: Here, procedure: str, position: str, transition: str, form: Typed) -> Response:
    """Moves a position."""
    return _move(desk, position_of(desk.house, desk.at, procedure, position), transition, form)


def _move(desk: Desk, case: Case, transition: str, form: Form) -> Response:
    process, kind = case.book.process, case.facts.kind
    there = foreseen.alternatives(case.book, kind, case.facts.state, transition)
    offered = given(desk, case.book, _asked(desk, case, transition), form, must=bool(there))
    if desk.errors:
        return _sheet(desk, case, transition, form, status=422)
    seen = form.text("version")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    actor = desk.actor(case.facts.procedure)
    (request,) = foreseen.requests_for(desk, transition, [(case.id, version)], actor, offered)
    try:
        done = perform(desk.house, request)
    except (CalendarGap, DefinitionError):  # the sheet says what is broken
        return _sheet(desk, case, transition, form, status=409)
    if isinstance(done, Refused):
        return _sheet(desk, _anew(desk, case), transition, form, against=done.reasons, status=409)
    undo = foreseen.undoing(process, kind, transition, done.to_state, actor)
    label = foreseen.move_label(desk, process, kind, transition, done.to_state)
    state = foreseen.state_label(desk, process, kind, done.to_state)
    said = desk.say("Done: %(move)s. It stands in “%(state)s” now.", move=label, state=state)
    return desk.go(_home(desk, case), said, undo=_address(desk, case, undo.name) if undo else None)


def _sheet(
    desk: Desk,
    case: Case,
    transition: str,
    form: Form | None = None,
    *,
    against: tuple[Reason, ...] = (),
    status: int = 200,
) -> Response:
    process, kind, facts = case.book.process, case.facts.kind, case.facts
    if not process.lifecycles[kind].named(transition):
        raise NotFound
    there = foreseen.alternatives(case.book, kind, facts.state, transition)
    asked = _asked(desk, case, transition)
    errors = dict(desk.errors)
    offered = given(desk, case.book, asked, form, must=False)
    desk.errors = errors
    requests = foreseen.requests_for(desk, transition, [(case.id, None)], desk.actor(facts.procedure), offered)
    sheet = foreseen.sheet(desk, requests, words=offered.exact)
    outcome = sheet.preview.outcomes[0] if sheet.preview else None
    lost = any(reason.code == "lost_race" for reason in against)
    # What the act was refused for may differ from what a look says now: both are told, each once.
    refused = (*(r for r in against if r.code != "lost_race"), *(outcome.reasons if outcome else ()))
    faster = None
    if lost or (against and not there):
        last = latest(desk.house, desk.at, [case.id]).get(case.id)
        faster = None if last is None else foreseen.faster(desk, process, kind, last)
    target = outcome.to_state if outcome else None
    return desk.page(
        "move.html",
        status=status,
        case=case,
        title=foreseen.move_label(desk, process, kind, transition, target),
        name=desk.words(process.positions[facts.position].label, process) if kind is Kind.POSITION else facts.number,
        state=foreseen.state_label(desk, process, kind, facts.state),
        target=foreseen.state_label(desk, process, kind, target) if target else "",
        sheet=sheet,
        asked=asked,
        offered=offered,
        choices=ground_fields(desk, process, case.book) if asked.ground else {},
        refused=desk.reasons(refused, process),
        faster=faster,
        typed=form.typed() if form else {},
        action=_address(desk, case, transition),
        home=_home(desk, case),
    )


def _asked(desk: Desk, case: Case, transition: str) -> Asks:
    """What the move asks for as things stand: of several alternatives, the one that would be taken."""
    facts = case.facts
    there = foreseen.alternatives(case.book, facts.kind, facts.state, transition)
    if len({asks([t]) for t in there}) < 2:
        return asks(there)
    offered = given(desk, case.book, asks(there), None, must=False)
    requests = foreseen.requests_for(desk, transition, [(case.id, None)], desk.actor(facts.procedure), offered)
    preview = foreseen.sheet(desk, requests, words=False).preview
    target = preview.outcomes[0].to_state if preview else None
    return asks([t for t in there if target in (None, t.target)])


def _anew(desk: Desk, case: Case) -> Case:
    if case.facts.kind is Kind.PROCEDURE:
        return procedure_of(desk.house, desk.at, case.id)
    return position_of(desk.house, desk.at, case.facts.procedure, case.id)


def _home(desk: Desk, case: Case) -> str:
    facts = case.facts
    if facts.kind is Kind.POSITION:
        return desk.url("procedures", facts.procedure, "positions", case.id)
    return desk.url("procedures", case.id)


def _address(desk: Desk, case: Case, transition: str) -> str:
    return f"{_home(desk, case)}/moves/{transition}"
