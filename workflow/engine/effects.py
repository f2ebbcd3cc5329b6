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
    """Moves other subjects along by `transition`: all of `subjects` (below it: applications, positions, objections;
    above it: application, position, procedure; beside it: others_of_candidate, the same person's further applications
    in the procedure) that stand in one of `states` (empty: any state from which the transition starts)."""

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
class Cut:
    """How many people of a position go on: `ratio` for each seat, or `at_most` people; exactly one of the two is set.

    `round` says what becomes of a part of a person (up | down | half_up), `last_mark` what becomes of those who have
    the mark of the last one and do not all fit: `all_enter` (more than the number) | `none_enter` (fewer).
    """

    ratio: Decimal | None = None
    at_most: int | None = None
    round: str = "up"
    last_mark: str = "all_enter"


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Takes the best of each position by one assessment, as many as `cut` says.

    `enter` and `leave` are the transitions of those in and those out.
    """

    states: tuple[str, ...]
    assessment: str
    cut: Cut
    enter: str
    leave: str


@dataclass(frozen=True, slots=True)
class CallTerm:
    """How long a freed seat may be given to the next: `amount` of `unit` (days | weeks | months ...) after the day on
    which the application that frees it came into the states `since` (for a position: the one that left them last), or
    after the date `of` of the procedure. While nobody has stood in `since` the term has not begun.
    """

    amount: int
    unit: str
    since: tuple[str, ...] = ()
    of: str | None = None


@dataclass(frozen=True, slots=True)
class CallNext:
    """Calls the best placed application of the same position that stands in one of `states`, if there is one.

    With `until`, as many as it takes until that number of the position's applications stand in the states `counting`.
    `within` limits the calls in time. `forbidden`: nobody is called, and that the seat stays free is recorded.
    """

    states: tuple[str, ...]
    transition: str
    until: int | None = None
    counting: tuple[str, ...] = ()
    within: CallTerm | None = None
    forbidden: bool = False


@dataclass(frozen=True, slots=True)
class CheckOpeningRatio:
    """Holds each position's applications that stand in one of `states` against `ratio` for each seat.

    Where they are fewer: `on_miss` `cut` leaves the seats that they suffice for, `keep` all of them, `cancel` none. A
    position without a seat is ended by the transition `end`.
    """

    states: tuple[str, ...]
    ratio: Decimal
    on_miss: str
    end: str | None = None


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
class Correct:
    """Corrects the newest publication of that name that is shown, in the open: what an upheld objection changed."""

    publication: str


@dataclass(frozen=True, slots=True)
class Pin:
    """Pins the procedure to the definition and calendar as they are now. Made by the announcement."""


@dataclass(frozen=True, slots=True)
class Certify:
    """Issues the numbered certificate of the training plan."""


@dataclass(frozen=True, slots=True)
class AttestHours:
    """Issues the numbered statement of the hours of the training plan that were done."""


@dataclass(frozen=True, slots=True)
class GiveTasks:
    """Gives the application the tasks of its onboarding, each with the day it is due."""


Effect: TypeAlias = (
    Move
    | Rank
    | Shortlist
    | CallNext
    | CheckOpeningRatio
    | OpenSheets
    | Publish
    | Withdraw
    | Correct
    | Pin
    | Certify
    | AttestHours
    | GiveTasks
)
