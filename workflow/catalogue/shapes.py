"""What single values of a definition may look like: names, texts, exact numbers, dates.

Why: every model of the grammar is made of these, and each refuses what only looks right.
Never here: keys (schema).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

NAME = r"^[a-z][a-z0-9_]{0,59}$"
LANGUAGE = r"^[a-z]{2,3}$"
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?\Z")
_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)\Z")


def listed(value: Any) -> Any:
    """One thing where a list of them may stand, as a list."""
    return value if isinstance(value, list) else [value]


def named(value: Any) -> Any:
    """A bare name where `name: parameters` may stand, as a map."""
    return {value: {}} if isinstance(value, str) else value


def _exact(value: Any, info: ValidationInfo) -> Any:
    # Files give exact decimals already; snapshots, which are JSON, keep them as texts.
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and info.mode == "json":
        return Decimal(value)
    if isinstance(value, Decimal):
        return value
    raise PydanticCustomError("number", "a number is expected")


def _moment(value: str) -> str:
    try:
        if not _DATE.match(value):
            raise ValueError
        datetime.fromisoformat(value) if " " in value else date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("moment", "`{value}` is no date", {"value": value}) from None
    return value


def _hours(value: str) -> str:
    match = _HOURS.match(value)
    try:
        if match is None or not time.fromisoformat(match[1]) < time.fromisoformat(match[2]):
            raise ValueError
    except ValueError:
        raise PydanticCustomError("hours", "`{value}` are no office hours", {"value": value}) from None
    return value


class OneOrMore:
    """How editors describe what `listed` accepts."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        many = handler(core)
        return {"anyOf": [many["items"], many]}


class OrName:
    """How editors describe what `named` accepts: these bare names."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"enum": list(self._names)}, handler(core)]}


Name: TypeAlias = Annotated[str, StringConstraints(pattern=NAME)]
Names: TypeAlias = list[Name]
Language: TypeAlias = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
SourceId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,19}$")]
Exact: TypeAlias = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number"})]
Moment: TypeAlias = Annotated[str, AfterValidator(_moment), Field(examples=["2022-03-31 17:30"])]
Hours: TypeAlias = Annotated[str, AfterValidator(_hours), Field(examples=["08:30-17:30"])]


class Texts(dict[Language, Text]):
    """One text in several languages. A type of its own, so that wording can be told from rules by looking."""

    # Python's own value is a plain dict; only annotations are of this type.
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return handler(dict[Language, Text])


Sources: TypeAlias = Annotated[list[SourceId], BeforeValidator(listed), Field(min_length=1), OneOrMore()]
States: TypeAlias = Annotated[list[Name], BeforeValidator(listed), Field(min_length=1), OneOrMore()]


class Model(BaseModel):
    """Closed, frozen, and without conversion: a text is no number and `1` no yes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Clause(Model):
    """Something that the rules settle: exactly one of `source` and `assumption` says on what ground."""

    source: Sources | None = Field(None, description="Fact ids of sources.yaml on which this stands.")
    assumption: Text | None = Field(None, description="What the sources leave open, how it is settled, and why so.")
