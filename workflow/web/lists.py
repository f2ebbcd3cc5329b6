"""Lists of a procedure: rankings as the engine made them, its publications, one position, the figures.

Why: what people were told must be found again word for word, and printed. A list shows why each place is what it is.
Never here: making a list (a move does that), moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from workflow.engine.process import Kind, ProcessDefinition
from workflow.engine.ranking import COMMISSION_DECISION, LOT
from workflow.engine.request import Refused
from workflow.services import figures, procedures, rankings, recusals
from workflow.services.acts import DecideTie, DrawLot, Recording
from workflow.services.appointing import allowed
from workflow.services.case import Case
from workflow.services.publications import publications
from workflow.services.records import record
from workflow.web import charts, foreseen
from workflow.web.access import Access
from workflow.web.charts import Bar
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.local import number as local_number
from workflow.web.local import short_day
from workflow.web.pages import Pages
from workflow.web.procedures import entry, funnel, move_option, position_label, seats
from workflow.web.seats import calls_of

pages = Pages()

_MOST_DIGITS = 9
_TIES = ("tie_undecided", "tie_not_drawn")


@pages.get("/{institution}/procedures/{procedure}/lists", may=Access.CASE_READ)
def show_lists(desk: Here, procedure: str) -> Response:
    """The ranking list of each position, and the publications."""
    case = procedures.procedure_of(desk.house, desk.at, procedure)
    process = case.book.process
    positions = procedures.positions(desk.house, desk.at, case)
    hidden = recusals.hidden_from(desk.house, desk.at, procedure, desk.who.user)
    ranked = rankings.rankings(desk.house, desk.at, process, [p.id for p in positions], hidden)
    return desk.page(
        "lists.html",
        recused=len(hidden),
        case=case,
        process_title=desk.words(process.title, process),
        lists=[
            {
                "line": line,
                "label": position_label(desk, process, line.name),
                "rows": [_placed(desk, process, one) for one in ranked[line.id]],
            }
            for line in positions
        ],
        publications=[
            (p, desk.words(process.publications[p.name].title, process) if p.name in process.publications else p.name)
            for p in publications(desk.house, desk.at, procedure)
        ],
    )


# --- one position -----------------------------------------------------------------------------------------------------


@pages.get("/{institution}/procedures/{procedure}/positions/{position}", may=Access.CASE_READ)
def show_position(desk: Here, procedure: str, position: str, upto: str = "") -> Response:
    """A position: its list, its seats, the moves from here."""
    number = int(upto) if upto.isascii() and upto.isdigit() and len(upto) <= _MOST_DIGITS else None
    return _position(desk, procedure, position, upto=number)


@pages.post("/{institution}/procedures/{procedure}/positions/{position}/tie", may=Access.CASE_ACT)
def decides_tie(desk: Here, procedure: str, position: str, form: Typed) -> Response:
    """Records the commission's order of applications that no rule separates."""
    case = procedures.position_of(desk.house, desk.at, procedure, position)
    outlook = rankings.outlook(desk.house, desk.at, position)
    tie = next((t for t in outlook.ties if str(t.place) == form.text("place")), None) if outlook else None
    if tie is None:
        desk.errors[""] = desk.say("There is no such tie any more. Somebody may have decided it meanwhile.")
        return _position(desk, procedure, position, status=409)
    order = _order(desk, form, tie)
    if order is None:
        return _position(desk, procedure, position, typed=form.typed(), status=422)
    act = DecideTie(order=order)
    return _settled(
        desk, form, case, position, act, form.text(f"reason_{tie.place}"), desk.say("The order is recorded.")
    )


