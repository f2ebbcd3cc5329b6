"""Figures of a procedure for its charts: how long applications stand in each state, and when they come in.

Why: where time goes is seen in the journal, and nowhere else. Each figure is one statement with an index: the days of
receipt cost one aggregate over the applications of the procedure, the stays at most a fixed number of applications.
Never here: drawing (web/charts.py), counts that are kept (procedures.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from workflow.engine.deadlines import parse_date
from workflow.engine.process import Kind, ProcessDefinition, Stage
from workflow.persistence import procedure_reads as sql
from workflow.persistence.unit_of_work import instant
from workflow.services.house import House

SAMPLE = 500
"""Of how many applications, the newest of a procedure, the stays are looked at."""
MOST_DAYS = 62
"""How many days of receipt are shown, the last of them."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stay:
    """How long applications stood in a state: the median in days, of so many stays; those still there count as well."""

    state: str
    days: Decimal
    stays: int


def stays(house: House, institution: str, process: ProcessDefinition, positions: Sequence[str]) -> list[Stay]:
    """The median stay in each state of the newest applications, in the order of the definition; no final states."""
    now = house.clock.now()
    lengths: dict[str, list[float]] = {}
    before: tuple[str, str, datetime] | None = None
    rows = house.database.read(sql.stays, institution=institution, ids=list(positions), limit=SAMPLE)
    for subject, state, at in [*rows, ("", "", now)]:
        entered = instant(at)
        if before is not None:
            left = entered if subject == before[0] else now
            lengths.setdefault(before[1], []).append((left - before[2]) / _DAY)
        before = (subject, state, entered)
    states = process.lifecycles[Kind.APPLICATION].states
    return [
        Stay(name, Decimal(median(lengths[name])).quantize(Decimal("0.1")), len(lengths[name]))
        for name, state in states.items()
        if name in lengths and state.final is None
    ]


def receipts(
    house: House, institution: str, procedure: str, zone: str, closes: date | None = None
) -> list[tuple[date, int]]:
    """How many applications were received on each local day, days without any among them, to the day of closing or to
    today, whichever is earlier; at most the last 62 days.

    One aggregate over the index of the procedure's applications: it costs what the procedure holds.
    """
    there = ZoneInfo(zone)
    days: Counter[date] = Counter()
    for at, n in house.database.read(sql.received, institution=institution, procedure=procedure):
        days[instant(at).astimezone(there).date()] += int(n)
    if not days:
        return []
    last, first = max(days), min(days)
    if closes is not None:
        last = max(last, min(closes, house.clock.now().astimezone(there).date()))
    first = max(first, last - (MOST_DAYS - 1) * _DAY)
    return [(first + i * _DAY, days[first + i * _DAY]) for i in range((last - first).days + 1)]


def closing_day(process: ProcessDefinition, dates: Mapping[str, str]) -> date | None:
    """The day on which the intake ends: the date at which a deadline of the procedure's stage of intake falls due."""
    intake = {s.name for s in process.lifecycles[Kind.PROCEDURE].states.values() if s.stage is Stage.INTAKE}
    for rule in process.deadlines.values():
        if rule.of is Kind.PROCEDURE and rule.transition and rule.at and rule.at in dates and intake & set(rule.states):
            return parse_date(dates[rule.at])[0]
    return None
