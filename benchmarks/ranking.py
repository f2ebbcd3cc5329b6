"""A ranking list of very many, made in one go: marks that tie, a chain of four keys, and the places that are looked at.

Why: a national selection is one list; whoever opens it waits for it. `python -m benchmarks.ranking` takes these figures
alone.
Never here: databases, rules of ranking.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from rich.console import Console

from benchmarks import report
from benchmarks.plan import Figures, Goal
from workflow.bootstrap import open_catalogue
from workflow.engine.process import Assessment, ProcessDefinition, Ranking, Rounding
from workflow.engine.ranking import Entry, Listed, Scored, rank
from workflow.engine.scoring import Result
from workflow.engine.standing import Account

POSITION = "one"
CHAIN = ("interview", "written.first", "requirement.certificate", "lot")
LOOKED_AT = 100
_MEMBERS = 7


@dataclass(frozen=True)
class Load:
    """The numbers of candidates of the lists, and how often each is made."""

    candidates: tuple[int, ...]
    rounds: int


HUNDRED_THOUSAND = Load(candidates=(10_000, 100_000), rounds=3)
TINY = Load(candidates=(5, 10), rounds=1)


def whole(load: Load, say: Callable[[str], None]) -> Figures:
    """The seconds of processor time of each list, of its explanations, and the memory that it takes at most."""
    figures = Figures(say)
    for candidates in load.candidates:
        say(f"a ranking list of {candidates:,}")
        field = candidates_of(candidates)
        key, named = f"ranking.{candidates}", f"A ranking list of {candidates:,}, a tie chain of {len(CHAIN)} keys"
        goal = Goal(2, at_most=True) if candidates == HUNDRED_THOUSAND.candidates[-1] else None
        for _ in range(load.rounds):
            began = time.process_time()
            listed = made(field)
            figures.take(key, named, "s", time.process_time() - began, goal)
            began = time.process_time()
            account = Account(listed)
            for place in listed.places[:: max(1, len(listed.places) // LOOKED_AT)]:
                account.lines(place.id)
            elapsed = time.process_time() - began
            figures.take(f"{key}.explained", f"  {LOOKED_AT} of its places explained", "s", elapsed)
            del listed, account
        tracemalloc.start()
        made(field)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        figures.take(f"{key}.memory", "  memory at most", "MB", peak / 1e6)
    return figures


@dataclass(frozen=True)
class Field:
    """What a list is made of."""

    process: ProcessDefinition
    ranking: Ranking
    entries: list[Entry]
    drawn: list[str]


def made(field: Field) -> Listed:
    """The list. Raises SystemExit when something stands against it."""
    seats = len(field.entries) // 10
    ranked = rank(field.ranking, field.process, field.entries, {POSITION: seats}, {}, {POSITION: field.drawn})
    if ranked.reasons:
        raise SystemExit(f"no list: {ranked.reasons[0]}")
    return ranked.lists[POSITION]


def candidates_of(number: int) -> Field:
    """So many candidates with two results each, the means of seven members: a few hundred totals, so nearly all tie."""
    chance = random.Random(number)
    sample = open_catalogue().process("stara_zagora", "staff_selection")
    one = next(iter(sample.assessments.values()))
    criterion = next(iter(one.criteria.values()))
    criteria = {name: replace(criterion, name=name) for name in ("first", "second")}

    def assessment(name: str, threshold: int) -> Assessment:
        return replace(one, name=name, criteria=criteria, threshold=Decimal(threshold), rounding=Rounding())

    process = replace(
        sample,
        assessments={"written": assessment("written", 60), "interview": assessment("interview", 40)},
        positions={POSITION: replace(next(iter(sample.positions.values())), name=POSITION, skips=())},
    )
    ranking = Ranking({"written": Decimal("0.6"), "interview": Decimal("0.4")}, CHAIN, one.basis)
    entries = []
    for place in range(number):
        results: Mapping[str, Scored] = {name: _result(chance, name == "written") for name in ranking.total}
        proved = frozenset(["certificate"] if chance.random() < 0.1 else [])
        entries.append(Entry(f"{place:032x}", POSITION, f"N-{1 + place * 7919 % number}", results, proved))
    drawn = [entry.id for entry in entries]
    chance.shuffle(drawn)
    return Field(process, ranking, entries, drawn)


def _result(chance: random.Random, is_written: bool) -> Result:
    first, second = chance.randint(25, 50), chance.randint(25, 50)
    value = Fraction(first + second) if is_written else Fraction(_MEMBERS * first + second, _MEMBERS)
    criteria = {"first": Fraction(first), "second": Fraction(second)}
    return Result(value, Decimal(first + second), _MEMBERS, criteria, ())


if __name__ == "__main__":
    figures = whole(HUNDRED_THOUSAND, lambda _: None)
    report.show(report.results(list(figures.by_key.values()), {}), Console())