@pages.post("/{institution}/procedures/{procedure}/positions/{position}/lot", may=Access.CASE_ACT)
def draws_lot(desk: Here, procedure: str, position: str, form: Typed) -> Response:
    """Draws lots among applications that no rule separates, or records lots that were drawn on paper."""
    case = procedures.position_of(desk.house, desk.at, procedure, position)
    outlook = rankings.outlook(desk.house, desk.at, position)
    tie = next((t for t in outlook.ties if str(t.place) == form.text("place")), None) if outlook else None
    if tie is None:
        desk.errors[""] = desk.say("There is no such tie any more. Somebody may have decided it meanwhile.")
        return _position(desk, procedure, position, status=409)
    if form.text("by_hand") != "yes":
        drawn = DrawLot(applications=tuple(application for application, _, _ in tie.applications))
        return _settled(desk, form, case, position, drawn, "", desk.say("Lots are drawn. The list stands below."))
    order = _order(desk, form, tie)
    reason = form.text(f"reason_{tie.place}")
    if not reason.strip():
        desk.errors[f"reason_{tie.place}"] = desk.say("Write how the lots were drawn, and who was present.")
    if order is None or desk.errors:
        return _position(desk, procedure, position, typed=form.typed(), status=422)
    act = DrawLot(applications=order, by_hand=True)
    return _settled(desk, form, case, position, act, reason, desk.say("The order is recorded."))


def _order(desk: Desk, form: Typed, tie: rankings.Tied) -> tuple[str, ...] | None:
    """The order that was chosen for a tie; None when it is not one, and then what is wrong stands at the fields."""
    places: dict[str, str] = {}
    for application, number, _ in tie.applications:
        field = f"rank_{application}"
        text = form.text(field)
        if text not in {str(i) for i in range(1, len(tie.applications) + 1)}:
            desk.errors[field] = desk.say("%(number)s: choose a place.", number=number)
        elif text in places.values():
            desk.errors[field] = desk.say("%(number)s: this place is given twice.", number=number)
        places[application] = text
    return None if desk.errors else tuple(sorted(places, key=lambda one: int(places[one])))


def _settled(
    desk: Desk, form: Typed, case: Case, position: str, act: DecideTie | DrawLot, reason: str, said: str
) -> Response:
    procedure = case.facts.procedure
    done = record(
        desk.house,
        Recording(
            institution=desk.at,
            subject=position,
            actor=desk.actor(procedure),
            act=act,
            reason=reason[:4000] or None,
        ),
    )
    if isinstance(done, Refused):
        desk.errors[""] = " ".join(desk.reasons(done.reasons, case.book.process))
        return _position(desk, procedure, position, typed=form.typed(), status=409)
    return desk.go(desk.url("procedures", procedure, "positions", position), said)


