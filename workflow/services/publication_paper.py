"""A publication as a paper: the frozen lists with number, version, date and digest, in a language of the institution.

Never here: making or showing a publication.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.documents.paper import Block, Heading, Paper, Table, Text
from workflow.engine.process import ProcessDefinition
from workflow.services.paper_words import PaperWords, in_utc
from workflow.services.publications import PublicationLine, lists_of

# How much of the line a column takes beside the others; 0 = as much as it needs.
_WIDTHS = {
    "register_number": 0,
    "name": 4,
    "initials": 2,
    "town": 2,
    "place": 0,
    "total": 0,
    "grounds": 6,
    "outcome": 4,
    "reason": 6,
}
_NUMERIC = frozenset({"place", "total"})
_ORDER = ("place", "register_number", "name", "initials", "town", "position", "total", "grounds", "outcome", "reason")


def columns(shows: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """What a list shows, in the order in which it is laid out. The position always stands there."""
    return tuple(name for name in _ORDER if name in shows or name == "position")


def heads(said: PaperWords, names: tuple[str, ...]) -> tuple[str, ...]:
    """The heads of a list in the language of the paper; the first is that of the numbers of its lines."""
    return (said.say("line"), *(said.say(f"column_{name}") for name in names))


def is_number(column: str) -> bool:
    """Whether a column is set to the right."""
    return column in _NUMERIC


def cell(process: ProcessDefinition, said: PaperWords, row: Mapping[str, Any], column: str) -> str:
    """One cell of a published list as text."""
    if column == "position":
        return said.label(process.positions, row.get("position", ""))
    if column == "grounds":
        return "; ".join((row.get("grounds") or {}).get(said.language, ()))
    if column == "outcome":
        return said.words(row["outcome"]) if row.get("outcome") else "–"
    value = row.get(column)
    return "–" if value is None or value == "" else str(value)


def publication_paper(
    process: ProcessDefinition, procedure: str, line: PublicationLine, content: Mapping[str, Any], language: str
) -> Paper:
    """The paper of one version. `procedure`: its number. A draft says so across the page."""
    said = PaperWords(process, language)
    shown = line.published_at or line.made_at
    lines = [said.say("procedure_no", number=procedure)]
    if line.version > 1:
        lines.append(said.say("corrected", version=line.version, reason=content.get("reason", "–")))
    if line.until_at is not None:
        lines.append(said.say("shown_until", until=said.moment(line.until_at)))
    if line.withdrawn_at is not None:
        lines.append(said.say("withdrawn", at=said.moment(line.withdrawn_at)))
    number = f"{line.number}" if line.version == 1 else f"{line.number}/{line.version}"
    institution = said.words(process.institution.title)
    return Paper(
        language=language,
        institution=institution,
        title=said.words(content["title"]) if content.get("title") else line.name,
        lines=tuple(lines),
        blocks=tuple(_blocks(process, said, content)),
        foot=(
            f"{institution} · {said.say('number', number=number)} · {said.moment(shown)}",
            f"SHA-256 {line.digest}",
        ),
        dated=in_utc(shown),
        mark="" if line.published_at else said.say("draft").upper(),
    )


def _blocks(process: ProcessDefinition, said: PaperWords, content: Mapping[str, Any]) -> list[Block]:
    if not content.get("lists"):
        return [Text(said.say("erased"), quiet=True)]
    blocks: list[Block] = []
    for one in lists_of(content):
        blocks.append(Heading(said.words(one["title"])))
        if not one["rows"]:
            blocks.append(Text(said.say("nobody"), quiet=True))
            continue
        names = columns(one["shows"])
        blocks.append(
            Table(
                heads=heads(said, names),
                widths=(0, *(_WIDTHS.get(name, 4) for name in names)),
                numeric=(True, *(name in _NUMERIC for name in names)),
                rows=tuple(
                    (str(number), *(cell(process, said, row, name) for name in names))
                    for number, row in enumerate(one["rows"], 1)
                ),
            )
        )
    return blocks
