"""What a procedure looks like on the terminal, and as JSON.

Why: commands say what is asked; the tables stand here, so that both files can be read alone.
Never here: changing anything, SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from workflow.cli.naming import label_of, local, sentences, text_of
from workflow.cli.output import print_json, table

if TYPE_CHECKING:
    from workflow.engine.decide import MoveOption
    from workflow.engine.process import Kind, ProcessDefinition
    from workflow.services.house import House
    from workflow.services.transitions import Done

_ASKED = {"ground_missing": "a ground (--ground)", "reason_missing": "a reason (--reason)"}


def listing(house: House, institution: str, *, as_json: bool) -> None:
    """Every procedure of an institution."""
    from workflow.engine.process import Kind
    from workflow.persistence import reads
    from workflow.persistence.unit_of_work import instant

    zone = house.catalogue.institution(institution).zone
    names = ("id", "number", "process", "state", "definition", "predecessor", "created_at")
    rows = [
        dict(zip(names, row, strict=True)) for row in house.database.read(reads.procedures, institution=institution)
    ]
    for row in rows:
        row["created_at"] = instant(row["created_at"])
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo(f"{institution} has no procedure yet; `nabor procedure open` begins one.")
        return
    numbers = {row["id"]: row["number"] for row in rows}
    shown = []
    for row in rows:
        process = house.catalogue.snapshot(institution, row["process"]).process
        state = label_of(process.lifecycles[Kind.PROCEDURE].states, row["state"], process)
        again = numbers.get(row["predecessor"], "")
        shown.append((row["number"], row["process"], state, local(row["created_at"], zone), again, row["id"]))
    table(f"Procedures of {institution}", ("number", "process", "state", "opened", "re-run of", "id"), shown)


def procedure(house: House, institution: str, subject: str, *, as_json: bool) -> None:
    """One procedure with everything that belongs to it."""
    from workflow.engine.process import Kind
    from workflow.persistence import reads
    from workflow.services.cases import look
    from workflow.services.publications import publications as publications_of

    case = look(house, institution, subject)
    process, facts = case.book.process, case.facts
    zone = process.institution.zone
    key = {"institution": institution, "procedure": subject}
    names = ("id", "name", "seats", "state")
    positions = [dict(zip(names, row, strict=True)) for row in house.database.read(reads.positions, **key)]
    counts: dict[str, int] = {row[0]: int(row[1]) for row in house.database.read(reads.states, **key)}
    deadlines = deadlines_of(house, institution, subject)
    publications: list[dict[str, Any]] = [
        {
            "number": one.number,
            "version": one.version,
            "name": one.name,
            "published_at": one.published_at,
            "until_at": one.until_at,
            "withdrawn_at": one.withdrawn_at,
            "ended_at": one.ended_at,
            "digest": one.digest,
        }
        for one in publications_of(house, institution, subject)
    ]
    commission = [
        {"user": user, "function": function, "name": user_name(house, user)}
        for user, function in house.database.read(reads.commission, **key)
    ]
    state = process.lifecycles[Kind.PROCEDURE].states[facts.state]
    if as_json:
        print_json(
            {
                "id": subject,
                "number": facts.number,
                "process": case.process,
                "state": facts.state,
                "version": facts.version,
                "definition": case.book.hash,
                "dates": dict(facts.dates),
                "details": dict(facts.details),
                "positions": positions,
                "applications": counts,
                "commission": commission,
                "deadlines": deadlines,
                "publications": publications,
            }
        )
        return
    typer.secho(f"{facts.number}: {text_of(process.title, process)}", bold=True)
    typer.echo(f"{text_of(process.institution.title, process)}; {case.process}; {subject}")
    typer.echo(f"State    {text_of(state.label, process)} ({state.name}), since {local(case.entered_at, zone)}")
    typer.echo(f"Public   {text_of(state.public, process)}")
    owner = f" [{label_of(process.roles, state.owner, process)}]" if state.owner else ""
    typer.echo(f"Next     {text_of(state.next, process)}{owner}")
    named = [(label_of(process.dates, name, process), f"{value} ({zone})") for name, value in facts.dates.items()]
    missing = [(label_of(process.dates, name, process), "not set") for name in process.dates if name not in facts.dates]
    if named or missing:
        table("\nDates, local time", ("date", "value"), [*named, *missing])
    if facts.details:
        details = [(label_of(process.details, name, process), text) for name, text in facts.details.items()]
        table("\nDetails", ("detail", "text"), details)
    states = process.lifecycles[Kind.POSITION].states
    rows = []
    for one in positions:
        name, stands = label_of(process.positions, one["name"], process), label_of(states, one["state"], process)
        rows.append((name, one["seats"], stands))
    table("\nPositions", ("position", "seats", "state"), rows)
    states = process.lifecycles[Kind.APPLICATION].states
    ordered = [(label_of(states, name, process), counts[name]) for name in states if name in counts]
    if ordered:
        table("\nApplications", ("state", "how many"), [*ordered, ("all", sum(counts.values()))])
    else:
        typer.echo("\nNo application was registered.")
    if commission:
        table("\nCommission", ("function", "name", "user"), [(c["function"], c["name"], c["user"]) for c in commission])
    show_deadlines(deadlines, process, only_armed=True)
    if publications:
        table(
            "\nPublications",
            ("no.", "version", "publication", "published", "taken down"),
            [
                (
                    p["number"],
                    p["version"],
                    text_of(process.publications[p["name"]].title, process),
                    "waits for approval" if p["published_at"] is None else local(p["published_at"], zone),
                    "" if p["ended_at"] is None else local(p["ended_at"], zone),
                )
                for p in publications
            ],
        )


def deadlines_of(house: House, institution: str, subject: str) -> list[dict[str, Any]]:
    """Every deadline and reminder of a subject, as armed one after another."""
    from workflow.persistence import reads
    from workflow.persistence.unit_of_work import instant

    names = ("id", "deadline", "due_at", "kind", "status", "derivation", "fired_at", "error")
    found = []
    for row in house.database.read(reads.deadlines_of, institution=institution, subject=subject):
        one = dict(zip(names, row, strict=True))
        one["due_at"] = instant(one["due_at"])
        one["fired_at"] = None if one["fired_at"] is None else instant(one["fired_at"])
        one["derivation"] = dict(house.parsed(one["derivation"]))
        found.append(one)
    return found


def show_deadlines(deadlines: Sequence[Mapping[str, Any]], process: ProcessDefinition, *, only_armed: bool) -> None:
    """Deadlines with their local due instant."""
    zone = process.institution.zone
    rows = [
        (
            label_of(process.deadlines, d["deadline"], process),
            d["kind"],
            local(d["due_at"], zone),
            d["status"],
            "" if d["fired_at"] is None else local(d["fired_at"], zone),
            d["error"],
        )
        for d in deadlines
        if d["status"] == "armed" or not only_armed
    ]
    if rows:
        table("\nDeadlines", ("deadline", "kind", "due", "status", "fired", "why"), rows)


def moves(options: Sequence[MoveOption], process: ProcessDefinition, *, as_json: bool) -> None:
    """Every move from where a subject stands: open, asking for something, or why not."""

    if as_json:
        print_json(
            [
                {
                    "move": o.name,
                    "to": list(o.targets),
                    "open": o.allowed,
                    "asks": list(o.asks),
                    "reasons": [
                        {"code": r.code, "data": dict(r.data), "words": sentences([r], process)[0]} for r in o.reasons
                    ],
                    "notices": list(o.notices),
                }
                for o in options
            ]
        )
        return
    if not options:
        typer.echo("No move leads on from here: this is the end.")
        return
    states = {name: s for lifecycle in process.lifecycles.values() for name, s in lifecycle.states.items()}
    for o in options:
        mark = typer.style("open    ", fg="green") if o.allowed else typer.style("not now ", fg="yellow")
        targets = " or ".join(label_of(states, target, process) for target in o.targets)
        typer.echo(f"{mark} {typer.style(o.name, bold=True)}: {text_of(o.label, process)} -> {targets}")
        if o.asks:
            typer.echo(f"           asks for {' and '.join(_ASKED[code] for code in o.asks)}")
        for sentence in sentences(o.reasons, process):
            typer.echo(f"           - {sentence}")
        if o.notices:
            typer.echo(f"           sends {', '.join(o.notices)}")


def done(outcomes: Sequence[tuple[str, Done]], process: ProcessDefinition, kind: Kind, *, as_json: bool) -> None:
    """Where subjects stand after their moves."""
    if as_json:
        print_json([{"reference": reference, **_plain(one)} for reference, one in outcomes])
        return
    states = process.lifecycles[kind].states
    for reference, one in outcomes:
        told = f"; sent: {', '.join(one.notices)}" if one.notices else ""
        typer.echo(f"{reference}: {one.transition} -> {label_of(states, one.to_state, process)}{told}")


def user_name(house: House, user: str) -> str:
    """The name of a user; the id itself of one who has no row."""
    from workflow.persistence import reads

    rows = house.database.read(reads.user, user=user)
    return str(rows[0][1]) if rows else user


def _plain(one: Done) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(one)
