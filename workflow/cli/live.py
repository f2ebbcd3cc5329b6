"""`nabor run`, `nabor deadlines`, `nabor outbox`: the clock at work and what it sends.

Never here: when something is due.
"""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from workflow.cli.output import open_house, print_json, settings, table

deadlines = typer.Typer(help="What falls due, and making what is due happen now.", no_args_is_help=True)
outbox = typer.Typer(help="Notices on their way.", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many rows.")]


def run(
    seconds: Annotated[int | None, typer.Option(min=1, max=3600, help="Seconds between ticks.")] = None,
    ticks: Annotated[int | None, typer.Option(min=1, help="End after so many seconds' worth of ticks.")] = None,
) -> None:
    """Runs the live system without pages: sweeps due deadlines on the real clock and sends the mails, until stopped."""
    from workflow.scheduler.ticker import Ticker

    house = open_house()
    interval = seconds or settings().sweep_seconds
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())

    def told(fired: int, sent: int) -> None:
        words = [f"{fired} deadline(s) fired"] * bool(fired) + [f"{sent} notice(s) sent"] * bool(sent)
        typer.echo(f"{house.clock.now():%Y-%m-%d %H:%M:%SZ}  {', '.join(words)}")

    ticker = Ticker(house, interval, on_tick=told)
    typer.echo(f"Running on {house.database.where}, a tick every {interval} s. Ctrl-C ends it.")
    ticker.start()
    done.wait(None if ticks is None else ticks * interval)
    ticker.stop()
    house.database.close()
    typer.echo("Stopped; nothing was under way.")


@deadlines.command("list")
def list_deadlines(limit: _Limit = 50, as_json: _Json = False) -> None:
    """The armed deadlines that fall due next; those that failed show why."""
    from workflow.persistence import reads
    from workflow.persistence.unit_of_work import instant

    house = open_house()
    rows = [
        dict(zip(reads.deadlines_armed.columns, row, strict=True))
        for row in house.database.read(reads.deadlines_armed, limit=limit)
    ]
    for row in rows:
        row["due_at"] = instant(row["due_at"])
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo("No deadline is armed.")
        return
    columns = ("due", "deadline", "kind", "institution", "subject", "failed", "why")
    table(
        "Armed deadlines",
        columns,
        [
            (r["due_at"], r["rule"], r["kind"], r["institution"], r["subject_id"], r["attempts"] or "", r["error"])
            for r in rows
        ],
    )


@deadlines.command("fire")
def fire(
    retry: Annotated[bool, typer.Option("--retry", help="Try again what was given up after five failures.")] = False,
    as_json: _Json = False,
) -> None:
    """Makes everything happen that is due now, as the sweep of `nabor run` would."""
    from workflow.services import enforcement

    house = open_house()
    if retry:
        enforcement.retry(house)
    fired = enforcement.sweep_all(house)
    if as_json:
        print_json(fired)
    elif not fired:
        typer.echo("Nothing is due.")
    else:
        rows = [(f.due_at, f.rule, f.kind, f.subject, f.outcome, f.error) for f in fired]
        table("Fired", ("due", "deadline", "kind", "subject", "outcome", "why"), rows)
    if any(f.outcome == "failed" for f in fired):
        raise typer.Exit(1)


@outbox.command("list")
def list_outbox(
    state: Annotated[list[str] | None, typer.Option(help="Only these states (default: all but sent).")] = None,
    limit: _Limit = 50,
    as_json: _Json = False,
) -> None:
    """Notices by state, oldest first."""
    from workflow.persistence import reads
    from workflow.persistence.unit_of_work import instant

    known = ("queued", "held", "sending", "sent", "failed", "dead", "cancelled")
    for name in state or ():
        if name not in known:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}", param_hint="--state")
    house = open_house()
    states = sorted(state or [s for s in known if s != "sent"])
    rows = [
        dict(zip(reads.outbox_page.columns, row, strict=True))
        for row in house.database.read(reads.outbox_page, states=states, after="", limit=limit)
    ]
    for row in rows:
        row["created_at"] = instant(row["created_at"])
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo(f"No notice is {' or '.join(states)}.")
        return
    columns = ("written", "notice", "language", "channel", "to", "subject", "state", "error")
    shown = ("created_at", "notice", "language", "channel", "name", "subject", "state", "error")
    table("Outbox", columns, [[row[name] for name in shown] for row in rows])


@outbox.command("send")
def send(limit: _Limit = 10_000, as_json: _Json = False) -> None:
    """Sends what is due now through the channel of the settings."""
    from workflow.services.delivery import deliver

    counts = deliver(open_house(), limit=limit)
    if as_json:
        print_json(counts)
    else:
        typer.echo(f"{counts.sent} sent, {counts.failed} to be tried again, {counts.dead} given up.")
    if counts.failed or counts.dead:
        raise typer.Exit(1)
