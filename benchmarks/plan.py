"""What is measured, in which order and against which goal.

Why: everything in one run and in interleaved rounds, so that the ratios hold although the machine's mood changes.
Never here: how a figure is taken (measure.py), how it looks (report.py).
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import bare, measure
from benchmarks.stores import Store
from benchmarks.world import EVERYTHING, SILENT, Story, World, build


@dataclass(frozen=True)
class Size:
    """How much is measured: rounds, moves per round one by one, by clients and in bulk, and numbers stored."""

    rounds: int
    single: int
    clients: int
    bulk: int
    stored: tuple[int, ...]
    grown: int
    memory: int


FULL = Size(rounds=3, single=400, clients=1600, bulk=1000, stored=(1_000, 10_000, 100_000), grown=120, memory=1000)
TINY = Size(rounds=1, single=2, clients=8, bulk=3, stored=(4, 6), grown=2, memory=2)

CLIENTS = 8
CHUNK = 40
WARM = 20


@dataclass(frozen=True)
class Goal:
    """What the median should be: at least, or at most."""

    value: float
    at_most: bool = False


@dataclass
class Figure:
    """One line of the table: the figure of each round. `key` names it in results.json."""

    key: str
    label: str
    unit: str
    goal: Goal | None = None
    rounds: list[float] = field(default_factory=list)


class Figures:
    """The figures of a run, by key, in the order in which they were first taken."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.by_key: dict[str, Figure] = {}
        self.say = say

    def take(self, key: str, label: str, unit: str, value: float, goal: Goal | None = None) -> None:
        """Adds the figure of one more round."""
        self.by_key.setdefault(key, Figure(key, label, unit, goal)).rounds.append(value)


def moves(figures: Figures, store: Store, size: Size) -> None:
    """One by one beside the bare statements, eight clients, and in bulk."""
    of = store.name
    for story in (EVERYTHING, SILENT):
        figures.say(f"{of}: {story.name}")
        key = f"{of.lower()}.{'everything' if story is EVERYTHING else 'silent'}"
        goals = _GOALS.get(key, {})
        singles, clients = size.rounds * size.single, size.rounds * size.clients if story is EVERYTHING else 0
        world, traced, url = _trio(story, store, singles + clients + size.rounds * size.bulk + WARM)
        warm = range(world.stored - WARM, world.stored)
        connection = world.on(url).house.database.connect()
        bare.replay(connection, bare.record(traced, warm))
        measure.single(world, warm)
        for number in range(size.rounds):
            ours = theirs = 0.0
            for first in range(number * size.single, (number + 1) * size.single, CHUNK):
                # In turns of a fraction of a second, so that a hiccup of the machine's hits both.
                slice_ = range(first, min(first + CHUNK, (number + 1) * size.single))
                traces = bare.record(traced, slice_)
                ours += measure.single(world, slice_)
                theirs += bare.replay(connection, traces)
            rate, limit = size.single / ours, size.single / theirs
            figures.take(f"{key}.single", f"{of}, one by one: {story.name}", "/s", rate, goals.get("single"))
            figures.take(f"{key}.bare", "  the same statements through the bare driver", "/s", limit)
            figures.take(f"{key}.ratio", "  of the bare driver's", "%", 100 * rate / limit, goals.get("ratio"))
        traced.close()
        connection.close()
        for number in range(size.rounds if clients else 0):
            slice_ = range(singles + number * size.clients, singles + (number + 1) * size.clients)
            together = measure.clients(world, slice_, CLIENTS)
            figures.take(f"{key}.clients", f"{of}, {CLIENTS} clients", "/s", together.rate, goals.get("clients"))
            figures.take(f"{key}.wait", "  longest wait of any", "ms", together.longest_wait, goals.get("wait"))
        for number in range(size.rounds):
            slice_ = range(singles + clients + number * size.bulk, singles + clients + (number + 1) * size.bulk)
            label = f"{of}, {size.bulk} in bulk: {story.name}"
            figures.take(f"{key}.bulk", label, "/s", measure.bulk(world, slice_), goals.get("bulk"))
        world.close()


