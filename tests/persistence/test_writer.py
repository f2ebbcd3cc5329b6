"""The writer: groups share a commit, a poison request fails alone, a fault at any statement saves all or nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count as counting
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from tests.persistence.given import INSTITUTION, build, move, subject, transition
from workflow.engine.errors import BrokenRule, Conflict, Unsettled
from workflow.persistence import statements
from workflow.persistence.database import Database
from workflow.persistence.tables import Institution, User
from workflow.persistence.unit_of_work import Unit
from workflow.persistence.writer import MOST, Writer


class Broken(Exception):
    """Raised by a fault."""


def add_users(unit: Unit, names: Sequence[str]) -> list[str]:
    """One user per request; one that begins with `poison` breaks the whole group, `refused` writes nothing."""
    for name in names:
        if name.startswith("poison"):
            raise LookupError(name)
        if name.startswith("null"):
            unit.insert(User, {"id": name})
        elif not name.startswith("refused"):
            unit.insert(User, {"id": name, "name": name})
    return [f"did {name}" for name in names]


@pytest.fixture
def writer(database: Database) -> Iterator[Writer[str, str]]:
    writer = Writer(database, add_users)
    yield writer
    writer.close()


def users(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(text('SELECT id FROM "user"')).scalars())


def together(writer: Writer[str, str], requests: Sequence[str]) -> list[Any]:
    """Submits all at once: the first holds the lead until the others wait behind it. Results or exceptions."""
    entered, free = threading.Event(), threading.Event()

    def hold(_: Unit) -> None:
        entered.set()
        assert free.wait(20)

    def one(request: str) -> Any:
        try:
            return writer.submit(request)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(requests) + 1) as pool:
        pool.submit(writer.run, hold)
        assert entered.wait(20)
        asked = []
        for number, request in enumerate(requests, 1):
            asked.append(pool.submit(one, request))
            while len(writer._queue) < number:  # in order
                threading.Event().wait(0.0005)
        free.set()
        return [a.result(20) for a in asked]


def test_a_group_shares_one_commit_and_each_gets_its_result(database: Database, writer: Writer[str, str]) -> None:
    writer.trace = []
    names = [f"u{n}" for n in range(10)]
    assert together(writer, names) == [f"did {n}" for n in names]
    assert users(database) == set(names)
    assert [sql for sql, _ in writer.trace if sql == "COMMIT"] == ["COMMIT"]


def test_a_group_has_a_limit(database: Database) -> None:
    sizes: list[int] = []

    def carry_out(unit: Unit, names: Sequence[str]) -> list[str]:
        sizes.append(len(names))
        return add_users(unit, names)

    writer = Writer(database, carry_out, most=4)
    together(writer, [f"u{n}" for n in range(10)])
    writer.close()
    assert sizes == [4, 4, 2]
    assert MOST == 64


@pytest.mark.parametrize(("poison", "error"), [("poison", LookupError), ("null", BrokenRule)])
def test_a_poison_request_fails_alone(
    poison: str, error: type[Exception], database: Database, writer: Writer[str, str]
) -> None:
    answers = together(writer, ["a", "refused 1", poison, "b", "c"])
    assert isinstance(answers.pop(2), error)
    assert answers == ["did a", "did refused 1", "did b", "did c"]
    assert users(database) == {"a", "b", "c"}
    assert writer.submit("d") == "did d"


def test_two_of_a_group_that_want_the_same_key(database: Database, writer: Writer[str, str]) -> None:
    answers = together(writer, ["a", "same", "same", "b"])
    assert answers[:2] == ["did a", "did same"]
    assert isinstance(answers[2], Conflict)
    assert answers[3] == "did b"
    assert users(database) == {"a", "same", "b"}


def test_runs_stand_in_the_same_queue_and_alone(database: Database) -> None:
    order: list[Any] = []

    def carry_out(unit: Unit, names: Sequence[str]) -> list[str]:
        order.append(list(names))
        return add_users(unit, names)

    writer = Writer(database, carry_out)
    entered, free = threading.Event(), threading.Event()

    def hold(_: Unit) -> None:
        entered.set()
        assert free.wait(20)

    with ThreadPoolExecutor(5) as pool:
        asked: list[Future[Any]] = [pool.submit(writer.run, hold)]
        assert entered.wait(20)
        for number, name in enumerate(("a", "b", "run", "c"), 1):
            if name == "run":
                asked.append(pool.submit(writer.run, lambda unit: order.append("run")))
            else:
                asked.append(pool.submit(writer.submit, name))
            while len(writer._queue) < number:
                threading.Event().wait(0.0005)
        free.set()
        for future in asked:
            future.result(20)
    writer.close()
    assert order == [["a", "b"], "run", ["c"]]


def test_eight_threads_all_get_their_turn(database: Database, writer: Writer[str, str]) -> None:
    names = [[f"{thread}-{n}" for n in range(50)] for thread in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda mine: [writer.submit(n) for n in mine], names))
    assert answers == [[f"did {n}" for n in mine] for mine in names]
    assert users(database) == {n for mine in names for n in mine}
    assert not writer._queue
    assert not writer._leading


def test_a_request_inside_a_unit_of_the_same_writer_is_a_bug(writer: Writer[str, str]) -> None:
    with pytest.raises(RuntimeError, match="use the unit"):
        writer.run(lambda unit: writer.submit("a"))
    assert writer.submit("a") == "did a"


def test_a_wrong_number_of_results_is_a_bug(database: Database) -> None:
    writer: Writer[str, str] = Writer(database, lambda unit, names: [])
    with pytest.raises(AssertionError, match="1 requests, but 0 results"):
        writer.submit("a")
    writer.close()


def test_a_leader_that_is_stopped_strands_nobody(database: Database) -> None:
    def carry_out(unit: Unit, names: Sequence[str]) -> list[str]:
        if "stop" in names and names[0] == "stop":
            raise KeyboardInterrupt
        return add_users(unit, names)

    writer = Writer(database, carry_out)

    def stopped() -> str:
        try:
            return writer.submit("stop")
        except KeyboardInterrupt:
            return "stopped"

    entered, free = threading.Event(), threading.Event()

    def hold(_: Unit) -> None:
        entered.set()
        assert free.wait(20)

    with ThreadPoolExecutor(4) as pool:
        pool.submit(writer.run, hold)
        assert entered.wait(20)
        first = pool.submit(stopped)
        while len(writer._queue) < 1:
            threading.Event().wait(0.0005)
        second = pool.submit(writer.submit, "a")
        while len(writer._queue) < 2:
            threading.Event().wait(0.0005)
        free.set()
        assert (first.result(20), second.result(20)) == ("stopped", "did a")
    writer.close()
    assert users(database) == {"a"}


STATEMENTS = 10
"""BEGIN, four reads, four writes, COMMIT: see `given.transition`."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, STATEMENTS + 1))
def test_a_fault_at_any_statement_saves_all_or_nothing(number: int, when: str, database: Database) -> None:
    writer: Writer[Any, Any] = Writer(database)
    world = build(writer, 2)
    (application, neighbour) = world.applications
    seen = []

    def fault(said: str, at: int, sql: str) -> None:
        seen.append((said, at))
        if (said, at) == (when, number):
            raise Broken(sql)

    writer.fault = fault
    saved = when == "after" and number == STATEMENTS
    with pytest.raises(Unsettled if saved else Broken):
        writer.run(lambda unit: transition(unit, [application]))
    writer.fault = None
    assert (when, number) == seen[-1]
    assert subject(database, application)["state"] == ("admitted" if saved else "submitted")
    assert writer.run(lambda unit: transition(unit, [neighbour])) == [2]
    writer.close()


