"""Rate limits: exact on both databases, also when many try at once."""

from __future__ import annotations

import threading
from datetime import timedelta

from tests.services.conftest import furnish
from workflow.persistence import signing_reads
from workflow.services import limits
from workflow.services.limits import Limit

FIVE = Limit("test", 5, timedelta(minutes=10))
SECRET = b"a secret of tests"


def test_the_budget_is_exact(database, catalogue) -> None:
    house, clock, _ = furnish(database, catalogue)

    def take() -> int:
        return limits.take(house, SECRET, [(FIVE, "a")])

    assert [take() for _ in range(7)] == [0, 0, 0, 0, 0, 120, 120]
    clock.advance_to(clock.now() + timedelta(seconds=119))
    assert take() == 1
    clock.advance_to(clock.now() + timedelta(seconds=1))
    assert [take(), take()] == [0, 120]
    clock.advance_to(clock.now() + timedelta(hours=1))
    assert [take() for _ in range(6)] == [0, 0, 0, 0, 0, 120]


def test_others_are_not_meant(database, catalogue) -> None:
    house, _, _ = furnish(database, catalogue)
    assert [limits.take(house, SECRET, [(FIVE, "a")]) for _ in range(6)][-1] == 120
    assert limits.take(house, SECRET, [(FIVE, "b")]) == 0


def test_a_refused_attempt_takes_nothing_of_the_other_budgets(database, catalogue) -> None:
    house, _, _ = furnish(database, catalogue)
    for _ in range(5):
        limits.take(house, SECRET, [(FIVE, "full")])
    for _ in range(9):
        assert limits.take(house, SECRET, [(FIVE, "full"), (FIVE, "other")]) == 120
    assert [limits.take(house, SECRET, [(FIVE, "other")]) for _ in range(6)] == [0, 0, 0, 0, 0, 120]


def test_what_is_given_back_can_be_taken_again(database, catalogue) -> None:
    house, _, _ = furnish(database, catalogue)
    for _ in range(30):
        assert limits.take(house, SECRET, [(FIVE, "a")]) == 0
        limits.give_back(house, SECRET, [(FIVE, "a")])


def test_many_at_once_take_no_more_than_there_is(database, catalogue) -> None:
    house, _, _ = furnish(database, catalogue)
    answers: list[int] = []
    gate = threading.Barrier(8)

    def tries() -> None:
        gate.wait()
        for _ in range(5):
            answers.append(limits.take(house, SECRET, [(FIVE, "a")]))

    threads = [threading.Thread(target=tries) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[:5] == [0] * 5
    assert len(answers) == 40
    assert all(answers_ > 0 for answers_ in sorted(answers)[5:])


def test_budgets_that_are_whole_again_are_forgotten(database, catalogue) -> None:
    house, clock, _ = furnish(database, catalogue)
    limits.take(house, SECRET, [(FIVE, "a")])
    clock.advance_to(clock.now() + timedelta(hours=1))
    now = int(clock.now().timestamp() * 1000)
    assert len(house.run(lambda unit: unit.read(signing_reads.forget, now=now))) == 1
    assert house.run(lambda unit: unit.read(signing_reads.forget, now=now)) == []
