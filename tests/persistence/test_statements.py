"""Every hot select: it runs on both databases, answers for sets, and reads by index what it shows and no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.persistence.given import INSTITUTION, START, World, armed, build, transition
from workflow.identifiers import uuid7
from workflow.persistence import statements
from workflow.persistence.database import Database
from workflow.persistence.statements import MOST_ATTEMPTS, Statement
from workflow.persistence.tables import (
    CheckResult,
    CommissionMember,
    ConflictRow,
    Deadline,
    Document,
    DrawnLot,
    Mark,
    PartDone,
    Place,
    Result,
    RoleGrant,
    Sheet,
    TieDecision,
)
from workflow.persistence.unit_of_work import Unit, instant
from workflow.persistence.writer import Writer

SAMPLE: Mapping[str, Any] = {
    "institution": INSTITUTION,
    "ids": [],
    "states": [],
    "assessment": "interview",
    "parent": "x",
    "position": "x",
    "procedure": "x",
    "candidate": "x",
    "dossier": "x",
    "number": "1",
    "user": "x",
    "hash": "x",
    "country": "BG",
    "version": "v1",
    "now": START,
    "limit": 10,
}


@pytest.mark.parametrize("statement", statements.every(), ids=lambda s: s.name)
def test_every_statement_runs_and_uses_an_index(statement: Statement, database: Database) -> None:
    if database.dialect == "postgresql":
        sql, values = statement.bound("postgresql", SAMPLE)
        assert database.connect().execute(sql, values).fetchall() == []
        return
    sql, values = statement.bound("sqlite", SAMPLE)
    plan = [row[3] for row in database.connect().execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    scans = [p for p in plan if p.startswith("SCAN") and not p.startswith("SCAN json_each")]
    assert scans == (["SCAN deadline USING INDEX ix_deadline_due_at"] if statement is statements.next_due else [])
    loose = [p for p in plan if "(institution=?)" in p or "(owner=?)" in p or "ANY(" in p]
    assert loose == []  # all rows of an institution are a scan by another name


def test_every_statement_is_documented() -> None:
    from pathlib import Path

    lines = Path(statements.__file__).read_text(encoding="utf-8").splitlines()
    for statement in statements.every():
        start = (
            lines.index(f"{statement.name} = Statement(")
            if f"{statement.name} = Statement(" in lines
            else next(n for n, line in enumerate(lines) if line.startswith(f"{statement.name} = Statement("))
        )
        end = next(n for n in range(start, len(lines)) if lines[n].endswith(")") and not lines[n].startswith(" "))
        assert lines[end + 1].startswith('"""('), statement.name


def test_statements_answer_for_sets(database: Database) -> None:
    writer: Writer[Any, Any] = Writer(database)
    world = build(writer, 3)
    first, second, third = world.applications
    sheet = uuid7()
    dossier = database.read(statements.subjects, institution=INSTITUTION, ids=[first])[0][
        statements.subjects.columns.index("dossier_id")
    ]

    def fill(unit: Unit) -> None:
        mine = {"institution": INSTITUTION}
        unit.insert(
            Document, {**mine, "dossier_id": dossier, "name": "diploma", "application_id": "", "received_at": START}
        )
        unit.insert(
            Document, {**mine, "dossier_id": dossier, "name": "form", "application_id": first, "received_at": START}
        )
        unit.insert(
            CommissionMember, {**mine, "procedure_id": world.procedure, "user_id": "k.ivanova", "function": "chair"}
        )
        unit.insert(
            ConflictRow, {**mine, "procedure_id": world.procedure, "user_id": "k.ivanova", "application_id": third}
        )
        signed = {"signed_at": START, "digest": "d", "salt": "s", "opened_at": START}
        scored = {"application_id": first, "assessment": "interview"}
        unit.insert(Sheet, {**mine, **scored, "id": sheet, "user_id": "k.ivanova", **signed})
        unit.insert(Mark, {**mine, "sheet_id": sheet, "criterion": "a", "value": Decimal("4")})
        unit.insert(
            Result, {**mine, **scored, "value": "35/3", "shown": Decimal("11.67"), "criteria": {"a": "4"}, "members": 1}
        )
        for n, application in enumerate((second, first, third), 1):
            place = {"application_id": application, "position_id": world.position, "place": n}
            unit.insert(Place, {**mine, **place, "group_name": "reserve", "total": Decimal("12.00")})
        unit.insert(TieDecision, {**mine, "position_id": world.position, "application_id": first, "rank": 1})
        unit.insert(DrawnLot, {**mine, "position_id": world.position, "application_id": second, "rank": 2})
        unit.insert(
            CheckResult, {**mine, "application_id": first, "name": "medical", "passed": True, "recorded_at": START}
        )
        done = {"part": "theory", "hours": Decimal("27"), "done_on": "2022-05-01"}
        unit.insert(PartDone, {**mine, "application_id": first, **done})
        unit.insert(RoleGrant, {**mine, "user_id": "k.ivanova", "role": "head"})

    writer.run(fill)
    writer.run(lambda unit: transition(unit, [second]))
    writer.close()
    ids = [first, second, third]

    def read(statement: Statement, **params: Any) -> list[tuple[Any, ...]]:
        return sorted(database.read(statement, institution=INSTITUTION, **params))

    assert [row[:2] for row in read(statements.documents, ids=ids)] == [(first, "diploma"), (first, "form")]
    assert read(statements.members, ids=[world.procedure]) == [(world.procedure, "k.ivanova", "chair")]
    assert read(statements.conflicts, ids=ids) == [(third, "k.ivanova")]
    assert [(r[0], r[1], r[3]) for r in read(statements.sheets, ids=ids)] == [(first, sheet, "k.ivanova")]
    assert read(statements.marks, ids=ids, assessment="interview") == [(first, sheet, "k.ivanova", "a", "4")]
    assert read(statements.marks, ids=ids, assessment="written") == []
    assert read(statements.sheet_marks, ids=[sheet]) == [(sheet, "a", "4")]
    assert read(statements.results, ids=ids) == [(first, "interview", "35/3", "11.67", '{"a":"4"}', 1, None)]
    assert [(r[0], r[3]) for r in read(statements.places, ids=ids)] == [(first, 2), (second, 1), (third, 3)]
    assert read(statements.ties, ids=[world.position]) == [(world.position, first, 1)]
    assert read(statements.lots, ids=[world.position]) == [(world.position, second, 2)]
    assert [(r[0], r[1], bool(r[2]), r[3]) for r in read(statements.checks, ids=ids)] == [
        (first, "medical", True, None)
    ]
    assert read(statements.parts, ids=ids) == [(first, "theory", "27", "2022-05-01")]
    both = ["submitted", "admitted", "rejected"]
    assert read(statements.counts_by_position, ids=[world.position], states=both) == [
        (world.position, "admitted", 1),
        (world.position, "submitted", 2),
    ]
    assert read(statements.counts_by_position, ids=[world.position], states=["rejected"]) == []
    assert read(statements.counts_by_procedure, ids=[world.procedure], states=["submitted"]) == [
        (world.procedure, "submitted", 2)
    ]
    assert read(statements.positions_by_state, ids=[world.procedure]) == [(world.procedure, "open", 1)]
    assert read(statements.applications_of_procedure, parent=world.procedure, states=["submitted"]) == [
        (first,),
        (third,),
    ]
    assert read(statements.applications_of_position, parent=world.position, states=["submitted"]) == [
        (first,),
        (third,),
    ]
    assert read(statements.positions_of_procedure, parent=world.procedure) == [
        (world.position, "logopedist", 2, "open")
    ]
    assert read(statements.next_in_line, position=world.position, states=["submitted"]) == [(first, 2)]
    assert read(statements.next_in_line, position=world.position, states=both) == [(second, 1)]
    assert read(statements.next_in_line, position=world.position, states=[]) == []
    assert [r[0:2] for r in read(statements.lock, ids=ids)] == [(first, 1), (second, 2), (third, 1)]
    assert [(r[0], r[1]) for r in read(statements.head, ids=[second])] == [(second, 2)]
    assert read(statements.roles, user="k.ivanova") == [("head",)]
    assert read(statements.procedure_by_number, number="10-00-1") == [(world.procedure,)]
    assert read(statements.application_by_number, procedure=world.procedure, number="3") == [(third,)]
    assert database.read(statements.calendar, country="BG", version="v1") == [("{}",)]
    assert [r[1] for r in read(statements.history, ids=[second])] == [second, second]
    assert read(statements.texts, ids=ids) == []


def due_world(database: Database) -> tuple[World, Writer[Any, Any]]:
    writer: Writer[Any, Any] = Writer(database)
    world = build(writer, 3)

    def arm(unit: Unit) -> None:
        for days, application in enumerate(world.applications, 1):
            unit.insert(Deadline, armed(application, 1, due_at=START + timedelta(days=days)))
        given_up = {"rule": "other", "due_at": START, "attempts": MOST_ATTEMPTS}
        unit.insert(Deadline, armed(world.procedure, 1, **given_up))
        unit.insert(Deadline, armed(world.position, 1, due_at=START, status="cancelled"))

    writer.run(arm)
    return world, writer


def test_due_are_the_armed_ones_in_order(database: Database) -> None:
    world, writer = due_world(database)
    writer.close()

    def due(days: int, limit: int = 10) -> list[str]:
        rows = database.read(statements.due, now=START + timedelta(days=days), limit=limit)
        return [row[statements.due.columns.index("subject_id")] for row in rows]

    assert due(0) == []
    assert due(1) == [world.applications[0]]
    assert due(3) == list(world.applications)
    assert due(3, limit=2) == list(world.applications[:2])
    ((earliest,),) = database.read(statements.next_due)
    assert instant(earliest) == START + timedelta(days=1)
    found = database.read(statements.armed, institution=INSTITUTION, ids=[world.position, *world.applications])
    assert {row[1] for row in found} == set(world.applications)
