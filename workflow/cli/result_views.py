"""What came of a procedure, on the terminal and as JSON: ranking lists, publications, the survey.

Never here: changing anything, SQL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import typer

from workflow.cli.naming import find_position, label_of, local, text_of
from workflow.cli.output import print_json, table

if TYPE_CHECKING:
    from workflow.engine.process import ProcessDefinition
    from workflow.services.house import House

_BEST = 2
"""How many of the best marks count as satisfied: 4 and 5 of five."""


def ranking(house: House, institution: str, subject: str, position: str, *, as_json: bool) -> None:
    """The ranking lists of a procedure, or of one of its positions."""
    from workflow.engine.process import Kind
    from workflow.persistence import reads
    from workflow.services.cases import look

    process = look(house, institution, subject).book.process
    if position:
        find_position(house, institution, subject, position)
    names = ("application", "group", "place", "total", "register_number", "name", "state")
    lists: dict[str, list[dict[str, Any]]] = {}
    for identifier, name, _, _ in house.database.read(reads.positions, institution=institution, procedure=subject):
        if position in ("", name):
            found = house.database.read(reads.ranking, institution=institution, position=identifier)
            lists[name] = [dict(zip(names, row, strict=True)) for row in found]
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
            ("place", "register number", "name", "total", "group", "state"),
            [[*(r[c] for c in shown), label_of(states, r["state"], process)] for r in rows],
        )


def publication(house: House, institution: str, subject: str, number: int, *, as_json: bool) -> None:
    """One publication as it was shown. Raises BadParameter that names what exists."""
    from workflow.persistence import reads
    from workflow.persistence.unit_of_work import instant
    from workflow.services.cases import look

    found = house.database.read(reads.publications, institution=institution, procedure=subject)
    chosen = next((row for row in found if row[0] == number), None)
    if chosen is None:
        there = ", ".join(f"{row[0]} ({row[1]})" for row in found) or "none yet"
        raise typer.BadParameter(f"there is no publication {number}; there are: {there}", param_hint="N")
    _, name, text, digest, published, withdrawn = chosen
    content = json.loads(text)
    content.pop("salt", None)
    if as_json:
        when = {"published_at": instant(published), "withdrawn_at": None if withdrawn is None else instant(withdrawn)}
        print_json({"number": number, "name": name, "digest": digest, **when, **content})
        return
    process = look(house, institution, subject).book.process
    zone = process.institution.zone
    typer.secho(f"{number}. {text_of(content['title'], process)}", bold=True)
    down = "" if withdrawn is None else f", taken down {local(instant(withdrawn), zone)}"
    typer.echo(f"Published {local(instant(published), zone)}{down}; digest {digest}")
    for one in content["lists"].values():
        columns = ["position", *(c for c in one["shows"] if c != "position")]
        rows = [[_cell(row.get(c), c, process) for c in columns] for row in one["rows"]]
        if rows:
            table(f"\n{text_of(one['title'], process)}", columns, rows)
        else:
            typer.echo(f"\n{text_of(one['title'], process)}: nobody.")


def survey(house: House, institution: str, subject: str, *, as_json: bool) -> None:
    """Mean and share of the two best marks for each question; a question with too few answers stays hidden."""
    from workflow.persistence import reads
    from workflow.services.cases import look

    process = look(house, institution, subject).book.process
    if process.survey is None:
        raise typer.BadParameter("this process has no survey", param_hint="NUMBER")
    key = {"institution": institution, "procedure": subject}
    marks: dict[str, dict[int, int]] = {question: {} for question in process.survey.questions}
    for question, value, number in house.database.read(reads.survey, **key):
        marks.setdefault(question, {})[int(value)] = int(number)
    replies = int(house.database.read(reads.survey_replies, **key)[0][0])
    least = process.survey.hide_below
    rows = [{"question": q, **_summary(given, process.survey.scale, least)} for q, given in marks.items()]
    hidden = replies < least
    if as_json:
        print_json({"replies": None if hidden else replies, "hide_below": least, "questions": rows})
        return
    if hidden:
        typer.echo(f"Fewer than {least} people have answered; nothing is shown, so that nobody can be recognised.")
        return
    best = f"share of {process.survey.scale - _BEST + 1}-{process.survey.scale}"
    table(
        f"Satisfaction survey, {replies} replies",
        ("question", "answers", "mean", best),
        [
            (
                f"{text_of(process.survey.questions[r['question']], process)} ({r['question']})"
                if r["question"] in process.survey.questions
                else r["question"],
                r["answers"] if r["answers"] is not None else f"fewer than {least}",
                r["mean"],
                r["satisfied"],
            )
            for r in rows
        ],
    )


def _summary(given: Mapping[int, int], scale: int, least: int) -> dict[str, Any]:
    answers = sum(given.values())
    if answers < least:
        return {"answers": None, "mean": None, "satisfied": None}
    mean = Fraction(sum(mark * n for mark, n in given.items()), answers)
    satisfied = Fraction(sum(n for mark, n in given.items() if mark > scale - _BEST), answers)
    return {"answers": answers, "mean": f"{float(mean):.2f}", "satisfied": f"{float(satisfied * 100):.0f} %"}


def _cell(value: Any, column: str, process: ProcessDefinition) -> str:
    if column == "position" and value in process.positions:
        return text_of(process.positions[value].label, process)
    if column == "grounds":
        return "\n".join(text_of(value, process)) if value else ""
    return "" if value is None else str(value)
