"""The language of notice texts: plain text, `{{ name }}`, `{{ group.name }}`, `{% if name %}` with not/and/or.

Why: Jinja's parser reads the text, its compiler never runs: what is allowed is so little that walking the tree is both
safer than a sandbox (no attribute of a Python object is ever looked up) and faster.
Never here: Markdown, values, output.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes

from notifications.errors import TemplateError

MAX_DEPTH = 5
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_TAGS = frozenset({"if", "elif", "else", "endif"})
_ALLOWED = "only {{ name }}, {{ group.name }} and {% if name %} with not, and, or may be used"
# trim and lstrip: a tag alone on its line leaves no empty line, which Markdown would read as a new paragraph.
# autoescape is off because nothing is ever rendered by this environment.
_READER = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """Holds when the value is not empty."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    test: Test


@dataclass(frozen=True, slots=True)
class Both:
    left: Test
    right: Test


@dataclass(frozen=True, slots=True)
class Either:
    left: Test
    right: Test


Test: TypeAlias = Truth | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The first branch whose test holds; a test of None always does."""

    branches: tuple[tuple[Test | None, tuple[Node, ...]], ...]


Node: TypeAlias = str | Slot | Choice


def parse(source: str, part: str) -> tuple[Node, ...]:
    """The tree of a text.

    Raises TemplateError, with the 1-based line, for everything outside the language.
    """
    try:
        _check_tags(source, part)
        tree = _READER.parse(source)
        return tuple(_nodes(tree.body, part, 0))
    except TemplateSyntaxError as error:
        raise TemplateError(
            f"cannot be read: {error.message}",
            "close every {{ with }} and every {% if %} with {% endif %}",
            part=part,
            line=error.lineno,
        ) from None
    except RecursionError:
        raise TemplateError("is nested too deeply", "write it flat", part=part) from None


def _check_tags(source: str, part: str) -> None:
    """Refuses what the parser would swallow without a trace: comments, raw blocks, and tags that print."""
    tag = False
    for line, kind, value in _READER.lex(source):
        if kind in ("comment_begin", "raw_begin"):
            _refuse("comments and raw blocks are not allowed", part, line)
        elif kind == "block_begin":
            tag = True
        elif tag and kind != "whitespace":
            tag = False
            if value not in _TAGS:
                _refuse(f"the tag {value[:40]!r} is not allowed", part, line)


def _refuse(what: str, part: str, line: int) -> NoReturn:
    raise TemplateError(what, _ALLOWED, part=part, line=line)


def _nodes(body: list[nodes.Node], part: str, depth: int) -> Iterator[Node]:
    for node in body:
        if isinstance(node, nodes.Output):
            for piece in node.nodes:
                yield piece.data if isinstance(piece, nodes.TemplateData) else Slot(_name(piece, part))
        elif isinstance(node, nodes.If):
            if depth == MAX_DEPTH:
                raise TemplateError(
                    f"conditions stand more than {MAX_DEPTH} deep", "use elif", part=part, line=node.lineno
                )
            branches: list[tuple[Test | None, tuple[Node, ...]]] = [
                (_test(branch.test, part), tuple(_nodes(branch.body, part, depth + 1)))
                for branch in (node, *node.elif_)
            ]
            if node.else_:
                branches.append((None, tuple(_nodes(node.else_, part, depth + 1))))
            yield Choice(tuple(branches))
        else:
            _refuse(f"{type(node).__name__.lower()} is not allowed", part, node.lineno)


def _name(node: nodes.Node, part: str) -> str:
    if isinstance(node, nodes.Name):
        names = [node.name]
    elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        names = [node.node.name, node.attr]
    else:
        _refuse(f"{type(node).__name__.lower()} is not allowed where a name is expected", part, node.lineno)
    for name in names:
        if not _NAME.match(name):
            _refuse(f"{name[:40]!r} is no name", part, node.lineno)
    return ".".join(names)


def _test(node: nodes.Node, part: str) -> Test:
    if isinstance(node, nodes.Not):
        return Not(_test(node.node, part))
    if isinstance(node, nodes.And):
        return Both(_test(node.left, part), _test(node.right, part))
    if isinstance(node, nodes.Or):
        return Either(_test(node.left, part), _test(node.right, part))
    return Truth(_name(node, part))


def slots(tree: tuple[Node, ...]) -> Iterator[str]:
    """Every name printed by the tree, in order, repeated as often as it is printed."""
    for node in tree:
        if isinstance(node, Slot):
            yield node.name
        elif isinstance(node, Choice):
            for _, body in node.branches:
                yield from slots(body)


def tested(tree: tuple[Node, ...]) -> Iterator[str]:
    """Every name a condition of the tree reads."""
    for node in tree:
        if isinstance(node, Choice):
            for test, body in node.branches:
                if test is not None:
                    yield from _truths(test)
                yield from tested(body)


def _truths(test: Test) -> Iterator[str]:
    match test:
        case Truth(name):
            yield name
        case Not(inner):
            yield from _truths(inner)
        case Both(left, right) | Either(left, right):
            yield from _truths(left)
            yield from _truths(right)


def holds(test: Test, truths: Mapping[str, bool]) -> bool:
    """Whether the test holds, given which names have a value."""
    match test:
        case Truth(name):
            return truths[name]
        case Not(inner):
            return not holds(inner, truths)
        case Both(left, right):
            return holds(left, truths) and holds(right, truths)
        case Either(left, right):
            return holds(left, truths) or holds(right, truths)


def resolve(tree: tuple[Node, ...], truths: Mapping[str, bool] | None, place: Callable[[str], str]) -> str:
    """The text with its conditions decided and `place(name)` in every slot; truths None keeps every branch."""
    pieces: list[str] = []
    for node in tree:
        match node:
            case str():
                pieces.append(node)
            case Slot(name):
                pieces.append(place(name))
            case Choice(branches):
                for test, body in branches:
                    if truths is None:
                        pieces.append(resolve(body, None, place))
                    elif test is None or holds(test, truths):
                        pieces.append(resolve(body, truths, place))
                        break
    return "".join(pieces)
