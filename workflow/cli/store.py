"""`nabor journal`, `nabor db`, `nabor user`: the evidence, the database under it, and who may act.

Never here: SQL.
"""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.cli.output import open_house, print_json, settings, table

journal = typer.Typer(help="The evidence: append-only, chained by hashes.", no_args_is_help=True)
db = typer.Typer(help="The database.", no_args_is_help=True)
user = typer.Typer(help="Who may act, and as what.", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@journal.command("verify")
def verify(
    institution: Annotated[str, typer.Argument(help="Only this institution (default: all).")] = "",
    as_json: _Json = False,
) -> None:
    """Verifies every journal: no gap, no change, every chain ends at its subject's head."""
    from workflow.services.integrity import verify as verified

    found = verified(open_house(), institution)
    if as_json:
        broken = [{"subject": e.subject, "seq": e.seq, "what": e.what} for e in found.broken]
        print_json({"subjects": found.subjects, "entries": found.entries, "broken": broken})
    else:
        for error in found.broken:
            typer.secho(str(error), fg="red", err=True)
        typer.echo(
            f"{found.entries} entries of {found.subjects} subjects hold; {len(found.broken)} journals are broken."
        )
    if found.broken:
        raise typer.Exit(1)


@db.command("upgrade")
def upgrade() -> None:
    """Brings the tables to the newest revision; several may start this at once."""
    house = open_house()  # opening migrates
    typer.echo(f"{house.database.where} is up to date.")


@db.command("check")
def check(as_json: _Json = False) -> None:
    """Runs the invariants: queries that must return no row."""
    from workflow.persistence.invariants import breaches
    from workflow.services import seats

    house = open_house()
    broken = (*breaches(house.database), *seats.breach(house))
    if as_json:
        print_json(broken)
    else:
        for one in broken:
            typer.secho(str(one), fg="red", err=True)
        typer.echo("Every invariant holds." if not broken else f"{len(broken)} invariant(s) broken.")
    if broken:
        raise typer.Exit(1)


@db.command("settings")
def show_settings() -> None:
    """Every NABOR_* variable with its default and what it is for."""
    from workflow.settings import describe

    settings()
    rows = [(s.variable, s.default, s.help) for s in describe()]
    table("Settings", ("variable", "default", "what it is for"), rows)


@user.command("add")
def add(
    institution: Annotated[str, typer.Argument(help="The institution's folder name.")],
    name: Annotated[str, typer.Argument(help="The person's name.")],
    role: Annotated[list[str], typer.Option(help="A role of the institution's definitions; may be repeated.")],
    email: Annotated[str | None, typer.Option(help="Where staff notices go.")] = None,
    identifier: Annotated[str | None, typer.Option("--id", help="The user's id (default: a new one).")] = None,
    as_json: _Json = False,
) -> None:
    """Adds a user and grants roles; prints the id that acts are done --as."""
    from workflow.services import staff

    house = open_house()
    known = {r for p in house.catalogue.processes(institution) for r in house.catalogue.process(institution, p).roles}
    known |= {"administrator", "auditor"}
    for one in role:
        if one not in known:
            raise typer.BadParameter(f"{one!r} is none of {', '.join(sorted(known))}", param_hint="--role")
    staff.ensure_institution(house, institution)
    created = staff.add_user(house, name, email, user=identifier)
    for one in role:
        staff.grant(house, institution, created, one)
    if as_json:
        print_json({"user": created, "roles": role})
    else:
        typer.echo(created)


@user.command("password")
def password(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The user's id, which is the sign-in name.")],
    link: Annotated[
        bool, typer.Option("--link", help="Print the path of a one-time link with which the person sets it.")
    ] = False,
    without_code: Annotated[
        bool, typer.Option("--without-code", help="Ask the person for no one-time code any more (a lost telephone).")
    ] = False,
) -> None:
    """Sets a user's password: asked for here, unseen, or set by the person through a one-time link."""
    from workflow.engine.process import CLOCK
    from workflow.services import one_time_codes, one_time_links, password_rules, signing_in, staff

    house = open_house()
    if identifier == CLOCK:
        raise typer.BadParameter("nobody signs in as the clock", param_hint="ID")
    staff.actor(house, "", identifier)  # says so when there is no such user
    if link:
        token = one_time_links.invite(house, identifier, identifier)
        typer.echo((settings().public_url or "") + one_time_links.path(token))
    else:
        given = typer.prompt("New password", hide_input=True, confirmation_prompt="The same again")
        why = password_rules.weakness(given, signing_in.own_names(house, identifier))
        if why is not None:
            raise typer.BadParameter(_WEAK[why.value], param_hint="New password")
        signing_in.set_password(house, identifier, given)
        typer.echo(f"The password of {identifier} is set; every session was ended.")
    if without_code:
        one_time_codes.end(house, identifier)


_WEAK = {
    "too_short": "it must have at least 12 characters",
    "too_long": "it must have at most 128 characters",
    "common": "it is one of the first that a thief tries; take a few words that do not belong together",
    "ones_own": "it is made of the person's own names or the institution's",
}
