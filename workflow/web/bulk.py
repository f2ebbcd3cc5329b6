"""One move for many applications: a sheet with the names, the new states and the mails, then one click, then what came.

Why: a hundred cases before lunch, without a wrong mail. Each is moved or refused for itself, as if it had been moved
alone. A form holds a thousand fields at most, so the chosen ones travel in one field, each with the version seen.
Never here: rules, moves of one subject (moves.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from workflow.engine.errors import CalendarGap, DefinitionError, UnknownSubject
from workflow.engine.process import Kind, Transition
from workflow.engine.request import Refused, Request
from workflow.services.case import Case
from workflow.services.choosing import MOST, applications, in_state
from workflow.services.procedures import latest, procedure_of
from workflow.services.transitions import Done, perform_many
from workflow.web import foreseen
from workflow.web.access import Access
from workflow.web.asking import Given, asks, given, ground_fields
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages

pages = Pages()

_CHOSEN = re.compile(r"([0-9a-f-]{36})(?::([0-9]{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which applications, with the versions that were seen (None: whatever is). `more`: there are more than that."""

    cases: tuple[Case, ...]
    versions: dict[str, int | None]
    state: str
    more: bool = False

    @property
    def field(self) -> str:
        """The value of the one field in which they travel; of each the version that stands on the sheet."""
        return " ".join(f"{case.id}:{case.facts.version}" for case in self.cases)


@pages.get("/{institution}/procedures/{procedure}/bulk", may=Access.CASE_ACT)
def look_at_bulk(desk: Here, procedure: str) -> Response:
    """What a move would do to the chosen applications, or to all that stand in a state."""
    query = desk.request.query_params
    case = procedure_of(desk.house, desk.at, procedure)
    chosen = [part for value in (*query.getlist("id"), query.get("ids", "")) for part in value.split()]
    choice = _choice(desk, case, chosen, query.get("state", ""), query.get("position", ""))
    return _sheet(desk, case, choice, query.get("transition", ""))


@pages.post("/{institution}/procedures/{procedure}/bulk", may=Access.CASE_ACT)
def do_bulk(desk: Here, procedure: str, form: Typed) -> Response:
    """Moves them, when the sheet was confirmed; without that it shows the sheet (many ids do not fit an address)."""
    case = procedure_of(desk.house, desk.at, procedure)
    chosen = [part for value in (*form.all("id"), form.text("ids")) for part in value.split()]
    transition = form.text("transition")
    choice = _choice(desk, case, chosen, form.text("state"), form.text("position"))
    there = _alternatives(choice.cases, transition)
    if not form.text("confirmed") or not choice.cases or not there:
        return _sheet(desk, case, choice, transition, form)
    offered = given(desk, case.book, asks(there), form, must=True)
    if desk.errors:
        return _sheet(desk, case, choice, transition, form, status=422)
    actor = desk.actor(case.id)
    subjects = [(one.id, choice.versions.get(one.id)) for one in choice.cases]
    try:
        outcomes = perform_many(desk.house, foreseen.requests_for(desk, transition, subjects, actor, offered))
    except (CalendarGap, DefinitionError):  # the sheet says what is broken
        return _sheet(desk, case, choice, transition, form, status=409)
    return _summary(desk, case, choice, transition, outcomes)


def _choice(desk: Desk, case: Case, chosen: Sequence[str], state: str, position: str) -> Choice:
    more = False
    versions: dict[str, int | None] = {}
    if chosen:
        found = [_CHOSEN.fullmatch(one) for one in chosen]
        for one in found:
            if one is None:
                raise UnknownSubject("-")
            versions[one[1]] = int(one[2]) if one[2] else None
        more = len(versions) > MOST
        versions = dict(list(versions.items())[:MOST])
    elif state:
        ids = in_state(desk.house, desk.at, case, state, position)
        more = len(ids) > MOST
        versions = dict.fromkeys(ids[:MOST])
    cases = applications(desk.house, desk.at, case.id, list(versions))
    return Choice(cases, versions, state, more)


def _alternatives(cases: Sequence[Case], transition: str) -> tuple[Transition, ...]:
    """Every transition of that name from where one of the chosen stands."""
    found = (
        t
        for state in dict.fromkeys(case.facts.state for case in cases)
        for t in foreseen.alternatives(cases[0].book, Kind.APPLICATION, state, transition)
    )
    return tuple({t.key: t for t in found}.values())


