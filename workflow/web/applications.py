"""All applications of an office: the dense table with its filters, what is done with marked ones, and the board.

Never here: how a page of a hundred thousand is found (services/listing.py), exports (exporting.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from starlette.responses import Response

from workflow.engine.process import NEW, Kind, ProcessDefinition, Stage
from workflow.services import board as boards
from workflow.services import listing, rules_in_use
from workflow.services.listing import SIZES, Filter, Sort
from workflow.services.rules_in_use import Running
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound
from workflow.web.rows import rows
from workflow.web.stages import stage_name

pages = Pages()

_FIELDS = ("procedure", "position", "state", "stage", "from", "to", "q", "sort", "order", "size")
_LONGEST_NAME = 80


@pages.get("/{institution}/applications", may=Access.READ)
def show_applications(desk: Here) -> Response:
    """The table."""
    return _table(desk, dict(desk.request.query_params))


@pages.post("/{institution}/applications/filters", may=Access.ACT)
def save_filter(desk: Here, form: Typed) -> Response:
    """Keeps the filter under a name."""
    typed = {name: form.text(name) for name in _FIELDS}
    wanted = filter_of(desk, typed)
    name = form.text("name")
    if not name:
        desk.errors["name"] = desk.say("Give the filter a name.")
    elif len(name) > _LONGEST_NAME:
        desk.errors["name"] = desk.say("Use at most %(n)s characters for the name.", n=_LONGEST_NAME)
    if desk.errors:
        return _table(desk, typed | {"name": name})
    query = desk.url("applications", **query_of(wanted)).partition("?")[2]
    listing.save(desk.house, desk.at, desk.who.user, name, query)
    said = desk.say("The filter is saved as “%(name)s”.", name=name)
    return desk.go(desk.url("applications", **query_of(wanted)), said)


@pages.post("/{institution}/applications/filters/delete", may=Access.ACT)
def delete_filter(desk: Here, form: Typed) -> Response:
    """Deletes a filter that the person saved."""
    listing.forget(desk.house, desk.at, desk.who.user, form.text("name"))
    return desk.go(desk.url("applications"), desk.say("The filter “%(name)s” is deleted.", name=form.text("name")))


@pages.get("/{institution}/applications/board", may=Access.READ)
def show_board(desk: Here, procedure: str = "") -> Response:
    """The board of a procedure; without one the choice of it."""
    if not procedure:
        return desk.page("board_choose.html", procedures=listing.procedures(desk.house, desk.at))
    if rules_in_use.running(desk.house, desk.at, [procedure]) == {}:
        raise NotFound
    found = boards.look(desk.house, desk.at, procedure, desk.actor(procedure))
    return desk.page("board.html", board=found, procedure=procedure)


def filter_of(desk: Desk, given: Mapping[str, str]) -> Filter:
    """The filter that the fields ask for. What cannot be is told in desk.errors, and left out."""

    def field(name: str) -> str:
        return given.get(name, "").replace("\0", "").strip()

    def day(name: str) -> date | None:
        text = field(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            desk.errors[name] = desk.say("Write the day as year-month-day, like 2026-03-18.")
            return None

    first, last = day("from"), day("to")
    if first is not None and last is not None and first > last:
        desk.errors["to"] = desk.say("The last day lies before the first.")
    stage = field("stage")
    sort = field("sort")
    order = Sort(sort) if sort in list(Sort) else Sort.RECEIVED
    down = field("order") == "down" if field("order") in ("up", "down") else order is Sort.RECEIVED
    size = int(field("size")) if field("size") in {str(n) for n in SIZES} else SIZES[0]
    return Filter(
        procedure=field("procedure") or None,
        position=(field("position") or None) if field("procedure") else None,
        state=field("state") or None,
        stage=Stage(stage) if stage in list(Stage) else None,
        received_from=first,
        received_to=last,
        text=field("q")[:100],
        sort=order,
        down=down,
        size=size,
    )


def query_of(wanted: Filter) -> dict[str, Any]:
    """The fields of an address that ask for the filter; what is usual is left out."""
    usual = wanted.sort is Sort.RECEIVED
    return {
        "procedure": wanted.procedure,
        "position": wanted.position,
        "state": wanted.state,
        "stage": wanted.stage.value if wanted.stage else None,
        "from": wanted.received_from.isoformat() if wanted.received_from else None,
        "to": wanted.received_to.isoformat() if wanted.received_to else None,
        "q": wanted.text,
        "sort": None if usual else wanted.sort.value,
        "order": None if wanted.down == usual else "down" if wanted.down else "up",
        "size": None if wanted.size == SIZES[0] else wanted.size,
    }


def _table(desk: Desk, given: Mapping[str, str]) -> Response:
    wanted = filter_of(desk, given)
    known = rules_in_use.definitions(desk.house, desk.at)
    found = listing.page(
        desk.house, desk.at, wanted, known, after=given.get("after") or None, before=given.get("before") or None
    )
    ids = {line.procedure for line in found.lines} | ({wanted.procedure} if wanted.procedure else set())
    running = rules_in_use.running(desk.house, desk.at, ids)
    if wanted.procedure and wanted.procedure not in running:
        raise NotFound
    chosen = running.get(wanted.procedure or "")
    query = query_of(wanted)
    typed = {name: given.get(name, "") for name in ("from", "to", "name")}
    return desk.page(
        "applications.html",
        status=422 if desk.errors else 200,
        wanted=wanted,
        found=found,
        rows=rows(desk, found.lines, running),
        chosen=chosen,
        query=query,
        typed=typed,
        fields=_choices(desk, known, chosen, wanted),
        moves=_moves(desk, chosen, wanted),
        move=given.get("move", ""),
        saved=[] if desk.only_reads else listing.saved(desk.house, desk.at, desk.who.user),
        page_address=lambda **more: desk.url("applications", **{**query, **more}),
        sort_address=lambda sort: desk.url("applications", **query_of(_sorted(wanted, sort))),
        asked_otherwise=wanted.sort is not found.sort and bool(found.lines),
        Sort=Sort,
        SIZES=SIZES,
    )


def _sorted(wanted: Filter, sort: Sort) -> Filter:
    """The filter with that order; asked for once more, the other way round."""
    down = not wanted.down if wanted.sort is sort else sort is Sort.RECEIVED
    return replace(wanted, sort=sort, down=down)


def _choices(
    desk: Desk, known: Iterable[ProcessDefinition], chosen: Running | None, wanted: Filter
) -> dict[str, list[tuple[str, str]]]:
    """The options of the fields: everything that the filter could be about."""
    known_ones = listing.procedures(desk.house, desk.at)
    procedures = [("", desk.say("All procedures")), *((one[0], one[1]) for one in known_ones)]
    if chosen is not None and chosen.id not in {one[0] for one in known_ones}:
        procedures.append((chosen.id, chosen.number))
    positions = [("", desk.say("All positions"))]
    if chosen is not None:
        labels = chosen.process.positions
        called = listing.positions(desk.house, desk.at, chosen.id)
        positions += [(one[0], desk.words(labels[one[1]].label, chosen.process)) for one in called]
    rules = [chosen.process] if chosen is not None else list(known)
    states = rules_in_use.states(rules, Kind.APPLICATION)
    return {
        "procedure": procedures,
        "position": positions,
        "state": [
            ("", desk.say("All states")),
            *((state.name, desk.words(state.label, process)) for process, state in states),
        ],
        "stage": [("", desk.say("All stages")), *((stage.value, stage_name(desk, stage)) for stage in Stage)],
    }


def _moves(desk: Desk, chosen: Running | None, wanted: Filter) -> list[tuple[str, str]]:
    """The moves that the person's roles may make with applications of the chosen procedure (and state)."""
    if chosen is None or desk.only_reads:
        return []
    roles = desk.actor(chosen.id).roles
    moves: dict[str, str] = {}
    for move in chosen.process.lifecycles[Kind.APPLICATION].transitions:
        stands = wanted.state is None or wanted.state in move.sources
        if stands and roles.intersection(move.by) and move.sources != (NEW,):
            moves.setdefault(move.name, desk.words(move.label, chosen.process))
    return list(moves.items())
