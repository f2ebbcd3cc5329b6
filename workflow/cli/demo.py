"""`nabor demo`: a whole procedure on a virtual clock, into a database and mails that can be looked at.

Never here: the procedure (it lies with the definition), rules.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from workflow.clock import VirtualClock
    from workflow.scenarios.demo import Stage
    from workflow.scenarios.desk import Desk
    from workflow.services.house import House
    from workflow.services.overdue import Fired
    from workflow.settings import Settings

PASSWORD = "demonstration"
"""Of every invented person of the office, in the demonstration only."""


def demo(
    institution: Annotated[str, typer.Argument(help="An institution with samples/demo.yaml.")] = "stara_zagora",
    folder: Annotated[
        Path | None, typer.Option(help="Where database and mails go (default: demo in the data folder).")
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Then serve the pages, until stopped.")] = False,
) -> None:
    """Runs a whole procedure as announced, from the intake to the last contract, on a virtual clock.

    Then lays a running procedure of every institution on the desk, for those who look at the pages.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from workflow.bootstrap import open_catalogue, open_demo
    from workflow.cli.output import settings
    from workflow.scenarios.demo import Stage, read_plan
    from workflow.scenarios.player import Unexpected
    from workflow.services import filing

    known = settings()
    place = folder or known.data / "demo"
    catalogue = open_catalogue(known.definitions)
    path = catalogue.folder(institution) / "samples" / "demo.yaml"
    process = catalogue.processes(institution)[0]
    definition = catalogue.snapshot(institution, process).process
    plan = read_plan(path, definition)
    _clear(place)
    house, clock = open_demo(catalogue, place, plan.start(definition))
    console = Console()
    fired: list[Fired] = []
    began = time.monotonic()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as progress:
        task = progress.add_task("", total=len(plan.events))

        def told(at: str) -> None:
            progress.update(task, advance=1, description=f"{at[:10]}")

        stage = Stage(house, clock, plan, clocked=fired.append, told=told, store=filing.store_at(place / "files"))
        try:
            differences = stage.play()
        except Unexpected as error:
            console.print(f"[red]The demonstration went otherwise than planned:[/] {error}")
            raise typer.Exit(1) from None
    _account(console, house, stage, fired)
    console.print(
        f"\nPlayed in {time.monotonic() - began:.1f} s on a virtual clock that stands at "
        f"{_local(house, institution, clock.now().isoformat())}."
    )
    console.print(f"Database  {place / 'nabor.db'}", soft_wrap=True)
    console.print(f"Mails     {place / 'mail'} (.eml files; letters to print in letters/)", soft_wrap=True)
    if differences:
        house.database.close()
        console.print("[red]It came out otherwise than the plan says:[/]")
        for difference in differences:
            console.print(f"  {difference}")
        raise typer.Exit(1)
    try:
        desk = _furnish(house, clock, place)
    except Unexpected as error:
        console.print(f"[red]The desk went otherwise than planned:[/] {error}")
        raise typer.Exit(1) from None
    _sign_ins(console, desk, institution)
    if serve:
        _serve(house, known, place)
    else:
        console.print("The pages are served by [bold]make demo-serve[/] (nabor demo --serve).")
        house.database.close()


def _furnish(house: House, clock: VirtualClock, place: Path) -> Desk:
    """Plays the running procedures after the main one, and lets everybody of the office sign in."""
    from concurrent.futures import ThreadPoolExecutor

    from workflow.scenarios.desk import play_desk, read_desk
    from workflow.services import filing
    from workflow.services.signing_in import set_password

    desk = play_desk(house, clock, read_desk(house.catalogue), filing.store_at(place / "files"))
    users = [user for institution in desk.players for user in desk.users(institution)]
    with ThreadPoolExecutor(2) as pool:  # hashing is slow on purpose, and two are hashed at a time
        list(pool.map(lambda user: set_password(house, user, PASSWORD), users))
    return desk


def _sign_ins(console: Console, desk: Desk, institution: str) -> None:
    """One sign-in per role of the institution shown, and how to get to the others."""
    shown = institution if institution in desk.players else next(iter(desk.players))
    drawn = _table("The desk: running procedures with invented people", "role", "name", "sign in as")
    player = desk.players[shown][0]
    names = player.user_names
    seen: set[str] = set()
    for user, role in desk.users(shown).items():
        if role == "member" or role not in seen:
            seen.add(role)
            drawn.add_row(role, names.get(user.rpartition(".")[2], ""), user)
    console.print()
    console.print(drawn)
    others = ", ".join(f"{one}.coordinator" for one in desk.players if one != shown)
    console.print(f"Likewise {others}. The password of everybody is [bold]{PASSWORD}[/].", soft_wrap=True)