def _open_moves(desk: Desk, cases: Sequence[Case]) -> list[tuple[str, str, int]]:
    """(name, label, how many) of the moves that the person's role may make from where the chosen stand."""
    if not cases:
        return []
    book, roles = cases[0].book, desk.actor(cases[0].facts.procedure).roles
    found: dict[str, list[object]] = {}
    for case in cases:
        for (kind, state, name), there in book.starting.items():
            if kind is Kind.APPLICATION and state == case.facts.state and any(roles.intersection(t.by) for t in there):
                entry = found.setdefault(name, [desk.words(there[0].label, book.process), 0])
                entry[1] = int(str(entry[1])) + 1
    return [(name, str(label), int(str(n))) for name, (label, n) in found.items()]


def _sheet(
    desk: Desk, case: Case, choice: Choice, transition: str, form: Form | None = None, *, status: int = 200
) -> Response:
    process = case.book.process
    there = _alternatives(choice.cases, transition)
    if not choice.cases or not there:
        return desk.page(
            "bulk_choose.html",
            status=status,
            case=case,
            choice=choice,
            options=_open_moves(desk, choice.cases),
            states=_standing(desk, choice.cases),
            asked_for=foreseen.move_label(desk, process, Kind.APPLICATION, transition) if transition else "",
            home=desk.url("procedures", case.id),
        )
    asked = asks(there)
    errors = dict(desk.errors)
    offered = given(desk, case.book, asked, form, must=False)
    desk.errors = errors if form is None or form.text("confirmed") else {**errors, **desk.errors}
    sheet = foreseen.sheet(desk, _requests(desk, case, choice, transition, offered), words=offered.exact)
    preview = sheet.preview
    return desk.page(
        "bulk.html",
        status=status,
        case=case,
        choice=choice,
        transition=transition,
        title=desk.words(there[0].label, process),
        sheet=sheet,
        possible=[(one.subject, _to(desk, case, one.to_state)) for one in preview.possible] if preview else [],
        refused=[(one.subject, foreseen.reasons(desk, one, process)) for one in preview.refused] if preview else [],
        positions={name: desk.words(p.label, process) for name, p in process.positions.items()},
        asked=asked,
        offered=offered,
        choices=ground_fields(desk, process, case.book) if asked.ground else {},
        typed=form.typed() if form else {},
        home=desk.url("procedures", case.id),
        most=MOST,
    )


def _requests(desk: Desk, case: Case, choice: Choice, transition: str, offered: Given) -> list[Request]:
    # As they stand now: whoever looks at the sheet sees the present, and what was seen before counts when it is sent.
    subjects: list[tuple[str, int | None]] = [(one.id, None) for one in choice.cases]
    return foreseen.requests_for(desk, transition, subjects, desk.actor(case.id), offered)


def _to(desk: Desk, case: Case, state: str | None) -> str:
    return foreseen.state_label(desk, case.book.process, Kind.APPLICATION, state)


def _standing(desk: Desk, cases: Sequence[Case]) -> list[tuple[str, int]]:
    counted: dict[str, int] = {}
    for case in cases:
        counted[case.facts.state] = counted.get(case.facts.state, 0) + 1
    return [(_to(desk, cases[0], state), n) for state, n in counted.items()]


def _summary(desk: Desk, case: Case, choice: Choice, transition: str, outcomes: Sequence[Done | Refused]) -> Response:
    process = case.book.process
    pairs = list(zip(choice.cases, outcomes, strict=True))
    moved = [(one, outcome) for one, outcome in pairs if isinstance(outcome, Done)]
    refused = [(one, outcome) for one, outcome in pairs if isinstance(outcome, Refused)]
    races = [one.id for one, outcome in refused if {"lost_race", "wrong_state"} & set(outcome.codes)]
    last = latest(desk.house, desk.at, races) if races else {}
    faster = {one: foreseen.faster(desk, process, Kind.APPLICATION, line) for one, line in last.items()}
    actor = desk.actor(case.id)
    undoes = {
        t.name: t
        for state in dict.fromkeys(outcome.to_state for _, outcome in moved)
        if (t := foreseen.undoing(process, Kind.APPLICATION, transition, state, actor)) is not None
    }
    return desk.page(
        "bulk_done.html",
        status=200 if moved else 409,
        case=case,
        title=foreseen.move_label(desk, process, Kind.APPLICATION, transition),
        moved=[(one, _to(desk, case, outcome.to_state)) for one, outcome in moved],
        refused=[(one, desk.reasons(outcome.reasons, process), faster.get(one.id)) for one, outcome in refused],
        undoes=[(t.name, desk.words(t.label, process)) for t in undoes.values()],
        undo_field=" ".join(f"{one.id}:{outcome.version}" for one, outcome in moved),
        again_field=" ".join(one.id for one, _ in refused),
        transition=transition,
        positions={name: desk.words(p.label, process) for name, p in process.positions.items()},
        home=desk.url("procedures", case.id),
    )