_GOALS = {
    "sqlite.everything": {
        "ratio": Goal(50),
        "clients": Goal(3000),
        "wait": Goal(100, at_most=True),
        "bulk": Goal(5000),
    },
    "sqlite.silent": {"bulk": Goal(10_000)},
    "postgresql.everything": {"single": Goal(700), "clients": Goal(2000)},
}


def _trio(story: Story, store: Store, copies: int) -> tuple[World, World, str]:
    """The same world three times: to measure, to record from, and (its URL) to replay on."""
    name = f"{story.move}_{len(story.institution)}"
    url = store.empty(f"{name}_seed")
    seed = build(story, url)
    seed.copy_to(copies)
    seed.close()
    traced = seed.on(store.copy(url, f"{name}_traced"))
    replayed = store.copy(url, f"{name}_bare")
    return seed.on(store.copy(url, f"{name}_measured")), traced, replayed


def growth(figures: Figures, store: Store, size: Size) -> None:
    """The same move with ever more applications stored, in interleaved rounds."""
    url = store.empty("growth_seed")
    seed = build(EVERYTHING, url)
    seed.close()
    grown = []
    for stored in size.stored:
        figures.say(f"{store.name}: {stored:,} applications stored")
        world = seed.on(store.copy(url, f"growth_{stored}"))
        world.copy_to(stored)
        world.close()
        full = world.house.database.url.render_as_string(hide_password=False)
        traced = world.on(store.copy(full, f"growth_{stored}_traced"))
        connection = world.on(store.copy(full, f"growth_{stored}_bare")).house.database.connect()
        grown.append((world.on(full), traced, connection, _shuffled(stored)))
    for number in range(-1, size.rounds):  # the first is a warm-up
        for world, traced, connection, order in grown:
            taken = [next(order) for _ in range(size.grown if number >= 0 else 1)]
            traces = bare.record(traced, taken)
            rate = len(taken) / measure.single(world, taken)
            limit = len(taken) / bare.replay(connection, traces)
            if number >= 0:
                key = f"{store.name.lower()}.stored.{world.stored}"
                figures.take(key, f"{store.name}, one by one, {world.stored:,} applications stored", "/s", rate)
                figures.take(f"{key}.ratio", "  of the bare driver's", "%", 100 * rate / limit)
    for world, traced, connection, _ in grown:
        world.close()
        traced.close()
        connection.close()


def _shuffled(number: int) -> Iterator[int]:
    order = list(range(number))
    random.Random(1).shuffle(order)  # always the same, spread over everything that is stored
    return iter(order)


def processes(figures: Figures, folder: Path, size: Size) -> None:
    """What is measured in new processes."""
    figures.say("new processes")
    for _ in range(size.rounds):
        seconds = float(_python("-m", "benchmarks.fresh", "definitions"))
        label = "all definitions loaded and checked"
        figures.take("definitions", label, "s", seconds, Goal(1, at_most=True))
        began = time.perf_counter()
        _python("-m", "workflow", "--help")
        elapsed = time.perf_counter() - began
        figures.take("help", "nabor --help", "s", elapsed, Goal(0.3, at_most=True))
    peak = float(_python("-m", "benchmarks.fresh", "memory", str(size.memory), str(folder)))
    figures.take("memory", "memory at the peak of all the above on SQLite", "MB", peak, Goal(150, at_most=True))


def _python(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def whole(stores: Sequence[Store], folder: Path, size: Size, say: Callable[[str], None]) -> list[Figure]:
    """Every figure of a run."""
    figures = Figures(say)
    for store in stores:
        moves(figures, store, size)
    for store in stores:
        growth(figures, store, size)
    processes(figures, folder, size)
    return list(figures.by_key.values())
