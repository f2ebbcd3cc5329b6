"""A scenario's file: read strictly, played in each of its languages, held against what must come out.

Why: one call answers for the command, the checks of definitions and the tests.
Never here: the grammar of a line (sentence.py), playing a line (player.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from notifications.errors import NotificationError
from workflow.bootstrap import house_in_memory
from workflow.catalogue.index import Catalogue, built_in
from workflow.catalogue.yaml_reader import Document, read_file
from workflow.engine.errors import DefinitionError, NaborError, Problem
from workflow.scenarios.coverage import Walked, walked
from workflow.scenarios.outcome import Difference, Expectation, differences
from workflow.scenarios.player import Player, Somebody, Unexpected
from workflow.scenarios.sentence import Line, SentenceError, parse
from workflow.services.overdue import Fired

FROZEN = ConfigDict(frozen=True, extra="forbid")
_Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
_Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?$")]


class OfProcedure(BaseModel):
    """The procedure to open. What is missing is as the definition announces it."""

    model_config = FROZEN
    number: _Text = "1"
    positions: Mapping[str, int] = Field(default_factory=dict, description="position -> seats (default: all)")
    dates: Mapping[str, str] = Field(default_factory=dict)
    details: Mapping[str, _Text] = Field(default_factory=dict)
    commission: Mapping[str, str] = Field(default_factory=dict, description="letter -> chair, member, secretary")


class OfPerson(BaseModel):
    """How to write to a person. `email: none` is a person who gets letters."""

    model_config = FROZEN
    language: str | None = None
    email: str | None = None
    name: str | None = None


class Story(BaseModel):
    """A scenario as written."""

    model_config = FROZEN
    format: int = Field(ge=1, le=1)
    scenario: str = Field(min_length=1, description="what it shows, in a sentence")
    process: str
    languages: tuple[str, ...] = Field(default=(), description="played once in each; default: the institution's own")
    start: _Moment
    until: _Moment | None = None
    procedure: OfProcedure = Field(default_factory=OfProcedure)
    people: Mapping[str, OfPerson] = Field(default_factory=dict)
    diary: tuple[Mapping[str, str], ...] = Field(min_length=1)
    expect: Expectation = Field(default_factory=Expectation)


@dataclass(frozen=True, slots=True)
class Played:
    """How one scenario went in one language. `wrong` is empty when everything came out as it must."""

    file: str
    scenario: str
    language: str
    lines: int
    wrong: tuple[Problem, ...]
    differences: tuple[Difference, ...]
    walked: Walked

    @property
    def passed(self) -> bool:
        """Whether everything came out as it must."""
        return not self.wrong and not self.differences


@dataclass(frozen=True, slots=True)
class Script:
    """A scenario ready to be played: its file, institution and lines."""

    document: Document
    institution: str
    story: Story
    lines: tuple[Line, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it is to be played; empty = the institution's own."""
        return self.story.languages


def read_story(path: Path, institution: str | None = None, shape: type[Story] = Story) -> Script:
    """The scenario in a file of `<institution>/scenarios/`. Raises DefinitionError with every problem and its place."""
    document = read_file(path)
    problems: list[Problem] = []
    try:
        story = shape.model_validate(document.data)
    except ValidationError as error:
        for one in error.errors():
            where = tuple(part for part in one["loc"] if part != "[key]")
            remedy = _remedy(one)
            problems.append(document.problem(where, one["msg"], remedy, key=one["type"] == "extra_forbidden"))
        raise DefinitionError(problems) from None
    lines = []
    for number, entry in enumerate(story.diary):
        if len(entry) != 1:
            problems.append(
                document.problem(("diary", number), "more than one act in a line", "begin each with a dash")
            )
            continue
        ((when, what),) = entry.items()
        try:
            lines.append(parse(when, what))
        except SentenceError as error:
            problems.append(document.problem(("diary", number), str(error)))
    for before, after, number in zip(lines, lines[1:], range(1, len(lines)), strict=False):
        if after.at < before.at:
            what = f"{after.at} is before {before.at}"
            problems.append(document.problem(("diary", number), what, "write the lines in the order of time"))
    if problems:
        raise DefinitionError(problems)
    return Script(document, institution or path.resolve().parent.parent.name, story, tuple(lines))


def _remedy(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return f"known here are the keys of definitions/README.md; `{error['loc'][-1]}` is none"
    if error["type"] == "missing":
        return f"write `{error['loc'][-1]}:`"
    return ""


def play(
    catalogue: Catalogue,
    script: Script,
    language: str | None = None,
    *,
    on_line: Callable[[Line], None] | None = None,
    on_fired: Callable[[Fired], None] | None = None,
) -> Played:
    """Plays a scenario on a database in memory, with candidates of that language unless they say their own.

    `on_line` hears every line before it is played, `on_fired` every deadline that the clock makes good between them.
    """
    story, document = script.story, script.document
    definition = catalogue.snapshot(script.institution, story.process).process
    language = language or definition.institution.languages[0]
    zone = ZoneInfo(definition.institution.zone)
    start = datetime.fromisoformat(story.start).replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))
    house, clock = house_in_memory(catalogue, start)
    wrong: list[Problem] = []
    found: list[Difference] = []
    player = Player(house, clock, script.institution, story.process, language, on_fired=on_fired)
    for number, (name, person) in enumerate(story.people.items()):
        email = None if person.email == "none" else person.email or f"person{number + 1}@applicants.example"
        player.people[name] = Somebody(person.name or name, person.language or language, email)
    try:
        given = story.procedure
        try:
            player.open(
                number=given.number,
                positions=given.positions,
                dates=given.dates,
                details=given.details,
                commission=given.commission,
            )
        except (Unexpected, SentenceError, NaborError) as error:
            wrong.append(document.problem(("procedure",), str(error)))
            return Played(document.file, story.scenario, language, 0, tuple(wrong), (), Walked())
        for number, line in enumerate(script.lines):
            if on_line is not None:
                on_line(line)
            try:
                player.play(line)
            except (Unexpected, SentenceError, NaborError, NotificationError, ValidationError) as error:
                what = f"{line.at} {line.who}: {line.verb} {', '.join(line.names)}".rstrip()
                wrong.append(document.problem(("diary", number), what, str(error)))
        if story.until is not None:
            player.go_to(player.instant(story.until))
        try:
            found = differences(player, story.expect)
        except SentenceError as error:
            wrong.append(document.problem(("expect",), str(error)))
        for one in player.fired:
            if one.outcome != "fired":
                wrong.append(document.problem(("diary",), f"the clock: {one.rule} {one.outcome}", one.error))
        return Played(
            document.file, story.scenario, language, len(script.lines), tuple(wrong), tuple(found), walked(player)
        )
    finally:
        house.database.close()


def schema() -> dict[str, Any]:
    """The JSON Schema of scenarios, for editors. `python -m workflow.scenarios.story` writes it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Story.model_json_schema(),
        "title": "A scenario of Nabor",
    }


if __name__ == "__main__":
    target = built_in() / "scenario.schema.json"
    target.write_text(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
