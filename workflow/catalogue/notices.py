"""The texts of notices: one file for each notice and language, subject first.

Why: a notice that is missing, or names something that has no value, must be found before anybody is written to.
Never here: filling placeholders, Markdown (notifications; the loader is handed a proofreader for the grammar).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from workflow.catalogue.problems import did_you_mean
from workflow.catalogue.yaml_reader import decode, read_bytes, shown
from workflow.engine.errors import Problem
from workflow.engine.process import NoticeText

FOLDER = "notices"
SUBJECT = "Subject:"

_TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_WORDS = frozenset({"if", "elif", "else", "endif", "not", "and", "or"})


@dataclass(frozen=True, slots=True)
class TextFault:
    """Why a text cannot be used. `part`: subject or body; `line` is 1-based in it, 0 when none is to blame."""

    part: str
    line: int
    what: str
    remedy: str


Proofread: TypeAlias = Callable[[str, str, str], "TextFault | None"]
"""(subject, body, language) -> what is wrong with the text as a template, or None."""


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A notice as written. `first` is the line of the file in which the body begins."""

    file: str
    text: NoticeText
    first: int


def path_of(folder: Path, language: str, notice: str) -> Path:
    """Where the text of a notice stands."""
    return folder / FOLDER / language / f"{notice}.md"


def names(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Every (language, notice, file) that there is, in the order of their names."""
    for file in sorted((folder / FOLDER).glob("*/*.md")):
        yield file.parent.name, file.stem, file


def read(path: Path) -> NoticeFile | Problem:
    """The notice in a file. Raises DefinitionError when the file cannot be read or is no UTF-8."""
    return parse(decode(read_bytes(path), shown(path)), shown(path))


def parse(text: str, file: str) -> NoticeFile | Problem:
    """The notice of a text: `Subject: ...`, an empty line, the body."""
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines[0].startswith(SUBJECT) or not lines[0][len(SUBJECT) :].strip():
        return Problem(file, 1, 1, "", "the first line is no subject", f"begin with `{SUBJECT} ...`")
    if len(lines) > 1 and lines[1].strip():
        return Problem(file, 2, 1, "", "the second line is not empty", "leave a line between subject and text")
    first = next((number for number, line in enumerate(lines[1:], start=2) if line.strip()), 0)
    if not first:
        return Problem(file, len(lines), 1, "", "the notice has no text", "write it after an empty line")
    body = "\n".join(lines[first - 1 :]).rstrip() + "\n"
    return NoticeFile(file, NoticeText(lines[0][len(SUBJECT) :].strip(), body), first)


def problems(
    notice: NoticeFile, language: str, known: Mapping[str, None], proofread: Proofread | None
) -> Iterator[Problem]:
    """What is wrong with a notice: names that have no value, and what the proofreader finds."""
    subject_at = len(SUBJECT) + 2
    yield from _unknown(notice.file, notice.text.subject, 1, subject_at, known)
    yield from _unknown(notice.file, notice.text.body, notice.first, 1, known)
    fault = proofread(notice.text.subject, notice.text.body, language) if proofread is not None else None
    if fault is not None:
        line = 1 if fault.part == "subject" else notice.first + max(fault.line, 1) - 1
        yield Problem(notice.file, line, 1, fault.part, fault.what, fault.remedy)


def placeholders(text: NoticeText) -> frozenset[str]:
    """Every name that the notice uses."""
    return frozenset(name for part in (text.subject, text.body) for name, _ in _used(part))


def _used(text: str) -> Iterator[tuple[str, int]]:
    for tag in _TAG.finditer(text):
        group = 1 if tag[1] is not None else 2
        for name in _NAME.finditer(tag[group]):
            if group == 1 or name[0] not in _WORDS:
                yield name[0], tag.start(group) + name.start()


def _unknown(file: str, text: str, line: int, column: int, known: Mapping[str, None]) -> Iterable[Problem]:
    for name, at in _used(text):
        if name not in known:
            before = text[:at]
            breaks = before.count("\n")
            place = at - before.rfind("\n") if breaks else at + column
            what = f"unknown placeholder `{name}`"
            yield Problem(file, line + breaks, place, "", what, did_you_mean(name, known))
