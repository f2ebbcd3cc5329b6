"""What somebody asks for, and why it was refused: the values that cross the engine's door.

Why: a request is validated once, here, before anything is read or written; a refusal is a value with every reason.
Never here: sentences (workflow/wording has them), rows, clocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Actor(BaseModel):
    """Who acts: a user's id with the roles held here and now (`clock` for due deadlines)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str = Field(min_length=1)
    roles: frozenset[str] = frozenset()


class GivenGround(BaseModel):
    """A ground as given: its code in the catalogue of grounds, and the values of its placeholders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    values: Mapping[str, str] = Field(default_factory=dict)


class Request(BaseModel):
    """One move of one subject, asked for by a click, a command, an import row, a due deadline or another move.

    `effective_at`: when it counts, if not now (UTC, aware). `expected_version`: what the asker saw; None = whatever is.
    `cause`: the kind of the subject whose move causes this one. `due`: the instant of the deadline that fires.
    `parameters`: plain values that the step carries into the journal (a place, a total, a date).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    institution: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    transition: str = Field(min_length=1)
    actor: Actor
    effective_at: AwareDatetime | None = None
    expected_version: int | None = None
    reason: str | None = Field(default=None, max_length=4000)
    grounds: tuple[GivenGround, ...] = ()
    register_entry: str | None = Field(default=None, max_length=100)
    parameters: Mapping[str, str] = Field(default_factory=dict)
    cause: str | None = None
    due: AwareDatetime | None = None
    deadline: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against, as a code with data: `workflow.wording.say(code, data, language)` makes the sentence."""

    code: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """All the reasons why a request cannot be done. Nothing was changed."""

    reasons: tuple[Reason, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes alone, in order."""
        return tuple(r.code for r in self.reasons)
