"""The canonical text of everything a procedure reads, and back again.

Why: a running procedure is pinned to what it was announced with. The text is stored with it, its hash names it, and a
second hash over the rules alone tells a corrected word from a changed rule.
Canonical: JSON of the models, keys in the order of the grammar, entries in the order of the file (the order of criteria
or lists means something), what equals its default left out, decimals as texts.
Never here: files, the database, calendars (pinned by their own version).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from workflow.catalogue import build
from workflow.catalogue.patterns import Pattern, find, pattern, texts
from workflow.catalogue.schema import FORMAT, InstitutionFile, ProcessFile
from workflow.catalogue.shapes import Model, Text
from workflow.engine.errors import DefinitionError, Problem
from workflow.engine.process import NoticeText, ProcessDefinition


class TextModel(Model):
    """The text of a notice in one language."""

    subject: Text
    body: str


class ProcessSource(Model):
    """One process as it was read: its institution, its rules, and notice -> language -> text."""

    institution: InstitutionFile
    process: ProcessFile
    texts: dict[str, dict[str, TextModel]]

    def definition(self) -> ProcessDefinition:
        """The engine's value of it."""
        written = {
            notice: {language: NoticeText(text.subject, text.body) for language, text in languages.items()}
            for notice, languages in self.texts.items()
        }
        return build.process(self.process, build.institution(self.institution), written)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A definition as it is pinned. `hash` is SHA-256 of the text, `rules_hash` of the text without its wording."""

    hash: str
    rules_hash: str
    text: str
    process: ProcessDefinition


def snapshot(source: ProcessSource) -> Snapshot:
    """The snapshot of a process as read from its files."""
    dumped = source.model_dump_json(by_alias=True, exclude_defaults=True, exclude_none=True)
    text = f'{{"format":{FORMAT},{dumped[1:]}'
    return Snapshot(_digest(text), rules_hash(text), text, source.definition())


def restore(text: str) -> ProcessDefinition:
    """The definition of a snapshot's text, of this format or any earlier one. Raises DefinitionError."""
    data = _read(text)
    content = {key: value for key, value in data.items() if key != "format"}
    try:
        # Through JSON, not as a value: only JSON input may give decimals as texts.
        return ProcessSource.model_validate_json(json.dumps(content, ensure_ascii=False)).definition()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _broken(place, first["msg"]) from None


def rules_hash(text: str) -> str:
    """SHA-256 of a snapshot's rules: two that differ in words alone have the same."""
    return _digest(_canonical(rules_of(text)))


def rules_of(text: str) -> dict[str, Any]:
    """A snapshot's data with every wording blanked out: what is left are its rules."""
    data = _read(text)
    for where in _WORDING:
        for path, _ in find(data, where[:-1]):
            _blank(data, path, where[-1])
    return data


def wording_diff(old: str, new: str) -> list[tuple[str, str, str]]:
    """(path, old words, new words) of every wording in which two snapshots' texts differ; "" where there is none."""
    before, after = _wording(_read(old)), _wording(_read(new))
    paths = dict.fromkeys([*before, *after])
    return [
        (path, before.get(path, ""), after.get(path, ""))
        for path in paths
        if before.get(path, "") != after.get(path, "")
    ]


# --- what is wording --------------------------------------------------------------------------------------------------

# Everything said to people. Which languages a text has is a rule; what it says in them is not.
_WORDING: tuple[Pattern, ...] = (
    *(("process", *where, "*") for where in texts(ProcessFile)),
    *(("institution", *where, "*") for where in texts(InstitutionFile)),
    pattern("process.lifecycles.*.transitions.*.#.silent"),
    pattern("texts.*.*.subject"),
    pattern("texts.*.*.body"),
)


def _wording(data: Mapping[str, Any]) -> dict[str, str]:
    return {".".join(map(str, path)): text for where in _WORDING for path, text in find(data, where)}


def _blank(data: Any, path: tuple[str | int, ...], last: str) -> None:
    for part in path:
        data = data[part]
    if isinstance(data, dict):
        for key in data if last == "*" else (last,):
            if key in data:
                data[key] = ""


# --- reading ----------------------------------------------------------------------------------------------------------

_Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

_UPGRADES: Mapping[int, _Upgrade] = {}
"""Format -> how its data becomes that of the next one. Nothing is ever taken out: old procedures must stay readable."""


def _read(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        raise _broken("", "it is no JSON") from None
    found = data.get("format") if isinstance(data, dict) else None
    if not isinstance(found, int) or not 1 <= found <= FORMAT:
        raise _broken("format", f"format {found} is not known to this program (it knows 1 to {FORMAT})")
    for older in range(found, FORMAT):
        data = _UPGRADES[older](data)
    return dict(data)


def _canonical(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _broken(path: str, what: str) -> DefinitionError:
    remedy = "restore the database from a backup, or use the program version that wrote it"
    return DefinitionError([Problem("snapshot", 0, 0, path, what, remedy)])
