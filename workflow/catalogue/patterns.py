"""Paths into a document, with places left open: `positions.*.requires.#`.

Why: what must resolve, what must be said in every language and what is only wording are each a table of such paths, and
they are looked up in plain values, so that one mistake in a file hides no other.
Never here: what is found there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

from workflow.catalogue.shapes import Texts

ANY = "*"
"""Every key of a map."""
EACH = "#"
"""Every item of a list; a single thing stands for a list of one."""

Pattern: TypeAlias = tuple[str, ...]
Place: TypeAlias = tuple[str | int, ...]


def pattern(text: str) -> Pattern:
    """The pattern written with dots."""
    return tuple(text.split("."))


def find(data: Any, wanted: Pattern, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every (path, value) of the data that fits; what has another shape is passed over."""
    if not wanted:
        yield path, data
        return
    head, rest = wanted[0], wanted[1:]
    if head == EACH:
        for index, item in enumerate(data if isinstance(data, list) else [data]):
            yield from find(item, rest, (*path, index))
    elif isinstance(data, dict):
        if head == ANY:
            for key, value in data.items():
                yield from find(value, rest, (*path, key))
        elif head in data:
            yield from find(data[head], rest, (*path, head))


def keys(data: Any, wanted: Pattern) -> list[str]:
    """The keys of every map that fits, in order."""
    return [key for _, value in find(data, wanted) if isinstance(value, dict) for key in value]


@cache
def texts(model: type[BaseModel]) -> tuple[Pattern, ...]:
    """The paths of all texts in several languages of a model."""
    return tuple(path for path, kind in _fields(model, ()) if kind is Texts)


@cache
def clauses(model: type[BaseModel], clause: type[BaseModel]) -> tuple[Pattern, ...]:
    """The paths of everything in a model that is a `clause`, the model itself included."""
    return tuple(path for path, kind in _fields(model, ()) if isinstance(kind, type) and issubclass(kind, clause))


def _fields(kind: Any, path: Pattern) -> Iterator[tuple[Pattern, Any]]:
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _fields(get_args(kind)[0], path)
    elif origin in (Union, UnionType):
        for part in get_args(kind):
            yield from _fields(part, path)
    elif origin is list:
        yield from _fields(get_args(kind)[0], (*path, EACH))
    elif origin is dict:
        yield from _fields(get_args(kind)[1], (*path, ANY))
    else:
        yield path, kind
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                yield from _fields(field.annotation, (*path, field.alias or name))
