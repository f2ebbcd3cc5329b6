"""Strict YAML: text in, plain values and their places out.

Why: YAML as libraries read it by default turns `no` into false, 12:30 into 750, a date into an object, and lets the
last of two equal keys win in silence. Here a word is a word, numbers keep the digits they were written with, and
whatever could surprise (anchors, aliases, tags, tabs, duplicate keys) is refused with its line and column.
Source: YAML 1.2.2, 10.3 (core schema).
Never here: what the keys mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from workflow.engine.errors import DefinitionError, Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_DIGITS = 30

Value: TypeAlias = "bool | int | Decimal | str | list[Value] | dict[str, Value] | None"
Path_: TypeAlias = Sequence[str | int]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FIRST = frozenset("-+.0123456789~ntfNTF")
_WORDS: dict[str, bool | None] = {"~": None}
for _word, _value in (("null", None), ("true", True), ("false", False)):
    _WORDS |= dict.fromkeys((_word, _word.capitalize(), _word.upper()), _value)
_INT = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")


class Document:
    """One file that was read: its name as printed, its value, and the place of everything in it."""

    def __init__(self, file: str, text: str, data: dict[str, Value]) -> None:
        self.file = file
        self.data = data
        self._text = text

    @cached_property
    def _tree(self) -> yaml.Node:
        # Read a second time, and only when something is wrong: on the way without mistakes places cost nothing.
        node = yaml.compose(self._text, Loader=_LOADER)
        assert node is not None
        return node

    def place(self, path: Path_, *, key: bool = False) -> tuple[int, int]:
        """Line and column (1-based) of the value at the path, or of its key.

        Where the path leads out of the document, the place of the last part that exists. An index 0 into something
        that is no list stands for the thing itself: one thing may be written where a list of them is allowed.
        """
        return self._look(path, key=key)[:2]

    def problem(self, path: Path_, what: str, remedy: str = "", *, key: bool = False) -> Problem:
        """The problem with its place in this document."""
        line, column, written = self._look(path, key=key)
        return Problem(self.file, line, column, dotted(written), what, remedy)

    def _look(self, path: Path_, *, key: bool) -> tuple[int, int, Path_]:
        """Line, column, and the path as it is written: without the indexes into what is no list."""
        node, named = self._tree, None
        written: list[str | int] = []
        for index, part in enumerate(path):
            if isinstance(node, yaml.MappingNode):
                entry = next(((k, v) for k, v in node.value if k.value == str(part)), None)
                if entry is not None:
                    named, node = entry
                    written.append(part)
                    continue
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                named, node = None, node.value[part]
                written.append(part)
                continue
            if part != 0:
                written += path[index:]
                break
        mark: Any = (named if key and named is not None else node).start_mark
        return mark.line + 1, mark.column + 1, written


def dotted(path: Path_) -> str:
    """The path as it is printed: `lifecycles.application.states.draft`."""
    return ".".join(str(part) for part in path)


def shown(path: Path) -> str:
    """The path as it is printed: from the working directory where it lies below, as editors and terminals open it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def read_file(path: Path) -> Document:
    """The document in a file. Raises DefinitionError with everything that is wrong with it as YAML."""
    return parse(read_bytes(path), shown(path))


