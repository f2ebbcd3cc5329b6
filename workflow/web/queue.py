"""The queue: the first page of an office's day.

Never here: what waits (services/queue.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from workflow.engine.process import Kind
from workflow.services import queue
from workflow.services.queue import Act, Waiting
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.pages import Pages

pages = Pages()


@pages.get("/{institution}/queue", may=Access.READ)
def show_queue(desk: Here) -> Response:
    """What waits for the person. To htmx only the counters, which it asks for every minute."""
    found = queue.overview(desk.house, desk.at, None if desk.only_reads else desk.roles)
    if desk.is_fragment:
        return desk.page("queue_live.html", queue=found)
    return desk.page(
        "queue.html",
        queue=found,
        lines=[_shown(desk, line) for line in found.waiting],
        does=lambda act: _does(desk, act),
        subject_address=lambda act: _subject_address(desk, act),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the queue in words. `about`: whose or what it is; `more`: the positions of a group; `move`: the likely
    one with its address, and `whom` it is about for those who do not see the line."""

    title: str
    address: str
    about: str
    more: str
    due: datetime | None
    move: str
    move_address: str | None
    whom: str


_NAMED = 4
"""Positions of a group that are named; the rest is a sign."""


def _shown(desk: Desk, line: Waiting) -> Shown:
    process, title = line.running.process, _title(desk, line)

    def called(position: str) -> str:
        return desk.words(process.positions[position].label, process)

    position = called(line.position) if line.position else ""
    procedure = desk.say("procedure %(number)s", number=line.running.number)
    named = [called(name) for name in line.positions[:_NAMED]] if len(line.positions) > 1 else []
    return Shown(
        title=title,
        address=_address(desk, line),
        about=", ".join(part for part in (line.name, line.number, position, procedure) if part),
        more=", ".join(named) + (" …" if len(line.positions) > _NAMED else ""),
        due=line.due,
        move=desk.words(line.move.label, process) if line.move else "",
        move_address=_move_address(desk, line),
        whom=f"{line.name or title}, {line.number or line.running.number}",
    )


def _title(desk: Desk, line: Waiting) -> str:
    """What is asked: the state, and of a group how many."""
    state = desk.words(line.state.label, line.running.process)
    if line.subject is not None or (line.kind is Kind.POSITION and line.position is not None):
        return state
    if line.kind is Kind.POSITION:
        return desk.count("%(state)s: %(n)s position", "%(state)s: %(n)s positions", line.count, state=state)
    if line.rest:
        return desk.count(
            "%(state)s: %(n)s more application", "%(state)s: %(n)s more applications", line.count, state=state
        )
    return desk.count("%(state)s: %(n)s application", "%(state)s: %(n)s applications", line.count, state=state)


def _address(desk: Desk, line: Waiting) -> str:
    procedure = line.running.id
    if line.kind is Kind.POSITION and line.position_id is not None:
        return desk.url("procedures", procedure, "positions", line.position_id)
    if line.kind is not Kind.APPLICATION:
        return desk.url("procedures", procedure)
    if line.subject is not None:
        return desk.url("procedures", procedure, "applications", line.subject)
    return desk.url("applications", procedure=procedure, position=line.position_id, state=line.state.name)


def _move_address(desk: Desk, line: Waiting) -> str | None:
    """Where the most likely move begins: its preview, or for a group the table with the move chosen."""
    if line.move is None or desk.only_reads:
        return None
    procedure, name = line.running.id, line.move.name
    if line.move_of is Kind.PROCEDURE:
        return desk.url("procedures", procedure, "moves", name)
    if line.subject is not None:
        return desk.url("procedures", procedure, "applications", line.subject, "moves", name)
    filtered = {"procedure": procedure, "position": line.position_id, "state": line.state.name}
    return desk.url("applications", **filtered, move=name)


def _does(desk: Desk, act: Act) -> str:
    """What a deadline of the clock does, in words."""
    process = act.running.process
    if act.rule is None:
        return act.name
    what = desk.words(act.rule.label, process)
    if act.reminder:
        return desk.say("Reminder: %(what)s", what=what)
    if act.rule.transition is not None:
        named = process.lifecycles[act.kind].named(act.rule.transition)
        move = desk.words(named[0].label, process) if named else act.rule.transition
        return desk.say("%(what)s: %(move)s", what=what, move=move)
    return desk.say("%(what)s: a notice is sent", what=what)


def _subject_address(desk: Desk, act: Act) -> str:
    if act.kind is Kind.APPLICATION:
        return desk.url("procedures", act.running.id, "applications", act.subject)
    return desk.url("procedures", act.running.id)
