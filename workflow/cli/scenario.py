"""`nabor scenario run FILE...`: an office tries its own rules.

Never here: playing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workflow.cli.output import print_json, settings

if TYPE_CHECKING:
    from workflow.engine.errors import Problem
    from workflow.scenarios.story import Played

app = typer.Typer(
    help="Scenarios: scripts of acts on a virtual clock, with the outcome they must have.", no_args_is_help=True
)


@app.callback()
def scenarios() -> None:
    """Scenarios: scripts of acts on a virtual clock, with the outcome they must have."""


@app.command("run")
def run(
    files: Annotated[list[Path], typer.Argument(help="Scenario files, or folders of them.", exists=True)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plays scenarios against a database in memory; prints where they came out otherwise. Exit code 1 if any did."""
    from rich.console import Console
    from rich.progress import Progress

    from workflow.bootstrap import open_catalogue
    from workflow.engine.errors import DefinitionError
    from workflow.scenarios.story import play, read_story

    catalogue = open_catalogue(settings().definitions)
    paths = [p for f in files for p in (sorted(f.rglob("*.yaml")) if f.is_dir() else [f])]
    played: list[Played] = []
    unreadable: list[Problem] = []
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("playing", total=len(paths))
        for path in paths:
            progress.update(task, description=path.name)
            try:
                script = read_story(path)
                for language in script.languages or (None,):
                    played.append(play(catalogue, script, language))
            except DefinitionError as error:
                unreadable += error.problems
            progress.advance(task)
    if as_json:
        print_json(
            {
                "unreadable": [str(p) for p in unreadable],
                "played": [
                    {
                        "file": p.file,
                        "scenario": p.scenario,
                        "language": p.language,
                        "lines": p.lines,
                        "passed": p.passed,
                        "wrong": [str(w) for w in p.wrong],
                        "differences": [
                            {"where": d.where, "expected": d.expected, "found": d.found} for d in p.differences
                        ],
                    }
                    for p in played
                ],
            }
        )
    else:
        for problem in unreadable:
            typer.secho(str(problem), fg="red")
        for p in played:
            mark = typer.style("passed", fg="green") if p.passed else typer.style("FAILED", fg="red", bold=True)
            typer.echo(f"{mark}  {p.scenario} ({p.language}, {p.lines} lines)  {p.file}")
            for wrong in p.wrong:
                typer.echo(f"    {wrong}")
            for difference in p.differences:
                typer.echo(f"    {difference.where}")
                typer.secho(f"      - {difference.expected}", fg="green")
                typer.secho(f"      + {difference.found}", fg="red")
    if unreadable or not all(p.passed for p in played):
        raise typer.Exit(1)