_KILLED = """
import os, signal, sys
from tests.persistence.given import transition
from workflow.persistence.database import Database
from workflow.persistence.writer import Writer
url, application, when, number = sys.argv[1:]
writer = Writer(Database.open(url))
def fault(said, at, sql):
    if (said, at) == (when, int(number)):
        os.kill(os.getpid(), signal.SIGKILL)
writer.fault = fault
writer.run(lambda unit: transition(unit, [application]))
"""


@pytest.mark.parametrize(("when", "number"), [("after", 7), ("before", STATEMENTS), ("after", STATEMENTS)])
def test_a_killed_process_leaves_all_or_nothing(when: str, number: int, database: Database) -> None:
    writer: Writer[Any, Any] = Writer(database)
    (application,) = build(writer).applications
    url = database.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", _KILLED, url, application, when, str(number)], check=False)
    assert killed.returncode == -9
    committed = when == "after" and number == STATEMENTS
    assert subject(database, application)["state"] == ("admitted" if committed else "submitted")
    if not committed:
        assert writer.run(lambda unit: transition(unit, [application])) == [2]
    writer.close()


_RACER = """
import sys
from tests.persistence.given import subject, move
from workflow.engine.errors import Conflict
from workflow.persistence.database import Database
from workflow.persistence.writer import Writer
url, *applications = sys.argv[1:]
database = Database.open(url)
writer = Writer(database)
seen = [subject(database, a) for a in applications]
print("ready", flush=True)
sys.stdin.readline()
for s in seen:
    try:
        writer.run(lambda unit: move(unit, s, "admitted"))
        print("won", flush=True)
    except Conflict:
        print("lost", flush=True)
"""


