"""How people name things on the command line, and how things are shown to them: references, local times, labels.

Why: a person types a register number and a local time and reads labels; services take ids and instants in UTC.
Never here: what a command does, rules, SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from workflow.cli import output

if TYPE_CHECKING:
    from workflow.engine.process import ProcessDefinition, Words
    from workflow.engine.request import GivenGround, Reason, Refused
    from workflow.services.house import House


# --- references -------------------------------------------------------------------------------------------------------


def find_procedure(house: House, institution: str, number: str) -> str:
    """The id of a procedure, from its number, id or the beginning of its id.

    Raises UnknownInstitution, UnknownProcedure (both name what exists); BadParameter when several are meant.
    """
    from workflow.engine.errors import UnknownProcedure
    from workflow.persistence import reads

    house.catalogue.institution(institution)
    rows = house.database.read(reads.procedures, institution=institution)
    exact = [row[0] for row in rows if number in (row[1], row[0])]
    found = exact or [row[0] for row in rows if len(number) >= _SHORTEST and row[0].startswith(number)]
    if len(found) == 1:
        return str(found[0])
    if found:
        _ambiguous(number, [f"{row[1]} ({row[0]})" for row in rows if row[0] in found], "NUMBER")
    raise UnknownProcedure(number, [row[1] for row in rows])


_SHORTEST = 4
"""Fewer letters than this are no beginning of an id: they would mean something else every day."""


def find_application(house: House, institution: str, reference: str, procedure: str | None = None) -> str:
    """The id of an application, from its register number, id or the beginning of its id.

    `procedure` (an id) tells apart the same register number of two procedures. Raises UnknownInstitution,
    UnknownSubject; BadParameter when several are meant.
    """
    from workflow.engine.errors import UnknownSubject
    from workflow.persistence import reads

    house.catalogue.institution(institution)
    numbers = {row[0]: row[1] for row in house.database.read(reads.procedures, institution=institution)}
    rows = house.database.read(reads.applications_by_number, institution=institution, number=reference)
    found = [row for row in rows if procedure in (None, row[1])]
    if len(found) == 1:
        return str(found[0][0])
    if found:
        meant = [f"{row[0]} (add --procedure {numbers.get(row[1], row[1])})" for row in found]
        _ambiguous(reference, meant, "REFERENCE")
    if len(reference) >= _SHORTEST and not set(reference) & {"%", "_"}:
        rows = house.database.read(reads.subject_ids, institution=institution, prefix=f"{reference}%")
        exact = [row for row in rows if row[0] == reference]
        chosen = exact or rows
        if len(chosen) > 1:
            _ambiguous(reference, [f"{row[0]} ({row[1]})" for row in chosen], "REFERENCE")
        if chosen and chosen[0][1] == "application":
            return str(chosen[0][0])
        if chosen:
            raise UnknownSubject(f"{reference} (that is a {chosen[0][1]}, not an application)")
    raise UnknownSubject(reference)


def find_position(house: House, institution: str, procedure: str, name: str) -> str:
    """The id of a procedure's position, from its name. Raises BadParameter that names what exists."""
    from workflow.persistence import reads

    positions = {
        row[1]: row[0] for row in house.database.read(reads.positions, institution=institution, procedure=procedure)
    }
    return str(positions[one_of(name, positions, "position")])


def one_of(name: str, known: Iterable[str], what: str, hint: str | None = None) -> str:
    """The name itself, if it is known. Raises BadParameter that names what is."""
    names = list(known)
    if name not in names:
        there = f"known are: {', '.join(names)}" if names else "there is none at all"
        raise typer.BadParameter(f"there is no {what} {name!r}; {there}", param_hint=hint)
    return name


def _ambiguous(reference: str, meant: Sequence[str], hint: str) -> NoReturn:
    listed = "".join(f"\n  {one}" for one in meant)
    raise typer.BadParameter(f"{reference!r} may mean several; say which:{listed}", param_hint=hint)


# --- values -----------------------------------------------------------------------------------------------------------


def instant(text: str, zone: str, hint: str) -> datetime:
    """A local time of the institution, `YYYY-MM-DD HH:MM[:SS]`, as an instant in UTC. Raises BadParameter."""
    try:
        naive = datetime.fromisoformat(text.strip())
    except ValueError:
        naive = None
    # A bare day would silently mean midnight.
    if naive is None or naive.tzinfo is not None or len(text.strip()) < len("2022-03-31 17:30"):
        raise typer.BadParameter(f"{text!r} is no local time; write 2022-03-31 17:30 ({zone})", param_hint=hint)
    at = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        raise typer.BadParameter(f"{text!r} never was: the clocks of {zone} were put forward then", param_hint=hint)
    return at


def date_of_procedure(text: str, hint: str) -> str:
    """A date of the procedure as it is stored, `YYYY-MM-DD` or `YYYY-MM-DD HH:MM`. Raises BadParameter."""
    from workflow.engine.deadlines import parse_date
    from workflow.engine.errors import InvalidRequest

    try:
        parse_date(text)
    except InvalidRequest as error:
        raise typer.BadParameter(str(error), param_hint=hint) from None
    return text


def pairs(values: Iterable[str], hint: str) -> dict[str, str]:
    """`key=value` texts as a map. Raises BadParameter for one without a key, and for a key that comes twice."""
    found: dict[str, str] = {}
    for text in values:
        key, sign, value = text.partition("=")
        key = key.strip()
        if not sign or not key:
            raise typer.BadParameter(f"{text!r} is not key=value", param_hint=hint)
        if key in found:
            raise typer.BadParameter(f"{key!r} is given twice", param_hint=hint)
        found[key] = value.strip()
    return found


def grounds(values: Iterable[str] | None) -> tuple[GivenGround, ...]:
    """`code(key=value; ...)` texts as grounds, written as in a scenario. Raises BadParameter."""
    from workflow.engine.request import GivenGround
    from workflow.scenarios.sentence import Line, SentenceError

    try:
        read = Line("", "", "", words={"because": tuple(values or ())}).grounds()
    except SentenceError as error:
        raise typer.BadParameter(str(error), param_hint="--ground") from None
    return tuple(GivenGround(code=ground.code, values=ground.values) for ground in read)


# --- how things are shown ---------------------------------------------------------------------------------------------


def local(at: datetime, zone: str) -> str:
    """An instant as local time with its zone; the last instant of a day as 24:00."""
    from workflow.services import sentences as words

    return words.local(at, zone)


def text_of(words: Words, process: ProcessDefinition) -> str:
    """A text of a definition in the language of the command line, else in the institution's own."""
    from workflow.services import sentences as known

    return known.text_of(words, process, output.settings().language)


def label_of(known: Mapping[str, Any], name: str, process: ProcessDefinition) -> str:
    """The label of something that a definition declares, with its name; the bare name when it does not."""
    from workflow.services import sentences as words

    return words.label_of(known, name, process, output.settings().language)


def sentences(reasons: Iterable[Reason], process: ProcessDefinition) -> list[str]:
    """Each reason as a sentence, with the labels of the definition and local times in it."""
    from workflow.services import sentences as words

    return words.sentences(reasons, process, output.settings().language)


def refuse(refused: Refused, process: ProcessDefinition, *, as_json: bool) -> NoReturn:
    """Says why not, in words with the labels of the definition (or as codes for a program); exit code 1."""
    if as_json:
        output.refuse(refused, as_json=True)
    typer.secho("Refused:", fg="red", err=True)
    for sentence in sentences(refused.reasons, process):
        typer.echo(f"  - {sentence}", err=True)
    raise typer.Exit(1)
