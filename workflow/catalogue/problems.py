"""Mistakes in the words of somebody who can correct them: what is wrong, and what would be right.

Why: a validator's messages speak of types; whoever writes a definition thinks of keys, texts and lists.
Never here: finding mistakes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from workflow.catalogue.shapes import NAME
from workflow.catalogue.yaml_reader import Document
from workflow.engine.errors import Problem
from workflow.engine.process import NEW

_SHOWN = 12
_A_NAME = "use small letters, digits and _, beginning with a letter"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The remedy for an unknown word: the one that was probably meant, or those that there are."""
    words = list(dict.fromkeys(known))
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if not words:
        return "there are none; declare it first"
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return f"there are: {', '.join(words[:_SHOWN])}{more}"


def article(word: str) -> str:
    """The word with `a` or `an` before it."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def of_validation(document: Document, error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    """The problems of a document that does not fit its model, in file order."""
    for one in error.errors(include_url=False):
        path = one["loc"]
        at_key = bool(path) and path[-1] == "[key]"
        if at_key:
            path = path[:-1]
        kind, given, about = one["type"], one["input"], one.get("ctx", {})
        what, remedy = _words(kind, given, about, path)
        if kind == "extra_forbidden":
            # Said of a key that the model does not have: the keys that it has are the remedy.
            remedy = did_you_mean(str(path[-1]), _keys_at(model, path[:-1]))
            at_key = True
        if kind == "missing":
            yield document.problem(path[:-1], what, remedy, key=True)
        else:
            yield document.problem(path, what, remedy, key=at_key)


def _words(kind: str, given: Any, about: Mapping[str, Any], path: tuple[str | int, ...]) -> tuple[str, str]:
    last = str(path[-1]) if path else ""
    match kind:
        case "missing":
            return f"`{last}` is missing", "add it"
        case "extra_forbidden":
            return f"unknown key `{last}`", ""
        case "string_type":
            return f"a text is expected, not {_shown(given)}", "put it in quotes" if _scalar(given) else "write a text"
        case "bool_type":
            return f"true or false is expected, not {_shown(given, quoted=True)}", "write true or false, without quotes"
        case "int_type":
            return f"a whole number is expected, not {_shown(given, quoted=True)}", "write digits, without quotes"
        case "number":
            return (
                f"a number is expected, not {_shown(given, quoted=True)}",
                "write it with a decimal point, without quotes",
            )
        case "list_type":
            return f"a list is expected, not {_shown(given)}", _as_list(given)
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"`key: value` lines are expected, not {_shown(given)}", "write a map"
        case "literal_error":
            allowed = str(about["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
            return f"{_shown(given)} is not allowed here", did_you_mean(str(given), allowed)
        case "string_pattern_mismatch":
            if about["pattern"] == NAME:
                return f"{_shown(given)} is no name", _A_NAME
            return f"{_shown(given)} is not written as it must be", f"it must fit {about['pattern']}"
        case "string_too_short" | "too_short":
            return "is empty", "write something, or leave the key out"
        case "string_too_long":
            return f"is longer than {about['max_length']} characters", "shorten it"
        case "greater_than_equal":
            return f"{_shown(given)} is too small", f"at least {about['ge']}"
        case "less_than_equal":
            return f"{_shown(given)} is too large", f"at most {about['le']}"
        case "moment":
            return f"{_shown(given)} is no date", "write YYYY-MM-DD or YYYY-MM-DD HH:MM"
        case "hours":
            return f"{_shown(given)} are no office hours", 'write them as "08:30-17:30"'
        case _:
            return f"{_shown(given)} does not fit here ({kind.replace('_', ' ')})", "see definitions/README.md"


def _scalar(given: Any) -> bool:
    return isinstance(given, bool | int | Decimal)


def _as_list(given: Any) -> str:
    return f"write [{given}]" if isinstance(given, str) else "write [a, b]"


def _shown(given: Any, *, quoted: bool = False) -> str:
    match given:
        case str() if quoted:
            return f'`"{given[:40]}"`'
        case None:
            return "nothing"
        case bool():
            return f"`{str(given).lower()}`"
        case dict():
            return "a map"
        case list():
            return "a list"
        case _:
            text = str(given)
            return f"`{text[:40]}…`" if len(text) > 40 else f"`{text}`"


def _keys_at(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """The keys that the model has at a path, looked up through maps, lists and what may be missing."""
    kind: Any = model
    for part in path:
        kind = _inside(kind)
        origin = get_origin(kind)
        if origin is dict:
            kind = get_args(kind)[1]
        elif origin is list:
            kind = get_args(kind)[0]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            field = next((f for n, f in kind.model_fields.items() if (f.alias or n) == part), None)
            kind = None if field is None else field.annotation
    kind = _inside(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


def _inside(kind: Any) -> Any:
    """What an annotation is about, without Annotated and `| None`."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = get_args(kind)[0]
    return kind


def unknown(document: Document, path: tuple[str | int, ...], thing: str, word: Any, known: Iterable[str]) -> Problem:
    """The problem of a name that nothing bears."""
    if not isinstance(word, str):
        return document.problem(path, f"the name of {article(thing)} is expected, not {_shown(word)}", "write a name")
    if word == NEW and thing.endswith("state"):
        return document.problem(path, "`new` is where nothing is yet", "it may stand in `from` only")
    return document.problem(path, f"unknown {thing} `{word}`", did_you_mean(word, known))
