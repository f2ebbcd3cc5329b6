"""The command line's root: the groups, and the edge where errors become a message and an exit code.

Never here: what a command does (a file a group).
"""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from workflow.cli import application, definitions, demo, live, papers, procedure, scenario, serve, store

app = typer.Typer(
    name="nabor",
    help="Public-sector recruitment as a state machine: procedures, applications, deadlines, mails, evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.add_typer(definitions.app, name="definitions")
app.add_typer(scenario.app, name="scenario")
papers.attach(procedure.app)
app.add_typer(procedure.app, name="procedure")
app.add_typer(application.app, name="application")
app.command("serve")(serve.serve)
app.command("run")(live.run)
app.add_typer(live.deadlines, name="deadlines")
app.add_typer(live.outbox, name="outbox")
app.add_typer(store.journal, name="journal")
app.add_typer(store.db, name="db")
app.add_typer(store.user, name="user")


@app.callback()
def root(
    log: Annotated[str, typer.Option(help="How much to log: debug, info, warning or error.")] = "warning",
) -> None:
    """Settings come from NABOR_* variables; `nabor db settings` lists them."""
    if log not in ("debug", "info", "warning", "error"):
        raise typer.BadParameter(f"{log!r} is none of debug, info, warning, error", param_hint="--log")
    logging.basicConfig(level=log.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)


def main() -> None:
    """Runs the command line and ends the process: 0 done, 1 refused or found wrong, 2 misuse, each with its message."""
    try:
        app()  # ends the process itself; misuse is told by typer
    except Exception as error:
        sys.exit(_told(error))


def _told(error: Exception) -> int:
    """Tells a person what every known error says; anything else is a bug and keeps its trace."""
    from workflow.bootstrap import KNOWN_ERRORS

    # pydantic's own error names the field and what is wrong with it: that is misuse.
    misuse = type(error).__name__ == "ValidationError"
    if not misuse and not isinstance(error, KNOWN_ERRORS):
        raise error
    sys.stderr.write(f"{error}\n")
    return 2 if misuse else 1
