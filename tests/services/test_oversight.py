"""The journal searched on both databases: what is found, how far it looks, and that an index serves every question."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.services.conftest import SZ, Office
from workflow.persistence import oversight_reads, people_reads, rules_reads
from workflow.persistence.database import Database
from workflow.persistence.statement import Statement
from workflow.services import oversight
from workflow.services.oversight import BEGINNING, END, Answer, Question

SAMPLE: dict[str, Any] = {
    "institution": SZ,
    "at": END,
    "subject": "x",
    "seq": 1,
    "since": BEGINNING,
    "window": 10,
    "skipped": 9,
    "actor": "",
    "act": "",
    "limit": 10,
    "of": "x",
    "ids": ["a", "b"],
    "number": "1",
    "now": END,
    "most": 10,
    "after": "",
    "user": "x",
    "before": "x",
    "process": "x",
    "hash": "x",
}
ALL_ROWS_ARE_FEW = {
    "processes",  # procedures of an institution
    "applications_by_state",
    "procedures_by_state",
    "positions_by_state",
    "objections_by_state",
    "pinned",
    "versions",
    "people",  # people who work for an institution
    "person",
    "administrators",
}
SORTED = {"sessions_of", "seats_of", "entries"}  # a person's own, and what a bounded window has let through


def statements(module: Any) -> list[Statement]:
    return [one for one in vars(module).values() if isinstance(one, Statement)]


EVERY = [one for module in (oversight_reads, people_reads, rules_reads) for one in statements(module)]


@pytest.mark.parametrize("statement", EVERY, ids=lambda s: s.name)
def test_every_statement_runs_and_uses_an_index(statement: Statement, database: Database) -> None:
    sql, values = statement.bound(database.dialect, SAMPLE)
    if database.dialect == "postgresql":
        database.connect().execute(sql, values).fetchall()
        return
    plan = [row[3] for row in database.connect().execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    tables = ("SCAN json_each", "SCAN CONSTANT ROW", "SCAN anon_", "SCAN (subquery")
    if statement.name not in ALL_ROWS_ARE_FEW:
        assert [p for p in plan if p.startswith("SCAN") and not p.startswith(tables)] == []
        assert [p for p in plan if p.endswith(("(institution=?)", "(owner=?)"))] == []
        assert statement.name in SORTED or [p for p in plan if "TEMP B-TREE" in p] == []


def asked(office: Office, **question: Any) -> Answer:
    return oversight.journal(office.house, SZ, Question(**question))


def test_the_journal_is_searched_by_subject_actor_act_and_time(checking: Office) -> None:
    house = checking.house
    everything = asked(checking).deeds
    assert len(everything) == checking.one("SELECT count(*) FROM journal")
    keys = [(d.recorded_at, d.subject.id, d.seq) for d in everything]
    assert keys == sorted(keys, reverse=True)
    registered = [d for d in everything if d.act == "register"]
    assert len(registered) == 3
    assert list(asked(checking, act="register").deeds) == registered
    one = registered[0]
    assert [d.act for d in asked(checking, subject=one.subject.id).deeds] == ["begin_check", "register"]
    assert asked(checking, actor=one.actor, act="register").deeds == tuple(registered)
    assert asked(checking, actor="nobody").deeds == ()
    at = one.recorded_at
    assert asked(checking, act="register", since=at).deeds == tuple(registered)
    assert asked(checking, act="register", until=at).deeds == ()
    assert asked(checking, act="register", since=at + timedelta(seconds=1)).deeds == ()
    assert asked(checking, subject=one.subject.id, until=at).deeds == ()
    assert oversight.journal(house, "goldap", Question()).deeds == ()
    assert oversight.journal(house, "goldap", Question(subject=one.subject.id)).deeds == ()


def test_pages_join_without_gap_though_many_entries_share_an_instant(
    checking: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = asked(checking).deeds
    monkeypatch.setattr(oversight, "PAGE", 1)
    found: list[oversight.Deed] = []
    before = None
    while True:
        answer = oversight.journal(checking.house, SZ, Question(), before)
        found += answer.deeds
        before = answer.before
        if before is None:
            break
    assert tuple(found) == whole


def test_a_subject_is_found_by_id_and_numbers(checking: Office) -> None:
    house, a = checking.house, checking.subject("A")
    assert oversight.subject_of(house, SZ, "T-1") == checking.player.procedure
    assert oversight.subject_of(house, SZ, "T-1/0001") == a
    assert oversight.subject_of(house, SZ, a) == a
    assert oversight.subject_of(house, SZ, "T-1/0009") is None
    assert oversight.subject_of(house, "goldap", a) is None


def test_what_is_due_and_still_armed_is_told(checking: Office) -> None:
    house = checking.house
    assert oversight.overdue(house, SZ) == ([], False)
    checking.clock.advance_to(checking.clock.now() + timedelta(days=400))
    late, more = oversight.overdue(house, SZ, limit=1)
    assert (len(late), late[0].attempts, late[0].error) == (1, 0, None)
    assert late[0].due_at < house.clock.now()
    assert more
    assert oversight.overdue(house, "goldap") == ([], False)


def test_the_outbox_is_counted_by_what_it_waits_for(checking: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = oversight.outbox_waiting(checking.house, SZ)
    assert waiting["queued"] == checking.one("SELECT count(*) FROM outbox WHERE state = 'queued'") > 2
    assert waiting["dead"] == 0
    monkeypatch.setattr(oversight, "MOST", 2)
    assert oversight.outbox_waiting(checking.house, SZ)["queued"] == 2
    assert set(oversight.outbox_waiting(checking.house, "goldap").values()) == {0}
