"""The rules of an institution, for everybody who works by them: every clause in words, with what it stands on.

Why: definitions are data, and data that only a programmer can read is no rule. The picture and the list beside it come
from the same definition that runs.
Never here: versions (versions.py), scenarios (scenario_runs.py), changing a rule: that is done in the files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from workflow.engine import diagram
from workflow.engine.acts import ACTS
from workflow.engine.errors import DefinitionError, UnknownProcess
from workflow.engine.process import NEW, Kind, ProcessDefinition, State
from workflow.services import rules as service
from workflow.web.access import Access
from workflow.web.clauses import Clauses
from workflow.web.desk import Desk, Here
from workflow.web.pages import Pages
from workflow.web.procedures import function_label
from workflow.web.refusals import NotFound
from workflow.wording import built_in_roles

pages = Pages()

KINDS = (Kind.APPLICATION, Kind.OBJECTION, Kind.POSITION, Kind.PROCEDURE)


@dataclass(frozen=True, slots=True)
class Row:
    """One state of the matrix: what each role may do in it, in words."""

    state: State | None
    label: str
    cells: tuple[tuple[str, ...], ...]


def readable(handler: Callable[..., Response]) -> Callable[..., Response]:
    """A handler of a page about a process: when its files have mistakes, the page lists them instead."""

    @wraps(handler)
    def guarded(desk: Desk, process: str, **more: Any) -> Response:
        try:
            return handler(desk=desk, process=process, **more)
        except DefinitionError as error:
            problems = list(error.problems)
            return desk.page("rules_soundness.html", status=409, name=process, problems=problems, played=None)

    return guarded


# --- the institution ------------------------------------------------------------------------------------------------


@pages.get("/{institution}/rules", may=Access.RULES)
def rules(desk: Here) -> Response:
    """The institution as its folder describes it, and its processes."""
    running = service.procedures_of(desk.house, desk.at)
    processes: list[tuple[str, str | None, int]] = []
    for name in desk.house.catalogue.processes(desk.at):
        try:
            process = desk.house.catalogue.snapshot(desk.at, name).process
            processes.append((name, desk.words(process.title, process), running.get(name, 0)))
        except DefinitionError:
            processes.append((name, None, running.get(name, 0)))
    try:
        years = sorted(desk.house.catalogue.calendar(desk.place.calendar).years)
    except DefinitionError:
        years = []
    return desk.page("rules.html", processes=processes, years=years, place=desk.place)


# --- one process ----------------------------------------------------------------------------------------------------


@pages.get("/{institution}/rules/{process}", may=Access.RULES)
@readable
def lifecycles(desk: Here, process: str, of: str = Kind.APPLICATION.value) -> Response:
    """One lifecycle as a picture and as a list, with how many stand where now."""
    known = definition(desk, process)
    if of not in known.lifecycles:
        raise NotFound
    kind = Kind(of)
    clauses = Clauses(desk, known)
    counts = service.counts(desk.house, desk.at, process, kind)
    lifecycle = known.lifecycles[kind]
    language = desk.language if desk.language in known.institution.languages else known.institution.languages[0]
    drawn = diagram.svg(
        known,
        kind,
        language,
        title=f"{desk.words(known.title, known)}: {clauses.kind(kind)}",
        description=desk.say("Every state is a link to its description in the list below."),
        words=built_in_roles(language),
        counts={name: n for name, n in counts.items() if name in lifecycle.states},
        href=lambda name: f"#{kind.value}-{name}",
        styled=False,
    )
    return desk.page(
        "rules_lifecycle.html",
        process=known,
        clauses=clauses,
        kind=kind,
        kinds=[one for one in KINDS if one in known.lifecycles],
        lifecycle=lifecycle,
        picture=Markup(drawn),  # the drawing escapes every text
        counts=counts,
        unknown=sum(n for name, n in counts.items() if name not in lifecycle.states),
        deadlines={
            name: [d for d in known.deadlines.values() if d.of == kind and name in d.states]
            for name in lifecycle.states
        },
        moves={name: [t for t in lifecycle.transitions if name in t.sources] for name in [NEW, *lifecycle.states]},
        acts={
            name: [
                clauses.act(a.name) for a in known.acts.values() if a.of == kind and (name in a.states or not a.states)
            ]
            for name in lifecycle.states
        },
        language=language,
    )


@pages.get("/{institution}/rules/{process}/clauses", may=Access.RULES)
@readable
def everything_else(desk: Here, process: str) -> Response:
    """What is no lifecycle: positions, documents, requirements, grounds, assessments, deadlines, dates, acts."""
    known = definition(desk, process)
    clauses = Clauses(desk, known)
    acts = [(clauses.act(a.name), a, clauses.kind(ACTS[a.name])) for a in known.acts.values()]
    signers = [function_label(desk, one) for one in known.protocol.signed_by] if known.protocol else []
    return desk.page("rules_clauses.html", process=known, clauses=clauses, acts=acts, signers=signers)


@pages.get("/{institution}/rules/{process}/sources", may=Access.RULES)
@readable
def sources(desk: Here, process: str) -> Response:
    """The words on which clauses stand, and how many stand on them."""
    known = definition(desk, process)
    cited = service.sources(desk.house, desk.at)
    return desk.page("rules_sources.html", process=known, sources=list(cited.values()), clauses=Clauses(desk, known))


@pages.get("/{institution}/rules/{process}/notices", may=Access.RULES)
@readable
def notices(desk: Here, process: str) -> Response:
    """Every notice: whom it tells, and when it is sent."""
    known = definition(desk, process)
    return desk.page("rules_notices.html", process=known, clauses=Clauses(desk, known), sent=_sent(desk, known))


@pages.get("/{institution}/rules/{process}/notices/{notice}", may=Access.RULES)
@readable
def notice(desk: Here, process: str, notice: str) -> Response:
    """One notice: its text in every language, and how it reads when it is filled in."""
    known = definition(desk, process)
    if notice not in known.notices:
        raise NotFound
    texts = [
        (language, text, service.sample(known, notice, language))
        for language, text in known.texts.get(notice, {}).items()
    ]
    return desk.page(
        "rules_notice.html",
        process=known,
        clauses=Clauses(desk, known),
        rule=known.notices[notice],
        texts=texts,
        sent=_sent(desk, known).get(notice, []),
    )


@pages.get("/{institution}/rules/{process}/roles", may=Access.RULES)
@readable
def roles(desk: Here, process: str) -> Response:
    """Who may do what, state by state; and which pages are open to whom."""
    from workflow.web.app import ROUTES  # the list of all routes, which holds this one

    known = definition(desk, process)
    clauses = Clauses(desk, known)
    return desk.page(
        "rules_roles.html",
        process=known,
        clauses=clauses,
        tables=[(kind, *_matrix(clauses, kind)) for kind in KINDS if kind in known.lifecycles],
        accesses=[
            (words, [r for r in ROUTES if r.access is access])
            for access, words in _accesses(desk).items()
            if any(r.access is access for r in ROUTES)
        ],
    )


@pages.get("/{institution}/rules/{process}/soundness", may=Access.RULES)
def soundness(desk: Here, process: str) -> Response:
    """What is wrong with the institution's definitions, with file and line."""
    if process not in desk.house.catalogue.processes(desk.at):
        raise NotFound
    return desk.page("rules_soundness.html", name=process, problems=service.findings(desk.house, desk.at), played=None)


