"""A document as a value: who issues it, what it is called, and its parts in order.

Why: a list and a protocol are composed once, frozen, and laid out in several kinds of file that say the same.
Texts are plain: what people wrote is data in every layout, never markup.
Never here: where the words come from, how they are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is the highest below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `quiet`: less weight, for what is said about the document and not by it."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Lines of a name and what it is: (name, value)."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose heads stand on every page that it reaches.

    `widths`: how much of the line each column takes beside the others, 0 = as much as its longest cell needs;
    `numeric`: columns that are set to the right. Both are as long as `heads`.
    """

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """A place to sign for each: (name, function, when it was signed or '', remark or '')."""

    rows: tuple[tuple[str, str, str, str], ...]


Block: TypeAlias = Heading | Text | Facts | Table | Signatures

_KINDS: Mapping[type, str] = {
    Heading: "heading",
    Text: "text",
    Facts: "facts",
    Table: "table",
    Signatures: "signatures",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document. `foot` stands on every page beside its number; `mark` lies across the page (a draft says so);
    `dated` is the instant that the file carries, so that the same paper is the same file whenever it is made."""

    language: str
    institution: str
    title: str
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    foot: tuple[str, ...]
    dated: datetime
    mark: str = ""

    def as_data(self) -> dict[str, Any]:
        """The paper as plain JSON values, each block with its kind."""
        data = {name: getattr(self, name) for name in ("language", "institution", "title", "lines", "foot", "mark")}
        data["blocks"] = [{"kind": _KINDS[type(block)], **asdict(block)} for block in self.blocks]
        return data


def blocks_of(data: list[dict[str, Any]]) -> tuple[Block, ...]:
    """The blocks that `as_data` wrote. Raises KeyError for a kind that there is not."""
    types = {kind: model for model, kind in _KINDS.items()}
    return tuple(types[one["kind"]](**{k: _frozen(v) for k, v in one.items() if k != "kind"}) for one in data)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
