"""What came of a procedure, on the terminal and as JSON: ranking lists, publications, the survey.

Never here: changing anything, SQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from workflow.cli.naming import find_position, label_of, local, text_of
from workflow.cli.output import print_json, settings, table

if TYPE_CHECKING:
    from workflow.engine.process import ProcessDefinition
    from workflow.services.house import House
    from workflow.services.publications import Shown
    from workflow.services.survey import GroupReport


def ranking(house: House, institution: str, subject: str, position: str, reader: str, *, as_json: bool) -> None:
    """The ranking lists of a procedure, or of one of its positions, as a reader sees them ('': without a reader)."""
    from workflow.engine.process import Kind
    from workflow.persistence import reads
    from workflow.services.cases import look
    from workflow.services.line_words import sentence
    from workflow.services.rankings import rankings
    from workflow.services.recusals import hidden_from

    process = look(house, institution, subject).book.process
    hidden = hidden_from(house, institution, subject, reader)
    if position:
        find_position(house, institution, subject, position)
    positions = {
        identifier: name
        for identifier, name, _, _ in house.database.read(reads.positions, institution=institution, procedure=subject)
        if position in ("", name)
    }
    language = settings().language
    stored = rankings(house, institution, process, list(positions), hidden)
    lists: dict[str, list[dict[str, Any]]] = {}
    for identifier, name in positions.items():
        lists[name] = [
            {
                "application": one.application,
                "group": one.group,
                "place": one.place,
                "total": str(one.total),
                "register_number": one.register_number,
                "name": one.name,
                "state": one.state,
                "why": " ".join(sentence(w, process, language, lambda label: text_of(label, process)) for w in one.why),
            }
            for one in stored[identifier]
        ]
    if as_json:
        print_json(lists)
        return
    states = process.lifecycles[Kind.APPLICATION].states
    shown = ("place", "register_number", "name", "total", "group")
    for name, rows in lists.items():
        if not rows:
            typer.echo(f"\n{label_of(process.positions, name, process)}: not ranked yet.")
            continue
        table(
            f"\n{label_of(process.positions, name, process)}",
            ("place", "register number", "name", "total", "group", "state", "why this place"),
            [[*(r[c] for c in shown), label_of(states, r["state"], process), r["why"]] for r in rows],
        )


def threshold(house: House, institution: str, subject: str, assessment: str, *, as_json: bool) -> None:
    """What each possible pass mark of an assessment would mean, and the one that was fixed."""
    from workflow.engine.errors import UnknownSubject
    from workflow.services.threshold_desk import desk

    try:
        found = desk(house, institution, subject, assessment)
    except UnknownSubject:
        what = f"the rules leave no pass mark of {assessment!r} to the commission"
        raise typer.BadParameter(what, param_hint="ASSESSMENT") from None
    fixed = found.fixed
    if as_json:
        told = [
            {
                "mark": str(one.mark),
                "passed": dict(one.passed),
                "at": [found.people[i].number for i in one.at],
                "nearest_below": [found.people[i].number for i in one.below],
            }
            for one in found.choices
        ]
        done = None if fixed is None else {"value": str(fixed.value), "by": fixed.by, "at": fixed.at}
        print_json({"assessment": assessment, "fixed": done, "choices": told})
        return
    if fixed is not None:
        typer.echo(f"Fixed at {fixed.value} by {fixed.by}: {fixed.reason}")
    if not found.choices:
        typer.echo("No sheet is opened yet; until then nothing is told of what a mark would mean.")
        return
    rows = [
        (
            one.mark,
            one.total,
            ", ".join(found.people[i].number for i in one.at),
            ", ".join(found.people[i].number for i in one.below),
        )
        for one in found.choices
    ]
    table("Pass marks", ("mark", "would pass", "exactly the mark", "nearest below"), rows)


def recomputed(house: House, institution: str, subject: str, *, as_json: bool) -> None:
    """Whether the journal gives the lists that are stored. Exits with 1 when it does not."""
    from dataclasses import asdict

    from workflow.services.recomputing import recompute

    found = recompute(house, institution, subject)
    is_same = not found.differences and not found.reasons
    if as_json:
        print_json({"same": is_same, **asdict(found)})
    else:
        for one in found.differences:
            told = [
                "-" if standing is None else f"{standing[0]} {standing[1]} {standing[2]}"
                for standing in (one.stored, one.journaled, one.computed)
            ]
            typer.secho(
                f"{one.position}, {one.register_number}: stored {told[0]}; journaled {told[1]}; computed {told[2]}",
                fg="red",
                err=True,
            )
        for name, codes in found.reasons.items():
            typer.secho(f"{name}: the journal gives no list: {', '.join(codes)}", fg="red", err=True)
        same = "the same list" if is_same else f"{len(found.differences)} places differ"
        typer.echo(f"{found.places} places of {found.positions} positions computed anew: {same}.")
    if not is_same:
        raise typer.Exit(1)


def publication(
    house: House, institution: str, subject: str, number: int, version: int | None, *, as_json: bool
) -> None:
    """One version of a publication as it was shown. Raises BadParameter that names what exists."""
    from workflow.services.publications import lists_of

    process, shown = find_publication(house, institution, subject, number, version)
    line, content = shown.line, {k: v for k, v in shown.content.items() if k != "salt"}
    if as_json:
        told = {
            "number": number,
            "version": line.version,
            "name": line.name,
            "digest": line.digest,
            "digest_holds": shown.holds,
            "published_at": line.published_at,
            "until_at": line.until_at,
            "withdrawn_at": line.withdrawn_at,
        }
        print_json({**told, **content})
        return
    zone = process.institution.zone
    typer.secho(f"{number}. {text_of(content['title'], process)}", bold=True)
    up = "Waits for approval" if line.published_at is None else f"Published {local(line.published_at, zone)}"
    down = "" if line.ended_at is None else f", taken down {local(line.ended_at, zone)}"
    holds = "" if shown.holds else ", WHICH THE CONTENT NO LONGER HAS"
    typer.echo(f"{up}{down}; digest {line.digest}{holds}")
    if line.version > 1:
        typer.echo(f"Version {line.version}; reason: {content.get('reason', '')}")
    for one in lists_of(content):
        columns = ["position", *(c for c in one["shows"] if c != "position")]
        rows = [[_cell(row.get(c), c, process) for c in columns] for row in one["rows"]]
        if rows:
            table(f"\n{text_of(one['title'], process)}", columns, rows)
        else:
            typer.echo(f"\n{text_of(one['title'], process)}: nobody.")


def find_publication(
    house: House, institution: str, subject: str, number: int, version: int | None
) -> tuple[ProcessDefinition, Shown]:
    """The version asked for, the newest by default. Raises BadParameter that names what exists."""
    from workflow.services.cases import look
    from workflow.services.publications import publication as versions_of
    from workflow.services.publications import publications

    found = versions_of(house, institution, subject, number)
    chosen = found[-1] if found and version is None else next((f for f in found if f.line.version == version), None)
    if chosen is None:
        known = publications(house, institution, subject)
        there = ", ".join(f"{one.number} version {one.version} ({one.name})" for one in known) or "none yet"
        wanted = f"{number}" if version is None else f"{number} version {version}"
        raise typer.BadParameter(f"there is no publication {wanted}; there are: {there}", param_hint="N")
    return look(house, institution, subject).book.process, chosen


def survey(house: House, institution: str, subject: str, *, as_json: bool) -> None:
    """The report of the survey, group by group, once the result is final; small groups stay hidden."""
    from workflow.engine.survey import BEST
    from workflow.services import survey as service
    from workflow.services.cases import look

    case = look(house, institution, subject)
    process = case.book.process
    asked = process.survey
    if asked is None:
        raise typer.BadParameter("this process has no survey", param_hint="NUMBER")
    if not service.is_open(asked, case.facts.state):
        states = process.lifecycles[case.facts.kind].states
        later = ", ".join(f"{text_of(states[name].label, process)} ({name})" for name in asked.shown_in)
        raise typer.BadParameter(f"the report opens when the result is final, that is in: {later}", param_hint="NUMBER")
    reports = service.report(house, institution, subject, asked)
    if as_json:
        print_json({"hide_below": asked.hide_below, "groups": [_reported(one) for one in reports]})
        return
    for one in reports:
        label = text_of(one.group.label, process)
        if not one.shown:
            least = asked.hide_below
            typer.echo(
                f"{label}: fewer than {least} people have answered; nothing is shown, so that nobody can be recognised."
            )
            continue
        rows = [
            (
                f"{text_of(asked.questions[r['question']], process)} ({r['question']})",
                r["answers"],
                r["mean"],
                r["satisfied"],
            )
            for r in _reported(one)["questions"]
        ]
        table(
            f"{label}: {one.shown} answers" + (f", {one.invited} were asked" if one.invited is not None else ""),
            ("question", "answers", "mean", f"share of {asked.scale - BEST + 1}-{asked.scale}"),
            rows,
        )


def _reported(one: GroupReport) -> dict[str, Any]:
    return {
        "group": one.group.name,
        "invited": one.invited,
        "shown": one.shown,
        "questions": [
            {
                "question": r.question,
                "answers": r.answers if r.mean is not None else None,
                "mean": None if r.mean is None else f"{float(r.mean):.2f}",
                "satisfied": None if r.best is None else f"{float(r.best * 100):.0f} %",
            }
            for r in one.questions
        ],
    }


def _cell(value: Any, column: str, process: ProcessDefinition) -> str:
    if column == "position" and value in process.positions:
        return text_of(process.positions[value].label, process)
    if column == "grounds":
        return "\n".join(text_of(value, process)) if value else ""
    return "" if value is None else str(value)
