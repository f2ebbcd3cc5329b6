"""What a transition causes beside the change of state: a closed, tagged union of plain values.

Why: effects are data, so that a step can be shown before it is made, journaled, and written set-wise.
Never here: carrying them out (services/effects.py does, with an exhaustive match).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Move:
    """Moves other subjects along by `transition`: all of `subjects` (applications, positions, position, procedure)
    that stand in one of `states` (empty: any state from which the transition starts)."""

    subjects: str
    transition: str
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rank:
    """Ranks the applications of each position that stand in one of `states` and moves each by its group's transition.

    `moves` maps the groups selected, reserve, not_approved to transitions.
    """

    states: tuple[str, ...]
    moves: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Takes the best `ratio` x seats per position by one assessment; all with the last mark enter.

    `enter` and `leave` are the transitions of those in and those out.
    """

    states: tuple[str, ...]
    assessment: str
    ratio: Decimal
    enter: str
    leave: str


@dataclass(frozen=True, slots=True)
class CallNext:
    """Calls the best placed application of the same position that stands in one of `states`, if there is one."""

    states: tuple[str, ...]
    transition: str


@dataclass(frozen=True, slots=True)
class OpenSheets:
    """Opens the signed sheets of an assessment: the marks go into the journal and the result is computed."""

    assessment: str


@dataclass(frozen=True, slots=True)
class Publish:
    """Makes a numbered publication with its content frozen."""

    publication: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Takes a publication down; its number, digest and dates stay."""

    publication: str


@dataclass(frozen=True, slots=True)
class Pin:
    """Pins the procedure to the definition and calendar as they are now. Made by the announcement."""


@dataclass(frozen=True, slots=True)
class Certify:
    """Issues the numbered certificate of the training plan."""


Effect: TypeAlias = Move | Rank | Shortlist | CallNext | OpenSheets | Publish | Withdraw | Pin | Certify
