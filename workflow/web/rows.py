"""Applications as the rows of a table say them: every text and address of a row made once, outside the template.

Why: fifty rows of eight cells are most of a page, and a template looks up every name it prints.
Never here: how the lines are found (services/listing.py, services/searching.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflow.engine.process import Kind
from workflow.services.listing import Line
from workflow.services.rules_in_use import Running
from workflow.web import local
from workflow.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Row:
    """One application as a row of a table."""

    id: str
    number: str
    name: str
    address: str
    procedure: str
    procedure_address: str
    position: str
    state: str
    received: str
    since: str


def rows(desk: Desk, lines: Iterable[Line], running: Mapping[str, Running]) -> list[Row]:
    """Those lines for this reader, in their order. `running`: every procedure of theirs."""
    zone, language = desk.zone, desk.language
    procedures = {id_: desk.url("procedures", id_) for id_ in running}
    labels: dict[tuple[str, str, str], tuple[str, str]] = {}
    found = []
    for line in lines:
        whose = running[line.procedure]
        kind = (line.procedure, line.position, line.state)
        if kind not in labels:
            state = whose.process.lifecycles[Kind.APPLICATION].states.get(line.state)
            labels[kind] = (
                desk.words(whose.process.positions[line.position].label, whose.process),
                desk.words(state.label, whose.process) if state else line.state,
            )
        found.append(
            Row(
                line.id,
                line.number,
                line.name,
                f"{procedures[line.procedure]}/applications/{line.id}",
                whose.number,
                procedures[line.procedure],
                *labels[kind],
                local.short_moment(line.received_at, zone, language),
                local.short_moment(line.since, zone, language),
            )
        )
    return found
