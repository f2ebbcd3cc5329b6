"""`nabor definitions`: checking what an institution has written, looking at it, drawing it, and beginning a new one.

Never here: what is wrong with a definition (catalogue, engine.soundness), playing scenarios, how rules look
(definition_views).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workflow.cli.naming import one_of
from workflow.cli.output import print_json, settings
from workflow.cli.parameters import AsJson, Institution

if TYPE_CHECKING:
    from workflow.catalogue.index import Catalogue
    from workflow.engine.process import ProcessDefinition

app = typer.Typer(help="Definitions: the written rules of institutions.", no_args_is_help=True)

_Process = Annotated[str, typer.Argument(help="The process (default: every one of the institution).")]
_TEMPLATE = "_template"
_TEMPLATE_NAME = "your_institution"
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one institution found, all as printed lines."""

    institution: str
    problems: tuple[str, ...]
    scenarios: int
    failures: tuple[str, ...]
    not_walked: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing at all was found."""
        return not (self.problems or self.failures or self.not_walked)


@app.command("check")
def check(
    institutions: Annotated[
        list[str] | None, typer.Argument(help="Only these (default: all).", metavar="INSTITUTION...")
    ] = None,
    no_scenarios: Annotated[bool, typer.Option("--no-scenarios", help="Look at the files only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Everything that is wrong with definitions, by file, line and column; then plays their scenarios.

    What no scenario walks (a state, move, deadline, ground or notice in a language) is listed. Exit code 1 on anything.
    """
    from rich.console import Console
    from rich.progress import Progress

    catalogue = _catalogue()
    console = Console(stderr=True)
    checked = []
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        names = institutions or catalogue.institutions()
        task = bar.add_task("checking", total=len(names))
        for name in names:
            bar.update(task, description=name)
            checked.append(examine(catalogue, name, scenarios=not no_scenarios))
            bar.advance(task)
    if as_json:
        print_json(checked)
    else:
        for one in checked:
            _tell(one, played=not no_scenarios)
    if not all(one.sound for one in checked):
        raise typer.Exit(1)


@app.command("show")
def show(institution: Institution, process: _Process = "", as_json: AsJson = False) -> None:
    """The rules in tables: states, moves with roles, guards and notices; documents; deadlines; each with its source."""
    from workflow.cli import definition_views as views

    for definition in _chosen(_catalogue(), institution, process):
        views.rules(definition, as_json=as_json)


@app.command("graph")
def graph(
    institution: Institution,
    process: _Process = "",
    of: Annotated[str, typer.Option(help="application, position or procedure.")] = "application",
    shape: Annotated[str, typer.Option("--format", help="svg or mermaid.")] = "svg",
    language: Annotated[str | None, typer.Option(help="Of the labels (default: the command line's).")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write (default: standard output).")] = None,
) -> None:
    """Draws a lifecycle: SVG that any browser shows, or Mermaid for a document."""
    from workflow.cli.definition_views import diagram
    from workflow.engine.process import Kind

    kind = Kind(one_of(of, [k.value for k in Kind], "lifecycle", "--of"))
    one_of(shape, ("svg", "mermaid"), "format", "--format")
    drawn = "\n".join(diagram(d, kind, shape, language) for d in _chosen(_catalogue(), institution, process))
    if out is None:
        typer.echo(drawn, nl=False)
        return
    try:
        out.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written ({error.strerror})", param_hint="--out") from None
    typer.echo(f"Written: {out}")


@app.command("new")
def new(
    slug: Annotated[str, typer.Argument(help="The new institution's folder name: small letters, digits, _.")],
    folder: Annotated[Path, typer.Option(help="Where the institution's folder is made.", file_okay=False)],
) -> None:
    """Writes a small complete definition with notices and scenarios that pass, ready to be edited."""
    from workflow.catalogue.index import built_in

    if not _SLUG.match(slug):
        raise typer.BadParameter(f"{slug!r} is no folder name; write small letters, digits and _", param_hint="SLUG")
    target = folder / slug
    if target.exists():
        raise typer.BadParameter(f"{target} is there already; nothing was changed", param_hint="SLUG")
    template = built_in() / _TEMPLATE
    try:
        for source in sorted(p for p in template.rglob("*") if p.is_file()):
            place = target / source.relative_to(template)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(source.read_text(encoding="utf-8").replace(_TEMPLATE_NAME, slug), encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{target} cannot be written ({error.strerror})", param_hint="--folder") from None
    typer.echo(f"Written: {target}")
    if folder.resolve() not in [known.resolve() for known in (built_in(), *settings().definitions)]:
        typer.echo(f"Let it be found: NABOR_DEFINITIONS={folder.resolve()}")
    typer.echo(f"Then: nabor definitions check {slug}")


def examine(catalogue: Catalogue, institution: str, *, scenarios: bool) -> Checked:
    """Checks one institution: its files, then what its scenarios come to and what they walk.

    Raises UnknownInstitution. Scenarios are played only when the files hold no mistake.
    """
    from workflow.engine.errors import DefinitionError
    from workflow.scenarios.coverage import Walked, missing
    from workflow.scenarios.story import play, read_story

    problems = tuple(str(problem) for problem in catalogue.check(institution))
    if problems or not scenarios:
        return Checked(institution, problems, 0, (), ())
    walked = {process: Walked() for process in catalogue.processes(institution)}
    failures: list[str] = []
    files = sorted((catalogue.folder(institution) / "scenarios").glob("*.yaml"))
    for file in files:
        try:
            script = read_story(file, institution)
        except DefinitionError as error:
            failures += [str(problem) for problem in error.problems]
            continue
        if script.story.process not in walked:
            failures.append(f"{file}: there is no process {script.story.process!r}; known are: {', '.join(walked)}")
            continue
        for language in script.languages or (None,):
            played = play(catalogue, script, language)
            failures += [str(problem) for problem in played.wrong]
            failures += [f"{file} ({played.language}): {difference}" for difference in played.differences]
            walked[script.story.process].add(played.walked)
    not_walked = []
    for process, seen in walked.items():
        not_walked += [f"{process}: {what}" for what in missing(catalogue.snapshot(institution, process).process, seen)]
    return Checked(institution, problems, len(files), tuple(failures), tuple(not_walked))


def _tell(one: Checked, *, played: bool) -> None:
    for title, lines in (
        ("", one.problems),
        ("Scenarios came out otherwise:", one.failures),
        ("No scenario walks:", one.not_walked),
    ):
        if title and lines:
            typer.secho(title, bold=True)
        for line in lines:
            typer.secho(f"{'  ' if title else ''}{line}", fg="red")
    found = len(one.problems) + len(one.failures) + len(one.not_walked)
    scenarios = f", {one.scenarios} scenarios" if played and not one.problems else ""
    if found:
        typer.secho(f"{one.institution}: {found} found{scenarios}", fg="red", bold=True)
    else:
        typer.secho(f"{one.institution}: nothing wrong{scenarios}", fg="green")


def _catalogue() -> Catalogue:
    from workflow.bootstrap import open_catalogue

    return open_catalogue(settings().definitions)


def _chosen(catalogue: Catalogue, institution: str, process: str) -> Iterable[ProcessDefinition]:
    from workflow.engine.errors import UnknownProcess

    known = catalogue.processes(institution)
    if process and process not in known:
        raise UnknownProcess(process, known)
    return [catalogue.snapshot(institution, name).process for name in ([process] if process else known)]
