"""What a person looks at before acting: where a subject stands, what can be done with it and why not the rest.

Why: one call answers for the command line, pages and programs. Never here: changing anything, sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.engine.decide import MoveOption, moves
from workflow.engine.guards import GUARDS
from workflow.engine.request import Actor
from workflow.persistence import statements as sql
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry of a subject's journal as a reader sees it; erased texts are missing."""

    seq: int
    kind: str
    act: str
    from_state: str | None
    to_state: str | None
    effective_at: datetime
    recorded_at: datetime
    actor: str
    role: str
    parameters: dict[str, Any]
    effects: dict[str, Any]
    texts: dict[str, str]


def look(house: House, institution: str, subject: str) -> Case:
    """The case of a subject as it stands. Raises UnknownSubject."""
    case: Case = house.glance(lambda unit: _loaded(house, unit, institution, subject))
    return case


def allowed_moves(house: House, institution: str, subject: str, actor: Actor) -> tuple[MoveOption, ...]:
    """What the actor can do with the subject now, and every reason why not the rest."""

    def work(unit: Unit) -> tuple[MoveOption, ...]:
        case = _loaded(house, unit, institution, subject)
        return moves(case.book, case.facts, actor, house.clock.now())

    options: tuple[MoveOption, ...] = house.glance(work)
    return options


def history(house: House, institution: str, subject: str) -> list[HistoryEntry]:
    """The subject's journal, oldest first, with the texts that were not erased."""
    texts: dict[int, dict[str, str]] = {}
    for _, _, seq, field, _, text in house.database.read(sql.texts, institution=institution, ids=[subject]):
        if text:  # empty once erased
            texts.setdefault(seq, {})[field] = text
    entries = []
    for row in house.database.read(sql.history, institution=institution, ids=[subject]):
        r = dict(zip(sql.history.columns, row, strict=True))
        entries.append(
            HistoryEntry(
                seq=r["seq"],
                kind=r["kind"],
                act=r["act"],
                from_state=r["from_state"],
                to_state=r["to_state"],
                effective_at=instant(r["effective_at"]),
                recorded_at=instant(r["recorded_at"]),
                actor=r["actor"],
                role=r["role"],
                parameters=dict(house.parsed(r["parameters"])),
                effects=dict(house.parsed(r["effects"])),
                texts=texts.get(r["seq"], {}),
            )
        )
    return entries


def _loaded(house: House, unit: Unit, institution: str, subject: str) -> Case:
    docket = Docket(house, unit, institution, house.clock.now())
    case = docket.case(subject)
    reads: set[str] = set()
    for (kind, state, _), alternatives in case.book.starting.items():
        if kind is case.facts.kind and state == case.facts.state:
            reads |= {group for t in alternatives for call in t.guards for group in GUARDS[call.name].reads}
    docket.load([case], reads | {"armed"})
    return case
