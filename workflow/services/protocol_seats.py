"""What a protocol says of seats that were moved or cut: by how many, why, and by whom.

Why: how many people a position takes was announced; whoever compares the two papers must find the difference explained.
Never here: changing seats (seats.py), the other parts (protocol_parts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workflow.documents.paper import Block, Heading, Table
from workflow.services.paper_words import PaperWords
from workflow.services.seats import CHANGED
from workflow.wording import say as explanation

if TYPE_CHECKING:
    from workflow.services.protocol_parts import Happened, Record

TOLD = frozenset({"move_seats", CHANGED})
"""The acts that this part tells with their reasons."""

_HEADS = ("column_when", "column_position", "column_change", "column_reason", "column_by")


def changed_seats(record: Record, said: PaperWords) -> Iterator[Block]:
    """Every change of a position's seats in order of time; nothing when there was none."""
    found = [
        (one.effective_at, place, position, one)
        for place, position in enumerate(record.positions)
        for one in record.entries[position.id]
        if one.act == CHANGED
    ]
    if not found:
        return
    rows = []
    for at, _, position, one in sorted(found, key=lambda each: each[:2]):
        name = said.label(said.process.positions, position.facts.position)
        change = f"{one.parameters['before']} → {one.parameters['seats']}"
        rows.append((said.moment(at), name, change, _why(one, said), record.who(one.actor)))
    yield Heading(said.say("part_seats"))
    yield Table(tuple(said.say(head) for head in _HEADS), (0, 3, 0, 4, 2), (False,) * len(_HEADS), tuple(rows))


def _why(one: Happened, said: PaperWords) -> str:
    data = {k: str(v) for k, v in one.parameters.items()}
    if "other" in data:
        data["other"] = said.label(said.process.positions, data["other"])
    why = explanation(data["why"], data, said.language)
    reason = one.texts.get("reason")
    return f"{why} {reason}" if reason else why
