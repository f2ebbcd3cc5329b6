"""The rules of an institution as people look at them: what stands where, on what a clause stands, what has changed.

Why: definitions are data, so whoever works by them must be able to read and compare them without a file in hand.
Never here: sentences about a clause (web), changing a definition, playing scenarios.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from notifications.layouts import load_layout
from notifications.render import compile_notice
from notifications.samples import sample_context
from workflow.catalogue.loader import SOURCES
from workflow.catalogue.snapshot import rules_of, wording_diff
from workflow.catalogue.yaml_reader import read_file
from workflow.engine.errors import Problem
from workflow.engine.process import Kind, ProcessDefinition
from workflow.persistence import rules_reads
from workflow.persistence.unit_of_work import instant
from workflow.services.house import House

FILES = "files"
"""Names, among versions, what the files say now."""
_AROUND = 2
_MOST = 2000


@dataclass(frozen=True, slots=True)
class Source:
    """Words on which clauses stand: the file of the source and the exact words."""

    id: str
    seed: str
    words: str


@dataclass(frozen=True, slots=True)
class Version:
    """A definition as procedures were pinned to it. `procedures`: (id, number), newest first."""

    hash: str
    rules_hash: str
    stored_at: datetime
    procedures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison. `mark`: added, removed or kept; `number`: of the line in the version that has it."""

    mark: str
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that changed with a few around them; `path`: the clause in which they stand."""

    path: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two versions differ: words as (path, old, new), rules as lines. `cut`: there are more than are shown."""

    words: tuple[tuple[str, str, str], ...]
    rules: tuple[Hunk, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A notice filled with made-up values."""

    subject: str
    body: str


def procedures_of(house: House, institution: str) -> dict[str, int]:
    """How many procedures of each process there are."""
    return {process: int(n) for process, n in house.database.read(rules_reads.processes, institution=institution)}


def counts(house: House, institution: str, process: str, kind: Kind) -> dict[str, int]:
    """How many subjects of that kind stand in each state, over all procedures of the process."""
    statement = {
        Kind.APPLICATION: rules_reads.applications_by_state,
        Kind.POSITION: rules_reads.positions_by_state,
        Kind.PROCEDURE: rules_reads.procedures_by_state,
        Kind.OBJECTION: rules_reads.objections_by_state,
    }[kind]
    rows = house.database.read(statement, institution=institution, process=process)
    return {state: int(n) for state, n in rows if n}


def findings(house: House, institution: str) -> list[Problem]:
    """Everything that is wrong with the institution's definitions, with file and line; empty when all is well."""
    return house.catalogue.check(institution)


def sources(house: House, institution: str) -> dict[str, Source]:
    """The words on which the institution's clauses stand, by id. Raises DefinitionError."""
    path = house.catalogue.folder(institution) / SOURCES
    if not path.is_file():
        return {}
    return _sources(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _sources(path: Path, changed: int) -> dict[str, Source]:
    data: Any = read_file(path).data
    known: Mapping[str, Any] = data.get("sources", {})
    return {name: Source(name, str(one.get("seed", "")), str(one.get("words", ""))) for name, one in known.items()}


def sample(process: ProcessDefinition, notice: str, language: str) -> Sample:
    """A notice as a reader would get it, with a made-up value for every placeholder."""
    text = process.texts[notice][language]
    template = compile_notice(text.subject, text.body, layout=load_layout(language))
    own = process.institution.title
    known = {"institution": own.get(language) or own[process.institution.languages[0]]}
    rendered = template.fill(sample_context(template.placeholders, known))
    return Sample(rendered.subject, rendered.text)


# --- versions -------------------------------------------------------------------------------------------------------


def versions(house: House, institution: str, process: str) -> tuple[list[Version], list[tuple[str, str]]]:
    """Every version that a procedure is or was pinned to, newest first; and the drafts, which follow the files."""
    by_hash: dict[str | None, list[tuple[str, str]]] = {}
    of = {"institution": institution, "process": process}
    for pinned_to, id, number in house.database.read(rules_reads.pinned, **of):
        by_hash.setdefault(pinned_to, []).append((id, number))
    found = [
        Version(hash, rules_hash, instant(stored_at), tuple(by_hash.get(hash, ())))
        for hash, rules_hash, stored_at in house.database.read(rules_reads.versions, **of)
    ]
    return found, by_hash.get(None, [])


def version_text(house: House, institution: str, process: str, which: str) -> str | None:
    """The canonical text of a stored version, or of the files as they are; None when there is no such version."""
    if which == FILES:
        return house.catalogue.snapshot(institution, process).text
    rows = house.database.read(rules_reads.version, institution=institution, process=process, hash=which)
    return str(rows[0][0]) if rows else None


def compare(old: str, new: str) -> Comparison:
    """How two canonical texts differ: what is said apart from what is ruled."""
    hunks, cut = _hunks(_lines(old), _lines(new))
    return Comparison(tuple(wording_diff(old, new)), tuple(hunks), cut)


def _lines(text: str) -> list[tuple[str, str]]:
    """The rules line by line, each with the path of the clause in which it stands."""
    return list(_walk(rules_of(text), (), 0))


def _walk(value: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[str, str]]:
    """YAML-like lines: people compare clauses, not brackets."""
    where, indent = ".".join(path), "  " * depth
    if isinstance(value, Mapping):
        for key, one in value.items():
            if isinstance(one, Mapping | list) and one:
                yield where, f"{indent}{key}:"
                yield from _walk(one, (*path, str(key)), depth + 1)
            else:
                yield where, f"{indent}{key}: {_scalar(one)}"
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, Mapping | list) and one:
                yield where, f"{indent}-"
                yield from _walk(one, path, depth + 1)
            else:
                yield where, f"{indent}- {_scalar(one)}"


def _scalar(value: Any) -> str:
    if value == "":
        return "…"  # words, which are compared apart
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _hunks(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> tuple[list[Hunk], bool]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    hunks: list[Hunk] = []
    shown = 0
    for group in matcher.get_grouped_opcodes(_AROUND):
        lines: list[Line] = []
        path = ""
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [Line("kept", new[j][1], j + 1) for j in range(j1, j2)]
                continue
            lines += [Line("removed", old[i][1], i + 1) for i in range(i1, i2)]
            lines += [Line("added", new[j][1], j + 1) for j in range(j1, j2)]
            path = path or (new[j1][0] if j1 < j2 else old[i1][0])
        shown += len(lines)
        if shown > _MOST:
            return hunks, True
        hunks.append(Hunk(path, tuple(lines)))
    return hunks, False
