"""The arguments and options that many commands share, each said once.

Never here: reading their values (naming), commands.
"""

from __future__ import annotations

from typing import Annotated

import typer

Institution = Annotated[str, typer.Argument(help="The institution's folder name.", metavar="INSTITUTION")]
Number = Annotated[str, typer.Argument(help="The procedure's number, or its id.", metavar="PROCEDURE")]
Reference = Annotated[
    str, typer.Argument(help="The register number, the id, or the beginning of the id.", metavar="REFERENCE")
]
As = Annotated[str, typer.Option("--as", help="The user who acts (`nabor user add` prints the id).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OfProcedure = Annotated[
    str | None, typer.Option("--procedure", help="Its procedure, where a register number stands in several.")
]
Reason = Annotated[str | None, typer.Option(help="Why, in a few words.")]
Entry = Annotated[str | None, typer.Option(help="The entry in the incoming register.")]
Effective = Annotated[str | None, typer.Option(help='When it counts, if not now: local "2022-03-31 17:30".')]
Grounds = Annotated[list[str] | None, typer.Option("--ground", help="code(key=value; ...); may be repeated.")]

Reader = Annotated[
    str,
    typer.Option("--as", help="A user to read as: of candidates from whom the user is recused, no results are shown."),
]
"""As whom something is shown; without it, whoever may run commands reads everything that is not sealed."""