def read_bytes(path: Path) -> bytes:
    """The content of a file, at most MAX_BYTES. Raises DefinitionError when it cannot be had."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refused(shown(path), 0, 0, "there is no such file", "write it, or correct the name") from None
    except OSError as error:
        raise _refused(
            shown(path), 0, 0, f"the file cannot be read ({error.strerror or error})", "check its rights"
        ) from None
    if len(content) > MAX_BYTES:
        raise _refused(shown(path), 0, 0, f"the file is larger than {MAX_BYTES} bytes", "split or shorten it")
    return content


def decode(content: bytes, file: str) -> str:
    """The text of a UTF-8 file. Raises DefinitionError with the place of the first byte that is none."""
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
        raise _refused(
            file, line, column, f"the byte 0x{content[error.start]:02X} is no UTF-8", "save the file as UTF-8"
        ) from None


def parse(content: bytes, file: str) -> Document:
    """The document of a text. Raises DefinitionError with everything that is wrong with it as YAML."""
    text = decode(content, file)
    tab = text.find("\t")
    if tab >= 0:
        line, column = _line_and_column(text, tab)
        raise _refused(file, line, column, "a tab", "indent and align with spaces")
    reader = _Reader(text, file)
    data = reader.document()
    if reader.problems:
        raise DefinitionError(reader.problems)
    if data is None:
        raise _refused(file, 1, 1, "the file is empty", "write the definition, beginning with `format: 1`")
    if not isinstance(data, dict):
        raise _refused(file, 1, 1, "the file is no map", "begin it with `format: 1` and write `key: value` lines")
    return Document(file, text, data)


class _Reader:
    """Builds the value from parser events, collecting what is refused on the way."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._text = text
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.problems: list[Problem] = []

    def document(self) -> Value:
        try:
            next(self._events)
            if isinstance(next(self._events), yaml.StreamEndEvent):
                return None
            value = self._node(next(self._events), 0)
            next(self._events)
            after = next(self._events)
            if not isinstance(after, yaml.StreamEndEvent):
                self._refuse(after.start_mark, "a second document in the file", "keep one document per file")
            return value
        except yaml.MarkedYAMLError as error:
            mark: Any = error.problem_mark or error.context_mark
            what = ", ".join(part for part in (error.context, error.problem) if part)
            self._refuse(mark, f"this is no YAML: {what}", "check indentation, brackets, quotes and colons here")
        except yaml.reader.ReaderError as error:
            line, column = _line_and_column(self._text, error.position)
            what = f"the character U+{error.character:04X} is not allowed"
            self.problems.append(Problem(self._file, line, column, "", what, "remove it"))
        except _TooDeep:
            pass
        return None

    def _node(self, event: Any, depth: int) -> Value:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event.start_mark, f"the alias `*{event.anchor}`", "write the value out; nothing is inherited")
            return None
        if event.anchor is not None:
            self._refuse(event.start_mark, f"the anchor `&{event.anchor}`", "remove it; nothing is inherited")
        if event.tag is not None and event.tag != "!":
            self._refuse(event.start_mark, f"the tag `{event.tag}`", "remove it; values say themselves what they are")
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else self._plain(event)
        if depth == MAX_DEPTH:
            self._refuse(event.start_mark, f"nested more than {MAX_DEPTH} deep", "write it flat")
            raise _TooDeep
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Value] = []
            while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
                items.append(self._node(event, depth + 1))
            return items
        return self._mapping(depth)

    def _mapping(self, depth: int) -> Value:
        values: dict[str, Value] = {}
        first: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._node(event, depth + 1)
                self._refuse(event.start_mark, "the key is no single word", "write `key: value`")
                self._node(next(self._events), depth + 1)
                continue
            if event.anchor is not None or event.tag not in (None, "!"):
                self._node(event, depth + 1)
            # A key is a name, whatever it looks like: `no` is Norwegian and 2022 a year.
            key, mark = event.value, event.start_mark
            if key in values:
                self._refuse(mark, f"the key `{key}` stands here twice", f"the first is in line {first[key]}; keep one")
            assert mark is not None
            first[key] = mark.line + 1
            values[key] = self._node(next(self._events), depth + 1)
        return values

    def _plain(self, event: Any) -> Value:
        text: str = event.value
        if not text:
            return None
        if text[0] not in _FIRST:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.match(text) or _BASED.match(text):
            if len(text) > MAX_DIGITS:
                self._too_long(event)
                return None
            return int(text, 0 if _BASED.match(text) else 10)
        if _FLOAT.match(text):
            number = Decimal(text) if len(text) <= MAX_DIGITS else None
            if number is None or abs(number.adjusted()) > MAX_DIGITS:
                self._too_long(event)
                return None
            return number
        if _NO_NUMBER.match(text):
            self._refuse(event.start_mark, f"`{text}` is no number that can be counted with", "write a number")
            return None
        return text

    def _too_long(self, event: Any) -> None:
        self._refuse(event.start_mark, f"a number of more than {MAX_DIGITS} digits", "put it in quotes if it is a text")

    def _refuse(self, mark: Any, what: str, remedy: str) -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        self.problems.append(Problem(self._file, line, column, "", what, remedy))


class _TooDeep(Exception):
    """Reading stops: the rest could be nested without end."""


def _line_and_column(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def _refused(file: str, line: int, column: int, what: str, remedy: str) -> DefinitionError:
    return DefinitionError([Problem(file, line, column, "", what, remedy)])