def test_two_processes_race_and_exactly_one_wins_each(database: Database) -> None:
    writer: Writer[Any, Any] = Writer(database)
    world = build(writer, 30)
    writer.close()
    command = [sys.executable, "-c", _RACER, database.url.render_as_string(hide_password=False), *world.applications]
    racers = [subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True) for _ in range(2)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    ended = [racer.communicate("go\n") for racer in racers]
    assert [error for _, error in ended] == ["", ""]
    first, second = (out.split() for out, _ in ended)
    assert sorted(zip(first, second, strict=True)) == sorted(
        ("won", "lost") if a == "won" else ("lost", "won") for a in first
    )
    assert {subject(database, a)["version"] for a in world.applications} == {2}


def cut(database: Database, server: str) -> None:
    """Has the server end every connection to the database."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database.url.database]
        )


@pytest.mark.parametrize("kind", ["postgresql"])  # a file is not cut off
def test_a_lost_connection_is_opened_again_when_nothing_was_committed(
    database: Database, writer: Writer[str, str], postgresql_server: str
) -> None:
    tries = counting(1)

    def twice(unit: Unit) -> int:
        unit.read(statements.roles, institution="x", user="y")
        attempt = next(tries)
        if attempt == 1:
            cut(database, postgresql_server)
        unit.insert(Institution, {"id": f"attempt {attempt}"})
        unit.flush()
        return attempt

    assert writer.run(twice) == 2
    with database.reading() as connection:
        assert connection.execute(text("SELECT id FROM institution")).scalars().all() == ["attempt 2"]


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_connection_lost_while_committing_is_unsettled(
    database: Database, writer: Writer[str, str], postgresql_server: str
) -> None:
    def fault(when: str, number: int, sql: str) -> None:
        if (when, sql) == ("before", "COMMIT"):
            cut(database, postgresql_server)

    writer.fault = fault
    with pytest.raises(Unsettled, match="broke while committing; look before repeating"):
        writer.submit("a")
    writer.fault = None
    assert users(database) == set()
    assert writer.submit("a") == "did a"


def test_the_planner_is_asked_again_as_tables_grow(database: Database) -> None:
    writer: Writer[Any, Any] = Writer(database)
    world = build(writer, 150)
    writer.run(lambda unit: transition(unit, [world.applications[0]]))
    if database.dialect == "postgresql":
        with database.reading() as connection:
            measured = connection.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'subject'")).scalar_one()
        assert measured == 152
    seen = subject(database, world.applications[1])
    writer.run(lambda unit: move(unit, seen, "admitted"))
    writer.close()
    assert database.read(statements.armed, institution=INSTITUTION, ids=[world.applications[2]]) == []