def _serve(house: House, known: Settings, place: Path) -> None:
    """Serves the demonstration on a clock that goes on from where the virtual one stands."""
    from workflow.cli.serve import listen, serve_house
    from workflow.clock import RunningClock

    house.clock = RunningClock(house.clock.now())
    own = {
        "data": place,
        "database": f"sqlite:///{place / 'nabor.db'}",
        "files": place / "files",
        "mail": "file",
        "mail_folder": place / "mail",
    }
    serve_house(house, known.model_copy(update=own), listen(known.host, known.port, or_any=True))


def _clear(place: Path) -> None:
    """Makes room for a new run: takes away what an earlier demonstration left, and nothing else."""
    mark = place / ".nabor-demo"
    if place.exists() and any(place.iterdir()) and not mark.exists():
        message = f"{place} holds something that is no demonstration; name another --folder"
        raise typer.BadParameter(message, param_hint="--folder")
    for name in ("nabor.db", "nabor.db-wal", "nabor.db-shm"):
        (place / name).unlink(missing_ok=True)
    for name in ("mail", "files"):
        shutil.rmtree(place / name, ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _account(console: Console, house: House, stage: Stage, fired: list[Fired]) -> None:
    _lists(console, house, stage)
    _clock(console, house, stage, fired)
    _mails(console, house, stage)


def _lists(console: Console, house: House, stage: Stage) -> None:
    """Per position the ranking list, with where each person stands at the end."""
    from workflow.engine.process import Kind
    from workflow.persistence import reads

    player, definition = stage.player, stage.player.definition
    own = definition.institution.languages[0]
    applications, positions = definition.lifecycles[Kind.APPLICATION], definition.lifecycles[Kind.POSITION]
    console.rule(f"{definition.title[own]}", align="left", style="dim")
    for subject, name, seats, state in house.database.read(
        reads.positions, institution=player.institution, procedure=player.procedure
    ):
        rows = house.database.read(reads.ranking, institution=player.institution, position=subject)
        label, ends = definition.positions[name].label[own], positions.states[state].label[own]
        console.print(f"\n[bold]{label}[/] · {seats} {'seat' if seats == 1 else 'seats'} · {ends}")
        if not rows:
            console.print("  [dim]nobody was ranked[/]")
            continue
        drawn = _table("", "place", "no.", "name", "total", "group", "stands")
        for _, group, place, total, number, person, stands in rows:
            drawn.add_row(str(place), number, person, str(total), _group(group), applications.states[stands].label[own])
        console.print(drawn)
    console.print()


def _group(group: str) -> str:
    colour = {"selected": "green", "reserve": "yellow", "not_approved": "red"}[group]
    return f"[{colour}]{group.replace('_', ' ')}[/]"


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    drawn = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for column in columns:
        right = column in ("place", "total", "times") or column.startswith(("mail", "letter"))
        drawn.add_column(column, justify="right" if right else "left")
    return drawn


def _clock(console: Console, house: House, stage: Stage, fired: list[Fired]) -> None:
    """What happened because time passed, in the order of time."""
    definition = stage.player.definition
    own = definition.institution.languages[0]
    seen: dict[tuple[str, str], list[str]] = {}
    for one in fired:
        rule = definition.deadlines[one.rule]
        what = "reminder" if one.kind == "reminder" else rule.transition or rule.notice or ""
        seen.setdefault((rule.label[own], what), []).append(one.due_at.isoformat())
    drawn = _table("What the clock did by itself", "first", "last", "deadline", "what", "times")
    for (label, what), instants in seen.items():
        first, last = (_local(house, stage.player.institution, at) for at in (instants[0], instants[-1]))
        drawn.add_row(first, last if last != first else "", label, what, str(len(instants)))
    console.print(drawn)
    console.print()


def _mails(console: Console, house: House, stage: Stage) -> None:
    """How many of each notice went out, by channel and language."""
    from workflow.persistence import reads

    counts: dict[str, dict[str, int]] = {}
    columns: dict[str, None] = {}
    for notice, language, channel, state, number in house.database.read(
        reads.outbox_counts, institution=stage.player.institution
    ):
        key = f"{channel} {language}" if state == "sent" else f"{channel} {language} ({state})"
        columns[key] = None
        counts.setdefault(notice, {})[key] = counts.get(notice, {}).get(key, 0) + number
    listed = sorted(columns)
    drawn = _table("Mails and letters by kind", "notice", *listed)
    for notice, numbers in counts.items():
        drawn.add_row(notice, *(str(numbers.get(column, "")) for column in listed))
    totals = (sum(n.get(column, 0) for n in counts.values()) for column in listed)
    drawn.add_section()
    drawn.add_row("all", *map(str, totals), style="bold")
    console.print(drawn)


def _local(house: House, institution: str, instant: str) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    zone = house.catalogue.institution(institution).zone
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%d.%m.%Y %H:%M")
