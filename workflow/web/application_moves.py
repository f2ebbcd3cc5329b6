"""A move of one application: looked at with the exact words of its mails, and made.

Why: a decision weighs on a person, so it is read before it is made; what asks for a ground or a reason has a page.
Never here: moves of procedures and positions (moves.py), many at once (bulk.py), rules.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from workflow.engine.errors import DefinitionError
from workflow.engine.process import Kind
from workflow.engine.request import Reason, Refused
from workflow.services.cases import allowed_moves
from workflow.services.dossier import Dossier
from workflow.services.transitions import Done, perform
from workflow.web import application_words as said
from workflow.web import foreseen
from workflow.web.access import Access
from workflow.web.application import CASE, Words, address, number, opened, race, seen_version, show
from workflow.web.asking import Given, asks, given, ground_fields
from workflow.web.desk import Desk, Here, with_query
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()
_INPUT = frozenset({"ground_missing", "reason_missing", "ground_incomplete", "backdating_needs_reason"})


@pages.get(CASE + "/moves/{transition}", may=Access.CASE_ACT)
def look_at_application_move(desk: Here, procedure: str, application: str, transition: str) -> Response:
    """What the move would do, and the form of what it asks for."""
    return _sheet(desk, opened(desk, procedure, application), transition)


@pages.post(CASE + "/moves/{transition}", may=Access.CASE_ACT)
def move_application(
    desk: Here, procedure: str, application: str, transition: str, form: Typed, version: str = ""
) -> Response:
    """Makes the move; with `look`, shows what it would do with what was typed."""
    file = opened(desk, procedure, application)
    case = file.case
    there = foreseen.alternatives(case.book, Kind.APPLICATION, case.facts.state, transition)
    if not there and not file.process.lifecycles[Kind.APPLICATION].named(transition):
        raise NotFound
    seen = number(version) if seen_version(form) is None else seen_version(form)
    looks = "look" in form
    raced = seen is not None and seen != case.facts.version
    offered = _given(desk, file, transition, form, must=bool(there) and not raced)
    if looks or desk.errors:
        return _sheet(desk, file, transition, form, status=422 if desk.errors else 200)
    (request,) = foreseen.requests_for(desk, transition, [(case.id, seen)], desk.actor(procedure), offered)
    try:
        done = perform(desk.house, request)
    except DefinitionError:  # the sheet says what is broken
        return _sheet(desk, file, transition, form, status=409)
    if isinstance(done, Refused):
        file = opened(desk, procedure, application)
        codes = set(done.codes)
        if "lost_race" in codes or not foreseen.alternatives(
            case.book, Kind.APPLICATION, file.case.facts.state, transition
        ):
            return show(desk, file, status=409, race=race(desk, file, seen, form))
        return _sheet(desk, file, transition, form, against=done.reasons, status=422 if codes <= _INPUT else 409)
    return _done(desk, file, procedure, transition, done)


def _done(desk: Desk, file: Dossier, procedure: str, transition: str, done: Done) -> Response:
    process = file.process
    home = address(desk, file)
    sentence = desk.say(
        "%(name)s: %(move)s. Now: %(state)s.",
        name=file.case.facts.candidate or file.case.facts.register_number,
        move=foreseen.move_label(desk, process, Kind.APPLICATION, transition, done.to_state),
        state=foreseen.state_label(desk, process, Kind.APPLICATION, done.to_state),
    )
    if done.notices:
        n = len(done.notices)
        sentence += " " + desk.count("%(n)s mail goes out.", "%(n)s mails go out.", n)
    actor = desk.actor(procedure)
    undo = foreseen.undoing(process, Kind.APPLICATION, transition, done.to_state, actor)
    if undo is not None:
        options = allowed_moves(desk.house, desk.at, done.subject, actor)
        if not any(option.name == undo.name and option.allowed for option in options):
            undo = None
    back = None if undo is None else f"{home}/moves/{undo.name}{with_query({'version': done.version})}"
    return desk.go(home, sentence, undo=back)


def _given(desk: Desk, file: Dossier, transition: str, form: Form | None, *, must: bool) -> Given:
    """What the form gives: the grounds of verdicts that were ticked, and one more that was chosen."""
    case = file.case
    asked = asks(foreseen.alternatives(case.book, Kind.APPLICATION, case.facts.state, transition))
    ticked = tuple(g for i, g in enumerate(file.objections) if form is not None and str(i) in form.all("objection"))
    further = form is not None and form.text("ground") != ""
    if not asked.ground or not ticked:
        return given(desk, case.book, asked, form, must=must)
    rest = given(desk, case.book, asked if further else replace(asked, ground=False), form, must=must)
    grounds = ticked + (rest.grounds if further else ())
    return replace(rest, grounds=grounds, exact=True)


def _sheet(
    desk: Desk,
    file: Dossier,
    transition: str,
    form: Form | None = None,
    *,
    against: tuple[Reason, ...] = (),
    status: int = 200,
) -> Response:
    case, process = file.case, file.process
    named = process.lifecycles[Kind.APPLICATION].named(transition)
    if not named:
        raise NotFound
    asked = asks(foreseen.alternatives(case.book, Kind.APPLICATION, case.facts.state, transition))
    errors = dict(desk.errors)
    offered = _given(desk, file, transition, form, must=False)
    desk.errors = errors
    requests = foreseen.requests_for(desk, transition, [(case.id, None)], desk.actor(case.facts.procedure), offered)
    sheet = foreseen.sheet(desk, requests, words=offered.exact)
    outcome = sheet.preview.outcomes[0] if sheet.preview else None
    told = dict.fromkeys(desk.reasons((*against, *(outcome.reasons if outcome else ())), process))
    typed = form.typed() if form else {}
    target = outcome.to_state if outcome else None
    return desk.page(
        "application_move.html",
        status=status,
        file=file,
        case=case,
        process=process,
        home=address(desk, file),
        action=address(desk, file, "moves", transition),
        title=foreseen.move_label(desk, process, Kind.APPLICATION, transition, target),
        state=foreseen.state_label(desk, process, Kind.APPLICATION, case.facts.state),
        target=foreseen.state_label(desk, process, Kind.APPLICATION, target) if target else "",
        asked=asked,
        offered=offered,
        sheet=sheet,
        refused=list(told),
        objections=[said.ground_text(desk, case, ground) for ground in file.objections] if asked.ground else [],
        ticked=form.all("objection") if form else [str(i) for i in range(len(file.objections))],
        choices=ground_fields(desk, process, case.book) if asked.ground else {},
        needs={code: sorted(values) for code, values in case.book.ground_values.items()},
        typed=typed,
        words=Words(desk, file),
    )
