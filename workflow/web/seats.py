"""Moving seats between the positions of a procedure, and the calls of a position, in words.

Never here: who may and what is left (services/moved_seats.py), why somebody was called (services/calls.py).
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from workflow.engine.process import Kind, ProcessDefinition
from workflow.engine.request import Refused
from workflow.services import called, procedures
from workflow.services.acts import MoveSeats, Recording
from workflow.services.case import Case
from workflow.services.records import record
from workflow.web import foreseen
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.pages import Pages
from workflow.web.procedures import show

pages = Pages()


@pages.post("/{institution}/procedures/{procedure}/seats", may=Access.CASE_ACT)
def moves_seats(desk: Here, procedure: str, form: Typed) -> Response:
    """Moves seats from one position to another, or says beside each field what is wrong."""
    case = procedures.procedure_of(desk.house, desk.at, procedure)
    known = case.book.process.positions
    source, target, number = form.text("seats_from"), form.text("seats_to"), form.text("seats_number")
    reason = form.text("seats_reason")
    if source not in known:
        desk.errors["seats_from"] = desk.say("Choose the position from which seats are taken.")
    if target not in known:
        desk.errors["seats_to"] = desk.say("Choose the position to which they go.")
    elif target == source:
        desk.errors["seats_to"] = desk.say("Choose another position than the one from which they are taken.")
    if not (number.isascii() and number.isdigit() and len(number) <= 5 and int(number) >= 1):
        desk.errors["seats_number"] = desk.say("Give the number of seats: 1 or more.")
    if not reason:
        desk.errors["seats_reason"] = desk.say("Write why the seats are moved.")
    if desk.errors:
        return show(desk, procedure, typed=form.typed(), status=422)
    done = record(
        desk.house,
        Recording(
            institution=desk.at,
            subject=procedure,
            actor=desk.actor(procedure),
            act=MoveSeats(source=source, target=target, seats=int(number)),
            reason=reason[:4000],
        ),
    )
    if isinstance(done, Refused):
        desk.errors["seats_number"] = " ".join(desk.reasons(done.reasons, case.book.process))
        return show(desk, procedure, typed=form.typed(), status=409)
    return desk.go(desk.url("procedures", procedure), desk.say("The seats are moved."))


def calls_of(desk: Desk, position: Case) -> list[dict[str, Any]]:
    """The calls of a position as the page shows them, newest first."""
    process = position.book.process
    return [
        {
            "one": one,
            "why": foreseen.explained(desk, process, one.why),
            "state": foreseen.state_label(desk, process, Kind.APPLICATION, one.state),
            "approve": _approve(desk, process, one),
        }
        for one in called.of_position(desk.house, desk.at, position)
    ]


def _approve(desk: Desk, process: ProcessDefinition, one: called.Called) -> str:
    return "" if one.approval is None else foreseen.move_label(desk, process, Kind.APPLICATION, one.approval)
