"""What commands share: opening the house, saying refusals in words, printing tables or JSON.

Never here: what a command does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from workflow.engine.request import Actor, Refused
    from workflow.services.house import House
    from workflow.settings import Settings


def settings() -> Settings:
    """The settings of this installation; all errors at once."""
    from workflow.settings import Settings

    return Settings.load()


def open_house() -> House:
    """The installation that the settings describe."""
    from workflow.bootstrap import open_house as opened

    return opened(settings())


def acting(house: House, institution: str, user: str, procedure: str | None = None) -> Actor:
    """The user as actor."""
    from workflow.services.staff import actor

    return actor(house, institution, user, procedure)


def refusal_words(refused: Refused, language: str = "en") -> list[str]:
    """Each reason as a sentence."""
    from workflow.wording import say

    return [say(reason.code, reason.data, language) for reason in refused.reasons]


def refuse(refused: Refused, *, as_json: bool) -> NoReturn:
    """Prints why not and ends with exit code 1."""
    if as_json:
        print_json({"refused": [{"code": r.code, "data": dict(r.data)} for r in refused.reasons]})
    else:
        typer.secho("Refused:", fg="red", err=True)
        for sentence in refusal_words(refused, settings().language):
            typer.echo(f"  - {sentence}", err=True)
    raise typer.Exit(1)


def print_json(value: Any) -> None:
    """One JSON document on stdout: what a program reads."""
    json.dump(value, sys.stdout, default=_plain, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(_shown(value)) for value in row))  # as text: a name may hold what looks like markup
    # Read by a program or into a file, a table has room; rich would guess 80 columns.
    Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160).print(drawn)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    return str(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
