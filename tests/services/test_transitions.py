"""The one door: what a move writes, that it writes all or nothing, and that bulk does what single does."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest

from tests.services.conftest import SZ, Office
from workflow.engine.errors import UnknownSubject
from workflow.engine.request import Actor, GivenGround, Refused, Request
from workflow.services.transitions import Done, perform, perform_many

COMMISSION = Actor(user=f"{SZ}.member.K", roles=frozenset({"commission", "chair"}))
GROUND = (GivenGround(code="document_missing", values={"document": "diploma"}),)


def ask(office: Office, name: str, transition: str, **more: object) -> Request:
    known = {"actor": COMMISSION, **more}
    return Request(institution=SZ, subject=office.subject(name), transition=transition, **known)  # type: ignore[arg-type]


def reject(office: Office, name: str, **more: object) -> Request:
    return ask(office, name, "reject", grounds=GROUND, **more)


def test_a_move_writes_state_journal_deadlines_and_notices_in_one_commit(checking: Office):
    outcome = perform(checking.house, reject(checking, "A"))
    assert isinstance(outcome, Done)
    state, version, seq = checking.rows("SELECT state, version, seq FROM subject WHERE id = :id", id=outcome.subject)[0]
    assert (state, version, seq) == (outcome.to_state, outcome.version, outcome.seq)
    entry = checking.rows(
        "SELECT kind, act, from_state, to_state, actor, role, parameters, length(hash) FROM journal"
        " WHERE subject_id = :id AND seq = :seq",
        id=outcome.subject,
        seq=seq,
    )[0]
    assert entry[:6] == ("transition", "reject", "document_check", "rejected", f"{SZ}.member.K", "commission")
    assert json.loads(entry[6])["grounds"] == [{"code": "document_missing", "values": {"document": "diploma"}}]
    assert entry[7] == 64


def test_a_refusal_writes_nothing(checking: Office):
    tables = ("journal", "deadline", "outbox", "subject")
    before = [
        checking.rows("SELECT count(*), max(hash) FROM journal"),
        *(checking.one(f"SELECT count(*) FROM {t}") for t in tables),
    ]
    outcome = perform(checking.house, ask(checking, "A", "admit"))
    assert isinstance(outcome, Refused)
    assert set(outcome.codes) == {"verdict_missing"}
    after = [
        checking.rows("SELECT count(*), max(hash) FROM journal"),
        *(checking.one(f"SELECT count(*) FROM {t}") for t in tables),
    ]
    assert after == before


def test_what_somebody_saw_before_it_changed_is_refused(checking: Office):
    seen = checking.one("SELECT version FROM subject WHERE id = :id", id=checking.subject("A"))
    assert isinstance(perform(checking.house, reject(checking, "A", expected_version=seen)), Done)
    stale = perform(checking.house, ask(checking, "A", "return_to_check", expected_version=seen, reason="x"))
    assert isinstance(stale, Refused)
    assert "lost_race" in stale.codes


def test_an_unknown_subject_is_an_error_that_names_it(checking: Office):
    request = Request(institution=SZ, subject="0" * 36, transition="admit", actor=COMMISSION)
    with pytest.raises(UnknownSubject, match="0" * 36):
        perform(checking.house, request)


def test_of_two_threads_exactly_one_wins_and_the_other_is_told(checking: Office):
    outcomes: list[Done | Refused] = []
    start = threading.Barrier(8)

    def run() -> None:
        request = reject(checking, "A")
        start.wait()
        outcomes.append(perform(checking.house, request))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(o, Done) for o in outcomes) == 1
    assert {o.codes for o in outcomes if isinstance(o, Refused)} == {("wrong_state",)}


def test_bulk_does_for_each_what_single_does(checking: Office):
    single = perform(checking.house, reject(checking, "A"))
    bulk = perform_many(checking.house, [reject(checking, "B"), ask(checking, "C", "admit")])
    assert isinstance(single, Done)
    assert isinstance(bulk[0], Done)
    assert isinstance(bulk[1], Refused)
    assert (single.to_state, single.seq, single.notices) == (bulk[0].to_state, bulk[0].seq, bulk[0].notices)
    written = [
        checking.rows(
            "SELECT act, rule, role, parameters, effects FROM journal WHERE subject_id = :id AND seq = :seq",
            id=done.subject,
            seq=done.seq,
        )
        for done in (single, bulk[0])
    ]
    plain = [[(a, r, o, p) for a, r, o, p, _ in rows] for rows in written]
    assert plain[0] == plain[1]
    assert checking.state("C") == "document_check"


def test_bulk_together_is_all_or_nothing(checking: Office):
    outcomes = perform_many(checking.house, [reject(checking, "A"), ask(checking, "B", "admit")], together=True)
    assert all(isinstance(o, Refused) for o in outcomes)
    assert outcomes[0].codes == ("moves_refused",)  # type: ignore[union-attr]
    assert checking.state("A") == "document_check"


def test_bulk_takes_a_constant_number_of_statements(checking: Office):
    def statements(names: list[str]) -> int:
        trace: list[Any] = []
        checking.house.writer.trace = trace
        assert all(isinstance(o, Done) for o in perform_many(checking.house, [reject(checking, n) for n in names]))
        checking.house.writer.trace = None
        return len(trace)

    assert statements(["A"]) == statements(["B", "C"])


def test_a_move_of_others_is_refused_as_a_whole_and_names_them(checking: Office):
    """The lists cannot be published while B still waits for its check; the procedure, A and the positions stay."""
    checking.does(("2022-04-04 09:00 K", "verdict A * ok"), ("2022-04-04 10:00 K", "admit A"))
    checking.does(("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"))
    entries = checking.one("SELECT count(*) FROM journal")
    checking.does(("2022-04-05 10:00 coordinator", "publish_admission -> refused some_still_in"))
    assert (checking.state("procedure"), checking.state("A")) == ("closed", "admitted")
    assert checking.one("SELECT count(*) FROM journal") == entries


def test_sheets_missing_for_one_keep_all_closed(interviewing: Office):
    for name in ("A", "B"):
        for member in "KLM":
            interviewing.does(("2022-04-18 10:00 " + member, f"score {name} interview 4 4 4"))
    interviewing.does(("2022-04-19 09:00 K", "close_interviews -> refused moves_refused, sheets_not_signed"))
    assert interviewing.one("SELECT count(*) FROM result") == 0
    assert interviewing.state("A") == "interview"


def test_an_earlier_effective_instant_stands_beside_the_recorded_one(checking: Office):
    at = checking.clock.now() - timedelta(hours=1)
    outcome = perform(
        checking.house,
        ask(
            checking,
            "A",
            "withdraw",
            actor=Actor(user=f"{SZ}.registrar", roles=frozenset({"registrar"})),
            effective_at=at,
            register_entry="1840",
        ),
    )
    assert isinstance(outcome, Done)
    effective, recorded = checking.rows(
        "SELECT effective_at, recorded_at FROM journal WHERE subject_id = :id AND seq = :seq",
        id=outcome.subject,
        seq=outcome.seq,
    )[0]
    assert effective < recorded


def test_every_notice_hangs_on_the_move_and_is_unique(checking: Office):
    perform(checking.house, reject(checking, "A"))
    keys = checking.rows("SELECT reference, notice, recipient, channel FROM outbox")
    assert len(keys) == len(set(keys))
    subjects = {row[0] for row in checking.rows("SELECT id FROM subject")}
    assert {reference.partition("/")[0] for reference, *_ in keys} <= subjects