# --- what the pages of rules share ----------------------------------------------------------------------------------


def definition(desk: Desk, process: str) -> ProcessDefinition:
    """The process in the address, as its files say now. Raises NotFound, and DefinitionError when they are wrong."""
    try:
        return desk.house.catalogue.snapshot(desk.at, process).process
    except UnknownProcess:
        raise NotFound from None


def _sent(desk: Desk, process: ProcessDefinition) -> dict[str, list[str]]:
    """Notice -> on which occasions it is sent, in words."""
    clauses = Clauses(desk, process)
    found: dict[str, dict[str, None]] = {}
    for kind, lifecycle in process.lifecycles.items():
        for t in lifecycle.transitions:
            for name in t.notices:
                said = desk.say("%(kind)s: %(move)s", kind=clauses.kind(kind), move=clauses.words(t.label))
                found.setdefault(name, {})[said] = None
    for rule in process.deadlines.values():
        label = clauses.words(rule.label)
        if rule.notice:
            found.setdefault(rule.notice, {})[desk.say("when due: %(deadline)s", deadline=label)] = None
        for reminder in rule.reminders:
            said = desk.say("%(span)s before: %(deadline)s", span=clauses.span(reminder.before), deadline=label)
            found.setdefault(reminder.notice, {})[said] = None
    return {name: list(occasions) for name, occasions in found.items()}


def _matrix(clauses: Clauses, kind: Kind) -> tuple[list[str], list[Row]]:
    """The roles that may do anything to that kind of subject, and a row for each state."""
    process = clauses.process
    lifecycle = process.lifecycles[kind]
    acts = [a for a in process.acts.values() if a.of == kind]
    named = dict.fromkeys(role for t in lifecycle.transitions for role in t.by)
    named |= dict.fromkeys(role for a in acts for role in a.by)
    columns = [*(r for r in process.roles if r in named), *(r for r in named if r not in process.roles)]
    rows = []
    for name in [NEW, *lifecycle.states]:
        moves = [t for t in lifecycle.transitions if name in t.sources]
        if name == NEW and not moves:
            continue
        open_acts = [] if name == NEW else [a for a in acts if name in a.states or not a.states]
        cells = []
        for role in columns:
            said = dict.fromkeys(clauses.words(t.label) for t in moves if role in t.by)
            said |= dict.fromkeys(clauses.act(a.name) for a in open_acts if role in a.by)
            cells.append(tuple(said))
        rows.append(Row(lifecycle.states.get(name), clauses.state(kind, name), tuple(cells)))
    return columns, rows


def _accesses(desk: Desk) -> dict[Access, str]:
    return {
        Access.OPEN: desk.say("Everybody, without signing in"),
        Access.SIGNED_IN: desk.say("Everybody who is signed in"),
        Access.RULES: desk.say("Everybody with a role or a commission here, to read"),
        Access.READ: desk.say("Roles of the office and the auditor, to read"),
        Access.ACT: desk.say("Roles of the office"),
        Access.CASE_READ: desk.say("Roles of the office, the auditor and the commission of the procedure, to read"),
        Access.CASE_ACT: desk.say("Roles of the office and the commission of the procedure"),
        Access.COMMISSION: desk.say("Members of a commission; of a procedure's pages, of that one"),
        Access.OVERSEE: desk.say("Administrator and auditor, to read"),
        Access.ADMINISTER: desk.say("Administrator"),
    }
