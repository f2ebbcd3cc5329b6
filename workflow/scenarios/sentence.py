"""The diary's grammar: `<date> <time> <who>: <verb> <names> <values> <keyword values> [-> refused codes]`.

Why: a coordinator can write a line after reading two. Closed vocabulary, no expressions.
Never here: playing (player.py), looking names up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

KEYWORDS = (
    "for",
    "with",
    "without",
    "received",
    "through",
    "posted",
    "entry",
    "because",
    "reason",
    "effective",
    "pages",
    "file",
    "hours",
    "language",
)
"""Words that start a value by name."""

_LISTS = frozenset({"with", "without", "because"})
_TEXTS = frozenset({"entry", "reason"})
_TOKEN = re.compile(r'[^\s,"()=]+="[^"]*"|"[^"]*"|->|,|[^\s,"()]+(?:\([^)]*\))?')
_WHEN = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}(?::\d{2})?) (\S+)\Z")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_GROUND = re.compile(r"([a-z][a-z0-9_]*)(?:\(([^)]*)\))?\Z")


class SentenceError(ValueError):
    """A line of the diary that cannot be read; the message says what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Ground:
    """`document_missing(document=diploma; detail=...)`."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the diary. `at` is local `YYYY-MM-DD HH:MM[:SS]`; `refused` None = must succeed."""

    at: str
    who: str
    verb: str
    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refused: tuple[str, ...] | None = None

    def word(self, keyword: str) -> str | None:
        """The single value of a keyword, if it was given."""
        given = self.words.get(keyword)
        return given[0] if given else None

    def grounds(self) -> tuple[Ground, ...]:
        """The grounds after `because`."""
        return tuple(_ground(text) for text in self.words.get("because", ()))


def parse(when: str, what: str) -> Line:
    """A line of the diary from its two halves. Raises SentenceError."""
    head = _WHEN.match(" ".join(when.split()))
    if head is None:
        raise SentenceError(f"{when!r} does not say when and who; write '2022-03-30 10:05 registrar'")
    tokens = _TOKEN.findall(what)
    if "".join(tokens).replace(" ", "") != what.replace(" ", "").replace("\n", ""):
        raise SentenceError(f"{what!r} has a stray quotation mark or bracket")
    refused: tuple[str, ...] | None = None
    if "->" in tokens:
        cut = tokens.index("->")
        tail = [t for t in tokens[cut + 1 :] if t != ","]
        if not tail or tail[0] != "refused":
            raise SentenceError("after '->' write 'refused' and the codes: '-> refused wrong_role'")
        tokens, refused = tokens[:cut], tuple(tail[1:])
    if not tokens:
        raise SentenceError("the line says who, but not what")
    verb, rest = tokens[0], tokens[1:]
    names, rest = _list(rest)
    values: list[str] = []
    while rest and rest[0] not in KEYWORDS:
        if rest[0] == ",":
            more, rest = _list(rest[1:])
            values += more
        else:
            values.append(_text(rest[0]))
            rest = rest[1:]
    words: dict[str, tuple[str, ...]] = {}
    while rest:
        keyword, rest = rest[0], rest[1:]
        if keyword not in KEYWORDS:
            raise SentenceError(f"{keyword!r} is no keyword here; keywords are {', '.join(KEYWORDS)}")
        if keyword in _LISTS:
            given, rest = _list(rest)
        elif keyword in ("received", "effective") and len(rest) > 1 and _DAY.match(rest[0]) and _TIME.match(rest[1]):
            given, rest = (f"{rest[0]} {rest[1]}",), rest[2:]
        elif rest and (keyword not in ("received", "effective")):
            given, rest = (_text(rest[0]),), rest[1:]
        else:
            raise SentenceError(f"after {keyword!r} comes a {'date and time' if rest else 'value'}")
        if not given:
            raise SentenceError(f"after {keyword!r} comes a value")
        words[keyword] = given
    return Line(f"{head[1]} {head[2]}", head[3], verb, names, tuple(values), words, refused)


def _list(tokens: list[str]) -> tuple[tuple[str, ...], list[str]]:
    found: list[str] = []
    rest = list(tokens)
    while rest and rest[0] not in KEYWORDS and rest[0] != ",":
        found.append(_text(rest.pop(0)))
        if not rest or rest[0] != ",":
            break
        rest.pop(0)
    return tuple(found), rest


def _text(token: str) -> str:
    if token.startswith('"'):
        return token[1:-1]
    key, _, value = token.partition('="')
    return f"{key}={value[:-1]}" if value.endswith('"') else token


def _ground(text: str) -> Ground:
    match = _GROUND.match(text)
    if match is None:
        raise SentenceError(f"{text!r} is no ground; write document_missing(document=diploma)")
    values: dict[str, str] = {}
    for pair in filter(None, (p.strip() for p in (match[2] or "").split(";"))):
        key, sign, value = pair.partition("=")
        if not sign:
            raise SentenceError(f"{pair!r} in {text!r} is not key=value")
        values[key.strip()] = value.strip().strip('"')
    return Ground(match[1], values)
