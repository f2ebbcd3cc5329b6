"""What waits, for whom, until when: by the definition's owners and deadlines, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.services.conftest import SZ, Office
from tests.services.given import at_work, sqlite_only
from workflow.catalogue.index import Catalogue
from workflow.engine.process import Kind
from workflow.persistence import queue_reads
from workflow.persistence.database import Database
from workflow.persistence.statement import Statement
from workflow.services import board, queue
from workflow.services.queue import Queue, Sheets, Waiting

SOFIA = ZoneInfo("Europe/Sofia")


def look(office: Office, *roles: str, most: int = 100) -> Queue:
    found = frozenset(roles) if roles else None
    return queue.look(office.house, office.player.institution, found, office.clock.now(), most=most)


def told(line: Waiting) -> tuple[str, str, int, str | None]:
    return line.kind.value, line.state.name, line.count, line.move.name if line.move else None


def test_a_group_waits_until_the_deadline_of_its_position(checking: Office) -> None:
    (procedure, group) = sorted(look(checking, "commission").waiting, key=lambda line: line.kind.value, reverse=True)
    assert told(procedure) == ("procedure", "closed", 1, None)
    assert told(group) == ("application", "document_check", 3, "admit")
    assert (group.position, group.subject, group.rest) == ("speech_therapist", None, False)
    assert group.due == datetime(2022, 4, 7, 17, 30, tzinfo=SOFIA)


def test_positions_that_wait_together_are_one_line_with_the_move_of_their_procedure(checking: Office) -> None:
    (line,) = look(checking, "coordinator").waiting
    assert told(line) == ("position", "open", 2, "publish_admission")
    assert line.positions == ("speech_therapist", "stoker")
    assert line.move_of is Kind.PROCEDURE


def test_nobody_else_is_shown_it(checking: Office) -> None:
    assert look(checking, "head").waiting == ()
    assert look(checking, "registrar").waiting == ()


def test_an_auditor_sees_what_waits_for_anybody_but_candidates(checking: Office) -> None:
    kinds = sorted(told(line)[:3] for line in look(checking).waiting)
    assert kinds == [("application", "document_check", 3), ("position", "open", 2), ("procedure", "closed", 1)]


def test_what_is_done_waits_no_more(checking: Office) -> None:
    checking.does(("2022-04-04 09:00 K", "verdict A, B * ok"), ("2022-04-04 10:00 K", "admit A, B"))
    (group,) = [line for line in look(checking, "commission").waiting if line.kind is Kind.APPLICATION]
    assert group.count == 1


def test_a_draft_waits_for_who_may_approve_it_until_it_is_approved(interviewing: Office) -> None:
    for name in "ABC":
        interviewing.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview 4 4 4") for member in "KLM"))
    interviewing.does(
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-19 10:00 K", 'tie speech_therapist A, B, C reason "жребий"'),
        ("2022-04-20 10:00 coordinator", "publish_ranking"),
    )
    (draft,) = look(interviewing, "head").drafts
    assert (draft.publication.name, draft.version, draft.running.number) == ("ranking_list", 1, "T-1")
    assert [one.number for one in look(interviewing).drafts] == [draft.number]
    assert look(interviewing, "coordinator", "registrar").drafts == ()
    interviewing.does(("2022-04-20 11:00 head", f"approve_publication {draft.number}"))
    assert look(interviewing, "head").drafts == ()
    interviewing.does(("2022-04-21 09:00 coordinator", f'correct_publication {draft.number} reason "грешка"'))
    assert [one.version for one in look(interviewing, "head").drafts] == [2]


def test_earliest_first_and_the_rest_is_counted(checking: Office) -> None:
    found = look(checking)
    dues = [line.due for line in found.waiting]
    assert dues == sorted(dues, key=lambda due: (due is None, due or checking.clock.now()))
    short = look(checking, most=1)
    assert (short.waiting, short.more) == (found.waiting[:1], len(found.waiting) - 1)


def test_the_clock_of_today(office: Office) -> None:
    assert look(office).clock == ()
    office.does(("2022-03-31 08:00 registrar", "wait"))
    (close, *_) = [act for act in look(office).clock if not act.reminder]
    assert close.rule is not None
    assert (close.rule.transition, close.count, close.failed) == ("close_intake", 1, 0)
    assert close.first == datetime(2022, 3, 31, 17, 30, tzinfo=SOFIA)


def test_a_deadline_that_failed_is_told(office: Office) -> None:
    with office.house.database.writing() as connection:
        connection.exec_driver_sql("UPDATE deadline SET attempts = 2 WHERE rule = 'documents_close' AND kind = 'due'")
    office.does(("2022-03-31 08:00 registrar", "wait"))
    found = look(office)
    assert [(act.name, act.failed) for act in found.failed] == [("documents_close", 1)]


def test_sheets_are_counted_and_never_what_stands_on_them(interviewing: Office) -> None:
    (sheets,) = look(interviewing, "coordinator").sheets
    assert (sheets.signed, sheets.of) == (0, 9)
    interviewing.does(("2022-04-18 09:40 K", "score A interview 4 4 4"))
    (sheets,) = look(interviewing, "coordinator").sheets
    assert (sheets.signed, sheets.of) == (1, 9)
    assert set(Sheets.__dataclass_fields__) == {"running", "signed", "of"}


def test_mail_that_needs_a_person(checking: Office) -> None:
    assert look(checking).mail == {}
    with checking.house.database.writing() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'dead', sent_at = NULL WHERE notice = 'intake_closed'")
    dead = checking.one("SELECT count(*) FROM outbox WHERE state = 'dead'")
    assert dead > 0
    assert look(checking).mail == {"dead": dead}


def test_another_institution_sees_nothing(checking: Office) -> None:
    found = queue.look(checking.house, "zhengzhou", None, checking.clock.now())
    assert (found.waiting, found.clock, found.mail, found.sheets) == ((), (), {}, ())


@pytest.mark.plants_a_fault  # the cases are put where they stand, without the way there
def test_a_case_with_a_deadline_of_its_own_has_a_line_of_its_own(database: Database, catalogue: Catalogue) -> None:
    dates = {
        "registration_opens": "2025-06-09 09:00",
        "documents_close": "2025-06-20 17:00",
        "written_at": "2025-07-05 09:00",
    }
    office = at_work(
        database,
        catalogue,
        ("zhengzhou", "community_workers"),
        "2025-06-01 09:00",
        language="zh",
        positions={"community_service": 2},
        dates=dates,
    )
    office.does(
        ("2025-06-02 09:00 coordinator", "announce"),
        ("2025-06-10 09:00 registrar", "register A, B for community_service"),
    )
    due = datetime(2025, 7, 20, 9, 0, tzinfo=SOFIA)
    with office.house.database.writing() as connection:
        for n, name in enumerate(("B", "A")):
            subject = office.subject(name)
            text = (due + timedelta(hours=n)).astimezone(ZoneInfo("UTC")).isoformat(timespec="microseconds")[:26] + "Z"
            connection.exec_driver_sql(f"UPDATE subject SET state = 'medical' WHERE id = '{subject}'")
            connection.exec_driver_sql(
                "INSERT INTO deadline (institution, id, subject_id, rule, kind, due_at, status, derivation, armed_seq,"
                f" attempts) VALUES ('zhengzhou', '{subject[:-1]}{n}', '{subject}', 'medical_due', 'due', '{text}',"
                " 'armed', '{}', 1, 0)"
            )
    lines = [line for line in look(office, "coordinator").waiting if line.state.name == "medical"]
    assert [(line.name, line.count, line.due) for line in lines] == [
        (
            office.one(
                "SELECT name FROM candidate c JOIN application a ON a.candidate_id = c.id WHERE a.id = :a",
                a=office.subject(name),
            ),
            1,
            due + timedelta(hours=n),
        )
        for n, name in enumerate(("B", "A"))
    ]
    assert all(line.subject and line.number for line in lines)


@sqlite_only
def test_every_statement_reads_by_index(checking: Office) -> None:
    values = dict.fromkeys(("positions", "states", "ids", "procedures"), "[]")
    values |= {"institution": SZ, "before": "2022", "param_1": "0", "param_2": "0", "param_3": "0"}
    connection = checking.house.database.connect()
    for statement in queue_reads.every():
        text, bound = statement.bound("sqlite", values)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", bound)]
        assert [p for p in plan if p.startswith("SCAN") and not p.startswith("SCAN json_each")] == [], statement.name
        assert [p for p in plan if p.endswith(("(institution=?)", "(owner=?)"))] == [], (statement.name, plan)


def test_the_board_shows_each_state_with_what_is_open(checking: Office) -> None:
    actor = checking.player.actor("K")
    found = board.look(checking.house, SZ, checking.player.procedure, actor, first=2)
    (column,) = found.columns
    assert (column.state.name, column.count, len(column.cards)) == ("document_check", 3, 2)
    assert {move.name for move in column.cards[0].moves} == {"reject"}
    checking.does(("2022-04-04 09:00 K", "verdict A * ok"))
    found = board.look(checking.house, SZ, checking.player.procedure, actor)
    moves = {card.id: {move.name: move.asks for move in card.moves} for card in found.columns[0].cards}
    assert "admit" in moves[checking.subject("A")]
    assert "admit" not in moves[checking.subject("B")]
    assert moves[checking.subject("B")]["reject"] is True


def test_the_boards_of_one_and_of_many_cost_the_same(
    checking: Office, monkeypatch: pytest.MonkeyPatch, opened: Callable[..., Office]
) -> None:
    asked: list[str] = []
    read = Database.read

    def counted(self: Database, statement: Statement, /, **params: Any) -> list[tuple[Any, ...]]:
        asked.append(statement.name)
        return read(self, statement, **params)

    monkeypatch.setattr(Database, "read", counted)
    costs = []
    for first in (1, 10):
        asked.clear()
        board.look(checking.house, SZ, checking.player.procedure, checking.player.actor("K"), first=first)
        costs.append(list(asked))
    assert costs[0] == costs[1]


def test_an_overview_is_kept_for_a_moment_and_never_past_a_write(
    checking: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr(queue, "monotonic", lambda: seconds[0])
    roles = frozenset({"commission"})

    def waiting() -> list[int]:
        found = queue.overview(checking.house, SZ, roles)
        return [line.count for line in found.waiting if line.kind is Kind.APPLICATION]

    assert waiting() == [3]
    checking.does(("2022-04-04 09:00 K", "verdict A * ok"), ("2022-04-04 10:00 K", "admit A"))
    assert waiting() == [2]
    with checking.house.database.writing() as connection:  # as another process would
        connection.exec_driver_sql("UPDATE state_count SET n = n - 1 WHERE state = 'document_check'")
    assert waiting() == [2]
    assert queue.overview(checking.house, SZ, frozenset({"registrar"})).waiting == ()
    seconds[0] = queue.FRESH
    assert waiting() == [1]
    with checking.house.database.writing() as connection:
        connection.exec_driver_sql("UPDATE state_count SET n = n + 1 WHERE state = 'document_check'")
