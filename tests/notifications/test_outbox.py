from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import IntegrityError

from notifications import delivery
from notifications.delivery import cancel, release, revive
from notifications.outbox import TABLE, OutboxState
from tests.notifications.given import START, Clock, a_row

Put = Callable[..., None]
Read = Callable[[], dict[str, Any]]


def test_every_column_says_whether_it_is_personal_and_why_it_is_kept() -> None:
    for column in TABLE.columns:
        assert set(column.info) == {"personal", "purpose"}, column.name
        assert column.info["purpose"]
    assert {column.name for column in TABLE.columns if column.info["personal"]} == {
        "address", "name", "subject", "body", "html",
    }  # fmt: skip


def test_new_row_names_every_column() -> None:
    assert list(a_row()) == [column.name for column in TABLE.columns]


def test_new_row_waits_for_its_instant_or_for_release() -> None:
    assert (a_row()["state"], a_row()["not_before"]) == ("queued", START)
    assert (a_row(hold_reason="letter")["state"], a_row(hold_reason="letter")["hold_reason"]) == ("held", "letter")
    assert a_row(repeats="n0")["repeats_key"] == "n0"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "lost"}, {"state": "sending"}, {"lease_until": START}, {"state": "sent"}, {"sent_at": START},
        {"state": "held"}, {"repeats_key": "x"}, {"attempts": -1}, {"lease_token": -1}, {"name": None}, {"owner": None},
    ],
)  # fmt: skip
def test_row_that_contradicts_itself_is_refused(put: Put, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        put({**a_row(), **changes})


def test_notice_is_written_once_and_each_row_repeated_once(put: Put, rows: Read) -> None:
    first = a_row("a")
    put(first)
    for again in ({**first, "id": "b"}, first):
        with pytest.raises(IntegrityError):
            put(again)
    repeat = {**first, "id": "b", "repeats": "a", "repeats_key": "a"}
    put(repeat)
    with pytest.raises(IntegrityError):
        put({**repeat, "id": "c"})
    put({**repeat, "id": "c", "repeats": "b", "repeats_key": "b"}, {**first, "owner": "village"})
    assert set(rows()) == {"a", "b", "c"}


def _standing(state: OutboxState) -> dict[str, Any]:
    row = a_row(hold_reason="why" if state is OutboxState.HELD else None)
    return {
        **row, "state": state.value, "attempts": 3,
        "lease_until": START if state is OutboxState.SENDING else None,
        "sent_at": START if state is OutboxState.SENT else None,
    }  # fmt: skip


@pytest.mark.parametrize("state", list(OutboxState))
def test_turns_are_guarded(engine: Engine, put: Put, rows: Read, clock: Clock, state: OutboxState) -> None:
    acts: dict[Callable[[], bool], tuple[set[OutboxState], OutboxState]] = {
        lambda: release(engine, "town", "n1", now=clock()): ({OutboxState.HELD}, OutboxState.QUEUED),
        lambda: cancel(engine, "town", "n1"): (
            {OutboxState.HELD, OutboxState.QUEUED, OutboxState.FAILED}, OutboxState.CANCELLED,
        ),
        lambda: revive(engine, "town", "n1", now=clock()): ({OutboxState.DEAD}, OutboxState.QUEUED),
    }  # fmt: skip
    clock.forward(hours=1)
    for act, (before, after) in acts.items():
        with engine.begin() as connection:
            connection.execute(TABLE.delete())
        put(_standing(state))
        assert act() is (state in before)
        assert rows()["n1"].state == (after if state in before else state)
        assert not act() or after is OutboxState.QUEUED
    assert not cancel(engine, "village", "n1")
    assert not release(engine, "town", "other", now=clock())


def test_claims_read_only_what_is_due(engine: Engine, put: Put) -> None:
    put(*(a_row(str(number), state="cancelled") for number in range(300)), a_row("due"))
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if not sqlite:
            # Of a small table PostgreSQL would read the whole page; the question is whether it has another way.
            connection.execute(text("SET enable_seqscan = off"))
        for claim in delivery._CLAIMS:
            said: list[str] = []
            prefix = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "

            def explain(*event: Any, prefix: str = prefix, said: list[str] = said) -> tuple[str, Any]:
                _, cursor, statement, parameters, *_ = event
                cursor.execute(prefix + statement, parameters)
                said.extend(str(row[-1]) for row in cursor.fetchall())
                return "SELECT 1 WHERE 1 = 0", ()

            hook: Any = explain
            listen(connection, "before_cursor_execute", hook, retval=True)
            connection.execute(claim, {"now": START, "until": START, "room": 5}).close()
            remove(connection, "before_cursor_execute", hook)
            plan = "\n".join(said)
            assert ("outbox_due (state=?" if sqlite else "Index Scan using outbox_due") in plan, plan
            assert ("SCAN outbox" if sqlite else "Seq Scan") not in plan, plan
