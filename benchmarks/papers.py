"""How long a paper takes: a published list as PDF and as DOCX, from its frozen content to the file.

`python -m benchmarks.papers` takes these figures alone.
Never here: databases, layouts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from benchmarks import report
from benchmarks.plan import Figures, Goal
from workflow.bootstrap import open_catalogue
from workflow.documents import docx, pdf
from workflow.documents.paper import Paper
from workflow.services.publication_paper import publication_paper
from workflow.services.publications import PublicationLine

_NAMES = ("Росица Филипова Ангелова", "Łukasz Żółć-Śmiały", "王小明", "Йордан Щерев", "Анна-Мария Ъглова")
_NOW = datetime(2022, 4, 18, 11, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Load:
    """How many lines and how often."""

    lines: int
    rounds: int


THOUSAND = Load(lines=1_000, rounds=5)
TINY = Load(lines=5, rounds=1)


def whole(load: Load, say: Callable[[str], None]) -> Figures:
    """The figures of papers."""
    figures = Figures(say)
    say(f"a list of {load.lines} lines as a file")
    makers: tuple[tuple[str, Callable[[Paper], bytes], Goal | None], ...] = (
        ("pdf", pdf.pdf, Goal(3_000, at_most=True)),
        ("docx", docx.docx, None),
    )
    for _ in range(load.rounds):
        for kind, make, goal in makers:
            began = time.perf_counter()
            make(_list(load.lines))
            elapsed = 1000 * (time.perf_counter() - began)
            label = f"A published list of {load.lines:,} lines as {kind.upper()}"
            figures.take(f"papers.{kind}.{load.lines}", label, "ms", elapsed, goal)
    return figures


def _list(lines: int) -> Paper:
    process = open_catalogue().process("stara_zagora", "staff_selection")
    position = next(iter(process.positions))
    ground = "Не е представен в срок: копие на документи за завършено образование, степен и специалност"
    shows = ["position", "register_number", "name", "grounds"]
    rows: list[dict[str, Any]] = [
        {
            "position": position,
            "register_number": f"T-1/{number:04d}",
            "name": _NAMES[number % len(_NAMES)],
            "grounds": {"bg": [ground]},
        }
        for number in range(1, lines + 1)
    ]
    title = {"bg": "Комисията НЕ ДОПУСКА до интервю следните кандидати:"}
    content = {"title": {"bg": "Списък"}, "lists": {"one": {"title": title, "shows": shows, "rows": rows}}}
    line = PublicationLine(1, 1, "admission_lists", "0" * 64, _NOW, "", "", _NOW, None, None, _NOW)
    return publication_paper(process, "T-1", line, content, "bg")


if __name__ == "__main__":
    report.show(report.results(list(whole(THOUSAND, lambda _: None).by_key.values()), {}), Console())