def _position(
    desk: Desk,
    procedure: str,
    position: str,
    *,
    upto: int | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    actor = desk.actor(procedure)
    view = procedures.position_view(desk.house, desk.at, procedure, position, actor, upto)
    case, process = view.case, view.case.book.process
    options = [move_option(desk, case, view.line.counts, option) for option in view.options]
    hidden = recusals.hidden_from(desk.house, desk.at, procedure, desk.who.user)
    placed = rankings.rankings(desk.house, desk.at, process, [position], hidden)[position]
    # Once ranked, the list is what was made; before, it can be seen how it would be made.
    outlook = None if placed else rankings.outlook(desk.house, desk.at, position)
    own = {application for tie in (outlook.ties if outlook else ()) for application, _, _ in tie.applications} & hidden
    state = process.lifecycles[Kind.POSITION].states[case.facts.state]
    return desk.page(
        "position.html",
        status=status,
        case=case,
        view=view,
        label=position_label(desk, process, case.facts.position),
        state={
            "label": desk.words(state.label, process),
            "next": desk.words(state.next, process),
            "final": state.final is not None,
        },
        open_moves=[o for o in options if o["allowed"]],
        shut_moves=[o for o in options if not o["allowed"]],
        ahead=[
            {"label": desk.words(process.deadlines[one.rule].label, process), "due": one.due_at} for one in view.ahead
        ],
        rows=[_placed(desk, process, one) for one in placed],
        outlook=[_placed(desk, process, one) for one in outlook.placed if one.application not in hidden]
        if outlook
        else [],
        recused=len(hidden),
        total_of=lambda tie: (
            "–" if own.intersection(i for i, _, _ in tie.applications) else local_number(tie.total, desk.language)
        ),
        ties=outlook.ties if outlook else (),
        by_lot=process.ranking is not None and LOT in process.ranking.ties,
        by_commission=process.ranking is not None and COMMISSION_DECISION in process.ranking.ties,
        waiting=desk.reasons(tuple(r for r in outlook.reasons if r.code not in _TIES), process) if outlook else [],
        may_decide=allowed(desk.house, case, "decide_tie", actor) is None,
        may_draw=allowed(desk.house, case, "draw_lot", actor) is None,
        standing=[
            (name, desk.words(s.label, process), view.line.counts[name])
            for name, s in process.lifecycles[Kind.APPLICATION].states.items()
            if view.line.counts.get(name)
        ],
        timeline=[entry(desk, process, Kind.POSITION, line) for line in view.timeline],
        older=view.timeline[-1].seq - 1 if view.timeline and view.timeline[-1].seq > 1 else None,
        calls=calls_of(desk, case),
        typed=typed or {},
    )


def _placed(desk: Desk, process: ProcessDefinition, one: rankings.Placed) -> dict[str, Any]:
    return {
        "one": one,
        "group": group_label(desk, one.group),
        "kind": {"selected": "done", "reserve": "waiting"}.get(one.group, "stopped"),
        "state": foreseen.state_label(desk, process, Kind.APPLICATION, one.state),
        "why": [foreseen.explained(desk, process, line) for line in one.why],
    }


def group_label(desk: Desk, group: str) -> str:
    """A group of a ranking list in words."""
    known = {
        "selected": desk.say("selected"),
        "reserve": desk.say("reserve"),
        "not_approved": desk.say("not approved"),
    }
    return known.get(group, group)


# --- figures ----------------------------------------------------------------------------------------------------------


@pages.get("/{institution}/procedures/{procedure}/figures", may=Access.CASE_READ)
def show_figures(desk: Here, procedure: str) -> Response:
    """The charts of a procedure, each with its table."""
    case = procedures.procedure_of(desk.house, desk.at, procedure)
    process = case.book.process
    lines = procedures.positions(desk.house, desk.at, case)
    counts: dict[str, int] = {}
    for line in lines:
        for state, n in line.counts.items():
            counts[state] = counts.get(state, 0) + n
    return desk.page(
        "figures.html",
        case=case,
        charts=[
            funnel(desk, process, counts),
            seats(desk, process, lines),
            _per_day(desk, case.id, process, case.facts.dates),
            _stays(desk, process, [line.id for line in lines]),
        ],
        sample=figures.SAMPLE,
    )


def _per_day(desk: Desk, procedure: str, process: ProcessDefinition, dates: Mapping[str, str]) -> dict[str, Any]:
    closes = figures.closing_day(process, dates)
    rows = figures.receipts(desk.house, desk.at, procedure, process.institution.zone, closes)
    title = desk.say("Applications per day")
    total = sum(n for _, n in rows)
    description = desk.count("%(n)s application was received.", "%(n)s applications were received.", total)
    if closes is not None:
        description += " " + desk.say("Documents are accepted until %(day)s.", day=short_day(closes, desk.language))
    bars = [Bar(short_day(day, desk.language)[:5], n, f"{short_day(day, desk.language)}: {n}") for day, n in rows]
    mark = next((i for i, (day, _) in enumerate(rows) if day == closes), None)
    return {
        "title": title,
        "said": description,
        "svg": charts.columns("days", title, description, bars, mark) if rows else "",
        "heads": [desk.say("Day"), desk.say("Applications")],
        "rows": [(short_day(day, desk.language), n) for day, n in rows],
    }


def _stays(desk: Desk, process: ProcessDefinition, positions: list[str]) -> dict[str, Any]:
    stays = figures.stays(desk.house, desk.at, process, positions)
    title = desk.say("Days in each state")
    description = desk.say("The median stay in each state, of the newest %(n)s applications at most.", n=figures.SAMPLE)
    rows = [
        (
            foreseen.state_label(desk, process, Kind.APPLICATION, stay.state),
            local_number(stay.days, desk.language),
            stay.stays,
        )
        for stay in stays
    ]
    bars = [Bar(label, float(stay.days), days) for stay, (label, days, _) in zip(stays, rows, strict=True)]
    return {
        "title": title,
        "said": description,
        "svg": charts.bars("stays", title, description, bars) if bars else "",
        "heads": [desk.say("State"), desk.say("Median, days"), desk.say("Stays")],
        "rows": rows,
    }
