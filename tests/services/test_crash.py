"""A process that dies at any statement of a transition leaves all of it or none of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.services.conftest import SZ, Office
from tests.services.test_transitions import reject
from workflow.engine.errors import NaborError
from workflow.persistence.database import Database
from workflow.persistence.invariants import breaches
from workflow.services.integrity import verify
from workflow.services.transitions import Done, perform


class Crash(Exception):
    """The process dies here."""


def content(office: Office) -> list[object]:
    """Everything that a transition writes."""
    return [
        office.rows("SELECT id, state, version, seq, head FROM subject ORDER BY id"),
        office.rows("SELECT subject_id, seq, hash FROM journal ORDER BY subject_id, seq"),
        office.rows("SELECT id, status FROM deadline ORDER BY id"),
        office.rows("SELECT count(*), min(state) FROM outbox"),
        office.rows("SELECT count(*) FROM journal_text"),
    ]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_failing_at_any_statement_leaves_all_or_nothing(checking: Office, moment: str):
    """`after` means that the statement was executed and the caller saw an error all the same."""
    statement, committed = 0, False
    before = content(checking)
    while not committed:
        statement += 1
        seen: list[str] = []

        def fault(when: str, number: int, sql: str, at: int = statement, seen: list[str] = seen) -> None:
            if when == moment and number == at:
                seen.append(sql)
                raise Crash(sql)

        checking.house.writer.fault = fault
        try:
            outcome = perform(checking.house, reject(checking, "A"))
        except (Crash, NaborError):
            checking.house.writer.fault = None
            after = content(checking)
            if after != before:
                assert (moment, seen) == ("after", ["COMMIT"])
                committed = True
        else:
            checking.house.writer.fault = None
            assert isinstance(outcome, Done)
            assert seen == []
            committed = True
        assert verify(checking.house).broken == ()
        assert breaches(checking.house.database) == ()
    assert statement >= 5
    assert checking.state("A") == "rejected"


WORKER = textwrap.dedent(
    """
    import sys
    from workflow.bootstrap import open_catalogue
    from workflow.clock import SystemClock
    from workflow.engine.request import Actor, GivenGround, Request
    from workflow.persistence.database import Database
    from workflow.services.house import House
    from workflow.services.transitions import perform

    url, subjects = sys.argv[1], sys.argv[2].split(",")
    house = House(Database.open(url), open_catalogue(), SystemClock())
    actor = Actor(user="stara_zagora.member.K", roles=frozenset({"commission", "coordinator"}))
    ground = (GivenGround(code="document_missing", values={"document": "diploma"}),)
    print("ready", flush=True)
    sys.stdin.readline()
    for turn in range(int(sys.argv[3])):
        for subject in subjects:
            for name, more in (("reject", {"grounds": ground}), ("return_to_check", {"reason": "again"})):
                asked = Request(institution="stara_zagora", subject=subject, transition=name, actor=actor, **more)
                outcome = perform(house, asked)
                print(name, subject, type(outcome).__name__, flush=True)
    """
)


def worker(url: str, subjects: list[str], turns: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, url, ",".join(subjects), str(turns)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def url_of(office: Office) -> str:
    return office.house.database.url.render_as_string(hide_password=False)


def test_a_killed_process_leaves_whole_transitions_only(checking: Office):
    subjects = [checking.subject(name) for name in "ABC"]
    process = worker(url_of(checking), subjects, 10_000)
    start(process)
    time.sleep(0.4)
    process.send_signal(signal.SIGKILL)
    said = process.communicate()[0].splitlines()
    with Database.open(url_of(checking)) as again:
        assert breaches(again) == ()
    assert verify(checking.house).broken == ()
    # Whatever was answered is there: an answer is given only after the commit.
    done = sum(line.endswith("Done") for line in said[:-1])
    moved = checking.one("SELECT count(*) FROM journal WHERE act IN ('reject', 'return_to_check')")
    assert moved >= done > 0


def test_two_processes_race_for_one_application_and_exactly_one_wins_each_time(checking: Office):
    subject = checking.subject("A")
    processes = [worker(url_of(checking), [subject], 15) for _ in range(2)]
    for process in processes:
        start(process)
    outputs = [process.communicate(timeout=60)[0].splitlines() for process in processes]
    done = [line for output in outputs for line in output if line.endswith("Done")]
    told = [line for output in outputs for line in output if line.endswith("Refused")]
    assert len(done) + len(told) == 60
    seqs = checking.rows(
        "SELECT seq, from_state, to_state FROM journal WHERE subject_id = :id ORDER BY seq", id=subject
    )
    assert [seq for seq, _, _ in seqs] == list(range(1, len(seqs) + 1))
    assert sum(1 for _, a, b in seqs if {a, b} == {"document_check", "rejected"}) == len(done)
    assert all(before[2] == after[1] for before, after in pairwise(seqs))
    assert verify(checking.house, SZ).broken == ()
