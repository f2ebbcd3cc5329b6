"""The measurements: each returns plain figures of one round.

Never here: databases (world.py), tables (report.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.world import World
from workflow.engine.request import Refused, Request
from workflow.services.transitions import Done, perform, perform_many


@dataclass(frozen=True)
class Clients:
    """Moves per second of several clients together, and the longest wait of any of them in milliseconds."""

    rate: float
    longest_wait: float


def single(world: World, numbers: Sequence[int]) -> float:
    """Seconds for the moves, one after the other, each answered when it is committed."""
    requests = [world.request(number) for number in numbers]
    began = time.perf_counter()
    outcomes = [perform(world.house, request) for request in requests]
    elapsed = time.perf_counter() - began
    _check(outcomes)
    return elapsed


def clients(world: World, numbers: Sequence[int], count: int) -> Clients:
    """Several threads, each with its share of the moves, each waiting for its answer before it asks again."""
    shares = [[world.request(number) for number in numbers[i::count]] for i in range(count)]
    outcomes: list[Done | Refused] = []
    waits: list[float] = []
    ready = threading.Barrier(count + 1)

    def work(share: Sequence[Request]) -> None:
        ready.wait()
        for request in share:
            asked = time.perf_counter()
            outcome = perform(world.house, request)
            waits.append(time.perf_counter() - asked)
            outcomes.append(outcome)

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    if len(outcomes) != len(numbers):
        raise SystemExit("a client failed")
    _check(outcomes)
    return Clients(len(numbers) / elapsed, max(waits) * 1000)


def bulk(world: World, numbers: Sequence[int]) -> float:
    """Moves per second in one transaction."""
    requests = [world.request(number) for number in numbers]
    began = time.perf_counter()
    outcomes = perform_many(world.house, requests)
    elapsed = time.perf_counter() - began
    _check(outcomes)
    return len(requests) / elapsed


def _check(outcomes: Sequence[Done | Refused]) -> None:
    refused = next((outcome for outcome in outcomes if isinstance(outcome, Refused)), None)
    if refused is not None:
        raise SystemExit(f"refused: {refused}")
