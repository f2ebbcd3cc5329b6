"""The unit of work on both databases: what is buffered is written once, in an order that keys allow, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from tests.persistence.given import INSTITUTION, START, World, armed, build, entry, move, subject, transition
from workflow.engine.errors import BrokenRule, Conflict, DatabaseError
from workflow.identifiers import uuid7
from workflow.persistence import statements
from workflow.persistence.database import Database
from workflow.persistence.tables import (
    Candidate,
    Deadline,
    Institution,
    Journal,
    Mark,
    Procedure,
    RoleGrant,
    Sheet,
    Subject,
    User,
    VerdictRow,
)
from workflow.persistence.unit_of_work import Unit, instant
from workflow.persistence.writer import Writer

Doing = Callable[[Callable[[Unit], Any]], Any]


@pytest.fixture
def writer(database: Database) -> Iterator[Writer[Any, Any]]:
    writer: Writer[Any, Any] = Writer(database)
    yield writer
    writer.close()


@pytest.fixture
def world(writer: Writer[Any, Any]) -> World:
    return build(writer, 3)


def count(database: Database, table: str) -> int:
    with database.reading() as connection:
        return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def verdict(application: str, **changed: Any) -> dict[str, Any]:
    row = {"institution": INSTITUTION, "application_id": application, "item": "diploma", "ok": True}
    return {**row, "given_by": "k.ivanova", "given_at": START, **changed}


def test_a_transition_is_written_whole(database: Database, writer: Writer[Any, Any], world: World) -> None:
    (application, *_) = world.applications
    assert writer.run(lambda unit: transition(unit, [application])) == [2]
    found = subject(database, application)
    assert (found["state"], found["version"], found["seq"]) == ("admitted", 2, 2)
    assert instant(found["entered_at"]) == datetime(2022, 3, 1, 7, 0, 2, tzinfo=UTC)
    assert [count(database, t) for t in ("journal", "deadline", "outbox")] == [6, 1, 1]
    entries = database.read(statements.history, institution=INSTITUTION, ids=[application])
    assert [dict(zip(statements.history.columns, e, strict=True))["act"] for e in entries] == ["create", "admit"]


def test_subjects_are_loaded_with_what_belongs_to_them(database: Database, world: World) -> None:
    application, position, procedure = (
        subject(database, s) for s in (world.applications[1], world.position, world.procedure)
    )
    assert {s["number"] for s in (application, position, procedure)} == {"10-00-1"}
    assert {s["procedure_id"] for s in (application, position, procedure)} == {world.procedure}
    assert [s["position_id"] for s in (application, position, procedure)] == [world.position, world.position, None]
    assert (application["position"], application["seats"], application["register_number"]) == ("logopedist", 2, "2")
    assert (application["candidate"], application["language"]) == ("Кандидат 2", "bg")
    assert (procedure["position"], procedure["candidate"], position["candidate"]) == (None, None, None)


def test_statements_do_not_grow_with_the_subjects(writer: Writer[Any, Any], world: World) -> None:
    numbers = []
    for ids in ([world.applications[0]], list(world.applications[1:])):
        writer.trace = []
        writer.run(lambda unit, ids=ids: transition(unit, ids))  # type: ignore[misc]
        numbers.append([sql.split(" ")[0] for sql, _ in writer.trace])
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) == 10  # BEGIN, four reads, four writes, COMMIT
    assert (numbers[0][0], numbers[0][-1]) == ("BEGIN", "COMMIT")


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_round_trips_on_postgresql(
    database: Database, writer: Writer[Any, Any], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.run(lambda unit: transition(unit, [world.applications[0]]))  # prepares
    sent: list[bytes] = []
    connection = writer._connection
    assert connection is not None
    execute: Callable[..., Any] = connection.execute

    def listening(sql: bytes, *rest: Any, **options: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest, **options)

    monkeypatch.setattr(connection, "execute", listening)
    writer.run(lambda unit: transition(unit, [world.applications[1]]))
    assert [s.split(b";")[0].split(b"(")[0][:7] for s in sent] == [b"BEGIN", b"EXECUTE"]
    assert sent[1].endswith(b";COMMIT")


def test_a_lost_race_is_a_conflict_and_saves_nothing(
    database: Database, writer: Writer[Any, Any], world: World
) -> None:
    (application, *_) = world.applications
    seen = subject(database, application)
    writer.run(lambda unit: move(unit, seen, "admitted"))
    with pytest.raises(Conflict):
        writer.run(lambda unit: move(unit, seen, "rejected"))
    assert subject(database, application)["state"] == "admitted"
    assert [count(database, t) for t in ("deadline", "outbox")] == [1, 1]


def test_a_lost_race_without_an_entry_names_the_subject(writer: Writer[Any, Any], world: World) -> None:
    (application, *_) = world.applications
    stale = {"state": "x", "version": 8, "seq": 1, "head": "h", "entered_at": START}
    with pytest.raises(Conflict) as caught:
        writer.run(lambda unit: unit.move({"institution": INSTITUTION, "id": application, "seq_was": 7, **stale}))
    assert caught.value.subjects == (application,)


def test_two_moves_in_one_unit_are_one(database: Database, writer: Writer[Any, Any], world: World) -> None:
    (application, *_) = world.applications

    def twice(unit: Unit) -> None:
        s = subject(database, application)
        for seq, state in ((2, "ranked"), (3, "selected")):
            row = entry(application, seq, s["head"], from_state=s["state"], to_state=state)
            new = {"state": state, "version": seq, "seq": seq, "head": row["hash"], "entered_at": START}
            unit.move({"institution": INSTITUTION, "id": application, "seq_was": seq - 1, **new})
            unit.insert(Journal, row)
            s = {**s, **new}
        with pytest.raises(Conflict):
            unit.move({"institution": INSTITUTION, "id": application, "seq_was": 2, **new})

    writer.run(twice)
    assert (subject(database, application)["state"], subject(database, application)["version"]) == ("selected", 3)


def test_a_subject_made_and_moved_in_one_unit(database: Database, writer: Writer[Any, Any], world: World) -> None:
    new = uuid7()

    def make(unit: Unit) -> None:
        first = entry(new, 1, "", act="create", from_state=None, to_state="draft")
        second = entry(new, 2, first["hash"], act="announce", from_state="draft", to_state="announced")
        times = {"entered_at": START, "created_at": START}
        row = {"institution": INSTITUTION, "id": new, "kind": "procedure", "state": "draft", "version": 1, "seq": 1}
        unit.insert(Subject, {**row, "head": first["hash"], **times})
        unit.insert(Procedure, {"institution": INSTITUTION, "id": new, "process": "p", "number": "2"})
        unit.insert(Journal, first)
        moved = {"state": "announced", "version": 2, "seq": 2, "head": second["hash"], "entered_at": START}
        unit.move({"institution": INSTITUTION, "id": new, "seq_was": 1, **moved})
        unit.insert(Journal, second)

    writer.run(make)
    assert subject(database, new)["state"] == "announced"


def test_rows_are_replaced_changed_and_taken_away(database: Database, writer: Writer[Any, Any], world: World) -> None:
    (application, *_) = world.applications
    grant = {"institution": INSTITUTION, "user_id": "k.ivanova"}

    def first(unit: Unit) -> None:
        unit.upsert(VerdictRow, verdict(application))
        unit.upsert(VerdictRow, verdict(application, ok=False, ground="document_missing", parameters={"b": 1, "a": 2}))
        unit.insert(RoleGrant, {**grant, "role": "head"})
        unit.insert(RoleGrant, {**grant, "role": "registrar"})

    def second(unit: Unit) -> None:
        unit.upsert(VerdictRow, verdict(application, item="cv"))
        unit.delete(RoleGrant, {**grant, "role": "head"})
        unit.update(User, {"id": "k.ivanova"}, {"email": "k@example.org"})
        unit.update(User, {"id": "k.ivanova"}, {"name": 'О\'Коннор \\ "Щ" 王'})

    writer.run(first)
    writer.run(second)
    found = database.read(statements.verdicts, institution=INSTITUTION, ids=[application])
    assert {row[1]: (bool(row[2]), *row[3:]) for row in found} == {
        "diploma": (False, "document_missing", '{"a":2,"b":1}'),
        "cv": (True, None, "{}"),
    }
    assert database.read(statements.roles, institution=INSTITUTION, user="k.ivanova") == [("registrar",)]
    with database.reading() as connection:
        (user,) = connection.execute(text('SELECT name, email FROM "user"')).all()
    assert tuple(user) == ('О\'Коннор \\ "Щ" 王', "k@example.org")


def test_an_update_by_key_with_a_condition_must_hit(writer: Writer[Any, Any], world: World) -> None:
    deadline = armed(world.procedure, 1)
    writer.run(lambda unit: unit.insert(Deadline, deadline))
    key = {"institution": INSTITUTION, "id": deadline["id"], "status": "armed"}
    fired = {"status": "fired", "fired_at": deadline["due_at"]}
    writer.run(lambda unit: unit.update(Deadline, key, fired))
    with pytest.raises(Conflict):
        writer.run(lambda unit: unit.update(Deadline, key, fired))
    loose = {"institution": INSTITUTION, "subject_id": world.procedure, "status": "armed"}
    writer.run(lambda unit: unit.update(Deadline, loose, {"status": "cancelled"}))


def test_exact_values_come_back_as_they_were(database: Database, writer: Writer[Any, Any], world: World) -> None:
    sheet = {"institution": INSTITUTION, "id": uuid7(), "application_id": world.applications[0]}

    def score(unit: Unit) -> None:
        signed = {"signed_at": START, "digest": "d", "salt": "s"}
        unit.insert(Sheet, {**sheet, "assessment": "interview", "user_id": "k.ivanova", **signed})
        unit.insert(
            Mark, {"institution": INSTITUTION, "sheet_id": sheet["id"], "criterion": "a", "value": Decimal("4.10")}
        )

    writer.run(score)
    found = database.read(
        statements.marks, institution=INSTITUTION, ids=list(world.applications), assessment="interview"
    )
    assert found == [(world.applications[0], sheet["id"], "k.ivanova", "a", "4.10")]


def test_what_was_read_in_a_unit_is_what_is_stored_and_not_what_is_buffered(
    writer: Writer[Any, Any], world: World
) -> None:
    def look(unit: Unit) -> list[int]:
        asked = {"institution": INSTITUTION, "user": "k.ivanova"}
        seen = [len(unit.read(statements.roles, **asked))]
        unit.insert(RoleGrant, {"institution": INSTITUTION, "user_id": "k.ivanova", "role": "head"})
        buffered = [unit.pending]
        seen.append(len(unit.read(statements.roles, **asked)))
        unit.flush()
        assert [*buffered, unit.pending] == [True, False]
        return [*seen, len(unit.read(statements.roles, **asked))]

    assert writer.run(look) == [0, 0, 1]


def test_an_exception_in_the_function_saves_nothing(database: Database, writer: Writer[Any, Any]) -> None:
    def fail(unit: Unit) -> None:
        unit.insert(Institution, {"id": "x"})
        unit.flush()
        raise LookupError("nothing of ours")

    with pytest.raises(LookupError):
        writer.run(fail)
    assert count(database, "institution") == 0


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (VerdictRow, {"ok": False}),
        (VerdictRow, {"ok": True, "ground": "document_missing"}),
        (Subject, {"kind": "procedure", "procedure_id": "same"}),
        (Subject, {"kind": "application"}),
        (Subject, {"kind": "other"}),
        (Subject, {"head": ""}),
        (Subject, {"version": 0}),
        (Procedure, {"calendar_version": "v1"}),
        (Deadline, {"status": "fired"}),
        (Deadline, {"status": "lost"}),
        (Journal, {"effective_at": datetime(2030, 1, 1, tzinfo=UTC)}),
        (Journal, {"kind": "record"}),
        (Journal, {"previous": "x" * 64, "seq": 1}),
        (Candidate, {"erased_at": START}),
        (Sheet, {"signed_at": START}),
        (Sheet, {"opened_at": START}),
    ],
)
def test_the_database_keeps_every_if_and_only_if(
    table: Any, row: dict[str, Any], writer: Writer[Any, Any], world: World
) -> None:
    mine = {"institution": INSTITUTION, "id": uuid7()}
    whole: dict[Any, dict[str, Any]] = {
        VerdictRow: verdict(world.applications[0]),
        Subject: {
            **mine,
            "kind": "procedure",
            "state": "s",
            "version": 1,
            "seq": 1,
            "head": "h",
            "entered_at": START,
            "created_at": START,
        },
        Procedure: {**mine, "id": world.position, "process": "p", "number": "n"},
        Deadline: armed(world.procedure, 1),
        Journal: entry(world.procedure, 2, subject(writer._database, world.procedure)["head"]),
        Candidate: {**mine, "name": "Х", "language": "bg"},
        Sheet: {**mine, "application_id": world.applications[0], "assessment": "i", "user_id": "k.ivanova"},
    }
    changed = {**whole[table], **{k: (world.procedure if v == "same" else v) for k, v in row.items()}}
    with pytest.raises(BrokenRule):
        writer.run(lambda unit: unit.insert(table, changed))


def test_a_row_cannot_point_across_institutions(writer: Writer[Any, Any], world: World) -> None:
    def across(unit: Unit) -> None:
        unit.insert(Institution, {"id": "goldap"})
        unit.insert(VerdictRow, verdict(world.applications[0], institution="goldap"))

    with pytest.raises(BrokenRule):
        writer.run(across)


def test_a_taken_key_is_a_conflict_without_the_row_in_its_message(writer: Writer[Any, Any], world: World) -> None:
    with pytest.raises(Conflict) as caught:
        writer.run(lambda unit: unit.insert(User, {"id": "k.ivanova", "name": "Тайна"}))
    assert "Тайна" not in str(caught.value)
    assert "k.ivanova" not in str(caught.value)


def test_wrong_names_and_values_are_refused_before_they_are_sent(writer: Writer[Any, Any], world: World) -> None:
    with pytest.raises(KeyError, match="user has no column nmae"):
        writer.run(lambda unit: unit.insert(User, {"id": "x", "nmae": "y"}))
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="naive"):
        writer.run(lambda unit: unit.insert(Deadline, armed(world.procedure, 1, due_at=naive)))
    with pytest.raises(KeyError):
        writer.run(lambda unit: unit.read(statements.roles, institution=INSTITUTION) and None)


def test_a_missing_value_is_refused_by_the_database(writer: Writer[Any, Any], world: World) -> None:
    with pytest.raises(BrokenRule):
        writer.run(lambda unit: unit.insert(User, {"id": "x"}))


@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("sqlite", "UPDATE journal SET actor = 'somebody else'"),
        ("sqlite", "DELETE FROM journal"),
        ("sqlite", "INSERT OR REPLACE INTO journal SELECT * FROM journal"),
        ("postgresql", "UPDATE journal SET actor = 'somebody else'"),
        ("postgresql", "DELETE FROM journal"),
        ("postgresql", "TRUNCATE journal CASCADE"),
    ],
)
def test_the_journal_is_closed(sql: str, database: Database, writer: Writer[Any, Any], world: World) -> None:
    only = {"TRUNCATE": "postgresql", "INSERT": "sqlite"}.get(sql.split(" ", maxsplit=1)[0], database.dialect)
    if only != database.dialect:
        assert only in ("sqlite", "postgresql")  # the other database does not know the statement
        return
    before = count(database, "journal")
    with pytest.raises(Exception, match="append-only"), database.writing() as connection:
        connection.execute(text(sql))
    assert count(database, "journal") == before


@pytest.mark.parametrize("changed", [{"seq": 3}, {"previous": "0" * 64}])
def test_the_journal_takes_no_gap(
    changed: dict[str, Any], database: Database, writer: Writer[Any, Any], world: World
) -> None:
    head = subject(database, world.procedure)["head"]
    row = entry(world.procedure, **{"seq": 2, "previous": head, **changed})
    with pytest.raises(BrokenRule, match="the journal has no gaps"):
        writer.run(lambda unit: unit.insert(Journal, row))


def test_the_trace_is_all_that_was_sent(database: Database, writer: Writer[Any, Any]) -> None:
    writer.trace = []
    writer.run(lambda unit: unit.insert(Institution, {"id": "x"}))
    verbs = [sql.split(" ")[0] for sql, _ in writer.trace]
    assert verbs == ["BEGIN", "INSERT", "COMMIT"]
    assert writer.trace[1][1] == (["x"] if database.dialect == "sqlite" else ['[{"id":"x"}]'])


def test_a_unit_that_does_nothing_sends_nothing(writer: Writer[Any, Any]) -> None:
    writer.trace = []
    writer.run(lambda unit: None)
    writer.run(lambda unit: unit.read_many([]))
    assert writer.trace == []


@pytest.mark.parametrize("kind", ["postgresql"])
def test_text_with_a_nul_is_refused(writer: Writer[Any, Any]) -> None:
    with pytest.raises((DatabaseError, ValueError)):
        writer.run(lambda unit: unit.read(statements.roles, institution="a\0b", user="x"))
    with pytest.raises(DatabaseError):
        writer.run(lambda unit: unit.insert(Institution, {"id": "a\0b"}))
