"""How a run looks: a table in the terminal, results.json, and the table of the README.

Never here: measuring.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.plan import Figure
from workflow.clock import SystemClock

BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def results(figures: Sequence[Figure], postgresql: Mapping[str, str]) -> dict[str, Any]:
    """What results.json holds."""
    return {
        "date": SystemClock().now().date().isoformat(),
        "commit": _commit(),
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "postgresql": dict(postgresql),
        },
        "figures": [
            {
                "key": figure.key,
                "label": figure.label,
                "unit": figure.unit,
                "median": _round(median(figure.rounds)),
                "rounds": [_round(value) for value in figure.rounds],
                "goal": None if figure.goal is None else figure.goal.value,
                "goal_is": None if figure.goal is None else "at most" if figure.goal.at_most else "at least",
            }
            for figure in figures
        ],
    }


def write(data: Mapping[str, Any], file: Path) -> None:
    """Writes results.json."""
    file.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def show(data: Mapping[str, Any], console: Console) -> None:
    """Prints the table."""
    machine = data["machine"]
    table = Table(
        title=f"{data['date']}, {machine['cores']} cores, Python {machine['python']}, SQLite {machine['sqlite']}, "
        f"PostgreSQL {machine['postgresql'].get('version', '-')}, commit {data['commit'][:12]}",
        title_justify="left",
    )
    table.add_column("what")
    for name in ("median", "rounds", "goal"):
        table.add_column(name, justify="right")
    for figure in data["figures"]:
        rounds = figure["rounds"]
        spread = "" if len(rounds) == 1 else f"{_words(min(rounds))} - {_words(max(rounds))}"
        met = _met(figure)
        style = "" if met is None else "green" if met else "red"
        median_ = f"{_words(figure['median'])} {figure['unit']}"
        table.add_row(figure["label"], f"[{style}]{median_}[/]" if style else median_, spread, _goal(figure))
    console.print(table)


def markdown(data: Mapping[str, Any]) -> str:
    """The README's table of the same figures."""
    taken = f"Taken on {data['date'][:10]} at commit {data['commit'][:12]}"
    lines = [f"{taken}; every round stands in `benchmarks/results.json`.", ""]
    lines += ["| what | median | rounds | goal |", "|---|---:|---:|---:|"]
    for figure in data["figures"]:
        label = figure["label"]
        label = f"… {label.strip()}" if label.startswith("  ") else label
        rounds = " / ".join(_words(one) for one in figure["rounds"])
        lines.append(f"| {label} | {_words(figure['median'])} {figure['unit']} | {rounds} | {_goal(figure)} |")
    return "\n".join(lines)


def refresh(readme: Path, data: Mapping[str, Any]) -> bool:
    """Puts the table between the README's marks; False when it has none."""
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        return False
    readme.write_text(f"{before}{BEGIN}\n{markdown(data)}\n{END}{after}", encoding="utf-8")
    return True


def _met(figure: Mapping[str, Any]) -> bool | None:
    if figure["goal"] is None:
        return None
    value: float = max(figure["rounds"]) if figure["unit"] == "ms" else figure["median"]
    goal: float = figure["goal"]
    return value <= goal if figure["goal_is"] == "at most" else value >= goal


def _goal(figure: Mapping[str, Any]) -> str:
    return "" if figure["goal"] is None else f"{figure['goal_is']} {_words(figure['goal'])}"


def _round(value: float) -> float:
    return round(value, 0 if value >= 100 else 1 if value >= 10 else 2)


def _words(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:g}"


def _commit() -> str:
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
